/* Cells: what counts as the same, how they are shown, and that the ledger's form gives them back. */
#include "bridge/fields/cell_json.h"

#include "base/text.h"
#include "tests/unit/cases.h"

#include <string.h>

#define NOTHING                                                                                              \
	{                                                                                                    \
		.kind = CELL_EMPTY                                                                           \
	}
#define TEXT(words)                                                                                          \
	{                                                                                                    \
		.kind = CELL_TEXT, .text = (words)                                                           \
	}
#define NUMBER(value)                                                                                        \
	{                                                                                                    \
		.kind = CELL_NUMBER, .number = (value)                                                       \
	}
#define TICKED                                                                                               \
	{                                                                                                    \
		.kind = CELL_TRUE                                                                            \
	}
#define TIME(ms)                                                                                             \
	{                                                                                                    \
		.kind = CELL_TIME, .time_ms = (ms)                                                           \
	}
#define CHOICE(name)                                                                                         \
	{                                                                                                    \
		.kind = CELL_CHOICE, .text = (name)                                                          \
	}
#define WRONG(words)                                                                                         \
	{                                                                                                    \
		.kind = CELL_WRONG, .text = (words)                                                          \
	}
#define LINK(id)                                                                                             \
	{                                                                                                    \
		.kind = CELL_LINKS, .ids = (char *[]){id}, .id_count = 1                                     \
	}
#define TWO_LINKS(one, two)                                                                                  \
	{                                                                                                    \
		.kind = CELL_LINKS, .ids = (char *[]){one, two}, .id_count = 2                               \
	}

/* ---- the same or not ---- */

struct pair_case {
	const char *sentence;
	struct cell a, b;
	bool equal;
	struct cell_equivalence equivalence;
};

#define SAME             .equal = true
#define DIFFERENT        .equal = false
#define TOLERANCE(value) .equivalence = {.tolerance = (value)}
#define SINGLE_LINE      .equivalence = {.single_line = true}
#define LINES            .equivalence = {.trailing_breaks = true}
#define RICH             .equivalence = {.trailing_breaks = true, .markdown = true}

