/* One integration's memory between passes: who is paired with whom, the columns, the positions in both sides' news.
 *
 * All of it can be lost: sync_start() makes it anew from the ledger, the documents and the base. */
#pragma once
#include "base/log.h"
#include "bridge/ledger.h"
#include "bridge/mapping.h"
#include "bridge/pairs.h"
#include "bridge/retry.h"
#include "bridge/scope.h"
#include "bridge/side.h"
#include "bridge/standing.h"

enum sync_limits {
	SYNC_UNSURE_MS = 60000, /* a row must be missing twice, this far apart, to be gone (sync-rules 2) */
	SYNC_STALE_MS = 60000,  /* this long after our write its old value is not believed (sync-rules 6) */
	SYNC_MARK_QUIET_MS = 60000, /* the app's mark is written after this much quiet (sync-rules 25) */
	SYNC_BLANK_QUIET_MS =
		30000, /* a new row that lacks something is told so after this (sync-rules 21) */
	SYNC_RETRY_FIRST_MS = 30000, /* what was refused is tried again: doubling, jittered, */
	SYNC_RETRY_CAP_MS = 3600000, /* at most hourly */
	SYNC_GRAVE_DAYS = 90,        /* a gravestone is kept so long (sync-rules 11) */
	SYNC_LOOKS_MOST = 64,        /* looks at one pair in one pass, whoever asked for them */
	SYNC_TURNS = 8,              /* looks at one pair in one pass; then it pauses */
	SYNC_FRESH_ROWS = 200,       /* rows whose cells are kept from the news for the look that follows */
	SYNC_SHOWS_MS = 5000,        /* so long after a write a row may show what it had before */
	SYNC_FRESH_MS = 5000,        /* plans come from reads at most this old (sync-rules 6) */
};

struct sync_setup {
	const struct integration_config *config; /* borrowed */
	struct side couch, rows;
	struct store store;
	int request_deadline_ms; /* after this a request that was sent cannot be applied any more */
	const struct log *log;
};

struct sync_counts {
	int64_t documents_written, rows_created, rows_updated, rows_deleted, conflicts, problems, looks;
};

struct sync {
	const struct integration_config *config;
	struct side couch, rows;
	struct ledger ledger;
	struct columns columns[TABLE_COUNT];
	struct pairs pairs;
	struct rights rights;
	struct json_object *couch_cursor, *rows_cursor; /* owned; handled up to here; NULL: never */
	struct json_object *couch_next, *rows_next;     /* owned; what the news of this pass reached */
	uint64_t hearings,
		kept_hearings; /* calls for the news of documents; those that the last checkpoint covers */
	struct json_object
		*checkpoint; /* owned; as last written, or read at the start; NULL: none that counts */
	char database[37];   /* the UUID in the source database (checkpoint.h) */
	int64_t checkpoints; /* the highest count that one of them had */
	int64_t listed_ms;   /* wall clock; when all rows were last compared; 0: never */
	struct json_object *schema_stored; /* owned; the schema document as stored, or NULL */
	struct json_object *schema_seen;   /* owned; that the columns were last bound to, or NULL */
	char epoch[37];                    /* this process */
	unsigned list_turn;                /* lists of all rows so far */
	bool listed;                       /* one of them in this pass, or in those that it goes on with */
	bool drop_due;                     /* since that list no pairs were dropped (expiry.h) */
	bool unfinished;                   /* the last pass left pairs in the queue, for want of time */
	unsigned present_turn;             /* checks of which rows there are, since the pairs were loaded */
	int64_t check_calls;               /* that the last one took; 0: there was none in this pass */
	int64_t heard;                     /* changes on either side that were heard of, all in all */
	unsigned pass;                     /* counts passes */
	unsigned batch_pass;               /* the one that 'batch_ms' is of */
	int64_t batch_ms;                  /* wall clock; under which its saves are in the history */
	int request_deadline_ms;
	size_t fresh_rows;
	bool started;
	bool place_lost; /* the checkpoint's place in the feed is not known there */
	enum edit_order
		held_wins; /* in this pass, of what is held apart since the database went back; UNKNOWN: it stays so */
	bool went_back; /* the database, before this start (sync-rules 3) */
	int64_t shown_from_ms; /* steady clock; from then on rows show whatever was written before the ledger was lost */
	bool ledger_lost; /* there was one before: rows may be there that it does not name (sync-rules 5) */
	bool checkpoint_unsure; /* the last write of it failed: the source database may have it, or not */
	bool unplanted;         /* the source database has no checkpoint that counts yet */
	bool state_bare;        /* the state database has none any more, which was said */
	bool rows_shown;        /* rows came as news since the last checkpoint, or all were listed */
	bool contact_made;      /* the base was listed whole at least once by this ledger */
	bool schema_stale;      /* the base was changed under us: read its schema again */
	bool flaws_told;        /* what is wrong with the columns was said in this process */
	bool unstored;          /* the columns as they are bound were not stored yet */
	bool schema_unsure; /* a write of them had no answer or met a conflict: which revision is stored is not known */
	struct retry schema_retry, checkpoint_retry, left_behind_retry;
	/* The base's clock: when it was last asked for changed rows; and when it was of which all changes are handled. 0: never. */
	int64_t rows_asked_ms, rows_known_ms;
	bool open_changed; /* the checkpoint does not name the pairs whose entries are not taken */
	bool unlisted; /* the columns became others, and not all rows were compared with them yet (sync-rules 1) */
	bool compared;          /* they were, in this process; their looks may still be to come */
	bool bound;             /* its schema was read in this pass */
	bool settings_doubtful; /* the integration's document changed, perhaps where it does not matter */
	bool settings_changed;
	bool removes_twins; /* in this pass: a person wants those gone that nobody has edited (app_twins.h) */
	int64_t app_synced_ms; /* the phone's wall clock; when the app's own sync ran last; 0: never (marks.h) */
	bool app_sync_told;    /* that it runs beside this one was said in this process */
	bool left_behind_due;   /* the app may have left something behind that is to be removed */
	bool left_behind_heard; /* since such a document was last read: a row that waits may be named by it */
	struct sync_counts counts;
	struct log log;
};

