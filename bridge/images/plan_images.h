/* Decides what becomes of an item's pictures: puts together what plan_pictures() has to know, and takes its decisions. */
#pragma once
#include "bridge/job/batch.h"

/* Within batch_plan(), when it is known what becomes of the pair. */
void job_plan_images(struct batch *batch, struct job *job);
