/* The thread of one integration: hear, look, wait, with a pause that grows while something is wrong. */
#include "bridge/daemon/integration_loop.h"

#include "base/clock.h"
#include "bridge/daemon/cycle_message.h"
#include "bridge/daemon/cycle_times.h"
#include "bridge/daemon/failures.h"
#include "bridge/daemon/heartbeat.h"
#include "bridge/daemon/integration_figures.h"
#include "bridge/daemon/notifier.h"
#include "bridge/daemon/outage.h"
#include "bridge/daemon/reminders.h"
#include "bridge/lease/lease.h"
#include "bridge/memory/integration_settings.h"
#include "bridge/report/control_store.h"

#include <string.h>

enum loop_limits {
	PAUSE_FIRST_MS = 1000,       /* after a failure; doubling, with jitter, */
	PAUSE_CAP_MS = 60000,        /* up to this */
	PAUSE_FATAL_FIRST_MS = 8000, /* what needs a person; doubling up to the same */
	CONTROL_MS = 2000,           /* between two looks at what people ask (control.h) */
};

struct turn {
	struct turns turns;
	struct failures failures;
	bool failed;  /* the last cycle did */
	int backoffs; /* of those since the last cycle that went well, after which the pause grows */
	struct heartbeat heartbeat;
	struct notifier notifier;
	struct sync_counts counts; /* that the log has told */
	struct control control;    /* as it was read last, */
	int64_t control_ms;        /* at this steady time; 0: never */
	int64_t paused_told_ms;    /* steady; when the log said last that it is paused; 0: it is not */
};

static int64_t pause_ms_after(struct turn *turn, const struct error *error)
{
	if (error->kind == ERROR_FATAL)
		return random_pause_ms(turn->backoffs++, PAUSE_FATAL_FIRST_MS, PAUSE_CAP_MS);
	if (error->unreached)
		return random_backoff_ms(turn->backoffs, PAUSE_FIRST_MS, OUTAGE_RETRY_MS);
	return random_pause_ms(turn->backoffs++, PAUSE_FIRST_MS, PAUSE_CAP_MS);
}

/* An outage of CouchDB is told once for all integrations; of other failures failures.h tells which. */
static void report_failure(struct integration *integration, struct turn *turn, const struct error *error,
			   int64_t pause_ms)
{
	long long seconds = (pause_ms + 999) / 1000;
	bool is_outage = outage_is(integration->outage, error);
	unsigned untold = 0;
	struct text more = {0};

	bool told = !is_outage && failures_add(&turn->failures, error->text, clock_steady_ms(), &untold);
	repeats_add_count(&more, untold);
	if (!told)
		log_debug(&integration->log, "retrying in %lld s: %s", seconds, error->text);
	else if (error->kind == ERROR_FATAL)
		log_error(&integration->log, "needs attention, retrying in %lld s: %s%s", seconds,
			  error->text, text_or_empty(&more));
	else
		log_warn(&integration->log, "retrying in %lld s: %s%s", seconds, error->text,
			 text_or_empty(&more));
	text_done(&more);
}

static void pause_after(struct integration *integration, struct turn *turn, const struct error *error)
{
	int64_t pause_ms = integration_pause_ms(integration, pause_ms_after(turn, error));

	turn->failed = true;
	report_failure(integration, turn, error, pause_ms);
	integration_figures_failed(integration, error);
	if (error->kind == ERROR_FATAL)
		notifier_note(&turn->notifier, error->text);
	integration_rest(integration, pause_ms);
}

/* What was not told record by record is told in counts. */
static void log_work(struct integration *integration, const struct sync_counts *before,
		     const struct sync_counts *now)
{
	struct text text = {0};

	cycle_message_add(&text, before, now);
	if (integration->connection.sync->untold)
		log_info(&integration->log, "%s", text_or_empty(&text));
	else
		log_debug(&integration->log, "%s", text_or_empty(&text));
	text_done(&text);
}

static void log_done(struct integration *integration, struct turn *turn)
{
	const struct sync_counts *before = &turn->counts, *now = &integration->connection.sync->counts;

	outage_ends(integration->outage);
	int recovered = failures_end(&turn->failures);
	if (recovered)
		log_info(&integration->log, "recovered after %d failure%s", recovered,
			 recovered == 1 ? "" : "s");
	notifier_note(&turn->notifier, NULL);
	turn->backoffs = 0;
	turn->failed = false;
	bool wrote = cycle_wrote(before, now), unfinished = integration->connection.sync->unfinished;
	heartbeat_note(&turn->heartbeat, !unfinished, wrote, clock_now_ms());
	if (unfinished)
		return;
	if (wrote)
		log_work(integration, before, now);
	integration->connection.sync->untold = false;
	turn->counts = *now;
}

static void log_heartbeat(struct integration *integration, struct turn *turn)
{
	struct integration_report report;

	if (!heartbeat_is_due(&turn->heartbeat, log_lines(), clock_steady_ms()))
		return;
	integration_fill_report(integration, &report);
	scoped_text words = heartbeat_message(&turn->heartbeat, &report);
	log_info(&integration->log, "%s", words);
}

/* ---- what people ask ---- */

/* What cannot be read now is as it was. */
static void follow_control(struct integration *integration, struct turn *turn)
{
	int64_t now_ms = clock_steady_ms(), took_ms = -1;
	struct error error = {0};

	if (turn->control_ms && now_ms - turn->control_ms < CONTROL_MS)
		return;
	turn->control_ms = now_ms;
	if (control_fetch(integration->connection.state, integration->config.id, &turn->control, &took_ms,
			  &error))
		figures_keeper_figures(integration->figures)->couch_latency_ms = took_ms;
	else
		log_debug(&integration->log, "%s", error.text);
}

