/* A connection of a database and a base: the clients of both servers, their endpoints, and the sync between them. */
#pragma once
#include "base/http.h"
#include "bridge/memory/memory.h"
#include "bridge/settings.h"
#include "couch/client.h"

#define CONNECTION_AGENT "davenport/1"
#define STATE_SUFFIX     "-davenport" /* behind a database's name: the one that has its state */

struct lease;
struct airtable_client;
struct airtable_limiter;

struct connection {
	struct http *http;
	struct couch_client *source, *state;
	struct couch_client *
		keeper; /* of the state database, for what is done without a lease: making it, and the lease */
	struct lease *lease;       /* NULL: there is none, and none is asked for */
	struct http_permit permit; /* of what writes: as the lease says */
	bool state_ready;          /* the state database is there */
	struct airtable_client *airtable;
	struct couch_endpoint *couch_endpoint;
	struct airtable_endpoint *airtable_endpoint;
	struct sync *sync; /* NULL until it is begun */
};

/* The arguments are borrowed until connection_done(). The connection must not be moved in memory. The token's limiter may be
 * NULL. */
void connection_init(struct connection *connection, const struct bridge_settings *settings,
		     const struct integration_config *config, struct airtable_limiter *base_limiter,
		     struct airtable_limiter *token_limiter);
/* What the sync is to be made of, and the sync. */
struct sync_setup connection_setup(const struct connection *connection,
				   const struct integration_config *config, const struct log *log);
void connection_begin(struct connection *connection, const struct sync_setup *setup);
void connection_done(struct connection *connection);

/* Where a database is, and who we are there; NULL: the server. All of it is borrowed. */
struct couch_address connection_couch_address(const struct bridge_settings *settings, const char *database);
/* A client for one database, or for the server (NULL). 'http' and the settings are borrowed until its close. */
struct couch_client *connection_open_couch(const struct bridge_settings *settings, struct http *http,
					   const char *database);
