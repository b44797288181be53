#include "bridge/memory/expiry.h"

#include "bridge/index/drop_pairs.h"
#include "bridge/limits.h"

#define RETIRED_MS (SYNC_RETIRED_DAYS * INT64_C(86400000))

int64_t entry_retired_ms(const struct ledger_entry *entry)
{
	bool expires = entry->state == ENTRY_RETIRED || entry->state == ENTRY_DISCARDED;

	return expires ? entry->retired_ms : 0;
}

bool retired_is_over(const struct sync *sync, int64_t retired_ms)
{
	return retired_ms && sync->rows.ops->now_ms(sync->rows.self) - retired_ms >= RETIRED_MS;
}

void sync_queue_expired(struct sync *sync)
{
	for (size_t i = 0; i < sync->pairs.count; i++)
		if (retired_is_over(sync, sync->pairs.list[i]->retired_ms))
			pairs_queue(&sync->pairs, sync->pairs.list[i], JOB_AGAIN);
	sync->drop_due = true;
}

void sync_drop_ended(struct sync *sync)
{
	if (!sync->drop_due)
		return;
	sync->drop_due = false;
	size_t count = pairs_drop_ended(&sync->pairs);
	if (count)
		log_debug(&sync->log, "%zu documents and rows that are gone are not remembered any more",
			  count);
}
