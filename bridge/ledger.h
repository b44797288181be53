/* The memory of agreement: per pair what both sides last agreed on, and what was sent and not yet settled.
 *
 * Entries live as JSON documents `pair-<integration>-<type>-<id>` in a store; the real one is the database beside the
 * data, tests bring their own. Fields are kept under the column's id, so that another column never inherits
 * what a former one agreed on. */
#pragma once
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "bridge/columns.h"
#include "bridge/plan.h"

#define LEDGER_VERSION        1
#define LEDGER_VERSION_PACKED 2            /* of an entry with "texts" (ledger_texts.h) */
#define STATE_LOST            "STATE_LOST" /* error.code of a store that was gone, and was made again: it is empty */
#define SOURCE_REPLACED       "SOURCE_REPLACED" /* the source database is not the one that was written to */
#define LEDGER_BATCH          500               /* documents a request at the most */

/* ---- the store ---- */

struct store_result {
	enum error_kind kind; /* NONE, CONFLICT, REFUSED, RETRY (in doubt) */
	char rev[80];
	char text[200];
};
typedef bool store_visit(void *context, struct json_object *document, struct error *error);
/* What the next checkpoint follows: whatever else stands there is of another database. Borrowed; NULL: over anything. */
struct checkpoint_over {
	struct json_object *source, *state;
};
struct store_ops {
	/* One document an id, in order; NULL where there is none. The caller puts each. */
	bool (*read)(void *self, const char *const *ids, size_t count, struct json_object **documents_out,
		     struct error *error);
	/* Each with its _id and, unless new, its _rev. */
	bool (*write)(void *self, struct json_object *const *documents, size_t count,
		      struct store_result *results_out, struct error *error);
	/* All whose id begins with the prefix, of each only the members that are picked; NULL: all of them. */
	bool (*walk)(void *self, const char *prefix, const struct json_pick *pick, store_visit *visit,
		     void *context, struct error *error);
	/* The checkpoint (checkpoint.h): a local document in the source database and one in the state database. Read gives
	 * the one that is in the source, or in the state, NULL when there is none. The write goes to the source first, and in
	 * neither over anything but what 'over' says: an error with the code SOURCE_REPLACED or STATE_LOST. */
	bool (*checkpoint_read)(void *self, struct json_object **checkpoint_out, struct error *error);
	bool (*checkpoint_read_state)(void *self, struct json_object **checkpoint_out, struct error *error);
	bool (*checkpoint_write)(void *self, struct json_object *checkpoint,
				 const struct checkpoint_over *over, struct error *error);
};
struct store {
	const struct store_ops *ops;
	void *self;
};

/* ---- an entry ---- */

enum sent_kind { SENT_NOTHING, SENT_CREATE, SENT_UPDATE, SENT_DELETE };

