/* HTTP requests in parallel, in the straight line of one thread, over one libcurl multi handle.
 *
 * Requests are started, run side by side whenever the thread waits for any of them, and are
 * collected one by one. A request is sent once: nothing here repeats it (libcurl's own repetition on a dead
 * kept-alive connection is limited to requests that are marked 'repeatable' and have no gate). */
#pragma once
#include "base/error.h"
#include "base/own.h"
#include "base/text.h"
#include <stdint.h>

struct http;
struct http_call;

/* Holds a request back: answers 0 when it may leave now (and counts it), else the milliseconds until
 * it is worth asking again. Requests of one gate leave in the order of their start. */
struct http_gate {
	int64_t (*wait_ms)(void *context);
	void (*left)(void *context); /* may be NULL: called as the request goes out on its connection */
	void *context;
	/* May be NULL: called instead of left() when a request that was let go ended without going out (no
	 * connection, closed, stopped). So each 0 is followed by exactly one of the two. */
	void (*given_back)(void *context);
	/* May be NULL: called when a request that left is over, answered or not. */
	void (*over)(void *context);
};

/* Asked in the last moment before a request leaves: after it waited for its gate and its connection, inside libcurl, and
 * also when the process had stopped in between. False: it does not leave any more (ERROR_STOPPED). Must not use the http. */
struct http_permit {
	bool (*may_leave)(void *context, int total_ms); /* that the request's answer is waited for at most */
	void *context;
	int total_ms; /* its requests are given up after so long, if not sooner; 0: after their own time */
};

enum http_limits {
	HTTP_CONNECT_MS = 10000,
	HTTP_HEADER_MS = 30000, /* from leaving (its body's last byte, too) to the first line of the answer */
	HTTP_IDLE_MS = 30000,   /* without a byte while a body comes */
	HTTP_TOTAL_MS = 120000, /* from the gate on */
	HTTP_PARALLEL = 64, /* requests under way at a time; further ones wait in the order of their start */
};
#define HTTP_BODY_CEILING    ((size_t)64 << 20)
#define HTTP_ERROR_CEILING   ((size_t)16 << 10) /* of the body of an error: what is beyond is not read */
#define HTTP_HEADERS_CEILING ((size_t)256 << 10)

struct http_request {
	const char *method; /* NULL: GET */
	const char *url;    /* complete; may hold no credentials and no '#'; sent as it is, dots too */
	const char *user, *password; /* basic auth, or NULL */
	const char *bearer;          /* token, or NULL */
	const char *content_type;    /* of the body; NULL: application/json when there is one */
	const char *const *headers;  /* further "Name: value" lines, NULL-ended, or NULL */
	const char *body;            /* or NULL; copied by http_start */
	size_t body_length;
	bool repeatable; /* a read: libcurl may use a fresh connection when a kept one turns out dead */
	bool only_reads; /* changes nothing on the server: its answer is not waited for after http_stop(). Every
	                      * repeatable request is one */
	bool no_gzip;    /* send no Accept-Encoding (a feed) */
	size_t body_ceiling; /* of the answer, decoded; 0: HTTP_BODY_CEILING, none for a stream.
	                                  * Above it: ERROR_REFUSED */
	int connect_ms, header_ms, idle_ms; /* 0: the limits above */
	int total_ms;                       /* 0: HTTP_TOTAL_MS; -1: none (a feed) */
	/* Streaming: the body is given here in pieces instead of being kept. False ends the call with
	 * ERROR_STOPPED. Called inside http_wait()/http_run() of the same http; must not use it. Only for
	 * answers of status 200-299; other bodies are kept for the error. */
	bool (*on_data)(void *context, const char *bytes, size_t length);
	void *context;
	int64_t leave_by_ms; /* steady time (real): one that has not left by then does not leave any more:
	                      * ERROR_STOPPED; 0: none */
	const struct http_gate *gate;     /* borrowed until the call is closed; or NULL */
	const struct http_permit *permit; /* likewise */
	bool farewell; /* may still leave after http_stop(), while the grace lasts: what was done is noted */
};

struct http_reply {
	int status;
	const char *body; /* NUL behind it; "" when streamed */
	size_t body_length;
	const char *content_type; /* "" when absent */
	const char *etag;         /* "" when absent */
	int64_t date_ms;          /* the Date header, 0 when absent or unreadable */
	int retry_after_ms;       /* Retry-After in seconds or as a date, a minute at most; 0 when absent */
};

/* Whether what is sent there can be read on its way: http:// to another machine. */
bool http_url_is_open(const char *url);

/* user_agent is sent with every request. */
struct http *http_open(const char *user_agent);
void http_close(struct http **http); /* every call must have been closed */

/* Never fails at once: what is wrong is the call's error. */
struct http_call *http_start(struct http *http, const struct http_request *request);
/* Waits until this call is over; all others run meanwhile. False: no complete answer (ERROR_RETRY, or ERROR_STOPPED
 * after http_stop() or by on_data, ERROR_REFUSED above the ceiling, ERROR_FATAL for a URL, header or TLS set-up that
 * can never work). An HTTP error status is an answer. The reply's texts live until the call is closed. */
must_use bool http_wait(struct http *http, struct http_call *call, struct http_reply *reply_out,
			struct error *error);
bool http_is_over(const struct http_call *call);
/* Whether any byte of the request may have reached the server. False: it surely did nothing. */
bool http_may_have_left(const struct http_call *call);
/* Runs whatever is under way for at most wait_ms; returns early when a call ends, data came for a
 * stream, or http_wake() was called. */
void http_run(struct http *http, int64_t wait_ms);
/* Back-pressure for a stream: while paused no more is read from its connection (the piece under way may still be
 * given) and its idle deadline rests. Not with gzip. May be called by its on_data. */
void http_pause(struct http_call *call, bool paused);
void http_call_close(struct http_call **call); /* also ends one under way; the reply's texts go with it */

/* Called while calls run: first in each turn of the loop, and at the latest when the time that it answered has passed
 * (ms). It may start calls and wait for them; the others go on meanwhile. NULL: no more. */
void http_set_tick(struct http *http, int64_t (*tick)(void *context), void *context);

/* From any thread. */
void http_wake(struct http *http);
/* No request leaves any more but farewells, and waiting for one that did not leave ends with ERROR_STOPPED. Writes that left, and
 * farewells, may finish for grace_ms, then they end so, too; reads and a feed (total_ms -1) end at once. A second stop may only
 * shorten. */
void http_stop(struct http *http, int64_t grace_ms);
bool http_stopped(const struct http *http);

/* Start and wait. */
must_use bool http_fetch(struct http *http, const struct http_request *request, struct http_call **call_out,
			 struct http_reply *reply_out, struct error *error);
