/* What the app saves in the wake of a save, when an item has moved to another collection or something goes: the links
 * to its pictures, the pictures, and what other integrations are told of a delete. As the app does, without history.
 *
 * It begins when the document is acknowledged. The note of the save stays in the ledger until it is done: after a crash in
 * between the next look does it once more. What is read is noted and answered "none" for the time being, and all is done
 * anew when it is there. Several items of a group are done together, since they may share pictures; when something of that
 * is not taken, each by itself, so that it is known whose it is. That stays open in its entry, and the next looks try it
 * again: it does not hold up the item. */
#pragma once
#include "bridge/job/batch.h"

/* What else the app saves when an item has moved or is gone. Notes it, before the document is written; does it,
 * after. */
void look_note_wake(struct group *group, struct look *look);
must_use bool group_save_wakes(struct group *group, struct error *error);
/* What the ledger needs of it; of a save that was noted, and has happened, it is done once more: twice is as good as once. */
struct json_object *look_wake_marks(const struct look *look);
void look_wake_again(struct look *look);
