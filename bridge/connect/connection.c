#include "bridge/connect/connection.h"

#include "airtable/attachments.h"
#include "airtable/client.h"
#include "bridge/connect/couch_store.h"
#include "bridge/endpoints/airtable_endpoint.h"
#include "bridge/lease/lease.h"

struct couch_address connection_couch_address(const struct bridge_settings *settings, const char *database)
{
	return (struct couch_address){
		.url = settings->couchdb_url,
		.user = settings->couchdb_user,
		.password = settings->couchdb_password,
		.database = database,
	};
}

struct couch_client *connection_open_couch(const struct bridge_settings *settings, struct http *http,
					   const char *database)
{
	struct couch_address address = connection_couch_address(settings, database);

	return couch_client_open(http, &address);
}

static bool may_leave(void *context, int total_ms)
{
	const struct connection *connection = context;

	return !connection->lease || lease_may_leave(connection->lease, total_ms);
}

void connection_init(struct connection *connection, const struct bridge_settings *settings,
		     const struct integration_config *config, struct airtable_limiter *base_limiter,
		     struct airtable_limiter *token_limiter)
{
	scoped_text state_database = own_format("%s" STATE_SUFFIX, config->database);
	struct couch_address source = connection_couch_address(settings, config->database);
	struct couch_address state = connection_couch_address(settings, state_database), keeper = state;
	struct airtable_address base = {
		.endpoint = settings->airtable_endpoint_url,
		.token = bridge_settings_token(settings, config->base_id),
		.base_id = config->base_id,
		.permit = &connection->permit,
	};

	*connection = (struct connection){
		.http = http_open(CONNECTION_AGENT),
		.permit = {may_leave, connection, 0},
	};
	source.permit = state.permit = &connection->permit;
	state.allowed_after_stop = true; /* what became of the rows that were sent is noted before we go */
	keeper.allowed_after_stop = true;
	keeper.once = true;
	keeper.total_ms = LEASE_ASK_MS;
	connection->source = couch_client_open(connection->http, &source);
	connection->state = couch_client_open(connection->http, &state);
	connection->keeper = couch_client_open(connection->http, &keeper);
	connection->airtable = airtable_client_open(connection->http, &base, base_limiter, token_limiter);
	connection->couch_endpoint = couch_endpoint_open(connection->source, connection->state, config->id);
	connection->airtable_endpoint = airtable_endpoint_open(connection->airtable);
}

struct sync_setup connection_setup(const struct connection *connection,
				   const struct integration_config *config, const struct log *log)
{
	return (struct sync_setup){
		.config = config,
		.couch = couch_endpoint_interface(connection->couch_endpoint),
		.rows = airtable_endpoint_interface(connection->airtable_endpoint),
		.store = couch_endpoint_store(connection->couch_endpoint),
		.request_deadline_ms = AIRTABLE_DEADLINE_MS,
		.upload_deadline_ms = AIRTABLE_UPLOAD_DEADLINE_MS,
		.log = log,
	};
}

void connection_begin(struct connection *connection, const struct sync_setup *setup)
{
	connection->sync = sync_open(setup);
	airtable_endpoint_set_columns(connection->airtable_endpoint, connection->sync->columns);
}

void connection_done(struct connection *connection)
{
	sync_close(&connection->sync);
	couch_endpoint_close(&connection->couch_endpoint);
	airtable_endpoint_close(&connection->airtable_endpoint);
	airtable_client_close(&connection->airtable);
	couch_client_close(&connection->source);
	couch_client_close(&connection->state);
	couch_client_close(&connection->keeper);
	lease_close(&connection->lease);
	http_close(&connection->http);
}
