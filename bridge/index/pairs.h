/* Every pair that is known, in short: an index in memory over the documents, the rows and the ledger.
 *
 * It holds what a cycle must know of all pairs at once: who is paired with whom, who stands in what, which are queued. Bodies,
 * cells and what is agreed are read for the few pairs that are under work. About 450 bytes a pair, with its name.
 *
 * When something happens to one pair, those that it concerns are found by an index and queued. Only a start and a list of all
 * rows go through all pairs. */
#pragma once
#include "bridge/index/conflicts.h"
#include "bridge/index/due.h"
#include "bridge/index/queue.h"
#include "bridge/index/values.h"
#include "bridge/index/watches.h"

struct pairs {
	size_t count, capacity;
	struct pair **list; /* owned; in the order of their coming */
	struct index by_id[TABLE_COUNT], by_record;
	struct queue queue;
	/* app links do not wait behind pairs that have no counterpart yet (app_link.h) */
	bool app_links_first;
	bool polls; /* a poll runs while pairs are still queued: what it queues goes first */
	struct dues dues;
	struct values values;
	struct watches watches;
	size_t doubted_count, doubted_capacity;
	struct pair **doubted; /* owned; those whose 'in_scope' is to be decided anew */
	struct conflicts conflicts;
	size_t unsettled;  /* pairs with 'unsettled' */
	size_t unstored;   /* pairs with 'unstored' */
	unsigned pairings; /* how often some pair got its counterpart */
	unsigned measure;  /* turns of pairs_measure() */
	size_t tabbed_count;
	struct pair **tabbed; /* owned; pairs with a tab in their id */
};

void pairs_init(struct pairs *pairs);
void pairs_done(struct pairs *pairs);
struct pair *pairs_find(const struct pairs *pairs, enum table table, const char *id); /* or NULL */
struct pair *pairs_want(struct pairs *pairs, enum table table, const char *id);       /* made if new */
/* The same by what an ID cell shows, which may have a space for a tab of the id. */
struct pair *pairs_find_shown(const struct pairs *pairs, enum table table, const char *shown);
struct pair *pairs_by_record(const struct pairs *pairs, const char *record_id); /* or NULL */
/* "" takes the row away. Another pair that had this row loses it. */
void pairs_set_record(struct pairs *pairs, struct pair *pair, const char *record_id, bool row_free);
/* Whose ID its row shows; NULL: nobody's but its own. Queues the former original and the new one. */
void pairs_set_copy_of(struct pairs *pairs, struct pair *pair, struct pair *original);
void pairs_set_claims(struct pairs *pairs, struct pair *pair, struct pair *other);
/* Whose row the app link of its document names; NULL: nobody else's. Queues the pair when that changes. */
void pairs_set_twin_of(struct pairs *pairs, struct pair *pair, struct pair *original);
/* Its row is gone, or is another one: queues its twins, which may be none any more. */
void pairs_requeue_twins(struct pairs *pairs, const struct pair *original);
/* Adds a reason to look at it, and puts it into the queue. */
void pairs_queue(struct pairs *pairs, struct pair *pair, enum job_reason reason);
void pairs_set_unsettled(struct pairs *pairs, struct pair *pair, bool unsettled);
/* A problem that not even the ledger takes; NULL: none, or the ledger has it. True when it was another. */
bool pairs_set_unstored(struct pairs *pairs, struct pair *pair, const char *problem);
void pairs_set_due(struct pairs *pairs, struct pair *pair, enum due_kind kind, int64_t at_ms);
/* Queues all pairs that are due. Returns the steady time at which the next one will be, or 0. */
int64_t pairs_queue_due(struct pairs *pairs, int64_t now_ms);
/* Has it decided anew whether the pair is in scope (scope.h). */
void pairs_doubt_scope(struct pairs *pairs, struct pair *pair);
