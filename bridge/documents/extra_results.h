/* Writes beside the records (histories, links to pictures) that had no answer: reads what is there now, which shows whether they
 * were applied. So most lost answers cost one read and nothing else. For rows and for the documents themselves the next job finds
 * that out. */
#pragma once
#include "bridge/job/batch.h"

/* Marks as done those writes beside the records that had no answer and are there all the same. */
void batch_find_unanswered(struct batch *batch, struct endpoint_write *writes, size_t count);
/* Writes such documents, and finds out what had no answer: each has its result then. False: nothing is known of them. */
must_use bool batch_write_extras(struct batch *batch, struct endpoint_write *writes, size_t count,
				 struct error *error);
