#include "bridge/merge/merge_read.h"

#include "bridge/merge/merge_common.h"
#include "bridge/merge/merge_trace.h"
#include "bridge/state/ledger_io.h"
#include "inventory/leaf_memory.h"
#include "inventory/leaf_paths.h"

#include <stdlib.h>
#include <string.h>

#define LEAVES_MOST 200 /* of one document; more are made fewer by the next turn */

/* ---- leaves ---- */

static void want_revision(struct merge_batch *batch, const struct merge *merge, const char *revision)
{
	batch->revisions = own_resize(batch->revisions, batch->revision_count + 1, sizeof *batch->revisions);
	batch->revisions[batch->revision_count++] =
		(struct endpoint_revision){.key = merge_key(merge), .revision = revision};
}

static int by_preference(const void *left, const void *right)
{
	return leaf_compare(*(const char *const *)right, *(const char *const *)left);
}

/* Wants the first LEAVES_MOST of these revisions in CouchDB's order, the preferred one first; how many these are. */
static size_t want_all(struct merge_batch *batch, const struct merge *merge, struct json_object *revisions)
{
	const char **order = own_alloc((json_length(revisions) + 1) * sizeof *order);
	size_t count = 0, wanted = 0;

	for (size_t i = 0; i < json_length(revisions); i++) {
		order[count] = json_text_of(json_at(revisions, i));
		count += order[count] != NULL;
	}
	if (count > 1)
		qsort(order, count, sizeof *order, by_preference);
	for (; wanted < count && wanted < LEAVES_MOST; wanted++)
		want_revision(batch, merge, order[wanted]);
	free(order);
	return wanted;
}

static void want_leaves(struct merge_batch *batch, struct merge *merge)
{
	merge->first = batch->revision_count;
	if (merge->failed)
		return;
	want_revision(batch, merge, merge->document.revision);
	merge->count = 1 + want_all(batch, merge, merge->document.leaves);
	if (merge->count == 1)
		merge->ended = want_all(batch, merge, merge->pair->conflict->ended);
}

static void check_leaf(struct merge_batch *batch, struct merge *merge, const struct endpoint_revision *leaf)
{
	if (merge->failed)
		return;
	if (leaf->flaw) {
		scoped_text why = own_format("revision %s cannot be written back exactly: %s", leaf->revision,
					     leaf->flaw);
		merge_give_up(batch, merge, why);
	} else if (!leaf->body || !leaf->lineage) {
		scoped_text why = own_format("revision %s cannot be read", leaf->revision);
		merge_miss(batch, merge, why);
	}
}

/* A server that does not answer this question answers others: what is in conflict waits, and is told. False: it is away. */
static bool stops_merges(struct merge_batch *batch, const struct error *error)
{
	if (error->kind != ERROR_REFUSED && (error->kind != ERROR_FATAL || error->status == 401))
		return false;
	for (size_t i = 0; i < batch->count; i++)
		if (!batch->list[i].failed)
			merge_give_up(batch, &batch->list[i], error->text);
	return true;
}

bool merge_read_leaves(struct merge_batch *batch, struct error *error)
{
	struct endpoint *couch = &batch->sync->couch;

	for (size_t i = 0; i < batch->count; i++)
		want_leaves(batch, &batch->list[i]);
	if (batch->revision_count > 0 &&
	    !couch->ops->read_revisions(couch->self, batch->revisions, batch->revision_count, error))
		return stops_merges(batch, error) || error_wrap(error, "reading conflicting revisions");
	for (size_t i = 0; i < batch->count; i++) {
		struct merge *merge = &batch->list[i];
		for (size_t leaf = 0; leaf < merge->count; leaf++)
			check_leaf(batch, merge, &batch->revisions[merge->first + leaf]);
	}
	return true;
}

/* ---- ancestors ---- */

static const char *deleted_by(const struct endpoint_revision *ended)
{
	return json_text_of(json_at(ended->lineage, 1));
}

/* It was a leaf when others were merged into it, or it into another: the tombstone of a merge says so. */
static bool was_merged(const struct merge *merge, const struct endpoint_revision *leaves,
		       const char *revision)
{
	for (size_t i = merge->count; i < merge->count + merge->ended; i++) {
		const char *deleted = deleted_by(&leaves[i]), *shown = leaves[i].merged_into;
		if (shown && (strcmp(shown, revision) == 0 || (deleted && strcmp(deleted, revision) == 0)))
			return true;
	}
	return false;
}

