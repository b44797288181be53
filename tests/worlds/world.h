/* A world in memory: a CouchDB, an Airtable, a state database and a clock, behind what a sync asks of its sides.
 *
 * Everything in it follows from one seed. Time passes only by what is done: each call of a side costs some, and whoever
 * plays moves it on. Every call of a side or of the store has two points, before and after it takes effect; at any
 * of them a person may act, or the bridge may die: from then on nothing that it does has effect, and world_restart()
 * begins it anew on what is left. */
#pragma once
#include "bridge/sync/cycle.h"

enum world_limits {
	WORLD_ROWS = 48,
	WORLD_READINGS = 8, /* of one row that are remembered */
	WORLD_DOCUMENTS = 64,
	WORLD_EXTRAS = 256, /* history documents */
	WORLD_STATES = 96,
	WORLD_LEAVES = 24,
	WORLD_LATE = 8,
	WORLD_REFUSALS = 8,
	WORLD_VERSIONS = 512,
	WORLD_ID = 40,
	WORLD_DEADLINE_MS = 60000, /* a request that was sent is applied within this time, or never */
	WORLD_STALE_MS = 2000,     /* a read may show what was before, this long */
	WORLD_PLACES = 1000000,    /* more than a feed ever has */
	WORLD_PAGE = 3,            /* records of a page, so that things happen between pages */
};

/* A document whose data has this key is there, and is not shown: nobody can read that deep. */
#define WORLD_TOO_DEEP "too_deep"

/* What may go wrong, once for each time that it was armed. */
enum world_fault {
	FAULT_COUCH_READ,          /* a read of the database fails */
	FAULT_COUCH_UNSENT,        /* a write is in doubt, and was not applied */
	FAULT_COUCH_UNANSWERED,    /* ... and was applied */
	FAULT_COUCH_REWIND,        /* the feed replays everything */
	FAULT_STATE_READ,          /* as above, of the state database */
	FAULT_STATE_UNSENT,        /* */
	FAULT_STATE_UNANSWERED,    /* */
	FAULT_CHECKPOINT_SPLIT,    /* the source has the checkpoint, the state database has not */
	FAULT_AIRTABLE_READ,       /* a read of the base fails */
	FAULT_AIRTABLE_UNSENT,     /* */
	FAULT_AIRTABLE_UNANSWERED, /* */
	FAULT_AIRTABLE_LATE,       /* in doubt, and applied later within the deadline */
	FAULT_AIRTABLE_SLOW,       /* a call takes longer than a read stays fresh */
	FAULT_AIRTABLE_STALE,      /* what the next write changes is shown as it was, for a while */
	FAULT_AIRTABLE_SKIPS,      /* a list skips a row */
	FAULT_COUCH_PLACE,         /* the feed does not know any place that it gave so far */
	FAULT_COUNT,
};

/* What the bridge writes into the database and beside it. */
enum world_written {
	WRITTEN_DOCUMENT, /* items and collections */
	WRITTEN_HISTORY,
	WRITTEN_CLEANUP, /* the removal of a history entry, or of what the app left behind */
	WRITTEN_CASCADE, /* what is saved after an item has moved or gone */
	WRITTEN_ENTRY,   /* of the ledger */
	WRITTEN_SCHEMA,
	WRITTEN_CHECKPOINT,
	WRITTEN_KINDS,
};
/* How such a write ends, each time, until that is lifted (world_refusals.h). */
enum world_answer {
	ANSWER_AS_EVER,
	ANSWER_REFUSED,    /* 401, 403, 412 or 413 for this document */
	ANSWER_CONFLICT,   /* 409 or 404, whatever its revision */
	ANSWER_CUT,        /* 5xx, or no answer: it was not applied */
	ANSWER_UNANSWERED, /* it was applied, and the answer is cut */
	ANSWERS,
};
struct world_refusal {
	enum world_written written;
	enum world_answer answer;
	char id[40]; /* of the item or collection that it belongs to; "": of any */
};

/* ---- what is in it ---- */

