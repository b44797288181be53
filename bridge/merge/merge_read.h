/* Reads the leaves of documents in conflict, and what these were made of. Only for the engine's own files. */
#pragma once
#include "bridge/merge/merge_batch.h"

/* All leaves of all of them, by one request. What cannot be read or written back ends its merge. */
must_use bool merge_read_leaves(struct merge_batch *batch, struct error *error);
/* What each leaf has in common with those before it (merge_common.h), by one more request: from the database, or from what the ledger
 * remembers of revisions that were compacted away. Also decides which documents a deletion takes along. */
must_use bool merge_read_ancestors(struct merge_batch *batch, struct error *error);
/* What leaves had that were merged, by another bridge or by a process that died of it: an array, or NULL. The caller puts. */
struct json_object *merge_ended_bodies(const struct merge_batch *batch, const struct merge *merge);
