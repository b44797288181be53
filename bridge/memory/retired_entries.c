#include "bridge/memory/retired_entries.h"

#include "bridge/index/ended_pairs.h"
#include "bridge/limits.h"

#define GRAVE_MS (SYNC_GRAVE_DAYS * INT64_C(86400000))

int64_t entry_buried_ms(const struct ledger_entry *entry)
{
	bool expires = entry->state == ENTRY_GRAVE || entry->state == ENTRY_DISCARDED;

	return expires ? entry->grave_ms : 0;
}

bool retired_is_over(const struct sync *sync, int64_t buried_ms)
{
	return buried_ms && sync->rows.ops->now_ms(sync->rows.self) - buried_ms >= GRAVE_MS;
}

void sync_queue_expired(struct sync *sync)
{
	for (size_t i = 0; i < sync->pairs.count; i++)
		if (retired_is_over(sync, sync->pairs.list[i]->buried_ms))
			pairs_look(&sync->pairs, sync->pairs.list[i], LOOK_AGAIN);
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
