/* What became of a save that was noted: it happened, it did not, or somebody wrote the document since (sync-rules 6, 24). */
#pragma once
#include "bridge/job/batch.h"

/* The cells that were about to be written into the document become agreed if the save is there, and are forgotten if it is not. */
void job_recover_save(struct batch *batch, struct job *job);
