/* Twins: what the app's own sync makes of ours, when somebody presses its button before our marks have reached the phone
 * (sync-rules 28).
 *
 *     document P ── our row R1           the app sees neither:
 *          │            │
 *     its row R2    its document Q       P's mark names R2 then, Q's mark names R1, and R1's ID cell shows Q
 *
 * P and R1 stay the pair. Q is held: it gets no row of its own, and a person is told. R2 shows P's ID and is told as a copy is,
 * in other words. P's mark is left to R2 as long as that is there, or the app would make a third document, of R2. */
#pragma once
#include "bridge/work.h"

/* What helps, as a part of a sentence. */
#define APP_TWINS_REMOVE "stop Davenport and run `davenport sync --remove-twins`"

/* Takes what the mark of the pair's document says of twins: it names the row of another pair, or one that is there beside its own. */
void app_twins_note_mark(struct sync *sync, struct pair *pair, const char *mark);
/* Rows that marks of pairs' documents name, and that are not known: are they there, beside the pairs' own? */
must_use bool group_find_twins(struct group *group, struct error *error);
/* Whether the mark of the look's document names another row, which the app made of it and which is there. */
bool app_twins_keep_mark(const struct sync *sync, const struct pair *pair, const char *mark);
/* Where a person wants twins gone: sets 'twin_goes' of those that have nothing which the original lacks, or that nobody has edited. */
must_use bool group_compare_twins(struct group *group, struct error *error);
/* A document's link to a twin shows the original: that has the row which the app means. */
void app_twins_follow(const struct pairs *pairs, enum field field, struct cell *cell);
/* A sentence for a person, of a document that is held. */
void app_twins_tell(struct look *look);
