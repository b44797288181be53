/* Where a file may be fetched from, and what a server may do to that. Kinds and words are asserted, never durations. */
#include "base/http_url.h"
#include "photos/address.h"
#include "photos/fetch.h"
#include "tests/fakes/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>
/* after what it wants declared */
#include <cmocka.h>

enum { SHORT_MS = 200, FEW_BYTES = 1000 };

/* ---- addresses ---- */

static const struct {
	const char *address;
	bool is_public;
} addresses[] = {
	{"0.0.0.0", false},
	{"0.255.255.255", false},
	{"1.0.0.0", true},
	{"8.8.8.8", true},
	{"9.255.255.255", true},
	{"10.0.0.0", false},
	{"10.255.255.255", false},
	{"11.0.0.0", true},
	{"100.63.255.255", true},
	{"100.64.0.0", false},
	{"100.127.255.255", false},
	{"100.128.0.0", true},
	{"126.255.255.255", true},
	{"127.0.0.1", false},
	{"127.255.255.255", false},
	{"128.0.0.0", true},
	{"169.253.255.255", true},
	{"169.254.169.254", false},
	{"169.255.0.0", true},
	{"172.15.255.255", true},
	{"172.16.0.0", false},
	{"172.31.255.255", false},
	{"172.32.0.0", true},
	{"192.0.0.8", false},
	{"192.0.1.0", true},
	{"192.0.2.1", false},
	{"192.88.99.1", false},
	{"192.167.255.255", true},
	{"192.168.0.1", false},
	{"192.169.0.0", true},
	{"198.17.255.255", true},
	{"198.18.0.1", false},
	{"198.19.255.255", false},
	{"198.20.0.0", true},
	{"198.51.100.7", false},
	{"203.0.113.7", false},
	{"203.0.114.0", true},
	{"223.255.255.255", true},
	{"224.0.0.1", false},
	{"239.255.255.255", false},
	{"240.0.0.1", false},
	{"255.255.255.255", false},
	{"::", false},
	{"::1", false},
	{"::127.0.0.1", false},
	{"::8.8.8.8", false}, /* compatible: nobody has them any more */
	{"::ffff:127.0.0.1", false},
	{"::ffff:10.0.0.1", false},
	{"::ffff:169.254.169.254", false},
	{"::ffff:8.8.8.8", true},
	{"64:ff9b::127.0.0.1", false},
	{"64:ff9b::192.168.0.1", false},
	{"64:ff9b::8.8.8.8", true},
	{"64:ff9b:1::8.8.8.8", false}, /* a network's own */
	{"100::1", false},
	{"2001::1", false}, /* Teredo */
	{"2001:1ff:ffff::1", false},
	{"2001:200::1", true},
	{"2001:db8::1", false},
	{"2001:db9::1", true},
	{"2002:a00:1::1", false},
	{"2002:7f00:1::1", false},
	{"2002:808:808::1", true},
	{"2606:4700::1111", true},
	{"3fff::1", false},
	{"3ffe::1", true},
	{"4000::1", false},
	{"fc00::1", false},
	{"fd12:3456::1", false},
	{"fe80::1", false},
	{"febf::1", false},
	{"fec0::1", false},
	{"ff02::1", false},
};

static void test_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(addresses); i++) {
		struct sockaddr_storage storage = {0};
		struct sockaddr_in *four = (struct sockaddr_in *)&storage;
		struct sockaddr_in6 *six = (struct sockaddr_in6 *)&storage;
		if (strchr(addresses[i].address, ':')) {
			storage.ss_family = AF_INET6;
			assert_int_equal(inet_pton(AF_INET6, addresses[i].address, &six->sin6_addr), 1);
		} else {
			storage.ss_family = AF_INET;
			assert_int_equal(inet_pton(AF_INET, addresses[i].address, &four->sin_addr), 1);
		}
		if (photo_address_is_public((struct sockaddr *)&storage) != addresses[i].is_public)
			fail_msg("%s", addresses[i].address);
	}
	const struct sockaddr_un local = {.sun_family = AF_UNIX};
	assert_false(photo_address_is_public((const struct sockaddr *)&local));
}

/* ---- URLs ---- */

