/* The server over real connections: faults as a client sees them, waiting, the guards of the control paths, requests
 * that are none (SANDBOX_TEST_ROUNDS: how many of each seed). Nothing here measures time: what must wait is held, what
 * must come is waited for. */
#include "sandbox/server.h"
#include "tests/unit/sandbox_steps.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define BASE        "/v0/app00000000000001"
#define THINGS      BASE "/Things"
#define A           "recA0000000000001"
#define TOKEN       "Authorization: Bearer patTest\r\n"
#define PATIENCE_MS 20000

struct stage {
	struct sandbox sandbox;
	struct sandbox_server *server;
};

static void stage_open(struct stage *stage, double rate)
{
	struct error error = {0};

	steps_open(&stage->sandbox);
	clock_replace(NULL);
	stage->sandbox.options.allow_kill = true;
	stage->sandbox.options.rate = rate;
	sandbox_limits_set(&stage->sandbox.limits, rate);
	if (!sandbox_server_open(&stage->sandbox, &stage->server, &error))
		fail_msg("%s", error.text);
}

static void stage_close(struct stage *stage)
{
	sandbox_server_close(&stage->server);
	sandbox_done(&stage->sandbox);
}

static int client_open(struct stage *stage)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons((uint16_t)sandbox_server_port(stage->server)),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int client = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof(address)), 0);
	return client;
}

static void client_send(int client, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(client, bytes, length, MSG_NOSIGNAL);
		if (sent <= 0)
			return; /* the other end has had enough, which is then seen in what it answered */
		bytes += sent;
		length -= (size_t)sent;
	}
}

/* All until the other end closes; or a test that hangs fails. */
static char *client_read(int client)
{
	struct text text = {0};
	char piece[4096];
	struct pollfd ready = {.fd = client, .events = POLLIN};

	for (;;) {
		if (poll(&ready, 1, PATIENCE_MS) != 1)
			fail_msg("no answer: %s", text_or_empty(&text));
		ssize_t got = recv(client, piece, sizeof(piece), 0);
		if (got <= 0)
			break;
		text_add_bytes(&text, piece, (size_t)got);
	}
	close(client);
	return text_take(&text);
}

/* "Connection: close", so that the end of the answer is the end of the connection. */
static int ask_start(struct stage *stage, const char *line, const char *headers, const char *body)
{
	int client = client_open(stage);
	scoped_text request = own_format(
		"%s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n%sContent-Type: application/json\r\n"
		"Content-Length: %zu\r\n\r\n%s",
		line, headers, body ? strlen(body) : 0, body ? body : "");

	client_send(client, request, strlen(request));
	return client;
}

static char *ask(struct stage *stage, const char *line, const char *body)
{
	return client_read(ask_start(stage, line, TOKEN, body));
}

static void expect_in(const char *answer, const char *words)
{
	if (!strstr(answer, words))
		fail_msg("'%s' is not in: %.600s", words, answer);
}

static void expect_ask(struct stage *stage, const char *line, const char *body, const char *words)
{
	scoped_text answer = ask(stage, line, body);

	expect_in(answer, words);
}

static void plan(struct stage *stage, const char *rules)
{
	expect_ask(stage, "POST /_sandbox/faults", rules, "HTTP/1.1 200 OK");
}

/* What is in the table, past all faults. */
static bool table_has(struct stage *stage, const char *words)
{
	scoped_text answer = ask(stage, "GET /_sandbox/rows?base=app00000000000001&table=Things", NULL);

	expect_in(answer, "HTTP/1.1 200 OK");
	return strstr(answer, words) != NULL;
}

static void wait_for(struct stage *stage, const char *line, const char *words)
{
	for (int i = 0; i < PATIENCE_MS / 5; i++) {
		scoped_text answer = ask(stage, line, NULL);
		if (strstr(answer, words))
			return;
		usleep(5000);
	}
	fail_msg("%s never shows '%s'", line, words);
}

#define SET(value) "PATCH " THINGS, "{\"records\":[{\"id\":\"" A "\",\"fields\":{\"Notes\":\"" value "\"}}]}"

/* ---- faults, each against one write and what it leaves ---- */

struct fault_case {
	const char *sentence;
	const char *rules;
	const char *answer; /* is in it; "": none at all */
	const char *not_in; /* or NULL */
	bool applied;
};

