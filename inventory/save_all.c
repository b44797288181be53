/* A save and all in its wake, in memory: what is to be written lies over what is stored. */
#include "inventory/save.h"

#include <string.h>

#define WAKE_DEPTH 4 /* item, link, picture, and one to spare */

struct gathering {
	const struct inventory_view *under;
	const struct inventory_source *source;
	struct json_object *pending; /* owned; {_id: body}, in the order of writing */
};

/* ---- the view over the view ---- */

static bool is_deleted(struct json_object *body)
{
	return json_bool_or(body, "_deleted", false);
}

static bool overlay_get(void *context, const char *full_id, struct json_object **body_out,
			struct error *error)
{
	struct gathering *gathering = context;
	struct json_object *pending = json_child(gathering->pending, full_id, json_type_object);

	if (!pending)
		return gathering->under->get(gathering->under->context, full_id, body_out, error);
	*body_out = is_deleted(pending) ? NULL : pending;
	return true;
}

static int compare_ids(const void *left, const void *right)
{
	struct json_object *const *a = left, *const *b = right;

	return strcmp(json_text_or(*a, "_id", ""), json_text_or(*b, "_id", ""));
}

static bool overlay_find(void *context, enum document_type type, const char *key, const char *value,
			 struct json_object **bodies_out, struct error *error)
{
	struct gathering *gathering = context;
	scoped(json_object) under = NULL;
	struct json_object *found;

	if (!gathering->under->find(gathering->under->context, type, key, value, &under, error))
		return false;
	found = json_new_array();
	for (size_t i = 0; i < json_length(under); i++) {
		struct json_object *body = json_at(under, i);
		if (!json_child(gathering->pending, json_text_or(body, "_id", ""), json_type_object))
			json_append(found, json_share(body));
	}
	json_each (gathering->pending, full_id, body) {
		const char *theirs = json_text_or(document_data(body), key, NULL);
		if (document_type_of(full_id, NULL) == type && theirs && strcmp(theirs, value) == 0)
			json_append(found, json_share(body));
	}
	json_sort(found, compare_ids);
	*bodies_out = found;
	return true;
}

/* ---- gathering ---- */

static void gather(struct gathering *gathering, struct json_object *body)
{
	if (body)
		json_put(gathering->pending, json_text_or(body, "_id", ""), json_share(body));
}

static bool save_into(struct gathering *gathering, const struct save_request *request, int depth,
		      struct save_result *result, struct error *error);

/* What cannot be saved in the wake is left as it is: it would be in the way of the save itself for ever. */
static bool save_next(struct gathering *gathering, const struct datum *given, int depth, struct error *error)
{
	const struct save_request request = {.given = given, .ignore_conflict = true};
	struct save_result result;
	struct error cause = {0};
	bool saved = save_into(gathering, &request, depth, &result, &cause);

	save_result_done(&result);
	if (saved || cause.kind == ERROR_REFUSED)
		return true;
	*error = cause;
	return false;
}

static bool save_into(struct gathering *gathering, const struct save_request *request, int depth,
		      struct save_result *result, struct error *error)
{
	const struct inventory_view view = {gathering, overlay_get, overlay_find};
	struct save_cascade cascade;

	if (!save_document(request, &view, gathering->source, result, error))
		return false;
	gather(gathering, result->history);
	gather(gathering, result->body);
	if (depth == WAKE_DEPTH)
		return true;
	bool saved = save_cascade(result, &view, &cascade, error);
	for (size_t i = 0; saved && i < cascade.count; i++)
		saved = save_next(gathering, cascade.next[i].given, depth + 1, error);
	save_cascade_done(&cascade);
	return saved;
}

bool save_all(const struct save_request *request, const struct inventory_view *view,
	      const struct inventory_source *source, struct json_object **bodies_out,
	      struct save_result *result_out, struct error *error)
{
	struct gathering gathering = {.under = view, .source = source, .pending = json_new_object()};
	bool saved = save_into(&gathering, request, 0, result_out, error);

	if (saved) {
		*bodies_out = json_new_array();
		json_each (gathering.pending, full_id, body) {
			(void)full_id;
			json_append(*bodies_out, json_share(body));
		}
	}
	json_release(gathering.pending);
	return saved;
}
