/* Bytes as text and back. */
#include "base/base64.h"
#include "tests/unit/cases.h"

#include <string.h>

static const struct {
	const char *sentence, *bytes, *words;
} pairs[] = {
	{"nothing", "", ""},
	{"one byte has two signs of padding", "f", "Zg=="},
	{"two bytes have one", "fo", "Zm8="},
	{"three have none", "foo", "Zm9v"},
	{"words", "Hello World", "SGVsbG8gV29ybGQ="},
	{"the last two letters", "\xFB\xEF\xFF", "++//"},
};

static void check_pair(void **state)
{
	const __typeof__(pairs[0]) *pair = *state;
	scoped_text words = base64_write(pair->bytes, strlen(pair->bytes));
	scoped_text bytes = NULL;
	size_t length = 99;

	assert_string_equal(words, pair->words);
	assert_true(base64_read(words, strlen(words), &bytes, &length));
	assert_string_equal(bytes, pair->bytes);
	assert_int_equal(length, strlen(pair->bytes));
}

static const struct {
	const char *sentence, *words;
} refusals[] = {
	{"a character of another alphabet", "Zm-v"},
	{"padding that is missing", "Zg"},
	{"padding in the middle", "Zg==Zg=="},
	{"a space", "Zm 9v"},
	{"a line break at the end", "Zm9v\n"},
	{"a single letter", "Z"},
	{"a byte that is no ASCII", "Z\xB6"
				    "9v"},
};

static void check_refusal(void **state)
{
	const __typeof__(refusals[0]) *refusal = *state;
	char *bytes = NULL;
	size_t length = 99;

	assert_false(base64_read(refusal->words, strlen(refusal->words), &bytes, &length));
	assert_null(bytes);
	assert_int_equal(length, 99);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, pairs, check_pair);
	cases_add_table(&cases, refusals, check_refusal);
	return cases_run("base64", &cases);
}
