/* The brake on endless loops (brake.h), put to what a batch has decided. Only for the engine's own files. */
#pragma once
#include "bridge/job/batch.h"

/* After the decisions: what is held is left as it is, and told. */
void batch_brake(struct batch *batch);
/* After the writes: what was done counts. */
void job_note_brake(struct job *job);
