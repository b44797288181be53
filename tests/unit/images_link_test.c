/* Keys, what a request's line asks for, and links: made, and forged in every way. The two signatures that are written out here were
 * computed by another program (Python's hashlib). */
#include "base/clock.h"
#include "public-images/link.h"
#include "tests/unit/cases.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define NOW_S    (INT64_C(1796169600) - 86400)
#define KEY      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define OTHER    "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define IMAGE    "7f3c6f0e-0000-4000-8000-000000000001"
#define DIGEST   "AAECAwQFBgcICQoLDA0ODw"
#define PATH     "/inventory/images/" IMAGE ".jpg"
#define SIGNED   "kW1vSwHy9DOy6T2_XqdCB_FsSFPJfvDC_hmI0zILcOs"
#define GOOD     PATH "?d=" DIGEST "&e=1796169600&k=k1&s=" SIGNED
#define SIGNED_B "skrGybhd0__0PNCByeiG1oIQl1avgHjGwRMHfCHHg-Q"

static struct image_keys keys_of(const char *lines)
{
	struct image_keys keys = {0};
	struct error error = {0};

	if (!image_keys_read(lines, &keys, &error))
		fail_msg("%s", error.text);
	return keys;
}

static const struct image_digest digest = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}};

/* ---- keys ---- */

static const struct keys_row {
	const char *sentence, *lines;
	int count; /* -1: refused */
	const char *says;
} keys_rows[] = {
	{"no keys", "", 0, ""},
	{"one key", "k1 " KEY, 1, ""},
	{"a line end behind it", "k1 " KEY "\n", 1, ""},
	{"two keys, blanks, a comment and lines of another system",
	 "# ours\r\n\r\n  k2\t" OTHER " \r\nk1 " KEY "\r\n", 2, ""},
	{"digits of hex in either case",
	 "k1 000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", 1, ""},
	{"a key without an id", KEY, -1, "line 1"},
	{"an id without a key", "k1 " KEY "\nk2", -1, "line 2"},
	{"a key that is too short", "k1 0001", -1, "line 1"},
	{"a key that is too long", "k1 " KEY "00", -1, "line 1"},
	{"no hex", "k1 x00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", -1, "line 1"},
	{"words behind the key", "k1 " KEY " old", -1, "line 1"},
	{"an id with a dot", "k.1 " KEY, -1, "line 1"},
	{"an id that is too long", "k1234567890123456 " KEY, -1, "line 1"},
	{"an id twice", "k1 " KEY "\nk1 " OTHER, -1, "two keys with the id k1"},
	{"zeros only", "k1 0000000000000000000000000000000000000000000000000000000000000000", -1, "line 1"},
	{"too many",
	 "a " KEY "\nb " KEY "\nc " KEY "\nd " KEY "\ne " KEY "\nf " KEY "\ng " KEY "\nh " KEY "\ni " KEY, -1,
	 "more than 8"},
};

static void test_keys(void **state)
{
	const struct keys_row *row = *state;
	struct image_keys keys = {0};
	struct error error = {0};

	bool read = image_keys_read(row->lines, &keys, &error);
	assert_int_equal(read ? (int)keys.count : -1, row->count);
	if (read)
		return;
	assert_int_equal(error.kind, ERROR_FATAL);
	assert_non_null(strstr(error.text, row->says));
	assert_null(strstr(error.text, "0001"));
}

