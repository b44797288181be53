/* The admin port over real connections: which requests come through to a route, and what is said of the others. Nothing here measures
 * time: what must come is waited for. */
#include "base/clock.h"
#include "base/text.h"
#include "bridge/admin/events.h"
#include "bridge/admin/server.h"
#include "tests/unit/cases.h"
#include "web/password.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define PASSWORD   "correct horse battery"
#define TOKEN      "0123456789abcdefTOKEN"
#define HOST       "Host: 127.0.0.1\r\n"
#define LAST       "Connection: close\r\n"
#define GET(path)  "GET " path " HTTP/1.1\r\n" HOST LAST
#define FORM       "Content-Type: application/x-www-form-urlencoded\r\n"
#define POST(path) "POST " path " HTTP/1.1\r\n" HOST LAST FORM
#define BEARER     "Authorization: Bearer " TOKEN "\r\n"

static char hash[PASSWORD_HASH_SIZE];

/* ---- routes that say what they were asked ---- */

static void say(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	const char *word = web_form_value(request->query, "q");
	const char *client_word = request->from_here ? "here" : "elsewhere";
	char client[WEB_ADDRESS_TEXT_SIZE];

	(void)context;
	web_address_text(&request->client, client);
	answer->type = ADMIN_TYPE_TEXT;
	text_format(&answer->body, "q=%s %s %s%s", word ? word : "none", client_word, client,
		    request->over_tls ? " tls" : "");
}

static void say_token(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	(void)context;
	answer->type = ADMIN_TYPE_TEXT;
	text_add(&answer->body, request->form_token);
}

static void change(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	_Atomic int *changes = context;

	(void)request;
	(*changes)++;
	admin_answer_words(answer, 200, "changed");
}

static uint64_t version(void *context)
{
	_Atomic int *changes = context;

	return (uint64_t)*changes;
}

static void login(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	char session[SESSION_ID_SIZE] = "";
	const char *password = web_form_value(request->form, "password");

	(void)context;
	if (request->login_wait_s) {
		admin_answer_words(answer, 429, "too often");
	} else if (access_login(request->access, password ? password : "", clock_steady_ms(), session)) {
		admin_answer_words(answer, 200, "in");
		answer->cookie = access_cookie(session, request->over_tls);
	} else {
		admin_answer_words(answer, 403, "wrong");
	}
}

static const struct admin_route routes[] = {
	{.method = "GET", .path = "/open", .right = ADMIN_ANYBODY, .run = say},
	{.method = "GET", .path = "/here", .right = ADMIN_HERE, .run = say},
	{.method = "GET", .path = "/page", .right = ADMIN_OWNER, .run = say},
	{.method = "GET", .path = "/slow", .right = ADMIN_OWNER, .slow = true, .run = say},
	{.method = "GET", .path = "/token", .right = ADMIN_OWNER, .run = say_token},
	{.method = "GET", .path = "/api/page", .right = ADMIN_OWNER, .run = say},
	{.method = "POST", .path = "/change", .right = ADMIN_OWNER, .run = change},
	{.method = "POST", .path = "/login", .right = ADMIN_ANYBODY, .is_login = true, .run = login},
	{.method = "GET", .path = "/api/events", .right = ADMIN_OWNER, .is_stream = true},
	{.path = NULL},
};

/* ---- the stage ---- */

struct stage {
	struct admin_server *server;
	_Atomic int changes;
};

static void stage_open(struct stage *stage, bool has_password)
{
	const struct admin_server_options options = {
		.listen = "127.0.0.1:0",
		.hosts = "davenport.example",
		.proxies = "127.0.0.7",
		.secrets = {.password_hash = has_password ? hash : "", .token = TOKEN},
		.routes = {.list = routes, .context = &stage->changes, .version = version},
	};
	struct error error = {0};

	stage->changes = 0;
	assert_true(admin_server_open(&options, &stage->server, &error));
}

static int connect_from(const struct stage *stage, const char *from)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(socket_ >= 0);
	inet_pton(AF_INET, from, &address.sin_addr);
	assert_int_equal(bind(socket_, (struct sockaddr *)&address, sizeof address), 0);
	inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
	address.sin_port = htons((uint16_t)admin_server_port(stage->server));
	assert_int_equal(connect(socket_, (struct sockaddr *)&address, sizeof address), 0);
	return socket_;
}

