/* JSON: what is read, what is refused and where, what is a flaw, and that all else comes back as it was. */
#include "base/clock.h"
#include "base/json.h"
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* after what it wants declared */
#include <cmocka.h>

/* From memory that ends where the text does: a sanitizer sees a step too far. */
static bool read_exact(const char *bytes, size_t length, struct json_object **json_out,
		       struct json_flaws *flaws, struct error *error)
{
	char *exact = own_resize(NULL, length, 1);

	memcpy(exact, bytes, length);
	bool good = json_read(exact, length, json_out, flaws, error);
	free(exact);
	return good;
}

static struct json_object *parsed(const char *words)
{
	struct json_object *json = NULL;
	struct error error;

	if (!read_exact(words, strlen(words), &json, NULL, &error))
		fail_msg("%s: %s", words, error.text);
	return json;
}

/* ---- what is JSON ---- */

struct good_row {
	const char *json;    /* and the case's name */
	const char *written; /* NULL: the same */
};

static const struct good_row good_rows[] = {
	{"null", NULL},
	{"true", NULL},
	{"false", NULL},
	{"0", NULL},
	{"-1", NULL},
	{"\"\"", NULL},
	{"[]", NULL},
	{"{}", NULL},
	{" \t\r\n[ 1 , 2 ]\n ", "[1,2]"},
	{"{ \"a\" : { \"b\" : [ null , { } ] } }", "{\"a\":{\"b\":[null,{}]}}"},
	{"{\"z\":1,\"a\":2,\"m\":3}", NULL},
	{"9223372036854775807", NULL},
	{"9223372036854775808", NULL},
	{"18446744073709551615", NULL},
	{"-9223372036854775808", NULL},
	{"9007199254740993", NULL},
	{"-0", "0"},
	{"1.0", NULL},
	{"2.50", NULL},
	{"-0.0", NULL},
	{"1e2", NULL},
	{"1E+2", NULL},
	{"1.5e-7", NULL},
	{"0.1000000000000000055511151231257827021181583404541015625", NULL},
	{"123456789012345678901234567890.5", NULL},
	{"1e308", NULL},
	{"1e-400", NULL},
	{"12345678901234567890e-10", NULL},
	{"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
	{"\"a/b\"", NULL},
	{"\"\\u0041\\u00e9\\u20AC\\ud83d\\udecb\"", "\"Aé€🛋\""},
	{"\"\\u001f\\u0001\"", "\"\\u001f\\u0001\""},
	{"\"\\u007f\"", "\"\x7f\""},
	{"\"é€🛋\"", NULL},
	{"\"\xEF\xBF\xBF\xF4\x8F\xBF\xBF\xED\x9F\xBF\"", NULL},
	{"{\"\":1}", NULL},
	{"{\"a b\\n\\\"\":1}", NULL},
	{"{\"é\":\"\\u00e9\"}", "{\"é\":\"é\"}"},
	{"[[],[[]],{\"a\":[]}]", NULL},
	{"[1,-2,3.25,true,false,null,\"x\"]", NULL},
};

static void test_good(void **state)
{
	const struct good_row *row = *state;
	scoped(json_object) json = parsed(row->json);
	scoped_text written = json_write(json);

	assert_string_equal(written, row->written ? row->written : row->json);
	scoped(json_object) again = parsed(written);
	assert_true(json_equal(json, again));
	scoped(json_object) copy = json_copy(json);
	assert_true(json_equal(json, copy));
	scoped_text copied = json_write(copy);
	assert_string_equal(copied, written);
}

/* ---- what is none ---- */

struct bad_row {
	const char *json;
	const char *words;
};

static const struct bad_row bad_rows[] = {
	{"", "line 1, column 1: the text ends where a value was expected"},
	{"   ", "line 1, column 4: the text ends"},
	{"nul", "column 1: a value was expected"},
	{"nulll", "column 5: something stands behind"},
	{"True", "column 1: a value was expected"},
	{"NaN", "column 1: a value was expected"},
	{"[NaN]", "column 2: a value was expected"},
	{"Infinity", "a value was expected"},
	{"-Infinity", "a value was expected"},
	{"-", "a value was expected"},
	{"+1", "a value was expected"},
	{".5", "a value was expected"},
	{"5.", "digits were expected behind the point"},
	{"1.e5", "digits were expected behind the point"},
	{"1e", "digits were expected in the exponent"},
	{"1e+", "digits were expected in the exponent"},
	{"01", "a number begins with 0"},
	{"-01", "a number begins with 0"},
	{"00.5", "a number begins with 0"},
	{"0x10", "column 2: something stands behind"},
	{"1 2", "column 3: something stands behind"},
	{"{} {}", "column 4: something stands behind"},
	{"[1]]", "column 4: something stands behind"},
	{"[1,]", "column 4: a value was expected"},
	{"[,1]", "a value was expected"},
	{"[1 2]", "',' or ']' was expected"},
	{"[1", "',' or ']' was expected"},
	{"[", "the text ends where a value was expected"},
	{"{", "a key was expected"},
	{"{\"a\"", "':' was expected"},
	{"{\"a\" 1}", "':' was expected"},
	{"{\"a\":", "the text ends where a value was expected"},
	{"{\"a\":}", "a value was expected"},
	{"{\"a\":1", "',' or '}' was expected"},
	{"{\"a\":1,}", "a key was expected"},
	{"{a:1}", "a key was expected"},
	{"{1:1}", "a key was expected"},
	{"{'a':1}", "a key was expected"},
	{"'a'", "a value was expected"},
	{"\"abc", "a text has no end"},
	{"\"abc\\", "a text has no end"},
	{"\"abc\\\"", "a text has no end"},
	{"\"\\x41\"", "no such escape"},
	{"\"\\u12\"", "an escape is cut off"},
	{"\"\\u12", "an escape is cut off"},
	{"\"\\u00g0\"", "four hexadecimal digits"},
	{"\"\\ud83d\\u12\"", "an escape is cut off"},
	{"\"a\nb\"", "line 1, column 3: a control character"},
	{"\"a\tb\"", "a control character"},
	{"\"\x01\"", "a control character"},
	{"\"\xff\"", "bytes that are no UTF-8"},
	{"\"\xc3\"", "bytes that are no UTF-8"},
	{"\"\xc0\xaf\"", "bytes that are no UTF-8"},
	{"\"\xed\xa0\x80\"", "bytes that are no UTF-8"},
	{"\"\xf5\x80\x80\x80\"", "bytes that are no UTF-8"},
	{"\"\xe2\x82", "bytes that are no UTF-8"},
	{"{\"\xff\":1}", "bytes that are no UTF-8"},
	{"\xEF\xBB\xBF{}", "column 1: a value was expected"},
	{"// x\n1", "a value was expected"},
	{"1 /* x */", "something stands behind"},
	{"{\n \"a\": 1,\n \"é\": x}", "line 3, column 7: a value was expected"},
};

static void test_bad(void **state)
{
	const struct bad_row *row = *state;
	struct json_object *json = (struct json_object *)(uintptr_t)1;
	struct json_flaws flaws = {.count = 77};
	struct error error = {0};

	assert_false(read_exact(row->json, strlen(row->json), &json, &flaws, &error));
	assert_int_equal(error.kind, ERROR_REFUSED);
	if (!strstr(error.text, row->words))
		fail_msg("\"%s\" does not contain \"%s\"", error.text, row->words);
	assert_ptr_equal(json, (struct json_object *)(uintptr_t)1);
	assert_int_equal(flaws.count, 77);
}

/* ---- flaws ---- */

struct flaw_row {
	const char *json;
	size_t count;
	const char *path, *what; /* of the first */
	const char *written;     /* what it reads as */
};

static const struct flaw_row flaw_rows[] = {
	{"18446744073709551616", 1, "", "the number 18446744073709551616 is out of range",
	 "18446744073709551616"},
	{"[1,-9223372036854775809]", 1, "/1", "the number -9223372036854775809 is out of range",
	 "[1,-9223372036854775809]"},
	{"{\"a\":1e309}", 1, "/a", "the number 1e309 is out of range", "{\"a\":1e309}"},
	{"{\"a\":-1e999}", 1, "/a", "the number -1e999 is out of range", "{\"a\":-1e999}"},
	{"[99999999999999999999999999999999999999999999999999]", 1, "/0",
	 "the number 9999999999999999999999999999999999999999… is out of range",
	 "[99999999999999999999999999999999999999999999999999]"},
	{"{\"a\":\"x\\ud800y\"}", 1, "/a", "the text has half of a surrogate pair",
	 "{\"a\":\"x\xEF\xBF\xBDy\"}"},
	{"\"\\udc00\"", 1, "", "the text has half of a surrogate pair", "\"\xEF\xBF\xBD\""},
	{"\"\\ud800\\ud800\\udc00\"", 1, "", "the text has half of a surrogate pair", "\"\xEF\xBF\xBD𐀀\""},
	{"\"\\ud800\\n\"", 1, "", "the text has half of a surrogate pair", "\"\xEF\xBF\xBD\\n\""},
	{"{\"\\udfff\":1}", 1, "/\xEF\xBF\xBD", "the key has half of a surrogate pair",
	 "{\"\xEF\xBF\xBD\":1}"},
	{"{\"a\":\"x\\u0000y\"}", 1, "/a", "the text has the character U+0000", "{\"a\":\"x\\u0000y\"}"},
	{"{\"k\\u0000x\":1}", 1, "/k", "the key has the character U+0000", "{\"k\":1}"},
	{"{\"a\":1,\"b\":2,\"a\":3}", 1, "/a", "the key a comes twice", "{\"a\":3,\"b\":2}"},
	{"{\"a\":1,\"\\u0061\":3}", 1, "/a", "the key a comes twice", "{\"a\":3}"},
	{"{\"a\":null,\"a\":null,\"a\":null}", 2, "/a", "the key a comes twice", "{\"a\":null}"},
	{"{\"a\":{\"x\":1},\"b\":{\"x\":1}}", 0, NULL, NULL, "{\"a\":{\"x\":1},\"b\":{\"x\":1}}"},
	{"{\"rows\":[{},{\"doc\":{\"_id\":\"i\",\"data\":{\"serial\":1e999,\"x\":[[0,1e999]]}}}]}", 2,
	 "/rows/1/doc/data/serial", "the number 1e999 is out of range",
	 "{\"rows\":[{},{\"doc\":{\"_id\":\"i\",\"data\":{\"serial\":1e999,\"x\":[[0,1e999]]}}}]}"},
	{"{\"a/b~c\":{\"\":1e999}}", 1, "/a~1b~0c/", "the number 1e999 is out of range",
	 "{\"a/b~c\":{\"\":1e999}}"},
	{"[[1e999],1e999]", 2, "/0/0", "the number 1e999 is out of range", "[[1e999],1e999]"},
};

static void test_flaw(void **state)
{
	const struct flaw_row *row = *state;
	struct json_object *json = NULL;
	struct json_flaws flaws;
	struct error error = {0};

	assert_true(read_exact(row->json, strlen(row->json), &json, &flaws, &error));
	assert_int_equal(flaws.count, row->count);
	if (row->count > 0) {
		assert_string_equal(flaws.kept[0].path, row->path);
		assert_string_equal(flaws.kept[0].what, row->what);
	}
	scoped_text written = json_write(json);
	assert_string_equal(written, row->written);
	json_release(json);
	json_flaws_done(&flaws);
	assert_int_equal(flaws.count, 0);
	/* Without flaws wanted, the first refuses. */
	json = NULL;
	assert_int_equal(read_exact(row->json, strlen(row->json), &json, NULL, &error), row->count == 0);
	if (row->count > 0) {
		assert_null(json);
		assert_int_equal(error.kind, ERROR_REFUSED);
		assert_non_null(strstr(error.text, row->what));
		assert_non_null(strstr(error.text, row->path));
	}
	json_release(json);
}

static void test_flaws_below(void **state)
{
	struct json_object *json;
	struct json_flaws flaws;
	static const char words[] =
		"{\"rows\":[1,2,3,{\"doc\":{\"a\":1e999,\"b\":\"\\u0000\"}}],\"ro\":1e999}";

	(void)state;
	assert_true(json_read(words, sizeof(words) - 1, &json, &flaws, NULL));
	assert_int_equal(flaws.count, 3);
	assert_ptr_equal(json_flaws_below(&flaws, "/rows/3"), &flaws.kept[0]);
	assert_ptr_equal(json_flaws_below(&flaws, "/rows/3/doc/b"), &flaws.kept[1]);
	assert_ptr_equal(json_flaws_below(&flaws, "/ro"), &flaws.kept[2]);
	assert_ptr_equal(json_flaws_below(&flaws, ""), &flaws.kept[0]);
	assert_null(json_flaws_below(&flaws, "/rows/33"));
	assert_null(json_flaws_below(&flaws, "/rows/2"));
	assert_null(json_flaws_below(&flaws, "/rows/3/doc/a/x"));
	assert_null(json_flaws_below(&flaws, "/r"));
	json_release(json);
	json_flaws_done(&flaws);
	assert_null(json_flaws_below(&flaws, ""));
}

static void test_many_flaws(void **state)
{
	struct text words = {0};
	struct json_object *json;
	struct json_flaws flaws;

	(void)state;
	text_add(&words, "[0");
	for (int i = 0; i < 100; i++)
		text_add(&words, ",1e999");
	text_add(&words, "]");
	assert_true(json_read(words.bytes, words.length, &json, &flaws, NULL));
	text_done(&words);
	assert_int_equal(flaws.count, 100);
	assert_string_equal(flaws.kept[JSON_FLAW_LIMIT - 1].path, "/16");
	assert_string_equal(json_flaws_below(&flaws, "/3")->path, "/3");
	/* Not kept: any other place may have one. */
	assert_string_equal(json_flaws_below(&flaws, "/90")->what, "more flaws than can be listed");
	assert_string_equal(json_flaws_below(&flaws, "/0")->what, "more flaws than can be listed");
	json_release(json);
	json_flaws_done(&flaws);
}

/* ---- sizes ---- */

static char *nested(const char *open, const char *inside, const char *close, int depth)
{
	struct text text = {0};

	for (int i = 0; i < depth; i++)
		text_add(&text, open);
	text_add(&text, inside);
	for (int i = 0; i < depth; i++)
		text_add(&text, close);
	return text_take(&text);
}

static void test_depth(void **state)
{
	static const struct {
		const char *open, *inside, *close;
	} kinds[] = {{"[", "1", "]"}, {"{\"a\":", "1", "}"}, {"[", "", "]"}, {"[{\"a\":[", "", "]}]"}};
	struct error error;

	(void)state;
	for (size_t i = 0; i < countof(kinds); i++) {
		int steps = i == 3 ? 3 : 1;
		int depth = JSON_DEPTH_LIMIT / steps;
		struct json_object *json = NULL;
		scoped_text fits = nested(kinds[i].open, kinds[i].inside, kinds[i].close, depth);
		scoped_text too_deep = nested(kinds[i].open, kinds[i].inside, kinds[i].close, depth + 1);
		assert_true(json_read(fits, strlen(fits), &json, NULL, &error));
		scoped_text written = json_write(json);
		assert_string_equal(written, fits);
		json_release(json);
		assert_false(json_read(too_deep, strlen(too_deep), &json, NULL, &error));
		assert_non_null(strstr(error.text, "nested too deeply"));
	}
	scoped_text abyss = nested("[", "", "", 1000000);
	struct json_object *json;
	assert_false(json_read(abyss, strlen(abyss), &json, NULL, &error));
}

/* With a search through all keys for each key this would take minutes. */
static void test_many_keys(void **state)
{
	enum { KEYS = 100000 };
	struct text words = {0};
	struct json_object *json;
	struct json_flaws flaws;

	(void)state;
	text_add(&words, "{\"first\":0");
	for (int i = 0; i < KEYS; i++)
		text_format(&words, ",\"key-%d\":%d", i, i);
	text_add(&words, ",\"key-777\":0}");
	assert_true(json_read(words.bytes, words.length, &json, &flaws, NULL));
	text_done(&words);
	assert_int_equal(flaws.count, 1);
	assert_string_equal(flaws.kept[0].path, "/key-777");
	assert_int_equal(json_key_count(json), KEYS + 1);
	json_release(json);
	json_flaws_done(&flaws);
}

static void test_long_text(void **state)
{
	enum { SIZE = 1 << 20 };
	struct text words = {0};
	struct json_object *json;

	(void)state;
	text_add(&words, "[\"");
	for (int i = 0; i < SIZE; i++)
		text_add(&words, i % 10 == 0 ? "\\n" : "x");
	text_add(&words, "\",\"\\u00e9\"]");
	assert_true(json_read(words.bytes, words.length, &json, NULL, NULL));
	text_done(&words);
	assert_int_equal(json_text_length(json_at(json, 0)), SIZE);
	assert_string_equal(json_object_get_string(json_at(json, 1)), "é");
	json_release(json);
}

static void test_too_long(void **state)
{
	struct json_object *json;
	struct error error;

	(void)state;
	assert_false(json_read("1", JSON_LENGTH_LIMIT + 1, &json, NULL, &error));
	assert_int_equal(error.kind, ERROR_REFUSED);
	assert_non_null(strstr(error.text, "too long"));
}

/* ---- anything that arrives ---- */

static const char sample[] =
	"{\"seq\":\"12-g1AAA\",\"id\":\"item-1\",\"n\":[0,-1,2.50,1e-3,18446744073709551615],"
	"\"doc\":{\"_id\":\"it\\u00e9m\",\"t\":true,\"f\":false,\"z\":null,"
	"\"data\":{\"name\":\"Größe \\ud83d\\udecb \\\"x\\\"\",\"e\":{},\"l\":[[],[{}]]}}}";

static void test_every_prefix(void **state)
{
	(void)state;
	for (size_t length = 0; length < sizeof(sample) - 1; length++) {
		struct json_object *json = NULL;
		assert_false(read_exact(sample, length, &json, NULL, NULL));
		assert_null(json);
	}
	struct json_object *whole = NULL;
	assert_true(read_exact(sample, sizeof(sample) - 1, &whole, NULL, NULL));
	json_release(whole);
}

/* What is read in spite of changed bytes must come back equal when it is written. */
static void test_changed_bytes(void **state)
{
	static const char used[] = "{}[]\",:\\u0019eE.-+tfn \n\xc3\xa9\xed\xff";
	uint32_t seed = 20260424;
	int accepted = 0;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		char bytes[sizeof(sample)];
		struct json_object *json = NULL;
		struct json_flaws flaws;
		memcpy(bytes, sample, sizeof(sample));
		for (int i = 0; i < 1 + round % 3; i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[(seed >> 8) % (sizeof(sample) - 1)] = used[(seed >> 24) % (sizeof(used) - 1)];
		}
		if (!json_read(bytes, sizeof(sample) - 1, &json, &flaws, NULL))
			continue;
		if (flaws.count == 0) {
			struct json_object *again = NULL;
			scoped_text written = json_write(json);
			accepted++;
			if (!json_read(written, strlen(written), &again, NULL, NULL) ||
			    !json_equal(json, again))
				fail_msg("round %d: %s", round, written);
			json_release(again);
		}
		json_release(json);
		json_flaws_done(&flaws);
	}
	assert_true(accepted > 1000);
}

