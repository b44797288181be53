/* Documents that went back in time (sync-rules 3): the database does not know the revision any more that was handled last.
 * Its files were put back from a backup, or it was made anew and filled from somewhere else.
 *
 * What such a document shows is older than what its row got since. So where both differ now and nobody edited the row, both
 * are left as they are, a person is told, and from then on an edit of either decides. A tombstone and a place outside of the
 * scope are not believed either: for them no row is deleted. The revision that was handled stays in the entry as long as
 * nothing was settled, so that this is found out again by every process. */
#pragma once
#include "bridge/job/batch.h"

/* Documents that went back in time. */
must_use bool group_find_went_back(struct group *group, struct error *error);
/* It, or something that it stands in. */
bool look_place_went_back(const struct group *group, const struct look *look);
/* Before fields are decided: what is older in the document than in the row stays so on both sides. */
void look_hold_apart(struct group *group, struct look *look);
/* After a save: whether the field is held apart, and was not decided to flow. What the save made of it, as a side effect, is then no edit:
 * the entry takes the document's new value as held, and both sides stay as they are. */
bool look_stays_apart(const struct group *group, struct look *look, enum field field);
/* The times of the document go to the row again when nothing else is apart. */
void look_release_times(struct group *group, struct look *look);
void look_tell_apart(struct look *look, enum field field);
/* Its fields are held apart, or it waits for a person. */
bool look_is_apart(const struct look *look);