static const struct pair_case pair_cases[] = {
	{"empty and empty are the same", .a = NOTHING, .b = NOTHING, SAME},
	{"empty and the text \"\" are the same", .a = NOTHING, .b = TEXT(""), SAME},
	{"empty and a text differ", .a = NOTHING, .b = TEXT("a"), DIFFERENT},
	{"empty and the number 0 differ", .a = NOTHING, .b = NUMBER(0), DIFFERENT},
	{"empty and a tick differ", .a = NOTHING, .b = TICKED, DIFFERENT},
	{"empty and 1970 differ", .a = NOTHING, .b = TIME(0), DIFFERENT},
	{"equal texts are the same", .a = TEXT("äb漢"), .b = TEXT("äb漢"), SAME},
	{"texts that differ in case differ", .a = TEXT("a"), .b = TEXT("A"), DIFFERENT},
	{"texts of which one begins with the other differ", .a = TEXT("ab"), .b = TEXT("a"), DIFFERENT},
	{"texts that differ in white space at the end differ", .a = TEXT("a "), .b = TEXT("a"), DIFFERENT},
	{"composed and decomposed letters differ", .a = TEXT("\xC3\xA9"), .b = TEXT("e\xCC\x81"), DIFFERENT},
	{"a text and a number differ", .a = TEXT("1"), .b = NUMBER(1), DIFFERENT},
	{"a text and a choice differ", .a = TEXT("Item"), .b = CHOICE("Item"), DIFFERENT},
	{"\\r\\n and \\n are the same", .a = TEXT("a\r\nb\r\n"), .b = TEXT("a\nb\n"), SAME},
	{"\\r alone and \\n are the same", .a = TEXT("a\rb"), .b = TEXT("a\nb"), SAME},
	{"\\r\\r\\n and two \\n are the same", .a = TEXT("a\r\r\nb"), .b = TEXT("a\n\nb"), SAME},
	{"a line break and a space differ", .a = TEXT("a\nb"), .b = TEXT("a b"), DIFFERENT},
	{"a line break at the end differs", .a = TEXT("a\n"), .b = TEXT("a"), DIFFERENT},
	{"in a single line a line break and a space are the same", .a = TEXT("a\r\nb"), .b = TEXT("a b"),
	 SAME, SINGLE_LINE},
	{"in a single line two breaks and one space differ", .a = TEXT("a\n\nb"), .b = TEXT("a b"), DIFFERENT,
	 SINGLE_LINE},
	{"a tab in several lines counts", .a = TEXT("a\tb"), .b = TEXT("a b"), DIFFERENT, LINES},
	{"in a single line a tab and a space are the same", .a = TEXT("a\tb"), .b = TEXT("a b"), SAME,
	 SINGLE_LINE},
	{"in a single line two tabs and one space differ", .a = TEXT("a\t\tb"), .b = TEXT("a b"), DIFFERENT,
	 SINGLE_LINE},
	{"a line break at the end is nothing", .a = TEXT("a\n"), .b = TEXT("a"), SAME, LINES},
	{"\\r\\n at the end is nothing", .a = TEXT("a\r\n"), .b = TEXT("a"), SAME, LINES},
	{"one line break alone is empty", .a = TEXT("\n"), .b = NOTHING, SAME, LINES},
	{"several line breaks at the end are nothing", .a = TEXT("a\n\r\n\n"), .b = TEXT("a\n"), SAME, LINES},
	{"a space behind the last line break counts", .a = TEXT("a\n "), .b = TEXT("a"), DIFFERENT, LINES},
	{"a line break at the beginning counts", .a = TEXT("\na"), .b = TEXT("a"), DIFFERENT, LINES},
	{"a text that was cut differs", .a = TEXT("a\nb\n"), .b = TEXT("a\n"), DIFFERENT, LINES},
	{"in rich text another way to write Markdown is an edit", .a = TEXT("* a"), .b = TEXT("- a"),
	 DIFFERENT, RICH},
	{"in rich text a line break in the middle counts", .a = TEXT("a\nb"), .b = TEXT("ab"), DIFFERENT,
	 RICH},
	{"equal numbers are the same", .a = NUMBER(2.01), .b = NUMBER(2.01), SAME},
	{"numbers that differ in the last bit differ", .a = NUMBER(0.30000000000000004), .b = NUMBER(0.3),
	 DIFFERENT},
	{"0 and -0 are the same", .a = NUMBER(0), .b = NUMBER(-0.0), SAME},
	{"numbers within the tolerance are the same", .a = NUMBER(1.234), .b = NUMBER(1.23), SAME,
	 TOLERANCE(0.005)},
	{"numbers at the tolerance differ", .a = NUMBER(1), .b = NUMBER(1.5), DIFFERENT, TOLERANCE(0.5)},
	{"numbers past the tolerance differ", .a = NUMBER(1.24), .b = NUMBER(1.23), DIFFERENT,
	 TOLERANCE(0.005)},
	{"the tolerance is for numbers, not for times", .a = TIME(1), .b = TIME(2), DIFFERENT, TOLERANCE(10)},
	{"a tick is a tick", .a = TICKED, .b = TICKED, SAME},
	{"equal times are the same", .a = TIME(1690000000123), .b = TIME(1690000000123), SAME},
	{"a millisecond is a difference", .a = TIME(1690000000123), .b = TIME(1690000000124), DIFFERENT},
	{"equal choices are the same", .a = CHOICE("EUR"), .b = CHOICE("EUR"), SAME},
	{"choices that differ in case differ", .a = CHOICE("EUR"), .b = CHOICE("eur"), DIFFERENT},
	{"equal links are the same", .a = LINK("a"), .b = LINK("a"), SAME},
	{"links to others differ", .a = LINK("a"), .b = LINK("b"), DIFFERENT},
	{"one link and two differ", .a = LINK("a"), .b = TWO_LINKS("a", "b"), DIFFERENT},
	{"links in another order differ", .a = TWO_LINKS("a", "b"), .b = TWO_LINKS("b", "a"), DIFFERENT},
	{"a document and a row of the same name differ", .a = LINK("a"),
	 .b = LINK("\x01"
		   "a"),
	 DIFFERENT},
	{"equal wrongs are the same", .a = WRONG("w"), .b = WRONG("w"), SAME},
	{"different wrongs differ", .a = WRONG("w"), .b = WRONG("v"), DIFFERENT},
	{"a wrong and a text with its words differ", .a = WRONG("w"), .b = TEXT("w"), DIFFERENT},
	{"a wrong and an empty cell differ", .a = WRONG("w"), .b = NOTHING, DIFFERENT},
};

