/* When an app link is written into a document (sync-rules 25, 28).
 *
 * A revision of ours may meet an edit of a phone that is offline. So an app link goes along with the next other write of the
 * document, or waits until the document was quiet for a while. Where the app's own sync is in use it is written at once: until a
 * phone has it, that phone's sync makes a second row of the document and a second document of the row. */
#pragma once
#include "bridge/job/batch.h"

/* Plans when the app link is written into the document, or taken out of it. */
void app_link_schedule(struct sync *sync, const struct job *job);

/* Its row is gone: the app link that names that row is to go, too. */
void job_note_stale_app_link(struct batch *batch, struct job *job, const char *record_id);
/* Notes in the entry whether the document carries the app's link to the pair's row. */
void job_note_app_link(struct batch *batch, struct job *job);
