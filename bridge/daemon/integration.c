/* The thread of one integration: hear, look, wait, with a pause that grows while something is wrong. */
#include "bridge/daemon/integration.h"

#include "airtable/client.h"
#include "base/clock.h"
#include "bridge/connect/airtable_advice.h"
#include "bridge/connect/connection_lease.h"
#include "bridge/daemon/cycle_message.h"
#include "bridge/daemon/cycle_times.h"
#include "bridge/daemon/failures.h"
#include "bridge/daemon/heartbeat.h"
#include "bridge/daemon/outage.h"
#include "bridge/daemon/scope_report.h"
#include "bridge/daemon/sent_pictures.h"
#include "bridge/lease/lease.h"
#include "bridge/memory/integration_settings.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum integration_limits {
	CYCLE_TRIES = 6,             /* of a cycle on demand */
	PAUSE_FIRST_MS = 1000,       /* after a failure; doubling, with jitter, */
	PAUSE_CAP_MS = 60000,        /* up to this */
	PAUSE_FATAL_FIRST_MS = 8000, /* what needs a person; doubling up to the same */
};

struct integration {
	const struct bridge_settings *settings;
	struct integration_config config;
	struct airtable_limiter *base_limiter;
	struct connection connection;
	struct picture_signing *signing; /* owned; NULL: pictures are not sent */
	struct outage *outage;           /* borrowed, or NULL */
	bool has_thread;
	bool goes_on; /* in a thread, else one cycle */
	bool keeps;   /* it held its lease once */
	pthread_t thread;
	atomic_bool over;
	struct log log;
};

const struct integration_config *integration_config(const struct integration *integration)
{
	return &integration->config;
}

struct integration *integration_open(const struct bridge_settings *settings,
				     struct integration_config *config,
				     struct airtable_limiter *token_limiter, const char *command)
{
	struct integration *integration = own_alloc(sizeof *integration);

	integration->settings = settings;
	integration->config = *config;
	*config = (struct integration_config){0};
	integration->base_limiter = airtable_limiter_open(AIRTABLE_BASE_PER_SECOND);
	airtable_limiter_assume_used(integration->base_limiter);
	integration->log = log_context(NULL, "%s", integration->config.name);
	connection_init(&integration->connection, settings, &integration->config, integration->base_limiter,
			token_limiter);
	struct sync_setup setup =
		connection_setup(&integration->connection, &integration->config, &integration->log);
	integration->signing =
		sent_pictures_begin(settings, &integration->config, &integration->connection, &setup);
	connection_begin(&integration->connection, &setup);
	connection_lease(&integration->connection, &integration->config, command, &integration->log);
	return integration;
}

void integration_close(struct integration **integration)
{
	if (!*integration)
		return;
	struct integration *gone = take(*integration);
	integration_stop(gone);
	if (gone->has_thread)
		pthread_join(gone->thread, NULL);
	connection_done(&gone->connection);
	picture_signing_close(&gone->signing);
	airtable_limiter_close(&gone->base_limiter);
	integration_config_done(&gone->config);
	free(gone);
}

void integration_stop(struct integration *integration)
{
	http_stop(integration->connection.http, INTEGRATION_STOP_MS);
}

bool integration_is_over(struct integration *integration)
{
	return atomic_load(&integration->over);
}

/* ---- cycles ---- */

static void warn_of_finding(void *context, enum finding_kind kind, const char *words)
{
	const struct integration *integration = context;

	if (kind == FINDING_PROBLEM)
		log_warn(&integration->log, "%s", words);
}

/* Once, as it begins. What cannot be read is told by the cycle. */
static void tell_scope(struct integration *integration)
{
	struct error ignored = {0};

	(void)!scope_report(integration->connection.source, &integration->config, warn_of_finding,
			    integration, &ignored);
}

