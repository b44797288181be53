/* Outside of the scope (sync-rules 14). Which way a pair got there follows from what is remembered of it: a place inside, that both sides
 * agreed on, has been left by an edit of a document, and its row goes. If an edit of the row took it out, or the integration syncs
 * something else now, the agreed place is outside, too: then the row stays and a person is told.
 *
 *     document moved out ──> the row's edits into the document ──> contents first ──> row deleted ──> mark dropped
 *
 * Until the row is gone, nothing of what was agreed on about its place changes, so each step can be decided again. */
#pragma once
#include "bridge/job/batch.h"

/* Pairs outside of the scope (sync-rules 14). */
bool job_left_scope(const struct batch *batch, const struct job *job);
void job_view_scope_exit(const struct batch *batch, const struct job *job, struct existence_views *views);