/* What the server sends until it closes. The caller frees. */
static char *exchange_from(const struct stage *stage, const char *from, const char *bytes, size_t length)
{
	struct text text = {0};
	char piece[4096];
	int socket_ = connect_from(stage, from);
	ssize_t count;

	(void)!send(socket_, bytes, length, MSG_NOSIGNAL); /* it may close before it has heard all */
	while ((count = recv(socket_, piece, sizeof piece, 0)) > 0)
		text_add_bytes(&text, piece, (size_t)count);
	close(socket_);
	return text_take(&text);
}

static char *exchange(const struct stage *stage, const char *bytes)
{
	return exchange_from(stage, "127.0.0.1", bytes, strlen(bytes));
}

static int status_of(const char *answer)
{
	return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? (int)strtol(answer + 9, NULL, 10) : 0;
}

static const char *body_of(const char *answer)
{
	const char *end = strstr(answer, "\r\n\r\n");

	return end ? end + 4 : "";
}

/* ---- which requests come through ---- */

static const struct through_case {
	const char *sentence;
	const char *request; /* its last blank line and body are added */
	const char *body;
	int status;
	const char *said; /* part of the answer, or NULL */
} through_cases[] = {
	{"anybody sees what is open", GET("/open"), "", 200, "q=none here 127.0.0.1"},
	{"the end of the address is read", GET("/open?q=a%20b"), "", 200, "q=a b"},
	{"an end that cannot be read", GET("/open?q=%zz"), "", 400, NULL},
	{"HEAD is GET without a body", "HEAD /open HTTP/1.1\r\n" HOST LAST, "", 200,
	 "Content-Length: 21\r\n"},
	{"a page that is not there", GET("/nothing"), "", 404, "There is nothing here."},
	{"a path with something behind", GET("/open/"), "", 404, NULL},
	{"a path that is encoded", GET("/%6fpen"), "", 404, NULL},
	{"a path that climbs", GET("/x/../open"), "", 404, NULL},
	{"a whole address", GET("http://127.0.0.1/open"), "", 404, NULL},
	{"a stranger is sent to the login", GET("/page"), "", 303, "Location: /login\r\n"},
	{"a stranger's program is told", GET("/api/page"), "", 401, "WWW-Authenticate: Bearer\r\n"},
	{"the token lets in", GET("/page") BEARER, "", 200, "q=none"},
	{"the token lets in to what is slow", GET("/slow?q=1") BEARER, "", 200, "q=1"},
	{"a stranger does not come to what is slow", GET("/slow"), "", 303, NULL},
	{"a wrong token does not", GET("/api/page") "Authorization: Bearer x\r\n", "", 401, NULL},
	{"from this machine", GET("/here"), "", 200, NULL},
	{"through a proxy it is not from this machine", GET("/here") "X-Forwarded-For: 127.0.0.1\r\n", "",
	 401, NULL},
	{"nor with the other header", GET("/here") "Forwarded: for=127.0.0.1\r\n", "", 401, NULL},
	{"nor with the third", GET("/here") "X-Real-IP: 127.0.0.1\r\n", "", 401, NULL},
	{"a name of the list", "GET /open HTTP/1.1\r\nHost: davenport.example\r\n" LAST, "", 200, NULL},
	{"a stranger's name", "GET /open HTTP/1.1\r\nHost: evil.example\r\n" LAST, "", 421, "ADMIN_HOSTS"},
	{"a stranger's name with the token", "GET /page HTTP/1.1\r\nHost: evil.example\r\n" LAST BEARER, "",
	 421, NULL},
	{"no host", "GET /open HTTP/1.0\r\n", "", 421, NULL},
	{"another method", "DELETE /open HTTP/1.1\r\n" HOST LAST, "", 405, "Allow: GET, HEAD, POST\r\n"},
	{"a form where there is none", POST("/open") "Content-Length: 0\r\n", "", 405, NULL},
	{"a page where there is a form", GET("/change") BEARER, "", 405, NULL},
	{"a GET with a body", GET("/open") "Content-Length: 3\r\n", "a=b", 413, NULL},
	{"two lengths", POST("/change") BEARER "Content-Length: 0\r\nContent-Length: 3\r\n", "a=b", 400,
	 NULL},
	{"a form without a length", POST("/change") BEARER, "", 411, NULL},
	{"a form in pieces", POST("/change") BEARER "Transfer-Encoding: chunked\r\n", "3\r\na=b\r\n0\r\n\r\n",
	 411, NULL},
	{"a form that is none",
	 "POST /change HTTP/1.1\r\n" HOST LAST BEARER "Content-Type: application/json\r\n"
	 "Content-Length: 2\r\n",
	 "{}", 415, NULL},
	{"a form of no type", "POST /change HTTP/1.1\r\n" HOST LAST BEARER "Content-Length: 3\r\n", "a=b",
	 415, NULL},
	{"a form that says that it is too long", POST("/change") BEARER "Content-Length: 65537\r\n", "a=b",
	 413, NULL},
	{"a form that says something else", POST("/change") BEARER "Content-Length: 99999999\r\n", "a=b", 413,
	 NULL},
	{"a form that cannot be read", POST("/change") BEARER "Content-Length: 3\r\n", "a=%", 400, NULL},
	{"a script's form needs no token of a page", POST("/change") BEARER "Content-Length: 0\r\n", "", 200,
	 "changed"},
	{"a stranger's form", POST("/change") "Content-Length: 0\r\n", "", 401, NULL},
	{"a login from another site", POST("/login") "Origin: https://evil.example\r\nContent-Length: 0\r\n",
	 "", 403, NULL},
	{"a login from another site, as browsers say",
	 POST("/login") "Sec-Fetch-Site: cross-site\r\n"
			"Content-Length: 0\r\n",
	 "", 403, NULL},
	{"a login from nowhere", POST("/login") "Origin: null\r\nContent-Length: 0\r\n", "", 403, NULL},
	{"a login from our own page",
	 POST("/login") "Origin: http://127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n"
			"Content-Length: 30\r\n",
	 "password=correct+horse+battery", 200, "Set-Cookie: davenport_session="},
	{"a wrong login", POST("/login") "Content-Length: 14\r\n", "password=wrong", 403, NULL},
};