struct world_leaf {
	char revision[64];
	char parent[64]; /* "" of a first one */
	int generation;
	bool deleted, replaced;   /* replaced: it has a descendant, and is no leaf any more */
	struct json_object *body; /* owned; NULL of a bare tombstone, and of what was compacted */
};
struct world_document {
	enum table table;
	char id[WORLD_ID]; /* without type prefix */
	char full_id[WORLD_ID + 16];
	int64_t sequence; /* of its last change */
	size_t count;
	struct world_leaf leaves[WORLD_LEAVES];
	char row[20]; /* that its mark named last */
	/* The base's time at which its tombstone was first shown, and to the bridge as it was started last; 0: it was not. */
	int64_t gone_shown_ms, gone_shown_again_ms;
	char made_of[20]; /* the row that the app made it of, or "" */
	bool left;        /* a phone's edit took it out of the scope */
	int64_t back_in;  /* the moment at which a backup put it back into the scope; 0: none did */
	/* the first collection that a phone took it out of since its row was last written to show where it stands; or "" */
	char moved_from[WORLD_ID];
	bool delete_wanted; /* a person asked for it */
};

struct world_picture {
	bool there;
	struct json_object *cells[FIELD_COUNT]; /* owned; NULL: empty */
	struct json_object *shelf;              /* owned; of a column of their own, which nobody maps */
	struct json_object *images;       /* owned; never changed in place; NULL: none (world_pictures.h) */
	bool remove_ticked;               /* Remove All Images */
	int64_t modified_ms[FIELD_COUNT]; /* the base's clock; 0: never */
	int64_t last_ms;
};
struct world_row {
	enum table table;
	char id[20];
	int64_t created_ms;
	struct world_picture now, former;
	int64_t stale_until_ms; /* steady; readers see 'former' until then */
	int64_t shown;          /* the moment (world.moment) at which a read last showed it as it is */
	struct world_reading {
		int64_t at_ms;      /* steady */
		int64_t moment;     /* 'shown' then */
	} readings[WORLD_READINGS]; /* the last ones, in a ring */
	size_t reading_count;
	bool bridges;       /* the bridge made it */
	bool apps;          /* the app's own sync made it */
	bool out_of_trash;  /* it is gone for so long that nobody can bring it back */
	bool limited;       /* it may be neither written nor deleted (world_rights.h) */
	int64_t moved;      /* the moment at which a person last put it into another collection */
	unsigned under_way; /* writes of it that were begun, and whose answer was not taken */
	bool restored;      /* from the trash: meanwhile its document may have got another row */
	bool copied; /* another row has its ID, and was there before or took its place: sync-rules 13 */
	bool instead; /* the app made it when the row of its document was gone, and the bridge did not know that yet */
	bool delete_wanted; /* a person ticked its box, or deleted it where documents go with their rows */
};

struct world_state {
	char id[120];
	int generation;
	struct json_object *body; /* owned; NULL: deleted */
};

/* What a person left in a cell: values are unique, so that it is known by the value alone. */
struct world_version {
	enum field field;
	bool in_airtable;           /* else in a document */
	char value[48], before[48]; /* what it replaced */
	char row[20];
	int64_t moment;
	bool superseded; /* by another that a person put in its place */
	bool emptied; /* the last that did so put nothing there: without the ledger that loses to what another side has */
	int64_t emptied_moment; /* and when, in which row; 0: nobody did */
	char emptied_row[20];
	bool copied; /* two rows show it, since one was duplicated */
	/* The app's own sync put it on the other side, over this; the document, and the revision that it had before that. */
	char carried_over[48], carried_in[WORLD_ID + 16], carried_at[64];
	int64_t untold; /* the moment at which the history that told of it was lost with the database; 0: none was */
	bool excused; /* overwritten by a write that was decided before (sync-rules 6.6), or emptied by another type (1) */
};

struct world_late {
	int64_t at_ms; /* steady; 0: none */
	enum endpoint_write_kind kind;
	enum table table;
	char id[20];
	int64_t decided; /* the moment of the read that it was decided on; of a new row, at which it was sent */
	int64_t sent_ms;          /* Airtable's clock */
	int64_t settings_read;    /* world.settings_read as it was sent */
	struct json_object *body; /* owned */
};

