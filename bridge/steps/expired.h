/* The end of a retired entry that has stood for SYNC_RETIRED_DAYS (memory/expiry.h says what ends when). */
#pragma once
#include "bridge/job/batch.h"

/* Whether the retired entry has stood long enough, and nothing is left to be done for it. */
bool job_retired_is_over(const struct batch *batch, const struct job *job);
/* Forgets all of the entry. */
void job_expire(struct batch *batch, struct job *job);
