#include "bridge/job/expired.h"

#include "bridge/memory/retired_entries.h"

bool look_grave_is_over(const struct group *group, const struct look *look)
{
	const struct ledger_entry *entry = &look->entry;
	bool to_be_unmarked = entry->marked && !entry->mark_refused;

	return retired_is_over(group->sync, entry_buried_ms(entry)) && entry->sent.kind == SENT_NOTHING &&
	       !entry->wake && !entry->orphans && !entry->histories && !to_be_unmarked &&
	       !ledger_entry_has_taken(entry);
}

void look_expire(struct group *group, struct look *look)
{
	(void)group;
	ledger_entry_expire(&look->entry);
	look->finished = true;
}