static const struct fault_case fault_cases[] = {
	{"no fault: answered and applied", "[]", "HTTP/1.1 200 OK", NULL, true},
	{"429: not applied", "[{\"fault\":\"429\"}]",
	 "{\"error\":{\"type\":\"RATE_LIMIT_REACHED\",\"message\":\"Rate limit exceeded. Please try again "
	 "later\"}}",
	 "Retry-After", false},
	{"429 for the month",
	 "[{\"fault\":\"429\",\"type\":\"PUBLIC_API_BILLING_LIMIT_EXCEEDED\",\"message\":\"over\"}]",
	 "{\"error\":{\"type\":\"PUBLIC_API_BILLING_LIMIT_EXCEEDED\",\"message\":\"over\"}}", NULL, false},
	{"500: not applied", "[{\"fault\":\"500\"}]", "HTTP/1.1 500", NULL, false},
	{"502: not applied, and no JSON", "[{\"fault\":\"502\"}]",
	 "<center><h1>502 Bad Gateway</h1></center>", "{", false},
	{"503: not applied, and says when to come again", "[{\"fault\":\"503\",\"retryAfter\":7}]",
	 "Retry-After: 7\r\n", NULL, false},
	{"503 in its words", "[{\"fault\":\"503\"}]",
	 "{\"error\":{\"type\":\"RETRIABLE_ERROR\",\"message\":\"Server encountered an error while "
	 "processing your request, and it is "
	 "safe to retry the request\"}}",
	 NULL, false},
	{"a missing right", "[{\"fault\":\"403\",\"type\":\"INVALID_PERMISSIONS\"}]", "HTTP/1.1 403", NULL,
	 false},
	{"cut: half of the answer, applied", "[{\"fault\":\"cut\"}]", "{\"records\":[{\"id\":\"" A "\"", "]}",
	 true},
	{"cut: half of an answer, nothing applied", "[{\"fault\":\"cut\",\"applied\":false}]", "{\"records\"",
	 "]}", false},
	{"applied and not answered", "[{\"fault\":\"applied-unanswered\"}]", "", NULL, true},
	{"applied late: nothing is there yet", "[{\"fault\":\"applied-late\",\"ms\":600000}]", "", NULL,
	 false},
	{"held for a moment, then done", "[{\"fault\":\"hold\",\"ms\":1}]", "HTTP/1.1 200 OK", NULL, true},
	{"a row edited as the write comes in: the write comes after",
	 "[{\"fault\":\"edit\",\"table\":\"Things\",\"record\":\"" A
	 "\",\"fields\":{\"Notes\":\"theirs\",\"Count\":77}}]",
	 "\"Count\":77", "theirs", true},
	{"a row found by its cells and edited",
	 "[{\"fault\":\"edit\",\"table\":\"Things\",\"match\":{\"Name\":\"a\"},\"fields\":{\"Count\":78}}]",
	 "\"Count\":78", NULL, true},
	{"the row deleted as the write comes in",
	 "[{\"fault\":\"edit\",\"actions\":[{\"delete\":{\"table\":\"Things\",\"record\":\"" A "\"}}]}]",
	 "ROW_DOES_NOT_EXIST", NULL, false},
	{"an edit that does not fit: the write is done all the same",
	 "[{\"fault\":\"edit\",\"table\":\"No\"}]", "HTTP/1.1 200 OK", NULL, true},
};

static void check_fault(void **state)
{
	const struct fault_case *row = *state;
	struct stage stage;

	stage_open(&stage, 0);
	plan(&stage, row->rules);
	scoped_text answer = ask(&stage, SET("mine"));
	if (*row->answer)
		expect_in(answer, row->answer);
	else
		assert_string_equal(answer, "");
	if (row->not_in && strstr(answer, row->not_in))
		fail_msg("'%s' is in: %s", row->not_in, answer);
	assert_int_equal(table_has(&stage, "\"Notes\":\"mine\""), row->applied);
	stage_close(&stage);
}

/* A cut answer promises more than comes. */
static void check_cut_length(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage, 0);
	plan(&stage, "[{\"fault\":\"cut\"}]");
	scoped_text answer = ask(&stage, SET("mine"));
	const char *length = strstr(answer, "Content-Length: ");
	const char *body = strstr(answer, "\r\n\r\n");
	assert_non_null(length);
	assert_non_null(body);
	assert_int_equal(strtoul(length + 16, NULL, 10) / 2, strlen(body + 4));
	stage_close(&stage);
}

static void check_applied_late(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage, 0);
	plan(&stage, "[{\"fault\":\"applied-late\",\"ms\":1}]");
	scoped_text answer = ask(&stage, SET("late"));
	assert_string_equal(answer, "");
	wait_for(&stage, "GET /_sandbox/rows?base=app00000000000001&table=Things", "\"Notes\":\"late\"");
	stage_close(&stage);
}

