/* How one integration stands, in figures: what `davenport status` and the pages show.
 *
 * The process that holds the lease keeps them (figures_keeper.h), and writes them into the document `status-<integration>` of the state
 * database; whoever shows them reads that document, or the copy of its own process. Times are wall clock in ms since 1970, of
 * the machine that keeps the integration in step, unless a name says otherwise; 0: never, or not known. */
#pragma once
#include "bridge/fields/field.h"
#include "bridge/report/spans.h"
#include "bridge/report/tallies.h"

#define FIGURES_NAMED_MOST 100
#define FIGURES_NAMED_SIZE 64 /* a longer _id is not among them */
#define FIGURES_TABLE_SIZE 24

enum status_state {
	STATUS_STARTING,    /* what is remembered is read; nothing was compared yet */
	STATUS_CATCHING_UP, /* work is left */
	STATUS_IN_SYNC,     /* nothing is left to do but what is due later */
	STATUS_RETRYING,    /* a server fails, which may pass by itself */
	STATUS_ATTENTION,   /* nothing goes on until a person has acted */
	STATUS_PAUSED,      /* a person said so */
	STATUS_ELSEWHERE,   /* another process has the lease: never stored */
	STATUS_STATES,
};

/* The last change that went one way. */
struct figures_change {
	int64_t at_ms;
	int64_t count; /* documents or rows of that cycle */
};

struct figures {
	enum status_state state;
	char reason[400];       /* why it is retrying, needs attention or is paused; else "" */
	int64_t state_since_ms; /* it has this state */
	int64_t written_ms;     /* when all of this was so */
	int64_t in_step_since_ms;
	int64_t done, left; /* of the work under way, documents and rows; */
	int64_t left_ms;    /* how long it may still take; -1: not known */
	struct figures_change to_airtable, to_couchdb;
	int64_t documents[TABLE_COUNT]; /* in scope */
	int64_t rows[TABLE_COUNT];      /* that are paired */
	int64_t problems, waiting, queued;
	int64_t pictures_waiting; /* items of which Airtable has not taken all pictures yet */
	int64_t asked_ms;         /* when Airtable was last asked what changed; */
	int64_t poll_ms;          /* how often it is asked now */
	/* How old the oldest change of a document is that was heard and not handled; and how long ago Airtable was asked for the changes that
	 * are handled: a change of a row is at most that much older than what documents show. */
	int64_t documents_lag_ms, rows_lag_ms;
	int64_t couch_latency_ms, airtable_latency_ms; /* of one short question; -1: not known */
	char couch_version[32];                        /* "": not known */
	char davenport_version[32];
	int64_t failures; /* cycles in a row that failed */
	/* For the pages of the process that keeps them; never stored. */
	char table_ids[TABLE_COUNT][FIGURES_TABLE_SIZE]; /* of the base's tables; "": not known */
	bool has_named; /* which pairs have problems was looked at; false: nobody knows */
	size_t named_count;
	char named[FIGURES_NAMED_MOST]
		  [FIGURES_NAMED_SIZE]; /* _ids of the first of them, those that are not past before others */
	/* The last wish of `davenport sync` that was worked off (control.h), and what came of it. */
	char answered_id[37], answered_error[400];
	int64_t answered_documents, answered_created, answered_updated, answered_deleted, answered_conflicts;
	struct spans spans;
	int64_t month_calls; /* of Airtable's API on this base, this month, UTC; stored elsewhere (calls_month.h) */
	struct tallies tallies; /* of this process; stored nowhere */
};

/* "in sync", "needs attention", …: one place for the words that commands and pages show. */
const char *status_state_words(enum status_state state);
/* "in_sync", …: for documents and figures. */
const char *status_state_name(enum status_state state);

char *figures_document_id(const char *integration_id);
/* The document without _id and _rev. The caller puts. */
struct json_object *figures_json(const struct figures *figures);
/* False: it is no such document. Of an older or newer version what can be read is read. */
bool figures_read(struct json_object *json, struct figures *figures_out);
