/* Which pictures the attachments of people are: told by the database, by the ledger, or by what has just become of their files. */
#pragma once
#include "bridge/documents/picture_view.h"
#include "bridge/job/batch.h"

/* After the links and the rows of all jobs with pictures; 'view' has their documents. */
must_use bool batch_load_imports(struct batch *batch, struct picture_view *view, struct error *error);
