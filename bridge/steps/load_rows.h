/* Reads the rows of a batch as they are now: by record id where it is known, else by the ID that they show. A row that several
 * jobs could take goes to one of them. */
#pragma once
#include "bridge/job/batch.h"

/* Reads the rows whose record ids are known. */
must_use bool batch_read_rows(struct batch *batch, struct error *error);
/* Finds the rows of one table that show the IDs of documents without a known row. */
must_use bool batch_find_rows(struct batch *batch, enum table table, struct error *error);
void batch_forget_other_rows(struct batch *batch);
/* Turns what the rows show into cells. */
void batch_read_row_cells(struct batch *batch);
