#include "bridge/expiry.h"

#include "base/clock.h"

#define GRAVE_MS (SYNC_GRAVE_DAYS * INT64_C(86400000))

int64_t entry_buried_ms(const struct ledger_entry *entry)
{
	bool expires = entry->state == ENTRY_GRAVE || entry->state == ENTRY_DISCARDED;

	return expires ? entry->grave_ms : 0;
}

static bool is_over(const struct sync *sync, int64_t buried_ms)
{
	return buried_ms && sync->rows.ops->now_ms(sync->rows.self) - buried_ms >= GRAVE_MS;
}

void sync_queue_expired(struct sync *sync)
{
	for (size_t i = 0; i < sync->pairs.count; i++)
		if (is_over(sync, sync->pairs.list[i]->buried_ms))
			pairs_look(&sync->pairs, sync->pairs.list[i], LOOK_AGAIN);
	sync->drop_due = true;
}

bool look_grave_is_over(const struct group *group, const struct look *look)
{
	const struct ledger_entry *entry = &look->entry;
	bool to_be_unmarked = entry->marked && !entry->mark_refused;

	return is_over(group->sync, entry_buried_ms(entry)) && entry->sent.kind == SENT_NOTHING &&
	       !entry->wake && !entry->orphans && !entry->histories && !to_be_unmarked &&
	       !ledger_entry_has_taken(entry);
}

void look_expire(struct group *group, struct look *look)
{
	(void)group;
	ledger_entry_expire(&look->entry);
	look->finished = true;
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
