/* What the log says of one job: a line for each write that a person should be able to follow, with the record's name, the
 * fields, both values and the direction; and what went wrong, the same sentence once an hour at most. */
#pragma once
#include "bridge/job/batch.h"

/* "item-12 (Drill)". The caller frees. */
char *job_label(const struct job *job);

/* The document is written. before: its cells until then. */
void job_log_document_written(struct batch *batch, const struct job *job);
/* The row is made, changed or deleted; before its answer is taken. */
void job_log_row_written(struct batch *batch, struct job *job);

/* Document and row are a pair no more, and neither was written for that. */
void job_log_unpaired(struct batch *batch, const struct job *job);
/* Another document is saved since the place that it stands in was moved or is gone; as it is now. */
void job_log_cascaded(struct batch *batch, struct json_object *document);

void job_log_conflict(struct batch *batch, const struct job *job, enum field field, const struct cell *lost,
		      const struct cell *won);
/* An edit of the row that goes with it, since its document was deleted. */
void job_log_gone_with_row(struct batch *batch, const struct job *job, enum field field);
void job_log_doubt(struct batch *batch, const struct job *job, const char *what, const struct error *why);
/* The other cells that its former row had are not put back. */
void job_log_unfilled(struct batch *batch, const struct job *job, const struct error *why);
void job_log_problem(struct batch *batch, const struct job *job, const char *words);
void job_log_recovered(struct batch *batch, const struct job *job);
