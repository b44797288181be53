/* A job: one pair under work. The jobs of a batch go through load, recover, diff, decide, apply and commit together, so that each
 * step is a few requests for all of them. */
#pragma once
#include "bridge/diff/diff.h"
#include "bridge/endpoints/endpoint.h"
#include "bridge/index/pair.h"
#include "bridge/plan/plan.h"
#include "inventory/datum.h"

#define JOB_MISSES_UNREPORTED 3 /* so many conflicts or lost answers in a row are no problem yet */

enum row_work { ROW_WORK_NONE, ROW_WORK_CREATE, ROW_WORK_UPDATE, ROW_WORK_DELETE };
/* Which cells a row is given.
 *
 *     ROW_WRITE_CELLS ───> ROW_WRITE_ERROR_CELL   nothing flows: the pair is held, parked or left, or the row is no document yet
 *         │   │                 │   │
 *         │   └──> ROW_WRITE_GIVEN_UP <──┘        a write of the job was refused, or missed too often: nothing else of it is done
 *         └───────────> ROW_WRITE_REFUSED <──┘    Airtable refused the row as a whole: it is written once more, to say so
 *
 * The mode only ever goes in these directions. What was decided for the fields stays as it was: it is not carried out. */
enum row_write_mode {
	ROW_WRITE_CELLS, /* those that were decided to go to the row, or follow from a save; and the two below */
	ROW_WRITE_ERROR_CELL, /* its error cell alone, and the Delete box where that is to be cleared */
	ROW_WRITE_GIVEN_UP,   /* its error cell alone, drafted when it is noted */
	ROW_WRITE_REFUSED,    /* its error cell alone; whatever comes of it is final */
};
enum document_work { DOCUMENT_WORK_NONE, DOCUMENT_WORK_WRITE, DOCUMENT_WORK_DELETE };

/* What the ledger takes of a job (park.h). It only becomes less. */
enum stored_part {
	STORED_ALL,
	STORED_PROBLEM, /* a note or the entry was refused: it stays as it is stored, with the problem */
	STORED_NOTHING, /* that neither: words that are sent to the row have no note, and the entry is not written */
};

/* Each is stronger than those before it. */
enum job_end { END_DONE, END_LATER, END_AGAIN, END_GIVEN_UP, END_LEFT };

/* How it ends, and when the pair has its next job. What each end means, and who may say it, is in job_outcome.h, which alone writes
 * this. */
struct job_outcome {
	bool ended; /* the work is over; else 'end' is what was said so far */
	enum job_end end;
	bool at_once;
	int64_t in_ms; /* 0: no time was said */
	/* borrowed; another pair that is queued with it, since each is in the way of the other; or NULL */
	struct pair *with;
};

/* One pair under work. */
struct job {
	struct pair *pair;
	unsigned reasons; /* why it has this job (enum job_reason) */
	struct ledger_entry entry;
	struct endpoint_record document, row;
	bool row_asked;    /* 'row' is what the base showed for the record id, there or not */
	bool paired;       /* it got its counterpart in this job: pairs that waited for that are queued */
	bool needs_no_row; /* nothing that a row shows has changed: only the ledger's entry is written */
	bool typing;       /* something of its row is left alone while somebody types */
	struct job_outcome outcome;
	/* the document went back in time, and what follows from that is decided: the entry may name this revision as handled */
	bool settles_back;
	struct error flaw; /* why the document cannot be used; kind ERROR_NONE: it can */
	const struct diff
		*diff; /* borrowed from the batch; written until batch_diff() is done, see batch_diff_of() */
	/* Document and row as they are now, by field: those of 'diff'; after a save, and after an answer that is not the last one, what
	 * these have shown. */
	const struct cell *couch, *airtable;
	struct cell *saved, *answered; /* owned; what 'couch' and 'airtable' point to then, or NULL */
	const struct plan *plan;       /* borrowed from the batch; batch_plan() alone writes it */
	struct text problem;           /* sentences for a person, for the row's error cell and the ledger */
	bool problem_passes;           /* it may pass by itself: it is tried again, with growing pauses */
	unsigned waits;                /* enum pair_waits */

	struct datum *given; /* owned; what is to be saved of the document, or NULL */
	/* owned; of an item that moves or goes: the save that others follow from; or NULL */
	struct datum *cascade;
	/* an earlier job may have ended between the document and the saves that follow from it */
	bool cascades_again;
	struct json_object *blocked_by; /* owned; the documents that its refusal may come from, or NULL */
	struct json_object
		*grounds;      /* owned; all that it comes from, with their revisions (grounds.h), or NULL */
	size_t grounds_length; /* of 'problem', when that was all */
	bool merges;           /* cells and document are merged: conflicts may have losers */
	/* the document was not made of the revision that the noted save was made of (branches.h) */
	bool branched;
	bool orphaned; /* the history of a noted save that did not happen may be there */
	enum document_work document_work;
	struct json_object *new_document; /* owned; to be written, or the tombstone */
	/* owned; {_id: null} of documents of the batch whose saves have to be written or refused before its own (rounds.c); or NULL */
	struct json_object *awaits;
	bool rounds_done; /* rounds are done with it: its document was written, refused or put off, or there was nothing to write */
	bool document_written; /* the save is done, and new_document, if any, has become the document */
	bool derived
		[FIELD_COUNT]; /* the save made something else of it, which is for the row: nobody edited it */
	/* the history of what its conflicts replace was refused: neither side's value is replaced */
	bool losers_unrecorded;
	bool drops_app_link; /* it lacks the app link of the row that is gone */
	bool sets_app_link;  /* it carries the app's link, which the present one does not */
	struct json_object
		*unrecorded; /* owned array; of those that were written for a change that is not made */
	struct json_object *histories; /* owned array; go before the document */

	enum row_work row_work;
	enum row_write_mode row_mode;
	bool writes[FIELD_COUNT];          /* fields of the row write */
	struct json_object *row_body;      /* owned; {field id: value} */
	struct cell outgoing[FIELD_COUNT]; /* what the row is to show, as the document has it */
	bool row_gone;                     /* the row that we deleted is not there any more */
	bool refills;                      /* row_body also has cells of the retired entry that nobody maps */
	bool dropped[FIELD_COUNT];         /* fields that Airtable refused: the row is written without them */
	bool document_work_refused; /* its history entry was not taken, so its document is not written */
	bool histories_tried;       /* to write what CouchDB did not take before, in this job */
	bool left_open_tried;       /* to remove what was refused before, in this job */
	struct json_object
		*reused; /* owned; the gists of its history entries that are there, from before; or NULL */
	bool doubtful;   /* a write of its document had no answer */
	bool unwritten;  /* it is known now that it was not written */
	bool missed;     /* a write of its own met a conflict, or had no answer */
	bool noted;      /* what is sent to the row is in the ledger */
	enum stored_part stored;
	bool withheld;                    /* a cell is not written, since its column may not be */
	bool right_refused;               /* Airtable did not permit what was to be done with the row */
	struct endpoint_write *row_write; /* borrowed from the batch */
};
