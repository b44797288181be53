/* Pure rules of the picture server: parts of a picture, kinds, addresses and proxies, how often an address may ask. */
#include "base/clock.h"
#include "public-images/conditions.h"
#include "public-images/kind.h"
#include "public-images/lookups.h"
#include "tests/unit/cases.h"
#include "web/address.h"
#include "web/rate.h"
#include <arpa/inet.h>
#include <sodium.h>
#include <string.h>

#define ETAG "\"abc\""

static const struct part_row {
	const char *sentence;
	struct image_conditions conditions;
	uint64_t size;
	struct image_part part;
} part_rows[] = {
	{"no condition", {0}, 100, {200, 0, 100}},
	{"the client has it", {.if_none_match = ETAG}, 100, {304, 0, 0}},
	{"it has it weakly", {.if_none_match = "W/" ETAG}, 100, {304, 0, 0}},
	{"it has several", {.if_none_match = "\"x\" , W/\"y,z\"," ETAG}, 100, {304, 0, 0}},
	{"it has any", {.if_none_match = "*"}, 100, {304, 0, 0}},
	{"it has another", {.if_none_match = "\"abd\""}, 100, {200, 0, 100}},
	{"it has the tag within another", {.if_none_match = "\"x" ETAG}, 100, {200, 0, 100}},
	{"a tag without quotes", {.if_none_match = "abc"}, 100, {200, 0, 100}},
	{"a tag without an end", {.if_none_match = "\"abc"}, 100, {200, 0, 100}},
	{"nothing", {.if_none_match = ""}, 100, {200, 0, 100}},
	{"what it has goes before a range", {.if_none_match = ETAG, .range = "bytes=0-0"}, 100, {304, 0, 0}},
	{"the first byte", {.range = "bytes=0-0"}, 100, {206, 0, 1}},
	{"the middle", {.range = "bytes=10-19"}, 100, {206, 10, 10}},
	{"the last byte", {.range = "bytes=99-99"}, 100, {206, 99, 1}},
	{"all of it as a range", {.range = "bytes=0-"}, 100, {206, 0, 100}},
	{"an open end", {.range = "bytes=90-"}, 100, {206, 90, 10}},
	{"an end beyond", {.range = "bytes=90-1000"}, 100, {206, 90, 10}},
	{"an end far beyond", {.range = "bytes=90-99999999999999999999999"}, 100, {206, 90, 10}},
	{"the last ten", {.range = "bytes=-10"}, 100, {206, 90, 10}},
	{"more than there are", {.range = "bytes=-1000"}, 100, {206, 0, 100}},
	{"blanks and capitals", {.range = " Bytes= 5-6 "}, 100, {206, 5, 2}},
	{"beyond the end", {.range = "bytes=100-"}, 100, {416, 0, 0}},
	{"far beyond the end", {.range = "bytes=18446744073709551615-"}, 100, {416, 0, 0}},
	{"the last none", {.range = "bytes=-0"}, 100, {416, 0, 0}},
	{"of nothing", {.range = "bytes=0-"}, 0, {416, 0, 0}},
	{"the last of nothing", {.range = "bytes=-1"}, 0, {416, 0, 0}},
	{"several ranges", {.range = "bytes=0-1,5-6"}, 100, {200, 0, 100}},
	{"the wrong way round", {.range = "bytes=9-5"}, 100, {200, 0, 100}},
	{"another unit", {.range = "pages=1-2"}, 100, {200, 0, 100}},
	{"no digits", {.range = "bytes=-"}, 100, {200, 0, 100}},
	{"a sign", {.range = "bytes=+1-2"}, 100, {200, 0, 100}},
	{"words behind it", {.range = "bytes=1-2x"}, 100, {200, 0, 100}},
	{"an empty range", {.range = ""}, 100, {200, 0, 100}},
	{"only a unit", {.range = "bytes="}, 100, {200, 0, 100}},
	{"if it is still the same", {.range = "bytes=1-2", .if_range = ETAG}, 100, {206, 1, 2}},
	{"if it is still another", {.range = "bytes=1-2", .if_range = "\"abd\""}, 100, {200, 0, 100}},
	{"a weak tag is not the same", {.range = "bytes=1-2", .if_range = "W/" ETAG}, 100, {200, 0, 100}},
	{"a date is not the same",
	 {.range = "bytes=1-2", .if_range = "Sun, 06 Nov 1994 08:49:37 GMT"},
	 100,
	 {200, 0, 100}},
	{"beyond the end of another", {.range = "bytes=100-", .if_range = "\"abd\""}, 100, {200, 0, 100}},
};

