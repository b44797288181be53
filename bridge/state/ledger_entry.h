/* An entry of the ledger in memory: what is agreed, what is under way, and how it ends. */
#pragma once
#include "bridge/state/intents.h"
#include "bridge/state/ledger_pictures.h"

#define LEDGER_VERSION         1
#define LEDGER_VERSION_PACKED  2 /* of an entry with "texts" (ledger_texts.h) */
#define LEDGER_VERSION_INTENTS 3 /* of an entry with "intents" (ledger_intents.h) */
enum pair_waits {
	WAITS_FOR_ROW = 1,      /* what its document points to has no row yet */
	WAITS_FOR_DOCUMENT = 2, /* what its row points to has no document yet */
};
enum entry_state {
	ENTRY_NONE,
	ENTRY_PAIR,
	ENTRY_RETIRED,
	ENTRY_FORGOTTEN, /* a retired entry 'forgotten' */
	ENTRY_DISCARDED, /* that of a row that never was a document */
};
struct ledger_field {
	bool known;             /* something is agreed about this field */
	bool shown_differently; /* an answer showed something else than was sent (sync-rules 18) */
	bool held; /* held apart: both differ, the row has the newer, until one is edited (sync-rules 3) */
	bool base_uncertain; /* one side may have been edited unseen: an edit of the other is a conflict */
	struct cell couch, airtable;
};
struct ledger_entry {
	enum table table;
	char *id;
	char revision[80]; /* of the ledger's own document; "" when new */
	enum entry_state state;
	/* the paired row; or the row that waits to become a document; or that of a retired entry */
	char record_id[32];
	char document
		[80]; /* the document's winning revision when it was last looked at; "" not known (sync-rules 3) */
	uint64_t synced; /* hash of the document's live leaves that were handled; 0: none */
	uint64_t ended;  /* hash of its deleted leaves that were handled; 0: none */
	struct json_object *
		revisions; /* owned; of the document, as far as they are remembered (leaf_memory.h); or NULL */
	/* Airtable's clock when the handled revision was first seen; of a tombstone also while what it asks for is open. Of another one
	 * that is not handled yet only the process knows it (pairs.h); after a crash it is later, which may let a document win a
	 * conflict: the loser is kept all the same. */
	int64_t seen_ms;
	bool has_app_link; /* the document carries the app's link of this pairing */
	bool apart; /* as read: some of its fields are held apart (above), also where the fields themselves are not read */
	char *shows;   /* owned; the ID of another that its row shows (sync-rules 13), or NULL */
	char *twin_of; /* owned; the ID of the one of whose row the app made it (app_twins.h), or NULL */
	bool created_from_row; /* made from a row: a collection is then in scope by itself */
	unsigned waits;        /* enum pair_waits: a link in it waits for another pair */
	int64_t typed_ms; /* somebody may be typing in its row, last seen at this time (Airtable's clock); 0: nobody */
	int64_t unsure_since_ms; /* the row was not shown, first at this time (Airtable's clock); 0: it was */
	struct ledger_field fields[FIELD_COUNT];
	char collection_row[32],
		container_row[32];       /* the rows that the links agreed on pointed to; "" not noted */
	struct intents intents;          /* what is under way on its row and its document */
	struct ledger_pictures pictures; /* of an item */
	/* What still has to be saved or removed beside the document, since it was refused, each with its reason in "why". Owned, or
	 * NULL; they outlive the pair. */
	struct json_object *cascade; /* {gone, marks}: what follows from a move or an end of an item */
	struct json_object *
		histories; /* array of {history, why}: of what has happened, still to be written (late_history.h) */
	struct json_object
		*orphaned_histories; /* array of {id, rev}: history entries of changes that did not happen */
	char *notice;                /* owned; what its row says of a merge (conflict_notice.h), or NULL */
	uint64_t notice_leaves_hash; /* while the document has these leaves; 0: not noted yet */
	int64_t notice_ms;           /* wall clock; when the row said so first */
	char *app_link_refused;      /* owned; why the app's link could not be written, or NULL */
	char *problem;               /* owned; what a person should know, or NULL */
	int64_t problem_ms; /* wall clock; since when it says that; 0: there is none, or that is not known */
	struct json_object
		*blocked_by; /* owned; array of _ids of the documents that it comes from, or NULL */
	/* Owned; {_id: revision, "" where there was none} of all that it was decided on (grounds.h); NULL: that is not known. */
	struct json_object *grounds;
	int failures;         /* tries that failed in a row */
	int64_t next_try_ms;  /* wall clock; 0: when something changes */
	char *retired_reason; /* owned */
	int64_t retired_ms;
	struct json_object *
		retired_cells; /* owned; the row's last cells, {field id: value}; from the intent of its deletion on */
	struct json_object *stored; /* owned; as it is in the store */
};
void ledger_entry_done(struct ledger_entry *entry);
void ledger_entry_forget_field(struct ledger_entry *entry, enum field field);
void ledger_entry_agree(struct ledger_entry *entry, enum field field, const struct cell *couch,
			const struct cell *airtable);
/* The document shows something older than what was agreed: notes the field as held apart, so both sides stay as they are. */
void ledger_entry_hold(struct ledger_entry *entry, enum field field, const struct cell *couch);
/* The row that the link agreed on pointed to, of a field that is one of an item's two links; NULL for others. */
char *ledger_entry_linked_row(struct ledger_entry *entry, enum field field);
/* Whether its problem is past: what a merge cost (conflict_notice.h), and nothing else. */
bool ledger_entry_only_reports(const struct ledger_entry *entry);
/* Whether it is a pair with nothing under way, in doubt or waiting, and without a problem. */
bool ledger_entry_is_settled(const struct ledger_entry *entry);
/* Which invariant of intents.h does not hold, for a person; NULL: all do. Of an entry that was read such a flaw is damage. Of one
 * that this process has made it is a fault of the program, and ends it. */
const char *ledger_entry_flaw(const struct ledger_entry *entry);
void ledger_entry_assert(const struct ledger_entry *entry);
/* Makes it a pair, whose document does not carry the app link of this row yet. */
void ledger_entry_pair(struct ledger_entry *entry, const char *record_id);
/* It was brought back: drops what the retired entry held. */
void ledger_entry_revive(struct ledger_entry *entry);
/* Agreement and notes go; what is open beside the document stays. */
void ledger_entry_forget_all(struct ledger_entry *entry);
