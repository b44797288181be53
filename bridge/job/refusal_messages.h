/* What Airtable refuses of the rows' writes: one bad cell stops only itself, a right that is missing only what needs it. */
#pragma once
#include "bridge/job/batch.h"

/* The whole row was refused: sets the problem, and what it may come from. */
void job_take_refusal(struct batch *batch, struct job *job);
/* A write of the row was taken: what was refused before is permitted now, and all that waited for it is queued. */
void job_note_taken(struct batch *batch, struct job *job);

/* Whether this was refused for the job's row a short while ago, and is not to be tried yet; says so in the problem. */
bool job_lacks_right(struct batch *batch, struct job *job, enum row_right right);
/* The same for one of its cells. */
bool job_lacks_field(struct batch *batch, struct job *job, enum field field);
/* Updated At is left out, since the row will not have all of the document: takes back that its own column may not be written, too. That is
 * told when it is the only one, or the words would differ by which of the columns is tried again first. */
void job_leave_out_time(struct batch *batch, struct job *job);

/* ---- for the search of what is refused (rows/split_refused_row.h) ---- */

bool refusal_is_forbidden(const struct error *refusal);
/* Notes what was refused for a table as a whole; whether a job's row falls under such a refusal. */
void batch_note_refused_tables(struct batch *batch);
bool job_may_not_be_written(struct batch *batch, struct job *job);
void job_report_column(struct batch *batch, struct job *job, enum field field);
void batch_refuse_column(struct batch *batch, const struct job *job, enum field field,
			 const struct error *refusal);
/* Has the schema read again: a column, or its choices, may not be what we believe. */
void job_doubt_columns(struct batch *batch, struct job *job);
