/* What the state database says of an integration, and the sentences for it. */
#include "bridge/report/report_words.h"
#include "bridge/report/write_pace.h"

#include "tests/unit/cases.h"

#include <stdio.h>
#include <string.h>

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)
#define NOW_MS  INT64_C(1796059503000) /* 2026-11-30T17:25:03Z */

/* ---- counting ---- */

static const struct position_case {
	const char *sentence, *sequence;
	int64_t position;
} position_cases[] = {
	{"a sequence as CouchDB gives it", "\"1234-g1AAAAH7eJzLYWBg\"", 1234},
	{"a number", "77", 77},
	{"none", NULL, 0},
	{"nothing", "", 0},
	{"words", "\"now\"", 0},
	{"below nothing", "-5", 0},
};

static void check_position(void **state)
{
	const struct position_case *row = *state;

	assert_int_equal(tallies_feed_position(row->sequence), row->position);
}

static const struct failure_case {
	const char *sentence;
	struct error error;
	enum tallies_server server;
} failure_cases[] = {
	{"Airtable's", {.kind = ERROR_RETRY, .server = "Airtable"}, TALLY_AIRTABLE},
	{"CouchDB's silence", {.kind = ERROR_FATAL, .server = "CouchDB"}, TALLY_COUCHDB},
	{"nobody's", {.kind = ERROR_CONFLICT}, TALLY_NEITHER},
};

static void check_failure(void **state)
{
	const struct failure_case *row = *state;
	struct tallies tallies = {0}, wanted = {0};

	wanted.failures[row->server][row->error.kind] = 1;
	tallies_add_failure(&tallies, &row->error);
	assert_memory_equal(&tallies, &wanted, sizeof tallies);
}

static const struct span_case {
	const char *sentence;
	int64_t first_ago_ms, second_ago_ms; /* 2 and 3 calls are counted then, in this order */
	int64_t today, day, month;           /* what is shown of them now */
} span_cases[] = {
	{"in this hour", 1000, 0, 5, 5, 5},
	{"yesterday evening is of the last 24 hours, and not of today", 20 * HOUR_MS, 0, 3, 5, 5},
	{"24 hours ago is over for the hours, and stays among the days", 24 * HOUR_MS, 0, 3, 3, 5},
	{"30 days ago is still shown", 30 * DAY_MS, 0, 3, 3, 5},
	{"31 days ago is over, and its place is used again", 31 * DAY_MS, 0, 3, 3, 3},
	{"a clock that was set back counts on", 0, 2 * HOUR_MS, 5, 5, 5},
	{"the future is not shown", -2 * DAY_MS, 0, 3, 3, 3},
};

static void check_spans(void **state)
{
	const struct span_case *row = *state;
	struct spans spans = {0}, again;

	spans_add(&spans, SPAN_CALLS, 2, NOW_MS - row->first_ago_ms);
	spans_add(&spans, SPAN_CALLS, 3, NOW_MS - row->second_ago_ms);
	scoped(json_object) json = spans_json(&spans);
	spans_read(json, &again);
	assert_memory_equal(&spans, &again, sizeof spans);
	assert_int_equal(spans_today(&again, SPAN_CALLS, NOW_MS), row->today);
	assert_int_equal(spans_of_day(&again, SPAN_CALLS, NOW_MS), row->day);
	assert_int_equal(spans_of_month(&again, SPAN_CALLS, NOW_MS), row->month);
	assert_int_equal(spans_of_month(&again, SPAN_CONFLICTS, NOW_MS), 0);
}

/* However long it counts, the document stays as large. */
static void counts_stay_bounded(void **state)
{
	struct spans spans = {0};

	(void)state;
	for (int64_t hour = 0; hour < 10000; hour++)
		for (int kind = 0; kind < SPAN_KINDS; kind++)
			spans_add(&spans, (enum span_kind)kind, 1, NOW_MS + hour * HOUR_MS);
	scoped(json_object) json = spans_json(&spans);
	assert_int_equal(json_key_count(json_child(json, "hours", json_type_object)), SPANS_HOURS);
	assert_int_equal(json_key_count(json_child(json, "days", json_type_object)), SPANS_DAYS);
}

/* ---- how often is written ---- */

#define SECOND_MS INT64_C(1000)