/* Nothing is heard and nothing is written; what changes meanwhile is taken up afterwards, whatever else has changed. */
static void stay_paused(struct integration *integration, struct turn *turn)
{
	int64_t now_ms = clock_steady_ms();
	char since[CLOCK_ISO_SIZE] = "";

	if (!turn->paused_told_ms || now_ms - turn->paused_told_ms >= REMINDERS_AGAIN_MS) {
		(void)clock_iso(turn->control.changed_ms, since);
		log_warn(&integration->log,
			 "paused since %s by %s: edits of both sides wait until 'davenport resume'", since,
			 turn->control.by);
		turn->paused_told_ms = now_ms;
	}
	integration_figures_paused(integration, &turn->control);
	integration_rest(integration, CONTROL_MS);
}

/* Whether a pause has just ended. The integration's document is read again then, as after a failure. */
static bool has_resumed(struct integration *integration, struct turn *turn)
{
	if (!turn->paused_told_ms)
		return false;
	log_info(&integration->log, "resumed by %s", turn->control.by);
	turn->paused_told_ms = 0;
	turn->failed = true;
	return true;
}

static bool has_wish(const struct integration *integration, const struct turn *turn)
{
	const struct figures *figures = figures_keeper_figures(integration->figures);

	return turn->control.wish_id[0] && strcmp(turn->control.wish_id, figures->answered_id) != 0;
}

static void add_wish(const struct control *control, struct cycle_wish *wish)
{
	*wish = (struct cycle_wish){
		.ask_rows = true,
		.list_rows = control->full || control->remove_twins,
		.remove_twins = control->remove_twins,
		.held_wins = strcmp(control->held, "documents") == 0 ? ORDER_COUCH_NEWER
			     : strcmp(control->held, "rows") == 0    ? ORDER_AIRTABLE_NEWER
								     : ORDER_UNKNOWN,
	};
}

/* ---- turns ---- */

/* What was wrong may have been put right in the integration's document, which is read before each retry: a changed one ends this
 * thread, and a new one begins with it. */
static bool read_document_again(struct integration *integration, const struct turn *turn, struct error *error)
{
	struct sync *sync = integration->connection.sync;
	bool same = true;

	if (turn->failed && !sync_check_settings(sync, &same, error))
		return false;
	return same || error_set(error, ERROR_STOPPED, "the integration's document has changed");
}

/* A cycle, of a person's wish if there is one. */
static bool turn_cycle(struct integration *integration, struct turn *turn, struct error *error)
{
	struct sync *sync = integration->connection.sync;
	struct cycle_wish wish = turns_next(&turn->turns, cycle_next_due_ms(sync), clock_steady_ms());
	bool wished = has_wish(integration, turn);
	struct sync_counts before = sync->counts;

	if (wished)
		add_wish(&turn->control, &wish);
	bool ok = integration_run_cycle(integration, &wish, error);
	if (wished && (ok || error->kind == ERROR_FATAL))
		integration_figures_answer(integration, turn->control.wish_id, &before, ok ? NULL : error);
	if (!ok)
		return false;
	turns_note(&turn->turns, sync, &wish, clock_steady_ms(), clock_now_ms());
	integration_figures_done(integration, &wish, turn->turns.polls.interval_ms);
	return true;
}

static bool take_turn(struct integration *integration, struct turn *turn, struct error *error)
{
	if (!read_document_again(integration, turn, error) || !integration_claim(integration, error))
		return false;
	follow_control(integration, turn);
	if (turn->control.paused) {
		stay_paused(integration, turn);
		return true;
	}
	if (has_resumed(integration, turn))
		return true;
	if (!turn_cycle(integration, turn, error))
		return false;
	log_done(integration, turn);
	log_heartbeat(integration, turn);
	return true;
}

static bool is_to_end(const struct integration *integration)
{
	return http_stopped(integration->connection.http) || integration->connection.sync->settings_changed;
}

static void end(struct integration *integration, struct turn *turn)
{
	integration_figures_end(integration);
	lease_give_back(integration->connection.lease);
	failures_done(&turn->failures);
	notifier_done(&turn->notifier);
	if (integration->connection.sync->settings_changed)
		log_info(&integration->log, "its document has changed: it begins anew");
	atomic_store(&integration->over, true);
}

void *integration_loop(void *context)
{
	struct integration *integration = context;
	struct turn turn = {.backoffs = 0};

	turns_begin(&turn.turns, 1000 * (int64_t)integration->settings->airtable_poll_s, clock_steady_ms());
	heartbeat_begin(&turn.heartbeat, log_lines(), clock_steady_ms());
	notifier_begin(&turn.notifier, integration->connection.http, integration->settings,
		       &integration->config, integration->notices, &integration->log);
	while (!is_to_end(integration)) {
		struct error error = {0};
		if (take_turn(integration, &turn, &error))
			continue;
		if (integration_is_held_by_other(integration, &error)) {
			integration_figures_elsewhere(integration, &error);
			integration_rest(integration, LEASE_LOOK_MS);
		} else if (!is_to_end(integration)) {
			pause_after(integration, &turn, &error);
		}
	}
	end(integration, &turn);
	return NULL;
}