static void check_through(void **state)
{
	const struct through_case *row = *state;
	struct stage stage;

	stage_open(&stage, true);
	scoped_text request = own_format("%s\r\n%s", row->request, row->body);
	scoped_text answer = exchange(&stage, request);
	admin_server_close(&stage.server);
	assert_int_equal(status_of(answer), row->status);
	if (row->said)
		assert_non_null(strstr(answer, row->said));
	assert_int_equal(stage.changes, row->said && strcmp(row->said, "changed") == 0);
}

/* ---- what every answer says ---- */

static void check_headers(void **state)
{
	static const char *const requests[] = {GET("/open") "\r\n", GET("/nothing") "\r\n",
					       GET("/page") "\r\n", "DELETE / HTTP/1.1\r\n" HOST LAST "\r\n",
					       "GET / HTTP/1.1\r\nHost: x\r\n" LAST "\r\n"};
	static const char *const wanted[] = {
		"Content-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self';",
		"frame-ancestors 'none'\r\n",
		"X-Content-Type-Options: nosniff\r\n",
		"Referrer-Policy: same-origin\r\n",
		"Cache-Control: no-store\r\n",
	};
	struct stage stage;

	(void)state;
	stage_open(&stage, true);
	for (size_t i = 0; i < countof(requests); i++) {
		scoped_text answer = exchange(&stage, requests[i]);
		for (size_t j = 0; j < countof(wanted); j++)
			assert_non_null(strstr(answer, wanted[j]));
		assert_null(strstr(answer, "unsafe-inline"));
		assert_null(strstr(answer, "Access-Control"));
	}
	admin_server_close(&stage.server);
}

/* ---- a session's forms ---- */

/* The caller frees. */
static char *log_in(const struct stage *stage)
{
	scoped_text answer =
		exchange(stage, POST("/login") "Content-Length: 30\r\n\r\npassword=correct+horse+battery");
	const char *cookie = strstr(answer, "davenport_session=");

	assert_non_null(cookie);
	return own_copy_bytes(cookie, strcspn(cookie, ";"));
}

