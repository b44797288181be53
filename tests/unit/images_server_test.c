/* The picture server over real connections. Nothing here measures time: the clock is the test's, what must wait is held, and what must
 * come is waited for. Clients have addresses of their own within 127.0.0.0/8. */
#define _GNU_SOURCE
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "public-images/link.h"
#include "public-images/server.h"
#include "tests/fakes/pictures.h"
#include "tests/unit/cases.h"
#include "tests/unit/images_folder.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE_MS 20000
#define NOW_S       INT64_C(1796000000)
#define KEY         "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define OTHER       "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define BIG         ((size_t)24 << 20)

static _Atomic int64_t now_ms, steady_ms;
static char folder[] = "build/images-server-XXXXXX";

static int64_t fake_now(void *context)
{
	(void)context;
	return now_ms;
}

static int64_t fake_steady(void *context)
{
	(void)context;
	return steady_ms;
}

static void pass_ms(int64_t wait_ms)
{
	now_ms += wait_ms;
	steady_ms += wait_ms;
}

/* ---- the stage: a source, a cache, a server ---- */

struct stage {
	struct fake_pictures *pictures;
	struct image_cache *cache;
	struct image_server *server;
	struct image_keys keys;
};

static const struct fake_picture small = {
	.database = "inventory", .image = "small", .length = 1000, .seed = 1};
static const struct fake_picture png = {
	.database = "inventory", .image = "png", .content_type = "image/png", .length = 2000, .seed = 2};
static const struct fake_picture open_one = {.database = "open", .image = "one", .length = 1500, .seed = 3};
static const struct fake_picture big = {.database = "inventory", .image = "big", .length = BIG, .seed = 4};
static const struct fake_picture none = {
	.database = "inventory", .image = "none", .length = 1200, .seed = 5, .is_none = true};
static const struct fake_picture svg = {
	.database = "inventory", .image = "svg", .content_type = "image/svg+xml", .length = 1200, .seed = 6};
static const struct fake_picture cut = {
	.database = "inventory", .image = "cut", .length = 1200, .seed = 7, .given = 1100};

static void remove_all(void)
{
	images_folder_empty(folder, "");
}

static struct image_server_options plain_options(void)
{
	return (struct image_server_options){.listen = "127.0.0.1:0", .threads = 2};
}

static void stage_open_cached(struct stage *stage, const struct image_server_options *options,
			      uint64_t cache_bytes)
{
	const struct image_cache_limits limits = {.bytes = cache_bytes, .age_s = 1000000};
	struct image_server_options all = *options;
	struct error error = {0};

	remove_all();
	now_ms = NOW_S * 1000;
	steady_ms = 1000000;
	stage->pictures = fake_pictures_open();
	fake_pictures_put(stage->pictures, &small);
	fake_pictures_put(stage->pictures, &png);
	fake_pictures_put(stage->pictures, &open_one);
	if (!image_cache_open(folder, &limits, &stage->cache, &error) ||
	    !image_keys_read("k1 " KEY, &stage->keys, &error))
		fail_msg("%s", error.text);
	all.source = fake_pictures_source(stage->pictures);
	all.databases = fake_pictures_databases(stage->pictures);
	all.cache = stage->cache;
	if (!image_server_open(&all, &stage->keys, &stage->server, &error))
		fail_msg("%s", error.text);
}

static void stage_open(struct stage *stage)
{
	const struct image_server_options options = plain_options();

	stage_open_cached(stage, &options, 1 << 20);
}

static void stage_close(struct stage *stage)
{
	image_server_close(&stage->server);
	image_cache_close(&stage->cache);
	assert_int_equal(fake_pictures_workers(stage->pictures), 0);
	fake_pictures_close(&stage->pictures);
}

/* A good link's path. */
static char *link_of(struct stage *stage, const struct fake_picture *picture)
{
	const struct image_link link = {
		picture->database, picture->image,
		picture->content_type && strcmp(picture->content_type, "image/png") == 0 ? "png" : "jpg",
		fake_picture_digest(picture)};
	struct error error = {0};
	char *made = NULL;

	if (!image_link_make("", &link, &stage->keys, now_ms / 1000, &made, &error))
		fail_msg("%s", error.text);
	return made;
}

/* ---- clients ---- */

struct reply {
	int status;
	char *head;          /* owned */
	unsigned char *body; /* owned */
	size_t length;
};

static void reply_done(struct reply *reply)
{
	free(reply->head);
	free(reply->body);
	*reply = (struct reply){0};
}

/* address: the last two bytes of 127.0.x.y */
static int client_open(struct stage *stage, unsigned address)
{
	struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7F000000 + address)};
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)image_server_port(stage->server)),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int yes = 1;
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(client >= 0);
	setsockopt(client, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof(yes));
	assert_int_equal(bind(client, (struct sockaddr *)&from, sizeof(from)), 0);
	assert_int_equal(connect(client, (struct sockaddr *)&to, sizeof(to)), 0);
	return client;
}

