/* Saving: what the rows' edits make of their documents is what the app would have written: derived fields, refusals,
 * history. One save after the other, so that the second of two that collide is refused; those that are in each other's
 * way alone are then checked against what all of them come to. What they look up is read ahead for all of them.
 *
 * What another save of the batch has changed is not stored yet, and CouchDB may refuse it. A save that looked at such a
 * document depends on that other save, and is done anew when that one was written or refused (rounds.c). */
#pragma once
#include "bridge/job/batch.h"

/* What was composed and is not carried yet, saved as the app does it, one after the other. Each of these jobs then has a
 * document to write, or a problem, or others that it awaits. */
must_use bool batch_save(struct batch *batch, struct error *error);
