#include "bridge/report/report_words.h"

#include "base/clock.h"

#include <inttypes.h>

/* To the second: nobody needs more. */
static void add_time(struct text *words, int64_t wall_ms)
{
	char iso[CLOCK_ISO_SIZE];

	if (wall_ms > 0 && clock_iso(wall_ms, iso))
		text_format(words, "%.19sZ", iso);
	else
		text_add(words, wall_ms > 0 ? "an unknown time" : "never");
}

/* ---- the state ---- */

static void add_progress(struct text *words, const struct figures *figures)
{
	text_format(words, "catching up: %" PRId64 " of %" PRId64, figures->done,
		    figures->done + figures->left);
	if (figures->left_ms < 0)
		return;
	text_add(words, ", about ");
	text_add_duration(words, figures->left_ms);
	text_add(words, " left");
}

static void add_since(struct text *words, int64_t since_ms)
{
	if (since_ms <= 0)
		return;
	text_add(words, " since ");
	add_time(words, since_ms);
}

static void add_state(struct text *words, const struct figures *figures)
{
	if (figures->state == STATUS_CATCHING_UP) {
		add_progress(words, figures);
		return;
	}
	text_add(words, status_state_words(figures->state));
	add_since(words,
		  figures->state == STATUS_IN_SYNC ? figures->in_step_since_ms : figures->state_since_ms);
	if (!figures->reason[0])
		return;
	text_add(words, figures->state == STATUS_PAUSED ? " by " : ": ");
	text_add_visible(words, figures->reason, "");
}

static void add_paused(struct text *words, const struct report *report)
{
	if (!report->control.paused)
		return;
	text_add(words, "; paused");
	add_since(words, report->control.changed_ms);
	if (!report->control.by[0])
		return;
	text_add(words, " by ");
	text_add_visible(words, report->control.by, "");
}

static void add_not_running(struct text *words, const struct report *report, enum report_life life)
{
	if (life == REPORT_NEVER) {
		text_add(words, "never ran yet: 'davenport run' begins");
	} else if (life == REPORT_SILENT) {
		scoped_text holder = lease_document_message(&report->lease);
		text_add_visible(words, holder, "");
		text_add(words, " gives no sign of life");
		add_since(words, report_seen_ms(report));
	} else {
		text_add(words, "not running");
		add_since(words, report_seen_ms(report));
	}
	if (life != REPORT_NEVER && report->has_figures && report->figures.state != STATUS_PAUSED) {
		text_add(words, "; it was then: ");
		add_state(words, &report->figures);
	}
	add_paused(words, report);
}

char *report_state_words(const struct report *report, enum report_life life)
{
	struct text words = {0};

	if (life != REPORT_RUNS) {
		add_not_running(&words, report, life);
	} else if (!report->has_figures) {
		text_add(&words, status_state_words(STATUS_STARTING));
	} else {
		add_state(&words, &report->figures);
		if (report->control.paused && report->figures.state != STATUS_PAUSED)
			text_add(&words, "; it pauses in a moment");
	}
	return text_take(&words);
}

bool report_wants_attention(const struct report *report, enum report_life life)
{
	const struct figures *figures = &report->figures;

	return (life != REPORT_RUNS && !report->control.paused) || figures->state == STATUS_ATTENTION ||
	       figures->problems > 0;
}

/* ---- figures ---- */

static void add_change(struct text *words, const struct figures_change *change, const char *one,
		       const char *several)
{
	add_time(words, change->at_ms);
	if (change->at_ms <= 0)
		return;
	text_add(words, " (");
	text_add_count(words, change->count, one, several);
	text_add(words, ")");
}

char *report_changes_words(const struct figures *figures)
{
	struct text words = {0};

	text_add(&words, "to Airtable ");
	add_change(&words, &figures->to_airtable, "row", "rows");
	text_add(&words, ", to CouchDB ");
	add_change(&words, &figures->to_couchdb, "document", "documents");
	return text_take(&words);
}

char *report_counts_words(const struct figures *figures)
{
	struct text words = {0};

	text_add_count(&words, figures->documents[TABLE_ITEMS], "item", "items");
	text_add(&words, " (");
	text_add_count(&words, figures->rows[TABLE_ITEMS], "row", "rows");
	text_add(&words, "), ");
	text_add_count(&words, figures->documents[TABLE_COLLECTIONS], "collection", "collections");
	text_add(&words, " (");
	text_add_count(&words, figures->rows[TABLE_COLLECTIONS], "row", "rows");
	text_add(&words, ")");
	return text_take(&words);
}

char *report_calls_words(const struct report *report)
{
	struct text words = {0};
	const char *between = ": ";

	text_format(&words, "today %" PRId64 ", this month %" PRId64,
		    spans_today(&report->figures.spans, SPAN_CALLS, report->read_ms),
		    calls_month_total(&report->calls));
	for (int purpose = 0; purpose < AIRTABLE_PURPOSES; purpose++) {
		if (!report->calls.counts[purpose])
			continue;
		text_format(&words, "%s%s %" PRId64, between,
			    airtable_purpose_name((enum airtable_purpose)purpose),
			    report->calls.counts[purpose]);
		between = ", ";
	}
	return text_take(&words);
}

char *report_hears_words(const struct figures *figures)
{
	struct text words = {0};

	text_add(&words, "CouchDB's feed; Airtable is asked every ");
	text_add_duration(&words, figures->poll_ms);
	text_add(&words, ", last ");
	add_time(&words, figures->asked_ms);
	return text_take(&words);
}

static void add_latency(struct text *words, int64_t ms)
{
	if (ms < 0)
		text_add(words, "has not answered yet");
	else
		text_format(words, "answers in %" PRId64 " ms", ms);
}

