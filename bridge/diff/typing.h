/* Cells that somebody may be typing into (sync-rules 30). Airtable saves while people type: what a row shows may be half a sentence,
 * with a space at its end that is not to be taken away under their hands. */
#pragma once
#include "bridge/job/batch.h"

enum typing_limits {
	TYPING_QUIET_MS = 60000, /* white space at the ends of a cell stays this long after an edit of it */
	TYPING_AGAIN_MS =
		60000, /* this long after a save an edit of the same cell may be more of the same typing: */
	TYPING_PAUSE_MS =
		10000, /* it is saved when the cell stays as it is for so long, or that time is over */
	TYPING_MOST =
		4000, /* bytes of a text that is remembered for that; edits of longer ones are saved at once */
};

/* Whether the cell shows the document's text with white space around it. */
bool typing_spaced(const struct batch *batch, const struct job *job, enum field field);
/* Leaves that white space for a while. */
void typing_leave(struct batch *batch, struct job *job);
/* For a field of which nothing was to be done: to set such a cell back to the document's text when it stayed quiet for long enough. Else
 * what was 'decided'. */
struct decision typing_decide(struct batch *batch, struct job *job, enum field field,
			      struct decision decided);
/* The pass of plan that leaves edits for a later job that go on from one that was just saved: they may be half of what somebody is
 * typing. 'plan' is the job's own. */
void typing_hold(struct batch *batch, struct job *job, struct plan *plan);
/* The row's edits are in the document: notes their time. */
void typing_note_saved(struct job *job);
/* Puts what is left for later into the ledger's entry, so that a new process goes on with it. */
void typing_commit(struct job *job);
