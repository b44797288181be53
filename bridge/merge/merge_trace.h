/* Leaves that were merged before. A merge ends the losing leaf, but a device that has not received that goes on from it; and if
 * the bridge is killed during a merge both leaves live on. The lineage of the shown leaf does not name the leaf that was merged
 * into it. So what that leaf had brought, and what somebody has taken back since, would come once more. Therefore, where a
 * revision of the one line took all that a leaf of the other had brought, that leaf, as it was then, is what both have in common.
 *
 * If neither the database nor the ledger knows what was in these revisions, the leaves are compared with the ancestor that their
 * lineages name. */
#pragma once
#include "bridge/merge/merge_batch.h"

/* Adds the revisions that show it to those that are to be read as ancestors. */
void merge_want_lines(struct merge_batch *batch, const struct merge *merge);
/* The digest of what the leaves 'leaf' and 'earlier' have in common by an earlier merge, or NULL; borrowed. earlier < leaf.
 * 'ancestor' is the digest of what they have in common by their revisions. Of the line of 'leaf' only the revisions since it
 * parted from the nearest leaf before it count (merge_common.h). */
struct json_object *merge_trace(const struct merge_batch *batch, const struct merge *merge, size_t earlier,
				size_t leaf, struct json_object *ancestor);
