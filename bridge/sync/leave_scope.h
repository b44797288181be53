/* What is done with a pair outside of the scope (sync-rules 14). Which way it got there is found out in scope_exit.h.
 *
 *     document moved out ──> the row's edits into the document ──> contents first ──> row deleted ──> app link dropped
 *
 * Until the row is gone, nothing of what was agreed on about its place changes, so each step can be decided again. */
#pragma once
#include "bridge/job/batch.h"

void job_leave(struct batch *batch, struct job *job);
void job_merge_out(struct batch *batch, struct job *job);
/* What was merged is agreed on; the row is only told. */
void job_take_merged_out(struct batch *batch, struct job *job);
void job_let_go(struct batch *batch, struct job *job);
/* Rows are deleted for the sake of a scope that is still the integration's, or not at all. */
must_use bool batch_confirm_scope(struct batch *batch, struct error *error);
