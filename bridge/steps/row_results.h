/* What the answers to the row writes mean for their jobs. */
#pragma once
#include "bridge/job/batch.h"

/* The answer to the job's row write; the first time also what it paired. */
void job_take_result(struct batch *batch, struct job *job);
/* Something was decided about it: it needed its row, and does not wait for the deadline of a write. */
bool job_was_decided(const struct job *job);
/* What was planned was not tried, or its write has no answer: it is not known whether all is well. */
bool job_is_unanswered(const struct job *job);
/* What was planned was done, or was refused for good. */
bool job_was_answered(const struct job *job);