/* What the bridge made of a document's data. */
struct world_change {
	char full_id[WORLD_ID + 16];
	char revision[64];                  /* that it made */
	int64_t time_ms;                    /* its updated_at then; 0: it was deleted */
	struct json_object *before, *after; /* owned; data; NULL: it was not there, or is no more */
};

struct transcript;
struct world_columns;
struct world_second;
struct world_pictures;

struct world {
	uint64_t chance;
	int64_t steady_ms;     /* the one clock */
	int64_t wall_ahead_ms; /* this machine's wall clock, against it */
	int64_t base_ahead_ms; /* Airtable's */
	bool base_heard;       /* a call was answered since the bridge was started */
	int64_t base_heard_ms; /* what this machine believes of Airtable's clock, against the steady one */
	int64_t moment;        /* counts everything that happens */
	int64_t last_unique;

	unsigned effects;  /* points reached in this run */
	unsigned crash_at; /* the bridge dies at this one; 0: it does not */
	bool dead;
	int64_t work_ms;   /* of the passes that are run now; 0: until nothing is left */
	size_t batch_most; /* looks of their groups; 0: as many as there are */
	unsigned restarts; /* of the bridge */
	bool is_upgraded;  /* at each restart: what is stored is of the former version (former_state.h) */
	void (*at_effect)(void *context, unsigned effect); /* what happens meanwhile, or NULL */
	void *context;
	unsigned armed[FAULT_COUNT];
	bool answers_at_finish; /* row writes are applied when their answer is waited for, not when they start */
	size_t notes_most;   /* the column of Notes cuts what is written to so many bytes; 0: it does not */
	bool schema_touches; /* cells that lose their value with a column or a choice count as modified */
	bool bump_equal;     /* writing an equal value counts as a modification */
	bool went_back;      /* the database, and with it a part of the history */
	bool state_lost;     /* the state database, and with it which entries of the history are to go */
	size_t refusal_count;
	bool state_deleted;      /* the state database is not there */
	bool checkpoint_refused; /* the checkpoint was, at some time */
	bool cleanup_refused;    /* removals were, at some time */
	struct world_refusal refusals[WORLD_REFUSALS];
	bool history_taken; /* the id of the next history document is that of another, by then */
	bool app_at_work;   /* what is written now is the app's own sync, and no person's edit */

	size_t document_count, extra_count, state_count, row_count;
	struct world_document documents[WORLD_DOCUMENTS];
	int64_t sequence, purge_sequence;
	int64_t places_from; /* added to a sequence, it is a place in the feed; what is less is not known */
	struct json_object *extras[WORLD_EXTRAS];
	int extra_generations[WORLD_EXTRAS]; /* of the document that the entry's save was made of */
	size_t change_count;
	struct world_change changes[WORLD_EXTRAS];
	int64_t left_behind_sequence; /* of what the app last left behind */
	struct world_state states[WORLD_STATES];
	struct json_object *checkpoint_source, *checkpoint_state;
	bool rejoined; /* the feed was asked anew, and has not said so yet */
	int64_t feed_left_at;
	struct world_row rows[WORLD_ROWS];
	struct world_late late[WORLD_LATE];
	int64_t late_ms; /* steady; when the late write that is being applied came; 0: none is */
	int64_t list_began_ms[TABLE_COUNT];
	bool base_gone, table_gone[TABLE_COUNT]; /* world_gone.h */
	bool came_back; /* one of these, since the pass began: the pass may have met that it was gone */
	struct world_columns *columns; /* owned; NULL: those of the template */

	unsigned limited_fields[TABLE_COUNT][FIELD_COUNT]; /* enum world_words (world_rights.h) */
	unsigned limited_rows[TABLE_COUNT][3];             /* by enum world_row_work */
	unsigned forbidden;                                /* writes that were refused for want of a right */

