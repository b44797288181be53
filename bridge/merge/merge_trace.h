/* Leaves that were merged before. After a merge its losing leaf ends, but a device that has not received that goes on from it; and
 * where the bridge is killed in the midst of a merge, both leaves live on. The revisions of the shown leaf do not name the one that was
 * merged into it, so what came by that and was taken back since would come once more. So where a revision took
 * all that another leaf had brought, that leaf, as it was then, is what both have in common.
 *
 * Revisions of which neither the database nor the ledger knows what was in them say nothing: then the leaves are compared with what
 * their revisions name. Only for the engine's own files. */
#pragma once
#include "bridge/merge/merge_batch.h"

/* Adds the revisions that tell it to those that are to be read as ancestors. */
void merge_want_lines(struct merge_batch *batch, const struct merge *merge);
/* The digest of what the leaves 'leaf' and 'earlier' have in common by an earlier merge, or NULL; borrowed. earlier < leaf. 'ancestor' is
 * the digest of what they have in common by their revisions. Of 'leaf' only the revisions of its own count, since it parted from the
 * nearest leaf before it (merge_common.h). */
struct json_object *merge_trace(const struct merge_batch *batch, const struct merge *merge, size_t earlier,
				size_t leaf, struct json_object *ancestor);
