/* base/http.h without a network: each request takes the next answer of a script, made of the target's bytes. It is defined
 * here, so that base/http.c is not linked; time passes only while nothing else happens.
 *
 * Answers are divided by the byte FF. One begins with three digits, its status, or is of status 200; "!" is a connection
 * that is cut. What is streamed comes in pieces, divided by the byte FE. Behind the last answer the process is stopped. */
#pragma once
#include "base/clock.h"
#include "base/http.h"
#include "base/log.h"
#include "tests/fuzz/fuzz.h"
#include <ctype.h>

struct http {
	const uint8_t *at, *end; /* the answers to come; borrowed */
	bool stopped;
	struct http_call *calls; /* all that are open */
};

struct http_call {
	struct http *http;
	struct http_call *next;
	struct http_request request; /* only what outlives the start */
	bool left, over, paused;
	struct http_reply reply;
	struct text body, stream;
	size_t given; /* of the stream */
	struct error failure;
};

static int64_t fake_time_ms;

static int64_t fake_clock(void *context)
{
	(void)context;
	return fake_time_ms;
}

static void fake_chance(void *context, void *bytes, size_t length)
{
	(void)context;
	memset(bytes, 0x5A, length);
}

static inline void fake_begin(struct http *http, const uint8_t *bytes, size_t length)
{
	static const struct clock_source source = {
		.now_ms = fake_clock, .steady_ms = fake_clock, .random_bytes = fake_chance};

	*http = (struct http){.at = bytes, .end = bytes + length};
	fake_time_ms = 1795428000500;
	clock_replace(&source);
	log_set_level(LOG_ERROR);
}

static void fake_end(struct http_call *call)
{
	call->over = true;
	if (call->left && call->request.gate && call->request.gate->over)
		call->request.gate->over(call->request.gate->context);
}

static void fake_fail(struct http_call *call, enum error_kind kind, const char *words)
{
	error_set(&call->failure, kind, "%s", words);
	fake_end(call);
}

/* The next answer of the script. */
static void fake_answer(struct http_call *call)
{
	struct http *http = call->http;
	size_t length = (size_t)(http->end - http->at), status = 200;

	if (length == 0) {
		http->stopped = true;
		fake_fail(call, ERROR_STOPPED, "asked to stop");
		return;
	}
	const uint8_t *behind = memchr(http->at, 0xFF, length);
	const char *bytes = (const char *)http->at;
	length = behind ? (size_t)(behind - http->at) : length;
	http->at += length + (behind ? 1 : 0);
	if (length > 0 && *bytes == '!') {
		fake_fail(call, ERROR_RETRY, "the connection was cut");
		return;
	}
	if (length >= 3 && isdigit(bytes[0]) && isdigit(bytes[1]) && isdigit(bytes[2]) && bytes[0] >= '2') {
		status = (size_t)(bytes[0] - '0') * 100 + (size_t)(bytes[1] - '0') * 10 +
			 (size_t)(bytes[2] - '0');
		bytes += 3;
		length -= 3;
	}
	bool streamed = call->request.on_data && status < 300;
	text_add_bytes(streamed ? &call->stream : &call->body, bytes, length);
	call->reply = (struct http_reply){.status = (int)status,
					  .content_type = "application/json",
					  .server = "",
					  .etag = "",
					  .date_ms = fake_time_ms};
	if (!streamed)
		fake_end(call);
}

static void fake_piece(struct http_call *call)
{
	const char *from = call->stream.bytes + call->given;
	size_t left = call->stream.length - call->given;
	const char *behind = left > 0 ? memchr(from, 0xFE, left) : NULL;
	size_t length = behind ? (size_t)(behind - from) : left;

	call->given += length + (behind ? 1 : 0);
	if (length > 0 && !call->request.on_data(call->request.context, from, length))
		fake_fail(call, ERROR_STOPPED, "the reader ended it");
	else if (call->given == call->stream.length)
		fake_end(call);
}

/* Whether anything came of it. */
static bool fake_move(struct http_call *call)
{
	const struct http_gate *gate = call->request.gate;

	if (call->over || (call->left && call->paused))
		return false;
	if (call->left) {
		fake_piece(call);
		return true;
	}
	if (call->http->stopped ||
	    (call->request.leave_by_ms > 0 && fake_time_ms > call->request.leave_by_ms)) {
		fake_fail(call, ERROR_STOPPED, "it does not leave any more");
		return true;
	}
	if (gate && gate->wait_ms(gate->context) > 0)
		return false;
	call->left = true;
	if (gate && gate->left)
		gate->left(gate->context);
	fake_answer(call);
	return true;
}

struct http_call *http_start(struct http *http, const struct http_request *request)
{
	struct http_call *call = own_alloc(sizeof(*call));

	must(request->url && strncmp(request->url, "http", 4) == 0);
	must(!request->body || strlen(request->body) == request->body_length);
	call->http = http;
	call->request = *request;
	call->next = http->calls;
	http->calls = call;
	return call;
}

void http_run(struct http *http, int64_t wait_ms)
{
	bool moved = false;

	for (struct http_call *call = http->calls; call; call = call->next)
		moved = fake_move(call) || moved;
	if (!moved)
		fake_time_ms += wait_ms > 0 ? wait_ms : 1;
}

bool http_wait(struct http *http, struct http_call *call, struct http_reply *reply_out, struct error *error)
{
	while (!call->over) {
		call->paused = false;
		http_run(http, 100);
	}
	if (call->failure.kind != ERROR_NONE) {
		if (error)
			*error = call->failure;
		return false;
	}
	*reply_out = call->reply;
	reply_out->body = text_or_empty(&call->body);
	reply_out->body_length = call->body.length;
	return true;
}

bool http_fetch(struct http *http, const struct http_request *request, struct http_call **call_out,
		struct http_reply *reply_out, struct error *error)
{
	*call_out = http_start(http, request);
	return http_wait(http, *call_out, reply_out, error);
}

void http_call_close(struct http_call **call)
{
	struct http_call *closing = take(*call);

	if (!closing)
		return;
	for (struct http_call **place = &closing->http->calls; *place; place = &(*place)->next) {
		if (*place == closing) {
			*place = closing->next;
			break;
		}
	}
	text_done(&closing->body);
	text_done(&closing->stream);
	free(closing);
}

bool http_is_over(const struct http_call *call)
{
	return call->over;
}

bool http_may_have_left(const struct http_call *call)
{
	return call->left;
}

void http_pause(struct http_call *call, bool paused)
{
	call->paused = paused;
}

bool http_stopped(const struct http *http)
{
	return http->stopped;
}

void http_wake(struct http *http)
{
	(void)http;
}

/* Nobody is in a hurry. */
void http_set_time_left(struct http *http, int64_t left_ms)
{
	(void)http;
	(void)left_ms;
}

int64_t http_time_left_ms(const struct http *http)
{
	(void)http;
	return INT64_MAX;
}