static void check_timeout(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage, 0);
	plan(&stage, "[{\"fault\":\"timeout\"}]");
	int client = ask_start(&stage, "PATCH " THINGS, TOKEN,
			       "{\"records\":[{\"id\":\"" A "\",\"fields\":{\"Notes\":\"never\"}}]}");
	wait_for(&stage, "GET /_sandbox/counts", "\"total\":1");
	struct pollfd ready = {.fd = client, .events = POLLIN};
	assert_int_equal(poll(&ready, 1, 50), 0);
	shutdown(client, SHUT_WR); /* the client leaves: the connection ends */
	scoped_text answer = client_read(client);
	assert_string_equal(answer, "");
	assert_false(table_has(&stage, "never"));
	stage_close(&stage);
}

static void check_stale(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage, 0);
	plan(&stage, "[{\"write\":true,\"fault\":\"stale-read\",\"ms\":600000}]");
	expect_ask(&stage, SET("first"), "\"Notes\":\"first\"");
	assert_true(table_has(&stage, "first"));
	scoped_text answer = ask(&stage, "GET " THINGS "?pageSize=1", NULL);
	assert_null(strstr(answer, "first"));
	const char *offset = strstr(answer, "\"offset\":\"");
	assert_non_null(offset);
	/* Its second page is of the same past, and a write in between sees the present. */
	expect_ask(&stage, SET("second"), "\"Notes\":\"second\"");
	scoped_text next =
		own_format("GET " THINGS "?offset=%.*s", (int)strcspn(offset + 10, "\""), offset + 10);
	expect_ask(&stage, next, NULL, "\"id\":\"recB0000000000001\"");
	expect_ask(&stage, "GET " THINGS "/" A, NULL, "\"Name\":\"a\"");
	plan(&stage, "[{\"write\":true,\"fault\":\"stale-read\",\"ms\":1}]");
	expect_ask(&stage, SET("third"), "\"Notes\":\"third\"");
	wait_for(&stage, "GET " THINGS, "\"Notes\":\"third\"");
	stage_close(&stage);
}

static void check_skip_row(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage, 0);
	plan(&stage, "[{\"kind\":\"list\",\"fault\":\"skip-row\",\"row\":2}]");
	scoped_text answer = ask(&stage, "GET " THINGS "?fields[]=Name", NULL);
	assert_non_null(strstr(answer, A));
	assert_null(strstr(answer, "recB0000000000001"));
	assert_non_null(strstr(answer, "recC0000000000001"));
	expect_ask(&stage, "GET " THINGS, NULL, "recB0000000000001");
	stage_close(&stage);
}

/* Held between doing and answering: everybody sees it done, the writer waits. */
static void check_hold_applied(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage, 0);
	plan(&stage, "[{\"write\":true,\"fault\":\"hold\",\"point\":\"applied\"}]");
	int client = ask_start(&stage, "PATCH " THINGS, TOKEN,
			       "{\"records\":[{\"id\":\"" A "\",\"fields\":{\"Notes\":\"done\"}}]}");
	wait_for(&stage, "GET /_sandbox/rows?base=app00000000000001&table=Things", "\"Notes\":\"done\"");
	expect_ask(&stage, "POST /_sandbox/faults/release", NULL, "200 OK");
	scoped_text answer = client_read(client);
	expect_in(answer, "\"Notes\":\"done\"");
	stage_close(&stage);
}

/* All are held at once, by one thread; released, all are answered. */
static void check_many_held(void **state)
{
	enum { MANY = 64 };
	struct stage stage;
	int clients[MANY];

	(void)state;
	stage_open(&stage, 0);
	stage.sandbox.options.latency_ms = 5;
	plan(&stage, "[{\"every\":1,\"fault\":\"hold\"}]");
	for (int i = 0; i < MANY; i++)
		clients[i] = ask_start(&stage, "POST " THINGS, TOKEN, "{\"fields\":{\"Name\":\"n\"}}");
	wait_for(&stage, "GET /_sandbox/counts", "\"total\":64");
	assert_false(table_has(&stage, "\"Name\":\"n\""));
	expect_ask(&stage, "POST /_sandbox/faults/release", NULL, "200 OK");
	for (int i = 0; i < MANY; i++) {
		scoped_text answer = client_read(clients[i]);
		expect_in(answer, "HTTP/1.1 200 OK");
	}
	expect_ask(&stage, "GET /_sandbox/counts", NULL, "\"records_created\":64");
	stage_close(&stage);
}

static void check_latency(void **state)
{
	enum { MANY = 64 };
	struct stage stage;
	int clients[MANY];

	(void)state;
	stage_open(&stage, 0);
	stage.sandbox.options.latency_ms = 100;
	for (int i = 0; i < MANY; i++)
		clients[i] = ask_start(&stage, "POST " THINGS, TOKEN, "{\"fields\":{\"Name\":\"n\"}}");
	for (int i = 0; i < MANY; i++) {
		scoped_text answer = client_read(clients[i]);
		expect_in(answer, "HTTP/1.1 200 OK");
	}
	expect_ask(&stage, "GET /_sandbox/counts", NULL, "\"records_created\":64");
	stage_close(&stage);
}

