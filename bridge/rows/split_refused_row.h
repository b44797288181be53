/* A refused row is written again without the cell that is refused. If Airtable's words name the cell (cell_at_fault.c) that is one more
 * write. If they do not, a part of the cells is tried:
 *
 *     pending ──> tried, taken      no more pending; the offender is among the other suspects
 *        ^   └──> tried, refused    these are the suspects now; one alone is the offender
 *        └── what is left, when the offender is found
 *
 * One row of a table does this first. The others leave out at once what it has found, since as a rule it is the same column. A
 * new row is made without anything that may be at fault; its next job fills it. */
#pragma once
#include "bridge/job/batch.h"

/* To be called when the first answers are there: writes the refused rows again without the refused cells. The request of 'row_write' is then the
 * answer to the last of these writes, or NULL where it does not matter any more. */
must_use bool batch_write_without_refused(struct batch *batch, struct error *error);
