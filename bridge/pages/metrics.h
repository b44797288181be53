/* /metrics: the figures of this process and of its integrations, for Prometheus. */
#pragma once
#include "bridge/admin/exchange.h"

void metrics_page(void *context, const struct admin_request *request, struct admin_answer *answer);
