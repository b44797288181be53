/* One pair, as the index keeps it: what a cycle must know of all pairs at once. About 450 bytes with its name. */
#pragma once
#include "bridge/state/ledger_entry.h"
#include "bridge/state/rights.h"

struct conflict;
struct watched;
struct typing;
void pair_free(struct pair *pair);
struct endpoint_record;
struct brake;
enum due_kind {
	DUE_AGAIN,    /* something is open: a doubt, a retry */
	DUE_APP_LINK, /* the app's link is to be written */
	DUE_PICTURES, /* Airtable is fetching pictures, or did not take some */
	DUE_KINDS,
};
enum job_reason {
	JOB_DOCUMENT = 1,  /* the document has leaves that were not handled */
	JOB_ROW = 2,       /* the row was seen to differ, or is new */
	JOB_AGAIN = 4,     /* something is open: a doubt, a wait, a problem */
	JOB_APP_LINK = 8,  /* quiet for a while: the app's link may be written */
	JOB_PICTURES = 16, /* its pictures have changed, or are looked at again */
};
enum value_kind {
	VALUE_REFERENCE,  /* an item's asset reference; a collection's number */
	VALUE_EPC,        /* of an item: what its tag is to hold */
	VALUE_ACTUAL_EPC, /* what its tag holds */
	VALUE_KINDS,
};
enum watch_kind {
	WATCH_DOCUMENTS, /* the documents that its edit was refused for, by their _ids */
	WATCH_RECORDS, /* the rows that its row points to and that have no document yet, by their record ids */
	WATCH_APP_LINKS, /* the row that its app link names, of which another pair may yet make a document, by its record id */
	WATCH_KINDS,
};
/* A time of a pair, and where it stands in the heap. */
struct due {
	int64_t at_ms; /* steady clock; 0: never */
	size_t place;  /* from 1; 0: not in the heap */
};
/* A place in the index, inside a pair. */
struct value {
	uint64_t hash; /* 0: none */
	struct pair *next;
};
/* One pair and one thing; in the list of the pair's, and in that of all who watch the same. */
struct watch {
	struct pair *pair;
	struct watched *watched;
	struct watch *next_of_pair;
	struct watch *next, *former; /* of the same thing */
};
struct pair {
	enum table table;
	char *full_id;  /* owned: "item-<id>" */
	const char *id; /* inside full_id */
	char *name;     /* owned; of its document as last seen, for messages: masked, and cut; or NULL */

	/* The document as last seen. */
	enum { PAIR_DOCUMENT_NONE, PAIR_DOCUMENT_TOMBSTONE, PAIR_DOCUMENT_THERE } document;
	bool in_scope;
	/* By the table of the place: the collection and the container that its document stands in. */
	struct parent_link {
		struct pair *parent;        /* NULL: none */
		struct pair *next, *former; /* among the contents of the place */
	} parents[TABLE_COUNT];
	struct pair *contents;            /* the first of those whose documents stand in it */
	unsigned scoped_contents;         /* of them in scope */
	bool scope_doubted;               /* in the list of those whose 'in_scope' is to be decided anew */
	struct value values[VALUE_KINDS]; /* what a save asks of others */
	uint64_t leaves_hash;             /* hash of its live leaves */
	struct conflict *conflict;        /* owned, by conflicts.h alone: it has several of them; or NULL */
	int64_t seen_at_ms;               /* steady clock: when these leaves were first seen */
	uint64_t synced;                  /* those that the ledger says were handled */
	uint64_t ended;                   /* hash of its deleted leaves that were handled */
	uint64_t links,
		links_handled; /* hash of an item's links to pictures as last seen; and of those that were handled */