static const struct pace_look {
	const char *about;
	int64_t second;
	bool changed, due;
} looks[] = {
	{"at the start there is nothing to write", 0, false, false},
	{"a change is written at once", 1, true, true},
	{"and the next one", 2, true, true},
	{"and a third one", 3, true, true},
	{"by then nothing is saved up", 4, true, false},
	{"nor are figures written within the minute", 40, false, false},
	{"a minute after the first one write is saved again", 61, true, true},
	{"but only one", 62, true, false},
	{"figures wait for their minute", 120, false, false},
	{"and are written then", 121, false, true},
	{"not again within the next", 180, false, false},
	{"but after it", 181, false, true},
};

static void writes_are_rare(void **state)
{
	struct write_pace pace;

	(void)state;
	write_pace_begin(&pace, 0);
	for (size_t i = 0; i < countof(looks); i++) {
		bool due = write_pace_is_due(&pace, looks[i].changed, looks[i].second * SECOND_MS);
		if (due != looks[i].due)
			fail_msg("%s: %d", looks[i].about, due);
		if (due)
			write_pace_note(&pace, looks[i].second * SECOND_MS);
	}
}

/* A state that changes every second costs a write a minute. */
static void a_restless_state_costs_no_more(void **state)
{
	struct write_pace pace;
	int writes = 0;

	(void)state;
	write_pace_begin(&pace, 0);
	for (int64_t second = 0; second < 3600; second++) {
		if (!write_pace_is_due(&pace, true, second * SECOND_MS))
			continue;
		write_pace_note(&pace, second * SECOND_MS);
		writes++;
	}
	assert_true(writes <= 60 + WRITE_PACE_SAVED);
	assert_true(writes >= 60);
}

/* ---- documents ---- */

static struct figures some_figures(void)
{
	struct figures figures = {
		.state = STATUS_IN_SYNC,
		.state_since_ms = NOW_MS - HOUR_MS,
		.written_ms = NOW_MS,
		.in_step_since_ms = NOW_MS - HOUR_MS,
		.left_ms = -1,
		.to_airtable = {NOW_MS - HOUR_MS, 3},
		.documents = {[TABLE_COLLECTIONS] = 1, [TABLE_ITEMS] = 12},
		.rows = {[TABLE_COLLECTIONS] = 1, [TABLE_ITEMS] = 11},
		.problems = 1,
		.asked_ms = NOW_MS - 5000,
		.poll_ms = 30000,
		.rows_lag_ms = 31000,
		.couch_latency_ms = 3,
		.airtable_latency_ms = -1,
		.couch_version = "3.5.0",
	};

	spans_add(&figures.spans, SPAN_CALLS, 7, NOW_MS);
	return figures;
}

static void figures_come_back_as_they_were(void **state)
{
	struct figures figures = some_figures(), again;

	(void)state;
	scoped(json_object) json = figures_json(&figures);
	scoped_text words = json_write(json);
	assert_true(figures_read(json, &again));
	scoped(json_object) json_again = figures_json(&again);
	scoped_text words_again = json_write(json_again);
	assert_string_equal(words, words_again);
	assert_memory_equal(&figures.spans, &again.spans, sizeof figures.spans);
}

static const struct read_case {
	const char *sentence, *json;
	bool good;
	enum status_state state;
	int64_t problems;
} read_cases[] = {
	{"the least that there may be", "{\"v\":1,\"state\":\"paused\"}", true, STATUS_PAUSED, 0},
	{"a newer format is read as far as it is known",
	 "{\"v\":9,\"state\":\"in_sync\",\"problems\":4,\"stranger\":[]}", true, STATUS_IN_SYNC, 4},
	{"a number of another kind counts as 0", "{\"v\":1,\"state\":\"in_sync\",\"problems\":\"x\"}", true,
	 STATUS_IN_SYNC, 0},
	{"without a version it is none", "{\"state\":\"in_sync\"}", false, 0, 0},
	{"with a state that is not known it is none", "{\"v\":1,\"state\":\"dancing\"}", false, 0, 0},
	{"a text is none", "\"x\"", false, 0, 0},
	{"nothing is none", "null", false, 0, 0},
};

static void check_read(void **state)
{
	const struct read_case *row = *state;
	scoped(json_object) json = NULL;
	struct figures figures = {.problems = 77};

	assert_true(json_read(row->json, strlen(row->json), &json, NULL, NULL));
	assert_int_equal(figures_read(json, &figures), row->good);
	assert_int_equal(figures.problems, row->good ? row->problems : 77);
	if (row->good)
		assert_int_equal(figures.state, row->state);
}