/* ---- what is picked ---- */

static const struct json_pick_key name_only[] = {{.name = "name"}};
static const struct json_pick only_name = {name_only, countof(name_only), false};
static const struct json_pick_key name_below_doc[] = {{.name = "doc", .below = &only_name}};
static const struct json_pick doc_name = {name_below_doc, countof(name_below_doc), false};
static const struct json_pick_key no_cells[] = {{.name = "cells", .dropped = true}};
static const struct json_pick but_cells = {no_cells, countof(no_cells), true};
static const struct json_pick nothing = {NULL, 0, false};

struct pick_row {
	const char *sentence;
	const struct json_pick *pick;
	const char *text, *picked; /* picked NULL: it is no JSON */
	size_t flaws;
};
static const struct pick_row pick_rows[] = {
	{"no pick is everything", NULL, "{\"a\":[1]}", "{\"a\":[1]}", 0},
	{"named members are kept whole", &only_name,
	 "{\"a\":{\"name\":1},\"name\":{\"b\":[{}]},\"c\":[[\"x\"]]}", "{\"name\":{\"b\":[{}]}}", 0},
	{"what is below a member", &doc_name, "{\"doc\":{\"x\":1,\"name\":\"n\"},\"name\":2}",
	 "{\"doc\":{\"name\":\"n\"}}", 0},
	{"each element of an array", &doc_name, "[{\"doc\":[{\"name\":1,\"b\":2},3]},{\"e\":4}]",
	 "[{\"doc\":[{\"name\":1},3]},{}]", 0},
	{"another kind than was thought", &doc_name, "{\"doc\":\"text\"}", "{\"doc\":\"text\"}", 0},
	{"all but a member", &but_cells,
	 "{\"a\":1,\"cells\":{\"b\":[true,false,null,-1.5e3,\"\\n\"]},\"c\":[]}", "{\"a\":1,\"c\":[]}", 0},
	{"nothing of an object", &nothing, "{\"a\":1}", "{}", 0},
	{"flaws of what is passed over are not told", &only_name,
	 "{\"a\":1e999,\"a\":\"\\ud800\",\"name\":1}", "{\"name\":1}", 0},
	{"flaws of what is kept are", &only_name, "{\"name\":[1e999],\"a\":2}", "", 1},
	{"what is passed over is JSON: a bare word", &only_name, "{\"a\":nul}", NULL, 0},
	{"what is passed over is JSON: a number", &only_name, "{\"a\":01}", NULL, 0},
	{"what is passed over is JSON: a text", &only_name, "{\"a\":\"\\q\"}", NULL, 0},
	{"what is passed over is UTF-8", &only_name, "{\"a\":\"\xff\"}", NULL, 0},
	{"what is passed over: an object without an end", &only_name, "{\"a\":{\"b\":1", NULL, 0},
	{"what is passed over: an object without a colon", &only_name, "{\"a\":{\"b\" 1}}", NULL, 0},
	{"what is passed over: an object without a key", &only_name, "{\"a\":{1}}", NULL, 0},
	{"what is passed over: an array without a comma", &only_name, "{\"a\":[1 2]}", NULL, 0},
	{"what is passed over: a comma too many", &only_name, "{\"a\":[1,]}", NULL, 0},
};

