/* Orphaned histories: a history document is written before its change. If the change did not happen it is deleted again. If
 * CouchDB does not permit that (a validation function) it is a problem of its pair alone, and is tried again. */
#pragma once
#include "bridge/job/batch.h"

/* Deletes the histories of saves that did not happen (sync-rules 24). What CouchDB refuses to delete is kept in the
 * entry and tried again by the next jobs. */
must_use bool batch_drop_orphaned(struct batch *batch, struct error *error);
/* If the same change is tried again, an orphaned history that could not be deleted becomes its history. */
void job_reuse_orphaned(struct job *job);
void job_take_reused(struct job *job);
/* The save of the intent has landed: its history is no orphan. */
void job_keep_noted(struct job *job);
/* Adds to the problem what is still refused beside the document. */
void job_report_left_open(struct job *job);
