/* When the app's mark of a pairing is written into a document (sync-rules 25, 28).
 *
 * A revision of ours may meet one of a phone that is offline: so a mark goes along with another write of the document, or
 * waits until the document was quiet for a while. Where the app's own sync is in use the mark goes at once: until a phone has it, its
 * sync makes a second row of the document and a second document of the row. */
#pragma once
#include "bridge/job/batch.h"

/* The document of a look lacks its mark, or has one that is to go. */
void marks_schedule(struct sync *sync, const struct look *look);

/* After its row is gone: the document's mark of it is to go, too. */
void look_note_stale_mark(struct group *group, struct look *look, const char *record_id);
