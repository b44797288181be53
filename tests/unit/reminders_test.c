/* What is told at once, what hourly, and what is over. */
#include "bridge/daemon/reminders.h"

#include "base/own.h"
#include "tests/unit/cases.h"

#define MINUTE 60000

/* What a round finds, one letter a problem, and which of them are told. */
static const struct {
	const char *about;
	int64_t minute;
	const char *found, *told;
	size_t over;
} rounds[] = {
	{"new ones are told at once", 0, "ab", "ab", 0},
	{"what lasts is not told again", 1, "ab", "", 0},
	{"a new one beside it is", 2, "abc", "c", 0},
	{"found twice in a round, told once", 3, "aabc", "", 0},
	{"what is not found is over", 4, "bc", "", 1},
	{"and is told at once when it comes back", 5, "abc", "a", 0},
	{"what lasts is told again after an hour", 60, "abc", "b", 0},
	{"each by its own hour", 62, "abc", "c", 0},
	{"", 65, "abc", "a", 0},
	{"all are over", 66, "", "", 3},
	{"nothing is found for long", 500, "", "", 0},
};

static void rounds_of_a_search(void **state)
{
	struct reminders reminders = {0};

	(void)state;
	for (size_t i = 0; i < countof(rounds); i++) {
		char told[8] = "";
		size_t count = 0;
		for (const char *at = rounds[i].found; *at; at++) {
			const char words[] = {*at, '\0'};
			if (reminders_due(&reminders, words, rounds[i].minute * MINUTE))
				told[count++] = *at;
		}
		told[count] = '\0';
		assert_string_equal(told, rounds[i].told);
		assert_int_equal(reminders_end_round(&reminders), rounds[i].over);
	}
	reminders_done(&reminders);
}

static void too_many_are_told_each_time(void **state)
{
	struct reminders reminders = {0};

	(void)state;
	for (size_t i = 0; i < REMINDERS_MOST + 1; i++) {
		scoped_text words = own_format("problem %zu", i);
		assert_true(reminders_due(&reminders, words, 0));
	}
	assert_false(reminders_due(&reminders, "problem 0", 1));
	assert_true(reminders_due(&reminders, "one more", 1));
	assert_true(reminders_due(&reminders, "one more", 2));
	reminders_done(&reminders);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rounds_of_a_search),
		cmocka_unit_test(too_many_are_told_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
