/* Saving: makes of the rows' edits what the app would have written: derived fields, refusals, history. The saves are done one
 * after the other, so that of two that collide the second is refused. Those that only refuse each other are then checked against
 * what all of them come to. What they look up is read ahead for all of them.
 *
 * What a save of the batch has changed is not stored yet, and CouchDB may refuse it. Another save that looked at it depends on
 * that save, and is done anew when that one was written or refused (rounds.c). */
#pragma once
#include "bridge/job/batch.h"

/* Saves what was drafted and is not written yet, as the app does it. Each of these jobs then has a document to write, or a
 * problem, or other jobs that it waits for ('awaits'). */
must_use bool batch_save(struct batch *batch, struct error *error);
