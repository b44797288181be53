/* The figures behind the pages as JSON: docs/openapi.json has their form. */
#pragma once
#include "bridge/admin/exchange.h"

/* Every integration that runs here. */
void api_status(void *context, const struct admin_request *request, struct admin_answer *answer);
/* What stands on the page of problems. Asks CouchDB, so it may take long. */
void api_problems(void *context, const struct admin_request *request, struct admin_answer *answer);