static const struct {
	const char *url, *host;
	int port; /* 0: it is none */
	bool secure;
} urls[] = {
	{"https://v5.airtableusercontent.com/v3/u/1", "v5.airtableusercontent.com", 443, true},
	{"https://V5.AirtableUserContent.COM:8443/", "v5.airtableusercontent.com", 8443, true},
	{"http://[::1]:80/x", "[::1]", 80, false},
	{"http://127.0.0.1:5000?x", "127.0.0.1", 5000, false},
	{"https://airtableusercontent.com@evil.example/x", "", 0, false},
	{"https://user:password@evil.example/x", "", 0, false},
	{"ftp://evil.example/x", "", 0, false},
	{"file:///etc/passwd", "", 0, false},
	{"data:image/png;base64,xx", "", 0, false},
	{"https://a b.example/", "", 0, false},
	{"", "", 0, false},
};

static void test_urls(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(urls); i++) {
		struct http_url url;
		print_message("%s\n", urls[i].url);
		assert_int_equal(http_url_read(urls[i].url, &url), urls[i].port != 0);
		if (urls[i].port == 0)
			continue;
		assert_string_equal(url.host, urls[i].host);
		assert_int_equal(url.port, urls[i].port);
		assert_int_equal(url.secure, urls[i].secure);
	}
}

static const struct {
	const char *location, *wanted; /* from https://a.example/b/c?d; NULL: nowhere */
} joins[] = {
	{"https://e.example/f", "https://e.example/f"},
	{"//e.example/f", "https://e.example/f"},
	{"/f?g", "https://a.example/f?g"},
	{"f", "https://a.example/b/f"},
	{"/f#g", "https://a.example/f"},
	{"http://[", NULL},
};

static void test_joins(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(joins); i++) {
		scoped_text joined = http_url_join("https://a.example/b/c?d", joins[i].location);
		if (!joins[i].wanted) {
			assert_null(joined);
			continue;
		}
		assert_non_null(joined);
		assert_string_equal(joined, joins[i].wanted);
	}
}

/* ---- fetching ---- */

static struct http *http;
static struct fake_server *server;

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
	if (server)
		fake_server_close(&server);
	server = NULL;
	return 0;
}

/* -1 with the error: it was not fetched. */
static int fetch(const struct photo_fetch_order *order, struct error *error)
{
	struct photo_fetch *fetching = photo_fetch_start(http, order);
	int file = -1;

	while (!photo_fetch_is_over(fetching))
		http_run(http, SHORT_MS);
	*error = (struct error){0};
	if (!photo_fetch_take(fetching, &file, error))
		file = -1;
	photo_fetch_close(&fetching);
	return file;
}

static void assert_refused_url(const char *url, const char *words)
{
	const struct photo_fetch_order order = {.url = url, .own_airtable = "http://127.0.0.1:9/"};
	struct error error;

	print_message("%s\n", url);
	assert_int_equal(fetch(&order, &error), -1);
	assert_string_equal(error_kind_name(error.kind), "refused");
	assert_string_equal(error.text, words);
}

static void test_other_hosts(void **state)
{
	static const char elsewhere[] = "the file is not at Airtable",
			  open[] = "the file's address is not https";

	(void)state;
	assert_refused_url("https://evil.example/x", elsewhere);
	assert_refused_url("https://airtableusercontent.com.evil.example/x", elsewhere);
	assert_refused_url("https://evilairtableusercontent.com/x", elsewhere);
	assert_refused_url("https://127.0.0.1/x", elsewhere);
	assert_refused_url("http://v5.airtableusercontent.com/x", open);
	assert_refused_url("http://127.0.0.1:10/x", open);
	assert_refused_url("http://localhost:9/x", open);
	assert_refused_url("file:///etc/passwd", "the file's address is no URL");
	assert_refused_url("https://v5.airtableusercontent.com@evil.example/x",
			   "the file's address is no URL");
}

