/* What a figure means stands in its HELP line. Labels: integration is the ID of its document, which never changes. */
#include "bridge/pages/metrics.h"

#include "base/clock.h"
#include "base/own.h"
#include "bridge/pages/metrics_text.h"
#include "bridge/pages/pages.h"
#include "bridge/pages/process.h"
#include "bridge/pictures/picture_server.h"
#include "bridge/version.h"

#include <stddef.h>

/* ---- integrations: one row a figure ---- */

static const struct gauge {
	const char *name, *help;
	size_t offset; /* of an int64_t in struct figures */
	enum { PLAIN, MILLISECONDS } unit;
} gauges[] = {
	{"davenport_problems", "Documents and rows of which a person should know something.",
	 offsetof(struct figures, problems), PLAIN},
	{"davenport_waiting", "Documents and rows that wait for another one, or for their time.",
	 offsetof(struct figures, waiting), PLAIN},
	{"davenport_queued", "Documents and rows that are about to be looked at.",
	 offsetof(struct figures, queued), PLAIN},
	{"davenport_pictures_waiting", "Items of which Airtable has not taken all pictures yet.",
	 offsetof(struct figures, pictures_waiting), PLAIN},
	{"davenport_failures", "Cycles in a row that failed.", offsetof(struct figures, failures), PLAIN},
	{"davenport_documents_lag_seconds",
	 "Age of the oldest change of a document that was heard and not handled.",
	 offsetof(struct figures, documents_lag_ms), MILLISECONDS},
	{"davenport_rows_lag_seconds", "Time since Airtable was asked for the changes that are handled.",
	 offsetof(struct figures, rows_lag_ms), MILLISECONDS},
	{"davenport_poll_interval_seconds", "Time between two questions to Airtable for what changed.",
	 offsetof(struct figures, poll_ms), MILLISECONDS},
	{"davenport_written_timestamp_seconds", "When these figures were so.",
	 offsetof(struct figures, written_ms), MILLISECONDS},
};

static int64_t value_at(const struct figures *figures, size_t offset)
{
	return *(const int64_t *)(const void *)((const char *)figures + offset);
}

static void add_gauge(struct text *text, const struct gauge *gauge, const struct fleet_view *view)
{
	metrics_begin(text, gauge->name, "gauge", gauge->help);
	for (size_t i = 0; i < view->count; i++) {
		int64_t value = value_at(&view->list[i].figures, gauge->offset);
		if (gauge->unit == MILLISECONDS)
			metrics_add_ms(text, gauge->name, value, "integration", view->list[i].id, NULL);
		else
			metrics_add(text, gauge->name, value, "integration", view->list[i].id, NULL);
	}
}

/* ---- integrations: what has a label more ---- */

static void add_names(struct text *text, const struct fleet_view *view)
{
	metrics_begin(text, "davenport_integration_info", "gauge", "Names of an integration; always 1.");
	for (size_t i = 0; i < view->count; i++) {
		const struct fleet_view_integration *one = &view->list[i];
		metrics_add(text, "davenport_integration_info", 1, "integration", one->id, "name", one->name,
			    "database", one->database, "base", one->base_id, NULL);
	}
}

static void add_states(struct text *text, const struct fleet_view *view)
{
	metrics_begin(text, "davenport_integration_state", "gauge",
		      "1 for the state that an integration has.");
	for (size_t i = 0; i < view->count; i++)
		for (int state = 0; state < STATUS_STATES; state++)
			metrics_add(text, "davenport_integration_state",
				    (int)view->list[i].figures.state == state, "integration",
				    view->list[i].id, "state", status_state_name((enum status_state)state),
				    NULL);
}

static void add_tables(struct text *text, const char *name, const char *help, const struct fleet_view *view,
		       size_t offset)
{
	metrics_begin(text, name, "gauge", help);
	for (size_t i = 0; i < view->count; i++)
		for (int table = 0; table < TABLE_COUNT; table++)
			metrics_add(
				text, name,
				value_at(&view->list[i].figures, offset + (size_t)table * sizeof(int64_t)),
				"integration", view->list[i].id, "table", table_name((enum table)table),
				NULL);
}

static void add_last_changes(struct text *text, const struct fleet_view *view)
{
	static const char name[] = "davenport_last_change_timestamp_seconds";

	metrics_begin(text, name, "gauge", "When something was last written that way; 0: never.");
	for (size_t i = 0; i < view->count; i++) {
		const struct fleet_view_integration *one = &view->list[i];
		metrics_add_ms(text, name, one->figures.to_airtable.at_ms, "integration", one->id, "to",
			       "airtable", NULL);
		metrics_add_ms(text, name, one->figures.to_couchdb.at_ms, "integration", one->id, "to",
			       "couchdb", NULL);
	}
}

