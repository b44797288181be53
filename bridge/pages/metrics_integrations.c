/* One table, a row a name: where its numbers are in struct figures, and which labels tell them apart. What a number means stands in its
 * HELP line. Counters count since this process keeps the integration. */
#include "bridge/pages/metrics_integrations.h"

#include "bridge/pages/metrics_text.h"

#include <stddef.h>
#include <string.h>

/* ---- labels ---- */

static const char *table_label(int at)
{
	return table_name((enum table)at);
}

static const char *purpose_label(int at)
{
	return airtable_purpose_name((enum airtable_purpose)at);
}

static const char *outcome_label(int at)
{
	return tallies_picture_outcome_name((enum picture_outcome)at);
}

static const char *server_label(int at)
{
	return tallies_server_name((enum tallies_server)at);
}

static const char *kind_label(int at)
{
	return error_kind_name((enum error_kind)at);
}

static const char *server_side_label(int at)
{
	static const char *const names[] = {"couchdb", "airtable"};

	return names[at];
}

static const char *change_side_label(int at)
{
	static const char *const names[] = {"airtable", "couchdb"};

	return names[at];
}

static const char *how_label(int at)
{
	static const char *const names[] = {"created", "updated", "deleted"};

	return names[at];
}

/* ---- the table ---- */

struct label {
	const char *name; /* NULL: there is none */
	const char *(*value)(int at);
	int first, end;
	size_t step; /* bytes from one number to the next */
};

struct metric {
	const char *name, *help;
	size_t offset; /* of the first int64_t in struct figures */
	enum {
		PLAIN,
		MILLISECONDS,
		LATENCY, /* in ms; left out while it is not known */
	} unit;
	struct label labels[2];
};

#define AT(member) offsetof(struct figures, member)
#define NEXT       sizeof(int64_t)
#define NO_LABELS                                                                                            \
	{                                                                                                    \
		{                                                                                            \
			0                                                                                    \
		}                                                                                            \
	}

_Static_assert(AT(tallies.counts.rows_deleted) == AT(tallies.counts.rows_created) + 2 * NEXT,
	       "rows are counted one behind the other");
_Static_assert(AT(airtable_latency_ms) == AT(couch_latency_ms) + NEXT, "latencies stand side by side");
_Static_assert(AT(to_couchdb) == AT(to_airtable) + sizeof(struct figures_change), "so do changes");

/* clang-format off: a row a name */
static const struct metric gauges[] = {
	{"davenport_problems", "Documents and rows of which a person should know something.", AT(problems),
	 PLAIN, NO_LABELS},
	{"davenport_waiting", "Documents and rows that wait for another one, or for their time.", AT(waiting),
	 PLAIN, NO_LABELS},
	{"davenport_queued", "Documents and rows that are about to be looked at.", AT(queued), PLAIN,
	 NO_LABELS},
	{"davenport_pictures_waiting", "Items of which Airtable has not taken all pictures yet.",
	 AT(pictures_waiting), PLAIN, NO_LABELS},
	{"davenport_failures", "Cycles in a row that failed.", AT(failures), PLAIN, NO_LABELS},
	{"davenport_documents_lag_seconds",
	 "Age of the oldest change of a document that was heard and not handled.", AT(documents_lag_ms),
	 MILLISECONDS, NO_LABELS},
	{"davenport_rows_lag_seconds", "Time since Airtable was asked for the changes that are handled.",
	 AT(rows_lag_ms), MILLISECONDS, NO_LABELS},
	{"davenport_poll_interval_seconds", "Time between two questions to Airtable for what changed.",
	 AT(poll_ms), MILLISECONDS, NO_LABELS},
	{"davenport_written_timestamp_seconds", "When these figures were so.", AT(written_ms), MILLISECONDS,
	 NO_LABELS},
	{"davenport_feed_position",
	 "The number of CouchDB's sequence up to which all changes of documents are handled.",
	 AT(tallies.feed_position), PLAIN, NO_LABELS},
	{"davenport_airtable_month_calls",
	 "Calls of Airtable's API on this base in this month, UTC, by all processes.", AT(month_calls), PLAIN,
	 NO_LABELS},
	{"davenport_documents",
	 "Documents in scope.",
	 AT(documents),
	 PLAIN,
	 {{"table", table_label, 0, TABLE_COUNT, NEXT}}},
	{"davenport_rows",
	 "Rows that have a document.",
	 AT(rows),
	 PLAIN,
	 {{"table", table_label, 0, TABLE_COUNT, NEXT}}},
	{"davenport_last_change_timestamp_seconds",
	 "When something was last written to a side; 0: never.",
	 AT(to_airtable.at_ms),
	 MILLISECONDS,
	 {{"to", change_side_label, 0, 2, sizeof(struct figures_change)}}},
	{"davenport_server_latency_seconds",
	 "How long the last short question to a server took.",
	 AT(couch_latency_ms),
	 LATENCY,
	 {{"server", server_side_label, 0, 2, NEXT}}},
};

