/* When the app's link of a pairing is written into a document (sync-rules 25, 28).
 *
 * A revision of ours may meet one of a phone that is offline: so an app link goes along with another write of the document, or
 * waits until the document was quiet for a while. Where the app's own sync is in use the app link goes at once: until a phone has it, its
 * sync makes a second row of the document and a second document of the row. */
#pragma once
#include "bridge/job/batch.h"

/* The document of a job lacks its app link, or has one that is to go. */
void app_link_schedule(struct sync *sync, const struct job *job);

/* After its row is gone: the document's mark of it is to go, too. */
void job_note_stale_app_link(struct batch *batch, struct job *job, const char *record_id);
