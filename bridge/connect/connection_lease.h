/* The lease of a connection: claimed before anything is written, renewed in the loop that sends, asked before each write
 * leaves. */
#pragma once
#include "bridge/connect/connection.h"

/* From now on nothing is written without the lease, which is renewed while requests run. 'command' is what
 * this process runs. When it is lost everything of this connection is stopped, as by http_stop(). */
void connection_lease(struct connection *connection, const struct integration_config *config,
		      const char *command, const struct log *log);
/* Makes the state database where there is none, and claims the lease if it is not held yet, as lease_claim() does. While the
 * caller waits it calls http_run(), or the lease is not renewed. */
must_use bool connection_claim(struct connection *connection, const struct log *log, struct error *error);