static void a_month_of_calls_comes_back(void **state)
{
	struct calls_month calls = {.month = "2026-11", .revision = "3-abc"}, again;

	(void)state;
	calls.counts[AIRTABLE_FOR_NEWS] = 20;
	calls.counts[AIRTABLE_FOR_CREATE] = 2;
	scoped(json_object) json = calls_month_json(&calls, "appX");
	assert_string_equal(json_text_or(json, "_id", ""), "calls-appX-2026-11");
	assert_int_equal(json_int_or(json, "total", 0), 22);
	calls_month_read(json, "2026-11", &again);
	assert_memory_equal(&calls, &again, sizeof calls);
	calls_month_read(NULL, "2026-12", &again);
	assert_int_equal(calls_month_total(&again), 0);
	assert_string_equal(again.revision, "");
}

static const struct old_case {
	const char *sentence, *id;
	bool old;
} old_cases[] = {
	{"this month stays", "calls-appX-2026-11", false},
	{"12 months ago stays", "calls-appX-2025-11", false},
	{"13 months ago is old", "calls-appX-2025-10", true},
	{"what is no month stays", "calls-appX-2025-1x", false},
	{"so does a month 13", "calls-appX-2020-13", false},
	{"the future stays", "calls-appX-2031-01", false},
};

static void check_old(void **state)
{
	const struct old_case *row = *state;

	assert_int_equal(calls_month_is_old(row->id, "calls-appX-", NOW_MS), row->old);
}

static void what_people_ask_comes_back(void **state)
{
	struct control control = {.paused = true,
				  .changed_ms = NOW_MS,
				  .by = "anna on nas",
				  .wish_id = "u",
				  .full = true,
				  .held = "rows"},
		       again;

	(void)state;
	scoped(json_object) json = control_json(&control, "i");
	assert_string_equal(json_text_or(json, "_id", ""), "control-i");
	control_read(json, &again);
	control.is_there = true;
	assert_memory_equal(&control, &again, sizeof control);
	control_read(NULL, &again);
	assert_false(again.paused || again.is_there || again.wish_id[0]);
}

/* ---- who runs ---- */

static bool is_gone(const struct process *process)
{
	return process->pid == 13;
}

static const struct life_case {
	const char *sentence;
	bool has_figures, has_lease, is_free;
	int64_t pid, renewed_ago_ms;
	enum report_life life;
} life_cases[] = {
	{"nothing was ever written", false, false, false, 0, 0, REPORT_NEVER},
	{"a lease that was renewed lately", true, true, false, 7, 9000, REPORT_RUNS},
	{"one that may still be renewed", true, true, false, 7, 44000, REPORT_RUNS},
	{"one that was not", true, true, false, 7, 45000, REPORT_SILENT},
	{"one that was given back", true, true, true, 7, 1000, REPORT_ENDED},
	{"one of a process that has ended here", true, true, false, 13, 1000, REPORT_ENDED},
	{"figures without a lease", true, false, false, 0, 0, REPORT_ENDED},
};

static void check_life(void **state)
{
	const struct life_case *row = *state;
	struct report report = {
		.has_figures = row->has_figures,
		.has_lease = row->has_lease,
		.lease = {.is_free = row->is_free,
			  .is_readable = true,
			  .process.pid = row->pid,
			  .renewed_ms = NOW_MS - row->renewed_ago_ms,
			  .lasts_ms = LEASE_LASTS_MS,
			  .write_ms = LEASE_WRITE_MS},
		.read_ms = NOW_MS,
	};

	assert_int_equal(report_life(&report, is_gone), row->life);
}

/* ---- words ---- */

static const struct state_case {
	const char *sentence;
	enum report_life life;
	enum status_state state;
	const char *reason;
	bool paused;
	const char *words;
	bool attention;
} state_cases[] = {
	{"all is well", REPORT_RUNS, STATUS_IN_SYNC, "", false, "in sync since 2026-11-30T16:25:03Z", false},
	{"work is left", REPORT_RUNS, STATUS_CATCHING_UP, "", false,
	 "catching up: 120 of 3000, about 4 min left", false},
	{"a server fails", REPORT_RUNS, STATUS_RETRYING, "HTTP 503", false,
	 "retrying since 2026-11-30T17:24:03Z: HTTP 503", false},
	{"a person is needed", REPORT_RUNS, STATUS_ATTENTION, "no\ntoken", false,
	 "needs attention since 2026-11-30T17:24:03Z: no\\ntoken", true},
	{"it is paused", REPORT_RUNS, STATUS_PAUSED, "anna on nas", true,
	 "paused since 2026-11-30T17:24:03Z by anna on nas", false},
	{"it will be", REPORT_RUNS, STATUS_IN_SYNC, "", true,
	 "in sync since 2026-11-30T16:25:03Z; it pauses in a moment", false},
	{"it has ended", REPORT_ENDED, STATUS_IN_SYNC, "", false,
	 "not running since 2026-11-30T17:23:03Z; it was then: in sync since 2026-11-30T16:25:03Z", true},
	{"it has ended while it was paused", REPORT_ENDED, STATUS_PAUSED, "anna on nas", true,
	 "not running since 2026-11-30T17:23:03Z; paused since 2026-11-30T17:22:03Z by anna on nas", false},
	{"it is silent", REPORT_SILENT, STATUS_RETRYING, "", false,
	 "process 7 on nas (davenport run, since 2026-11-30T17:25:03.000Z) gives no sign of life since "
	 "2026-11-30T17:23:03Z; it was then: retrying since 2026-11-30T17:24:03Z",
	 true},
	{"it never ran", REPORT_NEVER, STATUS_STARTING, "", false, "never ran yet: 'davenport run' begins",
	 true},
};

