/* Commit: what the row writes led to, and the ledger's entries of the whole batch in one go. */
#pragma once
#include "bridge/job/batch.h"

must_use bool batch_commit(struct batch *batch, struct error *error); /* waits for the rows; the ledger */