static void test_pick(void **state)
{
	const struct pick_row *row = *state;
	struct json_flaws flaws = {0};
	struct json_object *json = NULL;
	size_t length = strlen(row->text);
	char *exact = own_copy_bytes(row->text, length);

	bool good = json_read_picked(exact, length, row->pick, &json, &flaws, NULL);
	free(exact);
	assert_int_equal(good, row->picked != NULL);
	if (good && row->flaws == 0) {
		scoped_text written = json_write(json);
		assert_string_equal(written, row->picked);
	}
	assert_int_equal(flaws.count, row->flaws);
	json_flaws_done(&flaws);
	json_release(json);
}

/* Whatever it is cut to, a text is refused as it is without a pick. */
static void test_every_prefix_picked(void **state)
{
	(void)state;
	for (size_t length = 0; length < sizeof(sample) - 1; length++) {
		struct json_object *json = NULL;
		char *exact = own_copy_bytes(sample, length);
		assert_false(json_read_picked(exact, length, &only_name, &json, NULL, NULL));
		assert_null(json);
		free(exact);
	}
}

/* ---- numbers that we make ---- */

struct number_row {
	const char *written; /* NULL: JSON null */
	double number;
};

static const struct number_row number_rows[] = {
	{"0", 0},
	{"0", -0.0},
	{"1", 1.0},
	{"-3", -3.0},
	{"9007199254740992", 9007199254740992.0},
	{"-9007199254740992", -9007199254740992.0},
	{"2.01", 2.01},
	{"0.1", 0.1},
	{"0.30000000000000004", 0.1 + 0.2},
	{"12.5", 12.5},
	{"1e+20", 1e20},
	{"1.7976931348623157e+308", DBL_MAX},
	{"4.94065645841247e-324", 5e-324},
	{"0.3333333333333333", 1.0 / 3},
	{"null", INFINITY},
	{"null", -INFINITY},
	{"null", NAN},
};

