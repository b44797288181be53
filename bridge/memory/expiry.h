/* What has ended is not remembered for ever (sync-rules 11): a retired entry is kept for SYNC_RETIRED_DAYS, then the entry goes,
 * and the pair with it. So do pairs that never had an entry and whose document and row are gone.
 *
 * One write of the ledger removes the entry, so after a crash it is either gone, or there for the next list of all rows. */
#pragma once
#include "bridge/memory/memory.h"

bool retired_is_over(const struct sync *sync, int64_t retired_ms);
/* When the entry was retired, by Airtable's clock; 0: it is no retired entry, or one that does not expire. */
int64_t entry_retired_ms(const struct ledger_entry *entry);
/* After a list of all rows: queues the retired entries that were kept long enough. */
void sync_queue_expired(struct sync *sync);
/* At the end of the work that a list of all rows led to: drops the pairs that have ended. */
void sync_drop_ended(struct sync *sync);
