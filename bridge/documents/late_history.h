/* Histories that CouchDB did not take of what has happened: they are kept in the pair's entry and written by later jobs. Only for
 * the engine's own files. */
#pragma once
#include "bridge/job/batch.h"

/* The history is kept, with why it was not taken. */
void job_keep_history(struct job *job, struct json_object *history, const char *why);
/* Writes what is kept, once a job. */
must_use bool batch_write_kept_histories(struct batch *batch, struct error *error);
/* What is still kept is a problem, which is tried again. */
void job_report_kept_histories(struct job *job);
