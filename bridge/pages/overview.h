/* The first page: a card for each integration. */
#pragma once
#include "bridge/admin/exchange.h"

void overview_page(void *context, const struct admin_request *request, struct admin_answer *answer);