struct ledger_field {
	bool known;             /* there is a B for this field */
	bool shown_differently; /* an answer showed something else than was sent (sync-rules 18) */
	bool held;      /* both differ, of which the row has the newer, until one is edited (sync-rules 3) */
	bool contested; /* one side may have been edited unseen: an edit of the other is a conflict */
	struct cell couch, airtable;
};
struct ledger_sent {
	enum sent_kind kind;
	int64_t at_ms;     /* Airtable's clock */
	char epoch[37];    /* the process that sent it */
	char document[80]; /* the document's revision that it was made of; "" not known */
	struct ledger_sent_field {
		bool sent;
		struct cell pre, post;
	} fields[FIELD_COUNT];
};
/* What a write of ours took out of a cell. Reads may show it a while longer: it is not taken for an edit (rule 6.4). */
struct ledger_replaced {
	enum field field;
	int64_t at_ms; /* Airtable's clock; at or after the write */
	struct cell cell;
};
struct ledger_entry {
	enum table table;
	char *id;
	char revision[80]; /* of the ledger's own document; "" when new */
	enum entry_state state;
	char record_id[32]; /* the paired row; the row that waits to become a document; the grave's */
	char document
		[80]; /* the document's winning revision when it was last looked at; "" not known (sync-rules 3) */
	uint64_t handled; /* hash of the document's live leaves that were handled; 0: none */
	uint64_t ended;   /* hash of its deleted leaves that were handled; 0: none */
	struct json_object *
		revisions; /* owned; of the document, as far as they are remembered (leaf_memory.h); or NULL */
	/* Airtable's clock when the handled revision was first seen; of a tombstone also while what it asks for is open. Of another one
	 * that is not handled yet only the process knows it (pairs.h); after a crash it is later, which may let a document win a
	 * conflict: the loser is kept all the same. */
	int64_t seen_ms;
	bool marked; /* the document carries the app's mark of this pairing */
	bool apart; /* as read: some of its fields are held (below), also where the fields themselves are not read */
	char *shows;      /* owned; the ID of another that its row shows (sync-rules 13), or NULL */
	bool born_as_row; /* made from a row: a collection is then in scope by itself */
	unsigned waits;   /* enum pair_waits: a link in it waits for another pair */
	int64_t typed_ms; /* somebody may be typing in its row, last seen at this time (Airtable's clock); 0: nobody */
	int64_t unsure_since_ms; /* the row was not shown, first at this time (Airtable's clock); 0: it was */
	struct ledger_field fields[FIELD_COUNT];
	char collection_row[32],
		container_row[32]; /* the rows that the links agreed on pointed to; "" not noted */
	struct ledger_sent sent;   /* in doubt until it is settled */
	size_t replaced_count;
	struct ledger_replaced *replaced; /* owned; the oldest first */
	struct ledger_taken {
		bool taken;
		struct cell cell;
	} taken[FIELD_COUNT]; /* cells that were about to be written into the document, not yet known to be there */
	char *taken_on;       /* owned; the document's revision then, or NULL: it had none */
	/* Owned; the save that they were for, or that was to delete: {at: its time, ms; gone: true when it deletes; history:
	 * the entry that goes before it; wake: when it has one, the marks of other integrations in what it deletes}; or NULL. */
	struct json_object *saving;
	/* What still has to be saved or removed beside the document, since it was refused, each with its reason in "why". Owned, or
	 * NULL; they outlive the pair. */
	struct json_object *wake; /* {gone, marks}: what follows from a move or an end of an item */
	struct json_object *
		histories; /* array of {history, why}: of what has happened, still to be written (late_history.h) */
	struct json_object *orphans; /* array of {id, rev}: history entries of changes that did not happen */
	char *notice;                /* owned; what was told of an end of a conflict (notice.h), or NULL */
	uint64_t notice_leaves;      /* while the document has these leaves; 0: not noted yet */
	int64_t notice_ms;           /* wall clock; when it was told first */
	char *mark_refused;          /* owned; why the app's mark could not be written, or NULL */
	char *problem;               /* owned; what a person should know, or NULL */
	struct json_object *causes;  /* owned; array of _ids of the documents that it comes from, or NULL */
	/* Owned; {_id: revision, "" where there was none} of all that it was decided on (grounds.h); NULL: that is not known. */
	struct json_object *grounds;
	int failures;         /* tries that failed in a row */
	int64_t next_try_ms;  /* wall clock; 0: when something changes */
	char *grave_reason;   /* owned */
	char *grave_revision; /* owned; the tombstone's */
	int64_t grave_ms;
	struct json_object *
		grave_cells; /* owned; the row's last cells, {field id: value}; from the note of its deletion on */
	struct json_object *stored; /* owned; as it is in the store */
};
void ledger_entry_done(struct ledger_entry *entry);
void ledger_entry_forget_field(struct ledger_entry *entry, enum field field);
void ledger_entry_agree(struct ledger_entry *entry, enum field field, const struct cell *couch,
			const struct cell *airtable);
/* The document shows something older than what was agreed on, and the row is left as it is. */
void ledger_entry_hold(struct ledger_entry *entry, enum field field, const struct cell *couch);
/* The row that the link agreed on pointed to, of a field that is one of an item's two links; NULL for others. */
char *ledger_entry_linked_row(struct ledger_entry *entry, enum field field);
void ledger_entry_clear_sent(struct ledger_entry *entry);
void ledger_entry_replace(struct ledger_entry *entry, enum field field, const struct cell *cell,
			  int64_t at_ms);
