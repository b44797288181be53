/* One HTTP request inside base/: its easy handle, what came back, its deadlines. Only for http.c and http_call.c. */
#pragma once
#include "base/http_request.h"
#include <curl/curl.h>

enum http_phase { CALL_HELD, CALL_UNDER_WAY, CALL_OVER };

/* Why a callback of ours ended the transfer: libcurl knows only that it did. */
enum http_abort {
	ABORT_NONE,
	ABORT_TOO_LARGE,
	ABORT_ERROR_CUT, /* the body of an error is longer than what is kept of it: an answer all the same */
	ABORT_HEADERS_TOO_LARGE,
	ABORT_READER_ENDED,
	ABORT_SENT_AGAIN,
	ABORT_STOPPED,
	ABORT_LATE,
	ABORT_NOT_PERMITTED,
};

struct http_call;
/* What its loop is asked and told from inside libcurl's callbacks. */
struct http_watch {
	bool (*may_leave)(const struct http_call *call);
	void (*has_left)(struct http_call *call);
	void (*data_came)(struct http_call *call); /* to a reader of pieces */
};

struct http_call {
	const struct http_watch *watch;    /* borrowed, as 'loop' */
	void *loop;                        /* whose call it is */
	struct http_call *next, *previous; /* among the held ones of its gate, or those under way */
	enum http_phase phase;
	bool failed; /* when over: 'error' says why */
	struct error error;
	char *name;  /* owned; "GET http://..." for sentences, masked */
	bool secure; /* https */

	CURL *easy; /* NULL when over */
	struct curl_slist *header_lines;
	char *body; /* owned; what goes up */
	char curl_words[CURL_ERROR_SIZE];

	bool repeatable, only_reads, allowed_after_stop;
	int header_ms, idle_ms, total_ms;
	size_t ceiling;
	bool (*on_data)(void *context, const char *bytes, size_t length);
	void *context;
	bool (*may_connect)(const struct sockaddr *address);
	bool address_refused;             /* by may_connect, one at least */
	int64_t leave_by_ms;              /* 0: none */
	const struct http_gate *gate;     /* borrowed from the caller; or NULL */
	atomic_int_fast64_t *left_count;  /* likewise */
	const struct http_permit *permit; /* likewise */

	int departures;   /* how often it went out on a connection */
	int64_t began_ms; /* steady: when it was handed to libcurl */
	int64_t moved_ms; /* the last time a byte went or came */
	curl_off_t sent, received;
	bool answering;     /* a line of the answer came */
	bool headers_whole; /* up to the empty line */
	bool in_body;
	bool want_pause, paused;
	enum http_abort aborted;

	int status;
	size_t headers_size, streamed_size;
	bool keep_headers;
	struct text answer, headers;
	char *content_type, *etag, *date, *retry_after, *server; /* owned */
};

/* Real time, not a test's: sockets live in it. */
int64_t http_time_ms(void);

/* A request that can never be sent gives a call that is over, with its error. */
struct http_call *http_call_open(const struct http_watch *watch, void *loop, const char *user_agent,
				 const struct http_request *request);
void http_call_free(struct http_call *call);
/* When the next deadline passes; INT64_MAX: none. */
int64_t http_call_deadline(const struct http_call *call);
/* The sentence for the deadline that passed. */
void http_call_expire(struct http_call *call);
/* The transfer is over in libcurl's view. */
void http_call_judge(struct http_call *call, CURLcode code);
void http_call_fail(struct http_call *call, enum error_kind kind, const char *words);
void http_call_reply(const struct http_call *call, struct http_reply *reply_out);
