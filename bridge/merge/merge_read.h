/* Reads the leaves of documents in conflict, and the revisions that these were made of. */
#pragma once
#include "bridge/merge/merge_batch.h"

/* Reads all leaves of all documents in one request. A leaf that cannot be read or written back ends the merge of its document. */
must_use bool merge_read_leaves(struct merge_batch *batch, struct error *error);
/* Finds what each leaf has in common with those before it (merge_common.h), by one more request: from the database, or, for
 * revisions that were compacted away, from what the ledger remembers. Also decides which documents end because of a deleted leaf. */
must_use bool merge_read_ancestors(struct merge_batch *batch, struct error *error);
/* The bodies of ended leaves that were merged by another bridge, or by a process that was killed: an array, or NULL. The caller
 * puts. */
struct json_object *merge_ended_bodies(const struct merge_batch *batch, const struct merge *merge);