/* The lease first: nothing is done without it. */
static bool cycle(struct integration *integration, const struct cycle_wish *wish, struct error *error)
{
	if (!bridge_settings_token(integration->settings, integration->config.base_id))
		return error_set(error, ERROR_FATAL,
				 "no token for base %s: set AIRTABLE_TOKEN or AIRTABLE_TOKEN_%s",
				 integration->config.base_id, integration->config.base_id);
	if (!connection_claim(&integration->connection, &integration->log, error))
		return false;
	if (!integration->keeps)
		tell_scope(integration);
	if (integration->goes_on && !integration->keeps)
		log_info(&integration->log, "keeps database %s and base %s in step",
			 integration->config.database, integration->config.base_id);
	integration->keeps = true;
	if (cycle_run(integration->connection.sync, wish, error)) {
		sent_pictures_tell_none(integration->connection.sync);
		return true;
	}
	airtable_advise(integration->settings, integration->config.base_id, NULL, error);
	return false;
}

static void fill_report(const struct integration *integration, struct integration_report *report)
{
	const struct pairs *pairs = &integration->connection.sync->pairs;

	*report = (struct integration_report){
		.counts = integration->connection.sync->counts,
		.airtable_calls = airtable_client_calls(integration->connection.airtable),
	};
	for (size_t i = 0; i < pairs->count; i++) {
		report->pairs += pairs->list[i]->state == ENTRY_PAIR;
		report->problems += pairs->list[i]->has_problem && !pairs->list[i]->only_reported;
		report->waiting += pair_due_ms(pairs->list[i], DUE_AGAIN) != 0 || pairs->list[i]->waits;
	}
}

/* Time passes, and the lease is renewed. */
static void rest(struct integration *integration, int64_t wait_ms)
{
	int64_t until_ms = clock_steady_ms() + wait_ms;

	while (!http_stopped(integration->connection.http) && clock_steady_ms() < until_ms)
		http_run(integration->connection.http, until_ms - clock_steady_ms());
}

static int64_t at_least_until_it_begins(const struct integration *integration, int64_t pause_ms)
{
	int64_t left_ms = cycle_begins_in_ms(integration->connection.sync);

	return pause_ms > left_ms ? pause_ms : left_ms;
}

static bool is_held_by_other(const struct integration *integration, const struct error *error)
{
	return error->kind == ERROR_CONFLICT && !lease_is_held(integration->connection.lease);
}

static bool cycle_on_demand(struct integration *integration, const struct cycle_wish *wish,
			    struct error *error)
{
	while (!cycle(integration, wish, error)) {
		if (!is_held_by_other(integration, error))
			return false;
		if (lease_holder_lives(integration->connection.lease)) {
			scoped_text words = own_copy(error->text);
			return error_set(error, ERROR_FATAL,
					 "%s: nothing is left to do here, or end that process first", words);
		}
		rest(integration, LEASE_LOOK_MS);
	}
	return true;
}

/* With the reason where it is another than before. */
static void report_try(struct integration *integration, int try, int64_t pause_ms, const struct error *error,
		       struct error *reported)
{
	long long seconds = (pause_ms + 999) / 1000;

	bool same = reported->kind == error->kind && reported->status == error->status &&
		    strcmp(reported->code, error->code) == 0;

	if (same)
		log_info(&integration->log, "retrying in %lld s, for the same reason (try %d of %d)", seconds,
			 try + 2, CYCLE_TRIES);
	else
		log_warn(&integration->log, "retrying in %lld s: %s", seconds, error->text);
	*reported = *error;
}

bool integration_cycle(struct integration *integration, const struct cycle_wish *wish,
		       struct integration_report *report_out, struct error *error)
{
	struct error reported = {0};
	bool ok = false;

	for (int try = 0; try < CYCLE_TRIES; try++) {
		ok = cycle_on_demand(integration, wish, error);
		if (ok || error->kind == ERROR_FATAL || error->kind == ERROR_STOPPED ||
		    try + 1 == CYCLE_TRIES)
			break;
		int64_t pause_ms = at_least_until_it_begins(
			integration, random_backoff_ms(try, PAUSE_FIRST_MS, PAUSE_CAP_MS));
		report_try(integration, try, pause_ms, error, &reported);
		rest(integration, pause_ms);
	}
	if (!ok && lease_is_lost(integration->connection.lease))
		error_set(error, ERROR_FATAL, "another process has taken over meanwhile");
	lease_give_back(integration->connection.lease);
	fill_report(integration, report_out);
	return ok || error_wrap(error, "integration '%s'", integration->config.name);
}

