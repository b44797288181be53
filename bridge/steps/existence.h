/* What there is of a pair, in the terms of the table of sync-rules 11: its document, its row, its entry. plan_existence() decides
 * what follows. */
#pragma once
#include "bridge/job/batch.h"

/* What follows; notes in the job when the pair gets another one, where that is not sure yet. */
struct existence job_decide_existence(struct batch *batch, struct job *job);
