/* Growing strings, and what is UTF-8. */
#include "base/own.h"
#include "base/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* after what it wants declared */
#include <cmocka.h>

struct utf8_row {
	const char *name;
	const char *bytes;
	bool good;
	size_t units; /* of UTF-16, when good */
};

static const struct utf8_row utf8_rows[] = {
	{"nothing", "", true, 0},
	{"ASCII", "abc\x7f", true, 4},
	{"two bytes, least", "\xC2\x80", true, 1},
	{"two bytes, most", "\xDF\xBF", true, 1},
	{"three bytes, least", "\xE0\xA0\x80", true, 1},
	{"below the surrogates", "\xED\x9F\xBF", true, 1},
	{"above the surrogates", "\xEE\x80\x80", true, 1},
	{"three bytes, most", "\xEF\xBF\xBF", true, 1},
	{"four bytes, least", "\xF0\x90\x80\x80", true, 2},
	{"four bytes, most", "\xF4\x8F\xBF\xBF", true, 2},
	{"an emoji of several characters", "👩‍🔧é", true, 6},
	{"a continuation alone", "\x80", false, 0},
	{"an overlong slash of two bytes", "\xC0\xAF", false, 0},
	{"an overlong character of two bytes", "\xC1\xBF", false, 0},
	{"an overlong character of three bytes", "\xE0\x9F\xBF", false, 0},
	{"an overlong character of four bytes", "\xF0\x8F\xBF\xBF", false, 0},
	{"the first surrogate", "\xED\xA0\x80", false, 0},
	{"the last surrogate", "\xED\xBF\xBF", false, 0},
	{"beyond Unicode", "\xF4\x90\x80\x80", false, 0},
	{"far beyond Unicode", "\xF5\x80\x80\x80", false, 0},
	{"a byte that is never used", "\xFF", false, 0},
	{"two bytes cut", "a\xC3", false, 0},
	{"three bytes cut", "\xE2\x82", false, 0},
	{"four bytes cut", "\xF0\x9F\x9B", false, 0},
	{"a character broken by ASCII", "\xE2\x82x", false, 0},
	{"bad after good", "good\xC3(", false, 0},
};

static void test_utf8(void **state)
{
	const struct utf8_row *row = *state;
	size_t length = strlen(row->bytes);
	/* Exactly as long as it is, so that a sanitizer sees a step too far. */
	char *exact = own_resize(NULL, length, 1);

	memcpy(exact, row->bytes, length);
	bool good = text_is_utf8(exact, length);
	free(exact);
	assert_int_equal(good, row->good);
	if (row->good)
		assert_int_equal(text_utf16_length(row->bytes), row->units);
}

struct prefix_row {
	const char *name;
	const char *words;
	size_t limit, prefix;
};

static const struct prefix_row prefix_rows[] = {
	{"all of it fits", "abc", 3, 3},
	{"more than enough room", "abc", 100, 3},
	{"no room", "abc", 0, 0},
	{"between letters", "abc", 2, 2},
	{"in the middle of two bytes", "aé", 2, 1},
	{"behind two bytes", "aéb", 3, 3},
	{"in the middle of three bytes", "€€", 5, 3},
	{"in the middle of four bytes", "🛋🛋", 7, 4},
	{"not even the first character", "🛋", 3, 0},
};

static void test_prefix(void **state)
{
	const struct prefix_row *row = *state;

	assert_int_equal(text_utf8_prefix(row->words, strlen(row->words), row->limit), row->prefix);
}

struct url_row {
	const char *name;
	const char *words, *encoded;
};

static const struct url_row url_rows[] = {
	{"unreserved characters stay", "azAZ09-._~", "azAZ09-._~"},
	{"'+' is %2B and a space %20", "a+b c", "a%2Bb%20c"},
	{"reserved characters", "/?#[]@!$&'()*,;=:%",
	 "%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2C%3B%3D%3A%25"},
	{"UTF-8 by its bytes", "é", "%C3%A9"},
	{"quotes and controls", "\"\n", "%22%0A"},
	{"nothing", "", ""},
};

static void test_url(void **state)
{
	const struct url_row *row = *state;
	struct text text = {0};

	text_add_url(&text, row->words);
	assert_string_equal(text_or_empty(&text), row->encoded);
	text_done(&text);
}

struct visible_row {
	const char *name;
	const char *words, *besides, *shown;
};

static const struct visible_row visible_rows[] = {
	{"what can be seen stays", "azé … \"\\", "", "azé … \"\\"},
	{"a line stays one", "a\nb\r\tc", "", "a\\nb\\r\\tc"},
	{"a terminal is not moved", "\x1b[2J\x7f", "", "\\x1b[2J\\x7f"},
	{"nor by the control characters behind 127",
	 "\xc2\x9b"
	 "31m\xc2\xa0",
	 "", "\\u009b31m\xc2\xa0"},
	{"bytes that are no UTF-8", "a\xff\xc3", "", "a\\xff\\xc3"},
	{"others that are named", "a\"b\\c\n", "\"\\", "a\\\"b\\\\c\\n"},
	{"nothing to be seen", "", "\"", ""},
};

static void test_visible(void **state)
{
	const struct visible_row *row = *state;
	struct text text = {0};

	text_add_visible(&text, row->words, row->besides);
	assert_string_equal(text_or_empty(&text), row->shown);
	text_done(&text);
}

struct count_row {
	const char *name; /* what is added */
	int64_t count;
};

static const struct count_row count_rows[] = {
	{"0 rows", 0}, {"1 row", 1}, {"2 rows", 2}, {"21 rows", 21}, {"-1 rows", -1},
};

static void test_count(void **state)
{
	const struct count_row *row = *state;
	struct text text = {0};

	text_add_count(&text, row->count, "row", "rows");
	assert_string_equal(text_or_empty(&text), row->name);
	text_done(&text);
}

