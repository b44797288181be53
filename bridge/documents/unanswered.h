/* Writes beside the records (history entries, links to pictures) that had no answer: what is there now tells whether they were applied, so
 * that most lost answers cost a read and nothing else. Rows and the documents themselves are settled by the next job. */
#pragma once
#include "bridge/job/batch.h"

/* Writes beside the records of which there was no answer, and which are there all the same, are done. */
void batch_find_unanswered(struct batch *batch, struct endpoint_write *writes, size_t count);
