/* Looking things up. */
#include "inventory/view.h"

#include <string.h>

bool view_get(const struct inventory_view *view, enum document_type type, const char *id,
	      struct json_object **body_out, struct error *error)
{
	scoped_text full_id = document_full_id(type, id);

	return view->get(view->context, full_id, body_out, error);
}

bool view_find(const struct inventory_view *view, enum document_type type, const char *key, const char *value,
	       struct json_object **bodies_out, struct error *error)
{
	return view->find(view->context, type, key, value, bodies_out, error);
}

bool view_may_write(const struct inventory_view *view, const char *own_uuid, const char *other_uuid,
		    bool *may_out, struct error *error)
{
	scoped_text id = own_format("%s--%s", other_uuid, own_uuid);
	struct json_object *body = NULL;

	if (!view_get(view, DOCUMENT_SHARING, id, &body, error))
		return false;
	struct json_object *permissions = json_child(document_data(body), "permissions", json_type_array);
	*may_out = false;
	for (size_t i = 0; permissions && i < json_length(permissions); i++) {
		struct json_object *permission = json_at(permissions, i);
		if (json_is(permission, json_type_string) && strcmp(json_text_of(permission), "write") == 0)
			*may_out = true;
	}
	return true;
}
