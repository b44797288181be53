/* A save without an answer, of a revision that the one which is shown now was not made of: a phone brought another leaf, and the
 * save may be in the leaf that is hidden behind it. */
#pragma once
#include "bridge/job/batch.h"

/* Sets 'branched', before it is settled what became of saves. */
must_use bool batch_find_branches(struct batch *batch, struct error *error);
