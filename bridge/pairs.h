/* Every pair that is known, in short: an index in memory over the documents, the rows and the ledger.
 *
 * It holds what a pass must know of all pairs at once (who is paired with whom, who stands in what, what is to be
 * looked at); bodies, cells and agreements are read for the few that are under work. About 400 bytes a pair.
 *
 * What happens to one pair is told to those that it concerns, which are found by an index; only a start and a list of all
 * rows go through all pairs. */
#pragma once
#include "base/index.h"
#include "bridge/conflicts.h"
#include "bridge/due.h"
#include "bridge/field.h"
#include "bridge/plan.h"
#include "bridge/queue.h"
#include "bridge/rights.h"
#include "bridge/values.h"
#include "bridge/watches.h"

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
struct brake;

struct pair {
	enum table table;
	char *full_id;  /* owned: "item-<id>" */
	const char *id; /* inside full_id */

	/* The document as last seen. */
	enum { PAIR_DOCUMENT_NONE, PAIR_DOCUMENT_TOMBSTONE, PAIR_DOCUMENT_THERE } document;
	bool in_scope;
	/* By the table of the place: the collection and the container that its document stands in. */
	struct standing {
		struct pair *place;         /* NULL: none */
		struct pair *next, *former; /* among the contents of the place */
	} stands[TABLE_COUNT];
	struct pair *contents;            /* the first of those whose documents stand in it */
	unsigned scoped_contents;         /* of them in scope */
	bool scope_doubted;               /* in the list of those whose 'in_scope' is to be decided anew */
	struct value values[VALUE_KINDS]; /* what a save asks of others */
	uint64_t leaves;                  /* hash of its live leaves */
	struct conflict *conflict;        /* owned, by conflicts.h alone: it has several of them; or NULL */
	int64_t seen_at_ms;               /* steady clock: when these leaves were first seen */
	uint64_t handled;                 /* those that the ledger says were handled */
	uint64_t ended;                   /* hash of its deleted leaves that were handled */

	/* The ledger in short. */
	enum entry_state state;
	char record_id[32]; /* the paired row; with 'row_free' one that might become it; "" none */
	bool row_missing;   /* the paired row was not there when it was last asked for */
	bool row_free;
	bool row_by_mark;     /* the app's mark names that row */
	struct pair *copy_of; /* its row is not paired and has the ID of this one (sync-rules 13) */
	unsigned copies;      /* pairs whose 'copy_of' it is */
	bool app_made; /* that row is named by the mark of the other's document: the app made it (app_twins.h) */
	struct pair *
		twin_of; /* the mark of its document names the row of this one: the app made it of that row */
	unsigned twins;  /* pairs whose 'twin_of' it is */
	struct pair *claims; /* its row is paired and shows the ID of this one, and other edits besides */
	unsigned claimants;  /* pairs whose 'claims' it is */
	struct pair *agreed_collection,
		*agreed_container; /* where both sides agreed that it stands, or NULL */
	unsigned insiders;         /* pairs of which it is one of these: their rows point to its row */
	bool born_as_row;
	int64_t buried_ms; /* Airtable's clock: when its gravestone was set, of one that expires; 0: none */
	struct typing *typing; /* owned, by typing.h alone; or NULL */
	enum row_right
		refused_right; /* what Airtable does not permit to do with its row; until then it is not tried: */
	int64_t refused_until_ms; /* steady clock */
	bool went_back;   /* its document, and that is not settled, or both are held apart (sync-rules 3) */
	bool has_problem; /* a person should know something of it */
	bool only_told;   /* and that is past: what a merge cost (notice.h), and nothing else */
	bool in_step;     /* both sides were, when it was last looked at: nothing was open or under way */
	bool save_lost;   /* what was last noted as taken into the document met a conflict: it is not in it */
	unsigned waits;   /* enum pair_waits, or 0: a link in it waits for another pair */
	int64_t unsent_ms; /* the note of this time was made by this process, and nothing has left since; 0: none such */
	unsigned misses; /* looks in a row of which a write met a conflict or had no answer */
	char *unstored;  /* owned; a problem that not even the ledger takes, or NULL */

