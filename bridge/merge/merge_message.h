/* What a person lost when several edits became one, in words. */
#pragma once
#include "bridge/merge/merge_batch.h"

/* A sentence or two, with each lost value and what is there instead; NULL: nobody lost anything. The caller frees. */
char *merge_loss_message(const struct merge *merge);
