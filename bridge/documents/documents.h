/* Writes the documents of a batch: their histories first, then the documents themselves; and takes what came of it. */
#pragma once
#include "bridge/job/batch.h"

/* Writes what was saved in this round, the histories first. */
must_use bool batch_write_documents(struct batch *batch, struct error *error);
/* For rows whose deletion is noted, since their document was deleted: puts what only they show into the history. If CouchDB does
 * not take that the row is not deleted, and gets a problem, which is noted. */
must_use bool batch_write_last_edits(struct batch *batch, struct error *error);
