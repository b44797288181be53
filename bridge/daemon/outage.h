/* Logs that CouchDB is away, once for the whole process, and once that it is back.
 *
 * Every integration and the search notice it by themselves, and one line is enough. May be used by several threads. */
#pragma once
#include "base/error.h"

struct outage;

struct outage *outage_open(void);
void outage_close(struct outage **outage);
/* Takes note of a failure. True: no connection to CouchDB could be made, and the log says so already. */
bool outage_is(struct outage *outage, const struct error *error);
/* CouchDB has answered. */
void outage_ends(struct outage *outage);

enum outage_limits {
	OUTAGE_RETRY_MS = 3000, /* between tries at most: a connection that is refused costs nothing */
};
