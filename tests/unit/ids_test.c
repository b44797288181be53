/* Ids and the cells that show them: which of them a cell can show, and whose document it shows. */
#include "bridge/index/pairs.h"
#include "bridge/mapping/mapping_from.h"

#include "tests/unit/cases.h"

#include <string.h>

struct shown_case {
	const char *sentence;
	const char *shown;
	const char *id; /* of the pair that it is; NULL: nobody's */
};

/* Those that are known; all are items. */
static const char *const known[] = {"1/bis", " abc", "abc ", "a\tb", "a b c", "x\ty\tz", "\xF0\x9F\x94\xA7"};

static const struct shown_case shown_cases[] = {
	{"a slash is part of an id", "1/bis", "1/bis"},
	{"a space at the beginning counts", " abc", " abc"},
	{"a space at the end counts", "abc ", "abc "},
	{"without its spaces it is nobody's", "abc", NULL},
	{"a tab may be shown as it is", "a\tb", "a\tb"},
	{"a tab may be shown as a space", "a b", "a\tb"},
	{"each of several tabs", "x y\tz", "x\ty\tz"},
	{"a tab is shown for no other character", "a\tb\tc", NULL},
	{"more than the id is nobody's", "a b ", NULL},
	{"less than the id is nobody's", "x y", NULL},
	{"a character beyond the basic plane", "\xF0\x9F\x94\xA7", "\xF0\x9F\x94\xA7"},
	{"nothing is nobody's", "", NULL},
};

static void check_shown(void **state)
{
	const struct shown_case *row = *state;
	struct pairs pairs;

	pairs_init(&pairs);
	for (size_t i = 0; i < countof(known); i++)
		pairs_want(&pairs, TABLE_ITEMS, known[i]);
	const struct pair *found = pairs_find_shown(&pairs, TABLE_ITEMS, row->shown);
	if (row->id) {
		assert_non_null(found);
		assert_string_equal(found->id, row->id);
	} else {
		assert_null(found);
	}
	assert_null(pairs_find_shown(&pairs, TABLE_COLLECTIONS, row->shown));
	pairs_done(&pairs);
}

static void check_exact_goes_first(void **state)
{
	struct pairs pairs;

	(void)state;
	pairs_init(&pairs);
	pairs_want(&pairs, TABLE_ITEMS, "a\tb");
	pairs_want(&pairs, TABLE_ITEMS, "a b");
	assert_string_equal(pairs_find_shown(&pairs, TABLE_ITEMS, "a b")->id, "a b");
	pairs_done(&pairs);
}

struct fitting_case {
	const char *sentence;
	const char *id;
	bool fits;
};

static const struct fitting_case fitting_cases[] = {
	{"a UUID", "6613fb22-ebab-8fe2-9d09-a6b1a89f14f8", true},
	{"a slash, quotes and a backslash", "1/bis \"x\" 'y' \\", true},
	{"a tab", "a\tb", true},
	{"spaces at both ends", " a ", true},
	{"U+0085",
	 "a\xC2\x85"
	 "b",
	 true},
	{"a character beyond the basic plane", "\xF0\x9F\x94\xA7", true},
	{"a line break", "a\nb", false},
	{"a carriage return", "a\rb", false},
	{"a line break at the end", "a\n", false},
	{"another control character", "a\x01", false},
};

static void check_fitting(void **state)
{
	const struct fitting_case *row = *state;
	struct error error = {0};

	assert_int_equal(mapping_check_id(TABLE_ITEMS, row->id, &error), row->fits);
	if (row->fits)
		return;
	assert_int_equal(error.kind, ERROR_REFUSED);
	assert_non_null(strstr(error.text, "of this item has a line break or another control character"));
}

static void check_words(void **state)
{
	struct error error = {0};

	(void)state;
	assert_false(mapping_check_id(TABLE_COLLECTIONS, "two\nlines", &error));
	assert_string_equal(error.text,
			    "the id \"two lines\" of this collection has a line break or another control "
			    "character in it, which the ID cell cannot show: it gets no row. Make it anew in "
			    "the app");
}

int main(void)
{
	struct cases cases = {0};
	int failed = 0;

	cases_add_table(&cases, shown_cases, check_shown);
	cases_add(&cases, own_copy("of two that are shown alike the exact one is meant"),
		  check_exact_goes_first, NULL);
	failed += cases_run("whose id a cell shows", &cases);
	cases_add_table(&cases, fitting_cases, check_fitting);
	cases_add(&cases, own_copy("it is said which and what to do"), check_words, NULL);
	failed += cases_run("ids that a cell can show", &cases);
	return failed;
}
