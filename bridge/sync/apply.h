/* Apply: does what was decided. Documents first, then a note in the ledger of what the rows are about to be sent, then the rows are
 * started; commit.c takes their answers.
 *
 *     existence ──> documents, histories ──> note in the ledger ──> row writes under way
 *
 * A crash anywhere is repaired by the next job of the pair: what the ledger does not have is decided again. */
#pragma once
#include "bridge/job/batch.h"

must_use bool batch_apply(struct batch *batch,
			  struct error *error); /* documents; notes; starts the row writes */
