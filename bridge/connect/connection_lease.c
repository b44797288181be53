#include "bridge/connect/connection_lease.h"

#include "bridge/connect/state_database.h"
#include "bridge/lease/couch_lease.h"
#include "bridge/lease/lease_document.h"
#include "bridge/memory/integration_settings.h"

/* What was read before it was lost is stale, and so is what is under way: whoever took it has read it since. */
static int64_t tick(void *context)
{
	struct connection *connection = context;

	if (http_stopped(connection->http))
		return LEASE_RENEW_MS;
	int64_t wait_ms = lease_tick(connection->lease);
	if (lease_is_lost(connection->lease))
		http_stop(connection->http, 0);
	return wait_ms;
}

void connection_lease(struct connection *connection, const struct integration_config *config,
		      const char *command, const struct log *log)
{
	struct lease_setup setup = {
		.store = couch_lease_store(connection->keeper),
		.integration_id = config->id,
		.command = command,
		.log = log,
	};

	connection->lease = lease_open(&setup);
	connection->permit.total_ms = LEASE_WRITE_MS;
	http_set_tick(connection->http, tick, connection);
}

/* Whoever had it before may have heard that the integration's document has changed; the feed tells it only once. */
static bool check_settings(struct connection *connection, struct error *error)
{
	bool same = true;

	if (connection->sync->started)
		return true;
	if (!sync_check_settings(connection->sync, &same, error))
		return false;
	return same ||
	       error_set(error, ERROR_RETRY, "the integration's document has changed: it begins anew");
}

bool connection_claim(struct connection *connection, const struct log *log, struct error *error)
{
	if (!connection->state_ready && !state_database_ensure(connection->keeper, log, error))
		return false;
	connection->state_ready = true;
	if (!lease_claim(connection->lease, error)) {
		connection->state_ready = connection->state_ready && error->kind != ERROR_LOST;
		return false;
	}
	return check_settings(connection, error);
}