static void test_number(void **state)
{
	const struct number_row *row = *state;
	scoped(json_object) made = json_number(row->number);
	scoped_text written = json_write(made);
	bool finite = isfinite(row->number);

	/* Whole numbers within 2^53 are integers, in all digits. */
	if (finite && row->number == floor(row->number) && fabs(row->number) <= 9007199254740992.0) {
		assert_true(json_is(made, json_type_int));
		scoped_text digits = own_format("%.0f", fabs(row->number) > 0 ? row->number : 0.0);
		assert_string_equal(written, digits);
	} else {
		assert_string_equal(written, row->written);
	}
	/* json-c's own doubles are written in the same way. */
	scoped(json_object) plain = json_new_double(row->number);
	scoped_text plainly = json_write(plain);
	if (finite)
		assert_true(strtod(plainly, NULL) == row->number);
	else
		assert_string_equal(plainly, "null");
	scoped(json_object) again = parsed(written);
	assert_true(!finite || json_object_get_double(again) == row->number);
}

static void test_random_doubles(void **state)
{
	uint64_t bits = 88172645463325252U;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		double number;
		bits ^= bits << 13;
		bits ^= bits >> 7;
		bits ^= bits << 17;
		memcpy(&number, &bits, sizeof(number));
		if (!isfinite(number))
			continue;
		struct json_object *json = json_new_double(number);
		scoped_text written = json_write(json);
		json_release(json);
		assert_true(strtod(written, NULL) == number);
		assert_in_range(strlen(written), 1, 24);
	}
}

