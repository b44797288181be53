/* What has happened on both sides since they last agreed: what either has changed, field by field (diff/field_diff.h), links that
 * only a deletion took away, rows that show another's ID, edits of rows whose documents were deleted, what the app deleted or made twice.
 * All of it is in the jobs' diffs (diff/diff.h), which are const from then on. Nothing is decided here. */
#pragma once
#include "bridge/job/batch.h"

/* After it was found out what became of earlier writes. False ends the batch, whose pairs are queued again. */
must_use bool batch_diff(struct batch *batch, struct error *error);
