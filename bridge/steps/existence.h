/* What there is of a pair, in the terms of the table of sync-rules 11: its document, its row, its entry. What follows from that is
 * decided by plan_existence(). */
#pragma once
#include "bridge/job/batch.h"

/* Sets job->existence, and when the pair is to be looked at again to be sure of it. */
void job_decide_existence(struct batch *batch, struct job *job);