void ledger_entry_drop_replaced(struct ledger_entry *entry, int64_t until_ms);
void ledger_entry_take(struct ledger_entry *entry, enum field field, const struct cell *airtable);
bool ledger_entry_has_taken(const struct ledger_entry *entry);
void ledger_entry_clear_taken(struct ledger_entry *entry);
/* Its problem is past: what a merge cost (notice.h), and nothing else. */
bool ledger_entry_only_tells(const struct ledger_entry *entry);
/* A pair of which nothing is under way, in doubt, waiting or told. */
bool ledger_entry_is_settled(const struct ledger_entry *entry);
/* A pair from now on, whose document does not carry the mark of this row yet. */
void ledger_entry_pair(struct ledger_entry *entry, const char *record_id);
/* Brought back: what the gravestone held goes. */
void ledger_entry_unbury(struct ledger_entry *entry);
/* Nothing of it is remembered any more. */
void ledger_entry_expire(struct ledger_entry *entry);
/* A row without a document that is no more, or there again: nothing of it is remembered. */
void ledger_entry_let_go(struct ledger_entry *entry);
/* Turns it into a gravestone, of a document or of a row that never was one: agreement and notes go. 'cells' is taken. */
void ledger_entry_bury(struct ledger_entry *entry, const char *reason, const char *tombstone_revision,
		       int64_t now_ms, struct json_object *cells);

/* ---- the ledger ---- */

struct ledger {
	struct store store;
	char *integration_id;
	char *base_id;
	const struct columns *columns; /* of both tables; borrowed */
	const struct log *log;         /* borrowed; NULL until its owner sets it */
	struct json_object
		*unreadable; /* owned; {_id: true} of documents that were named as unreadable, or NULL */
};
void ledger_init(struct ledger *ledger, struct store store, const char *integration_id, const char *base_id,
		 const struct columns *columns);
void ledger_done(struct ledger *ledger);

struct ledger_key {
	enum table table;
	const char *id;
};
/* Entries that are not there, or cannot be read (damaged, of a newer version), come back with ENTRY_NONE: state may be lost
 * without harm, and one entry must not stop the others. Those that cannot be read are logged once, and are written over by what
 * is found out anew. entries_out[count] is overwritten; the caller ends each. */
must_use bool ledger_read(struct ledger *ledger, const struct ledger_key *keys, size_t count,
			  struct ledger_entry *entries_out, struct error *error);
/* Writes those that differ from what is stored, in one go. Each has its own result: NONE (also when nothing differed), CONFLICT
 * (another process wrote it: read again), REFUSED, RETRY (in doubt). False: the store as a whole cannot be written. An entry
 * that holds nothing any more is removed. */
must_use bool ledger_write(struct ledger *ledger, struct ledger_entry *const *entries, size_t count,
			   struct store_result *results, struct error *error);
/* The entry as it is in the store; what was changed in memory since is dropped. */
void ledger_entry_restore(const struct ledger *ledger, struct ledger_entry *entry);
/* Every entry of this integration that can be read, in short: of the fields only what the links agreed on, no cells of gravestones, no
 * replaced values, not the document's revision nor the rows behind links. For the index that a start makes; what is to be written is read
 * by ledger_read(). */
typedef bool ledger_visit(void *context, struct ledger_entry *entry, struct error *error);
must_use bool ledger_walk(struct ledger *ledger, ledger_visit *visit, void *context, struct error *error);

/* Says once that a state document cannot be read, and what follows. */
void ledger_tell_unreadable(struct ledger *ledger, const char *full_id, const struct error *why);

/* ledger_json.c: the JSON form, for tests and the store; the _id that it has there. */
struct json_object *ledger_entry_to_json(const struct ledger *ledger, const struct ledger_entry *entry);
must_use bool ledger_entry_from_json(const struct ledger *ledger, struct json_object *json,
				     struct ledger_entry *entry_out, struct error *error);
char *ledger_entry_document_id(const struct ledger *ledger, enum table table, const char *id);