/* The script's answers, by what is asked for. */
static void answer(void *context, struct fake_request *request)
{
	const char *target = request->target;
	char zeros[FEW_BYTES + 2];

	(void)context;
	memset(zeros, '0', sizeof(zeros));
	zeros[sizeof(zeros) - 1] = '\0';
	if (strcmp(target, "/secret/a") == 0)
		fake_answer(request, 200, "Content-Type: text/html\r\nSet-Cookie: a=b\r\n", "a picture");
	else if (strcmp(target, "/most") == 0)
		fake_answer(request, 200, "", zeros + 1);
	else if (strcmp(target, "/too-large") == 0)
		fake_answer(request, 200, "", zeros);
	else if (strcmp(target, "/empty") == 0)
		fake_answer(request, 200, "", "");
	else if (strncmp(target, "/status/", 8) == 0)
		fake_answer(request, (int)strtol(target + 8, NULL, 10), "", "no");
	else if (strncmp(target, "/hop/", 5) == 0) {
		long left = strtol(target + 5, NULL, 10);
		scoped_text where = left > 1 ? own_format("Location: /hop/%ld\r\n", left - 1)
					     : own_copy("Location: /secret/a\r\n");
		fake_answer(request, 302, where, "");
	} else if (strcmp(target, "/to-private") == 0)
		fake_answer(request, 302, "Location: https://10.0.0.1/x\r\n", "");
	else if (strcmp(target, "/to-other-port") == 0)
		fake_answer(request, 302, "Location: http://127.0.0.1:1/x\r\n", "");
	else if (strcmp(target, "/to-nowhere") == 0)
		fake_answer(request, 302, "", "");
	else if (strcmp(target, "/cut") == 0) {
		fake_say(request, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
		fake_hang_up(request);
	} else if (strcmp(target, "/drips") == 0) {
		fake_say(request, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
		while (fake_pause_ms(request, 10))
			fake_say(request, "x");
		fake_hang_up(request);
	}
}

static const struct fetched {
	const char *path;
	const char *kind; /* NULL: it is fetched */
	const char *words;
} fetched[] = {
	{"/secret/a", NULL, "a picture"},
	{"/hop/3", NULL, "a picture"},
	{"/most", NULL, NULL},
	{"/hop/4", "refused", "leads from one to the next too often"},
	{"/to-private", "refused", "not at Airtable"},
	{"/to-other-port", "refused", "not https"},
	{"/to-nowhere", "refused", "leads nowhere"},
	{"/too-large", "refused", "larger than allowed"},
	{"/empty", "refused", "empty"},
	{"/status/204", "refused", "HTTP 204"},
	{"/status/206", "refused", "HTTP 206"},
	{"/status/400", "refused", "HTTP 400"},
	{"/status/401", "lost", "HTTP 401"},
	{"/status/403", "lost", "HTTP 403"},
	{"/status/404", "lost", "HTTP 404"},
	{"/status/410", "lost", "HTTP 410"},
	{"/status/429", "retry", "HTTP 429"},
	{"/status/503", "retry", "HTTP 503"},
	{"/cut", "retry", ""},
};

static void assert_file(int file, const char *contents)
{
	char bytes[FEW_BYTES + 1] = "";
	ssize_t length = read(file, bytes, FEW_BYTES);

	assert_true(length > 0);
	if (contents)
		assert_string_equal(bytes, contents);
	else
		assert_int_equal(length, FEW_BYTES);
	assert_true(write(file, "x", 1) < 0);
	close(file);
}

static void test_fetched(void **state)
{
	(void)state;
	server = fake_server_open(answer, NULL);
	for (size_t i = 0; i < countof(fetched); i++) {
		scoped_text url = own_format("%s%s", fake_server_url(server), fetched[i].path);
		scoped_text own = own_format("%s/v0", fake_server_url(server));
		const struct photo_fetch_order order = {
			.url = url, .own_airtable = own, .most_bytes = FEW_BYTES};
		struct error error;
		print_message("%s\n", fetched[i].path);
		int file = fetch(&order, &error);
		if (!fetched[i].kind) {
			if (file < 0)
				fail_msg("%s", error.text);
			assert_file(file, fetched[i].words);
			continue;
		}
		assert_int_equal(file, -1);
		assert_string_equal(error_kind_name(error.kind), fetched[i].kind);
		if (!strstr(error.text, fetched[i].words) || strstr(error.text, fetched[i].path))
			fail_msg("%s", error.text);
	}
}

/* A byte now and then keeps no connection open for longer than its time. */
static void test_drips(void **state)
{
	struct error error;

	(void)state;
	server = fake_server_open(answer, NULL);
	scoped_text url = own_format("%s/drips", fake_server_url(server));
	const struct photo_fetch_order order = {
		.url = url, .own_airtable = fake_server_url(server), .most_ms = SHORT_MS};
	assert_int_equal(fetch(&order, &error), -1);
	assert_string_equal(error_kind_name(error.kind), "retry");
	assert_non_null(strstr(error.text, "not done within"));
}

static void look_at_head(void *context, struct fake_request *request)
{
	snprintf(context, FEW_BYTES, "%s", request->head);
	fake_answer(request, 200, "", "x");
}

/* Whoever serves the file learns nothing but its path; and the proxy of the environment hears nothing. */
static void test_request(void **state)
{
	char head[FEW_BYTES] = "";
	struct error error;

	(void)state;
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	server = fake_server_open(look_at_head, head);
	scoped_text url = own_format("%s/a?b", fake_server_url(server));
	const struct photo_fetch_order order = {.url = url, .own_airtable = fake_server_url(server)};
	int file = fetch(&order, &error);
	unsetenv("http_proxy");
	assert_true(file >= 0);
	close(file);
	assert_int_equal(strncmp(head, "GET /a?b HTTP/1.1\r\n", 19), 0);
	assert_null(strstr(head, "Authorization"));
	assert_null(strstr(head, "Cookie"));
	assert_null(strstr(head, "Referer"));
}

/* As when a name of Airtable's leads to this machine: no connection is made, whatever listens there. */
static void test_address_refused(void **state)
{
	struct http_reply reply;
	struct error error = {0};

	(void)state;
	server = fake_server_open(answer, NULL);
	scoped_text url = own_format("%s/secret/a", fake_server_url(server));
	const struct http_request request = {
		.url = url, .name = "GET a file", .may_connect = photo_address_is_public};
	struct http_call *call = http_start(http, &request);
	assert_false(http_wait(http, call, &reply, &error));
	assert_string_equal(error_kind_name(error.kind), "refused");
	assert_string_equal(error.text, "GET a file: the host has no address that may be asked");
	assert_int_equal(fake_server_connections(server), 0);
	http_call_close(&call);
}

/* A connection that somebody trusted is not used for what is not trusted. */
static void test_fresh_connection(void **state)
{
	struct http_reply reply;
	struct error error = {0};

	(void)state;
	server = fake_server_open(answer, NULL);
	scoped_text url = own_format("%s/secret/a", fake_server_url(server));
	const struct http_request trusted = {.url = url};
	struct http_call *call = NULL;
	assert_true(http_fetch(http, &trusted, &call, &reply, &error));
	http_call_close(&call);
	const struct http_request request = {.url = url, .may_connect = photo_address_is_public};
	call = http_start(http, &request);
	assert_false(http_wait(http, call, &reply, &error));
	assert_int_equal(fake_server_connections(server), 1);
	http_call_close(&call);
}

static void test_stopped(void **state)
{
	struct error error;

	(void)state;
	server = fake_server_open(answer, NULL);
	scoped_text url = own_format("%s/secret/a", fake_server_url(server));
	const struct photo_fetch_order order = {.url = url, .own_airtable = fake_server_url(server)};
	http_stop(http, 0);
	assert_int_equal(fetch(&order, &error), -1);
	assert_string_equal(error_kind_name(error.kind), "stopped");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_joins),
		cmocka_unit_test_setup_teardown(test_other_hosts, open_http, close_all),
		cmocka_unit_test_setup_teardown(test_fetched, open_http, close_all),
		cmocka_unit_test_setup_teardown(test_drips, open_http, close_all),
		cmocka_unit_test_setup_teardown(test_request, open_http, close_all),
		cmocka_unit_test_setup_teardown(test_address_refused, open_http, close_all),
		cmocka_unit_test_setup_teardown(test_fresh_connection, open_http, close_all),
		cmocka_unit_test_setup_teardown(test_stopped, open_http, close_all),
	};

	return cmocka_run_group_tests_name("photo fetch", tests, NULL, NULL);
}
