#include "bridge/documents/picture_view.h"

#include <string.h>

void picture_view_done(struct picture_view *view)
{
	document_cache_done(&view->documents);
	json_object_close(&view->unsure);
}

void picture_view_begin(struct picture_view *view)
{
	document_cache_unsave_all(&view->documents);
	json_release(view->unsure);
	view->unsure = json_new_object();
}

static bool get(void *context, const char *full_id, struct json_object **body_out, struct error *error)
{
	struct picture_view *view = context;

	(void)error;
	*body_out = document_cache_get(&view->documents, full_id);
	return true;
}

/* Whatever its id is. */
static bool is_linked(const struct picture_view *view, const char *item_id, const char *image_id)
{
	json_each (view->documents.stored, full_id, body)
		if (body && document_type_of(full_id, NULL) == DOCUMENT_ITEM_IMAGE &&
		    document_cache_has_value(body, "item_id", item_id) &&
		    document_cache_has_value(body, "image_id", image_id))
			return true;
	return false;
}

static void want_odd_links(struct picture_view *view, const char *item_id)
{
	json_each (view->odd_links, full_id, items)
		for (size_t i = 0; i < json_length(items); i++)
			if (strcmp(json_text_of(json_at(items, i)), item_id) == 0)
				document_cache_want(&view->documents, full_id);
}

/* A picture's other links have the ids that the app gives them, or are known as odd ones. Where none is found the picture's list of items
 * would lose one, so it is left to the app. One that is being made here is known all the same. */
static void want_other_links(struct picture_view *view, const char *image_id)
{
	scoped_text image = document_full_id(DOCUMENT_IMAGE, image_id);
	struct json_object *picture = document_cache_get(&view->documents, image);
	struct json_object *items = json_child(document_data(picture), "_item_ids", json_type_array);

	for (size_t i = 0; i < json_length(items); i++) {
		const char *item = json_text_of(json_at(items, i)) ? json_text_of(json_at(items, i)) : "";
		scoped_text link =
			own_format("%s%s-%s", document_prefix(DOCUMENT_ITEM_IMAGE), item, image_id);
		struct json_object *body = NULL;
		document_cache_want(&view->documents, link);
		want_odd_links(view, item);
		if (!document_cache_is_saved(&view->documents, link) &&
		    json_find(view->documents.stored, link, &body) && !body &&
		    !is_linked(view, item, image_id))
			json_put(view->unsure, image, NULL);
	}
}

static void add(void *context, const char *full_id, struct json_object *body)
{
	(void)full_id;
	json_append(context, json_share(body));
}

static bool find(void *context, enum document_type type, const char *key, const char *value,
		 struct json_object **bodies_out, struct error *error)
{
	struct picture_view *view = context;

	(void)error;
	if (type == DOCUMENT_ITEM_IMAGE && strcmp(key, "image_id") == 0)
		want_other_links(view, value);
	*bodies_out = json_new_array();
	document_cache_each_stored(&view->documents, type, key, value, add, *bodies_out);
	document_cache_each_saved(&view->documents, type, key, value, add, *bodies_out);
	document_cache_sort(*bodies_out);
	return true;
}

struct inventory_view picture_view_of(struct picture_view *view)
{
	return (struct inventory_view){view, get, find};
}

void picture_view_save(struct picture_view *view, struct json_object *bodies)
{
	for (size_t i = 0; i < json_length(bodies); i++) {
		struct json_object *body = json_at(bodies, i);
		document_cache_save(&view->documents, json_text_or(body, "_id", ""), body);
	}
}