static void test_key_life(void **state)
{
	struct image_keys keys = {0};
	struct error error = {0};
	(void)state;

	assert_null(image_keys_active(&keys));
	assert_true(image_keys_rotate(&keys, &error));
	assert_string_equal(image_keys_active(&keys)->id, "k1");
	assert_true(image_keys_rotate(&keys, &error));
	assert_string_equal(image_keys_active(&keys)->id, "k2");
	assert_memory_not_equal(keys.list[0].secret, keys.list[1].secret, IMAGE_KEY_SECRET_SIZE);
	assert_false(image_keys_retire(&keys, "k2", &error));
	assert_non_null(strstr(error.text, "rotate first"));
	assert_false(image_keys_retire(&keys, "k3", &error));
	assert_true(image_keys_retire(&keys, "k1", &error));
	assert_int_equal(keys.count, 1);
	assert_true(image_keys_rotate(&keys, &error));
	assert_string_equal(image_keys_active(&keys)->id, "k3");

	scoped_text lines = image_keys_write(&keys);
	struct image_keys again = keys_of(lines);
	assert_memory_equal(&again, &keys, sizeof(keys));
	while (keys.count < IMAGE_KEYS_MOST)
		assert_true(image_keys_rotate(&keys, &error));
	assert_false(image_keys_rotate(&keys, &error));
	assert_non_null(strstr(error.text, "retire"));
	image_keys_done(&keys);
	assert_true(sodium_is_zero((const unsigned char *)&keys, sizeof(keys)));
}

/* ---- what a line asks for ---- */

