/* HTTP against a server that does what a script says. Order, counts and kinds are asserted, never durations. */
#include "base/clock.h"
#include "base/http.h"
#include "base/log.h"
#include "tests/fakes/http_server.h"
#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
/* after what it wants declared */
#include <cmocka.h>

enum { SHORT_MS = 150, PAUSED_IDLE_MS = 500 };
static const int64_t hour_ms = 3600000; /* none of these tests waits for that */

static struct http *http;
static struct fake_server *server;
static char url[128];

static const char *at(const char *path)
{
	snprintf(url, sizeof(url), "%s%s", fake_server_url(server), path);
	return url;
}

static void with_server(fake_script *script, void *context)
{
	server = fake_server_open(script, context);
}

static int open_http(void **state)
{
	(void)state;
	http = http_open("davenport-test/1");
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	http_close(&http);
	fake_server_close(&server);
	return 0;
}

static void assert_contains(const char *words, const char *wanted)
{
	if (!strstr(words, wanted))
		fail_msg("\"%s\" does not contain \"%s\"", words, wanted);
}

static void assert_reply(struct http_call *call, int status, const char *body)
{
	struct http_reply reply;
	struct error error = {0};

	if (!http_wait(http, call, &reply, &error))
		fail_msg("%s", error.text);
	assert_int_equal(reply.status, status);
	assert_int_equal(reply.body_length, strlen(body));
	assert_string_equal(reply.body, body);
}

static void assert_failure(struct http_call *call, enum error_kind kind, const char *words)
{
	struct http_reply reply;
	struct error error = {0};

	if (http_wait(http, call, &reply, &error))
		fail_msg("an answer of status %d, an error was expected", reply.status);
	assert_string_equal(error_kind_name(error.kind), error_kind_name(kind));
	assert_contains(error.text, words);
}

/* ---- scripts ---- */

static void say_target(void *context, struct fake_request *request)
{
	(void)context;
	fake_answer(request, 200, "", request->target);
}

/* Answers nobody before all are there. */
static void say_when_all(void *context, struct fake_request *request)
{
	if (fake_wait_requests(request, *(int *)context))
		fake_answer(request, 200, "", request->target);
	else
		fake_hang_up(request);
}

struct recorded {
	char head[4096];
	size_t body_length;
	uint64_t body_hash;
};

static void record(void *context, struct fake_request *request)
{
	struct recorded *recorded = context;

	snprintf(recorded->head, sizeof(recorded->head), "%s", request->head);
	recorded->body_length = request->body_length;
	recorded->body_hash = text_hash(request->body);
	fake_answer(request, 200, "", "ok");
}

/* ---- plain requests ---- */

static void test_reply(void **state)
{
	(void)state;
	with_server(say_target, NULL);
	scoped(http_call) call = http_start(http, &(struct http_request){.url = at("/some/path?x=1")});
	assert_false(http_is_over(call));
	assert_false(http_may_have_left(call));
	assert_reply(call, 200, "/some/path?x=1");
	assert_true(http_is_over(call));
	assert_true(http_may_have_left(call));
}

static void test_parallel(void **state)
{
	enum { COUNT = 20 };
	int count = COUNT;
	struct http_call *calls[COUNT];
	char path[16];

	(void)state;
	with_server(say_when_all, &count);
	for (int i = 0; i < COUNT; i++) {
		snprintf(path, sizeof(path), "/%d", i);
		calls[i] = http_start(http, &(struct http_request){.url = at(path)});
	}
	for (int i = COUNT - 1; i >= 0; i--) {
		snprintf(path, sizeof(path), "/%d", i);
		assert_reply(calls[i], 200, path);
		http_call_close(&calls[i]);
	}
	assert_int_equal(fake_server_requests(server), COUNT);
}

static void test_more_than_run_at_a_time(void **state)
{
	enum { COUNT = HTTP_PARALLEL * 3 + 1 };
	struct http_call *calls[COUNT];
	char path[16];

	(void)state;
	with_server(say_target, NULL);
	for (int i = 0; i < COUNT; i++) {
		snprintf(path, sizeof(path), "/%d", i);
		calls[i] = http_start(http, &(struct http_request){.url = at(path)});
	}
	for (int i = 0; i < COUNT; i++) {
		snprintf(path, sizeof(path), "/%d", i);
		assert_reply(calls[i], 200, path);
		http_call_close(&calls[i]);
	}
	assert_int_equal(fake_server_requests(server), COUNT);
	assert_true(fake_server_connections(server) <= HTTP_PARALLEL);
}

static void test_keep_alive(void **state)
{
	(void)state;
	with_server(say_target, NULL);
	for (int i = 0; i < 10; i++) {
		scoped(http_call) call =
			http_start(http, &(struct http_request){.url = at("/"), .method = "PUT"});
		assert_reply(call, 200, "/");
	}
	assert_int_equal(fake_server_requests(server), 10);
	assert_int_equal(fake_server_connections(server), 1);
}

static void test_request_head(void **state)
{
	static const char *const headers[] = {"Accept: application/json", "X-Further: 1", NULL};
	struct recorded recorded;

	(void)state;
	with_server(record, &recorded);
	scoped(http_call) call = http_start(http, &(struct http_request){.url = at("/a/../b/./c?d=%2B"),
									 .method = "PATCH",
									 .user = "admin",
									 .password = "secret",
									 .headers = headers,
									 .body = "{}",
									 .body_length = 2});
	assert_reply(call, 200, "ok");
	assert_contains(recorded.head, "PATCH /a/../b/./c?d=%2B HTTP/1.1\r\n");
	assert_contains(recorded.head, "\r\nUser-Agent: davenport-test/1\r\n");
	assert_contains(recorded.head, "\r\nAuthorization: Basic YWRtaW46c2VjcmV0\r\n");
	assert_contains(recorded.head, "\r\nContent-Type: application/json\r\n");
	assert_contains(recorded.head, "\r\nContent-Length: 2\r\n");
	assert_contains(recorded.head, "\r\nAccept-Encoding: gzip\r\n");
	assert_contains(recorded.head, "\r\nAccept: application/json\r\n");
	assert_contains(recorded.head, "\r\nX-Further: 1\r\n");
	assert_null(strstr(recorded.head, "Expect"));
}

static void test_bearer_and_no_gzip(void **state)
{
	struct recorded recorded;

	(void)state;
	with_server(record, &recorded);
	scoped(http_call) call = http_start(
		http, &(struct http_request){.url = at("/"), .bearer = "pat.abc", .no_gzip = true});
	assert_reply(call, 200, "ok");
	assert_contains(recorded.head, "GET / HTTP/1.1\r\n");
	assert_contains(recorded.head, "\r\nAuthorization: Bearer pat.abc\r\n");
	assert_null(strstr(recorded.head, "Accept-Encoding"));
	assert_null(strstr(recorded.head, "Content-"));
}

static void test_post_without_body(void **state)
{
	struct recorded recorded;

	(void)state;
	with_server(record, &recorded);
	scoped(http_call) call = http_start(http, &(struct http_request){.url = at("/"), .method = "POST"});
	assert_reply(call, 200, "ok");
	assert_contains(recorded.head, "POST / HTTP/1.1\r\n");
	assert_contains(recorded.head, "\r\nContent-Length: 0\r\n");
	assert_null(strstr(recorded.head, "Content-Type"));
}