static bool client_send(int client, const char *bytes)
{
	size_t length = strlen(bytes);

	while (length > 0) {
		ssize_t sent = send(client, bytes, length, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		bytes += sent;
		length -= (size_t)sent;
	}
	return true;
}

static void client_ask(int client, const char *method, const char *path, const char *headers)
{
	scoped_text request = own_format("%s %s HTTP/1.1\r\nHost: x\r\n%s\r\n", method, path, headers);

	client_send(client, request);
}

/* 0 at the end; a client that hangs fails the test. */
static size_t client_receive(int client, void *bytes, size_t size)
{
	struct pollfd ready = {.fd = client, .events = POLLIN};

	if (poll(&ready, 1, PATIENCE_MS) != 1)
		fail_msg("nothing came");
	ssize_t got = recv(client, bytes, size, 0);
	return got > 0 ? (size_t)got : 0;
}

static void client_expect_end(int client)
{
	char byte[512];

	while (client_receive(client, byte, sizeof(byte)) > 0)
		;
	close(client);
}

/* It was not only ended: what the system still had for it is gone as well. */
static void client_expect_reset(int client)
{
	struct pollfd ready = {.fd = client};

	assert_int_equal(poll(&ready, 1, PATIENCE_MS), 1);
	assert_true(ready.revents & POLLERR);
	close(client);
}

/* False: the connection ended before the head was whole. */
static bool read_head(int client, struct reply *reply)
{
	struct text head = {0};
	char byte;

	*reply = (struct reply){0};
	while (head.length < 4 || memcmp(head.bytes + head.length - 4, "\r\n\r\n", 4) != 0) {
		if (client_receive(client, &byte, 1) == 0) {
			text_done(&head);
			return false;
		}
		text_add_bytes(&head, &byte, 1);
	}
	reply->head = text_take(&head);
	assert_int_equal(strncmp(reply->head, "HTTP/1.1 ", 9), 0);
	reply->status = (int)strtol(reply->head + 9, NULL, 10);
	return true;
}

static char *head_value(const struct reply *reply, const char *name)
{
	scoped_text begin = own_format("\r\n%s: ", name);
	const char *at = strcasestr(reply->head, begin);

	return at ? own_copy_bytes(at + strlen(begin), strcspn(at + strlen(begin), "\r")) : NULL;
}

static bool read_reply(int client, bool has_body, struct reply *reply)
{
	if (!read_head(client, reply))
		return false;
	scoped_text words = head_value(reply, "Content-Length");
	size_t length = words && has_body && reply->status != 304 ? strtoul(words, NULL, 10) : 0;
	reply->body = own_resize(NULL, length + 1, 1);
	while (reply->length < length) {
		size_t got = client_receive(client, reply->body + reply->length, length - reply->length);
		if (got == 0)
			return false;
		reply->length += got;
	}
	reply->body[length] = '\0';
	return true;
}

static void ask_from(struct stage *stage, unsigned address, const char *method, const char *path,
		     const char *headers, struct reply *reply)
{
	int client = client_open(stage, address);

	client_ask(client, method, path, headers);
	if (!read_reply(client, strcmp(method, "HEAD") != 0, reply))
		fail_msg("no whole answer to %s %s", method, path);
	close(client);
}

static void ask(struct stage *stage, const char *method, const char *path, const char *headers,
		struct reply *reply)
{
	ask_from(stage, 1, method, path, headers, reply);
}

static void expect_head(const struct reply *reply, const char *name, const char *value)
{
	scoped_text there = head_value(reply, name);

	if (!value)
		assert_null(there);
	else if (!there || strcmp(there, value) != 0)
		fail_msg("%s: %s, and not: %s", name, there ? there : "(not there)", value);
}

static void expect_bytes(const struct reply *reply, const struct fake_picture *picture, size_t first,
			 size_t length)
{
	assert_int_equal(reply->length, length);
	for (size_t i = 0; i < length; i++)
		if (reply->body[i] != fake_picture_byte(picture, first + i))
			fail_msg("byte %zu is another", first + i);
}

static void expect_picture(struct stage *stage, unsigned address, const struct fake_picture *picture)
{
	scoped_text link = link_of(stage, picture);
	struct reply reply;

	ask_from(stage, address, "GET", link, "", &reply);
	assert_int_equal(reply.status, 200);
	expect_bytes(&reply, picture, 0, picture->length);
	reply_done(&reply);
}

static void expect_status(struct stage *stage, const char *path, int status)
{
	struct reply reply;

	ask(stage, "GET", path, "", &reply);
	if (reply.status != status)
		fail_msg("%s: %d, and not %d", path, reply.status, status);
	reply_done(&reply);
}

/* Instead of waiting for ever a test fails. */
static void wait_a_little(int *turns)
{
	poll(NULL, 0, 1);
	if (++*turns > PATIENCE_MS)
		fail_msg("what was waited for does not come");
}

/* ---- what is answered ---- */

static void expect_guards(const struct reply *reply)
{
	expect_head(reply, "X-Content-Type-Options", "nosniff");
	expect_head(reply, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox");
	expect_head(reply, "Cross-Origin-Resource-Policy", "cross-origin");
	expect_head(reply, "Referrer-Policy", "no-referrer");
}

static void test_picture(void **state)
{
	struct stage stage;
	struct reply reply;
	(void)state;

	stage_open(&stage);
	scoped_text link = link_of(&stage, &small);
	const char *methods[] = {"GET", "HEAD", "GET"};
	for (size_t i = 0; i < countof(methods); i++) {
		ask(&stage, methods[i], link, "", &reply);
		assert_int_equal(reply.status, 200);
		expect_bytes(&reply, &small, 0, strcmp(methods[i], "HEAD") == 0 ? 0 : 1000);
		expect_head(&reply, "Content-Type", "image/jpeg");
		expect_head(&reply, "Content-Length", "1000");
		expect_head(&reply, "Accept-Ranges", "bytes");
		scoped_text caching = own_format("public, max-age=%lld, immutable",
						 (long long)(image_link_expiry_s(NOW_S) - NOW_S));
		expect_head(&reply, "Cache-Control", caching);
		struct image_digest digest = fake_picture_digest(&small);
		char digest_text[IMAGE_DIGEST_TEXT_SIZE];
		image_digest_text(&digest, digest_text);
		scoped_text etag = own_format("\"%s\"", digest_text);
		expect_head(&reply, "ETag", etag);
		expect_guards(&reply);
		reply_done(&reply);
	}
	expect_picture(&stage, 1, &png);
	assert_int_equal(fake_pictures_finds(stage.pictures), 2);
	assert_int_equal(fake_pictures_reads(stage.pictures), 2);
	stage_close(&stage);
}

static const struct condition_row {
	const char *sentence, *method, *headers; /* E stands for the tag */
	int status;
	size_t first, length;
	const char *range;
} condition_rows[] = {
	{"it has it", "GET", "If-None-Match: E\r\n", 304, 0, 0, NULL},
	{"it has it, asked for the head", "HEAD", "If-None-Match: E\r\n", 304, 0, 0, NULL},
	{"it has another", "GET", "If-None-Match: \"x\"\r\n", 200, 0, 1000, NULL},
	{"a part", "GET", "Range: bytes=100-199\r\n", 206, 100, 100, "bytes 100-199/1000"},
	{"the end", "GET", "Range: bytes=-1\r\n", 206, 999, 1, "bytes 999-999/1000"},
	{"a part of the same", "GET", "Range: bytes=0-0\r\nIf-Range: E\r\n", 206, 0, 1, "bytes 0-0/1000"},
	{"a part of another", "GET", "Range: bytes=0-0\r\nIf-Range: \"x\"\r\n", 200, 0, 1000, NULL},
	{"the head of a part", "HEAD", "Range: bytes=100-199\r\n", 206, 100, 0, "bytes 100-199/1000"},
	{"beyond", "GET", "Range: bytes=1000-\r\n", 416, 0, 0, "bytes */1000"},
	{"two parts", "GET", "Range: bytes=0-1,5-6\r\n", 200, 0, 1000, NULL},
};

static void expect_condition(struct stage *stage, const struct condition_row *row, const char *etag)
{
	struct text headers = {0};
	struct reply reply;

	scoped_text link = link_of(stage, &small);
	for (const char *at = row->headers; *at; at++)
		if (*at == 'E')
			text_add(&headers, etag);
		else
			text_add_bytes(&headers, at, 1);
	ask(stage, row->method, link, headers.bytes, &reply);
	text_done(&headers);
	assert_int_equal(reply.status, row->status);
	expect_bytes(&reply, &small, row->first, row->length);
	expect_head(&reply, "Content-Range", row->range);
	expect_head(&reply, "ETag", etag);
	expect_guards(&reply);
	reply_done(&reply);
}

/* The first answer is out of the file, and the next ones are out of memory. */
static void test_condition(void **state)
{
	char digest_text[IMAGE_DIGEST_TEXT_SIZE];
	struct stage stage;

	stage_open(&stage);
	struct image_digest digest = fake_picture_digest(&small);
	image_digest_text(&digest, digest_text);
	scoped_text etag = own_format("\"%s\"", digest_text);
	for (int time = 0; time < 3; time++) {
		expect_condition(&stage, *state, etag);
		assert_int_equal(image_cache_count(stage.cache).bytes_in_memory, time > 0 ? small.length : 0);
	}
	stage_close(&stage);
}

/* Without the date. */
static char *comparable(const struct reply *reply)
{
	scoped_text date = head_value(reply, "Date");
	const char *at = strstr(reply->head, date);

	return own_format("%.*s%s%s", (int)(at - reply->head), reply->head, at + strlen(date),
			  (char *)reply->body);
}

/* Whatever is missing, wrong or expired is answered in the same bytes. */
static void test_one_not_found(void **state)
{
	struct stage stage;
	struct reply reply;
	scoped_text first = NULL;
	(void)state;

	stage_open(&stage);
	const struct fake_picture missing = {
		.database = "inventory", .image = "missing", .length = 10, .seed = 9};
	struct fake_picture other = small;
	other.seed++; /* a digest that the picture no longer has */
	scoped_text good = link_of(&stage, &small);
	scoped_text gone = link_of(&stage, &missing);
	scoped_text old = link_of(&stage, &other);
	scoped_text forged = own_copy(good);
	forged[strlen(forged) - 2] = forged[strlen(forged) - 2] == 'x' ? 'y' : 'x';
	scoped_text truncated = own_copy_bytes(good, strlen(good) - 1);
	scoped_text unsigned_ = own_copy_bytes(good, strcspn(good, "?"));
	const char *const paths[] = {gone,
				     old,
				     forged,
				     truncated,
				     unsigned_,
				     "/",
				     "/nothing",
				     "/_users",
				     "/../etc/passwd",
				     "/inventory/images/",
				     "/open/images/nothing.jpg",
				     "/%00",
				     "/a?b",
				     "/favicon.ico"};
	for (size_t i = 0; i < countof(paths); i++) {
		ask(&stage, "GET", paths[i], "", &reply);
		assert_int_equal(reply.status, 404);
		scoped_text words = comparable(&reply);
		if (!first)
			first = own_copy(words);
		if (strcmp(words, first) != 0)
			fail_msg("%s: %s\nand not\n%s", paths[i], words, first);
		expect_head(&reply, "Cache-Control", "no-store");
		expect_guards(&reply);
		reply_done(&reply);
	}
	pass_ms((image_link_expiry_s(NOW_S) - NOW_S) * 1000);
	ask(&stage, "GET", good, "", &reply);
	scoped_text expired = comparable(&reply);
	assert_string_equal(expired, first);
	reply_done(&reply);
	stage_close(&stage);
}

static const struct other_row {
	const char *sentence, *method, *path, *headers;
	int status;
	const char *name, *value; /* of a header */
} other_rows[] = {
	{"robots", "GET", "/robots.txt", "", 200, "Content-Type", "text/plain; charset=utf-8"},
	{"a database that is served", "GET", "/inventory", "", 200, "Cache-Control", "no-store"},
	{"its head", "HEAD", "/inventory", "", 200, "Cache-Control", "no-store"},
	{"a database that is not served", "GET", "/other", "", 404, "Cache-Control", "no-store"},
	{"POST", "POST", "/inventory", "", 405, "Allow", "GET, HEAD"},
	{"POST with a body", "POST", "/inventory", "Content-Length: 4\r\n", 405, "Allow", "GET, HEAD"},
	{"OPTIONS", "OPTIONS", "/inventory/images/small.jpg", "", 405, "Allow", "GET, HEAD"},
	{"DELETE of nothing", "DELETE", "/nothing", "", 405, "Allow", "GET, HEAD"},
	{"another word", "BREW", "/inventory", "", 405, "Allow", "GET, HEAD"},
	{"a small get", "get", "/inventory", "", 405, "Allow", "GET, HEAD"},
	{"GET with a body", "GET", "/inventory", "Content-Length: 100000000\r\n", 413, "Connection", "close"},
	{"GET with a body in pieces", "GET", "/inventory", "Transfer-Encoding: chunked\r\n", 413,
	 "Connection", "close"},
	{"two lengths", "GET", "/inventory", "Content-Length: 0\r\nContent-Length: 0\r\n", 400, "Connection",
	 "close"},
	{"a length with a blank before the colon", "GET", "/inventory", "Content-Length : 4\r\n", 400,
	 "Connection", "close"},
	{"a length on a second line", "GET", "/inventory", "Content-Length:\r\n 4\r\n", 400, "Connection",
	 "close"},
	{"a length behind another header", "GET", "/inventory", "X: a\r\n Content-Length: 4\r\n", 400,
	 "Connection", "close"},
	{"a length behind a bare CR", "GET", "/inventory", "X: a\rContent-Length: 4\r\n", 400, "Connection",
	 "close"},
	{"without a signature, where that is allowed", "GET", "/open/images/one.jpg", "", 200,
	 "Cache-Control", "public, max-age=300"},
	{"under the other extension", "GET", "/open/images/one.png", "", 200, "Content-Type", "image/jpeg"},
	{"with a wrong signature, where none is needed", "GET", "/open/images/one.jpg?d=x", "", 404, NULL,
	 NULL},
	{"without a signature, where one is needed", "GET", "/inventory/images/small.jpg", "", 404, NULL,
	 NULL},
};

static void test_other(void **state)
{
	const struct other_row *row = *state;
	struct stage stage;
	struct reply reply;

	stage_open(&stage);
	ask(&stage, row->method, row->path, row->headers, &reply);
	assert_int_equal(reply.status, row->status);
	if (row->name)
		expect_head(&reply, row->name, row->value);
	expect_guards(&reply);
	reply_done(&reply);
	stage_close(&stage);
}

static void test_header_lengths(void **state)
{
	struct stage stage;
	struct text headers = {0};
	struct reply reply;
	(void)state;

	stage_open(&stage);
	for (int i = 0; i < 2000; i++)
		text_format(&headers, "X-%d: yyyyyyyyyyyyyyyyyyyyyyyy\r\n", i);
	int client = client_open(&stage, 1);
	client_ask(client, "GET", "/inventory", headers.bytes);
	if (read_reply(client, true, &reply))
		assert_true(reply.status == 431 || reply.status == 413);
	reply_done(&reply);
	close(client);
	text_done(&headers);
	expect_status(&stage, "/inventory", 200);
	stage_close(&stage);
}

/* ---- the source ---- */

/* A picture that is deleted or replaced is served for a minute at most, though its bytes are in the cache. */
static void test_replaced(void **state)
{
	struct stage stage;
	struct fake_picture other = small;
	(void)state;

	stage_open(&stage);
	scoped_text link = link_of(&stage, &small);
	expect_status(&stage, link, 200);
	other.seed++;
	fake_pictures_put(stage.pictures, &other);
	pass_ms(60000);
	expect_status(&stage, link, 404);
	expect_picture(&stage, 1, &other);
	fake_pictures_remove(stage.pictures, "inventory", "small");
	pass_ms(60000);
	scoped_text other_link = link_of(&stage, &other);
	expect_status(&stage, other_link, 404);
	fake_pictures_put(stage.pictures, &other);
	pass_ms(5000);
	expect_picture(&stage, 1, &other);
	stage_close(&stage);
}

static void test_shared_digest(void **state)
{
	struct stage stage;
	struct fake_picture twin = small;
	(void)state;

	stage_open(&stage);
	twin.image = "twin";
	fake_pictures_put(stage.pictures, &twin);
	expect_picture(&stage, 1, &small);
	expect_picture(&stage, 1, &twin);
	assert_int_equal(fake_pictures_finds(stage.pictures), 2);
	assert_int_equal(fake_pictures_reads(stage.pictures), 1);
	stage_close(&stage);
}

static void test_down(void **state)
{
	struct stage stage;
	struct reply reply;
	(void)state;

	stage_open(&stage);
	scoped_text link = link_of(&stage, &small);
	fake_pictures_down(stage.pictures, true);
	ask(&stage, "GET", link, "", &reply);
	assert_int_equal(reply.status, 503);
	expect_head(&reply, "Retry-After", "10");
	reply_done(&reply);
	fake_pictures_down(stage.pictures, false);
	expect_status(&stage, link, 200);
	/* What is cached and was looked up a moment ago needs no source. */
	fake_pictures_down(stage.pictures, true);
	expect_status(&stage, link, 200);
	stage_close(&stage);
}

static void test_unfit(void **state)
{
	const struct fake_picture *row = *state;
	struct stage stage;

	stage_open(&stage);
	fake_pictures_put(stage.pictures, row);
	scoped_text link = link_of(&stage, row);
	for (int i = 0; i < 3; i++)
		expect_status(&stage, link, 404);
	assert_true(fake_pictures_reads(stage.pictures) <= 1);
	assert_int_equal(image_cache_count(stage.cache).pictures, 0);
	stage_close(&stage);
}

struct crowd_client {
	pthread_t thread;
	struct stage *stage;
	const char *link;
	struct reply reply;
	int socket;
	bool whole;
};

static void *crowd_run(void *context)
{
	struct crowd_client *client = context;

	client->whole = read_reply(client->socket, true, &client->reply);
	return NULL;
}

#define CROWD 40

static void crowd_ask(struct stage *stage, struct crowd_client *crowd, const char *link)
{
	for (unsigned i = 0; i < CROWD; i++) {
		crowd[i] = (struct crowd_client){
			.stage = stage, .link = link, .socket = client_open(stage, i + 1)};
		client_ask(crowd[i].socket, "GET", link, "");
		assert_int_equal(pthread_create(&crowd[i].thread, NULL, crowd_run, &crowd[i]), 0);
	}
}

static void crowd_end(struct crowd_client *crowd)
{
	for (unsigned i = 0; i < CROWD; i++) {
		pthread_join(crowd[i].thread, NULL);
		close(crowd[i].socket);
	}
}

static void test_single_flight(void **state)
{
	struct stage stage;
	struct crowd_client crowd[CROWD];
	(void)state;

	stage_open(&stage);
	scoped_text link = link_of(&stage, &small);
	fake_pictures_hold(stage.pictures, true);
	crowd_ask(&stage, crowd, link);
	assert_true(fake_pictures_wait_held(stage.pictures, 1));
	/* While all of them wait, others are answered. */
	expect_status(&stage, "/inventory", 200);
	fake_pictures_hold(stage.pictures, false);
	crowd_end(crowd);
	for (unsigned i = 0; i < CROWD; i++) {
		assert_true(crowd[i].whole);
		assert_int_equal(crowd[i].reply.status, 200);
		expect_bytes(&crowd[i].reply, &small, 0, small.length);
		reply_done(&crowd[i].reply);
	}
	assert_int_equal(fake_pictures_finds(stage.pictures), 1);
	assert_int_equal(fake_pictures_reads(stage.pictures), 1);
	stage_close(&stage);
}

/* Many pictures at once, asked for by many. */
static void test_many_pictures(void **state)
{
	struct stage stage;
	struct fake_picture pictures[20];
	char ids[20][8];
	int clients[100];
	(void)state;

	stage_open(&stage);
	for (unsigned i = 0; i < 20; i++) {
		snprintf(ids[i], sizeof(ids[i]), "p%u", i);
		pictures[i] = (struct fake_picture){
			.database = "inventory", .image = ids[i], .length = 20000 + i, .seed = i};
		fake_pictures_put(stage.pictures, &pictures[i]);
	}
	char *made[20];
	for (unsigned i = 0; i < 20; i++)
		made[i] = link_of(&stage, &pictures[i]);
	for (unsigned i = 0; i < 100; i++) {
		clients[i] = client_open(&stage, i % 7 + 1);
		client_ask(clients[i], "GET", made[i % 20], "");
	}
	for (unsigned i = 0; i < 100; i++) {
		struct reply reply;
		assert_true(read_reply(clients[i], true, &reply));
		assert_int_equal(reply.status, 200);
		expect_bytes(&reply, &pictures[i % 20], 0, pictures[i % 20].length);
		reply_done(&reply);
		close(clients[i]);
	}
	assert_int_equal(fake_pictures_reads(stage.pictures), 20);
	for (unsigned i = 0; i < 20; i++)
		free(made[i]);
	stage_close(&stage);
}

/* ---- what cannot be kept ---- */

static void test_unkept(void **state)
{
	struct stage stage;
	struct reply reply;
	const struct image_server_options options = plain_options();
	(void)state;

	stage_open_cached(&stage, &options, 900);
	fake_pictures_put(stage.pictures, &none);
	fake_pictures_put(stage.pictures, &cut);
	expect_picture(&stage, 1, &small);
	expect_picture(&stage, 1, &small);
	assert_int_equal(image_cache_count(stage.cache).pictures, 0);
	scoped_text link = link_of(&stage, &small);
	ask(&stage, "HEAD", link, "", &reply);
	assert_int_equal(reply.status, 200);
	expect_head(&reply, "Content-Length", "1000");
	expect_head(&reply, "Content-Type", "image/jpeg");
	reply_done(&reply);
	scoped_text none_link = link_of(&stage, &none);
	expect_status(&stage, none_link, 404);
	/* What comes cut is not passed on as if it were whole. */
	scoped_text cut_link = link_of(&stage, &cut);
	int client = client_open(&stage, 1);
	client_ask(client, "GET", cut_link, "");
	assert_false(read_reply(client, true, &reply));
	assert_true(reply.length <= 1100);
	reply_done(&reply);
	close(client);
	stage_close(&stage);
}

/* However large the picture, no more of it is in memory than the stream's room and what the system's buffers take. */
static void test_unkept_memory(void **state)
{
	struct stage stage;
	struct reply reply;
	const struct image_server_options options = plain_options();
	const int few = 256 * 1024;
	(void)state;

	stage_open_cached(&stage, &options, 900);
	fake_pictures_put(stage.pictures, &big);
	scoped_text link = link_of(&stage, &big);
	int client = client_open(&stage, 1);
	setsockopt(client, SOL_SOCKET, SO_RCVBUF, &few, sizeof(few));
	client_ask(client, "GET", link, "");
	assert_true(read_head(client, &reply));
	size_t given = 0;
	for (int calm = 0; calm < 20;) {
		size_t more = fake_pictures_given(stage.pictures);
		calm = more == given ? calm + 1 : 0;
		given = more;
		poll(NULL, 0, 5);
	}
	assert_true(given < BIG / 2);
	expect_status(&stage, "/inventory", 200);
	size_t length = 0;
	unsigned char piece[65536];
	for (size_t got; length < BIG && (got = client_receive(client, piece, sizeof(piece))) > 0;
	     length += got)
		for (size_t i = 0; i < got; i++)
			if (piece[i] != fake_picture_byte(&big, length + i))
				fail_msg("byte %zu is another", length + i);
	assert_int_equal(length, BIG);
	reply_done(&reply);
	close(client);
	stage_close(&stage);
}

/* A reader that leaves, and one that stands still until its time is over, give back what they hold. */
static void test_unkept_left(void **state)
{
	struct stage stage;
	struct reply reply;
	const struct image_server_options options = plain_options();
	(void)state;

	stage_open_cached(&stage, &options, 900);
	fake_pictures_put(stage.pictures, &big);
	scoped_text link = link_of(&stage, &big);
	for (int i = 0, turns = 0; i < 40; i++) { /* more than there may be at a time */
		int client = client_open(&stage, 1);
		client_ask(client, "GET", link, "");
		assert_true(read_head(client, &reply));
		while (reply.status == 503) { /* those before are still ending */
			wait_a_little(&turns);
			reply_done(&reply);
			close(client);
			client = client_open(&stage, 1);
			client_ask(client, "GET", link, "");
			assert_true(read_head(client, &reply));
		}
		assert_int_equal(reply.status, 200);
		reply_done(&reply);
		close(client);
	}
	int client = client_open(&stage, 1);
	client_ask(client, "GET", link, "");
	assert_true(read_head(client, &reply));
	reply_done(&reply);
	pass_ms(100LL * 3600 * 1000);
	image_server_look(stage.server);
	client_expect_end(client);
	stage_close(&stage);
}

/* ---- those who mean no good ---- */

static void bad_path(char *out, size_t size, const char *good, unsigned i)
{
	size_t place = i * 7919 % strlen(good);

	switch (i % 4) {
	case 0:
		snprintf(out, size, "%s", good);
		out[1 + place % (strlen(good) - 1)] = out[1 + place % (strlen(good) - 1)] == 'q' ? 'r' : 'q';
		break;
	case 1:
		snprintf(out, size, "%.*s", 1 + (int)(place % (strlen(good) - 1)), good);
		break;
	case 2:
		snprintf(out, size, "/inventory/images/%u.jpg?d=AAECAwQFBgcICQoLDA0ODw&e=%u&k=k1&s=%s", i,
			 1800000000 + i, good + strlen(good) - 43);
		break;
	default:
		snprintf(out, size, "/inventory/images/%u%%2e%%2e%%2f.jpg", i);
	}
}

static void test_bad_requests(void **state)
{
	struct stage stage;
	struct reply reply;
	char path[1024];
	int refused = 0;
	(void)state;

	stage_open(&stage);
	scoped_text good = link_of(&stage, &small);
	int client = client_open(&stage, 1);
	for (unsigned i = 0; i < 10000; i++) {
		bad_path(path, sizeof(path), good, i);
		if (strcmp(path, "/inventory") == 0)
			strcpy(path, "/x");
		client_ask(client, "GET", path, "");
		assert_true(read_reply(client, true, &reply));
		refused += reply.status == 404;
		reply_done(&reply);
	}
	close(client);
	assert_int_equal(refused, 10000);
	assert_int_equal(fake_pictures_finds(stage.pictures), 0);
	assert_int_equal(fake_pictures_reads(stage.pictures), 0);
	expect_picture(&stage, 1, &small);
	stage_close(&stage);
}

static void wait_open(struct stage *stage, unsigned count)
{
	int turns = 0;

	while (image_server_count(stage->server).connections.open != count)
		wait_a_little(&turns);
}

/* They send a byte of their headers each second, for as long as they are let. */
static void test_slow_headers(void **state)
{
	enum { SLOW = 50 };
	struct stage stage;
	int clients[SLOW];
	(void)state;

	stage_open(&stage);
	for (unsigned i = 0; i < SLOW; i++) {
		clients[i] = client_open(&stage, 2);
		client_send(clients[i], "GET /inventory HTTP/1.1\r\nX: ");
	}
	wait_open(&stage, SLOW);
	for (int second = 0; second < WEB_HEADER_MS / 1000; second++) {
		assert_int_equal(image_server_count(stage.server).connections.late, 0);
		for (unsigned i = 0; i < SLOW; i++)
			client_send(clients[i], "x");
		expect_picture(&stage, 1, &small);
		wait_open(&stage, SLOW);
		pass_ms(1000);
	}
	image_server_look(stage.server);
	assert_int_equal(image_server_count(stage.server).connections.late, SLOW);
	for (unsigned i = 0; i < SLOW; i++)
		client_expect_end(clients[i]);
	expect_picture(&stage, 1, &small);
	stage_close(&stage);
}

/* They read a byte each second. */
static void test_slow_readers(void **state)
{
	enum { SLOW = 20 };
	const struct image_server_options options = plain_options();
	struct stage stage;
	struct reply reply;
	int clients[SLOW];
	const int few = 4096;
	(void)state;

	stage_open_cached(&stage, &options, 2 * BIG);
	fake_pictures_put(stage.pictures, &big);
	scoped_text link = link_of(&stage, &big);
	for (unsigned i = 0; i < SLOW; i++) {
		clients[i] = client_open(&stage, 2);
		setsockopt(clients[i], SOL_SOCKET, SO_RCVBUF, &few, sizeof(few));
		client_ask(clients[i], "GET", link, "");
		assert_true(read_head(clients[i], &reply));
		reply_done(&reply);
	}
	const int64_t most_s = WEB_ANSWER_MS / 1000 + (int64_t)BIG / WEB_BYTES_PER_S;
	for (int64_t second = 0; second < most_s; second += 100) {
		char byte;
		for (unsigned i = 0; i < SLOW; i++)
			assert_int_equal(client_receive(clients[i], &byte, 1), 1);
		image_server_look(stage.server);
		assert_int_equal(image_server_count(stage.server).connections.late, 0);
		expect_picture(&stage, 1, &small);
		wait_open(&stage, SLOW);
		pass_ms(100000);
	}
	image_server_look(stage.server);
	assert_int_equal(image_server_count(stage.server).connections.late, SLOW);
	expect_picture(&stage, 1, &small);
	assert_int_equal(fake_pictures_reads(stage.pictures), 2);
	for (unsigned i = 0; i < SLOW; i++)
		client_expect_reset(clients[i]);
	stage_close(&stage);
}

static const struct idle_row {
	const char *sentence;
	unsigned connections, per_address;
} idle_rows[] = {
	{"2,000 idle connections where all have room", 3000, 0},
	{"2,000 idle connections where 300 have room", 300, 0},
	{"2,000 idle connections of 40 addresses, 10 for each", 3000, 10},
};

/* Its time passes as often as it takes: the server may not even have noticed it yet. */
static void client_expect_late_end(struct stage *stage, int client)
{
	struct pollfd ready = {.fd = client, .events = POLLIN};
	int turns = 0;

	while (poll(&ready, 1, 10) == 0) {
		turns += 10;
		wait_a_little(&turns);
		pass_ms(WEB_IDLE_MS);
		image_server_look(stage->server);
	}
	client_expect_end(client);
}

/* Both ends of each connection are in this process. */
static bool may_have_files(unsigned count)
{
	struct rlimit files;

	return getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur >= count;
}

static void test_idle(void **state)
{
	enum { IDLE = 2000 };
	const struct idle_row *row = *state;
	struct image_server_options options = plain_options();
	struct stage stage;
	static int clients[IDLE];
	int turns = 0;

	if (!may_have_files(7000))
		skip();
	options.limits.connections = row->connections;
	options.limits.connections_per_address = row->per_address;
	stage_open_cached(&stage, &options, 1 << 20);
	for (unsigned i = 0; i < IDLE; i++) {
		clients[i] = client_open(&stage, 256 + i % 40);
		if (i % 100 == 0)
			expect_picture(&stage, 1, &small);
	}
	expect_picture(&stage, 1, &small);
	struct web_connections_counts counts = image_server_count(stage.server).connections;
	unsigned fit = row->per_address ? 40 * row->per_address + 1 : row->connections;
	while (counts.open + counts.crowded < IDLE) { /* they are not all accepted at once */
		wait_a_little(&turns);
		counts = image_server_count(stage.server).connections;
	}
	assert_true(counts.open <= fit + 1);
	assert_true(fit < IDLE || counts.crowded == 0);
	expect_picture(&stage, 1, &small);
	/* Those that are silent for too long make room as well. */
	pass_ms(WEB_IDLE_MS);
	image_server_look(stage.server);
	expect_picture(&stage, 1, &small);
	for (unsigned i = 0; i < IDLE; i++)
		client_expect_late_end(&stage, clients[i]);
	stage_close(&stage);
}

static void test_per_address(void **state)
{
	struct image_server_options options = plain_options();
	struct stage stage;
	struct reply reply;
	int clients[3];
	(void)state;

	options.limits.connections_per_address = 3;
	stage_open_cached(&stage, &options, 1 << 20);
	for (unsigned i = 0; i < 3; i++) {
		clients[i] = client_open(&stage, 2);
		client_ask(clients[i], "GET", "/inventory", "");
		assert_true(read_reply(clients[i], true, &reply));
		reply_done(&reply);
	}
	client_expect_end(client_open(&stage, 2));
	expect_picture(&stage, 1, &small);
	for (unsigned i = 0; i < 3; i++) {
		client_ask(clients[i], "GET", "/inventory", "");
		assert_true(read_reply(clients[i], true, &reply));
		assert_int_equal(reply.status, 200);
		reply_done(&reply);
		close(clients[i]);
	}
	wait_open(&stage, 0);
	expect_picture(&stage, 2, &small);
	stage_close(&stage);
}

static void test_rate(void **state)
{
	struct image_server_options options = plain_options();
	struct stage stage;
	struct reply reply;
	(void)state;

	options.requests_per_second = 1;
	options.requests_at_once = 3;
	options.proxies = "127.0.0.9";
	stage_open_cached(&stage, &options, 1 << 20);
	for (int i = 0; i < 3; i++)
		expect_picture(&stage, 2, &small);
	ask_from(&stage, 2, "GET", "/inventory", "X-Forwarded-For: 198.51.100.1\r\n", &reply);
	assert_int_equal(reply.status, 429);
	expect_head(&reply, "Retry-After", "1");
	expect_guards(&reply);
	reply_done(&reply);
	expect_picture(&stage, 3, &small);
	/* Behind a proxy each client has its own. */
	for (int i = 0; i < 6; i++) {
		scoped_text headers = own_format(
			"X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 198.51.100.%d\r\n", i / 3);
		ask_from(&stage, 9, "GET", "/inventory", headers, &reply);
		assert_int_equal(reply.status, 200);
		reply_done(&reply);
	}
	ask_from(&stage, 9, "GET", "/inventory", "X-Forwarded-For: 198.51.100.1\r\n", &reply);
	assert_int_equal(reply.status, 429);
	reply_done(&reply);
	pass_ms(1000);
	expect_picture(&stage, 2, &small);
	stage_close(&stage);
}

/* ---- keys, the log, the end ---- */

static void test_rotation(void **state)
{
	struct stage stage;
	struct error error = {0};
	(void)state;

	stage_open(&stage);
	scoped_text old = link_of(&stage, &small);
	assert_true(image_keys_rotate(&stage.keys, &error));
	image_server_set_keys(stage.server, &stage.keys);
	expect_status(&stage, old, 200);
	expect_picture(&stage, 1, &small);
	assert_true(image_keys_retire(&stage.keys, "k1", &error));
	image_server_set_keys(stage.server, &stage.keys);
	expect_status(&stage, old, 404);
	expect_picture(&stage, 1, &small);
	stage_close(&stage);
}

static void test_log(void **state)
{
	struct image_server_options options = plain_options();
	struct stage stage;
	struct text words = {0};
	char piece[4096];
	(void)state;

	options.access_log = true;
	FILE *kept = tmpfile();
	int before = dup(STDERR_FILENO);
	assert_true(kept && before >= 0);
	log_set_level(LOG_INFO);
	dup2(fileno(kept), STDERR_FILENO);
	stage_open_cached(&stage, &options, 1 << 20);
	scoped_text link = link_of(&stage, &small);
	scoped_text spoiled = own_copy(link);
	*strchr(spoiled, '?') = '!';
	expect_status(&stage, link, 200);
	expect_status(&stage, spoiled, 404);
	for (int i = 0; i < 100; i++)
		expect_status(&stage, "/nothing", 404);
	stage_close(&stage);
	dup2(before, STDERR_FILENO);
	log_set_level(LOG_NOTHING);
	close(before);
	rewind(kept);
	for (size_t got; (got = fread(piece, 1, sizeof(piece), kept)) > 0;)
		text_add_bytes(&words, piece, got);
	fclose(kept);
	scoped_text all = text_take(&words);
	assert_non_null(strstr(all, "GET /inventory/images/small.jpg key k1: 200, 1000 bytes to 127.0.0.1"));
	assert_non_null(strstr(all, "(no path of ours): 404"));
	assert_null(strstr(all, strstr(link, "&s=") + 3));
	assert_null(strstr(all, "d="));
	int lines = 0;
	for (const char *at = all; (at = strstr(at, ": 404,")); at++)
		lines++;
	assert_int_equal(lines, 10); /* of 101 within one second */
}

/* The server ends while requests wait for the source, and others are being read from it. */
static void test_end_in_the_middle(void **state)
{
	const struct image_server_options options = plain_options();
	struct stage stage;
	struct crowd_client crowd[CROWD];
	(void)state;

	for (uint64_t cache_bytes = 900; cache_bytes <= 1 << 20; cache_bytes += (1 << 20) - 900) {
		stage_open_cached(&stage, &options, cache_bytes);
		scoped_text link = link_of(&stage, &small);
		fake_pictures_hold(stage.pictures, true);
		crowd_ask(&stage, crowd, link);
		assert_true(fake_pictures_wait_held(stage.pictures, 1));
		image_server_close(&stage.server);
		crowd_end(crowd);
		for (unsigned i = 0; i < CROWD; i++) {
			assert_false(crowd[i].whole && crowd[i].reply.status == 200);
			reply_done(&crowd[i].reply);
		}
		stage_close(&stage);
	}
}

/* One that listens on all IPv6 addresses hears IPv4 as well. */
static void test_both_families(void **state)
{
	struct image_server_options options = plain_options();
	int probe = socket(AF_INET6, SOCK_STREAM, 0);
	struct stage stage;
	(void)state;

	if (probe < 0)
		skip();
	close(probe);
	options.listen = "[::]:0";
	stage_open_cached(&stage, &options, 1 << 20);
	expect_picture(&stage, 2, &small);
	stage_close(&stage);
}

static void test_cannot_listen(void **state)
{
	struct stage stage;
	struct image_server *server = NULL;
	struct error error = {0};
	(void)state;

	stage_open(&stage);
	scoped_text listen = own_format("127.0.0.1:%d", image_server_port(stage.server));
	struct image_server_options options = {.listen = listen,
					       .source = fake_pictures_source(stage.pictures),
					       .databases = fake_pictures_databases(stage.pictures),
					       .cache = stage.cache};
	assert_false(image_server_open(&options, &stage.keys, &server, &error));
	assert_int_equal(error.kind, ERROR_FATAL);
	options.listen = "host:80";
	assert_false(image_server_open(&options, &stage.keys, &server, &error));
	options.listen = "127.0.0.1:0";
	options.proxies = "x";
	assert_false(image_server_open(&options, &stage.keys, &server, &error));
	stage_close(&stage);
}

int main(void)
{
	const struct clock_source source = {.now_ms = fake_now, .steady_ms = fake_steady};
	static const struct fake_picture *const unfit[] = {&none, &svg, &cut};
	struct rlimit files;
	struct cases cases = {0};

	signal(SIGPIPE, SIG_IGN);
	log_set_level(LOG_NOTHING);
	clock_replace(&source);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	if (sodium_init() < 0 || (mkdir("build", 0777) != 0 && errno != EEXIST) || !mkdtemp(folder))
		return 1;
	cases_add(&cases, own_copy("a picture"), test_picture, NULL);
	cases_add_table(&cases, condition_rows, test_condition);
	cases_add(&cases, own_copy("one answer to all that is not there"), test_one_not_found, NULL);
	cases_add_table(&cases, other_rows, test_other);
	cases_add(&cases, own_copy("headers that are too long"), test_header_lengths, NULL);
	cases_add(&cases, own_copy("a picture is replaced, deleted, put back"), test_replaced, NULL);
	cases_add(&cases, own_copy("the same bytes in two places"), test_shared_digest, NULL);
	cases_add(&cases, own_copy("the source is down"), test_down, NULL);
	for (size_t i = 0; i < countof(unfit); i++)
		cases_add(&cases, own_format("no picture that is served: %s", unfit[i]->image), test_unfit,
			  unfit[i]);
	cases_add(&cases, own_copy("one flight for all who want it"), test_single_flight, NULL);
	cases_add(&cases, own_copy("many pictures at once"), test_many_pictures, NULL);
	cases_add(&cases, own_copy("what cannot be kept is passed on"), test_unkept, NULL);
	cases_add(&cases, own_copy("… in constant memory"), test_unkept_memory, NULL);
	cases_add(&cases, own_copy("… to readers that leave"), test_unkept_left, NULL);
	cases_add(&cases, own_copy("10,000 bad requests ask the source nothing"), test_bad_requests, NULL);
	cases_add(&cases, own_copy("a byte of headers a second"), test_slow_headers, NULL);
	cases_add(&cases, own_copy("a byte read a second"), test_slow_readers, NULL);
	cases_add_table(&cases, idle_rows, test_idle);
	cases_add(&cases, own_copy("connections of one address"), test_per_address, NULL);
	cases_add(&cases, own_copy("requests of one address"), test_rate, NULL);
	cases_add(&cases, own_copy("keys are rotated and retired"), test_rotation, NULL);
	cases_add(&cases, own_copy("the log"), test_log, NULL);
	cases_add(&cases, own_copy("the end comes in the middle"), test_end_in_the_middle, NULL);
	cases_add(&cases, own_copy("both families of addresses"), test_both_families, NULL);
	cases_add(&cases, own_copy("where it cannot listen"), test_cannot_listen, NULL);
	int failed = cases_run("images_server", &cases);
	remove_all();
	rmdir(folder);
	return failed;
}
