/* Recover: what became of earlier writes (sync-rules 6, 24). The intents of the ledger's entries (bridge/state/intents.h) are compared
 * with both sides, and ended:
 *
 *     the row's        recover_row.h: it landed, it did not, or an edit has overtaken it. Nothing is decided before the request can no
 *                      longer arrive
 *     the document's   recover_document.h: the same. Histories of saves that did not happen go, and what follows from one that did is
 *                      done again
 *     replaced         stale_reads.h: what a read may show for a while after a write that was settled
 *
 * What is still open afterwards has to wait: until its request can no longer arrive, until its row is shown, or until CouchDB lets a
 * history go. */
#pragma once
#include "bridge/job/batch.h"

/* False: one of both sides, or the ledger, cannot be asked. Then nothing is ended, and the next batch begins with the same intents. */
must_use bool batch_recover(struct batch *batch, struct error *error);
