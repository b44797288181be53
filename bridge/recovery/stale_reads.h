/* Stale reads (sync-rules 6.4): just after a write of ours a read may still show what was there before. What settled writes have
 * replaced is in the intent journal for SYNC_STALE_MS. */
#pragma once
#include "bridge/recovery/doubts.h"

/* A cell that shows again what a write has replaced: unless it was edited since, it counts as what both sides agreed on, and is read once
 * more later. */
void job_doubt_replaced(struct doubts *doubts, struct job *job);
