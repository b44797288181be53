/* Load: the ledger's entries, the documents and the rows of a batch, as they are now.
 *
 * A document that only changed where no column shows it (the app's link, an unknown key) needs no row: that is found here,
 * so that a replayed feed costs no call of Airtable's. */
#pragma once
#include "bridge/job/batch.h"

/* Also binds the columns anew where a cell was lost with its column (diff/schema_effects.h). False ends the batch, whose pairs are queued
 * again. */
must_use bool batch_load(struct batch *batch, struct error *error);
