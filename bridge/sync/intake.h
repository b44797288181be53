/* Intake: the news of both sides, and lists of all rows. What is as it was left is passed over, most of it; the pair of
 * anything else is queued. */
#pragma once
#include "bridge/memory/memory.h"

/* Looks for news on both sides and queues the pairs concerned; waits for the database's at most wait_ms.
 * With ask_rows the base is asked as well. */
must_use bool sync_poll(struct sync *sync, int64_t wait_ms, bool ask_rows, struct error *error);
/* Walks all rows of both tables and queues those that differ from the ledger, are new, or are no more. */
must_use bool sync_list_rows(struct sync *sync, struct error *error);
