/* What is stored of a pair that has ended: its row or its document was deleted, it left the scope, or it was let go (sync-rules 11). Why,
 * when, and the last cells of the row are kept for SYNC_RETIRED_DAYS. */
#pragma once
#include "bridge/state/ledger_entry.h"

/* Forgets all of it. */
void ledger_entry_expire(struct ledger_entry *entry);
/* A row that never was a document is gone, or there again: forgets all of it. */
void ledger_entry_let_go(struct ledger_entry *entry);
/* Turns it into a retired entry, of a document or of a row that never was one: agreement and notes go. 'cells' is taken. */
void ledger_entry_retire(struct ledger_entry *entry, const char *reason, int64_t now_ms,
			 struct json_object *cells);
