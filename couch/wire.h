/* One request to CouchDB: its URL, its answer, what its status means. Only for the files of couch/. */
#pragma once
#include "couch/client.h"

enum couch_wire_limits {
	/* Of an answer with documents: CouchDB's own limit for one is 8,000,000 bytes. What is larger is asked for in
	 * smaller parts. */
	COUCH_ANSWER_CEILING = 16 << 20,
	COUCH_BACKOFF_FIRST_MS = 250,
	COUCH_BACKOFF_CAP_MS = 8000,
};

struct couch_ask {
	const char *method;           /* NULL: GET */
	const char *path;             /* behind the database, or the server */
	bool server;                  /* the server is meant, whatever database the client has */
	struct json_object *body;     /* borrowed, or NULL */
	bool read;                    /* nothing changes on the server */
	size_t ceiling;               /* of the answer; 0: HTTP_BODY_CEILING */
	size_t documents;             /* how many are asked for; 0: not a question of documents */
	const struct json_pick *pick; /* what is wanted of the answer; NULL: all of it */
};
/* Sends once. 'flaws' and 'status_out' may be NULL. ERROR_REFUSED without a status (couch_is_too_much()): the
 * answer is too large, cannot be read, or holds several documents with more flaws than can be told apart. ERROR_RETRY:
 * it is no JSON at all. */
must_use bool couch_ask(struct couch_client *couch, const struct couch_ask *ask,
			struct json_object **answer_out, struct json_flaws *flaws, int *status_out,
			struct error *error);
/* The same, COUCH_READ_TRIES times with full jitter (couchdb-rules 17). Only for reads. */
must_use bool couch_ask_patiently(struct couch_client *couch, const struct couch_ask *ask,
				  struct json_object **answer_out, struct json_flaws *flaws, int *status_out,
				  struct error *error);
/* Whether the answer as such was the trouble, so that asking for less of it may help. */
bool couch_is_too_much(const struct error *error);
/* After try 'attempt' (0 = first) failed with this error: waits, and says whether to try again. */
bool couch_try_again(struct couch_client *couch, int attempt, struct error *error);

/* http_wait(), whose failure names CouchDB as the server that did not answer. */
must_use bool couch_wait(struct couch_client *couch, struct http_call *call, struct http_reply *reply_out,
			 struct error *error);
/* What an answer means, for requests that run beside others and for streams. */
must_use bool couch_judge(struct couch_client *couch, const struct couch_ask *ask,
			  const struct http_reply *reply, struct json_object **answer_out,
			  struct json_flaws *flaws, struct error *error);
must_use bool couch_judge_status(struct couch_client *couch, const struct couch_ask *ask,
				 const struct http_reply *reply, struct error *error);
/* Address and credentials into a request; *url_out is owned by the caller and must outlive it. */
void couch_fill_request(const struct couch_client *couch, const char *path, struct http_request *request,
			char **url_out);

/* The id as a path: "_local/" and "_design/" stay one, all else is encoded ('/' too). */
void couch_add_id(struct text *path, const char *id);
