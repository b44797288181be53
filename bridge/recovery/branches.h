/* A save had no answer, and the document that is shown now was not made of the revision that was saved over: a phone brought
 * another leaf meanwhile. The save may stand in the leaf that CouchDB hides. */
#pragma once
#include "bridge/job/batch.h"

/* Sets 'branched' of such jobs. Before batch_recover() judges what became of saves. */
must_use bool batch_find_branches(struct batch *batch, struct error *error);
