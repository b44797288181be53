/* Recover: what became of what was sent before (sync-rules 6).
 *
 * No Airtable write can be sent twice without harm, but it can always be decided again: the note in the ledger says
 * what each cell showed before and what it was to show. A write without an answer is in doubt until the row shows its
 * result or the request's deadline has passed. What a write replaced is remembered a while longer: a read just after
 * it may still show the old value, or one that is older still. */
#pragma once
#include "bridge/job/batch.h"

must_use bool batch_recover(struct batch *batch,
			    struct error *error); /* what became of what was sent before */
/* Whether a row with these cells is the one that an unanswered create of ours was making. */
bool job_sent_row(const struct batch *batch, const struct job *job, const struct cell *cells);
