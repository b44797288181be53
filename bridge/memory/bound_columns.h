/* The columns of the base: its schema is read, bound to the fields, and what came of it stored and logged.
 *
 * Where something flows that did not, or anew, all rows are to be compared with the documents (sync-rules 1). That this is
 * still to be done is stored with the columns until it is. */
#pragma once
#include "bridge/memory/memory.h"

/* The columns as they were stored; found_out: they were. */
must_use bool sync_load_columns(struct sync *sync, bool *found_out, struct error *error);
/* Reads the base's schema and binds the columns to it; what was stopped or changed is logged. */
must_use bool sync_bind(struct sync *sync, struct error *error);
/* Logs what is wrong with the columns: once in a process, and again when they become others. */
void sync_report_flaws(struct sync *sync);
/* Whether the base's schema is another than the columns are bound to; then it is stale. */
must_use bool sync_doubt_schema(struct sync *sync, bool *changed_out, struct error *error);
/* Whether all rows are to be listed, since the columns became others; that what was listed for it was looked at. */
bool sync_wants_list(const struct sync *sync);
must_use bool sync_note_compared(struct sync *sync, struct error *error);
/* Stores the columns if that was refused so far and is due again. */
must_use bool sync_keep_columns(struct sync *sync, struct error *error);
/* A failure that the one document which was written cannot be blamed for. */
bool sync_is_whole_failure(const struct error *error);