static const struct metric counters[] = {
	{"davenport_airtable_calls_total",
	 "Calls of Airtable's API, by what they were made for.",
	 AT(tallies.calls),
	 PLAIN,
	 {{"purpose", purpose_label, 0, AIRTABLE_PURPOSES, NEXT}}},
	{"davenport_airtable_rate_waits_total", "Times that calls had to wait for Airtable's rate limits.",
	 AT(tallies.rate_waits), PLAIN, NO_LABELS},
	{"davenport_airtable_rate_wait_seconds_total", "How long calls waited for Airtable's rate limits.",
	 AT(tallies.rate_waited_ms), MILLISECONDS, NO_LABELS},
	{"davenport_airtable_rate_refusals_total", "Calls that Airtable refused for its rate limits (429).",
	 AT(tallies.rate_refusals), PLAIN, NO_LABELS},
	{"davenport_rows_written_total",
	 "Rows that were written.",
	 AT(tallies.counts.rows_created),
	 PLAIN,
	 {{"how", how_label, 0, 3, NEXT}}},
	{"davenport_documents_written_total",
	 "Documents that were written, also those that got an app link alone.",
	 AT(tallies.counts.documents_written), PLAIN, NO_LABELS},
	{"davenport_app_links_written_total", "Documents that got an app link alone.",
	 AT(tallies.counts.app_links_written), PLAIN, NO_LABELS},
	{"davenport_conflicts_total", "Conflicts: a field that both sides had changed.",
	 AT(tallies.counts.conflicts), PLAIN, NO_LABELS},
	{"davenport_failed_cycles_total",
	 "Cycles that failed, by the server that failed, and how.",
	 AT(tallies.failures),
	 PLAIN,
	 {{"server", server_label, 0, TALLY_SERVERS, ERROR_KINDS *NEXT},
	  {"kind", kind_label, ERROR_RETRY, ERROR_KINDS, NEXT}}},
	{"davenport_synced_pictures_total",
	 "What became of pictures on their way to Airtable and from there.",
	 AT(tallies.counts.pictures),
	 PLAIN,
	 {{"outcome", outcome_label, 0, PICTURE_OUTCOMES, NEXT}}},
};
/* clang-format on */

/* ---- numbers ---- */

static void add_number(struct text *text, const struct metric *metric,
		       const struct fleet_view_integration *one, size_t offset, const char *values[2])
{
	const char *names[] = {metric->labels[0].name, metric->labels[1].name};
	int64_t number;

	memcpy(&number, (const char *)&one->figures + offset, sizeof number);
	if (metric->unit == LATENCY && number < 0)
		return;
	if (metric->unit == PLAIN)
		metrics_add(text, metric->name, number, "integration", one->id, names[0], values[0], names[1],
			    values[1], NULL);
	else
		metrics_add_ms(text, metric->name, number, "integration", one->id, names[0], values[0],
			       names[1], values[1], NULL);
}

static void add_labelled(struct text *text, const struct metric *metric,
			 const struct fleet_view_integration *one)
{
	const struct label *outer = &metric->labels[0], *inner = &metric->labels[1];
	const char *values[2] = {NULL, NULL};

	for (int i = outer->first; i == outer->first || i < outer->end; i++) {
		values[0] = outer->name ? outer->value(i) : NULL;
		for (int j = inner->first; j == inner->first || j < inner->end; j++) {
			values[1] = inner->name ? inner->value(j) : NULL;
			add_number(text, metric, one,
				   metric->offset + (size_t)i * outer->step + (size_t)j * inner->step,
				   values);
		}
	}
}

static void add_all(struct text *text, const struct metric *list, size_t count, const char *kind,
		    const struct fleet_view *view)
{
	for (size_t i = 0; i < count; i++) {
		metrics_begin(text, list[i].name, kind, list[i].help);
		for (size_t j = 0; j < view->count; j++)
			add_labelled(text, &list[i], &view->list[j]);
	}
}

/* ---- what is no number of the figures ---- */

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

void metrics_add_integrations(struct text *text, const struct fleet_view *view)
{
	metrics_begin(text, "davenport_search_ok", "gauge", "1: the last search for integrations went well.");
	metrics_add(text, "davenport_search_ok", view->searched, NULL);
	add_names(text, view);
	add_states(text, view);
	add_all(text, gauges, countof(gauges), "gauge", view);
	add_all(text, counters, countof(counters), "counter", view);
}