static void test_large_body_up(void **state)
{
	enum { SIZE = 1 << 20 };
	struct recorded recorded;
	scoped_text body = own_alloc(SIZE + 1);

	(void)state;
	for (int i = 0; i < SIZE; i++)
		body[i] = (char)('a' + i % 23);
	with_server(record, &recorded);
	scoped(http_call) call = http_start(http, &(struct http_request){.url = at("/att"),
									 .method = "PUT",
									 .content_type = "image/png",
									 .body = body,
									 .body_length = SIZE});
	uint64_t hash = text_hash(body);
	memset(body, 'x', SIZE); /* it was copied */
	assert_reply(call, 200, "ok");
	assert_contains(recorded.head, "\r\nContent-Type: image/png\r\n");
	assert_int_equal(recorded.body_length, SIZE);
	assert_true(recorded.body_hash == hash);
}

/* The header deadline begins with the last byte of the body: a slow line is no silent server. */
static void test_slow_body_up(void **state)
{
	/* What is under way when the last byte has left is read at once. */
	enum { SIZE = 32 << 20, SLOW = 24 << 20, HEADER_MS = 5000, PIECES = SLOW / 16384, PIECE_MS = 4 };
	scoped_text body = own_alloc(SIZE + 1);

	(void)state;
	assert_true(PIECES * PIECE_MS > HEADER_MS);
	memset(body, 'b', SIZE);
	with_server(say_target, NULL);
	fake_server_read_slowly(server, SLOW, PIECE_MS);
	scoped(http_call) call = http_start(http, &(struct http_request){.url = at("/att"),
									 .method = "PUT",
									 .body = body,
									 .body_length = SIZE,
									 .header_ms = HEADER_MS});
	assert_reply(call, 200, "/att");
}

static void test_fetch(void **state)
{
	struct http_reply reply;
	struct error error;
	scoped(http_call) call = NULL;

	(void)state;
	with_server(say_target, NULL);
	assert_true(http_fetch(http, &(struct http_request){.url = at("/f")}, &call, &reply, &error));
	assert_string_equal(reply.body, "/f");
	scoped(http_call) none = NULL;
	assert_false(
		http_fetch(http, &(struct http_request){.url = "ftp://127.0.0.1/"}, &none, &reply, &error));
	assert_null(none);
}

static void test_run_ends_at_a_call(void **state)
{
	(void)state;
	with_server(say_target, NULL);
	scoped(http_call) call = http_start(http, &(struct http_request){.url = at("/")});
	while (!http_is_over(call))
		http_run(http, 60000);
	assert_reply(call, 200, "/");
}

/* ---- what answers look like ---- */

#define GZIP_OF_HELLO                                                                                        \
	"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00\x00"   \
	"\x00"

struct answer {
	const char *name;
	const char *bytes;
	size_t length;
	const char *method;
	int status;
	const char *body, *content_type, *etag;
	int retry_after_ms;
};

#define BYTES(text) text, sizeof(text) - 1

static const struct answer answers[] = {
	{"an answer with all headers",
	 BYTES("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\nETag: \"1-a\"\r\n\r\nhi"),
	 "GET", 200, "hi", "text/plain", "\"1-a\"", 0},
	{"an answer without any header ends with the connection", BYTES("HTTP/1.1 200 OK\r\n\r\nhi"), "GET",
	 200, "hi", "", "", 0},
	{"204 has no body", BYTES("HTTP/1.1 204 No Content\r\nETag: x\r\n\r\n"), "DELETE", 204, "", "", "x",
	 0},
	{"304 has no body", BYTES("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n"), "GET", 304, "",
	 "", "", 0},
	{"HEAD has no body, whatever length is told",
	 BYTES("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\ncontent-type: image/png\r\n\r\n"), "HEAD", 200, "",
	 "image/png", "", 0},
	{"a chunked body",
	 BYTES("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
	       "chunked\r\n\r\n3\r\nabc\r\n8;x=y\r\ndefghijk\r\n0\r\n\r\n"),
	 "GET", 200, "abcdefghijk", "", "", 0},
	{"trailers change no header",
	 BYTES("HTTP/1.1 200 OK\r\nETag: first\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nETag: "
	       "second\r\n\r\n"),
	 "GET", 200, "a", "", "first", 0},
	{"trailers behind no body",
	 BYTES("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nETag: second\r\n\r\n"), "GET", 200,
	 "", "", "", 0},
	{"a gzip body is unpacked",
	 BYTES("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 25\r\n\r\n" GZIP_OF_HELLO),
	 "GET", 200, "hello", "", "", 0},
	{"an interim answer is not the answer",
	 BYTES("HTTP/1.1 103 Early Hints\r\nETag: early\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: "
	       "1\r\n\r\n!"),
	 "POST", 201, "!", "", "", 0},
	{"an error status is an answer with its body",
	 BYTES("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\nRetry-After: 7\r\n\r\nbusy"), "GET", 503, "busy",
	 "", "", 7000},
	{"a redirection is not followed",
	 BYTES("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"), "GET", 302, "", "",
	 "", 0},
	{"Retry-After as a date counts by the server's clock",
	 BYTES("HTTP/1.1 429 Slow\r\nRetry-After: Sun, 06 Nov 1994 08:50:07 GMT\r\nDate: Sun, 06 Nov 1994 "
	       "08:49:37 "
	       "GMT\r\nContent-Length: 0\r\n\r\n"),
	 "GET", 429, "", "", "", 30000},
	{"Retry-After in the past is none",
	 BYTES("HTTP/1.1 429 Slow\r\nRetry-After: Sun, 06 Nov 1994 08:49:07 GMT\r\nDate: Sun, 06 Nov 1994 "
	       "08:49:37 "
	       "GMT\r\nContent-Length: 0\r\n\r\n"),
	 "GET", 429, "", "", "", 0},
	{"an absurd Retry-After is cut to a minute",
	 BYTES("HTTP/1.1 429 Slow\r\nRetry-After: 99999999999999999999\r\nContent-Length: 0\r\n\r\n"), "GET",
	 429, "", "", "", 60000},
	{"an unreadable Retry-After is none",
	 BYTES("HTTP/1.1 429 Slow\r\nRetry-After: -5\r\nContent-Length: 0\r\n\r\n"), "GET", 429, "", "", "",
	 0},
	{"a body with NUL bytes is whole", BYTES("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\0\0\0"), "GET",
	 200, NULL, "", "", 0},
};

static void say_answer(void *context, struct fake_request *request)
{
	const struct answer *answer = context;

	/* Byte by byte: no reader may depend on where pieces end. */
	for (size_t i = 0; i < answer->length; i++)
		fake_send(request, answer->bytes + i, 1);
	fake_hang_up(request);
}

static void test_answer(void **state)
{
	const struct answer *answer = *state;
	struct http_reply reply;
	struct error error = {0};

	with_server(say_answer, (void *)(uintptr_t)answer);
	scoped(http_call) call =
		http_start(http, &(struct http_request){.url = at("/"), .method = answer->method});
	if (!http_wait(http, call, &reply, &error))
		fail_msg("%s", error.text);
	assert_int_equal(reply.status, answer->status);
	assert_string_equal(reply.content_type, answer->content_type);
	assert_string_equal(reply.etag, answer->etag);
	assert_int_equal(reply.retry_after_ms, answer->retry_after_ms);
	if (answer->body)
		assert_string_equal(reply.body, answer->body);
	assert_int_equal(reply.body_length, answer->body ? strlen(answer->body) : 3);
}

