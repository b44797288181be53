/* Orphans: a history document is written before its change. When the change did not happen, it goes again. Where CouchDB does
 * not let it go (a validation function), that is a problem of its pair alone, which is tried again as others are. */
#pragma once
#include "bridge/job/batch.h"

/* Deletes the histories of saves that did not happen (sync-rules 24). What CouchDB refuses to delete is kept in the
 * entry and tried again by the next looks. */
must_use bool group_drop_orphans(struct group *group, struct error *error);
/* A history entry that CouchDB does not let go becomes that of the same change when it is tried again. */
void look_reuse_orphans(struct look *look);
void look_take_reused(struct look *look);
/* The save that was noted has happened: the entry that it was to have is not one too many. */
void look_keep_noted(struct look *look);
/* What was refused beside the document is a problem as long as it is. */
void look_tell_left_open(struct look *look);
