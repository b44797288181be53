/* What a person is told once of a pair, since it is past: what they lost when several edits became one (sync-rules 8). The row
 * says so until it or its document is edited, at most some days. Only for the engine's own files. */
#pragma once
#include "bridge/job/batch.h"

/* What was told of the pair since its last look, into its entry. */
void look_take_notice(struct group *group, struct look *look);
/* Adds it to the problem, as long as it counts; else it is forgotten. After the documents were written. */
void look_tell_notice(struct group *group, struct look *look);
/* The leaves as they are now are those that it is about. */
void look_note_notice(struct look *look);