static const struct target_row {
	const char *sentence, *uri;
	enum image_target_kind kind;
	const char *database, *image;
} target_rows[] = {
	{"robots.txt", "/robots.txt", IMAGE_TARGET_ROBOTS, "", ""},
	{"a database", "/inventory", IMAGE_TARGET_DATABASE, "inventory", ""},
	{"a database with a slash in its name", "/a%2Fb", IMAGE_TARGET_DATABASE, "a/b", ""},
	{"a database with signs", "/a_$()+-", IMAGE_TARGET_DATABASE, "a_$()+-", ""},
	{"a picture", "/inventory/images/1.jpg", IMAGE_TARGET_PICTURE, "inventory", "1"},
	{"a picture with a link", GOOD, IMAGE_TARGET_PICTURE, "inventory", IMAGE},
	{"a picture whose id has dots", "/i/images/a.b.png", IMAGE_TARGET_PICTURE, "i", "a.b"},
	{"a picture whose id is encoded", "/i/images/%C3%A4%20b.png", IMAGE_TARGET_PICTURE, "i", "ä b"},
	{"an encoding is taken off once", "/i/images/%252e%252e.png", IMAGE_TARGET_PICTURE, "i", "%2e%2e"},
	{"nothing", "", IMAGE_TARGET_NOTHING, "", ""},
	{"the root", "/", IMAGE_TARGET_NOTHING, "", ""},
	{"an address without a slash", "inventory", IMAGE_TARGET_NOTHING, "", ""},
	{"a whole address", "http://host/inventory", IMAGE_TARGET_NOTHING, "", ""},
	{"a star", "*", IMAGE_TARGET_NOTHING, "", ""},
	{"robots.txt with a query", "/robots.txt?a", IMAGE_TARGET_NOTHING, "", ""},
	{"a database with a query", "/inventory?a=b", IMAGE_TARGET_NOTHING, "", ""},
	{"a database with an empty query", "/inventory?", IMAGE_TARGET_NOTHING, "", ""},
	{"a database with a slash behind it", "/inventory/", IMAGE_TARGET_NOTHING, "", ""},
	{"a system database", "/_users", IMAGE_TARGET_NOTHING, "", ""},
	{"capitals in a database's name", "/Inventory", IMAGE_TARGET_NOTHING, "", ""},
	{"an empty segment", "//images/1.jpg", IMAGE_TARGET_NOTHING, "", ""},
	{"a doubled slash", "/inventory//images/1.jpg", IMAGE_TARGET_NOTHING, "", ""},
	{"dots as a database", "/../images/1.jpg", IMAGE_TARGET_NOTHING, "", ""},
	{"encoded dots as a database", "/%2e%2e/images/1.jpg", IMAGE_TARGET_NOTHING, "", ""},
	{"dots between", "/inventory/../images/1.jpg", IMAGE_TARGET_NOTHING, "", ""},
	{"another folder", "/inventory/image/1.jpg", IMAGE_TARGET_NOTHING, "", ""},
	{"the folder encoded", "/inventory/%69mages/1.jpg", IMAGE_TARGET_NOTHING, "", ""},
	{"a segment too many", "/inventory/images/1.jpg/x", IMAGE_TARGET_NOTHING, "", ""},
	{"a slash behind the picture", "/inventory/images/1.jpg/", IMAGE_TARGET_NOTHING, "", ""},
	{"an encoded slash in the id", "/inventory/images/..%2F1.jpg", IMAGE_TARGET_NOTHING, "", ""},
	{"an encoded backslash in the id", "/inventory/images/..%5C1.jpg", IMAGE_TARGET_NOTHING, "", ""},
	{"a backslash", "/inventory/images/..\\1.jpg", IMAGE_TARGET_NOTHING, "", ""},
	{"dots as an id", "/inventory/images/..%2e.jpg", IMAGE_TARGET_PICTURE, "inventory", "..."},
	{"two dots as an id", "/inventory/images/...jpg", IMAGE_TARGET_NOTHING, "", ""},
	{"no id", "/inventory/images/.jpg", IMAGE_TARGET_NOTHING, "", ""},
	{"no extension", "/inventory/images/1", IMAGE_TARGET_NOTHING, "", ""},
	{"another extension", "/inventory/images/1.gif", IMAGE_TARGET_NOTHING, "", ""},
	{"an extension in capitals", "/inventory/images/1.JPG", IMAGE_TARGET_NOTHING, "", ""},
	{"a long extension", "/inventory/images/1.jpeg", IMAGE_TARGET_NOTHING, "", ""},
	{"an encoded NUL", "/inventory/images/1%00.jpg", IMAGE_TARGET_NOTHING, "", ""},
	{"an encoded line end", "/inventory/images/1%0a.jpg", IMAGE_TARGET_NOTHING, "", ""},
	{"an encoded DEL", "/inventory/images/1%7f.jpg", IMAGE_TARGET_NOTHING, "", ""},
	{"half an encoding", "/inventory/images/1%2", IMAGE_TARGET_NOTHING, "", ""},
	{"half an encoding before the extension", "/inventory/images/1%2.jpg", IMAGE_TARGET_NOTHING, "", ""},
	{"an overlong slash", "/inventory/images/%C0%AF.jpg", IMAGE_TARGET_NOTHING, "", ""},
	{"a surrogate", "/inventory/images/%ED%A0%80.jpg", IMAGE_TARGET_NOTHING, "", ""},
	{"a byte that is no ASCII", "/inventory/images/\xC3\xA4.jpg", IMAGE_TARGET_NOTHING, "", ""},
	{"a fragment", "/inventory/images/1.jpg#x", IMAGE_TARGET_NOTHING, "", ""},
	{"a picture with an empty query", PATH "?", IMAGE_TARGET_NOTHING, "", ""},
	{"no signature", PATH "?d=" DIGEST "&e=1796169600&k=k1", IMAGE_TARGET_NOTHING, "", ""},
	{"an empty signature", PATH "?d=" DIGEST "&e=1796169600&k=k1&s=", IMAGE_TARGET_NOTHING, "", ""},
	{"another order", PATH "?e=1796169600&d=" DIGEST "&k=k1&s=" SIGNED, IMAGE_TARGET_NOTHING, "", ""},
	{"a parameter twice", GOOD "&s=" SIGNED, IMAGE_TARGET_NOTHING, "", ""},
	{"another parameter", GOOD "&x=1", IMAGE_TARGET_NOTHING, "", ""},
	{"another parameter before", PATH "?x=1&d=" DIGEST "&e=1796169600&k=k1&s=" SIGNED,
	 IMAGE_TARGET_NOTHING, "", ""},
	{"an ampersand behind", GOOD "&", IMAGE_TARGET_NOTHING, "", ""},
	{"two ampersands", PATH "?d=" DIGEST "&&e=1796169600&k=k1&s=" SIGNED, IMAGE_TARGET_NOTHING, "", ""},
	{"padding", PATH "?d=" DIGEST "==&e=1796169600&k=k1&s=" SIGNED, IMAGE_TARGET_NOTHING, "", ""},
	{"another base64", PATH "?d=AAECAwQFBgcICQoLDA0O+w&e=1796169600&k=k1&s=" SIGNED, IMAGE_TARGET_NOTHING,
	 "", ""},
	{"bits that nothing needs", PATH "?d=AAECAwQFBgcICQoLDA0ODx&e=1796169600&k=k1&s=" SIGNED,
	 IMAGE_TARGET_NOTHING, "", ""},
	{"a digest that is too short", PATH "?d=AAECAwQFBgcICQoLDA0O&e=1796169600&k=k1&s=" SIGNED,
	 IMAGE_TARGET_NOTHING, "", ""},
	{"an expiry with a zero before it", PATH "?d=" DIGEST "&e=01796169600&k=k1&s=" SIGNED,
	 IMAGE_TARGET_NOTHING, "", ""},
	{"an expiry with a sign", PATH "?d=" DIGEST "&e=+1796169600&k=k1&s=" SIGNED, IMAGE_TARGET_NOTHING, "",
	 ""},
	{"an expiry that is too long", PATH "?d=" DIGEST "&e=1796169600000&k=k1&s=" SIGNED,
	 IMAGE_TARGET_NOTHING, "", ""},
	{"a fraction", PATH "?d=" DIGEST "&e=1796169600.5&k=k1&s=" SIGNED, IMAGE_TARGET_NOTHING, "", ""},
	{"a key id with signs", PATH "?d=" DIGEST "&e=1796169600&k=k%31&s=" SIGNED, IMAGE_TARGET_NOTHING, "",
	 ""},
	{"a signature cut by one",
	 PATH "?d=" DIGEST "&e=1796169600&k=k1&s=kW1vSwHy9DOy6T2_XqdCB_FsSFPJfvDC_hmI0zILcO",
	 IMAGE_TARGET_NOTHING, "", ""},
	{"a signature longer by one", GOOD "A", IMAGE_TARGET_NOTHING, "", ""},
};

