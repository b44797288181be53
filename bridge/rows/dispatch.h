/* Dispatch: what is read once more before rows are written, and the start of the writes; commit.c takes their answers. */
#pragma once
#include "bridge/job/batch.h"

/* Reads rows that are to be deleted once more, with all their columns; one that was edited meanwhile is planned anew. The second
 * starts the row writes. */
must_use bool batch_read_last_cells(struct batch *batch, struct error *error);
void batch_start_rows(struct batch *batch);