static int try_change(const struct stage *stage, const char *cookie, const char *token, const char *headers)
{
	scoped_text body = own_format("form_token=%s", token);
	scoped_text request = own_format(POST("/change") "%sCookie: %s\r\nContent-Length: %zu\r\n\r\n%s",
					 headers, cookie, strlen(body), body);
	scoped_text answer = exchange(stage, request);

	return status_of(answer);
}

static void check_form_token(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage, true);
	scoped_text cookie = log_in(&stage);
	scoped_text other = log_in(&stage);
	scoped_text request = own_format(GET("/token") "Cookie: %s\r\n\r\n", cookie);
	scoped_text answer = exchange(&stage, request);
	const char *token = body_of(answer);

	assert_string_not_equal(cookie, other);
	assert_int_equal(status_of(answer), 200);
	assert_int_equal(strlen(token), SESSION_ID_SIZE - 1);
	assert_int_equal(try_change(&stage, cookie, token, ""), 200);
	assert_int_equal(stage.changes, 1);
	assert_int_equal(try_change(&stage, cookie, "", ""), 403);
	assert_int_equal(try_change(&stage, cookie, cookie + strlen("davenport_session="), ""), 403);
	assert_int_equal(try_change(&stage, other, token, ""), 403);
	assert_int_equal(try_change(&stage, cookie, token, "Origin: http://evil.example\r\n"), 403);
	assert_int_equal(try_change(&stage, cookie, token, "Sec-Fetch-Site: same-site\r\n"), 403);
	scoped_text twice = own_format("%s&form_token=%s", token, token);
	assert_int_equal(try_change(&stage, cookie, twice, ""), 403);
	assert_int_equal(stage.changes, 1);
	admin_server_close(&stage.server);
}

/* A session that a stranger has chosen is none, before and after the login. */
static void check_fixation(void **state)
{
	static const char planted[] = "davenport_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	struct stage stage;

	(void)state;
	stage_open(&stage, true);
	scoped_text request = own_format(
		POST("/login") "Cookie: %s\r\nContent-Length: 30\r\n\r\npassword=correct+horse+battery",
		planted);
	scoped_text answer = exchange(&stage, request);
	assert_int_equal(status_of(answer), 200);
	assert_null(strstr(answer, planted));
	scoped_text again = own_format(GET("/api/page") "Cookie: %s\r\n\r\n", planted);
	scoped_text refused = exchange(&stage, again);
	assert_int_equal(status_of(refused), 401);
	admin_server_close(&stage.server);
}

/* ---- guessing ---- */

/* Each from addresses of its own, many at a time. */
static void check_guessing(void **state)
{
	struct stage stage;
	int wrong = 0, refused = 0;

	(void)state;
	stage_open(&stage, true);
	for (int i = 0; i < 100; i++) {
		scoped_text from = own_format("127.0.1.%d", 1 + i / 10);
		scoped_text answer =
			exchange_from(&stage, from, POST("/login") "Content-Length: 9\r\n\r\npassword=",
				      strlen(POST("/login") "Content-Length: 9\r\n\r\npassword="));
		wrong += status_of(answer) == 403;
		refused += status_of(answer) == 429;
	}
	admin_server_close(&stage.server);
	assert_int_equal(wrong + refused, 100);
	assert_true(wrong >= LOGIN_TRIES_AT_ONCE && refused >= 10);
}

/* ---- proxies ---- */

static const struct proxy_case {
	const char *sentence, *from, *headers, *said;
} proxy_cases[] = {
	{"a proxy says who asks", "127.0.0.7", "X-Forwarded-For: 192.0.2.9\r\n",
	 "q=none elsewhere 192.0.2.9"},
	{"a proxy says that it is HTTPS", "127.0.0.7",
	 "X-Forwarded-For: 192.0.2.9\r\nX-Forwarded-Proto: https\r\n", "192.0.2.9 tls"},
	{"what others say is not believed", "127.0.0.1",
	 "X-Forwarded-For: 192.0.2.9\r\nX-Forwarded-Proto: https\r\n", "q=none elsewhere 127.0.0.1\n"},
};