static void test_target(void **state)
{
	const struct target_row *row = *state;
	struct image_target target;

	image_target_read(row->uri, &target);
	assert_int_equal(target.kind, row->kind);
	assert_string_equal(target.database, row->database);
	assert_string_equal(target.image, row->image);
}

static void test_long_names(void **state)
{
	struct image_target target;
	char name[IMAGE_DATABASE_SIZE + 1], uri[1024];
	(void)state;

	memset(name, 'a', sizeof(name));
	snprintf(uri, sizeof(uri), "/%.*s", IMAGE_DATABASE_SIZE - 1, name);
	image_target_read(uri, &target);
	assert_int_equal(target.kind, IMAGE_TARGET_DATABASE);
	snprintf(uri, sizeof(uri), "/%.*s", IMAGE_DATABASE_SIZE, name);
	image_target_read(uri, &target);
	assert_int_equal(target.kind, IMAGE_TARGET_NOTHING);
	snprintf(uri, sizeof(uri), "/a/images/%.*s.jpg", IMAGE_ID_SIZE - 1, name);
	image_target_read(uri, &target);
	assert_int_equal(target.kind, IMAGE_TARGET_PICTURE);
	snprintf(uri, sizeof(uri), "/a/images/%.*s.jpg", IMAGE_ID_SIZE, name);
	image_target_read(uri, &target);
	assert_int_equal(target.kind, IMAGE_TARGET_NOTHING);
}

/* ---- links ---- */

static const struct make_row {
	const char *sentence, *database, *image, *extension;
	int64_t now_s;
	const char *made; /* NULL: refused */
} make_rows[] = {
	{"a link", "inventory", IMAGE, "jpg", NOW_S, GOOD},
	{"the same a day before but a second", "inventory", IMAGE, "jpg", NOW_S - IMAGE_LINK_SAME_S + 1,
	 GOOD},
	{"names that must be encoded", "a/b+c", "ä b", "png", NOW_S,
	 "/a%2Fb%2Bc/images/%C3%A4%20b.png?d=" DIGEST "&e=1796169600&k=k1&s=" SIGNED_B},
	{"a database that cannot be", "Inventory", IMAGE, "jpg", NOW_S, NULL},
	{"a database without a name", "", IMAGE, "jpg", NOW_S, NULL},
	{"an id with a slash", "inventory", "a/b", "jpg", NOW_S, NULL},
	{"an id of dots", "inventory", "..", "jpg", NOW_S, NULL},
	{"no id", "inventory", "", "jpg", NOW_S, NULL},
	{"another kind", "inventory", IMAGE, "webp", NOW_S, NULL},
};

