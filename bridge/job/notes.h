/* The note in the ledger that goes before each write: what the next start finds when this one ends in between. */
#pragma once
#include "bridge/job/batch.h"

/* Writes these entries to the ledger before what they note is done. What is not taken is given up: it is finished, or has only
 * words for its row left (job_refuse_note). False: the ledger as a whole cannot be written. */
must_use bool batch_write_notes(struct batch *batch, struct job *const *jobs, size_t count,
				struct error *error);
/* Notes in the entry which rows the links agreed on point to; before it is written. */
void job_note_linked_rows(struct batch *batch, struct job *job);
