/* Row writes: which cells are to be written, the note of them, and what their answer means for the agreement (sync-rules 6, 7, 18). */
#pragma once
#include "bridge/job/batch.h"

/* The row's body, of a job that has only words for it. */
void job_fill_only_error_cell(struct batch *batch, struct job *job);
/* Fills row_body, writes and outgoing; false when there is nothing to write. */
must_use bool job_fill_update(struct batch *batch, struct job *job);
must_use bool job_fill_create(struct batch *batch, struct job *job);
/* Says so when the document's link names what is not in the database. */
void job_report_dead_link(struct batch *batch, struct job *job, enum field field);
/* Adds what stood in unmapped columns when the row was deleted (sync-rules 11), by the base's schema; takes it out again. */
void job_refill(struct batch *batch, struct job *job, struct json_object *tables);
void job_drop_refill(struct batch *batch, struct job *job);
/* The problem's words into the row's body, where the cell does not show them; takes back one cell. */
void job_fill_problem(struct batch *batch, struct job *job);
void job_unfill(struct batch *batch, struct job *job, enum field field);
/* The note of what is about to be sent. */
void job_note_sent(struct batch *batch, struct job *job);
/* What the answer to a row write says. */
void job_take_answer(struct batch *batch, struct job *job);
/* The box of a row that came back was seen unticked: a tick that it shows from now on is meant. */
void job_forget_obeyed_tick(const struct batch *batch, struct job *job);