/* What was deleted, where the live leaf was made of it, or has it from a merge. A deletion that may be as old as the live leaf does not
 * count: it does where the ledger knows the deleted revision, or it was merged, since both were leaves then. */
static size_t want_deleted(struct merge_batch *batch, const struct merge *merge, size_t ended)
{
	const struct endpoint_revision *leaves = batch->revisions + merge->first;
	const char *revision = deleted_by(&leaves[ended]);

	if (!revision)
		return SIZE_MAX;
	if (leaves[ended].merged_into) {
		/* For the ledger to remember (merge_ended_bodies). */
		merge_want_ancestor(batch, merge, revision);
		merge_want_ancestor(batch, merge, leaves[ended].merged_into);
		return SIZE_MAX;
	}
	bool merged = was_merged(merge, leaves, revision);
	if (!merged && !endpoint_lineage_has(leaves[0].lineage, revision))
		return SIZE_MAX;
	size_t place = merge_want_ancestor(batch, merge, revision);
	batch->of_ancestors[place].doubted = !merged;
	return place;
}

static void want_common(struct merge_batch *batch, const struct merge *merge, size_t earlier, size_t leaf)
{
	const struct endpoint_revision *leaves = batch->revisions + merge->first;
	const char *revision = merge_common_ancestor(&leaves[earlier], &leaves[leaf]);

	if (revision)
		merge_want_ancestor(batch, merge, revision);
}

/* of_ended[i]: the place in 'ancestors' of what the i-th ended leaf has deleted. */
static void note_ancestors(struct merge_batch *batch, struct merge *merge, size_t *of_ended)
{
	for (size_t i = 1; i < merge->count; i++) {
		want_common(batch, merge, 0, i);
		want_common(batch, merge, merge_nearest_leaf(batch->revisions + merge->first, i), i);
	}
	for (size_t i = 0; i < merge->ended; i++)
		of_ended[i] = want_deleted(batch, merge, merge->count + i);
	merge_want_lines(batch, merge);
}

/* The ledger remembers what is in them of some that the database has compacted away. */
static bool recall_ancestors(struct merge_batch *batch, struct error *error)
{
	struct ledger_key *keys = own_alloc((batch->ancestor_count + 1) * sizeof *keys);
	struct ledger_entry *entries = own_alloc((batch->ancestor_count + 1) * sizeof *entries);
	size_t *places = own_alloc((batch->ancestor_count + 1) * sizeof *places), count = 0;

	for (size_t i = 0; i < batch->ancestor_count; i++) {
		const struct merge_ancestor *ancestor = &batch->of_ancestors[i];
		if (ancestor->digest && !ancestor->doubted)
			continue;
		keys[count] = (struct ledger_key){batch->ancestors[i].key.table, batch->ancestors[i].key.id};
		places[count++] = i;
	}
	bool ok = count == 0 || ledger_read(&batch->sync->ledger, keys, count, entries, error);
	for (size_t i = 0; ok && i < count; i++) {
		struct json_object **digest = &batch->of_ancestors[places[i]].digest;
		json_release(*digest);
		*digest = leaf_memory_digest(entries[i].revisions, batch->ancestors[places[i]].revision);
		ledger_entry_done(&entries[i]);
	}
	free(keys);
	free(entries);
	free(places);
	return ok;
}

static struct json_object *digest_at(const struct merge_batch *batch, size_t place)
{
	return place == SIZE_MAX ? NULL : batch->of_ancestors[place].digest;
}

/* Nobody has edited what was deleted: the deletion counts (sync-rules 10). */
static void judge_ended(struct merge_batch *batch, struct merge *merge, const size_t *of_ended)
{
	struct json_object *body = batch->revisions[merge->first].body;

	for (size_t i = 0; i < merge->ended; i++)
		merge->dies = merge->dies || (digest_at(batch, of_ended[i]) &&
					      !leaf_has_moved(body, digest_at(batch, of_ended[i])));
}

