/* The ledger gets an intent before each write (bridge/state/intents.h). After a crash in between the next start finds it. */
#pragma once
#include "bridge/job/batch.h"

/* Writes these entries with their intents to the ledger. A job whose intent is not taken is given up: it ends, or only its
 * error cell is still to be written (job_refuse_note). False: the ledger as a whole cannot be written. */
must_use bool batch_write_notes(struct batch *batch, struct job *const *jobs, size_t count,
				struct error *error);
/* Notes in the entry which rows the agreed links point to; before the entry is written. */
void job_note_linked_rows(struct batch *batch, struct job *job);
