/* Documents that are being merged, and what is known of each on the way. */
#pragma once
#include "bridge/memory/memory.h"
#include "inventory/leaves.h"

/* One document and its leaves: the shown one first, the others in CouchDB's order (leaf_compare). */
struct merge {
	struct pair *pair;
	struct endpoint_record document;
	size_t first, count;          /* of its live leaves in 'revisions' */
	size_t ended;                 /* of its deleted ones, behind them; only where one leaf lives */
	bool unknown;                 /* what they were made of is not known any more */
	bool dies;                    /* one of the deleted leaves was a deletion of all that it has */
	struct leaf *leaves;          /* owned */
	struct json_object **digests; /* owned; of the leaves */
	struct merged_leaves merged;
	struct json_object *histories; /* owned; or NULL */
	bool failed;                   /* it is not merged this time */
};
/* What is known of a revision that leaves were made of. */
struct merge_ancestor {
	bool doubted;               /* it counts only if the ledger remembers that it was handled */
	struct json_object *digest; /* owned; NULL: it is not known what it had */
};
struct merge_batch {
	struct sync *sync;
	size_t count;
	struct merge *list; /* owned */
	size_t revision_count;
	struct endpoint_revision *revisions; /* owned; all leaves of all of them */
	size_t ancestor_count;
	struct endpoint_revision *ancestors; /* owned */
	struct merge_ancestor *of_ancestors; /* owned */
};
void merge_batch_done(struct merge_batch *batch);

struct endpoint_key merge_key(const struct merge *merge);
/* Notes a revision that is to be read. Returns its place in 'ancestors'. */
size_t merge_want_ancestor(struct merge_batch *batch, const struct merge *merge, const char *revision);
/* The body of a revision that was read; NULL when the database does not have it any more, or it cannot be understood. Borrowed. */
struct json_object *merge_body(const struct merge_batch *batch, const struct merge *merge,
			       const char *revision);
/* The digest of a revision; NULL when it is not known any more. Borrowed. */
struct json_object *merge_digest(const struct merge_batch *batch, const struct merge *merge,
				 const char *revision);
/* It cannot be merged: a problem of the pair, which its next job reports, and which is tried again later. */
void merge_give_up(struct merge_batch *batch, struct merge *merge, const char *why);
/* Somebody else wrote it, or there was no answer: the next turn merges what is there then. After some of these in a row it is a
 * problem. */
void merge_miss(struct merge_batch *batch, struct merge *merge, const char *why);