static void test_part(void **state)
{
	const struct part_row *row = *state;
	struct image_part part = image_part_wanted(&row->conditions, ETAG, row->size);

	assert_int_equal(part.status, row->part.status);
	assert_int_equal(part.first, row->part.first);
	assert_int_equal(part.length, row->part.length);
}

static const struct kind_row {
	const char *sentence, *bytes;
	size_t length;
	enum image_kind kind;
} kind_rows[] = {
	{"a JPEG", "\xFF\xD8\xFF\xE0rest", 8, IMAGE_KIND_JPEG},
	{"a JPEG of three bytes", "\xFF\xD8\xFF", 3, IMAGE_KIND_JPEG},
	{"half a JPEG", "\xFF\xD8", 2, IMAGE_KIND_NONE},
	{"a PNG", "\x89PNG\r\n\x1A\nrest", 12, IMAGE_KIND_PNG},
	{"a PNG cut", "\x89PNG\r\n\x1A", 7, IMAGE_KIND_NONE},
	{"a PNG whose line ends were changed", "\x89PNG\n\x1A\nrest", 11, IMAGE_KIND_NONE},
	{"a GIF", "GIF89a..", 8, IMAGE_KIND_NONE},
	{"an SVG", "<svg xml", 8, IMAGE_KIND_NONE},
	{"HTML", "<html>..", 8, IMAGE_KIND_NONE},
	{"nothing", "", 0, IMAGE_KIND_NONE},
};

static void test_kind(void **state)
{
	const struct kind_row *row = *state;

	assert_int_equal(image_kind_of_bytes(row->bytes, row->length), row->kind);
	assert_int_equal(image_kind_of_extension(image_kind_extension(row->kind)), row->kind);
	assert_int_equal(image_kind_of_type(image_kind_type(row->kind)), row->kind);
}

static void test_types(void **state)
{
	(void)state;
	assert_int_equal(image_kind_of_type("Image/JPEG; charset=x"), IMAGE_KIND_JPEG);
	assert_int_equal(image_kind_of_type("image/png"), IMAGE_KIND_PNG);
	assert_int_equal(image_kind_of_type("image/svg+xml"), IMAGE_KIND_NONE);
	assert_int_equal(image_kind_of_type("image/jpegx"), IMAGE_KIND_NONE);
	assert_int_equal(image_kind_of_type("text/html"), IMAGE_KIND_NONE);
	assert_int_equal(image_kind_of_type(""), IMAGE_KIND_NONE);
}

static const struct address_row {
	const char *sentence, *words, *text; /* text NULL: none */
} address_rows[] = {
	{"IPv4", "192.0.2.1", "192.0.2.1"},
	{"IPv4 with a port", "192.0.2.1:80", "192.0.2.1"},
	{"IPv4 in IPv6", "::ffff:192.0.2.1", "192.0.2.1"},
	{"IPv6", "2001:DB8:0::1", "2001:db8::1"},
	{"IPv6 in brackets", "[2001:db8::1]", "2001:db8::1"},
	{"IPv6 in brackets with a port", "[2001:db8::1]:443", "2001:db8::1"},
	{"a name", "host", NULL},
	{"unknown", "unknown", NULL},
	{"nothing", "", NULL},
	{"a short IPv4", "192.0.2", NULL},
	{"an octet too large", "192.0.2.256", NULL},
	{"a port that is none", "192.0.2.1:x", NULL},
	{"a bracket that does not close", "[2001:db8::1", NULL},
	{"IPv4 in brackets", "[192.0.2.1]", NULL},
	{"words behind a bracket", "[::1]x", NULL},
	{"too long", "1111111111111111111111111111111111111111111111111111111111111111111111", NULL},
};

static void test_address(void **state)
{
	const struct address_row *row = *state;
	struct web_address address;
	char text[WEB_ADDRESS_TEXT_SIZE];

	assert_int_equal(web_address_read(row->words, strlen(row->words), &address), row->text != NULL);
	if (!row->text)
		return;
	web_address_text(&address, text);
	assert_string_equal(text, row->text);
}

