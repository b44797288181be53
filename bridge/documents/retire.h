/* Rows that we deleted and that are gone: their last cells go into the history, then they are retired (sync-rules 10, 11).
 *
 * Not before: a deletion that Airtable refuses, or that never leaves, would be told as one that happened, once for each
 * try. Until the history has them the cells are in the ledger, in the note of the deletion; its time makes the history
 * document, so that a repetition after a crash writes the same. */
#pragma once
#include "bridge/job/batch.h"

void job_retire(struct batch *batch, struct job *job, const char *reason);
void job_retire_deleted(struct batch *batch, struct job *job); /* both are gone */
/* Of all rows that are 'row_gone' the last cells go into the history, and they are retired. What is not known to be in
 * the history stays noted, and is looked at again. */
must_use bool batch_retire_gone(struct batch *batch, struct error *error);
