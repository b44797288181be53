/* What the app saves in the wake of a save, when an item has moved to another collection or something goes: the links
 * to its pictures, the pictures, and what other integrations are told of a delete. As the app does, without history.
 *
 * It begins when the document is acknowledged. The note of the save stays in the ledger until it is done: after a crash in
 * between the next job does it once more. What is read is noted and answered "none" for the time being, and all is done
 * anew when it is there. Several items of a batch are done together, since they may share pictures; when something of that
 * is not taken, each by itself, so that it is known whose it is. That stays open in its entry, and the next jobs try it
 * again: it does not hold up the item. */
#pragma once
#include "bridge/job/batch.h"

/* What else the app saves when an item has moved or is gone. Notes it, before the document is written; does it,
 * after. */
void job_note_cascade(struct batch *batch, struct job *job);
must_use bool batch_save_cascades(struct batch *batch, struct error *error);
/* What the ledger needs of it; of a save that was noted, and has happened, it is done once more: twice is as good as once. */
struct json_object *job_cascade_app_links(const struct job *job);
void job_cascade_again(struct job *job);
