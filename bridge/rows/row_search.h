/* A refused row is written again without what is refused. Where Airtable's words name the cell (blame.c), that is one more
 * write. Where they do not, a part of the cells is tried:
 *
 *     pending ──> tried, taken      no more pending; the offender is among the other suspects
 *        ^   └──> tried, refused    these are the suspects now; one alone is the offender
 *        └── what is left, when the offender is found
 *
 * One row of a table does this first. What it finds is left out of the others at once: as a rule it is the same column. A new
 * row is made without all that may be at fault; the job that follows fills it. */
#pragma once
#include "bridge/job/batch.h"

/* Once the first answers are there: writes the refused rows again without the cells that are refused. What is left in
 * 'row_write' is the answer to the last of these writes; NULL where nothing is left to be said of it. */
must_use bool batch_write_without_refused(struct batch *batch, struct error *error);