/* More connections than it takes, and none of them ever asks for anything. */
static void check_crowd(void **state)
{
	enum { MANY = 1100, DESCRIPTORS = 2 * MANY + 200 };
	static int clients[MANY];
	struct stage stage;
	struct rlimit limit;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_max < DESCRIPTORS)
		skip();
	limit.rlim_cur = limit.rlim_cur < DESCRIPTORS ? DESCRIPTORS : limit.rlim_cur;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	stage_open(&stage, 0);
	for (size_t i = 0; i < countof(clients); i++) {
		clients[i] = client_open(&stage);
		if (i % 2)
			client_send(clients[i], "POST /v0/", 9);
	}
	expect_ask(&stage, "GET /_sandbox/counts", NULL, "\"total\":0");
	for (size_t i = 0; i < countof(clients); i++)
		close(clients[i]);
	stage_close(&stage);
}

/* Its end comes while requests are held, on their way, or half sent. */
static void check_close(void **state)
{
	struct stage stage;
	int clients[30];

	(void)state;
	stage_open(&stage, 0);
	plan(&stage, "[{\"every\":3,\"fault\":\"hold\"},{\"every\":3,\"fault\":\"timeout\"}]");
	stage.sandbox.options.latency_ms = 60000;
	for (size_t i = 0; i < countof(clients); i++) {
		clients[i] = i % 5 ? ask_start(&stage, "POST " THINGS, TOKEN, "{\"fields\":{\"Name\":\"n\"}}")
				   : client_open(&stage);
		if (i % 5 == 0)
			client_send(clients[i], "POST /v0/", 9);
	}
	wait_for(&stage, "GET /_sandbox/counts", "\"total\":24");
	sandbox_server_close(&stage.server);
	for (size_t i = 0; i < countof(clients); i++) {
		scoped_text answer = client_read(clients[i]);
		assert_string_equal(answer, "");
	}
	sandbox_done(&stage.sandbox);
}

/* ---- kills ---- */

struct kill_case {
	const char *sentence, *point;
	bool applied, answered;
};

static const struct kill_case kill_cases[] = {
	{"killed as the request came: nothing applied, no answer", "before", false, false},
	{"killed when it was applied: no answer", "applied", true, false},
	{"killed when it was answered", "after", true, true},
};

static void check_kill(void **state)
{
	const struct kill_case *row = *state;
	struct stage stage;
	int how = 0;

	stage_open(&stage, 0);
	pid_t victim = fork();
	if (victim == 0) {
		for (;;)
			pause();
	}
	scoped_text rules = own_format("[{\"write\":true,\"fault\":\"kill\",\"pid\":%d,\"point\":\"%s\"}]",
				       (int)victim, row->point);
	plan(&stage, rules);
	expect_ask(&stage, "GET " THINGS, NULL, "200 OK");
	assert_int_equal(waitpid(victim, &how, WNOHANG), 0);
	scoped_text answer = ask(&stage, SET("mine"));
	assert_int_equal(waitpid(victim, &how, 0), victim);
	assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
	assert_int_equal(strstr(answer, "200 OK") != NULL, row->answered);
	assert_int_equal(table_has(&stage, "\"Notes\":\"mine\""), row->applied);
	stage_close(&stage);
}

/* ---- the rate limit, with windows that last longer than the test ---- */

static void check_rate(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage, 0.01);
	expect_ask(&stage, "GET " BASE "/Nothing", NULL, "403"); /* refused before the limit is looked at */
	for (int i = 0; i < 5; i++)
		expect_ask(&stage, "GET " THINGS, NULL, "200 OK");
	expect_ask(&stage, SET("mine"),
		   "{\"error\":{\"type\":\"RATE_LIMIT_REACHED\",\"message\":\"Rate limit exceeded. Please "
		   "try again later\"}}");
	expect_ask(&stage, "GET " THINGS, NULL, "HTTP/1.1 429");
	expect_ask(&stage, "GET /v0/meta/whoami", NULL, "200 OK");
	assert_false(table_has(&stage, "mine"));
	expect_ask(&stage, "GET /_sandbox/counts", NULL, "\"refused_429\":2,\"penalties\":1,");
	stage_close(&stage);
}

