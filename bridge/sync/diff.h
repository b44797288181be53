/* What has happened on both sides since they last agreed, besides what a cell shows (job/job_cells.h): links that only a deletion took
 * away, rows that show another's ID, edits of rows whose documents were deleted, what the app deleted or made twice. Nothing is
 * decided here. */
#pragma once
#include "bridge/job/batch.h"

/* After it was found out what became of earlier writes. False ends the batch, whose pairs are queued again. */
must_use bool batch_diff(struct batch *batch, struct error *error);
