/* Cascades: what the app saves after a save, when an item has moved to another collection or something was deleted: the links to
 * its pictures, the pictures, and a note of the deletion for other integrations. As the app does, without history.
 *
 * It begins when the write of the document was acknowledged. The intent of the save stays in the ledger until it is done, so after
 * a crash the next job does it once more. Several items of a batch are done together, since they may share pictures. If CouchDB
 * refuses something of that each item is done by itself, so that it is known whose it is. What is refused stays open in its
 * entry, and later jobs try it again: it does not hold up the item. */
#pragma once
#include "bridge/job/batch.h"

/* The first notes what has to follow, before the document is written. The second saves it, after that. */
void job_note_cascade(struct batch *batch, struct job *job);
must_use bool batch_save_cascades(struct batch *batch, struct error *error);
/* What the intent of the save needs of it. The second has it done once more, for such a save that has landed: twice is as good as
 * once. */
struct json_object *job_cascade_app_links(const struct job *job);
void job_cascade_again(struct job *job);