static void check_state(void **state)
{
	const struct state_case *row = *state;
	struct report report = {
		.has_figures = row->life != REPORT_NEVER,
		.figures = {.state = row->state,
			    .state_since_ms = NOW_MS - 60000,
			    .in_step_since_ms = NOW_MS - HOUR_MS,
			    .done = 120,
			    .left = 2880,
			    .left_ms = 4 * 60000},
		.has_lease = row->life != REPORT_NEVER,
		.lease = {.is_readable = true,
			  .process = {.host = "nas", .pid = 7},
			  .command = "run",
			  .since_ms = NOW_MS,
			  .renewed_ms = NOW_MS - 120000},
		.control = {.paused = row->paused, .changed_ms = NOW_MS - 180000, .by = "anna on nas"},
		.read_ms = NOW_MS,
	};

	snprintf(report.figures.reason, sizeof report.figures.reason, "%s", row->reason);
	scoped_text words = report_state_words(&report, row->life);
	assert_string_equal(words, row->words);
	assert_int_equal(report_wants_attention(&report, row->life), row->attention);
}

static void figures_have_their_sentences(void **state)
{
	struct report report = {.figures = some_figures(), .read_ms = NOW_MS};

	(void)state;
	report.calls.counts[AIRTABLE_FOR_NEWS] = 20;
	report.calls.counts[AIRTABLE_FOR_UPDATE] = 1;
	scoped_text changes = report_changes_words(&report.figures);
	assert_string_equal(changes, "to Airtable 2026-11-30T16:25:03Z (3 rows), to CouchDB never");
	scoped_text counts = report_counts_words(&report.figures);
	assert_string_equal(counts, "12 items (11 rows), 1 collection (1 row)");
	scoped_text calls = report_calls_words(&report);
	assert_string_equal(calls, "today 7, this month 21: news 20, update 1");
	scoped_text hears = report_hears_words(&report.figures);
	assert_string_equal(hears, "CouchDB's feed; Airtable is asked every 30 s, last 2026-11-30T17:24:58Z");
	scoped_text servers = report_servers_words(&report.figures);
	assert_string_equal(servers, "CouchDB 3.5.0 answers in 3 ms, Airtable has not answered yet");
	scoped_text lag = report_lag_words(&report.figures);
	assert_string_equal(lag, "documents 0 s, rows at most 31 s");
	assert_true(report_wants_attention(&report, REPORT_RUNS)); /* a problem is open */
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, position_cases, check_position);
	cases_add_table(&cases, failure_cases, check_failure);
	cases_add_table(&cases, span_cases, check_spans);
	cases_add(&cases, own_copy("counts stay bounded"), counts_stay_bounded, NULL);
	cases_add(&cases, own_copy("writes are rare"), writes_are_rare, NULL);
	cases_add(&cases, own_copy("a restless state costs no more"), a_restless_state_costs_no_more, NULL);
	cases_add(&cases, own_copy("figures come back as they were"), figures_come_back_as_they_were, NULL);
	cases_add_table(&cases, read_cases, check_read);
	cases_add(&cases, own_copy("a month of calls comes back"), a_month_of_calls_comes_back, NULL);
	cases_add_table(&cases, old_cases, check_old);
	cases_add(&cases, own_copy("what people ask comes back"), what_people_ask_comes_back, NULL);
	cases_add_table(&cases, life_cases, check_life);
	cases_add_table(&cases, state_cases, check_state);
	cases_add(&cases, own_copy("figures have their sentences"), figures_have_their_sentences, NULL);
	return cases_run("report", &cases);
}