static void say_date(void *context, struct fake_request *request)
{
	(void)context;
	fake_answer(request, 200, "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "");
}

static void test_date(void **state)
{
	struct http_reply reply;

	(void)state;
	with_server(say_date, NULL);
	scoped(http_call) call = http_start(http, &(struct http_request){.url = at("/")});
	assert_true(http_wait(http, call, &reply, NULL));
	assert_true(reply.date_ms == 784111777000);
}

static void say_headers(void *context, struct fake_request *request)
{
	(void)context;
	fake_send(request, BYTES("HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\nHTTP/1.1 200 OK\r\nX-One:  "
				 "two \r\nx-empty:\r\n"
				 "X-One: three\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
	fake_hang_up(request);
}

/* The value of a header line of the answer to that request, or NULL. */
static char *header_of(bool keep_headers, const char *name)
{
	struct http_reply reply;
	scoped(http_call) call =
		http_start(http, &(struct http_request){.url = at("/"), .keep_headers = keep_headers});

	assert_true(http_wait(http, call, &reply, NULL));
	return http_reply_header(&reply, name);
}

static void test_headers_are_kept(void **state)
{
	static const struct {
		bool keep_headers;
		const char *name, *value;
	} wanted[] = {
		{true, "X-One", "two"}, {true, "x-ONE", "two"},  {true, "X-Empty", ""},
		{true, "X-On", NULL},   {true, "X-Early", NULL}, {true, "Content-Length", "0"},
		{false, "X-One", NULL},
	};

	(void)state;
	with_server(say_headers, NULL);
	for (size_t i = 0; i < countof(wanted); i++) {
		scoped_text value = header_of(wanted[i].keep_headers, wanted[i].name);
		if (!value != !wanted[i].value || (value && strcmp(value, wanted[i].value) != 0))
			fail_msg("%s is \"%s\"", wanted[i].name, value ? value : "(none)");
	}
}

/* ---- answers that are none ---- */

struct broken {
	const char *name;
	const char *bytes; /* what the server sends */
	size_t length;
	bool silent; /* then it says nothing more, instead of hanging up */
	size_t ceiling;
	enum error_kind kind;
	const char *words;
};

static const struct broken brokens[] = {
	{"a cut body", BYTES("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), false, 0, ERROR_RETRY,
	 "GET http"},
	{"a cut chunk", BYTES("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc"), false, 0,
	 ERROR_RETRY, "GET http"},
	{"a chunked body without its last chunk",
	 BYTES("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), false, 0, ERROR_RETRY,
	 "GET http"},
	{"cut headers", BYTES("HTTP/1.1 200 OK\r\nContent-Le"), false, 0, ERROR_RETRY, "broke off"},
	{"an interim answer and no other", BYTES("HTTP/1.1 103 Early Hints\r\n\r\n"), false, 0, ERROR_RETRY,
	 "Empty reply"},
	{"no byte at all", BYTES(""), false, 0, ERROR_RETRY, "Empty reply"},
	{"no HTTP", BYTES("220 mail.example.org ESMTP\r\n"), false, 0, ERROR_RETRY,
	 "what answers there speaks no HTTP: if it speaks TLS, write https://"},
	{"gzip that is none",
	 BYTES("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"), false, 0,
	 ERROR_RETRY, "GET http"},
	{"cut gzip",
	 BYTES("HTTP/1.1 200 OK\r\nContent-Length: 25\r\nContent-Encoding: "
	       "gzip\r\n\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48"),
	 false, 0, ERROR_RETRY, "GET http"},
	{"a body above the ceiling", BYTES("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n01234567890"), false,
	 10, ERROR_REFUSED, "larger than allowed"},
	{"an endless body above the ceiling", BYTES("HTTP/1.1 200 OK\r\n\r\n01234567890"), true, 10,
	 ERROR_REFUSED, "larger than allowed"},
	{"a gzip body that unpacks to more than the ceiling",
	 BYTES("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 25\r\n\r\n" GZIP_OF_HELLO), true,
	 4, ERROR_REFUSED, "larger than allowed"},
	{"no answer before the header deadline", BYTES(""), true, 0, ERROR_RETRY, "no answer within 150 ms"},
	{"half a status line before the header deadline", BYTES("HTTP/1.1 20"), true, 0, ERROR_RETRY,
	 "no answer within 150 ms"},
	{"silence after the status line", BYTES("HTTP/1.1 200 OK\r\n"), true, 0, ERROR_RETRY,
	 "silent for 150 ms"},
	{"silence in the body", BYTES("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), true, 0,
	 ERROR_RETRY, "silent for 150 ms"},
	{"silence after an interim answer", BYTES("HTTP/1.1 103 Early Hints\r\n\r\n"), true, 0, ERROR_RETRY,
	 "silent for 150 ms"},
};

static void say_broken(void *context, struct fake_request *request)
{
	const struct broken *broken = context;

	fake_send(request, broken->bytes, broken->length);
	while (broken->silent && fake_pause_ms(request, 10000))
		continue;
	fake_hang_up(request);
}

static void test_broken(void **state)
{
	const struct broken *broken = *state;
	bool deaf = strncmp(broken->words, "no answer", 9) == 0; /* else a slow machine would look so */

	with_server(say_broken, (void *)(uintptr_t)broken);
	scoped(http_call) call = http_start(http, &(struct http_request){.url = at("/"),
									 .repeatable = true,
									 .body_ceiling = broken->ceiling,
									 .header_ms = deaf ? SHORT_MS : 0,
									 .idle_ms = SHORT_MS});
	assert_failure(call, broken->kind, broken->words);
	assert_true(http_may_have_left(call));
	assert_int_equal(fake_server_requests(server), 1);
}

static void drip(void *context, struct fake_request *request)
{
	(void)context;
	fake_say(request, "HTTP/1.1 200 OK\r\n\r\n");
	do
		fake_say(request, "x");
	while (fake_pause_ms(request, 10));
	fake_hang_up(request);
}

static void test_total_deadline(void **state)
{
	(void)state;
	with_server(drip, NULL);
	scoped(http_call) call =
		http_start(http, &(struct http_request){.url = at("/"), .idle_ms = 10000, .total_ms = 300});
	assert_failure(call, ERROR_RETRY, "not done within 300 ms");
}

static void say_endless_headers(void *context, struct fake_request *request)
{
	(void)context;
	fake_say(request, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 10000; i++)
		fake_say(request, "X-%d: %0100d\r\n", i, i);
	fake_hang_up(request);
}

static void test_headers_ceiling(void **state)
{
	(void)state;
	with_server(say_endless_headers, NULL);
	scoped(http_call) call = http_start(http, &(struct http_request){.url = at("/")});
	assert_failure(call, ERROR_REFUSED, "headers are larger than allowed");
}

static void say_long_error(void *context, struct fake_request *request)
{
	static char piece[64 << 10];

	(void)context;
	memset(piece, 'x', sizeof(piece));
	fake_say(request, "HTTP/1.1 500 Broken\r\n\r\n{\"error\":\"");
	for (int i = 0; i < 60 << 4; i++) /* 60 MB */
		fake_send(request, piece, sizeof(piece));
	fake_hang_up(request);
}

static void test_long_error(void **state)
{
	struct http_reply reply;
	struct error error = {0};

	(void)state;
	with_server(say_long_error, NULL);
	scoped(http_call) call = http_start(http, &(struct http_request){.url = at("/")});
	if (!http_wait(http, call, &reply, &error))
		fail_msg("%s", error.text);
	assert_int_equal(reply.status, 500);
	assert_int_equal(reply.body_length, HTTP_ERROR_CEILING);
	assert_int_equal(strncmp(reply.body, "{\"error\":\"xxx", 13), 0);
}

/* ---- what never leaves ---- */

struct impossible {
	const char *name;
	struct http_request request;
	const char *words;
};

static const char *const broken_header[] = {"X: a\r\nInjected: 1", NULL};
static const char *const no_header[] = {"no colon", NULL};

static const struct impossible impossibles[] = {
	{"no URL", {.url = NULL}, "no URL"},
	{"an empty URL", {.url = ""}, "GET "},
	{"another scheme", {.url = "ftp://127.0.0.1/"}, "neither http:// nor"},
	{"a file", {.url = "file:///etc/hostname"}, "neither http:// nor"},
	{"a URL without a host", {.url = "http:///x"}, "neither http:// nor"},
	{"a URL with credentials", {.url = "http://me:you@127.0.0.1/"}, "holds credentials"},
	{"a URL with a space", {.url = "http://127.0.0.1/a b"}, "GET "},
	{"a URL with a line break", {.url = "http://127.0.0.1/a\r\nX: y"}, "GET "},
	{"a URL with '#'", {.url = "http://127.0.0.1/a#b"}, "holds a '#'"},
	{"a port that is none", {.url = "http://127.0.0.1:99999/"}, "GET "},
	{"a header with a line break",
	 {.url = "http://127.0.0.1/", .headers = broken_header},
	 "control character"},
	{"a header that is none", {.url = "http://127.0.0.1/", .headers = no_header}, "Name: value"},
	{"a method that is none", {.url = "http://127.0.0.1/", .method = "GET /x"}, "method"},
	{"a token with a line break", {.url = "http://127.0.0.1/", .bearer = "a\nb"}, "control character"},
	{"a type with a line break",
	 {.url = "http://127.0.0.1/", .content_type = "a\nb"},
	 "control character"},
	{"a user with ':'", {.url = "http://127.0.0.1/", .user = "a:b"}, "':'"},
};

static void test_impossible(void **state)
{
	const struct impossible *impossible = *state;

	scoped(http_call) call = http_start(http, &impossible->request);
	assert_true(http_is_over(call));
	assert_failure(call, ERROR_FATAL, impossible->words);
	assert_false(http_may_have_left(call));
}

static void test_connection_refused(void **state)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int unused = socket(AF_INET, SOCK_STREAM, 0);

	(void)state;
	/* Bound but not listening: nobody else gets the port meanwhile. */
	assert_int_equal(bind(unused, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(unused, (struct sockaddr *)&address, &size), 0);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", ntohs(address.sin_port));
	scoped(http_call) call = http_start(http, &(struct http_request){.url = url});
	char wanted[80]; /* and not after how long: the same failure has the same words */
	snprintf(wanted, sizeof(wanted), "port %d: Couldn't connect to server", ntohs(address.sin_port));
	assert_failure(call, ERROR_RETRY, wanted);
	assert_false(http_may_have_left(call));
	close(unused);
}

static void test_tls_with_a_plain_server(void **state)
{
	char secure[128];

	(void)state;
	with_server(say_target, NULL);
	snprintf(secure, sizeof(secure), "https%s/", strchr(fake_server_url(server), ':'));
	scoped(http_call) call =
		http_start(http, &(struct http_request){.url = secure, .connect_ms = SHORT_MS});
	assert_failure(call, ERROR_RETRY, "GET https");
	assert_false(http_may_have_left(call));
}

static void test_secret_in_url(void **state)
{
	(void)state;
	log_secret("geheimnis-0815");
	with_server(say_broken, (void *)(uintptr_t)&brokens[4]);
	scoped(http_call) call =
		http_start(http, &(struct http_request){.url = at("/token/geheimnis-0815/x?y=1")});
	assert_failure(call, ERROR_RETRY, "/token/***/x?…: ");
}

/* ---- never twice ---- */

/* The first request of a connection is answered and the connection kept; it dies upon the second. */
static void die_at_second(void *context, struct fake_request *request)
{
	(void)context;
	if (request->on_connection == 1)
		fake_answer(request, 200, "", request->target);
	else
		fake_hang_up(request);
}

struct dead {
	const char *name;
	struct http_request request;
	bool passes;
	int requests;
};

static int64_t gate_open(void *context)
{
	(void)context;
	return 0;
}
static const struct http_gate open_gate = {.wait_ms = gate_open};

static const struct dead deads[] = {
	{"a write on a kept connection that dies is not sent again: POST",
	 {.method = "POST", .body = "{}", .body_length = 2},
	 false,
	 2},
	{"a write on a kept connection that dies is not sent again: PUT",
	 {.method = "PUT", .body = "{}", .body_length = 2},
	 false,
	 2},
	{"a write on a kept connection that dies is not sent again: DELETE", {.method = "DELETE"}, false, 2},
	{"a GET that is not marked repeatable is not sent again", {.method = "GET"}, false, 2},
	{"a read on a kept connection that dies is sent again: GET", {.repeatable = true}, true, 3},
	{"a read on a kept connection that dies is sent again: POST",
	 {.method = "POST", .body = "{}", .body_length = 2, .repeatable = true},
	 true,
	 3},
	{"a read with a gate is not sent again, as its gate counted one",
	 {.repeatable = true, .gate = &open_gate},
	 false,
	 2},
};

static void test_dead_connection(void **state)
{
	const struct dead *dead = *state;
	struct http_request request = dead->request;

	with_server(die_at_second, NULL);
	scoped(http_call) first = http_start(http, &(struct http_request){.url = at("/1")});
	assert_reply(first, 200, "/1");
	request.url = at("/2");
	scoped(http_call) second = http_start(http, &request);
	if (dead->passes)
		assert_reply(second, 200, "/2");
	else
		assert_failure(second, ERROR_RETRY, "not sent again");
	assert_true(http_may_have_left(second));
	assert_int_equal(fake_server_requests(server), dead->requests);
}

/* ---- streams ---- */

struct stream {
	struct text text;
	int pieces;
	size_t end_after; /* bytes; 0: never */
	struct http_call *pause_itself;
};

static bool on_stream(void *context, const char *bytes, size_t length)
{
	struct stream *stream = context;

	text_add_bytes(&stream->text, bytes, length);
	stream->pieces++;
	if (stream->pause_itself)
		http_pause(stream->pause_itself, true);
	return stream->end_after == 0 || stream->text.length < stream->end_after;
}

/* Says a line for each other request that comes. */
static void feed(void *context, struct fake_request *request)
{
	(void)context;
	if (strcmp(request->target, "/feed") != 0) {
		fake_answer(request, 200, "", "noted");
		return;
	}
	fake_say(request, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (int i = request->number + 1; fake_wait_requests(request, i); i++)
		fake_say(request, "7\r\nline %d\n\r\n", i);
	fake_hang_up(request);
}

static void test_stream(void **state)
{
	struct stream stream = {{0}, 0, 0, NULL};

	(void)state;
	with_server(feed, NULL);
	scoped(http_call) call = http_start(
		http, &(struct http_request){
			      .url = at("/feed"), .total_ms = -1, .on_data = on_stream, .context = &stream});
	while (fake_server_requests(server) < 1) /* the others are to be counted after it */
		http_run(http, 10);
	for (int i = 2; i <= 4; i++) {
		scoped(http_call) other = http_start(http, &(struct http_request){.url = at("/note")});
		assert_reply(other, 200, "noted");
		while (stream.text.length < (size_t)(i - 1) * 7)
			http_run(http, 60000);
	}
	assert_string_equal(stream.text.bytes, "line 2\nline 3\nline 4\n");
	assert_false(http_is_over(call));
	text_done(&stream.text);
}

static void test_stream_ended_by_reader(void **state)
{
	struct stream stream = {{0}, 0, 3, NULL};

	(void)state;
	with_server(drip, NULL);
	scoped(http_call) call = http_start(
		http, &(struct http_request){.url = at("/"), .on_data = on_stream, .context = &stream});
	assert_failure(call, ERROR_STOPPED, "its reader ended it");
	assert_int_equal(stream.text.length, 3);
	text_done(&stream.text);
}

static void test_stream_to_its_end(void **state)
{
	struct stream stream = {{0}, 0, 0, NULL};

	(void)state;
	with_server(say_target, NULL);
	scoped(http_call) call = http_start(
		http, &(struct http_request){.url = at("/whole"), .on_data = on_stream, .context = &stream});
	assert_reply(call, 200, "");
	assert_string_equal(stream.text.bytes, "/whole");
	text_done(&stream.text);
}

static void say_missing(void *context, struct fake_request *request)
{
	(void)context;
	fake_answer(request, 404, "", "{\"error\":\"not_found\"}");
}

static void test_stream_of_an_error(void **state)
{
	struct stream stream = {{0}, 0, 0, NULL};

	(void)state;
	with_server(say_missing, NULL);
	scoped(http_call) call = http_start(
		http, &(struct http_request){.url = at("/"), .on_data = on_stream, .context = &stream});
	assert_reply(call, 404, "{\"error\":\"not_found\"}");
	assert_int_equal(stream.pieces, 0);
}

static void test_stream_ceiling(void **state)
{
	struct stream stream = {{0}, 0, 0, NULL};

	(void)state;
	with_server(drip, NULL);
	scoped(http_call) call = http_start(
		http, &(struct http_request){
			      .url = at("/"), .body_ceiling = 5, .on_data = on_stream, .context = &stream});
	assert_failure(call, ERROR_REFUSED, "larger than allowed");
	assert_true(stream.text.length <= 5);
	text_done(&stream.text);
}

static void say_much(void *context, struct fake_request *request)
{
	enum { SIZE = 8 << 20 };
	scoped_text bytes = own_alloc(SIZE);

	(void)context;
	memset(bytes, 'm', SIZE);
	fake_say(request, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", SIZE);
	fake_send(request, bytes, SIZE);
}

/* A paused stream takes no more, its idle deadline rests, other calls run; then it goes on to its end. */
static void test_stream_paused(void **state)
{
	struct stream stream = {{0}, 0, 0, NULL};

	(void)state;
	with_server(say_much, NULL);
	scoped(http_call) call = http_start(http, &(struct http_request){.url = at("/"),
									 .no_gzip = true,
									 .idle_ms = PAUSED_IDLE_MS,
									 .on_data = on_stream,
									 .context = &stream});
	stream.pause_itself = call;
	while (stream.pieces == 0)
		http_run(http, 1000);
	int64_t until_ms = clock_steady_ms() + 2L * PAUSED_IDLE_MS;
	while (clock_steady_ms() < until_ms)
		http_run(http, 50);
	assert_int_equal(stream.pieces, 1);
	assert_false(http_is_over(call));
	stream.pause_itself = NULL;
	http_pause(call, false);
	assert_reply(call, 200, "");
	assert_int_equal(stream.text.length, 8 << 20);
	text_done(&stream.text);
}

static void test_paused_stream_that_ends_itself(void **state)
{
	struct stream stream = {{0}, 0, 0, NULL};

	(void)state;
	with_server(say_much, NULL);
	scoped(http_call) call = http_start(
		http, &(struct http_request){.url = at("/"), .on_data = on_stream, .context = &stream});
	stream.pause_itself = call;
	while (stream.pieces == 0)
		http_run(http, 1000);
	http_run(http, 50);
	stream.pause_itself = NULL;
	stream.end_after = 1;
	http_pause(call, false);
	assert_failure(call, ERROR_STOPPED, "its reader ended it");
	assert_int_equal(stream.pieces, 2);
	text_done(&stream.text);
}

/* ---- gates ---- */

struct turnstile {
	int passes; /* how many may still pass */
	int asked, let, left, given_back;
	bool two_at_once; /* asked for the next before the one before was out */
};

static int64_t turnstile_wait(void *context)
{
	struct turnstile *turnstile = context;

	turnstile->asked++;
	if (turnstile->passes == 0)
		return 10;
	if (turnstile->let != turnstile->left + turnstile->given_back)
		turnstile->two_at_once = true;
	turnstile->passes--;
	turnstile->let++;
	return 0;
}

static void turnstile_left(void *context)
{
	((struct turnstile *)context)->left++;
}

static void turnstile_given_back(void *context)
{
	((struct turnstile *)context)->given_back++;
}

#define GATE(its)                                                                                            \
	{                                                                                                    \
		.wait_ms = turnstile_wait, .left = turnstile_left, .given_back = turnstile_given_back,       \
		.context = (its)                                                                             \
	}

struct order {
	pthread_mutex_t lock;
	int count;
	int targets[512];
};

static void note_order(void *context, struct fake_request *request)
{
	struct order *order = context;

	pthread_mutex_lock(&order->lock);
	order->targets[order->count++] = (int)strtol(request->target + 1, NULL, 10);
	pthread_mutex_unlock(&order->lock);
	fake_answer(request, 200, "", request->target);
}

/* One connection's thread may be slower to note than another's, so the order of leaving is seen where calls are made. */
static void test_gate_order(void **state)
{
	enum { COUNT = 250 };
	struct turnstile turnstile = {.passes = 3};
	const struct http_gate gate = GATE(&turnstile);
	static struct http_call *calls[COUNT];
	struct order order = {.lock = PTHREAD_MUTEX_INITIALIZER};
	char path[16];

	(void)state;
	with_server(note_order, &order);
	for (int i = 0; i < COUNT; i++) {
		snprintf(path, sizeof(path), "/%d", i);
		calls[i] = http_start(http, &(struct http_request){.url = at(path), .gate = &gate});
	}
	assert_int_equal(turnstile.asked, 0);
	for (int round = 1; round <= COUNT; round++) {
		while (turnstile.left < round) {
			turnstile.passes = turnstile.let < round ? 1 : 0;
			http_run(http, 10);
		}
		assert_true(http_may_have_left(calls[round - 1]));
		assert_true(round == COUNT || !http_may_have_left(calls[round]));
	}
	for (int i = 0; i < COUNT; i++) {
		snprintf(path, sizeof(path), "/%d", i);
		assert_reply(calls[i], 200, path);
		http_call_close(&calls[i]);
	}
	assert_false(turnstile.two_at_once);
	assert_int_equal(turnstile.let, COUNT);
	assert_int_equal(turnstile.left, COUNT);
	assert_int_equal(turnstile.given_back, 0);
	assert_int_equal(order.count, COUNT);
}

/* Several are under way at a time although they leave one by one. */
static void test_gate_lets_several_run(void **state)
{
	enum { COUNT = 8 };
	struct turnstile turnstile = {.passes = COUNT};
	const struct http_gate gate = GATE(&turnstile);
	struct http_call *calls[COUNT];
	int count = COUNT;

	(void)state;
	with_server(say_when_all, &count);
	for (int i = 0; i < COUNT; i++)
		calls[i] = http_start(http, &(struct http_request){.url = at("/"), .gate = &gate});
	for (int i = 0; i < COUNT; i++) {
		assert_reply(calls[i], 200, "/");
		http_call_close(&calls[i]);
	}
	assert_int_equal(turnstile.left, COUNT);
	assert_int_equal(turnstile.asked, COUNT);
}

static void test_gate_holds_only_its_own(void **state)
{
	struct turnstile shut = {.passes = 0};
	const struct http_gate gate = GATE(&shut);

	(void)state;
	with_server(say_target, NULL);
	scoped(http_call) held = http_start(http, &(struct http_request){.url = at("/held"), .gate = &gate});
	scoped(http_call) free_one = http_start(http, &(struct http_request){.url = at("/free")});
	assert_reply(free_one, 200, "/free");
	assert_false(http_is_over(held));
	assert_false(http_may_have_left(held));
	shut.passes = 1;
	assert_reply(held, 200, "/held");
	assert_int_equal(shut.left, 1);
}

/* Decided on what was read a while ago: such a write does not leave when its turn comes too late. */
static void test_late_ones_do_not_leave(void **state)
{
	struct turnstile shut = {.passes = 0};
	const struct http_gate gate = GATE(&shut);
	struct http_reply reply;
	struct error error = {0};

	(void)state;
	with_server(say_target, NULL);
	scoped(http_call) late = http_start(
		http, &(struct http_request){
			      .url = at("/late"), .gate = &gate, .leave_by_ms = clock_steady_ms() + 20});
	scoped(http_call) patient =
		http_start(http, &(struct http_request){.url = at("/patient"), .gate = &gate});
	assert_false(http_wait(http, late, &reply, &error));
	assert_int_equal(error.kind, ERROR_STOPPED);
	assert_false(http_may_have_left(late));
	shut.passes = 1;
	assert_reply(patient, 200, "/patient");
	assert_int_equal(shut.left, 1);
}

/* ---- what may still leave ---- */

/* The time between a gate's answer and the request itself, in which the process may have stood still. */
struct standstill {
	int wait_ms;
	bool over;
	int permits, last_total_ms;
};

static int64_t stand_still(void *context)
{
	struct standstill *standstill = context;

	clock_sleep_ms(standstill->wait_ms);
	standstill->over = true;
	return 0;
}

static bool permit_before(void *context, int total_ms)
{
	struct standstill *standstill = context;

	standstill->permits++;
	standstill->last_total_ms = total_ms;
	return !standstill->over;
}

static void test_late_behind_the_gate(void **state)
{
	struct standstill standstill = {.wait_ms = 60};
	const struct http_gate gate = {.wait_ms = stand_still, .context = &standstill};

	(void)state;
	with_server(say_target, NULL);
	scoped(http_call) call = http_start(
		http, &(struct http_request){
			      .url = at("/late"), .gate = &gate, .leave_by_ms = clock_steady_ms() + 30});
	assert_failure(call, ERROR_STOPPED, "its time had passed");
	assert_false(http_may_have_left(call));
	assert_int_equal(fake_server_requests(server), 0);
}

static void test_permit_is_asked_last(void **state)
{
	struct standstill standstill = {.wait_ms = 1};
	const struct http_gate gate = {.wait_ms = stand_still, .context = &standstill};
	const struct http_permit permit = {permit_before, &standstill, 0};

	(void)state;
	with_server(say_target, NULL);
	scoped(http_call) call =
		http_start(http, &(struct http_request){.url = at("/"), .gate = &gate, .permit = &permit});
	assert_failure(call, ERROR_STOPPED, "may not leave any more");
	assert_false(http_may_have_left(call));
	assert_int_equal(fake_server_requests(server), 0);
	assert_int_equal(standstill.permits, 1);
}

static void test_permit_knows_the_deadline(void **state)
{
	struct standstill standstill = {0};
	const struct http_permit bounded = {permit_before, &standstill, 5000},
				 free_ = {permit_before, &standstill, 0};
	static const struct {
		int own_ms, bounded_ms, free_ms;
	} rows[] = {{0, 5000, HTTP_TOTAL_MS}, {3000, 3000, 3000}, {9000, 5000, 9000}, {-1, 5000, -1}};

	(void)state;
	with_server(say_target, NULL);
	for (size_t i = 0; i < countof(rows); i++) {
		struct http_request request = {
			.url = at("/"), .total_ms = rows[i].own_ms, .permit = &bounded};
		scoped(http_call) first = http_start(http, &request);
		assert_reply(first, 200, "/");
		assert_int_equal(standstill.last_total_ms, rows[i].bounded_ms);
		request.permit = &free_;
		scoped(http_call) second = http_start(http, &request);
		assert_reply(second, 200, "/");
		assert_int_equal(standstill.last_total_ms, rows[i].free_ms);
	}
}

/* ---- the tick ---- */

struct ticking {
	int count;
	bool asks;
	char last[16]; /* what the request of the last tick was answered */
};

static int64_t tick_and_ask(void *context)
{
	struct ticking *ticking = context;
	struct http_request request = {.url = ticking->asks ? at("/tick") : NULL};
	struct http_call *call = NULL;
	struct http_reply reply;

	ticking->count++;
	if (ticking->asks && http_fetch(http, &request, &call, &reply, NULL))
		snprintf(ticking->last, sizeof ticking->last, "%s", reply.body);
	http_call_close(&call);
	return 20;
}

static bool permit_after_tick(void *context, int total_ms)
{
	(void)total_ms;
	return ((struct ticking *)context)->count > 0;
}

static void test_tick_comes_first(void **state)
{
	struct ticking ticking = {.asks = true};
	const struct http_permit permit = {permit_after_tick, &ticking, 0};

	(void)state;
	with_server(say_target, NULL);
	http_set_tick(http, tick_and_ask, &ticking);
	scoped(http_call) call =
		http_start(http, &(struct http_request){.url = at("/call"), .permit = &permit});
	assert_reply(call, 200, "/call");
	assert_string_equal(ticking.last, "/tick");
	http_set_tick(http, NULL, NULL);
}

static void test_ticks_go_on_in_a_wait(void **state)
{
	struct ticking ticking = {.asks = false};

	(void)state;
	http_set_tick(http, tick_and_ask, &ticking);
	http_run(http, 300);
	assert_in_range(ticking.count, 3, 1000);
	http_set_tick(http, NULL, NULL);
}

static void test_gate_is_given_back(void **state)
{
	struct turnstile turnstile = {.passes = 2};
	const struct http_gate gate = GATE(&turnstile);

	(void)state;
	with_server(say_target, NULL);
	/* A port of ours where nobody listens: the server's own, closed again. */
	char dead_url[128];
	snprintf(dead_url, sizeof(dead_url), "%s/", fake_server_url(server));
	fake_server_close(&server);
	scoped(http_call) call = http_start(http, &(struct http_request){.url = dead_url, .gate = &gate});
	scoped(http_call) next = http_start(http, &(struct http_request){.url = dead_url, .gate = &gate});
	assert_failure(call, ERROR_RETRY, "connect");
	assert_failure(next, ERROR_RETRY, "connect");
	assert_int_equal(turnstile.left, 0);
	assert_int_equal(turnstile.given_back, 2);
}

/* Connected, but TLS never comes about: let go by its gate, and never out. */
static struct http_call *start_stuck(const struct http_gate *gate, const struct turnstile *turnstile)
{
	with_server(say_target, NULL);
	snprintf(url, sizeof(url), "https%s/", strchr(fake_server_url(server), ':'));
	struct http_call *call = http_start(http, &(struct http_request){.url = url, .gate = gate});
	while (fake_server_connections(server) == 0)
		http_run(http, 10);
	assert_int_equal(turnstile->let, 1);
	assert_false(http_may_have_left(call));
	return call;
}

static void test_gate_is_given_back_on_close(void **state)
{
	struct turnstile turnstile = {.passes = 2};
	const struct http_gate gate = GATE(&turnstile);
	struct http_call *call = start_stuck(&gate, &turnstile);

	(void)state;
	http_call_close(&call);
	assert_int_equal(turnstile.given_back, 1);
	scoped(http_call) next = http_start(http, &(struct http_request){.url = at("/next"), .gate = &gate});
	assert_reply(next, 200, "/next");
	assert_int_equal(turnstile.left, 1);
}

static void test_gate_is_given_back_on_stop(void **state)
{
	struct turnstile turnstile = {.passes = 2};
	const struct http_gate gate = GATE(&turnstile);
	scoped(http_call) call = start_stuck(&gate, &turnstile);

	(void)state;
	http_stop(http, hour_ms);
	assert_failure(call, ERROR_STOPPED, "stopped before it was sent");
	assert_int_equal(turnstile.given_back, 1);
	assert_int_equal(turnstile.left, 0);
}

static void test_held_call_closed(void **state)
{
	struct turnstile shut = {.passes = 0};
	const struct http_gate gate = GATE(&shut);

	(void)state;
	with_server(say_target, NULL);
	struct http_call *first = http_start(http, &(struct http_request){.url = at("/1"), .gate = &gate});
	struct http_call *second = http_start(http, &(struct http_request){.url = at("/2"), .gate = &gate});
	struct http_call *third = http_start(http, &(struct http_request){.url = at("/3"), .gate = &gate});
	http_run(http, 0);
	http_call_close(&second);
	http_call_close(&first);
	shut.passes = 5;
	assert_reply(third, 200, "/3");
	http_call_close(&third);
	assert_int_equal(fake_server_requests(server), 1);
	assert_int_equal(shut.let, 1);
}

static void test_closed_under_way(void **state)
{
	int never = 1000;

	(void)state;
	with_server(say_when_all, &never);
	struct http_call *call = http_start(http, &(struct http_request){.url = at("/")});
	while (!http_may_have_left(call))
		http_run(http, 10);
	http_call_close(&call);
	assert_null(call);
}

/* ---- waking and stopping ---- */

static void *wake_soon(void *context)
{
	clock_sleep_ms(20);
	http_wake(context);
	return NULL;
}

static void test_wake(void **state)
{
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, wake_soon, http), 0);
	http_run(http, hour_ms); /* does not end by itself within a test */
	pthread_join(thread, NULL);
}

static void test_wake_before_run(void **state)
{
	(void)state;
	with_server(say_target, NULL);
	http_wake(http);
	/* A wait for a call is not what the wake was for: it is kept for the next run. */
	scoped(http_call) call = http_start(http, &(struct http_request){.url = at("/")});
	assert_reply(call, 200, "/");
	http_run(http, hour_ms);
}

struct stopping {
	atomic_bool go;
	int64_t grace_ms;
};

static void *stop_soon(void *context)
{
	struct stopping *stopping = context;

	while (!atomic_load(&stopping->go))
		clock_sleep_ms(1);
	http_stop(http, stopping->grace_ms);
	return NULL;
}

/* Answers after the client was stopped: the script waits for the flag. */
static void say_after(void *context, struct fake_request *request)
{
	atomic_bool *go = context;

	while (!atomic_load(go) && fake_pause_ms(request, 1))
		continue;
	fake_answer(request, 200, "", "late");
}

static void test_stop_with_grace(void **state)
{
	atomic_bool answer = false;
	struct turnstile shut = {.passes = 0};
	const struct http_gate gate = GATE(&shut);

	(void)state;
	with_server(say_after, &answer);
	scoped(http_call) left = http_start(http, &(struct http_request){.url = at("/left")});
	scoped(http_call) held = http_start(http, &(struct http_request){.url = at("/held"), .gate = &gate});
	while (!http_may_have_left(left))
		http_run(http, 10);
	assert_false(http_stopped(http));
	http_stop(http, 60000);
	assert_true(http_stopped(http));
	scoped(http_call) later = http_start(http, &(struct http_request){.url = at("/later")});
	assert_failure(later, ERROR_STOPPED, "stopped before it was sent");
	assert_failure(held, ERROR_STOPPED, "stopped before it was sent");
	assert_false(http_is_over(left));
	atomic_store(&answer, true);
	assert_reply(left, 200, "late");
	assert_int_equal(fake_server_requests(server), 1);
	http_run(http, hour_ms); /* with nothing under way it has nothing to wait for */
}

static void test_allowed_after_stop(void **state)
{
	(void)state;
	with_server(say_target, NULL);
	http_stop(http, hour_ms);
	scoped(http_call) call =
		http_start(http, &(struct http_request){.url = at("/allowed"), .allowed_after_stop = true});
	assert_reply(call, 200, "/allowed");
	http_stop(http, 0);
	scoped(http_call) late =
		http_start(http, &(struct http_request){.url = at("/late"), .allowed_after_stop = true});
	assert_failure(late, ERROR_STOPPED, "stopped before it was sent");
	assert_int_equal(fake_server_requests(server), 1);
}

static void test_stop_without_grace(void **state)
{
	int never = 1000;
	struct stopping stopping = {.grace_ms = 0};
	pthread_t thread;

	(void)state;
	with_server(say_when_all, &never);
	scoped(http_call) call = http_start(http, &(struct http_request){.url = at("/")});
	assert_int_equal(pthread_create(&thread, NULL, stop_soon, &stopping), 0);
	while (!http_may_have_left(call))
		http_run(http, 10);
	atomic_store(&stopping.go, true);
	assert_failure(call, ERROR_STOPPED, "stopped before the answer was complete");
	assert_true(http_may_have_left(call));
	pthread_join(thread, NULL);
}

static void test_second_stop_shortens(void **state)
{
	int never = 1000;

	(void)state;
	with_server(say_when_all, &never);
	scoped(http_call) call = http_start(http, &(struct http_request){.url = at("/")});
	while (!http_may_have_left(call))
		http_run(http, 10);
	http_stop(http, hour_ms);
	http_stop(http, 20);
	http_stop(http, hour_ms);
	assert_failure(call, ERROR_STOPPED, "stopped before the answer was complete");
}

static void test_stop_ends_a_read(void **state)
{
	int never = 1000;

	(void)state;
	with_server(say_when_all, &never);
	scoped(http_call) call = http_start(http, &(struct http_request){.url = at("/"), .only_reads = true});
	while (!http_may_have_left(call))
		http_run(http, 10);
	http_stop(http, hour_ms);
	assert_failure(call, ERROR_STOPPED, "stopped before the answer was complete");
}

/* Without a descriptor left there is nothing to be woken by: the loop looks by itself. */
static void test_without_descriptors(void **state)
{
	struct stopping stopping = {.grace_ms = 0};
	struct rlimit limit, none;
	pthread_t thread;

	(void)state;
	http_close(&http);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	http = http_open("deaf");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	http_wake(http);
	http_run(http, hour_ms);
	atomic_store(&stopping.go, true);
	assert_int_equal(pthread_create(&thread, NULL, stop_soon, &stopping), 0);
	while (!http_stopped(http))
		http_run(http, hour_ms);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

static void test_stop_ends_a_feed(void **state)
{
	struct stream stream = {{0}, 0, 0, NULL};

	(void)state;
	with_server(feed, NULL);
	scoped(http_call) call = http_start(
		http, &(struct http_request){
			      .url = at("/feed"), .total_ms = -1, .on_data = on_stream, .context = &stream});
	while (!http_may_have_left(call))
		http_run(http, 10);
	http_stop(http, hour_ms);
	assert_failure(call, ERROR_STOPPED, "stopped");
	text_done(&stream.text);
}

#define ROWS(table, function)                                                                                \
	for (size_t i = 0; i < countof(table); i++)                                                          \
		tests[count++] = (struct CMUnitTest)                                                         \
		{                                                                                            \
			(table)[i].name, function, open_http, close_all, (void *)(uintptr_t) & (table)[i]    \
		}

static const struct {
	const char *name;
	CMUnitTestFunction run;
} cases[] = {
	{"a reply is waited for", test_reply},
	{"twenty requests run side by side", test_parallel},
	{"more requests than run at a time all come through", test_more_than_run_at_a_time},
	{"ten requests one after the other need one connection", test_keep_alive},
	{"a request's head is what was asked for, its dots untouched", test_request_head},
	{"a bearer token; no Accept-Encoding for a feed", test_bearer_and_no_gzip},
	{"a POST without body says Content-Length: 0", test_post_without_body},
	{"a body of 1 MiB goes up whole, and was copied", test_large_body_up},
	{"a slow body up does not run into the header deadline", test_slow_body_up},
	{"http_fetch starts and waits", test_fetch},
	{"http_run returns when a call ends", test_run_ends_at_a_call},
	{"the Date header is read", test_date},
	{"all header lines are kept where they are wanted", test_headers_are_kept},
	{"an answer that never ends is cut by the total deadline", test_total_deadline},
	{"endless headers are cut", test_headers_ceiling},
	{"of an error's endless body the beginning is kept", test_long_error},
	{"a refused connection: nothing left", test_connection_refused},
	{"TLS with a plain server: nothing left", test_tls_with_a_plain_server},
	{"a secret in a URL is masked in the error", test_secret_in_url},
	{"a stream runs while other calls are waited for", test_stream},
	{"a stream is ended by its reader", test_stream_ended_by_reader},
	{"a stream comes to its end", test_stream_to_its_end},
	{"the body of an error status is kept, not streamed", test_stream_of_an_error},
	{"a stream with a ceiling is cut", test_stream_ceiling},
	{"a paused stream rests without idling out and goes on", test_stream_paused},
	{"a paused stream may be ended by its reader as it goes on", test_paused_stream_that_ends_itself},
	{"250 calls leave their gate one by one, in order", test_gate_order},
	{"calls of one gate run side by side", test_gate_lets_several_run},
	{"a shut gate holds only its own calls", test_gate_holds_only_its_own},
	{"what was to leave by a time that has passed does not leave", test_late_ones_do_not_leave},
	{"nor one whose time passed behind its gate", test_late_behind_the_gate},
	{"a permit is asked in the last moment", test_permit_is_asked_last},
	{"a permit bounds the deadline, and is told it", test_permit_knows_the_deadline},
	{"a tick comes before what leaves, and may ask something itself", test_tick_comes_first},
	{"ticks go on while nothing happens", test_ticks_go_on_in_a_wait},
	{"a gate's slot is given back when there is no connection", test_gate_is_given_back},
	{"a gate's slot is given back when the call is closed", test_gate_is_given_back_on_close},
	{"a gate's slot is given back on stop", test_gate_is_given_back_on_stop},
	{"held calls may be closed", test_held_call_closed},
	{"a call under way may be closed", test_closed_under_way},
	{"another thread wakes a run", test_wake},
	{"a wake before the run is not lost in a wait", test_wake_before_run},
	{"stop: what left may finish, nothing leaves any more", test_stop_with_grace},
	{"stop: what is allowed after it may leave while the grace lasts", test_allowed_after_stop},
	{"stop without grace from another thread ends a wait", test_stop_without_grace},
	{"a second stop may shorten the grace, not lengthen it", test_second_stop_shortens},
	{"stop ends a feed at once", test_stop_ends_a_feed},
	{"stop ends a read at once, whatever the grace", test_stop_ends_a_read},
	{"without descriptors a wake and a stop are heard", test_without_descriptors},
};

static void check_open_urls(void **state)
{
	static const struct {
		const char *url;
		bool open;
	} urls[] = {
		{"http://airtable.example", true},   {"http://10.0.0.3:8080/v0", true},
		{"https://api.airtable.com", false}, {"http://localhost:8790", false},
		{"http://127.0.0.1:8790", false},    {"http://[::1]:8790", false},
		{"http://localhost.example", true},
	};

	(void)state;
	for (size_t i = 0; i < countof(urls); i++)
		assert_int_equal(http_url_is_open(urls[i].url), urls[i].open);
}

int main(void)
{
	static struct CMUnitTest tests[countof(cases) + countof(answers) + countof(brokens) +
				       countof(impossibles) + countof(deads) + 1];
	size_t count = 0;

	for (size_t i = 0; i < countof(cases); i++)
		tests[count++] = (struct CMUnitTest){cases[i].name, cases[i].run, open_http, close_all, NULL};
	ROWS(answers, test_answer);
	ROWS(brokens, test_broken);
	ROWS(impossibles, test_impossible);
	ROWS(deads, test_dead_connection);
	tests[count++] =
		(struct CMUnitTest){"what can be read on its way", check_open_urls, NULL, NULL, NULL};
	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