static void test_make(void **state)
{
	const struct make_row *row = *state;
	const struct image_link link = {row->database, row->image, row->extension, digest};
	struct image_keys keys = keys_of("k1 " KEY "\nk0 " OTHER);
	struct error error = {0};
	char *made = NULL;

	assert_int_equal(image_link_make("https://host/x", &link, &keys, row->now_s, &made, &error),
			 row->made != NULL);
	if (!row->made) {
		assert_int_equal(error.kind, ERROR_REFUSED);
		return;
	}
	scoped_text taken = made;
	scoped_text wanted = own_format("https://host/x%s", row->made);
	assert_string_equal(taken, wanted);
}

static void test_no_key(void **state)
{
	const struct image_link link = {"inventory", IMAGE, "jpg", digest};
	struct image_keys keys = {0};
	struct error error = {0};
	char *made = NULL;
	(void)state;

	assert_false(image_link_make("https://host", &link, &keys, NOW_S, &made, &error));
	assert_null(made);
}

/* However the moment lies, a link is good for as long as is promised, and no longer. */
static void test_expiry(void **state)
{
	(void)state;
	for (int64_t now_s = NOW_S - 3 * IMAGE_LINK_SAME_S; now_s < NOW_S + 3 * IMAGE_LINK_SAME_S;
	     now_s += 997) {
		int64_t good_for_s = image_link_expiry_s(now_s) - now_s;
		assert_true(good_for_s >= IMAGE_LINK_LEAST_S);
		assert_true(good_for_s < IMAGE_LINK_LEAST_S + IMAGE_LINK_SAME_S);
		assert_int_equal(image_link_expiry_s(now_s) % IMAGE_LINK_SAME_S, 0);
	}
}

static const struct check_row {
	const char *sentence, *uri, *keys;
	int64_t now_s;
	bool good;
} check_rows[] = {
	{"a good link", GOOD, "k1 " KEY, NOW_S, true},
	{"of a key that is no longer active", GOOD, "k2 " OTHER "\nk1 " KEY, NOW_S, true},
	{"another encoding of the same",
	 "/%69nventory/images/" IMAGE "%2ejpg?d=" DIGEST "&e=1796169600&k=k1&s=" SIGNED, "k1 " KEY, NOW_S,
	 true},
	{"in its last second", GOOD, "k1 " KEY, 1796169599, true},
	{"expired", GOOD, "k1 " KEY, 1796169600, false},
	{"expired long ago", GOOD, "k1 " KEY, 1896169600, false},
	{"without a signature", PATH, "k1 " KEY, NOW_S, false},
	{"no keys", GOOD, "", NOW_S, false},
	{"a retired key", GOOD, "k2 " OTHER, NOW_S, false},
	{"another key of that id", GOOD, "k1 " OTHER, NOW_S, false},
	{"forged: the first character",
	 PATH "?d=" DIGEST "&e=1796169600&k=k1&s=lW1vSwHy9DOy6T2_XqdCB_FsSFPJfvDC_hmI0zILcOs", "k1 " KEY,
	 NOW_S, false},
	{"forged: the last byte",
	 PATH "?d=" DIGEST "&e=1796169600&k=k1&s=kW1vSwHy9DOy6T2_XqdCB_FsSFPJfvDC_hmI0zILcOo", "k1 " KEY,
	 NOW_S, false},
	{"forged: zeros",
	 PATH "?d=" DIGEST "&e=1796169600&k=k1&s=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "k1 " KEY,
	 NOW_S, false},
	{"a later expiry", PATH "?d=" DIGEST "&e=1796169601&k=k1&s=" SIGNED, "k1 " KEY, NOW_S, false},
	{"a digit more in the expiry", PATH "?d=" DIGEST "&e=17961696000&k=k1&s=" SIGNED, "k1 " KEY, NOW_S,
	 false},
	{"the wrong database", "/inventorx/images/" IMAGE ".jpg?d=" DIGEST "&e=1796169600&k=k1&s=" SIGNED,
	 "k1 " KEY, NOW_S, false},
	{"the wrong picture", "/inventory/images/2" IMAGE ".jpg?d=" DIGEST "&e=1796169600&k=k1&s=" SIGNED,
	 "k1 " KEY, NOW_S, false},
	{"the wrong extension", "/inventory/images/" IMAGE ".png?d=" DIGEST "&e=1796169600&k=k1&s=" SIGNED,
	 "k1 " KEY, NOW_S, false},
	{"the wrong digest", PATH "?d=AQECAwQFBgcICQoLDA0ODw&e=1796169600&k=k1&s=" SIGNED, "k1 " KEY, NOW_S,
	 false},
	{"the wrong key id", PATH "?d=" DIGEST "&e=1796169600&k=k2&s=" SIGNED, "k1 " KEY "\nk2 " KEY, NOW_S,
	 false},
	{"re-joined: a letter from the database to the id",
	 "/inventor/images/y" IMAGE ".jpg?d=" DIGEST "&e=1796169600&k=k1&s=" SIGNED, "k1 " KEY, NOW_S, false},
};