static void add_body(struct json_object **bodies, const struct merge_batch *batch, const struct merge *merge,
		     const char *revision)
{
	struct json_object *body = revision ? merge_body(batch, merge, revision) : NULL;

	if (!body)
		return;
	if (!*bodies)
		*bodies = json_new_array();
	json_append(*bodies, json_share(body));
}

struct json_object *merge_ended_bodies(const struct merge_batch *batch, const struct merge *merge)
{
	const struct endpoint_revision *leaves = batch->revisions + merge->first;
	struct json_object *bodies = NULL;

	for (size_t i = merge->count; i < merge->count + merge->ended; i++) {
		if (!leaves[i].merged_into)
			continue;
		add_body(&bodies, batch, merge, deleted_by(&leaves[i]));
		add_body(&bodies, batch, merge, leaves[i].merged_into);
	}
	return bodies;
}

static struct json_object *common_digest(const struct merge_batch *batch, const struct merge *merge,
					 size_t earlier, size_t leaf)
{
	const struct endpoint_revision *leaves = batch->revisions + merge->first;
	const char *revision = merge_common_ancestor(&leaves[earlier], &leaves[leaf]);

	return revision ? merge_digest(batch, merge, revision) : NULL;
}

/* The digest of what the leaf is compared with; borrowed; NULL: it is not known. By an earlier merge it may have more in common with the
 * shown leaf, or with the nearest one, than their revisions tell. Else it is what the revisions tell of the nearest one, or of the shown. */
static struct json_object *ancestor_of(const struct merge_batch *batch, const struct merge *merge,
				       size_t leaf)
{
	size_t nearest = merge_nearest_leaf(batch->revisions + merge->first, leaf);
	struct json_object *with_shown = common_digest(batch, merge, 0, leaf);
	struct json_object *with_nearest = nearest ? common_digest(batch, merge, nearest, leaf) : NULL;
	struct json_object *traced = with_shown ? merge_trace(batch, merge, 0, leaf, with_shown) : NULL;

	if (!traced && with_nearest)
		traced = merge_trace(batch, merge, nearest, leaf, with_nearest);
	if (traced)
		return traced;
	return with_nearest ? with_nearest : with_shown;
}

static void take_ancestors(struct merge_batch *batch, struct merge *merge)
{
	const struct endpoint_revision *leaves = batch->revisions + merge->first;

	merge->leaves = own_alloc((merge->count + 1) * sizeof *merge->leaves);
	merge->digests = own_alloc((merge->count + 1) * sizeof(struct json_object *));
	for (size_t i = 0; i < merge->count; i++)
		merge->digests[i] = leaf_digest(leaves[i].body);
	for (size_t i = 0; i < merge->count; i++) {
		struct json_object *ancestor = i ? ancestor_of(batch, merge, i) : NULL;
		merge->leaves[i] = (struct leaf){leaves[i].revision, leaves[i].body, ancestor};
		merge->unknown = merge->unknown || (i && !ancestor);
	}
}

bool merge_read_ancestors(struct merge_batch *batch, struct error *error)
{
	struct endpoint *couch = &batch->sync->couch;
	size_t *of_ended = own_alloc((batch->revision_count + 1) * sizeof *of_ended);

	for (size_t i = 0; i < batch->count; i++)
		if (!batch->list[i].failed)
			note_ancestors(batch, &batch->list[i], of_ended + batch->list[i].first);
	bool ok = batch->ancestor_count == 0 ||
		  couch->ops->read_revisions(couch->self, batch->ancestors, batch->ancestor_count, error) ||
		  stops_merges(batch, error);
	for (size_t i = 0; ok && i < batch->ancestor_count; i++)
		if (batch->ancestors[i].body && !batch->ancestors[i].flaw)
			batch->of_ancestors[i].digest = leaf_digest(batch->ancestors[i].body);
	ok = ok && recall_ancestors(batch, error);
	for (size_t i = 0; ok && i < batch->count; i++)
		if (!batch->list[i].failed) {
			take_ancestors(batch, &batch->list[i]);
			judge_ended(batch, &batch->list[i], of_ended + batch->list[i].first);
		}
	free(of_ended);
	return ok || error_wrap(error, "reading what conflicting revisions were made of");
}
