/* Which pairs are twins that the app's own sync made, as the app's links in the documents say (app/app_twins.h has the picture). */
#pragma once
#include "bridge/memory/memory.h"

/* Notes which twins the app link of the pair's document shows: it may name the row of another pair, or a second row beside the
 * pair's own. */
void app_twins_note_link(struct sync *sync, struct pair *pair, const char *app_link);
/* At a start: takes from the pair's entry whose twin it is. The second notes that in the entry. */
void app_twins_load(struct sync *sync, struct pair *pair, const struct ledger_entry *entry);
void app_twins_remember(const struct pair *pair, struct ledger_entry *entry);
/* Whether the app link names a second row of the pair's document, which the app made and which is still there: then it stays as
 * it is. */
bool app_twins_keep_link(const struct sync *sync, const struct pair *pair, const char *app_link);
/* Replaces a link to a twin by one to its original, which has the row that the app means. */
void app_twins_follow(const struct pairs *pairs, enum field field, struct cell *cell);
