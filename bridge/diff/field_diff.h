/* Which of the two sides has changed a field since both agreed on it: the one place that says what a change is. */
#pragma once
#include "bridge/job/batch.h"

/* Fills the fields of the job's diff, from its cells as both sides show them, and its entry. */
void job_diff_fields(struct batch *batch, struct job *job);
/* A two-way field that one side edited since both agreed; any of them. By the diff: before batch_diff() none. */
bool job_field_moved(const struct job *job, enum field field, bool of_couch);
bool job_any_moved(const struct job *job, bool of_couch);
