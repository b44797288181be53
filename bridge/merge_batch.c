#include "bridge/merge_batch.h"

#include <stdlib.h>

#define MISSES_UNTOLD 3 /* tries that met another write or had no answer, before that is told */

void merge_batch_done(struct merge_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct merge *merge = &batch->list[i];
		merged_leaves_done(&merge->merged);
		side_record_done(&merge->document);
		json_release(merge->histories);
		free(merge->leaves);
	}
	for (size_t i = 0; i < batch->ancestor_count; i++)
		json_release(batch->digests ? batch->digests[i] : NULL);
	side_revisions_done(batch->revisions, batch->revision_count);
	side_revisions_done(batch->ancestors, batch->ancestor_count);
	free(batch->digests);
	free(batch->doubted);
	free(batch->revisions);
	free(batch->ancestors);
	free(batch->list);
	*batch = (struct merge_batch){0};
}

struct side_key merge_key(const struct merge *merge)
{
	return (struct side_key){merge->pair->table, merge->pair->id};
}

void merge_give_up(struct merge_batch *batch, struct merge *merge, const char *why)
{
	struct pair *pair = merge->pair;

	merge->failed = true;
	if (!pair->conflict)
		return;
	conflict_set_unmerged(pair, own_format("document %s was edited in several places at once, and the "
					       "edits cannot be made one: %s",
					       pair->full_id, why));
	pairs_look(&batch->sync->pairs, pair, LOOK_DOCUMENT);
}

void merge_miss(struct merge_batch *batch, struct merge *merge, const char *why)
{
	merge->failed = true;
	if (merge->pair->conflict && conflict_miss(merge->pair) >= MISSES_UNTOLD)
		merge_give_up(batch, merge, why);
}
