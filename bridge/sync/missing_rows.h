/* Rows that are gone (sync-rules 2). No poll shows them, and a list of all rows is too dear to be made often. So it is asked from time to
 * time which rows there are, and the pairs whose rows are not shown any more are looked at: their jobs ask for the rows by
 * their ids, twice. */
#pragma once
#include "bridge/memory/memory.h"

/* Queues the pairs whose rows are not there any more, by the cheapest question. */
must_use bool sync_check_rows(struct sync *sync, struct error *error);
