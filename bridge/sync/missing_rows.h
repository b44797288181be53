/* Rows that are gone (sync-rules 2). No poll shows that a row was deleted, and a list of all rows takes too many calls. So the
 * base is asked from time to time which rows there are. The pairs whose rows it does not show any more are queued, and their jobs
 * ask for these rows by their ids, twice. */
#pragma once
#include "bridge/memory/memory.h"

/* Queues the pairs whose rows seem to be gone, by as few calls as there are. */
must_use bool sync_check_rows(struct sync *sync, struct error *error);