static void test_changed_double(void **state)
{
	(void)state;
	scoped(json_object) read = parsed("2.50");
	json_object_set_double(read, 0.7);
	scoped_text written = json_write(read);
	assert_string_equal(written, "0.7"); /* not its old text */
}

/* ---- equality ---- */

struct equal_row {
	const char *name;
	const char *a, *b;
	bool equal;
};

static const struct equal_row equal_rows[] = {
	{"null and null", "null", "null", true},
	{"null and false", "null", "false", false},
	{"null and 0", "null", "0", false},
	{"null and an empty text", "null", "\"\"", false},
	{"true and true", "true", "true", true},
	{"true and false", "true", "false", false},
	{"true and 1", "true", "1", false},
	{"an integer and its double", "1", "1.0", true},
	{"a double and its integer", "1e2", "100", true},
	{"doubles by value, not text", "2.50", "2.5", true},
	{"different doubles", "2.5", "2.51", false},
	{"minus zero", "-0.0", "0", true},
	{"an integer between two doubles", "9007199254740993", "9007199254740992.0", false},
	{"an integer that the double is", "9007199254740992", "9007199254740992.0", true},
	{"the largest integers", "18446744073709551615", "18446744073709551615", true},
	{"the two ends of 64 bits", "18446744073709551615", "-1", false},
	{"2^64 is no 64-bit number", "18446744073709551615", "18446744073709551616.0", false},
	{"2^63 both ways", "9223372036854775808", "9223372036854775808.0", true},
	{"-2^63 both ways", "-9223372036854775808", "-9223372036854775808.0", true},
	{"opposite signs", "5", "-5.0", false},
	{"a fraction and an integer", "1.5", "1", false},
	{"a number and its text", "1", "\"1\"", false},
	{"texts", "\"a\"", "\"a\"", true},
	{"escaped and plain texts", "\"\\u00e9\"", "\"é\"", true},
	{"different texts", "\"a\"", "\"b\"", false},
	{"a text and a longer one", "\"a\"", "\"ab\"", false},
	{"arrays", "[1,2]", "[1.0,2]", true},
	{"arrays in another order", "[1,2]", "[2,1]", false},
	{"arrays of another length", "[1]", "[1,null]", false},
	{"objects in another order", "{\"a\":1,\"b\":{\"c\":[]}}", "{\"b\":{\"c\":[]},\"a\":1}", true},
	{"an object with another key", "{\"a\":1}", "{\"b\":1}", false},
	{"an object with one key more", "{\"a\":1}", "{\"a\":1,\"b\":null}", false},
	{"a null value and an absent key", "{\"a\":null}", "{\"b\":null}", false},
	{"an empty object and an empty array", "{}", "[]", false},
};

