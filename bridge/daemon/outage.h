/* Whether CouchDB is away, told once for the whole process, by whoever notices first, and once when it is back.
 *
 * Every integration and the search notice it by themselves; one line is enough. May be used by several threads. */
#pragma once
#include "base/error.h"

struct outage;

struct outage *outage_open(void);
void outage_close(struct outage **outage);
/* Takes note of a failure. True: it is about a CouchDB that no connection comes about with, and has been told. */
bool outage_is(struct outage *outage, const struct error *error);
/* CouchDB has answered. */
void outage_ends(struct outage *outage);

enum outage_limits {
	OUTAGE_RETRY_MS = 3000, /* between tries at most: a connection that is refused costs nothing */
};
