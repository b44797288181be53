/* From what was decided of existence to work: what of the document is to be saved, and whether a row is to be made, written or deleted. */
#pragma once
#include "bridge/job/batch.h"

void job_apply_existence(struct batch *batch, struct job *job);
