/* Rounds: where one save of a batch depends on another, that other one is written first (sync-rules 21).
 *
 *     each is saved ──> depends on no other ──> note, history, document ──> written, or refused
 *                   ──> depends on others   ──> waits ("awaits"), and is saved anew in the next round, by what is stored then
 *
 * So no save is written that only passes together with one that CouchDB refuses, and no row shows a reason that was only about to
 * be true. Most batches take one round; an item and its new container take two. Saves that depend on each other, as in an
 * exchange of numbers, are written in one round. Each round carries at least one job (circles.h), so the rounds end. */
#pragma once
#include "bridge/job/batch.h"

/* Saves and writes what was drafted. A save that depends on another one comes after that one was written or refused. */
must_use bool batch_write_in_rounds(struct batch *batch, struct error *error);
