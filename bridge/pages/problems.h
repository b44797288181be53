/* What a person should know of single documents and rows, by cause where one cause has many. */
#pragma once
#include "bridge/admin/exchange.h"
#include "bridge/pages/pages.h"
#include "bridge/review/problem_list.h"

/* Asks CouchDB, so it may take long. */
void problems_page(void *context, const struct admin_request *request, struct admin_answer *answer);
/* Those of one integration, from its two databases. */
must_use bool problems_read(const struct pages *pages, const struct fleet_view_integration *integration,
			    struct problem_list *list_out, struct error *error);