static void test_check(void **state)
{
	const struct check_row *row = *state;
	struct image_keys keys = keys_of(row->keys);
	struct image_target target;

	image_target_read(row->uri, &target);
	assert_int_equal(target.kind, IMAGE_TARGET_PICTURE);
	assert_int_equal(image_link_check(&target, &keys, row->now_s), row->good);
}

/* Every single bit of a link's text turned over: none of what comes of it is good but letters of an encoding's own choice. */
static void test_every_bit(void **state)
{
	struct image_keys keys = keys_of("k1 " KEY);
	char uri[] = GOOD;
	(void)state;

	for (size_t bit = 0; bit < (sizeof(GOOD) - 1) * 8; bit++) {
		struct image_target target;
		uri[bit / 8] ^= (char)(1 << bit % 8);
		image_target_read(uri, &target);
		if (target.kind == IMAGE_TARGET_PICTURE && image_link_check(&target, &keys, NOW_S))
			fail_msg("still good: %s", uri);
		uri[bit / 8] ^= (char)(1 << bit % 8);
	}
}

static const struct digest_row {
	const char *sentence, *words;
	bool good;
} digest_rows[] = {
	{"a digest of CouchDB's", "md5-AAECAwQFBgcICQoLDA0ODw==", true},
	{"another algorithm", "sha-AAECAwQFBgcICQoLDA0ODw==", false},
	{"no padding", "md5-AAECAwQFBgcICQoLDA0ODw", false},
	{"too short", "md5-AAECAwQFBgcICQoLDA0O", false},
	{"too long", "md5-AAECAwQFBgcICQoLDA0ODxAR", false},
	{"nothing", "", false},
};

static void test_digest(void **state)
{
	const struct digest_row *row = *state;
	struct image_digest read = {{0}};
	char words[IMAGE_DIGEST_TEXT_SIZE];

	assert_int_equal(image_digest_from_couch(row->words, &read), row->good);
	if (!row->good)
		return;
	assert_memory_equal(&read, &digest, sizeof(read));
	image_digest_text(&read, words);
	assert_string_equal(words, DIGEST);
}

int main(void)
{
	struct cases cases = {0};

	if (sodium_init() < 0)
		return 1;
	cases_add_table(&cases, keys_rows, test_keys);
	cases_add(&cases, own_copy("a key's life: made, rotated, retired"), test_key_life, NULL);
	cases_add_table(&cases, target_rows, test_target);
	cases_add(&cases, own_copy("names as long as may be, and longer"), test_long_names, NULL);
	cases_add_table(&cases, make_rows, test_make);
	cases_add(&cases, own_copy("without a key there is no link"), test_no_key, NULL);
	cases_add(&cases, own_copy("how long links are good for"), test_expiry, NULL);
	cases_add_table(&cases, check_rows, test_check);
	cases_add(&cases, own_copy("every bit of a link counts"), test_every_bit, NULL);
	cases_add_table(&cases, digest_rows, test_digest);
	return cases_run("images_link", &cases);
}