static void check_penalty_fault(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage, 0);
	plan(&stage, "[{\"fault\":\"429\",\"penalty_ms\":600000}]");
	expect_ask(&stage, "GET " THINGS, NULL, "HTTP/1.1 429");
	expect_ask(&stage, "GET " THINGS, NULL, "HTTP/1.1 429");
	stage_close(&stage);
}

/* ---- requests as they come: control paths, guards, sizes, nonsense ---- */

struct raw_case {
	const char *sentence, *request; /* as it is sent */
	const char *answer;             /* is in it; "": the connection just ends */
	const char *not_in;             /* or NULL */
};

#define LOCAL "Host: localhost:8792\r\nConnection: close\r\n"
#define JSON  "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
#define FORM  "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 2\r\n\r\n{}"

static const struct raw_case raw_cases[] = {
	{"the page", "GET / HTTP/1.1\r\n" LOCAL "\r\n", "Content-Type: text/html; charset=utf-8",
	 "Access-Control"},
	{"the page by an IPv6 name", "GET / HTTP/1.1\r\nHost: [::1]:8792\r\nConnection: close\r\n\r\n",
	 "200 OK", NULL},
	{"a control path by a foreign name",
	 "GET /_sandbox/bases HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
	 "SANDBOX_LOCAL_ONLY", NULL},
	{"a control path by a name that begins like ours",
	 "GET /_sandbox/bases HTTP/1.1\r\nHost: localhost.evil.example\r\nConnection: close\r\n\r\n",
	 "SANDBOX_LOCAL_ONLY", NULL},
	{"the page by a foreign name", "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
	 "SANDBOX_LOCAL_ONLY", NULL},
	{"a control path without a name", "GET /_sandbox/bases HTTP/1.0\r\n\r\n", "SANDBOX_LOCAL_ONLY", NULL},
	{"a control path from a foreign page",
	 "POST /_sandbox/clock HTTP/1.1\r\n" LOCAL "Origin: http://evil.example\r\n" JSON,
	 "SANDBOX_LOCAL_ONLY", NULL},
	{"a control path from a page without an origin",
	 "POST /_sandbox/clock HTTP/1.1\r\n" LOCAL "Origin: null\r\n" JSON, "SANDBOX_LOCAL_ONLY", NULL},
	{"a control path from our own page",
	 "POST /_sandbox/clock HTTP/1.1\r\n" LOCAL "Origin: http://localhost:8792\r\n" JSON, "200 OK", NULL},
	{"a control path by a form", "POST /_sandbox/clock HTTP/1.1\r\n" LOCAL FORM, "HTTP/1.1 415", NULL},
	{"a control path asked for permission by a page",
	 "OPTIONS /_sandbox/clock HTTP/1.1\r\n" LOCAL "Origin: http://evil.example\r\n\r\n", "403",
	 "Access-Control"},
	{"the API asked for permission by a page",
	 "OPTIONS " THINGS " HTTP/1.1\r\n" LOCAL "Origin: http://any.example\r\n\r\n",
	 "Access-Control-Allow-Headers: authorization, content-type, x-airtable-application-id, "
	 "x-api-version, x-airtable-user-agent",
	 NULL},
	{"the API's answers are for any page", "GET " THINGS " HTTP/1.1\r\n" LOCAL "\r\n",
	 "Access-Control-Allow-Origin: *", NULL},
	{"the API does not ask for a local name",
	 "GET " THINGS " HTTP/1.1\r\nHost: api.airtable.com\r\nConnection: close\r\n" TOKEN "\r\n", "200 OK",
	 NULL},
	{"a path that is nobody's", "GET /favicon.ico HTTP/1.1\r\n" LOCAL "\r\n", "{\"error\":\"NOT_FOUND\"}",
	 NULL},
	{"a method that is nobody's", "BREW " THINGS " HTTP/1.1\r\n" LOCAL TOKEN "\r\n", "HTTP/1.1 404",
	 NULL},
	{"a very long method",
	 "BREWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW " THINGS " HTTP/1.1\r\n" LOCAL TOKEN "\r\n", "HTTP/1.1 404",
	 NULL},
	{"a write that is no JSON by its type", "POST " THINGS " HTTP/1.1\r\n" LOCAL TOKEN FORM,
	 "INVALID_REQUEST_BODY", NULL},
	{"a write in pieces",
	 "POST " THINGS " HTTP/1.1\r\n" LOCAL TOKEN
	 "Content-Type: application/json; charset=utf-8\r\nTransfer-Encoding: "
	 "chunked\r\n\r\n5\r\n{\"fie\r\n8\r\nlds\":{}}\r\n0\r\n\r\n",
	 "200 OK", NULL},
	{"a body that is far too big is not waited for",
	 "POST " THINGS " HTTP/1.1\r\n" LOCAL TOKEN "Content-Length: 99999999999\r\n\r\n", "HTTP/1.1 413",
	 NULL},
	{"no HTTP at all", "\x16\x03\x01\x02\r\n\r\n", "", "200"},
	{"a header without an end", "GET " THINGS " HTTP/1.1\r\nHost", "", "200"},
};

