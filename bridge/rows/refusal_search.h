/* The search for the cells of one row that Airtable refuses (split_refused_row.h tells the whole): what is known of them, and what an
 * answer adds to it. It sends nothing, and does not choose what is tried next. */
#pragma once
#include "bridge/job/batch.h"
#include "bridge/rows/cell_at_fault.h"

#define FOUND_ALONE 3 /* cells refused one by one, and none taken: it is the row */

struct refusal_search {
	bool open;          /* something is still to be tried */
	bool answered;      /* what came back was not looked at yet */
	field_set pending;  /* neither taken nor refused; never the ID of a new row */
	field_set suspects; /* one of these is refused; none: nothing is known */
	field_set tried;    /* what was sent */
	unsigned found;     /* offenders that no word named */
	struct error why;   /* the last refusal */
	field_set nameless; /* those that no word named */
	bool any_taken, any_named, guessed;
	bool images;              /* the row's pictures are tried last, by themselves */
	char *reported;           /* owned; what the problem said before */
	struct json_object *body; /* owned; what was sent */
};

size_t field_count_of(field_set fields);

/* Takes the answer to the row's last write: who is found is told on the job and left out from then on. The job's answer becomes the
 * row that the next part is decided on; where nothing more is to be tried 'open' is false. */
void refusal_search_take(struct batch *batch, struct job *job, struct refusal_search *search);

/* So far nothing says that the refusals are about single cells. */
bool refusal_search_is_of_row(const struct refusal_search *search);

/* Nothing of the row is taken: what was said of its cells is not what it is about. Where it is not for want of a right the row is
 * written once more, to say so itself (sync-rules 21). */
void refusal_search_give_up(struct batch *batch, struct job *job, struct refusal_search *search);

void refusal_search_done(struct refusal_search *search);
