/* Reading the config document. */
#include "inventory/config.h"

#include "inventory/refusal.h"
#include "inventory/schema_check.h"

bool config_read(const struct inventory_view *view, struct datum **config_out, struct error *error)
{
	struct json_object *body = NULL;
	struct refusal refusal = {0};
	struct error cause = {0};

	if (!view_get(view, DOCUMENT_CONFIG, "", &body, error))
		return false;
	if (!body)
		return error_set(error, ERROR_REFUSED,
				 "The inventory has no config document yet. Open the app's settings once.");
	scoped(datum) config = datum_of_document(body);
	schema_check(config, &refusal);
	bool fits = refusal_passes(&refusal, &cause);
	refusal_done(&refusal);
	if (!fits)
		return error_set(error, ERROR_REFUSED, "The inventory's config document is not in order: %s",
				 cause.text);
	*config_out = take(config);
	return true;
}
