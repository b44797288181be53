/* Pairs outside of the scope (sync-rules 14). How a pair got there follows from the place that both sides agreed on. If that is
 * inside, an edit of a document has moved it out, and its row goes. If that is outside as well, an edit of the row took it out,
 * or the integration syncs something else now: then the row stays, and says so.
 *
 *     document moved out ──> the row's edits into the document ──> contents first ──> row deleted ──> app link dropped
 *
 * Until the row is gone, nothing of what was agreed on about its place changes, so each step can be decided again. */
#pragma once
#include "bridge/job/batch.h"

/* Pairs outside of the scope (sync-rules 14). */
bool job_left_scope(const struct batch *batch, const struct job *job);
void job_view_scope_exit(const struct batch *batch, const struct job *job, struct existence_views *views);