static void check_proxy(void **state)
{
	const struct proxy_case *row = *state;
	struct stage stage;

	stage_open(&stage, true);
	scoped_text request = own_format(GET("/open") "%s\r\n", row->headers);
	scoped_text answer = exchange_from(&stage, row->from, request, strlen(request));
	scoped_text body = own_format("%s\n", body_of(answer));
	admin_server_close(&stage.server);
	assert_non_null(strstr(body, row->said));
}

/* Without a password whoever is on this machine is the owner, and nobody who comes through something else. */
static void check_without_password(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage, false);
	scoped_text here = exchange(&stage, GET("/page") "\r\n");
	scoped_text through = exchange(&stage, GET("/page") "X-Forwarded-For: 192.0.2.9\r\n\r\n");
	scoped_text token = exchange(&stage, GET("/token") "\r\n");
	assert_int_equal(status_of(here), 200);
	assert_int_equal(status_of(through), 303);
	assert_int_equal(try_change(&stage, "x=y", body_of(token), ""), 200);
	assert_int_equal(try_change(&stage, "x=y", "", ""), 403);
	assert_int_equal(stage.changes, 1);
	admin_server_close(&stage.server);
}

/* ---- crowds ---- */

static void check_too_often(void **state)
{
	struct stage stage;
	int refused = 0;

	(void)state;
	stage_open(&stage, true);
	for (int i = 0; i < ADMIN_REQUESTS_AT_ONCE * 3 && !refused; i++) {
		scoped_text answer = exchange(&stage, GET("/open") "\r\n");
		refused += status_of(answer) == 429 && strstr(answer, "Retry-After: ");
	}
	assert_int_equal(refused, 1);
	scoped_text other =
		exchange_from(&stage, "127.0.0.9", GET("/open") "\r\n", strlen(GET("/open") "\r\n"));
	assert_int_equal(status_of(other), 200);
	admin_server_close(&stage.server);
}

/* Whoever only connects keeps nobody out: the one that waited longest goes. */
static void check_silent_crowd(void **state)
{
	int crowd[ADMIN_CONNECTIONS * 2];
	struct stage stage;

	(void)state;
	stage_open(&stage, true);
	for (size_t i = 0; i < countof(crowd); i++)
		crowd[i] = connect_from(&stage, "127.0.0.1");
	scoped_text answer = exchange(&stage, GET("/open") "\r\n");
	assert_int_equal(status_of(answer), 200);
	for (size_t i = 0; i < countof(crowd); i++)
		close(crowd[i]);
	admin_server_close(&stage.server);
}

static void check_long_header(void **state)
{
	struct text text = {0};
	struct stage stage;

	(void)state;
	stage_open(&stage, true);
	text_add(&text, GET("/open") "X: ");
	for (size_t i = 0; i < 2 * ADMIN_HEADERS_BYTES; i++)
		text_add(&text, "a");
	text_add(&text, "\r\n\r\n");
	scoped_text answer = exchange(&stage, text.bytes);
	assert_true(status_of(answer) == 431 || status_of(answer) == 0);
	text_done(&text);
	admin_server_close(&stage.server);
}

/* ---- streams of events ---- */

static int open_stream(const struct stage *stage, const char *right)
{
	scoped_text request = own_format("GET /api/events HTTP/1.1\r\n" HOST "%s\r\n", right);
	int socket_ = connect_from(stage, "127.0.0.1");

	assert_int_equal(send(socket_, request, strlen(request), 0), (ssize_t)strlen(request));
	return socket_;
}

/* Until they have come, behind what was read before; false: the connection ended before. */
static bool read_until(int socket_, struct text *text, const char *words)
{
	size_t from = text->length;
	char piece[512];
	ssize_t count = 1;

	while (!(text->length > from && strstr(text->bytes + from, words)) &&
	       (count = recv(socket_, piece, sizeof piece, 0)) > 0)
		text_add_bytes(text, piece, (size_t)count);
	return count > 0;
}

