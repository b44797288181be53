/* One integration's memory between cycles: who is paired with whom, the columns, the positions in both sides' news.
 *
 * All of it can be lost: sync_start() makes it anew from the ledger, the documents and the base. */
#pragma once
#include "bridge/endpoints/endpoint.h"
#include "bridge/endpoints/integration_config.h"
#include "bridge/index/pairs.h"
#include "bridge/mapping/mapping.h"
#include "bridge/memory/sync_counts.h"
#include "bridge/progress/progress.h"
#include "bridge/progress/repeats.h"
#include "bridge/state/ledger.h"
#include "bridge/state/retry.h"

struct sync_setup {
	const struct integration_config *config; /* borrowed */
	struct endpoint couch, rows;
	struct store store;
	bool pictures;                       /* they are read and written */
	const struct picture_signer *signer; /* borrowed; NULL: pictures are sent with their bytes */
	const struct picture_importer
		*importer;       /* borrowed; NULL: what people attach stays in the row alone */
	int request_deadline_ms; /* after this a request that was sent cannot be applied any more */
	int upload_deadline_ms;  /* the same of a picture that is sent with its bytes */
	const struct log *log;
};

struct sync {
	const struct integration_config *config;
	struct endpoint couch, rows;
	bool pictures;                           /* are read and written */
	const struct picture_signer *signer;     /* or NULL */
	const struct picture_importer *importer; /* or NULL */
	struct ledger ledger;
	struct columns columns[TABLE_COUNT];
	struct pairs pairs;
	struct rights rights;
	struct json_object *couch_cursor, *rows_cursor; /* owned; handled up to here; NULL: never */
	struct json_object *couch_next, *rows_next;     /* owned; what the news of this cycle reached */
	uint64_t polls_made,
		polls_kept;  /* calls for the news of documents; those that the last checkpoint covers */
	uint64_t first_poll; /* the first of these since the start */
	struct json_object
		*checkpoint; /* owned; as last written, or read at the start; NULL: none that counts */
	char database[37];   /* the UUID in the source database (checkpoint.h) */
	int64_t checkpoints; /* the highest count that one of them had */
	int64_t listed_ms;   /* wall clock; when all rows were last compared; 0: never */
	struct json_object *schema_stored; /* owned; the schema document as stored, or NULL */
	struct json_object *schema_seen;   /* owned; that the columns were last bound to, or NULL */
	char epoch[37];                    /* this process */
	unsigned list_turn;                /* lists of all rows so far */
	bool listed;                       /* one of them in this cycle, or in those that it goes on with */
	bool drop_due;                     /* since that list no pairs were dropped (expiry.h) */
	bool unfinished;                   /* the last cycle left pairs in the queue, for want of time */
	unsigned present_turn;             /* checks of which rows there are, since the pairs were loaded */
	int64_t check_calls;               /* that the last one took; 0: there was none in this cycle */
	int64_t heard;                     /* changes on either side that were heard of, in all */
	unsigned cycle;                    /* counts cycles */
	unsigned history_batch_cycle;      /* the one that 'history_batch_ms' is of */
	int64_t history_batch_ms;          /* wall clock; under which its saves are in the history */
	int request_deadline_ms, upload_deadline_ms;
	size_t fresh_rows;
	bool started;
	bool position_lost; /* the checkpoint's place in the feed is not known there */
	enum edit_order
		held_wins; /* in this cycle, of what is held apart since the database went back; UNKNOWN: it stays so */
	bool went_back; /* the database, before this start (sync-rules 3) */
	int64_t shown_from_ms; /* steady clock; from then on rows show whatever was written before the ledger was lost */
	bool ledger_lost; /* there was one before: rows may be there that it does not name (sync-rules 5) */
	bool checkpoint_unsure; /* the last write of it failed: the source database may have it, or not */
	bool unplanted;         /* the source database has no checkpoint that counts yet */
	bool state_bare;        /* the state database has none any more, which was logged */
	bool rows_shown;        /* rows came as news since the last checkpoint, or all were listed */
	bool first_contact;     /* its first cycle is not over: whole bases are filled */
	bool untold;            /* something was made that no line of its own tells, but the counts */
	bool contact_made;      /* the base was listed whole at least once by this ledger */
	bool schema_stale;      /* the base was changed under us: read its schema again */
	bool flaws_reported;    /* what is wrong with the columns was said in this process */
	bool unstored;          /* the columns as they are bound were not stored yet */
	/* a write of them had no answer or met a conflict: it is not known which revision is stored */
	bool schema_unsure;
	struct retry schema_retry, checkpoint_retry, app_leftovers_retry;
	/* The base's clock: when it was last asked for changed rows; and when it was of which all changes are handled. 0: never. */
	int64_t rows_asked_ms, rows_known_ms;
	bool open_changed; /* the checkpoint does not name the pairs whose entries are not taken */
	bool unlisted; /* the columns became others, and not all rows were compared with them yet (sync-rules 1) */
	bool compared;          /* they were, in this process; their jobs may still be to come */
	bool bound;             /* its schema was read in this cycle */
	bool settings_doubtful; /* the integration's document changed, perhaps where it does not matter */
	bool settings_changed;
	bool removes_twins; /* in this cycle: a person wants those gone that nobody has edited (app_twins.h) */
	/* the phone's wall clock; when the app's own sync ran last; 0: never (integration_settings.h) */
	int64_t app_synced_ms;
	bool app_sync_reported;   /* that it runs beside this one was said in this process */
	bool app_leftovers_due;   /* the app may have left something behind that is to be removed */
	bool app_leftovers_heard; /* since such a document was last read: a row that waits may be named by it */
	bool pictures_walked;     /* which item has which links is known (heard_pictures.h) */
	bool pictures_told;       /* how they are sent was said in this process */
	unsigned links_failed; /* signed links in a row by which Airtable fetched nothing, of whatever row */
	int64_t uploads_until_ms; /* steady clock: since links failed pictures are uploaded until then; 0: they did not */
	struct retry upload_retry;
	/* Owned, each {id: [item ids]} or NULL: links whose ids do not tell their item, pictures that some item lacks, and items that have
	 * links and no document yet. */
	struct json_object *odd_links, *awaited_pictures, *awaited_items;
	struct json_object *
		digests; /* owned; {digest: image id}, of all pictures; NULL: not read yet (known_digests.h) */
	struct sync_counts counts;
	struct progress progress;
	struct repeats repeats; /* what was logged lately (job_log.h) */
	struct log log;
};

struct sync *sync_open(const struct sync_setup *setup);
void sync_close(struct sync **sync);
struct mapping_links sync_links(struct sync *sync);
/* Where both sides agree that it stands. */
void sync_note_agreed(struct sync *sync, struct pair *pair, const struct ledger_entry *entry);

/* The ledger was lost: forgets what it knew. */
void sync_lose_ledger(struct sync *sync);
