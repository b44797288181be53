/* Whether this process lives, for machines that look; and the page about it. */
#pragma once
#include "bridge/admin/exchange.h"

void health_alive(void *context, const struct admin_request *request, struct admin_answer *answer);
void health_page(void *context, const struct admin_request *request, struct admin_answer *answer);
void first_page(void *context, const struct admin_request *request, struct admin_answer *answer);