char *report_servers_words(const struct figures *figures)
{
	struct text words = {0};

	text_add(&words, "CouchDB ");
	if (figures->couch_version[0]) {
		text_add_visible(&words, figures->couch_version, "");
		text_add(&words, " ");
	}
	add_latency(&words, figures->couch_latency_ms);
	text_add(&words, ", Airtable ");
	add_latency(&words, figures->airtable_latency_ms);
	return text_take(&words);
}

char *report_lag_words(const struct figures *figures)
{
	struct text words = {0};

	text_add(&words, "documents ");
	text_add_duration(&words, figures->documents_lag_ms);
	text_add(&words, ", rows at most ");
	text_add_duration(&words, figures->rows_lag_ms);
	return text_take(&words);
}

/* ---- for programs ---- */

static void put_time(struct json_object *json, const char *key, int64_t wall_ms)
{
	char iso[CLOCK_ISO_SIZE];

	json_put(json, key, wall_ms > 0 && clock_iso(wall_ms, iso) ? json_new_text(iso) : NULL);
}

static struct json_object *change_json(const struct figures_change *change)
{
	struct json_object *json = json_new_object();

	put_time(json, "at", change->at_ms);
	json_put(json, "count", json_new_int(change->count));
	return json;
}

static struct json_object *counted_json(const struct spans *spans, int64_t now_ms)
{
	struct json_object *json = json_new_object();

	for (int kind = 0; kind < SPAN_KINDS; kind++) {
		struct json_object *one = json_new_object();
		json_put(one, "last_24_hours",
			 json_new_int(spans_of_day(spans, (enum span_kind)kind, now_ms)));
		json_put(one, "last_31_days",
			 json_new_int(spans_of_month(spans, (enum span_kind)kind, now_ms)));
		json_put(json, span_kind_name((enum span_kind)kind), one);
	}
	return json;
}

static struct json_object *calls_json(const struct report *report)
{
	struct json_object *json = json_new_object(), *by = json_new_object();

	json_put(json, "today",
		 json_new_int(spans_today(&report->figures.spans, SPAN_CALLS, report->read_ms)));
	json_put(json, "this_month", json_new_int(calls_month_total(&report->calls)));
	for (int purpose = 0; purpose < AIRTABLE_PURPOSES; purpose++)
		json_put(by, airtable_purpose_name((enum airtable_purpose)purpose),
			 json_new_int(report->calls.counts[purpose]));
	json_put(json, "this_month_by_purpose", by);
	return json;
}

static struct json_object *holder_json(const struct report *report, enum report_life life)
{
	struct json_object *json = json_new_object();

	json_put(json, "running", json_new_bool(life == REPORT_RUNS));
	put_time(json, "seen", report_seen_ms(report));
	if (!report->has_lease || !report->lease.is_readable)
		return json;
	json_put_text(json, "host", report->lease.process.host);
	json_put(json, "pid", json_new_int(report->lease.process.pid));
	json_put_text(json, "command", report->lease.command);
	put_time(json, "since", report->lease.since_ms);
	return json;
}

static struct json_object *latency_json(int64_t ms)
{
	return ms < 0 ? NULL : json_new_int(ms);
}

static void put_figures(struct json_object *json, const struct figures *figures)
{
	put_time(json, "since", figures->state_since_ms);
	put_time(json, "written", figures->written_ms);
	put_time(json, "in_step_since", figures->in_step_since_ms);
	json_put(json, "done", json_new_int(figures->done));
	json_put(json, "left", json_new_int(figures->left));
	json_put(json, "left_ms", latency_json(figures->left_ms));
	json_put(json, "to_airtable", change_json(&figures->to_airtable));
	json_put(json, "to_couchdb", change_json(&figures->to_couchdb));
	json_put(json, "items", json_new_int(figures->documents[TABLE_ITEMS]));
	json_put(json, "item_rows", json_new_int(figures->rows[TABLE_ITEMS]));
	json_put(json, "collections", json_new_int(figures->documents[TABLE_COLLECTIONS]));
	json_put(json, "collection_rows", json_new_int(figures->rows[TABLE_COLLECTIONS]));
	json_put(json, "problems", json_new_int(figures->problems));
	json_put(json, "waiting", json_new_int(figures->waiting));
	json_put(json, "queued", json_new_int(figures->queued));
	json_put(json, "pictures_waiting", json_new_int(figures->pictures_waiting));
	put_time(json, "airtable_asked", figures->asked_ms);
	json_put(json, "poll_ms", json_new_int(figures->poll_ms));
	json_put(json, "documents_lag_ms", json_new_int(figures->documents_lag_ms));
	json_put(json, "rows_lag_ms", json_new_int(figures->rows_lag_ms));
	json_put_text(json, "couchdb_version", figures->couch_version);
	json_put(json, "couchdb_latency_ms", latency_json(figures->couch_latency_ms));
	json_put(json, "airtable_latency_ms", latency_json(figures->airtable_latency_ms));
}

struct json_object *report_json(const struct report *report, enum report_life life)
{
	struct json_object *json = json_new_object();
	scoped_text words = report_state_words(report, life);
	const struct figures *figures = &report->figures;

	json_put_text(json, "state", life == REPORT_RUNS ? status_state_name(figures->state) : "not_running");
	json_put_text(json, "words", words);
	json_put_text(json, "reason", figures->reason[0] ? figures->reason : NULL);
	json_put(json, "wants_attention", json_new_bool(report_wants_attention(report, life)));
	json_put(json, "paused", json_new_bool(report->control.paused));
	json_put(json, "holder", holder_json(report, life));
	put_figures(json, figures);
	json_put(json, "calls", calls_json(report));
	json_put(json, "counted", counted_json(&figures->spans, report->read_ms));
	return json;
}