static const struct client_row {
	const char *sentence, *proxies, *connection, *forwarded, *client;
} client_rows[] = {
	{"no proxy is named", "", "192.0.2.1", "198.51.100.7", "192.0.2.1"},
	{"the connection is no proxy's", "10.0.0.0/8", "192.0.2.1", "198.51.100.7", "192.0.2.1"},
	{"a proxy asks for a client", "10.0.0.0/8", "10.1.2.3", "198.51.100.7", "198.51.100.7"},
	{"a client says who it is as well", "10.0.0.0/8", "10.1.2.3", "1.1.1.1, 198.51.100.7",
	 "198.51.100.7"},
	{"two proxies", "10.0.0.0/8", "10.1.2.3", "198.51.100.7 , 10.9.9.9", "198.51.100.7"},
	{"a client names a proxy", "10.0.0.0/8", "10.1.2.3", "10.9.9.9, 198.51.100.7", "198.51.100.7"},
	{"only proxies", "10.0.0.0/8", "10.1.2.3", "10.9.9.9", "10.9.9.9"},
	{"a proxy that says nothing", "10.0.0.0/8", "10.1.2.3", "", "10.1.2.3"},
	{"a proxy that says nonsense", "10.0.0.0/8", "10.1.2.3", "198.51.100.7, what", "10.1.2.3"},
	{"nonsense before what a proxy said", "10.0.0.0/8", "10.1.2.3", "what, 198.51.100.7", "198.51.100.7"},
	{"empty parts", "10.0.0.0/8", "10.1.2.3", ",,198.51.100.7", "198.51.100.7"},
	{"IPv6 behind an IPv6 proxy", "fd00::/8", "fd12::1", "2001:db8::7", "2001:db8::7"},
	{"a single address as a proxy", "::1, 127.0.0.1", "127.0.0.1", "198.51.100.7", "198.51.100.7"},
	{"a prefix that ends within a byte", "10.16.0.0/12", "10.31.0.1", "198.51.100.7", "198.51.100.7"},
	{"beside a prefix that ends within a byte", "10.16.0.0/12", "10.32.0.1", "198.51.100.7", "10.32.0.1"},
};

static struct web_address address_of(const char *words)
{
	struct web_address address;

	assert_true(web_address_read(words, strlen(words), &address));
	return address;
}

static void test_client(void **state)
{
	const struct client_row *row = *state;
	struct web_networks proxies;
	struct error error = {0};
	char text[WEB_ADDRESS_TEXT_SIZE];

	assert_true(web_networks_read(row->proxies, &proxies, &error));
	struct web_address connection = address_of(row->connection);
	struct web_address client = web_address_of_client(&connection, row->forwarded, &proxies);
	web_address_text(&client, text);
	assert_string_equal(text, row->client);
}

static const struct networks_row {
	const char *sentence, *list;
	int count; /* -1: refused */
} networks_rows[] = {
	{"none", "", 0},
	{"blanks", " , ", 0},
	{"three", "127.0.0.1, 10.0.0.0/8,fd00::/8", 3},
	{"everybody", "0.0.0.0/0 ::/0", 2},
	{"a prefix that is too long", "10.0.0.0/33", -1},
	{"a prefix that is too long for IPv6", "::1/129", -1},
	{"no prefix", "10.0.0.0/", -1},
	{"a prefix that is none", "10.0.0.0/8x", -1},
	{"a name", "proxy", -1},
};

static void test_networks(void **state)
{
	const struct networks_row *row = *state;
	struct web_networks networks;
	struct error error = {0};

	bool read = web_networks_read(row->list, &networks, &error);
	assert_int_equal(read ? (int)networks.count : -1, row->count);
	if (!read)
		assert_int_equal(error.kind, ERROR_FATAL);
}

static void test_sockets(void **state)
{
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0xC0000201)};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr other = {.sa_family = AF_UNIX};
	struct web_address address;
	char text[WEB_ADDRESS_TEXT_SIZE];
	(void)state;

	assert_true(web_address_of_socket((struct sockaddr *)&four, &address));
	web_address_text(&address, text);
	assert_string_equal(text, "192.0.2.1");
	assert_true(web_address_of_socket((struct sockaddr *)&six, &address));
	web_address_text(&address, text);
	assert_string_equal(text, "::1");
	assert_false(web_address_of_socket(&other, &address));
}

static void test_callers(void **state)
{
	struct web_address first = address_of("2001:db8::1"), second = address_of("2001:db8::ffff:1");
	struct web_address third = address_of("2001:db8:0:1::1"), four = address_of("192.0.2.1");
	(void)state;

	first = web_address_caller(&first);
	second = web_address_caller(&second);
	third = web_address_caller(&third);
	assert_memory_equal(&first, &second, sizeof(first));
	assert_memory_not_equal(&first, &third, sizeof(first));
	struct web_address same = web_address_caller(&four);
	assert_memory_equal(&four, &same, sizeof(four));
}

