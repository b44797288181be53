#include "bridge/connection.h"

#include "airtable/client.h"
#include "bridge/airtable_side.h"
#include "bridge/couch_side.h"
#include "couch/client.h"

static struct couch_address address_of(const struct bridge_settings *settings, const char *database)
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
	struct couch_address address = address_of(settings, database);

	return couch_client_open(http, &address);
}

void connection_init(struct connection *connection, const struct bridge_settings *settings,
		     const struct integration_config *config, struct airtable_limiter *base_limiter,
		     struct airtable_limiter *token_limiter)
{
	scoped_text state_database = own_format("%s" STATE_SUFFIX, config->database);
	struct couch_address state = address_of(settings, state_database);
	struct airtable_address base = {
		.endpoint = settings->airtable_endpoint_url,
		.token = bridge_settings_token(settings, config->base_id),
		.base_id = config->base_id,
	};

	state.farewell = true; /* what became of the rows that were sent is noted before we go */
	*connection = (struct connection){.http = http_open(CONNECTION_AGENT)};
	connection->source = connection_open_couch(settings, connection->http, config->database);
	connection->state = couch_client_open(connection->http, &state);
	connection->airtable = airtable_client_open(connection->http, &base, base_limiter, token_limiter);
	connection->couch_side = couch_side_open(connection->source, connection->state, config->id);
	connection->airtable_side = airtable_side_open(connection->airtable);
}

struct sync_setup connection_setup(const struct connection *connection,
				   const struct integration_config *config, const struct log *log)
{
	return (struct sync_setup){
		.config = config,
		.couch = couch_side_as_side(connection->couch_side),
		.rows = airtable_side_as_side(connection->airtable_side),
		.store = couch_side_as_store(connection->couch_side),
		.request_deadline_ms = AIRTABLE_DEADLINE_MS,
		.log = log,
	};
}

void connection_begin(struct connection *connection, const struct sync_setup *setup)
{
	connection->sync = sync_open(setup);
	airtable_side_set_columns(connection->airtable_side, connection->sync->columns);
}

void connection_done(struct connection *connection)
{
	sync_close(&connection->sync);
	couch_side_close(&connection->couch_side);
	airtable_side_close(&connection->airtable_side);
	airtable_client_close(&connection->airtable);
	couch_client_close(&connection->source);
	couch_client_close(&connection->state);
	http_close(&connection->http);
}
