/* What the owner asks of an integration by a button: said in its control document (report/control.h), so it reaches whichever process
 * keeps the integration in step, and a pause survives a restart. */
#pragma once
#include "bridge/admin/exchange.h"
#include "bridge/daemon/fleet_view.h"

/* The buttons of one integration. */
void actions_add(struct text *text, const struct admin_request *request,
		 const struct fleet_view_integration *integration);

/* Their forms. Each asks CouchDB, so it may take long. */
void action_pause(void *context, const struct admin_request *request, struct admin_answer *answer);
void action_resume(void *context, const struct admin_request *request, struct admin_answer *answer);
void action_sync(void *context, const struct admin_request *request, struct admin_answer *answer);
void action_sync_full(void *context, const struct admin_request *request, struct admin_answer *answer);
