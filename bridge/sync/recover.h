/* Recover: what became of earlier writes (sync-rules 6).
 *
 * No Airtable write can be sent twice without harm, but it can always be decided again: the note in the ledger says what each
 * cell showed before and what it was to show. A write without an answer is in doubt until the row shows its result, or until the
 * request can no longer arrive. The values that a write replaced are remembered a while longer, since a read just after it may
 * still show the old value, or an older one. */
#pragma once
#include "bridge/job/batch.h"

must_use bool batch_recover(struct batch *batch,
			    struct error *error); /* what became of what was sent before */