	struct json_object *settings; /* owned; the integration's own document */
	bool settings_gone;           /* it was deleted */
	int64_t settings_sequence;
	int64_t settings_changed, settings_read; /* moments: by phones, and by the bridge, the last time */
	bool stopped;                            /* nobody can tell what is to be synced */
	struct integration_config config;
	struct sync *sync;
	struct world_pictures *pictures; /* owned; NULL: none are sent (world_pictures.h) */
	struct world_second *second;     /* owned; NULL: there is one process alone (world_second.h) */
	struct log log;
	struct error last_error; /* of the last pass that failed */

	/* The observer's. */
	size_t version_count;
	struct world_version versions[WORLD_VERSIONS];
	bool any_deleted; /* a person deleted something: older values may come back from the trash */
	unsigned row_writes, document_writes; /* by the bridge */
	unsigned word_writes;                 /* among those of rows: of nothing but the error cell */
	unsigned
		vain_writes; /* likewise: of nothing but pictures that Airtable cannot fetch, which are tried again for ever */
	int64_t vain_ms; /* steady; of the last one */
	bool knows_vain; /* such writes are counted, and not waited for */
	unsigned calls;  /* of Airtable */
	unsigned checkpoint_writes;
	unsigned document_lists; /* of a table, as a start asks for them */
	char violation[400];     /* the first invariant that was broken, or "" */
	bool verbose;
	struct transcript *transcript; /* borrowed; or NULL */
};

/* ---- the world itself ---- */

/* A config document, collection "c0" in scope with id world_collection(0), nothing else. */
struct world *world_open(uint64_t seed);
void world_close(struct world **world);
void world_note(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Notes that an invariant is broken; the first counts. */
void world_broken(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));
uint32_t world_chance(struct world *world, uint32_t below);
uint32_t chance_below(uint64_t *chance, uint32_t below); /* for those who draw apart from a world */
void world_advance(struct world *world, int64_t ms);
int64_t world_base_now_ms(const struct world *world);
/* One point of a call: time passes, somebody may act, the bridge may die. False: it is dead. */
bool world_reach(struct world *world, int64_t cost_ms);
/* It will happen once more. */
void world_arm(struct world *world, enum world_fault fault);
/* Takes one of the armed faults. */
bool world_fault(struct world *world, enum world_fault fault);

/* ---- the bridge ---- */

bool world_pass(struct world *world, bool ask_rows, bool list_rows);
bool world_pass_wished(struct world *world, struct cycle_wish wish);
/* One that asks for changed rows and which rows there are. */
bool world_pass_checks(struct world *world);
/* As after kill -9. */
void world_restart(struct world *world);
/* No more faults; time passes and passes run until nothing is due, then two full lists a minute and more apart. False:
 * it does not become quiet. What the database refuses is taken again, and what is gone of the base is there again. */
bool world_quiet(struct world *world);
/* The same while the database goes on to refuse what it does. */
bool world_quiet_refused(struct world *world);

/* The short form, where nothing went wrong yet. */
bool world_first_sync(struct world *world);

/* ---- CouchDB ---- */

struct endpoint world_couch_side(struct world *world);
/* The inventory's config document, as the app makes it; nobody changes it. The caller puts. */
struct json_object *world_config_document(void);
struct store world_store(struct world *world);
struct world_document *world_document(struct world *world, enum table table, const char *id); /* or NULL */
/* That of this row: by its ID, or by the mark. Or NULL. */
struct world_document *world_document_of(struct world *world, const struct world_row *row);
const struct world_leaf *world_winner(const struct world_document *document);
/* The winner's body when it is live, or NULL. */
struct json_object *world_body(const struct world_document *document);
/* A phone's work. 'body' without _rev, taken. Against the winner. */
struct world_document *world_phone_puts(struct world *world, enum table table, const char *id,
					struct json_object *body);
bool world_phone_deletes(struct world *world, struct world_document *document);
/* As the app deletes what was synced: with an integration_deleted_data, by which its own sync would delete the row. */
bool world_phone_deletes_synced(struct world *world, struct world_document *document);
/* What it leaves behind of a document that had this record. */
void world_phone_leaves_behind(struct world *world, const struct world_document *document, const char *mark);
/* An edit made offline, on the ancestor of the winner, which may be a tombstone: another leaf. 'wins' says which of both is shown. */
void world_phone_conflicts(struct world *world, struct world_document *document, struct json_object *body,
			   bool wins);
