/* Undoing what a history document records. Pure.
 *
 * Unlike in the app, a field that was added goes again; several entries of one document are undone newest first, so
 * that it ends as it was before them all. */
#pragma once
#include "inventory/datum.h"

/* What to save so that it is undone (see save_request.given); NULL when it is no history document. */
struct datum *restore_given(struct json_object *history);
/* Sorts an array of history documents in the order in which they are to be undone. */
void restore_sort(struct json_object *histories);

#define RESTORE_CREATED_BY "history_restore" /* of the histories that this leaves itself */
