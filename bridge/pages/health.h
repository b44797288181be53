/* Whether this process lives and works, for machines that look; and the page about it and its servers. */
#pragma once
#include "bridge/admin/exchange.h"

/* 200, whatever the servers do. */
void health_alive(void *context, const struct admin_request *request, struct admin_answer *answer);
/* 200, or 503 with what is not ready, of which only the owner is told. */
void health_ready(void *context, const struct admin_request *request, struct admin_answer *answer);
void health_page(void *context, const struct admin_request *request, struct admin_answer *answer);
/* The page as JSON, without the integrations, which /api/status has. */
void api_health(void *context, const struct admin_request *request, struct admin_answer *answer);