/* What a phone has of a document while it is offline. */
struct world_view {
	char revision[64];        /* that it had when it went offline */
	struct json_object *base; /* owned; its body */
	struct json_object *body; /* owned; as it was edited since; NULL: deleted */
	unsigned edits;
};
/* It is online for long enough to bring what it made, beside what others made meanwhile; what it has is that, from then on. */
void world_phone_pushes(struct world *world, struct world_document *document, struct world_view *view);
/* The revision and what it was made of, one after the other. The caller puts. */
struct json_object *world_couch_lineage(const struct world_document *document, const char *revision);
/* Whether the revision is in the tree, as _revs_diff asks, and whether it has that ancestor, as _revisions tells. */
bool world_couch_knows(const struct world_document *document, const char *revision);
bool world_couch_descends(const struct world_document *document, const char *revision, const char *ancestor);
struct json_object *world_couch_body(const struct world_document *document,
				     const char *revision); /* or NULL */
/* The bodies of what was replaced go; the revisions stay known. */
void world_couch_compacts(struct world *world);
/* Gone without a tombstone, and without a row in the feed. */
void world_couch_purges(struct world *world, struct world_document *document);
/* What a backup of the files has: of both databases. Put back, newer revisions are gone, and what counts the changes goes on from
 * there. 'backup' is taken. */
struct world_backup;
enum world_files { FILES_OF_SOURCE = 1, FILES_OF_STATE = 2 };
struct world_backup *world_saves(const struct world *world);
void world_backup_done(struct world_backup **backup);
void world_goes_back(struct world *world, struct world_backup **backup, unsigned files);
/* Deleted, and made anew under its name: no tombstones, no local documents. What 'backup' has is replicated into it (then it
 * is taken), or NULL: nothing. */
void world_couch_is_made_anew(struct world *world, struct world_backup **backup);
enum world_damage {
	DAMAGE_SOURCE_MISSING,
	DAMAGE_STATE_MISSING,
	DAMAGE_PLACE,
	DAMAGE_COUNT,
	DAMAGE_VERSION,
	DAMAGES
};
void world_checkpoint_is_damaged(struct world *world, enum world_damage damage);
struct json_object *world_state_body(const struct world *world,
				     const char *id_end); /* by the end of its id, or NULL */
void world_state_is_lost(struct world *world);
/* Rows without an entry were never shown to the process that starts now. */
void world_rows_are_unknown(struct world *world);
/* The same, and the bridge meets the lack of it at its next call. */
void world_state_is_deleted(struct world *world);
void world_couch_done(struct world *world);
bool world_couch_extra_put(struct world *world, struct json_object *body);

/* ---- Airtable ---- */

struct endpoint world_airtable_side(struct world *world);
void world_apply_late(struct world *world);
struct world_row *world_row(struct world *world, const char *id); /* or NULL */
/* The live row with this text in its ID cell, the first made, copies last; NULL: none. */
struct world_row *world_row_of(struct world *world, enum table table, const char *document_id);
/* A person's work. 'value' is taken, NULL empties. */
struct world_row *world_person_adds(struct world *world, enum table table);
void world_person_types(struct world *world, struct world_row *row, enum field field,
			struct json_object *value);
void world_person_shelves(struct world *world, struct world_row *row,
			  const char *words); /* the unmapped cell */
void world_person_deletes(struct world *world, struct world_row *row);
void world_person_restores(struct world *world, struct world_row *row);
/* Through the inverse field: the item's cell has this collection besides what it has. */
void world_person_links_back(struct world *world, struct world_row *collection, struct world_row *item);
struct world_row *world_person_duplicates(struct world *world, struct world_row *row, bool with_id);
const char *world_cell_text(const struct world_row *row, enum field field); /* or "" */
struct json_object *world_link(const char *record_id);                      /* NULL for none */
const char *world_linked(const struct world_row *row, enum field field);    /* first record id, or "" */
void world_airtable_done(struct world *world);