struct sync *sync_open(const struct sync_setup *setup);
void sync_close(struct sync **sync);
/* Binds the columns, loads the ledger and the documents, finds the positions. May be called again after it failed. */
must_use bool sync_start(struct sync *sync, struct error *error);
struct mapping_links sync_links(struct sync *sync);
/* Where both sides agree that it stands. */
void sync_note_agreed(struct sync *sync, struct pair *pair, const struct ledger_entry *entry);

/* checkpoint.c: takes the places from the checkpoint, where the database is still the one that they are places of; else
 * says what happened to it, and leaves the place in the feed open. */
must_use bool sync_load_checkpoint(struct sync *sync, struct error *error);
/* Writes one where the database, or the state, has none that counts. */
must_use bool sync_plant_checkpoint(struct sync *sync, struct error *error);
/* Whether the database is still the one that was last written to. If not, the place is lost. */
must_use bool sync_check_place(struct sync *sync, struct error *error);
/* From now on nothing that the ledger knew is known. */
void sync_lose_ledger(struct sync *sync);
/* The state is lost: all that this process knows is stored anew, every pair compared, and the settings read again. */
void sync_forget_state(struct sync *sync);
/* Says so, once until a checkpoint stands there again. */
void sync_tell_state_lost(struct sync *sync);
/* The place in the feed is unknown there, or the database is: the next pass starts again and compares everything. */
void sync_lose_place(struct sync *sync);
/* Notes that everything heard so far is handled, or parked in the ledger. A refusal stops nothing: without a checkpoint a restart
 * hears more anew, and that is all. False: the pass cannot go on (asked to stop, the place or the state is lost). */
must_use bool sync_checkpoint(struct sync *sync, struct error *error);

/* bind.c: the columns as they were stored; found_out: they were. */
must_use bool sync_load_columns(struct sync *sync, bool *found_out, struct error *error);
/* Reads the base's schema and binds the columns to it; what was stopped or changed is logged. */
must_use bool sync_bind(struct sync *sync, struct error *error);
/* Logs what is wrong with the columns: once in a process, and again when they become others. */
void sync_tell_flaws(struct sync *sync);
/* Whether the base's schema is another than the columns are bound to; then it is stale. */
must_use bool sync_doubt_schema(struct sync *sync, bool *changed_out, struct error *error);
/* Whether all rows are to be listed, since the columns became others; that what was listed for it was looked at. */
bool sync_wants_list(const struct sync *sync);
must_use bool sync_note_compared(struct sync *sync, struct error *error);
/* Stores the columns if that was refused so far and is due again. */
must_use bool sync_keep_columns(struct sync *sync, struct error *error);
/* A failure that the one document which was written cannot be blamed for. */
bool sync_is_whole_failure(const struct error *error);

/* hear.c: looks for news on both sides and queues the pairs concerned; waits for the database's at most wait_ms.
 * With ask_rows the base is asked as well. */
must_use bool sync_hear(struct sync *sync, int64_t wait_ms, bool ask_rows, struct error *error);
/* Walks all rows of both tables and queues those that differ from the ledger, are new, or are no more. */
must_use bool sync_list_rows(struct sync *sync, struct error *error);

/* present.c: queues the pairs whose rows are not there any more, by the cheapest question. */
must_use bool sync_check_rows(struct sync *sync, struct error *error);

/* seen_document.c: takes a document's new state into the pairs: parents, leaves, presence. */
void sync_note_document(struct sync *sync, struct pair *pair, const struct side_record *document);
/* Hash of a document's live leaves; 0 for a record that is not there. */
uint64_t sync_leaves(const struct side_record *document);
/* Queues every document that is not as it was handled (all are known from the feed). */
void sync_queue_documents(struct sync *sync);

/* group.c: a pair that asks again and again in one pass pauses, so that whatever drives it does not drive us. Counts this time. */
bool sync_has_turns_left(struct sync *sync, struct pair *pair);
/* To be asked before each look. False: this pass has looked at it so often that something must be going round in a circle, such as pairs
 * that wake each other and of which the ledger takes nothing: it is looked at later, after a while that grows up to an hour. */
bool sync_may_look(struct sync *sync, struct pair *pair);

/* seen_row.c: the pair that a row belongs to, made if it is new (sync-rules 12, 13). Also notes the row there. */
struct pair *sync_pair_of_row(struct sync *sync, const struct side_record *row);
/* The other pair whose ID this cell of a row shows, one with a document or a row; or NULL. */
struct pair *sync_shown_other(const struct sync *sync, const struct pair *pair, const struct cell *id_cell);

/* outside.c: whether the integration's document still lists what this sync began with; if not, 'settings_changed'. */
must_use bool sync_check_settings(struct sync *sync, bool *same_out, struct error *error);