/* ---- the thread ---- */

struct turn {
	struct turns turns;
	struct failures failures;
	bool failed;  /* the last cycle did */
	int backoffs; /* of those since the last cycle that went well, after which the pause grows */
	struct heartbeat heartbeat;
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
	int64_t pause_ms = at_least_until_it_begins(integration, pause_ms_after(turn, error));

	turn->failed = true;
	report_failure(integration, turn, error, pause_ms);
	rest(integration, pause_ms);
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

static void log_done(struct integration *integration, struct sync_counts *before, struct turn *turn)
{
	const struct sync_counts *now = &integration->connection.sync->counts;

	outage_ends(integration->outage);
	int recovered = failures_end(&turn->failures);
	if (recovered)
		log_info(&integration->log, "recovered after %d failure%s", recovered,
			 recovered == 1 ? "" : "s");
	turn->backoffs = 0;
	turn->failed = false;
	bool wrote = cycle_wrote(before, now), unfinished = integration->connection.sync->unfinished;
	heartbeat_note(&turn->heartbeat, !unfinished, wrote, clock_now_ms());
	if (unfinished)
		return;
	if (wrote)
		log_work(integration, before, now);
	integration->connection.sync->untold = false;
	*before = *now;
}

static void log_heartbeat(struct integration *integration, struct turn *turn)
{
	struct integration_report report;

	if (!heartbeat_is_due(&turn->heartbeat, log_lines(), clock_steady_ms()))
		return;
	fill_report(integration, &report);
	scoped_text words = heartbeat_message(&turn->heartbeat, &report);
	log_info(&integration->log, "%s", words);
}

/* What was wrong may have been put right in the integration's document, which is read before each retry: a changed one ends this
 * thread, and a new one begins with it. */
static bool retry(struct integration *integration, const struct turn *turn, const struct cycle_wish *wish,
		  struct error *error)
{
	struct sync *sync = integration->connection.sync;
	bool same = true;

	if (turn->failed && !sync_check_settings(sync, &same, error))
		return false;
	if (!same)
		return error_set(error, ERROR_STOPPED, "the integration's document has changed");
	return cycle(integration, wish, error);
}

static bool is_to_end(const struct integration *integration)
{
	return http_stopped(integration->connection.http) || integration->connection.sync->settings_changed;
}

static void *run(void *context)
{
	struct integration *integration = context;
	struct sync_counts counts = {0};
	struct turn turn = {.backoffs = 0};

	turns_begin(&turn.turns, 1000 * (int64_t)integration->settings->airtable_poll_s, clock_steady_ms());
	heartbeat_begin(&turn.heartbeat, log_lines(), clock_steady_ms());
	while (!is_to_end(integration)) {
		struct error error = {0};
		struct cycle_wish wish = turns_next(
			&turn.turns, cycle_next_due_ms(integration->connection.sync), clock_steady_ms());
		if (retry(integration, &turn, &wish, &error)) {
			turns_note(&turn.turns, integration->connection.sync, &wish, clock_steady_ms(),
				   clock_now_ms());
			log_done(integration, &counts, &turn);
			log_heartbeat(integration, &turn);
		} else if (is_held_by_other(integration, &error)) {
			rest(integration, LEASE_LOOK_MS);
		} else if (!is_to_end(integration)) {
			pause_after(integration, &turn, &error);
		}
	}
	lease_give_back(integration->connection.lease);
	failures_done(&turn.failures);
	if (integration->connection.sync->settings_changed)
		log_info(&integration->log, "its document has changed: it begins anew");
	atomic_store(&integration->over, true);
	return NULL;
}

void integration_start(struct integration *integration, struct outage *outage)
{
	integration->outage = outage;
	integration->goes_on = true;
	integration->has_thread = pthread_create(&integration->thread, NULL, run, integration) == 0;
	if (!integration->has_thread) {
		log_error(&integration->log, "no thread can be started: retrying");
		atomic_store(&integration->over, true);
	}
}
