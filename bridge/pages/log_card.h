/* The last lines of the log (base/log_ring.h), with a filter. */
#pragma once
#include "base/json.h"
#include "bridge/admin/exchange.h"

/* Those with the words that the request names as "log", or all. */
void log_card_add(struct text *text, const struct admin_request *request);
/* The same lines as an array; the caller puts. */
struct json_object *log_card_json(const struct admin_request *request);
