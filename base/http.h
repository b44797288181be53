/* HTTP requests in parallel, in the straight line of one thread, over one libcurl multi handle.
 *
 * Requests are started, run side by side whenever the thread waits for any of them, and are
 * collected one by one. A request is sent once: nothing here repeats it (libcurl's own repetition on a dead
 * kept-alive connection is limited to requests that are marked 'repeatable' and have no gate). */
#pragma once
#include "base/http_request.h"

struct http;
struct http_call;

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

/* No call that is started from now on is waited for beyond left_ms from now: ERROR_RETRY, as after its own time. -1: no such limit. */
void http_set_time_left(struct http *http, int64_t left_ms);
/* INT64_MAX: there is no limit; 0: it has passed. */
int64_t http_time_left_ms(const struct http *http);

/* Called while calls run: first in each turn of the loop, and at the latest when the time that it answered has passed
 * (ms). It may start calls and wait for them; the others go on meanwhile. NULL: no more. */
void http_set_tick(struct http *http, int64_t (*tick)(void *context), void *context);

/* From any thread. */
void http_wake(struct http *http);
/* No request leaves any more but those that are allowed after a stop, and waiting for one that did not leave ends with ERROR_STOPPED. Writes that left, and
 * those that are allowed after a stop, may finish for grace_ms, then they end so, too; reads and a feed (total_ms -1) end at once. A second stop may only
 * shorten. */
void http_stop(struct http *http, int64_t grace_ms);
bool http_stopped(const struct http *http);

/* Start and wait. */
must_use bool http_fetch(struct http *http, const struct http_request *request, struct http_call **call_out,
			 struct http_reply *reply_out, struct error *error);
