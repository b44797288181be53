/* The documents of a batch: their histories first, then the documents themselves, and what came of it. */
#pragma once
#include "bridge/job/batch.h"

/* What was saved in this round is written, the histories first. */
must_use bool batch_write_documents(struct batch *batch, struct error *error);
/* Of rows whose deletion is noted, since their document was deleted: what only they show goes into the history. A row of which that is not
 * taken is not deleted, and has words to be noted. */
must_use bool batch_write_last_edits(struct batch *batch, struct error *error);