	unsigned looks;       /* why it is to be looked at; 0: it is not */
	unsigned char queued; /* it is in the pairs' queue; set by queue.h alone */
	bool under_way;       /* a group works on it */
	/* The call for news (sync.h) with which a revision of its document was last heard of or handled. */
	uint64_t heard_in;
	bool unsettled; /* what was heard of it is neither handled nor in the ledger: the checkpoint waits */
	unsigned pass, turns;      /* how often it has asked the pass of that number for another look */
	unsigned looked;           /* how often that pass has looked at it, whoever asked */
	unsigned restless;         /* passes in a row that would not stop looking at it */
	struct due due[DUE_KINDS]; /* when it is looked at again, by due.h alone */
	struct watch *watches[WATCH_KINDS]; /* what it is stopped by, by watches.h alone */
	unsigned list_turn;    /* the full list in which its row, or one with its ID, was last shown */
	unsigned present_turn; /* the check of rows that last showed its row */
	unsigned measured;     /* the turn of 'height' */
	int height;            /* levels of queued contents below it */
	struct side_record *fresh_row; /* owned; read with the news, for the look that follows */
	struct side_record *fresh_document;
	struct brake *brake; /* owned; of what was written lately, or NULL */
};

struct pairs {
	size_t count, capacity;
	struct pair **list; /* owned; in the order of their coming */
	struct index by_id[TABLE_COUNT], by_record;
	struct queue queue;
	bool marks_first; /* the app's marks do not wait behind what has no counterpart yet (marks.h) */
	bool hears;       /* news is heard while others wait for their turn: what it queues goes first */
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
/* The same by what an ID cell shows: one of a tab may show a space. */
struct pair *pairs_find_shown(const struct pairs *pairs, enum table table, const char *shown);
/* Drops all pairs of which neither side has anything and nothing is remembered, under way or pointed to; how many they were. No group
 * is at work. */
size_t pairs_drop_ended(struct pairs *pairs);
struct pair *pairs_by_record(const struct pairs *pairs, const char *record_id); /* or NULL */
/* "" takes the row away. Another pair that had this row loses it. */
void pairs_set_record(struct pairs *pairs, struct pair *pair, const char *record_id, bool row_free);
/* Whose ID its row shows; NULL: nobody's but its own. Who it was and who it is are looked at. */
void pairs_set_copy_of(struct pairs *pairs, struct pair *pair, struct pair *original);
void pairs_set_claims(struct pairs *pairs, struct pair *pair, struct pair *other);
/* Whose row the mark of its document names; NULL: nobody else's. It is looked at when that changes. */
void pairs_set_twin_of(struct pairs *pairs, struct pair *pair, struct pair *original);
/* It has no row any more, or another one: its twins may be no more. */
void pairs_wake_twins(struct pairs *pairs, const struct pair *original);
/* Adds a reason to look at it, and puts it into the queue. */
void pairs_look(struct pairs *pairs, struct pair *pair, enum look_reason reason);
void pairs_set_unsettled(struct pairs *pairs, struct pair *pair, bool unsettled);
/* A problem that not even the ledger takes; NULL: none, or the ledger has it. True when it was another. */
bool pairs_set_unstored(struct pairs *pairs, struct pair *pair, const char *problem);
/* What a link in it waits for: enum pair_waits; the rows without a document, none where they are not known. */
void pairs_set_waits(struct pairs *pairs, struct pair *pair, unsigned waits, const char *const *record_ids,
		     size_t record_count);
/* The pair has got its counterpart: queues what waited for it. */
void pairs_wake_waiting(struct pairs *pairs, struct pair *pair);
/* Queues the pair if it waits for nothing any more that is still to come. */
void pairs_wake_if_free(struct pairs *pairs, struct pair *pair);
/* The documents that the pair's refusal names, in the place of those before; NULL: none. */
void pairs_set_causes(struct pairs *pairs, struct pair *pair, struct json_object *full_ids);
/* This document has changed: queues what was refused because of it (sync-rules 21). */
void pairs_wake_refused(struct pairs *pairs, const struct pair *document);
/* Whether it is to be looked at some time; the steady time from which on (0: not at all). */
int64_t pair_due_ms(const struct pair *pair, enum due_kind kind);
void pairs_set_due(struct pairs *pairs, struct pair *pair, enum due_kind kind, int64_t at_ms);
/* Queues what is due; the steady time of the next that will be, or 0. */
int64_t pairs_queue_due(struct pairs *pairs, int64_t now_ms);
void pair_drop_fresh(struct pair *pair);
/* Whether it is in scope is to be decided anew (scope.h). */
void pairs_doubt_scope(struct pairs *pairs, struct pair *pair);
