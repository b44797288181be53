/* Load: the ledger's entries, the documents and the rows of a batch, as they are now.
 *
 * If a document only changed where no column shows it (the app link, an unknown key) its row is not read. So a replayed feed
 * costs no call to Airtable. */
#pragma once
#include "bridge/job/batch.h"

/* Also binds the columns anew where a cell was lost with its column (diff/schema_effects.h). False ends the batch, whose pairs are queued
 * again. */
must_use bool batch_load(struct batch *batch, struct error *error);
