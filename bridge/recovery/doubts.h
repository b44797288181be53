/* Cells that show a former value again. Only the base knows whether somebody edited them since, which is an edit, or whether that is what
 * was there all the time, or an old picture of the row. The questions of a batch are asked in one request. */
#pragma once
#include "bridge/job/batch.h"

/* What follows for the field when it is known whether its cell was edited after that moment. */
typedef void take_edited(struct batch *batch, struct job *job, enum field field, bool edited);

struct doubt {
	struct job *job;
	take_edited *conclude;
};
struct doubts {
	struct batch *batch; /* borrowed */
	size_t count, capacity;
	struct doubt *list;                       /* owned */
	struct endpoint_time_question *questions; /* owned; one for each in 'list' */
};

/* Was the cell edited after 'after_ms' (Airtable's clock)? */
void doubts_add(struct doubts *doubts, struct job *job, enum field field, int64_t after_ms,
		take_edited *conclude);
/* Asks, and has each answer taken. */
must_use bool doubts_settle(struct doubts *doubts, struct error *error);
void doubts_done(struct doubts *doubts);
