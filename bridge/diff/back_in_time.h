/* Documents that went back in time (sync-rules 3): the database does not know the revision any more that was handled last.
 * Its files were put back from a backup, or it was made anew and filled from somewhere else.
 *
 * Such a document is older than its row. So where both differ now and nobody edited the row, both are left as they are, the row
 * says so, and from then on an edit of either decides. Its tombstone and a place outside of the scope are not believed either: no
 * row is deleted for them. The revision that was handled stays in the entry until something is settled, so that every process
 * finds this out again. */
#pragma once
#include "bridge/job/batch.h"

/* Sets 'went_back' of the jobs whose documents did. */
must_use bool batch_find_went_back(struct batch *batch, struct error *error);
/* The document, or something that it stands in, went back. */
bool job_parent_went_back(const struct batch *batch, const struct job *job);
/* Before fields are decided: holds apart what is older in the document than in the row, in the plan and in the entry. Both sides then keep it. */
void job_hold_apart(struct job *job, struct plan *plan);
/* After a save: whether the field is held apart, and was not decided to flow. If so, what the save made of it is no edit: the
 * entry takes the document's new value as held apart, and both sides stay as they are. */
bool job_stays_apart(const struct batch *batch, struct job *job, enum field field);
/* The times of the document go to the row again when nothing else is apart. */
void job_release_times(const struct batch *batch, struct job *job, struct plan *plan);
void job_report_apart(struct job *job, enum field field);
/* A field of it is held apart, or the document waits for a person. */
bool job_is_apart(const struct job *job);
