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
must_use bool batch_find_went_back(struct batch *batch, struct error *error);
/* It, or something that it stands in. */
bool job_parent_went_back(const struct batch *batch, const struct job *job);
/* Before fields are decided: what is older in the document than in the row stays so on both sides. */
void job_hold_apart(struct batch *batch, struct job *job);
/* After a save: whether the field is held apart, and was not decided to flow. What the save made of it, as a side effect, is then no edit:
 * the entry takes the document's new value as held, and both sides stay as they are. */
bool job_stays_apart(const struct batch *batch, struct job *job, enum field field);
/* The times of the document go to the row again when nothing else is apart. */
void job_release_times(struct batch *batch, struct job *job);
void job_report_apart(struct job *job, enum field field);
/* Its fields are held apart, or it waits for a person. */
bool job_is_apart(const struct job *job);
