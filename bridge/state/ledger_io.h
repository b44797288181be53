/* Reading and writing the ledger's entries, many in one request. */
#pragma once
#include "bridge/state/ledger.h"

/* Entries that are not there, or cannot be read (damaged, of a newer version), come back with ENTRY_NONE: state may be lost
 * without harm, and one entry must not stop the others. Those that cannot be read are logged once, and are written over by what
 * is found out anew. entries_out[count] is overwritten; the caller ends each. */
must_use bool ledger_read(struct ledger *ledger, const struct ledger_key *keys, size_t count,
			  struct ledger_entry *entries_out, struct error *error);
/* Writes those that differ from what is stored, in one go. Each has its own result: NONE (also when nothing differed), CONFLICT
 * (another process wrote it: read again), REFUSED, RETRY (in doubt). False: the store as a whole cannot be written. An entry
 * that holds nothing any more is removed. */
must_use bool ledger_write(struct ledger *ledger, struct ledger_entry *const *entries, size_t count,
			   struct store_result *results, struct error *error);
/* The entry as it is in the store; what was changed in memory since is dropped. */
void ledger_entry_restore(const struct ledger *ledger, struct ledger_entry *entry);
/* Every entry of this integration that can be read, in short: of the fields only what the links agreed on, no cells of retired entries, no
 * replaced values, not the document's revision nor the rows behind links. For the index that a start makes; what is to be written is read
 * by ledger_read(). */
typedef bool ledger_visit(void *context, struct ledger_entry *entry, struct error *error);
must_use bool ledger_walk(struct ledger *ledger, ledger_visit *visit, void *context, struct error *error);