static void test_rate(void **state)
{
	struct web_rate *rate = web_rate_open(2, 3);
	struct web_address one = address_of("192.0.2.1"), other = address_of("192.0.2.2");
	int wait_s = 0;
	(void)state;

	for (int i = 0; i < 3; i++)
		assert_true(web_rate_take(rate, &one, 1000, &wait_s));
	assert_false(web_rate_take(rate, &one, 1000, &wait_s));
	assert_int_equal(wait_s, 1);
	assert_true(web_rate_take(rate, &other, 1000, &wait_s));
	assert_false(web_rate_take(rate, &one, 1499, &wait_s));
	assert_true(web_rate_take(rate, &one, 1500, &wait_s));
	assert_false(web_rate_take(rate, &one, 1500, &wait_s));
	/* However long it was quiet, it has no more than a full bucket. */
	for (int i = 0; i < 3; i++)
		assert_true(web_rate_take(rate, &one, 1000000, &wait_s));
	assert_false(web_rate_take(rate, &one, 1000000, &wait_s));
	/* A clock that goes back gives nothing. */
	assert_false(web_rate_take(rate, &one, 500, &wait_s));
	web_rate_close(&rate);
}

/* However many addresses there are, one that keeps asking is known. */
static void test_rate_crowd(void **state)
{
	struct web_rate *rate = web_rate_open(0.001, 1);
	struct web_address loud = address_of("192.0.2.1"), crowd = address_of("2001:db8::1");
	int wait_s = 0, taken = 0;
	(void)state;

	for (int i = 0; i < 100000; i++) {
		crowd.bytes[4] = (uint8_t)(i >> 16);
		crowd.bytes[5] = (uint8_t)(i >> 8);
		crowd.bytes[6] = (uint8_t)i;
		assert_true(web_rate_take(rate, &crowd, i, &wait_s));
		taken += web_rate_take(rate, &loud, i, &wait_s);
	}
	assert_int_equal(taken, 1);
	web_rate_close(&rate);
}

static int64_t steady_ms;

static int64_t fake_steady(void *context)
{
	(void)context;
	return steady_ms;
}

static void test_places(void **state)
{
	const struct clock_source source = {.steady_ms = fake_steady};
	const struct image_picture picture = {.length = 7};
	struct image_lookups *places = image_lookups_open();
	struct image_picture found = {.length = 0};
	bool there = false;
	(void)state;

	steady_ms = 1000;
	clock_replace(&source);
	assert_false(image_lookups_find(places, "a", &there, &found));
	image_lookups_put(places, "a", &picture);
	image_lookups_put(places, "b", NULL);
	assert_true(image_lookups_find(places, "a", &there, &found) && there);
	assert_int_equal(found.length, 7);
	assert_true(image_lookups_find(places, "b", &there, &found) && !there);
	steady_ms += IMAGE_ABSENT_MS;
	assert_false(image_lookups_find(places, "b", &there, &found));
	assert_true(image_lookups_find(places, "a", &there, &found));
	steady_ms += IMAGE_FRESH_MS - IMAGE_ABSENT_MS;
	assert_false(image_lookups_find(places, "a", &there, &found));
	image_lookups_put(places, "a", &picture);
	image_lookups_forget(places, "a");
	assert_false(image_lookups_find(places, "a", &there, &found));
	image_lookups_put(places, "first", &picture);
	for (int i = 0; i < IMAGE_LOOKUPS_MOST; i++) {
		scoped_text key = own_format("%d", i);
		image_lookups_put(places, key, &picture);
	}
	assert_false(image_lookups_find(places, "first", &there, &found));
	assert_true(image_lookups_find(places, "0", &there, &found));
	image_lookups_close(&places);
	clock_replace(NULL);
}

int main(void)
{
	struct cases cases = {0};

	if (sodium_init() < 0)
		return 1;
	cases_add_table(&cases, part_rows, test_part);
	cases_add_table(&cases, kind_rows, test_kind);
	cases_add(&cases, own_copy("content types"), test_types, NULL);
	cases_add_table(&cases, address_rows, test_address);
	cases_add_table(&cases, client_rows, test_client);
	cases_add_table(&cases, networks_rows, test_networks);
	cases_add(&cases, own_copy("addresses of sockets"), test_sockets, NULL);
	cases_add(&cases, own_copy("what counts as one caller"), test_callers, NULL);
	cases_add(&cases, own_copy("a bucket empties and fills"), test_rate, NULL);
	cases_add(&cases, own_copy("a crowd does not hide a loud address"), test_rate_crowd, NULL);
	cases_add(&cases, own_copy("what the source said is remembered for a while"), test_places, NULL);
	return cases_run("images_rules", &cases);
}
