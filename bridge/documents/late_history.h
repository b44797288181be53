/* Histories of what has happened already, and that CouchDB did not take: they are kept in the pair's entry and written by later
 * jobs. */
#pragma once
#include "bridge/job/batch.h"

/* Keeps the history in the entry, with the reason why it was not taken. */
void job_keep_history(struct job *job, struct json_object *history, const char *why);
/* Writes what is kept, once a job. */
must_use bool batch_write_kept_histories(struct batch *batch, struct error *error);
/* Makes what is still kept a problem, which is tried again. */
void job_report_kept_histories(struct job *job);