static void check_pair(void **state)
{
	const struct pair_case *row = *state;

	assert_int_equal(cell_equal(&row->a, &row->b, &row->equivalence), row->equal);
	assert_int_equal(cell_equal(&row->b, &row->a, &row->equivalence), row->equal);
	assert_true(cell_equal(&row->a, &row->a, &row->equivalence));
}

/* ---- what was sent, and what is shown ---- */

static const struct pair_case shown_cases[] = {
	{"what is equal is shown", .a = TEXT("a\n"), .b = TEXT("a"), SAME, LINES},
	{"a list is shown with other marks", .a = TEXT("* a\n* b"), .b = TEXT("- a\n- b\n"), SAME, RICH},
	{"bold is shown with other marks", .a = TEXT("__a__ b"), .b = TEXT("**a** b"), SAME, RICH},
	{"marks that mean themselves are shown escaped", .a = TEXT("snake_case [x]"),
	 .b = TEXT("snake\\_case \\[x\\]"), SAME, RICH},
	{"a heading is shown in another form", .a = TEXT("a\n=\nb"), .b = TEXT("# a\n\nb"), SAME, RICH},
	{"rich text that was cut is not shown", .a = TEXT("**a b**"), .b = TEXT("**a**"), DIFFERENT, RICH},
	{"other letters are not shown", .a = TEXT("* a"), .b = TEXT("* b"), DIFFERENT, RICH},
	{"nothing is not shown for something", .a = TEXT("a"), .b = NOTHING, DIFFERENT, RICH},
	{"elsewhere marks are what they are", .a = TEXT("* a"), .b = TEXT("- a"), DIFFERENT, LINES},
	{"a 0 may be hidden", .a = NUMBER(0), .b = NOTHING, SAME, .equivalence = {.hides_zero = true}},
	{"... only where that is so", .a = NUMBER(0), .b = NOTHING, DIFFERENT, RICH},
	{"... a 0 that is shown where nothing was sent is another value", .a = NOTHING, .b = NUMBER(0),
	 DIFFERENT, .equivalence = {.hides_zero = true}},
	{"... other numbers are not hidden", .a = NUMBER(1), .b = NOTHING, DIFFERENT,
	 .equivalence = {.hides_zero = true}},
	{"numbers are compared as ever", .a = NUMBER(1), .b = NUMBER(2), DIFFERENT, RICH},
};

static void check_shown(void **state)
{
	const struct pair_case *row = *state;

	assert_int_equal(cell_shows_sent(&row->b, &row->a, &row->equivalence), row->equal);
}

static void check_without_equivalence(void **state)
{
	struct cell a = TEXT("a\r\n"), b = TEXT("a\n"), one = NUMBER(1), other = NUMBER(1.0001);

	(void)state;
	assert_true(cell_equal(&a, &b, NULL));
	assert_false(cell_equal(&one, &other, NULL));
}

/* ---- making ---- */

