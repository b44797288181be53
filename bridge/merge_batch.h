/* Documents whose leaves are made one, and what is known of each on the way. Only for the engine's own files. */
#pragma once
#include "bridge/sync.h"
#include "inventory/leaves.h"

/* One document and its leaves, the shown one first. */
struct merge {
	struct pair *pair;
	struct side_record document;
	size_t first, count; /* of its live leaves in 'revisions' */
	size_t ended;        /* of its deleted ones, behind them; only where one leaf lives */
	bool unknown;        /* what they were made of is not known any more */
	bool dies;           /* one of these was a deletion of all that it has */
	struct leaf *leaves; /* owned */
	struct merged_leaves merged;
	struct json_object *histories; /* owned; or NULL */
	bool failed;                   /* it is not merged this time */
};
struct merge_batch {
	struct sync *sync;
	size_t count;
	struct merge *list; /* owned */
	size_t revision_count;
	struct side_revision *revisions; /* owned; all leaves of all of them */
	size_t ancestor_count;
	struct side_revision *ancestors; /* owned */
	bool *doubted; /* owned; of the ancestors: they count only if the ledger remembers that they were handled */
	struct json_object **digests; /* owned; of the ancestors; NULL: it is not known what they had */
};
void merge_batch_done(struct merge_batch *batch);

struct side_key merge_key(const struct merge *merge);
/* It is a problem of the pair: its look tells it, and tries again later. */
void merge_give_up(struct merge_batch *batch, struct merge *merge, const char *why);
/* Somebody else wrote it, or the answer is lost: what is there now is merged by the next turn. After some of these in a row it is
 * a problem. */
void merge_miss(struct merge_batch *batch, struct merge *merge, const char *why);
