/* Turns what was decided about a pair's existence into work: what of its document is to be saved, and whether its row is made,
 * written or deleted. */
#pragma once
#include "bridge/job/batch.h"

void job_apply_existence(struct batch *batch, struct job *job);
