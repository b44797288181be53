/* Drafts row writes: which cells are written, and their intent (sync-rules 6, 7). Fills the job's row_write. */
#pragma once
#include "bridge/job/batch.h"

/* Drafts the row of a job that was given up (ROW_WRITE_GIVEN_UP) anew; false: it says already what is wrong, and is not written. */
bool job_fill_given_up(struct batch *batch, struct job *job);
/* What the row write carries out of what was decided (enum field_action), by what has become of the document's write: what a save made of
 * a field goes to the row, and nothing is replaced that the history has not taken. */
unsigned job_row_action(const struct job *job, enum field field);
/* The cells of an update, by its mode, or of a new row; false when there is nothing to write. */
must_use bool job_fill_update(struct batch *batch, struct job *job);
must_use bool job_fill_create(struct batch *batch, struct job *job);
/* Says so when the document's link names what is not in the database. */
void job_report_dead_link(struct batch *batch, struct job *job, enum field field);
/* Adds the cells of unmapped columns that the row had when it was deleted (sync-rules 11), as far as the base's schema permits;
 * the second takes them out again. */
void job_refill(struct batch *batch, struct job *job, struct json_object *tables);
void job_drop_refill(struct batch *batch, struct job *job);
/* Puts the problem's words into the body, if the error cell does not show them; the second takes one cell out of the body. */
void job_fill_problem(struct batch *batch, struct job *job);
void job_unfill(struct batch *batch, struct job *job, enum field field);
/* Puts the intent of what is about to be sent into the entry. */
void job_note_row(struct batch *batch, struct job *job);
