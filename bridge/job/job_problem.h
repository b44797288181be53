/* What a person should know of a pair under work: sentences for its row's error cell and for the ledger. */
#pragma once
#include "bridge/job/batch.h"

/* Of the row only the error cell is to be written. */
void job_write_error_cell(struct job *job);
/* Adds one sentence to what a person should know of this pair. */
void job_problem(struct job *job, const char *format, ...) __attribute__((format(printf, 2, 3)));
