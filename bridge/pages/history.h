/* What was changed: batches, the changes of one with what each field was and is, and those of an item that is searched by its name; by days, and by who
 * made them (history_request.h). For programs the same as JSON. */
#pragma once
#include "bridge/admin/exchange.h"

/* Asks CouchDB, so it may take long. */
void history_page(void *context, const struct admin_request *request, struct admin_answer *answer);
void api_history(void *context, const struct admin_request *request, struct admin_answer *answer);
