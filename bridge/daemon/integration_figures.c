#include "bridge/daemon/integration_figures.h"

#include "airtable/client.h"
#include "base/clock.h"
#include "bridge/report/figures_of_sync.h"
#include "couch/server.h"

#include <stdio.h>

void integration_figures_begin(struct integration *integration)
{
	struct http *http = integration->connection.http;
	scoped(couch_client) server = connection_open_couch(integration->settings, http, NULL);
	struct error ignored = {0};
	char version[32] = "";

	figures_keeper_begin(integration->figures);
	if (couch_server_check(server, version, &ignored))
		snprintf(figures_keeper_figures(integration->figures)->couch_version, sizeof version, "%s",
			 version);
	figures_keeper_publish(integration->figures);
}

/* ---- what there is ---- */

static void take_tallies(struct integration *integration)
{
	struct tallies *tallies = &figures_keeper_figures(integration->figures)->tallies;
	const struct sync *sync = integration->connection.sync;
	struct airtable_rate_counts rate = airtable_client_rate(integration->connection.airtable);

	tallies->counts = sync->counts;
	tallies->rate_waits = rate.waits;
	tallies->rate_waited_ms = rate.waited_ms;
	tallies->rate_refusals = rate.refusals;
	tallies->feed_position =
		tallies_feed_position(sync->couch_cursor ? json_text_of(sync->couch_cursor) : NULL);
}

static void take_calls(struct integration *integration)
{
	int64_t calls[AIRTABLE_PURPOSES];

	for (int purpose = 0; purpose < AIRTABLE_PURPOSES; purpose++)
		calls[purpose] = airtable_client_calls_for(integration->connection.airtable,
							   (enum airtable_purpose)purpose);
	figures_keeper_take_calls(integration->figures, calls);
	take_tallies(integration);
	figures_keeper_figures(integration->figures)->airtable_latency_ms =
		airtable_limiter_usual_ms(integration->base_limiter);
}

/* A change of a row that is not handled yet was made after this. Both times are of Airtable's clock. */
static int64_t rows_lag_ms(const struct integration *integration)
{
	int64_t known_ms = integration->connection.sync->rows_known_ms;
	int64_t lag_ms = airtable_client_now_ms(integration->connection.airtable) - known_ms;

	return known_ms && lag_ms > 0 ? lag_ms : 0;
}

/* All pairs are gone through now and then, and whenever a state may have to be told. */
static void take_sync(struct integration *integration, bool anew)
{
	struct figures *figures = figures_keeper_figures(integration->figures);
	const struct sync *sync = integration->connection.sync;
	int64_t now_ms = clock_steady_ms();

	figures_take_progress(figures, sync, now_ms);
	figures->rows_lag_ms = rows_lag_ms(integration);
	take_calls(integration);
	if (!anew && integration->pairs_counted_ms &&
	    now_ms - integration->pairs_counted_ms < FIGURES_COUNT_MS)
		return;
	integration->pairs_counted_ms = now_ms;
	figures_count_pairs(figures, sync, now_ms);
}

/* ---- what happens ---- */

static void note_step(struct figures *figures, bool in_step, bool wrote, int64_t now_ms)
{
	if (!in_step)
		figures->in_step_since_ms = 0;
	else if (wrote || !figures->in_step_since_ms)
		figures->in_step_since_ms = now_ms;
}

void integration_figures_done(struct integration *integration, const struct cycle_wish *wish, int64_t poll_ms)
{
	struct figures *figures = figures_keeper_figures(integration->figures);
	const struct sync *sync = integration->connection.sync;
	int64_t now_ms = clock_now_ms();
	int64_t to_airtable_ms = figures->to_airtable.at_ms, to_couchdb_ms = figures->to_couchdb.at_ms;

	figures_take_changes(figures, &integration->counted, &sync->counts, now_ms);
	integration->counted = sync->counts;
	bool wrote =
		figures->to_airtable.at_ms != to_airtable_ms || figures->to_couchdb.at_ms != to_couchdb_ms;
	note_step(figures, !sync->unfinished, wrote, now_ms);
	figures->failures = 0;
	figures->poll_ms = poll_ms;
	if (wish->ask_rows || wish->list_rows)
		figures->asked_ms = now_ms;
	take_sync(integration, wrote || figures->state != STATUS_IN_SYNC);
	figures_keeper_set_state(integration->figures, sync->unfinished ? STATUS_CATCHING_UP : STATUS_IN_SYNC,
				 NULL);
	figures_keeper_publish(integration->figures);
}

void integration_figures_failed(struct integration *integration, const struct error *error)
{
	struct figures *figures = figures_keeper_figures(integration->figures);

	figures->failures++;
	figures_keeper_count(integration->figures, SPAN_FAILURES, 1);
	tallies_add_failure(&figures->tallies, error);
	take_sync(integration, false);
	figures_keeper_set_state(integration->figures,
				 error->kind == ERROR_FATAL ? STATUS_ATTENTION : STATUS_RETRYING,
				 error->text);
	figures_keeper_publish(integration->figures);
}

void integration_figures_paused(struct integration *integration, const struct control *control)
{
	take_calls(integration);
	figures_keeper_set_state(integration->figures, STATUS_PAUSED, control->by);
	figures_keeper_publish(integration->figures);
}

void integration_figures_elsewhere(struct integration *integration, const struct error *error)
{
	figures_keeper_set_state(integration->figures, STATUS_ELSEWHERE, error->text);
	figures_keeper_publish(integration->figures);
}

void integration_figures_answer(struct integration *integration, const char *wish_id,
				const struct sync_counts *before, const struct error *error)
{
	struct figures *figures = figures_keeper_figures(integration->figures);
	const struct sync_counts *now = &integration->connection.sync->counts;

	snprintf(figures->answered_id, sizeof figures->answered_id, "%s", wish_id);
	snprintf(figures->answered_error, sizeof figures->answered_error, "%s", error ? error->text : "");
	figures->answered_documents = now->documents_written - before->documents_written;
	figures->answered_created = now->rows_created - before->rows_created;
	figures->answered_updated = now->rows_updated - before->rows_updated;
	figures->answered_deleted = now->rows_deleted - before->rows_deleted;
	figures->answered_conflicts = now->conflicts - before->conflicts;
}

void integration_figures_end(struct integration *integration)
{
	take_calls(integration);
	figures_keeper_end(integration->figures);
}
