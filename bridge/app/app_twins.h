/* Twins: what the app's own sync makes of ours, when somebody presses its button before our links have reached the phone
 * (sync-rules 28).
 *
 *     document P ── our row R1           the app sees neither:
 *          │            │
 *     its row R2    its document Q       P's mark names R2 then, Q's mark names R1, and R1's ID cell shows Q
 *
 * P and R1 stay the pair. Q is held: it gets no row of its own, and a person is told. R2 shows P's ID and is told as a copy is,
 * in other words. P's mark is left to R2 as long as that is there, or the app would make a third document, of R2.
 *
 * Q stays the twin of P as long as both are there and Q has an app link, also when R1 is gone: what the app has put into Q would leave the
 * scope with it, and Q would get a row of its own. Q's entry in the ledger names P. What the app made of a copy of a row is a twin as long
 * as that copy is there. */
#pragma once
#include "bridge/job/batch.h"

/* What helps, as a part of a sentence. */
#define APP_TWINS_REMOVE "stop Davenport and run `davenport sync --remove-twins`"

/* Rows that marks of pairs' documents name, and that are not known: are they there, beside the pairs' own? */
must_use bool batch_find_twins(struct batch *batch, struct error *error);
/* Where a person wants twins gone: sets 'twin_goes' of those that have nothing which the original lacks, or that nobody has edited. */
must_use bool batch_compare_twins(struct batch *batch, struct error *error);
/* A sentence for a person, of a document that is held. */
void app_twins_report(struct job *job);
