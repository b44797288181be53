/* Writes what became of documents in conflict, one request a step. A merge whose write is refused or in doubt takes no part in the
 * steps behind it. Only for the engine's own files. */
#pragma once
#include "bridge/merge/merge_batch.h"

/* First what is lost. */
must_use bool merge_write_histories(struct merge_batch *batch, struct error *error);
/* Then the leaf that is shown becomes what all of them are. */
must_use bool merge_write_shown(struct merge_batch *batch, struct error *error);
/* And only when that is acknowledged the others end. */
must_use bool merge_end_others(struct merge_batch *batch, struct error *error);
