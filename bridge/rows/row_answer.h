/* What the answer to a row write says, and what becomes agreed by it (sync-rules 18). */
#pragma once
#include "bridge/job/batch.h"

/* Takes the answer to a row write: what it shows of the written cells becomes agreed. True: the row shows something else as well, and
 * another job looks at it at once. */
bool job_take_answer(struct batch *batch, struct job *job);
/* The Delete box of a row that came back was seen unticked: a tick that it shows from now on is meant. */
void job_forget_obeyed_tick(const struct batch *batch, struct job *job);