/* Sent, then the client says that no more comes. */
static char *send_raw(struct stage *stage, const char *bytes, size_t length)
{
	int client = client_open(stage);

	client_send(client, bytes, length);
	shutdown(client, SHUT_WR);
	return client_read(client);
}

static void check_raw(void **state)
{
	const struct raw_case *row = *state;
	struct stage stage;

	stage_open(&stage, 0);
	scoped_text answer = send_raw(&stage, row->request, strlen(row->request));
	expect_in(answer, row->answer);
	if (row->not_in && strstr(answer, row->not_in))
		fail_msg("'%s' is in: %.600s", row->not_in, answer);
	stage_close(&stage);
}

/* As what stands in front of the API refuses it: a page, and no error with a type. */
static void expect_long_url(struct stage *stage, const char *line)
{
	scoped_text answer = ask(stage, line, NULL);

	expect_in(answer, "HTTP/1.1 414");
	expect_in(answer, "Content-Type: text/html");
	expect_in(answer, "<title>414 Request-URI Too Large</title>");
	assert_null(strstr(answer, "\"error\""));
	assert_null(strstr(answer, "\"type\""));
}

static void check_sizes(void **state)
{
	struct stage stage;
	struct text line = {0}, body = {0};

	(void)state;
	stage_open(&stage, 0);
	text_add(&line, "GET " THINGS "?filterByFormula=1");
	while (line.length < 4 + SANDBOX_URL_LIMIT)
		text_add(&line, "+");
	expect_ask(&stage, line.bytes, NULL, "200 OK");
	text_add(&line, "+");
	expect_long_url(&stage, line.bytes);
	text_add(&body, "{\"fields\":{\"Name\":\"n\"}}");
	while (body.length < SANDBOX_BODY_LIMIT)
		text_add(&body, " ");
	expect_ask(&stage, "POST " THINGS, body.bytes, "200 OK");
	text_add(&body, " ");
	expect_ask(&stage, "POST " THINGS, body.bytes, "HTTP/1.1 413");
	expect_ask(&stage, "GET /_sandbox/counts", NULL, "\"total\":4,");
	text_done(&line);
	text_done(&body);
	stage_close(&stage);
}

/* Many parameters fill no memory but their own. */
static void check_pairs(void **state)
{
	struct stage stage;
	struct text line = {0};

	(void)state;
	stage_open(&stage, 0);
	text_add(&line, "GET " THINGS "?fields=Name");
	while (line.length < 15900)
		text_add(&line, "&fields[]=Name");
	expect_ask(&stage, line.bytes, NULL, "200 OK");
	text_clear(&line);
	text_add(&line, "GET " THINGS "?a");
	while (line.length < 15900)
		text_add(&line, "&a");
	scoped_text answer = ask(&stage, line.bytes,
				 NULL); /* more than a connection has room for: refused or just ended */
	assert_null(strstr(answer, "200 OK"));
	expect_ask(&stage, "GET " THINGS, NULL, "200 OK");
	text_done(&line);
	stage_close(&stage);
}

static void check_date(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage, 0);
	expect_ask(&stage, "POST /_sandbox/clock", "{\"set\":\"2030-02-03T04:05:06.789Z\",\"freeze\":true}",
		   "200 OK");
	expect_ask(&stage, "GET " THINGS, NULL, "Date: Sun, 03 Feb 2030 04:05:06 GMT\r\n");
	stage_close(&stage);
}

/* Two requests on one connection, the second sent before the first is answered. */
static void check_keep_alive(void **state)
{
	static const char both[] =
		"GET " THINGS "/" A " HTTP/1.1\r\nHost: x\r\n" TOKEN "\r\n"
		"DELETE " THINGS "/" A " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" TOKEN "\r\n";
	struct stage stage;

	(void)state;
	stage_open(&stage, 0);
	stage.sandbox.options.latency_ms = 3;
	int client = client_open(&stage);
	client_send(client, both, sizeof(both) - 1);
	scoped_text answer = client_read(client);
	expect_in(answer, "\"Name\":\"a\"");
	expect_in(answer, "{\"deleted\":true,\"id\":\"" A "\"}");
	stage_close(&stage);
}