static void check_making(void **state)
{
	struct cell cells[] = {cell_text(""), cell_text(NULL), cell_choice(""),  cell_choice(NULL),
			       cell_link(""), cell_link(NULL), cell_truth(false)};

	(void)state;
	for (size_t i = 0; i < countof(cells); i++)
		assert_int_equal(cells[i].kind, CELL_EMPTY);
	struct cell wrong = cell_wrong("%s is %d", "Serial", 3);
	assert_int_equal(wrong.kind, CELL_WRONG);
	assert_string_equal(wrong.text, "Serial is 3");
	cell_done(&wrong);
	assert_int_equal(wrong.kind, CELL_EMPTY);
	assert_null(wrong.text);
}

static void check_copy_and_move(void **state)
{
	struct cell links = cell_link("a"), to = cell_text("old");

	(void)state;
	cell_links_add(&links, "b");
	struct cell copy = cell_copy(&links);
	assert_true(cell_equal(&links, &copy, NULL));
	assert_ptr_not_equal(links.ids[0], copy.ids[0]);
	cell_move(&to, &links);
	assert_int_equal(links.kind, CELL_EMPTY);
	assert_true(cell_equal(&to, &copy, NULL));
	cell_done(&copy);
	cell_done(&to);
}

/* ---- showing ---- */

struct show_case {
	const char *sentence;
	struct cell cell;
	const char *words;
	size_t size; /* of the buffer; 0: large */
};

#define SIXTY      "123456789-123456789-123456789-123456789-123456789-123456789-"
#define FIFTY_NINE "123456789-123456789-123456789-123456789-123456789-123456789"

static const struct show_case show_cases[] = {
	{"nothing shows as empty", NOTHING, "empty", 0},
	{"a text shows in quotes", TEXT("Box"), "\"Box\"", 0},
	{"line breaks and tabs show as spaces", TEXT("a\nb\tc\x7F"), "\"a b c \"", 0},
	{"other scripts show as they are", TEXT("箱 🧰 صندوق"), "\"箱 🧰 صندوق\"", 0},
	{"bytes that are no UTF-8 show as spaces", TEXT("a\xFFz"), "\"a z\"", 0},
	{"a number shows in its shortest form", NUMBER(2.01), "2.01", 0},
	{"a whole number shows without a point", NUMBER(5), "5", 0},
	{"a tick shows as ticked", TICKED, "ticked", 0},
	{"a time shows as a date", TIME(1690000000123), "2023-07-22T04:26:40.123Z", 0},
	{"a time without a date shows its milliseconds", TIME(8640000000000001), "8640000000000001 ms", 0},
	{"a choice shows its name", CHOICE("EUR"), "EUR", 0},
	{"links show one after the other", TWO_LINKS("a", "b"), "a, b", 0},
	{"a link without a document shows its row", LINK("\x01recX"), "row recX", 0},
	{"a wrong shows its words", WRONG("Serial is a text"), "Serial is a text", 0},
	{"58 characters and the quotes show whole",
	 TEXT("23456789-123456789-123456789-123456789-123456789-12345678"),
	 "\"23456789-123456789-123456789-123456789-123456789-12345678\"", 0},
	{"60 characters of a choice show whole", CHOICE(SIXTY), SIXTY, 0},
	{"61 characters are cut to 60", CHOICE(SIXTY "x"), FIFTY_NINE "…", 0},
	{"a small buffer cuts", CHOICE("abcdef"), "abc", 4},
	{"a small buffer cuts on a character", CHOICE("aä漢"), "aä", 5},
	{"a buffer for nothing holds nothing", CHOICE("abc"), "", 1},
};

static void check_show(void **state)
{
	const struct show_case *row = *state;
	char words[300];

	cell_show(&row->cell, words, row->size > 0 ? row->size : sizeof words);
	assert_string_equal(words, row->words);
}

static void check_show_long(void **state)
{
	struct text text = {0};
	char words[300];

	(void)state;
	for (size_t i = 0; i < 100000; i++)
		text_add(&text, "🧰");
	struct cell cell = TEXT(text.bytes);
	cell_show(&cell, words, sizeof words);
	assert_int_equal(text_utf16_length(words), 1 + 2 * 58 + 1);
	assert_true(text_is_utf8(words, strlen(words)));
	text_done(&text);
}

/* ---- the ledger's form ---- */

