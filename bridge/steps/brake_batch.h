/* Holds back what a batch has decided where it would go on for ever (brake.h). */
#pragma once
#include "bridge/job/batch.h"

/* After the decisions: a held field or row is left as it is, and its problem says so. */
void batch_brake(struct batch *batch);
/* After the writes: counts those that were done. */
void job_note_brake(struct job *job);
