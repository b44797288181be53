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

/* The write of the pair's document.
 *
 * batch_apply() writes it: drafted by what was decided (documents/draft.h), saved as the app does (documents/saving.h), written in rounds
 * (documents/rounds.h, documents/documents.h). batch_recover() notes in it what a former job has left open. The row write reads it, since
 * a row shows what was saved; batch_commit() reads what has become of it. */
struct document_write {
	enum document_work work;
	bool merges;         /* cells and document are merged: conflicts may have losers */
	struct datum *given; /* owned; what is to be saved, or NULL */
	/* owned; of an item that moves or goes: the save that others follow from; or NULL */
	struct datum *cascade;
	struct json_object *body;      /* owned; to be written, or the tombstone */
	struct json_object *histories; /* owned array; go before the document */
	bool sets_app_link;            /* it carries the app's link, which the present one does not */
	bool drops_app_link;           /* it lacks the app link of the row that is gone */
	/* owned; {_id: null} of documents of the batch whose saves have to be written or refused before its own (rounds.c); or NULL */
	struct json_object *awaits;
	bool rounds_done; /* rounds are done with it: it was written, refused or put off, or there was nothing to write */

	/* What has become of it. */
	bool written; /* the save is done, and 'body', if any, has become the document */
	bool derived
		[FIELD_COUNT]; /* the save made something else of it, which is for the row: nobody edited it */
	bool history_refused;  /* its history entry was not taken, so it is not written */
	/* the history of what its conflicts replace was refused: neither side's value is replaced */
	bool losers_unrecorded;
	struct json_object
		*unrecorded; /* owned array; histories that were written for a change that is not made */
	bool doubtful;       /* it had no answer */
	bool unwritten;      /* it is known now that it was not written */

	/* What a former job has left. */
	bool cascades_again; /* it may have ended between the document and the saves that follow from it */
	/* the document was not made of the revision that the noted save was made of (branches.h) */
	bool branched;
	bool orphaned;              /* the history of a noted save that did not happen may be there */
	struct json_object *reused; /* owned; the gists of its history entries that are there; or NULL */
	bool histories_tried;       /* to write what CouchDB did not take before, in this job */
	bool left_open_tried;       /* to remove what was refused before, in this job */
};

/* The write of the pair's row.
 *
 * batch_apply() writes it: whether there is one by what was decided for the pair (steps/apply_existence.h), which cells by what was decided
 * for the fields and what the save made of them (rows/row_draft.h); batch_start_rows() sends it. batch_commit() writes it again without
 * what is refused (rows/split_refused_row.h), and reads what has become of it (steps/row_results.h). */
struct row_write {
	enum row_work work;
	enum row_write_mode mode;
	bool writes[FIELD_COUNT];          /* its fields */
	struct json_object *body;          /* owned; {field id: value} */
	struct cell outgoing[FIELD_COUNT]; /* what the row is to show, as the document has it */
	bool refills;                      /* 'body' also has cells of the retired entry that nobody maps */
	bool withheld;                     /* a cell is not written, since its column may not be */
	bool lacks_edits;                  /* the same for one that people edit */
	bool noted;                        /* its intent is in the ledger */
	struct endpoint_write
		*request; /* borrowed from the batch; NULL: none is sent, or its answer does not matter */

	/* What has become of it. */
	bool dropped[FIELD_COUNT]; /* fields that Airtable refused: the row is written without them */
	bool right_refused;        /* Airtable did not permit it */
	bool gone; /* the row that we deleted, now or in a former job, is not there any more */
};

/* One pair under work. What survives it is 'entry', which batch_commit() stores, and what job_update_pair() tells the pair. */
struct job {
	struct pair *pair;
	unsigned reasons; /* why it has this job (enum job_reason) */
	struct job_outcome outcome;

	/* What is read: by batch_load(). The entry is then what each step notes in it; document and row are what the last answer showed. */
	struct ledger_entry entry;
	struct endpoint_record document, row;
	bool row_asked;    /* 'row' is what the base showed for the record id, there or not */
	bool needs_no_row; /* nothing that a row shows has changed: only the ledger's entry is written */
	struct error flaw; /* why the document cannot be used; kind ERROR_NONE: it can */
	/* Document and row as they are now, by field: those of 'diff'; after a save, and after an answer that is not the last one, what
	 * these have shown. */
	const struct cell *couch, *airtable;
	struct cell *saved, *answered; /* owned; what 'couch' and 'airtable' point to then, or NULL */

	struct job_images *images; /* owned; its pictures, when they were looked at (job_images.h); or NULL */

	/* What is known and decided: borrowed from the batch, and const once the step is done that writes it. */
	const struct diff *diff; /* batch_diff() and the steps before it, by batch_diff_of() */
	const struct plan *plan; /* batch_plan() alone */

	/* What is done: by batch_apply() and batch_commit(). */
	struct document_write document_write;
	struct row_write row_write;

	/* What is to be told, or done later: any step adds to it, batch_commit() takes it into the entry and to the pair. */
	struct text problem;            /* sentences for a person, for the row's error cell and the ledger */
	bool problem_passes;            /* it may pass by itself: it is tried again, with growing pauses */
	struct json_object *blocked_by; /* owned; the documents that its refusal may come from, or NULL */
	struct json_object
		*grounds;      /* owned; all that it comes from, with their revisions (grounds.h), or NULL */
	size_t grounds_length; /* of 'problem', when that was all */
	unsigned waits;        /* enum pair_waits */
	bool paired;           /* it got its counterpart in this job: pairs that waited for that are queued */
	bool typing;           /* something of its row is left alone while somebody types */
	/* the document went back in time, and what follows from that is decided: the entry may name this revision as handled */
	bool settles_back;
	bool missed; /* a write of its own met a conflict, or had no answer */
	enum stored_part stored;
};