	/* The ledger in short. */
	enum entry_state state;
	char record_id[32]; /* the paired row; with 'row_free' one that might become it; "" none */
	bool row_missing;   /* its row, paired or not, was not there when it was last asked for */
	bool row_free;
	bool row_by_app_link; /* the app's link names that row */
	struct pair *copy_of; /* its row is not paired and has the ID of this one (sync-rules 13) */
	unsigned copies;      /* pairs whose 'copy_of' it is */
	bool app_made; /* that row is named by the app link of the other's document: the app made it (app_twins.h) */
	struct pair *
		twin_of; /* the app link of its document names the row of this one: the app made it of that row */
	bool twin_stays;     /* it stays that one's twin, whatever becomes of the row (app_twins.h) */
	unsigned twins;      /* pairs whose 'twin_of' it is */
	struct pair *claims; /* its row is paired and shows the ID of this one, and other edits besides */
	unsigned claimants;  /* pairs whose 'claims' it is */
	struct pair *agreed_collection,
		*agreed_container; /* where both sides agreed that it stands, or NULL */
	unsigned insiders;         /* pairs of which it is one of these: their rows point to its row */
	bool created_from_row;
	int64_t retired_ms; /* Airtable's clock: when its retired entry was set, of one that expires; 0: none */
	struct typing *typing; /* owned, by typing.h alone; or NULL */
	/* what Airtable does not permit to do with its row; it is not tried until: */
	enum row_right refused_right;
	int64_t refused_until_ms; /* steady clock */
	/* its document did, and that is not settled, or both sides are held apart (sync-rules 3) */
	bool went_back;
	bool has_problem;   /* a person should know something of it */
	bool only_reported; /* and that is past: what a merge cost (conflict_notice.h), and nothing else */
	bool in_step;       /* both sides were in step after its last job: nothing was open or under way */
	bool save_lost; /* what was last noted as taken into the document met a conflict: it is not in it */
	unsigned waits; /* enum pair_waits, or 0: a link in it waits for another pair */
	int64_t unsent_ms; /* the row's intent of this time was noted by this process, and nothing has left since; 0: none such */
	unsigned misses; /* jobs in a row in which a write met a conflict or had no answer */
	char *unstored;  /* owned; a problem that not even the ledger takes, or NULL */

	unsigned reasons;     /* why it is to be looked at; 0: it is not */
	unsigned char queued; /* it is in the pairs' queue; set by queue.h alone */
	bool under_way;       /* a batch works on it */
	/* The number of the call for news (sync.polls_made) in which a revision of its document was last heard of or handled. */
	uint64_t heard_in;
	/* what was heard of it is neither handled nor noted in the ledger: the checkpoint waits */
	bool unsettled;
	unsigned cycle, turns;     /* how often it asked for another job in the cycle of that number */
	unsigned looked;           /* how many jobs it had in that cycle, whoever asked for them */
	unsigned restless;         /* cycles in a row in which it had too many jobs */
	struct due due[DUE_KINDS]; /* when it is looked at again, by due.h alone */
	struct watch *watches[WATCH_KINDS]; /* what it is stopped by, by watches.h alone */
	unsigned list_turn;    /* the full list in which its row, or one with its ID, was last shown */
	unsigned present_turn; /* the check of rows that last showed its row */
	unsigned measured;     /* the turn of 'height' */
	int height;            /* levels of queued contents below it */
	/* owned; its row as a poll has just shown it, for the next job */
	struct endpoint_record *fresh_row;
	struct brake *brake; /* owned; of what was written lately, or NULL */
};
/* The steady time from which on it is due for this; 0: not at all. */
int64_t pair_due_ms(const struct pair *pair, enum due_kind kind);
void pair_drop_fresh(struct pair *pair);
/* What people know it by: "item-12 (Drill)". The caller frees. */
char *pair_label(const struct pair *pair);
/* NULL and "" leave the name that it has. */
void pair_set_name(struct pair *pair, const char *name);
/* All whose documents stand in the place: for (content = place->contents; content; content = pair_next_content(...)). */
struct pair *pair_next_content(const struct pair *content, const struct pair *place);