struct stop_row {
	const char *name; /* the sentence */
	const char *left;
};

static const struct stop_row stop_rows[] = {
	{"It is wrong.", "It is wrong"},
	{"It is wrong", "It is wrong"},
	{"And so on..", "And so on.."},
	{"And so on...", "And so on..."},
	{".", "."},
	{"", ""},
};

static void test_stop(void **state)
{
	const struct stop_row *row = *state;
	scoped_text sentence = own_copy(row->name);

	text_drop_stop(sentence);
	assert_string_equal(sentence, row->left);
}

static void test_growing(void **state)
{
	struct text text = {0};

	(void)state;
	assert_null(text.bytes);
	assert_string_equal(text_or_empty(&text), "");
	for (int i = 0; i < 1000; i++)
		text_format(&text, "%03d,", i);
	assert_int_equal(text.length, 4000);
	assert_int_equal(strlen(text.bytes), 4000);
	assert_memory_equal(text.bytes + 3996, "999,", 5);
	text_add_bytes(&text, "\0x", 2);
	assert_int_equal(text.length, 4002);
	assert_memory_equal(text.bytes + 4000, "\0x", 3);
	size_t capacity = text.capacity;
	text_clear(&text);
	assert_string_equal(text.bytes, "");
	assert_int_equal(text.capacity, capacity);
	text_done(&text);
	assert_null(text.bytes);
}

static void test_ceiling(void **state)
{
	struct text text = {.ceiling = 5};

	(void)state;
	text_add(&text, "abc");
	text_add(&text, "de");
	assert_false(text.full);
	text_add(&text, "");
	assert_false(text.full);
	text_add(&text, "f");
	assert_true(text.full);
	assert_string_equal(text.bytes, "abcde");
	text_clear(&text);
	assert_false(text.full);
	text_add(&text, "toolong");
	assert_true(text.full);
	text_add(&text, "x"); /* would fit, but there is a hole before it */
	assert_string_equal(text.bytes, "");
	text_done(&text);
}

static void test_ceiling_default(void **state)
{
	struct text text = {0};

	(void)state;
	text_add_bytes(&text, "", (size_t)-1);
	assert_true(text.full);
	assert_int_equal(text.length, 0);
	text_done(&text);
}

static void test_take(void **state)
{
	struct text text = {0};

	(void)state;
	scoped_text nothing = text_take(&text);
	assert_string_equal(nothing, "");
	text_add(&text, "words");
	scoped_text words = text_take(&text);
	assert_string_equal(words, "words");
	assert_null(text.bytes);
	assert_int_equal(text.length, 0);
}

static void test_hash(void **state)
{
	(void)state;
	/* The published values of FNV-1a. */
	assert_true(text_hash("") == 0xcbf29ce484222325U);
	assert_true(text_hash("a") == 0xaf63dc4c8601ec8cU);
	assert_true(text_hash("foobar") == 0x85944171f73967e8U);
}

static void test_own(void **state)
{
	(void)state;
	assert_null(own_copy(NULL));
	scoped_text copy = own_copy("abc");
	scoped_text part = own_copy_bytes("abcdef", 2);
	scoped_text words = own_format("%s-%d", copy, 7);
	assert_string_equal(copy, "abc");
	assert_string_equal(part, "ab");
	assert_string_equal(words, "abc-7");
	char *handed_on = take(copy);
	assert_null(copy);
	assert_string_equal(handed_on, "abc");
	free(handed_on);
	unsigned char *zeroed = own_alloc(100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(zeroed[i], 0);
	zeroed = own_resize(zeroed, 50, 4);
	zeroed[199] = 1;
	free(zeroed);
}

#define ROWS(table, function)                                                                                \
	for (size_t i = 0; i < countof(table); i++)                                                          \
		tests[count++] = (struct CMUnitTest)                                                         \
		{                                                                                            \
			(table)[i].name, function, NULL, NULL, (void *)(uintptr_t) & (table)[i]              \
		}

static void test_sentence(void **state)
{
	static const char one[] = "Model Name: no.", two[] = "Model Name: no. Name: no. Type: no.";

	(void)state;
	assert_null(text_sentence(one, "Name: no."));
	assert_ptr_equal(text_sentence(one, "Model Name: no."), one);
	assert_ptr_equal(text_sentence(two, "Name: no."), two + strlen("Model Name: no. "));
	assert_ptr_equal(text_sentence(two, "Type: no."), two + strlen("Model Name: no. Name: no. "));
	assert_null(text_sentence("", "Name: no."));
}

int main(void)
{
	static struct CMUnitTest tests[countof(utf8_rows) + countof(prefix_rows) + countof(url_rows) +
				       countof(visible_rows) + countof(count_rows) + countof(stop_rows) +
				       7] = {
		{"a text grows, is cleared, is done", test_growing, NULL, NULL, NULL},
		{"past the ceiling nothing is added", test_ceiling, NULL, NULL, NULL},
		{"an absurd length is past every ceiling", test_ceiling_default, NULL, NULL, NULL},
		{"the string is taken, empty too", test_take, NULL, NULL, NULL},
		{"the hash is FNV-1a", test_hash, NULL, NULL, NULL},
		{"a sentence is found whole, and not as the end of another", test_sentence, NULL, NULL, NULL},
		{"memory is copied, formatted, handed on", test_own, NULL, NULL, NULL},
	};
	size_t count = 7;

	ROWS(utf8_rows, test_utf8);
	ROWS(prefix_rows, test_prefix);
	ROWS(url_rows, test_url);
	ROWS(visible_rows, test_visible);
	ROWS(count_rows, test_count);
	ROWS(stop_rows, test_stop);
	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
