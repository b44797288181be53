#include "bridge/merge/merge_trace.h"

#include "bridge/merge/merge_common.h"
#include "inventory/leaf_trace.h"

#define LINE_MOST 12 /* revisions of a leaf in which an earlier merge is looked for */

/* What was in the revisions of a leaf, the newest first, down to what it has in common with the other one. */
struct line {
	size_t count;
	struct json_object *digests[LINE_MOST]; /* borrowed; NULL: it is not known */
};

static const struct endpoint_revision *leaf_of(const struct merge_batch *batch, const struct merge *merge,
					       size_t leaf)
{
	return &batch->revisions[merge->first + leaf];
}

/* How many revisions of the leaf are to be known: with the one in common. 0: they have none, or it is too far away. */
static size_t line_length(const struct endpoint_revision *leaf, const struct endpoint_revision *other)
{
	for (size_t i = 0; i < json_length(leaf->lineage) && i < LINE_MOST; i++)
		if (endpoint_lineage_has(other->lineage, json_text_of(json_at(leaf->lineage, i))))
			return i + 1;
	return 0;
}

static void want_line(struct merge_batch *batch, const struct merge *merge,
		      const struct endpoint_revision *leaf, const struct endpoint_revision *other)
{
	size_t length = line_length(leaf, other);

	/* The first is the leaf itself, the last one is wanted anyway. */
	for (size_t i = 1; i + 1 < length; i++)
		merge_want_ancestor(batch, merge, json_text_of(json_at(leaf->lineage, i)));
}

/* All that was in 'earlier' since both parted, and what 'leaf' has of its own. */
static void want_lines_of(struct merge_batch *batch, const struct merge *merge, size_t earlier, size_t leaf,
			  size_t nearest)
{
	want_line(batch, merge, leaf_of(batch, merge, earlier), leaf_of(batch, merge, leaf));
	want_line(batch, merge, leaf_of(batch, merge, leaf), leaf_of(batch, merge, nearest));
}

void merge_want_lines(struct merge_batch *batch, const struct merge *merge)
{
	for (size_t i = 1; i < merge->count; i++) {
		size_t nearest = merge_nearest_leaf(leaf_of(batch, merge, 0), i);
		want_lines_of(batch, merge, 0, i, nearest);
		if (nearest)
			want_lines_of(batch, merge, nearest, i, nearest);
	}
}

static void read_line(const struct merge_batch *batch, const struct merge *merge, size_t leaf, size_t other,
		      struct line *line)
{
	const struct endpoint_revision *tip = leaf_of(batch, merge, leaf);

	line->count = line_length(tip, leaf_of(batch, merge, other));
	line->digests[0] = merge->digests[leaf];
	for (size_t i = 1; i < line->count; i++)
		line->digests[i] = merge_digest(batch, merge, json_text_of(json_at(tip->lineage, i)));
}

/* Whether any revision of the line took so much of what this one had brought. */
static bool took(const struct line *line, struct json_object *other, struct json_object *ancestor,
		 enum leaf_taken taken)
{
	for (size_t i = 0; i + 1 < line->count; i++)
		if (line->digests[i] && line->digests[i + 1] &&
		    leaf_was_merged(ancestor, line->digests[i + 1], other, line->digests[i], taken))
			return true;
	return false;
}

/* The newest revision of 'given' of which 'line' took all; else the oldest of which it took what it could. Of a newer one that gave way in
 * part nobody knows whether it is that which was merged: what it has besides may be new. */
static struct json_object *merged_of(const struct line *given, const struct line *line, enum leaf_taken taken,
				     struct json_object *ancestor)
{
	bool oldest_first = taken == LEAF_TAKEN_IN_PART;
	size_t own = given->count > 0 ? given->count - 1 : 0; /* behind them is what both have in common */

	for (size_t i = 0; i < own; i++) {
		struct json_object *digest = given->digests[oldest_first ? own - 1 - i : i];
		if (digest && took(line, digest, ancestor, taken))
			return digest;
	}
	return NULL;
}

struct json_object *merge_trace(const struct merge_batch *batch, const struct merge *merge, size_t earlier,
				size_t leaf, struct json_object *ancestor)
{
	struct line before, own;
	struct json_object *merged = NULL;

	read_line(batch, merge, earlier, leaf, &before);
	read_line(batch, merge, leaf, merge_nearest_leaf(leaf_of(batch, merge, 0), leaf), &own);
	/* A revision of which all was taken, and nothing else, comes before a newer one that had taken back a part of that. */
	for (int taken = LEAF_TAKEN_ALONE; !merged && taken <= LEAF_TAKEN_IN_PART; taken++) {
		merged = merged_of(&own, &before, (enum leaf_taken)taken, ancestor);
		if (!merged)
			merged = merged_of(&before, &own, (enum leaf_taken)taken, ancestor);
	}
	return merged;
}
