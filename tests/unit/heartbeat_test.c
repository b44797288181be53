/* A quiet integration gives a sign of life once an hour, and none where anything else was logged. */
#include "bridge/daemon/heartbeat.h"

#include "base/own.h"
#include "tests/unit/cases.h"

#define MINUTE_MS 60000
#define WALL_MS   INT64_C(1777044144123) /* 2026-04-24T15:22:24 */

static const struct {
	const char *about;
	int64_t minute;
	uint64_t lines;
	bool due;
} looks[] = {
	{"at the start", 0, 4, false},
	{"before the hour is over", 59, 4, false},
	{"when it is", 60, 4, true},
	{"its own line begins the next hour", 61, 5, false},
	{"which is told as well", 121, 5, true},
	{"an edit is a sign, too", 150, 7, false},
	{"so the hour counts from there", 200, 7, false},
	{"and is over then", 210, 7, true},
};

static void once_an_hour_of_silence(void **state)
{
	struct heartbeat heartbeat;

	(void)state;
	heartbeat_begin(&heartbeat, 4, 0);
	for (size_t i = 0; i < countof(looks); i++)
		assert_int_equal(heartbeat_is_due(&heartbeat, looks[i].lines, MINUTE_MS * looks[i].minute),
				 looks[i].due);
}

static const struct sentence_case {
	const char *sentence;
	bool in_step;
	struct integration_report report;
	const char *words;
} sentence_cases[] = {
	{"all is well",
	 true,
	 {.pairs = 3000, .airtable_calls = 1234},
	 "in step since 2026-04-24T15:22:24Z: 3000 pairs, 0 problems, 0 waiting, 1234 Airtable calls since "
	 "the "
	 "start"},
	{"one of each",
	 true,
	 {.pairs = 1, .problems = 1, .waiting = 1, .airtable_calls = 1},
	 "in step since 2026-04-24T15:22:24Z: 1 pair, 1 problem, 1 waiting, 1 Airtable call since the start"},
	{"work is left",
	 false,
	 {.pairs = 2},
	 "not in step yet: 2 pairs, 0 problems, 0 waiting, 0 Airtable calls since the start"},
};

static void check_sentence(void **state)
{
	const struct sentence_case *row = *state;
	struct heartbeat heartbeat;

	heartbeat_begin(&heartbeat, 0, 0);
	heartbeat_note(&heartbeat, row->in_step, true, WALL_MS);
	heartbeat_note(&heartbeat, row->in_step, false, WALL_MS + MINUTE_MS);
	scoped_text words = heartbeat_message(&heartbeat, &row->report);
	assert_string_equal(words, row->words);
}

static void writing_begins_it_anew(void **state)
{
	struct heartbeat heartbeat;

	(void)state;
	heartbeat_begin(&heartbeat, 0, 0);
	heartbeat_note(&heartbeat, true, false, WALL_MS);
	assert_int_equal(heartbeat.in_step_since_ms, WALL_MS);
	heartbeat_note(&heartbeat, true, true, WALL_MS + 1);
	assert_int_equal(heartbeat.in_step_since_ms, WALL_MS + 1);
	heartbeat_note(&heartbeat, false, false, WALL_MS + 2);
	assert_int_equal(heartbeat.in_step_since_ms, 0);
	heartbeat_note(&heartbeat, true, false, WALL_MS + 3);
	assert_int_equal(heartbeat.in_step_since_ms, WALL_MS + 3);
}

int main(void)
{
	struct cases cases = {0};

	cases_add(&cases, own_copy("once an hour of silence"), once_an_hour_of_silence, NULL);
	cases_add_table(&cases, sentence_cases, check_sentence);
	cases_add(&cases, own_copy("what is written begins it anew"), writing_begins_it_anew, NULL);
	return cases_run("heartbeat", &cases);
}
