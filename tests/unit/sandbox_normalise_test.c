/* What the sandbox makes of a text as it is stored: each case also once more, which changes nothing. */
#include "sandbox/normalise.h"
#include "tests/unit/cases.h"

static const struct text_case {
	const char *sentence, *type, *words, *stored;
} text_cases[] = {
	{"a tab in a single line", "singleLineText", "a\tb", "a b"},
	{"spaces around a single line stay", "singleLineText", " a ", " a "},
	{"a break at the end of a long text", "multilineText", "a\n", "a"},
	{"breaks at the end of a long text", "multilineText", "a\nb\n\n", "a\nb"},
	{"spaces at the end of a long text stay", "multilineText", "a ", "a "},
	{"a tab in a long text stays", "multilineText", "a\tb", "a\tb"},
	{"only breaks", "multilineText", "\n", ""},
	{"an address is kept", "email", "a\tb\n", "a\tb\n"},
	{"the last line of a rich text is ended", "richText", "bar", "bar\n"},
	{"an emptied rich text shows its line", "richText", "", "\n"},
	{"a bullet", "richText", "* bullet", "- bullet\n"},
	{"a star that is no bullet", "richText", "2 * 3", "2 * 3\n"},
	{"an underscore in a word", "richText", "a_b", "a\\_b\n"},
	{"emphasis with stars", "richText", "*e*", "_e_\n"},
	{"strong with underscores", "richText", "__x__", "**x**\n"},
	{"strong with stars stays", "richText", "a **x** b", "a **x** b\n"},
	{"emphasis with underscores stays", "richText", "_e_", "_e_\n"},
	{"emphasis ends on its line", "richText", "*a\nb*", "*a\nb*\n"},
	{"an underscore between letters beyond ASCII", "richText", "ä_ö", "ä\\_ö\n"},
};

static void test_text(void **state)
{
	const struct text_case *test = *state;
	scoped_text once = sandbox_normalise(test->type, test->words);
	scoped_text twice = sandbox_normalise(test->type, once);

	assert_string_equal(once, test->stored);
	assert_string_equal(twice, test->stored);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, text_cases, test_text);
	return cases_run("sandbox normalise", &cases);
}
