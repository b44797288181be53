/* Writes the results of merges, one request for each step. A merge whose write is refused or in doubt takes no part in the later
 * steps. */
#pragma once
#include "bridge/merge/merge_batch.h"

/* First: what gives way goes into the history. */
must_use bool merge_write_histories(struct merge_batch *batch, struct error *error);
/* Then: the result becomes the leaf that is shown. */
must_use bool merge_write_shown(struct merge_batch *batch, struct error *error);
/* Only when that was acknowledged: the other leaves end. */
must_use bool merge_end_others(struct merge_batch *batch, struct error *error);
