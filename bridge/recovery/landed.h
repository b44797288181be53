/* What became of a write without an answer: its intent (bridge/state/intents.h), compared with what is there now (sync-rules 6). */
#pragma once
#include "bridge/job/batch.h"

enum landed {
	LANDED,     /* what was to be there is there */
	NOT_LANDED, /* what was there before still is, or is again */
	OVERTAKEN,  /* something else is there: somebody has edited it, before or after the write */
};

/* The cell of a row that was written. A column may trim or cut what it is sent: that has landed, and is cut. */
enum landed job_field_landed(const struct batch *batch, const struct job *job, enum field field);
bool job_field_is_cut(const struct batch *batch, const struct job *job, enum field field);
/* The field is of the row's intent, and its column flows. A column that was stopped meanwhile shows nothing, and the base cannot be
 * asked about it. */
bool job_is_asked(const struct batch *batch, const struct job *job, enum field field);
/* Whether a row with these cells is the one that an unanswered create of ours was making. */
bool job_sent_row(const struct batch *batch, const struct job *job, const struct cell *cells);
