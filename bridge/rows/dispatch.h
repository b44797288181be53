/* Dispatch: what is read once more before rows are written, and the start of the writes; commit.c takes their answers. */
#pragma once
#include "bridge/job/batch.h"

/* Rows that are to be deleted as they are now, in full; a row edited meanwhile is planned anew. Then the writes. */
must_use bool batch_read_last_cells(struct batch *batch, struct error *error);
void batch_start_rows(struct batch *batch);
