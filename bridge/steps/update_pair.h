/* What the index knows of a pair, once its entry is in the ledger; and who is to be looked at for it. */
#pragma once
#include "bridge/job/batch.h"

void job_update_pair(struct batch *batch, struct job *job);
