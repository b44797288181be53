/* Intake: the news of both sides, and lists of all rows. What is as it was left is passed over, most of it; the pair of
 * anything else is queued. */
#pragma once
#include "bridge/memory/memory.h"

/* Asks the database what changed, waiting for that at most wait_ms, and queues the pairs concerned. With ask_rows the base is
 * asked as well. */
must_use bool sync_poll(struct sync *sync, int64_t wait_ms, bool ask_rows, struct error *error);
/* Lists all rows of both tables and queues the pairs whose row differs from the ledger, is new, or is missing. */
must_use bool sync_list_rows(struct sync *sync, struct error *error);
