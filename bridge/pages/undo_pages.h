/* Undoing from the history: first what it would do and what it would leave alone, then a button, then what came of it. For programs the same
 * below /api/.
 *
 *     ?database=…&entry=…              one change
 *     ?database=…&entry=…&field=notes  one field of it; of a conflict that puts the value back that gave way
 *     ?database=…&batch=…&by=…         all that a batch came to
 *     &all=1                           also what was edited since
 *
 * A POST has the same in its form. Each asks CouchDB, so it may take long. */
#pragma once
#include "bridge/admin/exchange.h"

void undo_page(void *context, const struct admin_request *request, struct admin_answer *answer);
void undo_form(void *context, const struct admin_request *request, struct admin_answer *answer);
void api_undo_preview(void *context, const struct admin_request *request, struct admin_answer *answer);
void api_undo(void *context, const struct admin_request *request, struct admin_answer *answer);