static void test_equal(void **state)
{
	const struct equal_row *row = *state;
	scoped(json_object) a = parsed(row->a);
	scoped(json_object) b = parsed(row->b);

	assert_int_equal(json_equal(a, b), row->equal);
	assert_int_equal(json_equal(b, a), row->equal);
	assert_true(json_equal(a, a));
}

/* ---- typed reading ---- */

enum getter { GET_TEXT, GET_OBJECT, GET_ARRAY, GET_INT };

struct get_row {
	const char *name;
	enum getter getter;
	const char *json, *where;
	const char *result; /* the value in JSON, or the sentence */
	bool good;
};

static const struct get_row get_rows[] = {
	{"a text", GET_TEXT, "{\"k\":\"v\"}", "row 1", "\"v\"", true},
	{"an empty text", GET_TEXT, "{\"k\":\"\"}", "row 1", "\"\"", true},
	{"an object", GET_OBJECT, "{\"k\":{\"a\":1}}", "row 1", "{\"a\":1}", true},
	{"an array", GET_ARRAY, "{\"k\":[1]}", "row 1", "[1]", true},
	{"an integer", GET_INT, "{\"k\":-5}", "row 1", "-5", true},
	{"the largest integer", GET_INT, "{\"k\":9223372036854775807}", "row 1", "9223372036854775807", true},
	{"a whole double", GET_INT, "{\"k\":1e3}", "row 1", "1000", true},
	{"the least whole double", GET_INT, "{\"k\":-9223372036854775808.0}", "row 1", "-9223372036854775808",
	 true},
	{"a text that is missing", GET_TEXT, "{}", "row 1", "row 1: k is missing, a string was expected",
	 false},
	{"a text that is null", GET_TEXT, "{\"k\":null}", "row 1", "row 1: k is null, a string was expected",
	 false},
	{"a text that is a number", GET_TEXT, "{\"k\":1}", "document item-1: data",
	 "document item-1: data.k is a number, a string was expected", false},
	{"a text that is a fraction", GET_TEXT, "{\"k\":1.5}", "", "k is a number, a string was expected",
	 false},
	{"a text that is true", GET_TEXT, "{\"k\":true}", NULL, "k is true or false, a string was expected",
	 false},
	{"an object that is an array", GET_OBJECT, "{\"k\":[]}", "row 1",
	 "row 1: k is an array, an object was expected", false},
	{"an array that is an object", GET_ARRAY, "{\"k\":{}}", "row 1",
	 "row 1: k is an object, an array was expected", false},
	{"an integer that is a text", GET_INT, "{\"k\":\"1\"}", "row 1",
	 "row 1: k is a string, a whole number was expected", false},
	{"an integer that is a fraction", GET_INT, "{\"k\":1.5}", "row 1",
	 "row 1: k is no whole number of 64 bits", false},
	{"an integer above 63 bits", GET_INT, "{\"k\":9223372036854775808}", "row 1",
	 "row 1: k is no whole number of 64 bits", false},
	{"a double that is out of range", GET_INT, "{\"k\":-1e300}", "row 1",
	 "row 1: k is no whole number of 64 bits", false},
	{"a double above 63 bits", GET_INT, "{\"k\":9223372036854775808.0}", "row 1",
	 "row 1: k is no whole number of 64 bits", false},
	{"a text of no object", GET_TEXT, "[1]", "row 1", "row 1: k is missing, a string was expected",
	 false},
	{"a text of null", GET_TEXT, "null", "row 1", "row 1: k is missing, a string was expected", false},
};