struct json_case {
	const char *sentence;
	struct cell cell;
	const char *json;
};

static const struct json_case json_cases[] = {
	{"nothing is null", NOTHING, "null"},
	{"a text is a string", TEXT("a\"b\n漢"), "\"a\\\"b\\n漢\""},
	{"a number is a number", NUMBER(1.5), "1.5"},
	{"a number keeps its last digit", NUMBER(0.30000000000000004), "0.30000000000000004"},
	{"a whole number is one", NUMBER(-3), "-3"},
	{"a tick is true", TICKED, "true"},
	{"a time is {t}", TIME(-1), "{\"t\":-1}"},
	{"a choice is {s}", CHOICE("EUR"), "{\"s\":\"EUR\"}"},
	{"links are {l}", TWO_LINKS("a", "b"), "{\"l\":[\"a\",\"b\"]}"},
	{"a link without a document keeps its mark", LINK("\x01recX"), "{\"l\":[\"\\u0001recX\"]}"},
	{"a wrong is {w}", WRONG("no"), "{\"w\":\"no\"}"},
};

static void check_json(void **state)
{
	const struct json_case *row = *state;
	scoped(json_object) json = cell_to_json(&row->cell);
	scoped_text words = json_write(json);
	scoped(json_object) read = NULL;
	struct error error = {0};
	struct cell back;

	assert_string_equal(words, row->json);
	assert_true(json_read(words, strlen(words), &read, NULL, &error));
	assert_true(cell_from_json(read, &back, &error));
	assert_int_equal(back.kind, row->cell.kind);
	assert_true(cell_equal(&back, &row->cell, NULL));
	cell_done(&back);
}

struct refused_case {
	const char *sentence;
	const char *json;
};

static const struct refused_case refused_cases[] = {
	{"false is no cell", "false"},
	{"an empty string is no cell", "\"\""},
	{"a string with U+0000 is no cell", "\"a\\u0000b\""},
	{"a list is no cell", "[]"},
	{"an empty object is no cell", "{}"},
	{"an unknown tag is no cell", "{\"x\":1}"},
	{"two tags are no cell", "{\"t\":1,\"s\":\"a\"}"},
	{"a time that is no whole number is no cell", "{\"t\":1.5}"},
	{"a time that is a string is no cell", "{\"t\":\"1\"}"},
	{"a choice without a name is no cell", "{\"s\":\"\"}"},
	{"a choice that is a number is no cell", "{\"s\":1}"},
	{"an empty list of links is no cell", "{\"l\":[]}"},
	{"links that are numbers are no cell", "{\"l\":[\"a\",1]}"},
	{"a wrong without words is no cell", "{\"w\":\"\"}"},
};

static void check_refused(void **state)
{
	const struct refused_case *row = *state;
	scoped(json_object) json = NULL;
	struct json_flaws flaws = {0};
	struct error error = {0};
	struct cell cell = TICKED;

	assert_true(json_read(row->json, strlen(row->json), &json, &flaws, &error));
	json_flaws_done(&flaws);
	assert_false(cell_from_json(json, &cell, &error));
	assert_int_equal(error.kind, ERROR_REFUSED);
	assert_non_null(strstr(error.text, "is no cell"));
	assert_int_equal(cell.kind, CELL_TRUE);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, pair_cases, check_pair);
	cases_add_table(&cases, shown_cases, check_shown);
	cases_add(&cases, own_copy("without an equivalence numbers are exact"), check_without_equivalence,
		  NULL);
	cases_add(&cases, own_copy("what is made of nothing is empty"), check_making, NULL);
	cases_add(&cases, own_copy("copies and moves own what they hold"), check_copy_and_move, NULL);
	cases_add_table(&cases, show_cases, check_show);
	cases_add(&cases, own_copy("of 100,000 emoji 60 characters are shown"), check_show_long, NULL);
	cases_add_table(&cases, json_cases, check_json);
	cases_add_table(&cases, refused_cases, check_refused);
	return cases_run("cells", &cases);
}
