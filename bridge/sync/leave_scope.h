/* What is done with a pair outside of the scope (sync-rules 14). Which way it got there is found out in scope_exit.h.
 *
 *     document moved out ──> the row's edits into the document ──> contents first ──> row deleted ──> app link dropped
 *
 * Until the row is gone, nothing of what was agreed on about its place changes, so each step can be decided again. */
#pragma once
#include "bridge/job/batch.h"

void look_leave(struct group *group, struct look *look);
void look_merge_out(struct group *group, struct look *look);
/* What was merged is agreed on; the row is only told. */
void look_take_merged_out(struct group *group, struct look *look);
void look_let_go(struct group *group, struct look *look);
/* Rows are deleted for the sake of a scope that is still the integration's, or not at all. */
must_use bool group_confirm_scope(struct group *group, struct error *error);
