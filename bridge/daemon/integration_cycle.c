#include "bridge/daemon/integration_cycle.h"

#include "airtable/client.h"
#include "base/clock.h"
#include "bridge/connect/airtable_advice.h"
#include "bridge/connect/connection_lease.h"
#include "bridge/daemon/integration_figures.h"
#include "bridge/daemon/scope_report.h"
#include "bridge/lease/lease.h"

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

static bool has_token(const struct integration *integration, struct error *error)
{
	const char *base_id = integration->config.base_id;

	return bridge_settings_token(integration->settings, base_id) ||
	       error_set(error, ERROR_FATAL, "no token for base %s: set AIRTABLE_TOKEN or AIRTABLE_TOKEN_%s",
			 base_id, base_id);
}

static void begin_keeping(struct integration *integration)
{
	struct error ignored = {0};

	integration->keeps = true;
	tell_scope(integration);
	if (integration->goes_on && has_token(integration, &ignored))
		log_info(&integration->log, "keeps database %s and base %s in step",
			 integration->config.database, integration->config.base_id);
	integration_figures_begin(integration);
}

/* A process that goes on takes the lease also without a token: so the state database says what it lacks. */
bool integration_claim(struct integration *integration, struct error *error)
{
	if (!integration->goes_on && !has_token(integration, error))
		return false;
	if (!connection_claim(&integration->connection, &integration->log, error))
		return false;
	if (!integration->keeps)
		begin_keeping(integration);
	return has_token(integration, error);
}

bool integration_run_cycle(struct integration *integration, const struct cycle_wish *wish,
			   struct error *error)
{
	if (cycle_run(integration->connection.sync, wish, error))
		return true;
	airtable_advise(integration->settings, integration->config.base_id, NULL, error);
	return false;
}

bool integration_is_held_by_other(const struct integration *integration, const struct error *error)
{
	return error->kind == ERROR_CONFLICT && !lease_is_held(integration->connection.lease);
}

void integration_rest(struct integration *integration, int64_t wait_ms)
{
	int64_t until_ms = clock_steady_ms() + wait_ms;

	while (!http_stopped(integration->connection.http) && clock_steady_ms() < until_ms)
		http_run(integration->connection.http, until_ms - clock_steady_ms());
}

int64_t integration_pause_ms(const struct integration *integration, int64_t pause_ms)
{
	int64_t left_ms = cycle_begins_in_ms(integration->connection.sync);

	return pause_ms > left_ms ? pause_ms : left_ms;
}

void integration_fill_report(const struct integration *integration, struct integration_report *report)
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
