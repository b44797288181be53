/* Every pair that is known, in short: an index in memory over the documents, the rows and the ledger.
 *
 * It holds what a pass must know of all pairs at once (who is paired with whom, who stands in what, what is to be
 * looked at); bodies, cells and agreements are read for the few that are under work. About 350 bytes a pair. */
#pragma once
#include "bridge/field.h"
#include "bridge/plan.h"
#include "bridge/values.h"

enum look_reason {
	LOOK_DOCUMENT = 1, /* the document has leaves that were not handled */
	LOOK_ROW = 2,      /* the row was seen to differ, or is new */
	LOOK_AGAIN = 4,    /* something is open: a doubt, a wait, a problem */
	LOOK_MARK = 8,     /* quiet for a while: the app's mark may be written */
};

enum pair_waits {
	WAITS_FOR_ROW = 1,      /* what its document points to has no row yet */
	WAITS_FOR_DOCUMENT = 2, /* what its row points to has no document yet */
};

struct side_record;

struct pair {
	enum table table;
	char *full_id;  /* owned: "item-<id>" */
	const char *id; /* inside full_id */

	/* The document as last seen. */
	enum { PAIR_DOCUMENT_NONE, PAIR_DOCUMENT_TOMBSTONE, PAIR_DOCUMENT_THERE } document;
	bool in_scope;
	char *collection_id, *container_id; /* owned; of an item, or NULL */
	struct value values[VALUE_KINDS];   /* what a save asks of others */
	uint64_t leaves;                    /* hash of its live leaves */
	int64_t seen_at_ms;                 /* steady clock: when these leaves were first seen */
	uint64_t handled;                   /* those that the ledger says were handled */

	/* The ledger in short. */
	enum entry_state state;
	char record_id[32]; /* the paired row; with 'row_free' one that might become it; "" none */
	bool row_missing;   /* the paired row was not there when it was last asked for */
	bool row_free;
	bool row_by_mark;     /* the app's mark names that row */
	struct pair *copy_of; /* its row is not paired and has the ID of this one (sync-rules 13) */
	unsigned copies;      /* pairs whose 'copy_of' it is */
	struct pair *claims;  /* its row is paired and shows the ID of this one, and other edits besides */
	unsigned claimants;   /* pairs whose 'claims' it is */
	struct pair *agreed_collection,
		*agreed_container; /* where both sides agreed that it stands, or NULL */
	unsigned insiders;         /* pairs of which it is one of these: their rows point to its row */
	bool born_as_row;
	bool has_problem; /* a person should know something of it */
	bool save_lost;   /* what was last noted as taken into the document met a conflict: it is not in it */
	unsigned waits;   /* enum pair_waits, or 0: a link in it waits for another pair */

	unsigned looks; /* why it is to be looked at; 0: it is not */
	bool queued;    /* it is in the pairs' queue */
	bool under_way; /* a group works on it */
	bool unsettled; /* what was heard of it is neither handled nor in the ledger: the checkpoint waits */
	unsigned pass, turns;          /* how often the pass of that number has looked at it */
	int64_t due_ms;                /* steady clock: look again then; 0 never */
	int64_t mark_due_ms;           /* steady clock: write the app's mark then; 0 it has it */
	unsigned list_turn;            /* the full list in which its row was last shown */
	int height;                    /* levels of contents below it */
	struct side_record *fresh_row; /* owned; read with the news, for the look that follows */
	struct side_record *fresh_document;
};

/* What a pair's edit was refused for: another document, or its absence. */
struct cause {
	struct pair *parked, *document;
};

struct pairs {
	size_t count, capacity;
	struct pair **list; /* owned; in the order of their coming */
	struct lh_table *by_id[TABLE_COUNT], *by_record;
	size_t queue_count, queue_capacity;
	struct pair **queue;
	struct values values;
	size_t cause_count;
	struct cause *causes; /* owned */
	size_t waiting;       /* pairs with 'waits' */
	size_t unsettled;     /* pairs with 'unsettled' */
};

void pairs_init(struct pairs *pairs);
void pairs_done(struct pairs *pairs);
struct pair *pairs_find(const struct pairs *pairs, enum table table, const char *id); /* or NULL */
struct pair *pairs_want(struct pairs *pairs, enum table table, const char *id);       /* made if new */
struct pair *pairs_by_record(const struct pairs *pairs, const char *record_id);       /* or NULL */
/* "" takes the row away. Another pair that had this row loses it. */
void pairs_set_record(struct pairs *pairs, struct pair *pair, const char *record_id, bool row_free);
/* Whose ID its row shows; NULL: nobody's but its own. Who it was and who it is are looked at. */
void pairs_set_copy_of(struct pairs *pairs, struct pair *pair, struct pair *original);
void pairs_set_claims(struct pairs *pairs, struct pair *pair, struct pair *other);
/* Whoever loses its last contents is looked at, if it waits for that. */
void pairs_set_agreed(struct pairs *pairs, struct pair *pair, struct pair *collection,
		      struct pair *container);
/* What was refused and stands in it. */
void pairs_wake_contents(struct pairs *pairs, const struct pair *place);
/* What may have been kept for its contents, of which one has gone; what the pair stands in. */
void pairs_wake_place(struct pairs *pairs, struct pair *place);
void pairs_wake_container(struct pairs *pairs, const struct pair *pair);
/* Whether rows point to its row, or are to. */
bool pairs_holds_rows(const struct pairs *pairs, const struct pair *pair);
/* Adds a reason to look at it, and puts it into the queue. */
void pairs_look(struct pairs *pairs, struct pair *pair, enum look_reason reason);
void pairs_set_unsettled(struct pairs *pairs, struct pair *pair, bool unsettled);
void pairs_set_waits(struct pairs *pairs, struct pair *pair, unsigned waits);
/* Queues what waits and may go on now that some pair has got its counterpart. */
void pairs_wake_waiting(struct pairs *pairs);
/* The documents that the pair's refusal names, in the place of those before; NULL: none. */
void pairs_set_causes(struct pairs *pairs, struct pair *pair, struct json_object *full_ids);
/* This document has changed: queues what was refused because of it (sync-rules 21). */
void pairs_wake_refused(struct pairs *pairs, const struct pair *document);
/* Queues what is due; the steady time of the next that will be, or 0. */
int64_t pairs_queue_due(struct pairs *pairs, int64_t now_ms);
/* True when something changed. */
bool pair_set_parents(struct pair *pair, const char *collection_id, const char *container_id);
void pair_drop_fresh(struct pair *pair);
/* Whether any live document stands in this collection or container. */
bool pairs_has_contents(const struct pairs *pairs, const struct pair *pair);
/* Sets 'height' of all: a container of containers stands higher than its contents. */
void pairs_measure(struct pairs *pairs);
