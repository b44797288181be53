/* The style sheet, the script and the icon of the pages, as bytes of this program. */
#pragma once
#include "bridge/admin/exchange.h"

void style_file(void *context, const struct admin_request *request, struct admin_answer *answer);
void script_file(void *context, const struct admin_request *request, struct admin_answer *answer);
void icon_file(void *context, const struct admin_request *request, struct admin_answer *answer);
