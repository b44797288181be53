/* Whether a write without an answer has arrived: what the cells show, compared with the note of what was sent (sync-rules 6). */
#pragma once
#include "bridge/job/batch.h"

enum landed { LANDED, LANDED_CUT, NOT_LANDED, LANDED_UNKNOWN };
enum landed job_field_landed(const struct batch *batch, const struct job *job, enum field field);
bool landed_is_there(enum landed landed);
bool job_is_asked(const struct batch *batch, const struct job *job, enum field field);
/* Whether a row with these cells is the one that an unanswered create of ours was making. */
bool job_sent_row(const struct batch *batch, const struct job *job, const struct cell *cells);
