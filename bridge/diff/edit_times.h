/* When were cells edited? Only the base knows; the questions of a whole batch are asked in one request (sync-rules 23). */
#pragma once
#include "bridge/job/batch.h"

/* By its time an edit may seem so much earlier than it was: Airtable rounds it to the nearest second, and its clock is known by whole
 * seconds. */
#define EDIT_EARLIER_MS 1500
/* The Date header counts whole seconds, so something was seen up to one later than its clock said; and the time of an edit is rounded to
 * the nearest one. */
#define SEEN_LATER_MS 1000
#define ROUNDED_MS    500

/* The questions of a batch, and their answers. */
struct edit_questions {
	size_t count;
	struct endpoint_time_question *questions; /* owned */
	struct job **askers;                      /* owned; whose question each is */
};

/* Whether it is to be known of this cell if it was edited after a moment, and after which. */
typedef bool asks_after(const struct batch *batch, const struct job *job, enum field field,
			int64_t *after_ms_out);

/* Asks of each cell of the batch what 'asks' wants to know. The caller ends the questions. */
must_use bool edit_questions_ask(struct batch *batch, asks_after *asks, struct edit_questions *asking_out,
				 struct error *error);
void edit_questions_done(struct edit_questions *asking);