static void check_unchanged(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage, 0);
	scoped_text answer = ask(&stage, "GET /_sandbox/rows?base=app00000000000001&table=Things", NULL);
	const char *version = strstr(answer, "{\"version\":");
	assert_non_null(version);
	scoped_text line = own_format("GET /_sandbox/rows?base=app00000000000001&table=Things&since=%.*s",
				      (int)strspn(version + 11, "0123456789"), version + 11);
	scoped_text same = ask(&stage, line, NULL);
	assert_null(strstr(same, "records"));
	expect_ask(&stage, SET("new"), "200 OK");
	expect_ask(&stage, line, NULL, "\"Notes\":\"new\"");
	stage_close(&stage);
}

static void check_save_always(void **state)
{
	struct stage stage;
	char folder[] = "/tmp/sandbox-server-XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(folder));
	scoped_text path = own_format("%s/state.json", folder);
	stage_open(&stage, 0);
	expect_ask(&stage, "POST /_sandbox/save", NULL, "without --save");
	sandbox_server_close(&stage.server);
	stage.sandbox.options.save_file = own_copy(path);
	stage.sandbox.options.save_always = true;
	assert_true(sandbox_server_open(&stage.sandbox, &stage.server, NULL));
	expect_ask(&stage, SET("kept"), "200 OK");
	bool saved = false;
	for (int i = 0; i < PATIENCE_MS / 5 && !saved; i++) {
		struct sandbox_store *store = NULL;
		usleep(5000);
		if (sandbox_store_load(path, 0, &store, NULL)) {
			struct text text = {0};
			sandbox_store_write(store, &text);
			saved = strstr(text.bytes, "\"kept\"") != NULL;
			text_done(&text);
			sandbox_store_close(&store);
		}
	}
	assert_true(saved);
	stage_close(&stage);
	unlink(path);
	rmdir(folder);
}

/* A server has its sandbox for itself, so the second one has another. */
static void check_port(void **state)
{
	struct stage stage;
	struct sandbox sandbox;
	struct sandbox_server *second = NULL;
	struct error error = {0};

	(void)state;
	steps_open(&sandbox); /* sets the clock, so it comes before any server's threads */
	stage_open(&stage, 0);
	sandbox.options.port = sandbox_server_port(stage.server);
	assert_false(sandbox_server_open(&sandbox, &second, &error));
	scoped_text words = own_format("cannot listen on 127.0.0.1 port %d", sandbox.options.port);
	assert_string_equal(error.text, words);
	sandbox.options.listen = own_copy("nowhere");
	assert_false(sandbox_server_open(&sandbox, &second, &error));
	assert_string_equal(error.text, "\"nowhere\" is no address to listen on: give one in digits");
	sandbox_done(&sandbox);
	stage_close(&stage);
}

/* ---- nonsense, made from sense ---- */

static uint64_t chance;

static uint32_t below(uint32_t end)
{
	chance = chance * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((chance >> 33) % end);
}

static const char *const seeds[] = {
	"GET " THINGS "?pageSize=1&sort[0][field]=Name&filterByFormula=AND({Name}='a',1)&fields[]=Name "
	"HTTP/1.1\r\nHost: localhost\r\n" TOKEN "\r\n",
	"POST " THINGS " HTTP/1.1\r\nHost: localhost\r\n" TOKEN
	"Content-Type: application/json\r\nContent-Length: 96\r\n\r\n"
	"{\"records\":[{\"fields\":{\"Name\":\"x\",\"Kind\":\"q\",\"Place\":[\"there\",\"y\"],\"Tags\":\"a,"
	"b\"}}],\"typecast\":true}",
	"PATCH " THINGS " HTTP/1.1\r\nHost: localhost\r\n" TOKEN
	"Content-Type: application/json\r\nContent-Length: 93\r\n\r\n"
	"{\"performUpsert\":{\"fieldsToMergeOn\":[\"Name\"]},\"records\":[{\"fields\":{\"Name\":\"a\","
	"\"Files\":[]}}]}",
	"POST " THINGS "/listRecords HTTP/1.1\r\nHost: localhost\r\n" TOKEN
	"Content-Type: application/json\r\nContent-Length: 59\r\n\r\n"
	"{\"pageSize\":2,\"sort\":[{\"field\":\"Place\"}],\"offset\":\"itr/rec\"}  ",
	"POST /_sandbox/edit HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
	"application/json\r\nContent-Length: 92\r\n\r\n"
	"{\"actions\":[{\"retypeField\":{\"table\":\"Things\",\"field\":\"Place\",\"type\":\"number\","
	"\"options\":{}}}]}",
	"DELETE " THINGS "?records[]=" A "&records[]=recB0000000000001 HTTP/1.1\r\nHost: localhost\r\n" TOKEN
	"\r\n",
};

