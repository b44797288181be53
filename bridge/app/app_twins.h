/* Twins: what the app's own sync makes of ours, when somebody presses its button before our links have reached the phone
 * (sync-rules 28).
 *
 *     document P ── our row R1           the app sees neither:
 *          │            │
 *     its row R2    its document Q       P's app link names R2 then, Q's names R1, and R1's ID cell shows Q
 *
 * P and R1 stay the pair. Q is held: it gets no row of its own, and is listed as a problem. R2 shows P's ID: its error cell says
 * what it is, as that of a copy does. P's app link goes on naming R2 as long as R2 is there, or the app would make a third
 * document, of R2.
 *
 * Q stays the twin of P as long as both are there, also when R1 is gone, or a phone's save takes Q's app link away. Else Q would
 * get a row of its own, and what the app has put into Q would leave the scope. Q's entry in the ledger names P. What the app made
 * of a copy of a row is a twin as long as that copy is there. */
#pragma once
#include "bridge/job/batch.h"

/* What helps, as a part of a sentence. */
#define APP_TWINS_REMOVE "run `davenport sync --remove-twins`"

/* Of app links that name an unknown row: asks whether that row is there, beside the pair's own. */
must_use bool batch_find_twins(struct batch *batch, struct error *error);
/* Where a person wants twins removed: sets 'twin_goes' of those that nobody has edited, or that have nothing which the original
 * lacks. */
must_use bool batch_compare_twins(struct batch *batch, struct error *error);
/* Says in the job's problem which twin it is and what to do. */
void app_twins_report(struct job *job);
