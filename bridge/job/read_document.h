/* A document as it was read, in cells; or why it cannot be used. */
#pragma once
#include "bridge/job/batch.h"

/* Reads 'document' into cells, which are empty before, or says in 'flaw' why it cannot be used. */
void job_read_document(struct batch *batch, struct job *job, struct cell cells[FIELD_COUNT]);
