/* A CouchDB server and its databases: whether they are there, whose they are, and what makes one database that one. */
#pragma once
#include "couch/client.h"

/* One request, its answer parsed. path: what follows the database ("_all_docs?limit=1", already
 * encoded), or the server when the client has no database. Reads (GET, and POSTs that only read: 'read') are
 * tried again on ERROR_RETRY, up to COUCH_READ_TRIES times with full jitter; writes never.
 * Status classes (couchdb-rules 17): 400 ERROR_REFUSED, 401/403 ERROR_FATAL, 404 ERROR_LOST,
 * 409 ERROR_CONFLICT, 412/413/415 ERROR_REFUSED, 408/425/429/5xx/network ERROR_RETRY. error->code is CouchDB's "error" word,
 * the sentence has its "reason". 'flaws' as in json_read(). */
struct couch_call {
	const char *method;
	const char *path;
	struct json_object *body; /* borrowed, or NULL */
	bool read;
	int *status_out; /* or NULL */
};
must_use bool couch_request(struct couch_client *couch, const struct couch_call *call,
			    struct json_object **answer_out, struct json_flaws *flaws, struct error *error);

/* The server's answer to GET /: reachable, and it is CouchDB. ERROR_FATAL, with what answered instead: a database, or another server.
 * version_out ("3.5.0", "?" when it does not say) at least 32 bytes. */
must_use bool couch_server_check(struct couch_client *couch, char version_out[32], struct error *error);
/* Names of all databases, as a JSON array of strings. */
must_use bool couch_database_list(struct couch_client *couch, struct json_object **names_out,
				  struct error *error);
/* Makes the client's database; one that is there is no error. With 'private' its _security admits admins only
 * (a database without _security is public on some servers). */
must_use bool couch_database_create(struct couch_client *couch, bool private_, struct error *error);
/* Its _security admits admins only from now on, if it admitted everybody; whom a person let in stays in. */
must_use bool couch_database_make_private(struct couch_client *couch, struct error *error);
must_use bool couch_database_delete(struct couch_client *couch, struct error *error);

/* Identity and position of a database (couchdb-rules 8, 16). */
struct couch_identity {
	char instance_start_time[64];
	char *update_seq; /* owned, JSON text as CouchDB gave it */
	char *purge_seq;  /* owned, JSON text, or NULL */
	int64_t document_count;
};
void couch_identity_done(struct couch_identity *identity);
/* When the database was made, as the server words it: another one under the same name has another time. NULL: the server does not tell
 * (before CouchDB 3.3 it says "0", or when the database was opened, as PouchDB does). Borrowed. */
const char *couch_identity_born(const struct couch_identity *identity);
must_use bool couch_database_identity(struct couch_client *couch, struct couch_identity *identity_out,
				      struct error *error);

/* Whether a database with this _security admits everybody: a list of members that names nobody means all. */
bool couch_security_is_public(struct json_object *security);
