/* Which pairs are twins that the app's own sync made, as the app's links in the documents say (app/app_twins.h has the picture). */
#pragma once
#include "bridge/memory/memory.h"

/* Takes what the app link of the pair's document says of twins: it names the row of another pair, or one that is there beside its own. */
void app_twins_note_link(struct sync *sync, struct pair *pair, const char *app_link);
/* At a start: of what the pair's entry says it is a twin. And notes it in the entry. */
void app_twins_load(struct sync *sync, struct pair *pair, const struct ledger_entry *entry);
void app_twins_remember(const struct pair *pair, struct ledger_entry *entry);
/* Whether the app link of the job's document names another row, which the app made of it and which is there. */
bool app_twins_keep_link(const struct sync *sync, const struct pair *pair, const char *app_link);
/* A document's link to a twin shows the original: that has the row which the app means. */
void app_twins_follow(const struct pairs *pairs, enum field field, struct cell *cell);
