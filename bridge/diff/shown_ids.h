/* Whose a row is, by the ID that it shows now (sync-rules 13). */
#pragma once
#include "bridge/job/batch.h"

/* A row that turns out to be another pair's is left to that pair, which is queued. */
void batch_note_shown_ids(struct batch *batch);