static void add_events(struct text *text, const struct fleet_view *view)
{
	static const char name[] = "davenport_events_total";
	int64_t now_ms = clock_now_ms();

	metrics_begin(text, name, "counter",
		      "What happened since midnight, UTC: rows and documents written, conflicts, cycles that "
		      "failed, "
		      "calls of Airtable's API.");
	for (size_t i = 0; i < view->count; i++)
		for (int kind = 0; kind < SPAN_KINDS; kind++)
			metrics_add(text, name,
				    spans_today(&view->list[i].figures.spans, (enum span_kind)kind, now_ms),
				    "integration", view->list[i].id, "kind",
				    span_kind_name((enum span_kind)kind), NULL);
}

static void add_latencies(struct text *text, const struct fleet_view *view)
{
	static const char name[] = "davenport_server_latency_seconds";

	metrics_begin(text, name, "gauge", "How long the last short question to a server took.");
	for (size_t i = 0; i < view->count; i++) {
		const struct fleet_view_integration *one = &view->list[i];
		if (one->figures.couch_latency_ms >= 0)
			metrics_add_ms(text, name, one->figures.couch_latency_ms, "integration", one->id,
				       "server", "couchdb", NULL);
		if (one->figures.airtable_latency_ms >= 0)
			metrics_add_ms(text, name, one->figures.airtable_latency_ms, "integration", one->id,
				       "server", "airtable", NULL);
	}
}

static void add_integrations(struct text *text, const struct fleet_view *view)
{
	metrics_begin(text, "davenport_search_ok", "gauge", "1: the last search for integrations went well.");
	metrics_add(text, "davenport_search_ok", view->searched, NULL);
	add_names(text, view);
	add_states(text, view);
	for (size_t i = 0; i < countof(gauges); i++)
		add_gauge(text, &gauges[i], view);
	add_tables(text, "davenport_documents", "Documents in scope.", view,
		   offsetof(struct figures, documents));
	add_tables(text, "davenport_rows", "Rows that have a document.", view,
		   offsetof(struct figures, rows));
	add_last_changes(text, view);
	add_events(text, view);
	add_latencies(text, view);
}

/* ---- this process ---- */

static void add_one(struct text *text, const char *name, const char *kind, const char *help, int64_t value)
{
	metrics_begin(text, name, kind, help);
	metrics_add(text, name, value, NULL);
}

static void add_process(struct text *text, const struct pages *pages)
{
	struct process_figures figures = process_figures_now();

	metrics_begin(text, "davenport_build_info", "gauge", "The version; always 1.");
	metrics_add(text, "davenport_build_info", 1, "version", DAVENPORT_VERSION, NULL);
	add_one(text, "process_resident_memory_bytes", "gauge", "Memory of this process.",
		figures.memory_bytes);
	add_one(text, "process_open_fds", "gauge", "Open files of this process.", figures.open_files);
	add_one(text, "process_max_fds", "gauge", "Files that it may open; 0: any number.",
		figures.open_files_most);
	add_one(text, "process_threads", "gauge", "Threads of this process.", figures.threads);
	metrics_begin(text, "process_cpu_seconds_total", "counter", "Processor time of this process.");
	metrics_add_ms(text, "process_cpu_seconds_total", figures.cpu_ms, NULL);
	metrics_begin(text, "process_start_time_seconds", "gauge", "When it began, since 1970.");
	metrics_add_ms(text, "process_start_time_seconds", pages->began_wall_ms, NULL);
}

/* ---- pictures ---- */

static void add_pictures(struct text *text, const struct picture_counts *counts)
{
	static const char *const classes[] = {NULL, NULL, "2xx", "3xx", "4xx", "5xx"};
	static const char answers[] = "davenport_pictures_answers_total";
	static const char ended[] = "davenport_pictures_connections_ended_total";

	metrics_begin(text, answers, "counter", "Answers of the picture server, by their status.");
	for (size_t i = 2; i < countof(classes); i++)
		metrics_add(text, answers, (int64_t)counts->answers[i], "status", classes[i], NULL);
	metrics_begin(text, ended, "counter",
		      "Connections that took too long, or for which there was no room.");
	metrics_add(text, ended, (int64_t)counts->late, "why", "late", NULL);
	metrics_add(text, ended, (int64_t)counts->crowded, "why", "crowded", NULL);
	add_one(text, "davenport_pictures_reads_total", "counter", "Pictures that were read from CouchDB.",
		(int64_t)counts->reads);
	add_one(text, "davenport_pictures_cached", "gauge", "Pictures in the cache on disk.",
		(int64_t)counts->cached);
	add_one(text, "davenport_pictures_cache_bytes", "gauge", "Bytes that they take.",
		(int64_t)counts->cached_bytes);
	add_one(text, "davenport_pictures_evicted_total", "counter",
		"Pictures that left the cache for others.", (int64_t)counts->evicted);
}

void metrics_page(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	const struct pages *pages = context;
	struct fleet_view view = {0};

	(void)request;
	pages->look(pages->look_context, &view);
	answer->type = METRICS_TYPE;
	add_process(&answer->body, pages);
	add_integrations(&answer->body, &view);
	if (pages->pictures) {
		struct picture_counts counts = picture_server_count(pages->pictures);
		add_pictures(&answer->body, &counts);
	}
	fleet_view_done(&view);
}
