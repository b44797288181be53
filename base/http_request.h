/* What a request is, what may hold it back, and what its answer has. */
#pragma once
#include "base/error.h"
#include "base/own.h"
#include "base/text.h"
#include <stdatomic.h>
#include <stdint.h>
#include <sys/socket.h>

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
	bool keep_headers;   /* the reply has all of the answer's header lines */
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
	/* For a URL that somebody else has written: asked for each address of its host before the connection to it. False: not this one;
	 * none is left: ERROR_REFUSED. Such a request uses no proxy, and no connection of another one. NULL: the URL is ours. */
	bool (*may_connect)(const struct sockaddr *address);
	const char
		*name; /* in sentences in place of method and URL, for a URL that is a permission; or NULL */
	const struct http_gate *gate;     /* borrowed until the call is closed; or NULL */
	const struct http_permit *permit; /* likewise */
	/* Borrowed until the call is closed, or NULL: one more once the request goes out on its connection. */
	atomic_int_fast64_t *left_count;
	bool allowed_after_stop; /* may still leave after http_stop(), while the grace lasts: what was done is noted */
};

struct http_reply {
	int status;
	const char *body; /* NUL behind it; "" when streamed */
	size_t body_length;
	const char *content_type; /* "" when absent */
	const char *etag;         /* "" when absent */
	const char *server;       /* what it calls itself, "nginx/1.22.1"; "" when absent */
	const char *headers; /* with keep_headers: a "Name: value\n" for each line, as they came; else "" */
	int64_t date_ms;     /* the Date header, 0 when absent or unreadable */
	int retry_after_ms;  /* Retry-After in seconds or as a date, a minute at most; 0 when absent */
};

/* The value of the first header line with this name, letters of either case; NULL: there is none, or keep_headers was not set. The
 * caller frees. */
char *http_reply_header(const struct http_reply *reply, const char *name);

/* A may_connect for a URL whose host is trusted, but which somebody else has written. */
bool http_any_address(const struct sockaddr *address);

/* Whether what is sent there can be read on its way: http:// to another machine. */
bool http_url_is_open(const char *url);

/* Why it can never be sent, or NULL: its URL, its method or a line of its header. Only for base/http_call.c. */
const char *http_request_complaint(const struct http_request *request, bool *loopback_out);
