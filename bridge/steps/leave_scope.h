/* What is done with a pair outside of the scope (sync-rules 14). How it got there is found out in scope_exit.h.
 *
 *     document moved out ──> the row's edits into the document ──> contents first ──> row deleted ──> app link dropped
 *
 * Until the row is gone the agreed collection and container stay as they are, so each step can be decided again. */
#pragma once
#include "bridge/job/batch.h"

void job_leave(struct batch *batch, struct job *job);
void job_merge_out(struct batch *batch, struct job *job);
/* What was merged into the document becomes agreed. Of the row only the error cell is written. */
void job_take_merged_out(struct job *job);
void job_let_go(struct batch *batch, struct job *job);
/* Before rows are deleted: reads the integration's scope again. If it has changed they stay. */
must_use bool batch_confirm_scope(struct batch *batch, struct error *error);