static bool get(const struct get_row *row, struct json_object *json, struct json_object **value_out,
		struct error *error)
{
	const char *text = NULL;
	int64_t number = 0;
	bool good = false;

	switch (row->getter) {
	case GET_TEXT:
		good = json_get_text(json, "k", &text, row->where, error);
		*value_out = text ? json_new_text(text) : NULL;
		break;
	case GET_OBJECT:
		good = json_get_object(json, "k", value_out, row->where, error);
		json_share(*value_out);
		break;
	case GET_ARRAY:
		good = json_get_array(json, "k", value_out, row->where, error);
		json_share(*value_out);
		break;
	case GET_INT:
		good = json_get_int(json, "k", &number, row->where, error);
		*value_out = good ? json_new_int(number) : NULL;
		break;
	}
	return good;
}

static void test_get(void **state)
{
	const struct get_row *row = *state;
	scoped(json_object) json = parsed(row->json);
	scoped(json_object) value = NULL;
	struct error error = {0};

	assert_int_equal(get(row, json, &value, &error), row->good);
	if (row->good) {
		scoped_text written = json_write(value);
		assert_string_equal(written, row->result);
	} else {
		assert_null(value);
		assert_int_equal(error.kind, ERROR_REFUSED);
		assert_string_equal(error.text, row->result);
	}
}

static void test_get_text_with_nul(void **state)
{
	struct error error = {0};
	const char *text = NULL;
	scoped(json_object) json = json_new_object();

	(void)state;
	json_put(json, "k", json_new_text_bytes("a\0b", 3));
	assert_false(json_get_text(json, "k", &text, "row 1", &error));
	assert_null(text);
	assert_string_equal(error.text, "row 1: k has the character U+0000");
}

static void test_fallbacks(void **state)
{
	scoped(json_object) json =
		parsed("{\"t\":\"x\",\"b\":true,\"n\":7,\"f\":1.5,\"w\":2.0,\"o\":{},\"z\":null}");

	(void)state;
	assert_string_equal(json_text_or(json, "t", "no"), "x");
	assert_string_equal(json_text_or(json, "n", "no"), "no");
	assert_null(json_text_or(json, "absent", NULL));
	assert_null(json_text_or(NULL, "t", NULL));

	scoped(json_object) long_one = json_new_object();
	char place[4];
	json_put_text(long_one, "t", "xy\xc3\xa4");
	json_text_into(long_one, "t", place, sizeof(place));
	assert_string_equal(place, "xy");
	json_text_into(long_one, "absent", place, sizeof(place));
	assert_string_equal(place, "");
	assert_true(json_bool_or(json, "b", false));
	assert_true(json_bool_or(json, "t", true));
	assert_false(json_bool_or(json, "absent", false));
	assert_int_equal(json_int_or(json, "n", -1), 7);
	assert_int_equal(json_int_or(json, "w", -1), 2);
	assert_int_equal(json_int_or(json, "f", -1), -1);
	assert_int_equal(json_int_or(json, "t", -1), -1);
	assert_int_equal(json_int_or(NULL, "n", -1), -1);
	assert_non_null(json_child(json, "o", json_type_object));
	assert_null(json_child(json, "o", json_type_array));
	assert_null(json_child(json, "z", json_type_object));
	assert_null(json_child(json_child(json, "t", json_type_string), "x", json_type_string));
}