static void disturb(struct text *request)
{
	static const char *const pieces[] = {"%00",   "%2F", "\r\n", "\"",  "{",   "[",  "null", "-1",
					     "1e999", "%",   "\xff", "rec", "fld", "[]", ":"};

	for (uint32_t i = below(6); i > 0 && request->length > 2; i--) {
		size_t at = below((uint32_t)request->length - 1);
		const char *piece = pieces[below(countof(pieces))];
		if (below(2))
			request->bytes[at] = (char)below(256);
		else if (at + strlen(piece) < request->length)
			memcpy(request->bytes + at, piece, strlen(piece));
	}
	if (below(4) == 0)
		request->length = below((uint32_t)request->length);
}

static void check_nonsense(void **state)
{
	const char *asked = getenv("SANDBOX_TEST_ROUNDS");
	int rounds = asked ? (int)strtol(asked, NULL, 10) : 400;
	struct stage stage;

	chance = (uint64_t)(uintptr_t)*state;
	stage_open(&stage, 0);
	for (int i = 0; i < rounds; i++) {
		struct text request = {0};
		text_add(&request, seeds[below(countof(seeds))]);
		disturb(&request);
		scoped_text answer = send_raw(&stage, text_or_empty(&request), request.length);
		text_done(&request);
		if (i % 50 == 0) /* whatever was done to it, its state can be written and read */
			expect_ask(&stage, "GET /_sandbox/save", NULL, "200 OK");
	}
	struct sandbox_store *copy = sandbox_store_copy(stage.sandbox.store);
	assert_non_null(copy);
	sandbox_store_close(&copy);
	expect_ask(&stage, "GET /v0/meta/bases", NULL, "200 OK");
	stage_close(&stage);
}

/* Arrays in arrays, as deep as a body may be long. */
static void check_depth(void **state)
{
	struct stage stage;
	struct text body = {0};

	(void)state;
	stage_open(&stage, 0);
	text_add(&body, "{\"fields\":{\"Who\":");
	while (body.length < SANDBOX_BODY_LIMIT / 2)
		text_add(&body, "[");
	expect_ask(&stage, "POST " THINGS, body.bytes, "INVALID_REQUEST_BODY");
	text_done(&body);
	stage_close(&stage);
}

int main(void)
{
	struct cases cases = {0};

	signal(SIGPIPE, SIG_IGN);
	cases_add_table(&cases, fault_cases, check_fault);
	cases_add(&cases, own_copy("a cut answer promises twice what comes"), check_cut_length, NULL);
	cases_add(&cases, own_copy("applied late, but applied"), check_applied_late, NULL);
	cases_add(&cases, own_copy("a timeout lasts until the client leaves"), check_timeout, NULL);
	cases_add(&cases, own_copy("reads show what was before the write, for a while"), check_stale, NULL);
	cases_add(&cases, own_copy("a list leaves out a row, once"), check_skip_row, NULL);
	cases_add(&cases, own_copy("held between doing and answering"), check_hold_applied, NULL);
	cases_add(&cases, own_copy("64 requests are held at once and all answered"), check_many_held, NULL);
	cases_add(&cases, own_copy("64 requests wait out their latency together"), check_latency, NULL);
	cases_add(&cases, own_copy("a crowd that asks for nothing keeps nobody out"), check_crowd, NULL);
	cases_add(&cases, own_copy("the end comes while requests wait"), check_close, NULL);
	cases_add_table(&cases, kill_cases, check_kill);
	cases_add(&cases, own_copy("the sixth request in a second begins the penalty"), check_rate, NULL);
	cases_add(&cases, own_copy("a penalty by a fault"), check_penalty_fault, NULL);
	cases_add_table(&cases, raw_cases, check_raw);
	cases_add(&cases, own_copy("URLs and bodies up to their limits, and one byte more"), check_sizes,
		  NULL);
	cases_add(&cases, own_copy("a URL full of parameters"), check_pairs, NULL);
	cases_add(&cases, own_copy("the Date is the sandbox's clock's"), check_date, NULL);
	cases_add(&cases, own_copy("two requests on one connection"), check_keep_alive, NULL);
	cases_add(&cases, own_copy("rows are not sent again while nothing changed"), check_unchanged, NULL);
	cases_add(&cases, own_copy("the state is saved after a change"), check_save_always, NULL);
	cases_add(&cases, own_copy("an address that cannot be had"), check_port, NULL);
	cases_add(&cases, own_copy("arrays as deep as the body is long"), check_depth, NULL);
	for (uintptr_t seed = 1; seed <= 8; seed++)
		cases_add(&cases, own_format("disturbed requests, seed %d", (int)seed), check_nonsense,
			  (const void *)seed);
	return cases_run("sandbox server", &cases);
}
