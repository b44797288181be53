/* When the base is asked: a table of what happens at which second, and what is due then. */
#include "bridge/daemon/poll_schedule.h"

#include "base/own.h"
#include "tests/unit/cases.h"

#include <string.h>

#define SECOND 1000
#define BEGAN  5000000

/* One story: what happens at which second after the begin. */
enum happening { POLLS, CHANGE, CHECKS };
struct step {
	int64_t at_s;
	enum happening what;
	int64_t check_calls;
	int64_t next_s;   /* the next poll is due then */
	bool wants_check; /* at next_s */
};
struct story {
	const char *sentence;
	int64_t poll_s;
	struct step steps[12];
};

static const struct story stories[] = {
	{"the first poll is due at once", 30, {{0, CHANGE, 0, 0, false}}},
	{"while active every interval, a check every other time",
	 30,
	 {{0, POLLS, 0, 30, false},
	  {30, POLLS, 0, 60, true},
	  {60, CHECKS, 1, 90, false},
	  {90, POLLS, 0, 120, true}}},
	{"a check of eleven calls is made every eleventh minute",
	 30,
	 {{60, CHECKS, 11, 90, false}, {690, POLLS, 0, 720, true}}},
	{"after a quarter of an hour twice the interval, and so on up to five minutes",
	 30,
	 {{899, POLLS, 0, 929, true},
	  {929, CHECKS, 1, 989, false},
	  {989, POLLS, 0, 1109, false},
	  {1109, POLLS, 0, 1349, true},
	  {1349, CHECKS, 1, 1649, true},
	  {1649, CHECKS, 1, 1949, true}}},
	{"a change brings the next poll forward",
	 30,
	 {{899, POLLS, 0, 929, true},
	  {929, CHECKS, 1, 989, false},
	  {989, POLLS, 0, 1109, false},
	  {1109, POLLS, 0, 1349, true},
	  {1349, CHECKS, 1, 1649, true},
	  {1500, CHANGE, 0, 1379, false},
	  {1500, POLLS, 0, 1530, true},
	  {2390, POLLS, 0, 2420, true},
	  {2420, CHECKS, 1, 2480, false}}},
	{"a setting that is slower than idle stays as it is",
	 600,
	 {{0, POLLS, 0, 600, true}, {600, CHECKS, 1, 1200, true}, {1200, CHECKS, 1, 1800, true}}},
	{"a check of many calls is rare while idle",
	 30,
	 {{2000, CHECKS, 100, 2060, false},
	  {30000, POLLS, 0, 30120, false},
	  {30500, POLLS, 0, 30740, false},
	  {30740, POLLS, 0, 31040, true}}},
};

static void play(void **state)
{
	const struct story *story = *state;
	struct poll_schedule schedule;

	poll_schedule_begin(&schedule, story->poll_s * SECOND, BEGAN);
	for (size_t i = 0; i < countof(story->steps); i++) {
		const struct step *step = &story->steps[i];
		int64_t now_ms = BEGAN + step->at_s * SECOND;
		if (i > 0 && step->at_s == 0)
			break;
		if (step->what == CHANGE)
			poll_schedule_note_change(&schedule, now_ms);
		else
			poll_schedule_note_poll(&schedule, now_ms,
						step->what == CHECKS ? step->check_calls : 0);
		assert_int_equal((poll_schedule_next_ms(&schedule) - BEGAN) / SECOND, step->next_s);
		assert_int_equal(poll_schedule_wants_check(&schedule, BEGAN + step->next_s * SECOND),
				 step->wants_check);
	}
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, stories, play);
	return cases_run("when the base is asked", &cases);
}
