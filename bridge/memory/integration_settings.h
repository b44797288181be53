/* The integration's document while it runs: whether it still says what this process began with, and when the app's own sync ran. */
#pragma once
#include "bridge/memory/memory.h"

#define APP_SYNCED_DAYS 30 /* the app's own sync is in use if it ran within so many days */
/* Takes from the integration's document when the app's own sync ran last, 0: never. When that moves it is logged once in a
 * process, and app links that wait are written at once. */
void sync_note_app_sync(struct sync *sync, int64_t synced_ms);
/* Whether the app's own sync is in use. */
bool app_links_go_at_once(const struct sync *sync);
/* How long a document is to be quiet before its app link is written. */
int64_t app_links_quiet_ms(const struct sync *sync);
/* Whether the integration's document still lists what this sync began with; if not, 'settings_changed'. */
must_use bool sync_check_settings(struct sync *sync, bool *same_out, struct error *error);
