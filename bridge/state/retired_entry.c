#include "bridge/state/retired_entry.h"

void ledger_entry_retire(struct ledger_entry *entry, const char *reason, int64_t now_ms,
			 struct json_object *cells)
{
	bool was_document = entry->state != ENTRY_NONE && entry->state != ENTRY_DISCARDED;

	ledger_entry_forget_all(entry);
	entry->failures = 0;
	entry->next_try_ms = 0;
	entry->unsure_since_ms = 0;
	entry->typed_ms = 0;
	entry->has_app_link = false;
	entry->ended = 0;
	json_object_close(&entry->revisions);
	entry->state = was_document ? ENTRY_RETIRED : ENTRY_DISCARDED;
	entry->retired_reason = own_copy(reason);
	entry->retired_ms = now_ms;
	entry->retired_cells = cells;
}

void ledger_entry_let_go(struct ledger_entry *entry)
{
	ledger_entry_revive(entry);
	entry->state = ENTRY_NONE;
	entry->record_id[0] = '\0';
}

void ledger_entry_expire(struct ledger_entry *entry)
{
	ledger_entry_let_go(entry);
	entry->has_app_link = false;
	own_free_text(&entry->notice);
	own_free_text(&entry->app_link_refused);
}
