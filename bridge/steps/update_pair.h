/* Updates the pair in the index once its entry is in the ledger, and queues the pairs that wait for that. */
#pragma once
#include "bridge/job/batch.h"

void job_update_pair(struct batch *batch, struct job *job);
