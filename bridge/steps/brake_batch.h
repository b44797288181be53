/* Holds back what was decided for a pair where it would go on for ever (brake.h). */
#pragma once
#include "bridge/job/batch.h"

/* The pass of plan that is about that: a held field or row is left as it is, and its problem says so. 'plan' is the job's own. */
void job_brake(struct job *job, struct plan *plan);
/* After the writes: counts those that were done. */
void job_note_brake(struct job *job);
