/* Rows whose documents the app deleted while nothing was remembered of them here, as before the first start.
 *
 * The app leaves an integration_deleted_data document behind, which names the integration and the record that the document had. A
 * row that it names goes with its document. That a row shows the document's ID is not enough, since anybody may have typed it
 * (sync-rules 25). */
#pragma once
#include "bridge/job/batch.h"

/* Sets 'app_deleted' of those jobs whose document is deleted, of which the ledger knows nothing, and whose row is named so. */
must_use bool batch_find_deleted_by_app(struct batch *batch, struct error *error);
/* Whether what the app left behind names this row as the document's. */
bool app_leftovers_name(struct json_object *app_leftovers, const struct pair *pair,
			const char *integration_id, const char *record_id);
