/* Which of several stand in a circle that stands on nothing else. */
#include "bridge/documents/circles.h"

#include "tests/unit/cases.h"

#include <string.h>

#define LETTERS 6

struct circles_case {
	const char *sentence;
	const char *depends_on; /* "AB ": A stands on B */
	const char *in_circle;
};

static const struct circles_case circles_cases[] = {
	{"nothing stands on anything", "", ""},
	{"one after the other is no circle", "AB BC ", ""},
	{"two exchange something", "AB BA ", "AB"},
	{"three hand something on", "AB BC CA ", "ABC"},
	{"what stands on a circle is not in it", "AB BA CA ", "AB"},
	{"nor by way of another", "AB BA CA DC ", "AB"},
	{"a circle that stands on something else waits for that", "AB BA BC ", ""},
	{"also when one of it alone does so by way of another", "AB BA BC CD ", ""},
	{"a circle that stands on a circle waits for that", "AB BA AC CD DC ", "CD"},
	{"two circles apart", "AB BA CD DC EA ", "ABCD"},
	{"circles that share one are one", "AB BA BC CB ", "ABC"},
	{"one that stands on itself", "AA BA ", "A"},
};

static void finds_circles(void **state)
{
	const struct circles_case *row = *state;
	bool depends_on[LETTERS * LETTERS] = {false}, in_circle[LETTERS] = {false};
	char found[LETTERS + 1] = "";

	for (const char *link = row->depends_on; *link; link += 3)
		depends_on[(link[0] - 'A') * LETTERS + (link[1] - 'A')] = true;
	circles_find(LETTERS, depends_on, in_circle);
	for (int letter = 0; letter < LETTERS; letter++)
		if (in_circle[letter])
			found[strlen(found)] = (char)('A' + letter);
	assert_string_equal(found, row->in_circle);
}

int main(void)
{
	struct cases cases = {0};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	cases_add_table(&cases, circles_cases, finds_circles);
	return cases_run("circles", &cases);
}