static void test_words(void **state)
{
	static const struct {
		const char *json, *word;
		bool number;
	} words[] = {
		{"null", "null", false},    {"true", "true or false", false}, {"1", "a number", true},
		{"1.5", "a number", true},  {"\"\"", "a string", false},      {"[]", "an array", false},
		{"{}", "an object", false},
	};

	(void)state;
	for (size_t i = 0; i < countof(words); i++) {
		scoped(json_object) json = parsed(words[i].json);
		assert_string_equal(json_type_word(json), words[i].word);
		assert_int_equal(json_is_number(json), words[i].number);
	}
}

static void test_put(void **state)
{
	scoped(json_object) json = json_new_object();
	char key[] = "key";

	(void)state;
	json_put(json, key, json_number(2.01));
	key[0] = 'x'; /* it was copied */
	json_put(json, "nothing", NULL);
	json_put_text(json, "text", "a");
	json_put_text(json, "absent", NULL);
	json_put(json, "key", json_new_int(1)); /* replaced in its place */
	scoped_text written = json_write(json);
	assert_string_equal(written, "{\"key\":1,\"nothing\":null,\"text\":\"a\"}");
}

static void test_copy_shares_nothing(void **state)
{
	scoped(json_object) json = parsed("{\"a\":{\"b\":[1,2.50]},\"n\":null}");
	scoped(json_object) copy = json_copy(json);

	(void)state;
	json_append(json_child(json_child(json, "a", json_type_object), "b", json_type_array), NULL);
	json_remove(json, "n");
	scoped_text written = json_write(copy);
	assert_string_equal(written, "{\"a\":{\"b\":[1,2.50]},\"n\":null}");
	assert_null(json_copy(NULL));
}

static void test_add_to(void **state)
{
	struct text text = {0};
	scoped(json_object) json = parsed("[1]");

	(void)state;
	text_add(&text, "body: ");
	json_add_to(&text, json);
	json_add_to(&text, NULL);
	assert_string_equal(text.bytes, "body: [1]null");
	text_done(&text);
}

#define ROWS(table, function, sentence)                                                                      \
	for (size_t i = 0; i < countof(table); i++)                                                          \
		tests[count++] = (struct CMUnitTest)                                                         \
		{                                                                                            \
			(table)[i].sentence, function, NULL, NULL, (void *)(uintptr_t) & (table)[i]          \
		}

static const struct {
	const char *name;
	CMUnitTestFunction run;
} cases[] = {
	{"flaws are found below a path", test_flaws_below},
	{"more flaws than are kept lie anywhere", test_many_flaws},
	{"nesting up to the limit", test_depth},
	{"doubled keys are found among 100,000", test_many_keys},
	{"a text of 1 MiB with escapes", test_long_text},
	{"a text that is too long altogether", test_too_long},
	{"no prefix of a text is one", test_every_prefix},
	{"no prefix of a text is one, whatever is picked", test_every_prefix_picked},
	{"whatever is read in spite of changed bytes comes back equal", test_changed_bytes},
	{"100,000 doubles of any bits read back equal", test_random_doubles},
	{"a double that is changed loses its text", test_changed_double},
	{"a text with U+0000 is not given cut", test_get_text_with_nul},
	{"fallbacks stand in for what is absent or of another type", test_fallbacks},
	{"types have words", test_words},
	{"members are put, null too, absent texts not", test_put},
	{"a copy shares nothing", test_copy_shares_nothing},
	{"JSON is added to a text", test_add_to},
};

/* The case's name goes out as a TAP line, so it has no line breaks and no odd bytes. */
static const char *printable(const char *json)
{
	struct text text = {0};

	for (const unsigned char *at = (const unsigned char *)json; *at && text.length < 80; at++) {
		if (*at >= 0x20 && *at < 0x7F && *at != '#')
			text_add_bytes(&text, at, 1);
		else
			text_format(&text, "<%02x>", *at);
	}
	if (text.length == 0)
		text_add(&text, "nothing");
	return text_take(&text);
}

int main(void)
{
	static struct CMUnitTest tests[countof(cases) + countof(good_rows) + countof(bad_rows) +
				       countof(flaw_rows) + countof(number_rows) + countof(equal_rows) +
				       countof(get_rows) + countof(pick_rows)];
	size_t count = 0;

	for (size_t i = 0; i < countof(cases); i++)
		tests[count++] = (struct CMUnitTest){cases[i].name, cases[i].run, NULL, NULL, NULL};
	ROWS(good_rows, test_good, json);
	ROWS(bad_rows, test_bad, json);
	ROWS(flaw_rows, test_flaw, json);
	ROWS(number_rows, test_number, written);
	ROWS(equal_rows, test_equal, name);
	ROWS(get_rows, test_get, name);
	ROWS(pick_rows, test_pick, sentence);
	for (size_t i = 0; i < count; i++)
		tests[i].name = printable(tests[i].name);
	int failed = cmocka_run_group_tests_name("json", tests, NULL, NULL);
	for (size_t i = 0; i < count; i++)
		free((void *)(uintptr_t)tests[i].name);
	return failed;
}
