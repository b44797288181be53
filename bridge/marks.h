/* When the app's mark of a pairing is written into a document (sync-rules 25, 28).
 *
 * A revision of ours may meet one of a phone that is offline: so a mark goes along with another write of the document, or
 * waits until the document was quiet for a while. Where the app's own sync is in use the mark goes at once: until a phone has it, its
 * sync makes a second row of the document and a second document of the row. */
#pragma once
#include "bridge/work.h"

#define MARKS_APP_SYNCED_DAYS 30 /* the app's own sync is in use if it ran within so many days */

/* What the integration's document says of the app's own syncs: when the last one ran, 0: none did. When it moves, that is
 * logged once in a process, and marks that wait go at once. */
void marks_note_app_sync(struct sync *sync, int64_t synced_ms);
/* Whether the app's own sync is in use. */
bool marks_go_at_once(const struct sync *sync);
/* How long a document is to be quiet before its mark is written. */
int64_t marks_quiet_ms(const struct sync *sync);
/* The document of a look lacks its mark, or has one that is to go. */
void marks_schedule(struct sync *sync, const struct look *look);
