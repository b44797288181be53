/* Rows that we deleted and that are gone: their last cells go into the history, then they are retired (sync-rules 10, 11).
 *
 * Not before: else the history would tell of a deletion that Airtable refuses or that never left, once for each try. Until the
 * history has the cells they are in the ledger, with the intent of the deletion. The history document is made with the intent's time,
 * so that a repetition after a crash writes the same one. */
#pragma once
#include "bridge/job/batch.h"

void job_retire(struct batch *batch, struct job *job, const char *reason);
void job_retire_deleted(struct batch *batch, struct job *job); /* both are gone */
/* Writes the last cells of all rows that are gone (struct row_write) into the history, and retires their pairs. If it is not known whether the
 * history has them the note stays, and the pair is queued again. */
must_use bool batch_retire_gone(struct batch *batch, struct error *error);
