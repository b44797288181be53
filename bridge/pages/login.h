/* The page where the owner logs in, what its form does, and logging out. */
#pragma once
#include "bridge/admin/exchange.h"

void login_page(void *context, const struct admin_request *request, struct admin_answer *answer);
void login_form(void *context, const struct admin_request *request, struct admin_answer *answer);
void logout_form(void *context, const struct admin_request *request, struct admin_answer *answer);
