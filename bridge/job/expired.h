/* The end of a retired entry that has stood for SYNC_RETIRED_DAYS (memory/retired_entries.h says what ends when). */
#pragma once
#include "bridge/job/batch.h"

/* Whether the retired entry has stood long enough, and nothing of it is still to be done. */
bool job_retired_is_over(const struct batch *batch, const struct job *job);
/* Nothing of it is remembered any more. */
void job_expire(struct batch *batch, struct job *job);