/* Its status; 200: *socket_out is the stream's. */
static int try_stream(const struct stage *stage, int *socket_out)
{
	struct text text = {0};

	*socket_out = open_stream(stage, BEARER);
	(void)read_until(*socket_out, &text, "\r\n\r\n");
	int status = status_of(text_or_empty(&text));
	text_done(&text);
	if (status != 200)
		close(*socket_out);
	return status;
}

static void change_something(const struct stage *stage)
{
	scoped_text answer = exchange(stage, POST("/change") BEARER "Content-Length: 0\r\n\r\n");

	assert_int_equal(status_of(answer), 200);
}

static void check_events(void **state)
{
	struct text text = {0};
	struct stage stage;

	(void)state;
	stage_open(&stage, true);
	scoped_text stranger = exchange(&stage, GET("/api/events") "\r\n");
	assert_int_equal(status_of(stranger), 401);
	int socket_ = open_stream(&stage, BEARER);
	assert_true(read_until(socket_, &text, "retry: 5000"));
	assert_non_null(strstr(text.bytes, "Content-Type: text/event-stream"));
	assert_non_null(strstr(text.bytes, "Content-Security-Policy: "));
	for (int i = 0; i < 3; i++) {
		change_something(&stage);
		assert_true(read_until(socket_, &text, "data: changed\n\n"));
	}
	admin_server_close(&stage.server);
	assert_false(read_until(socket_, &text, "never"));
	close(socket_);
	text_done(&text);
}

/* Those that are gone make room, once something was to be told to them. */
static void check_many_streams(void **state)
{
	int streams[EVENTS_MOST_PER_SESSION], further;
	struct stage stage;

	(void)state;
	stage_open(&stage, true);
	for (size_t i = 0; i < countof(streams); i++)
		assert_int_equal(try_stream(&stage, &streams[i]), 200);
	assert_int_equal(try_stream(&stage, &further), 503);
	scoped_text page = exchange(&stage, GET("/open") "\r\n");
	assert_int_equal(status_of(page), 200);
	close(streams[0]);
	while (try_stream(&stage, &further) != 200) {
		change_something(&stage);
		usleep(100000);
	}
	close(further);
	admin_server_close(&stage.server);
	for (size_t i = 1; i < countof(streams); i++)
		close(streams[i]);
}

/* ---- where it listens ---- */

static void check_taken(void **state)
{
	struct stage stage;
	struct admin_server *second = NULL;
	struct error error = {0};

	(void)state;
	stage_open(&stage, true);
	scoped_text listen = own_format("127.0.0.1:%d", admin_server_port(stage.server));
	const struct admin_server_options options = {
		.listen = listen,
		.hosts = "",
		.proxies = "",
		.secrets = {.password_hash = "", .token = ""},
		.routes = {.list = routes, .context = &stage.changes, .version = version}};
	assert_false(admin_server_open(&options, &second, &error));
	assert_non_null(strstr(error.text, "the address is taken"));
	admin_server_close(&stage.server);
}

int main(void)
{
	struct cases cases = {0};

	if (!password_hash(PASSWORD, hash, NULL))
		return 1;
	cases_add_table(&cases, through_cases, check_through);
	cases_add(&cases, own_copy("every answer guards its page"), check_headers, NULL);
	cases_add(&cases, own_copy("a form needs the token of its session"), check_form_token, NULL);
	cases_add(&cases, own_copy("a planted session is none"), check_fixation, NULL);
	cases_add(&cases, own_copy("guesses are answered, and most are not computed"), check_guessing, NULL);
	cases_add_table(&cases, proxy_cases, check_proxy);
	cases_add(&cases, own_copy("without a password"), check_without_password, NULL);
	cases_add(&cases, own_copy("who asks too often is refused alone"), check_too_often, NULL);
	cases_add(&cases, own_copy("a silent crowd keeps nobody out"), check_silent_crowd, NULL);
	cases_add(&cases, own_copy("headers that are too long"), check_long_header, NULL);
	cases_add(&cases, own_copy("a stream tells what has changed, and ends with the server"), check_events,
		  NULL);
	cases_add(&cases, own_copy("streams have a limit"), check_many_streams, NULL);
	cases_add(&cases, own_copy("an address that is taken"), check_taken, NULL);
	return cases_run("admin port", &cases);
}
