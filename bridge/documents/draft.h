/* Draft: what a job wants to save, from cells. What that makes of the document is in saving.c. */
#pragma once
#include "bridge/job/batch.h"

/* Drafts the row's edits. False with a problem: an edit is saved or refused as a whole. */
must_use bool job_draft_edit(struct batch *batch, struct job *job);
/* Drafts a new document from a row that has none. False with a problem, or without one while the row is still being filled in. */
must_use bool job_draft_new(struct batch *batch, struct job *job);
void job_draft_delete(struct job *job);
/* Adds one history document of what has given way in the pair's conflicts, whichever side won them. */
void job_record_losers(struct batch *batch, struct job *job);
/* The same for a row that is deleted with its document: the edits that only the row shows. */
void job_record_last_edits(struct batch *batch, struct job *job);
/* The history document of a row that was deleted, of the cells in the intent of its deletion; NULL where there is none. */
struct json_object *job_row_history(struct batch *batch, struct job *job);
