/* Park: what becomes of a look when a write of its own is not taken. It is never a failure of the group.
 *
 *     refused          the change that the write belongs to is given up, the reason is told, also in the row, and it is
 *                      tried again with growing pauses
 *     409, no answer   the next look finds out what has happened. More than LOOK_MISSES_UNTOLD in a row are told as well
 *     the ledger's     nothing is written that is not noted: the entry is kept as it is stored, with the reason. Where not
 *                      even that is taken the process remembers the reason, and the checkpoint which pair it is */
#pragma once
#include "bridge/job/batch.h"

/* Looks of which a write was not taken. None of these is a failure of the group.
 *
 * The change is given up. The problem is the caller's to say; it is written into the row, where there is one. */
void look_give_up(struct look *look);
/* A write met a conflict or had no answer: the next look finds out what has happened. What goes on so is told as a problem. */
void look_miss(struct look *look, const char *what, const struct error *why);
/* Its save depends on that of 'missed', which may or may not have been written: nothing is done for it now, and both are looked at again. */
void look_put_off(struct look *look, const struct look *missed);
/* The ledger did not take the note of what was to be written; the entry at the end of the look. */
void look_refuse_note(struct group *group, struct look *look, const struct store_result *result);
void look_refuse_entry(struct group *group, struct look *look, const struct store_result *result);
/* The problem is not in the ledger: the process remembers it, and the next look tells it in the row. */
void look_tell_unstored(struct look *look);
void look_note_unstored(struct group *group, struct look *look);
