#include "bridge/merge/merge_batch.h"

#include <stdlib.h>
#include <string.h>

#define MISSES_UNTOLD 3 /* tries that met another write or had no answer, before that is told */

void merge_batch_done(struct merge_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct merge *merge = &batch->list[i];
		merged_leaves_done(&merge->merged);
		endpoint_record_done(&merge->document);
		json_release(merge->histories);
		for (size_t leaf = 0; merge->digests && leaf < merge->count; leaf++)
			json_release(merge->digests[leaf]);
		free(merge->digests);
		free(merge->leaves);
	}
	for (size_t i = 0; i < batch->ancestor_count; i++)
		json_release(batch->of_ancestors[i].digest);
	endpoint_revisions_done(batch->revisions, batch->revision_count);
	endpoint_revisions_done(batch->ancestors, batch->ancestor_count);
	free(batch->of_ancestors);
	free(batch->revisions);
	free(batch->ancestors);
	free(batch->list);
	*batch = (struct merge_batch){0};
}

struct endpoint_key merge_key(const struct merge *merge)
{
	return (struct endpoint_key){merge->pair->table, merge->pair->id};
}

static size_t place_of(const struct merge_batch *batch, const struct merge *merge, const char *revision)
{
	for (size_t i = 0; i < batch->ancestor_count; i++)
		if (batch->ancestors[i].key.id == merge->pair->id &&
		    strcmp(batch->ancestors[i].revision, revision) == 0)
			return i;
	return SIZE_MAX;
}

static size_t add_ancestor(struct merge_batch *batch, const struct merge *merge, const char *revision)
{
	size_t count = batch->ancestor_count + 1;

	batch->ancestors = own_resize(batch->ancestors, count, sizeof *batch->ancestors);
	batch->of_ancestors = own_resize(batch->of_ancestors, count, sizeof *batch->of_ancestors);
	batch->ancestors[count - 1] =
		(struct endpoint_revision){.key = merge_key(merge), .revision = revision};
	batch->of_ancestors[count - 1] = (struct merge_ancestor){0};
	return batch->ancestor_count++;
}

size_t merge_want_ancestor(struct merge_batch *batch, const struct merge *merge, const char *revision)
{
	size_t place = place_of(batch, merge, revision);

	return place == SIZE_MAX ? add_ancestor(batch, merge, revision) : place;
}

struct json_object *merge_body(const struct merge_batch *batch, const struct merge *merge,
			       const char *revision)
{
	size_t place = place_of(batch, merge, revision);

	return place == SIZE_MAX || batch->ancestors[place].flaw ? NULL : batch->ancestors[place].body;
}

struct json_object *merge_digest(const struct merge_batch *batch, const struct merge *merge,
				 const char *revision)
{
	size_t place = place_of(batch, merge, revision);

	return place == SIZE_MAX ? NULL : batch->of_ancestors[place].digest;
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
	pairs_queue(&batch->sync->pairs, pair, JOB_DOCUMENT);
}

void merge_miss(struct merge_batch *batch, struct merge *merge, const char *why)
{
	merge->failed = true;
	if (merge->pair->conflict && conflict_miss(merge->pair) >= MISSES_UNTOLD)
		merge_give_up(batch, merge, why);
}
