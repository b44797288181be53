/* Orphans: a history document is written before its change. When the change did not happen, it goes again. Where CouchDB does
 * not let it go (a validation function), that is a problem of its pair alone, which is tried again as others are. */
#pragma once
#include "bridge/job/batch.h"

/* Deletes the histories of saves that did not happen (sync-rules 24). What CouchDB refuses to delete is kept in the
 * entry and tried again by the next jobs. */
must_use bool batch_drop_orphaned(struct batch *batch, struct error *error);
/* A history entry that CouchDB does not let go becomes that of the same change when it is tried again. */
void job_reuse_orphaned(struct job *job);
void job_take_reused(struct job *job);
/* The save that was noted has happened: the entry that it was to have is not one too many. */
void job_keep_noted(struct job *job);
/* What was refused beside the document is a problem as long as it is. */
void job_report_left_open(struct job *job);
