/* Compose: what a look wants to save, from cells. What that makes of the document is in saving.c. */
#pragma once
#include "bridge/job/batch.h"

/* The row's edits, or false and a problem: an edit is saved or refused as a whole. */
must_use bool look_compose_edit(struct group *group, struct look *look);
/* A new document from a row that has none; false and a problem, or quietly while the row is still being filled in. */
must_use bool look_compose_new(struct group *group, struct look *look);
void look_compose_delete(struct look *look);
/* Adds a history document of the losers of conflicts. */
void look_record_losers(struct group *group, struct look *look);
/* Likewise for a row that is deleted with its document: adds one of the edits that only the row shows. */
void look_record_last_edits(struct group *group, struct look *look);
/* The history document of a row that was deleted, of the cells in the note of its deletion; NULL where none was noted. */
struct json_object *look_row_history(struct group *group, struct look *look);
