/* Opens, starts and ends an integration, and runs one cycle of it on demand. */
#include "bridge/daemon/integration.h"

#include "base/clock.h"
#include "bridge/connect/connection_lease.h"
#include "bridge/daemon/attached_pictures.h"
#include "bridge/daemon/integration_cycle.h"
#include "bridge/daemon/integration_figures.h"
#include "bridge/daemon/integration_loop.h"
#include "bridge/daemon/sent_pictures.h"
#include "bridge/lease/lease.h"
#include "bridge/report/control_store.h"
#include "bridge/report/figures_store.h"

#include <stdlib.h>
#include <string.h>

enum integration_limits {
	CYCLE_TRIES = 6,       /* of a cycle on demand */
	PAUSE_FIRST_MS = 1000, /* after a failure; doubling, with jitter, */
	PAUSE_CAP_MS = 60000,  /* up to this */
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
	integration->imports = attached_pictures_begin(settings, &integration->connection, &setup);
	connection_begin(&integration->connection, &setup);
	connection_lease(&integration->connection, &integration->config, command, &integration->log);
	integration->figures =
		figures_keeper_open(figures_store(integration->connection.state), integration->config.id,
				    integration->config.base_id, &integration->log);
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
	figures_keeper_close(&gone->figures);
	picture_imports_close(&gone->imports);
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

void integration_copy_figures(struct integration *integration, struct figures *figures_out)
{
	figures_keeper_copy(integration->figures, figures_out);
}

bool integration_is_over(struct integration *integration)
{
	return atomic_load(&integration->over);
}

/* ---- on demand ---- */

/* A person said so, and it holds for this process as well. */
static bool refuse_while_paused(struct integration *integration, struct error *error)
{
	struct control control = {0};
	char since[CLOCK_ISO_SIZE] = "";

	if (!control_fetch(integration->connection.state, integration->config.id, &control, NULL, error))
		return false;
	if (!control.paused)
		return true;
	(void)clock_iso(control.changed_ms, since);
	return error_set(error, ERROR_FATAL, "paused since %s by %s: 'davenport resume' ends that", since,
			 control.by);
}

static bool try_cycle(struct integration *integration, const struct cycle_wish *wish, struct error *error)
{
	return integration_claim(integration, error) && refuse_while_paused(integration, error) &&
	       integration_run_cycle(integration, wish, error);
}

static bool cycle_on_demand(struct integration *integration, const struct cycle_wish *wish,
			    struct error *error)
{
	while (!try_cycle(integration, wish, error)) {
		if (!integration_is_held_by_other(integration, error))
			return false;
		if (lease_holder_lives(integration->connection.lease)) {
			scoped_text words = own_copy(error->text);
			return error_set(error, ERROR_FATAL,
					 "%s: nothing is left to do here, or end that process first", words);
		}
		integration_rest(integration, LEASE_LOOK_MS);
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
		while (ok && attached_pictures_await(integration->imports, integration->connection.http))
			ok = cycle_on_demand(integration, &(struct cycle_wish){.wait_ms = 0}, error);
		if (ok || error->kind == ERROR_FATAL || error->kind == ERROR_STOPPED ||
		    try + 1 == CYCLE_TRIES)
			break;
		int64_t pause_ms = integration_pause_ms(integration,
							random_backoff_ms(try, PAUSE_FIRST_MS, PAUSE_CAP_MS));
		report_try(integration, try, pause_ms, error, &reported);
		integration_rest(integration, pause_ms);
	}
	if (!ok && lease_is_lost(integration->connection.lease))
		error_set(error, ERROR_FATAL, "another process has taken over meanwhile");
	if (ok)
		integration_figures_done(integration, wish, 0);
	else
		integration_figures_failed(integration, error);
	integration_figures_end(integration);
	lease_give_back(integration->connection.lease);
	integration_fill_report(integration, report_out);
	return ok || error_wrap(error, "integration '%s'", integration->config.name);
}

void integration_start(struct integration *integration, struct outage *outage, struct notices *notices)
{
	integration->outage = outage;
	integration->notices = notices;
	integration->goes_on = true;
	integration->has_thread =
		pthread_create(&integration->thread, NULL, integration_loop, integration) == 0;
	if (!integration->has_thread) {
		log_error(&integration->log, "no thread can be started: retrying");
		atomic_store(&integration->over, true);
	}
}
