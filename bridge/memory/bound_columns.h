/* The columns of the base: its schema is read, bound to the fields, and what came of it stored and logged.
 *
 * When a column begins to flow, or is another one now, all rows have to be compared with the documents (sync-rules 1). That this
 * is still to be done is stored with the columns. */
#pragma once
#include "bridge/memory/memory.h"

/* Reads the stored columns; found_out: whether there were any. */
must_use bool sync_load_columns(struct sync *sync, bool *found_out, struct error *error);
/* Reads the base's schema and binds the columns to it; what was stopped or changed is logged. */
must_use bool sync_bind(struct sync *sync, struct error *error);
/* Logs what is wrong with the columns: once in a process, and again when they have changed. */
void sync_report_flaws(struct sync *sync);
/* Whether the base's schema is not the one any more that the columns are bound to; then the columns are stale. */
must_use bool sync_doubt_schema(struct sync *sync, bool *changed_out, struct error *error);
/* Whether all rows have to be listed since the columns changed. The second notes that what was listed for that was worked off. */
bool sync_wants_list(const struct sync *sync);
must_use bool sync_note_compared(struct sync *sync, struct error *error);
/* Stores the columns if that was refused so far and is due again. */
must_use bool sync_keep_columns(struct sync *sync, struct error *error);
/* Whether a failed write is a failure of the whole database, and not of the one document that was written. */
bool sync_is_whole_failure(const struct error *error);
