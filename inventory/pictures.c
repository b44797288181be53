/* Pictures, by their links. */
#include "inventory/pictures.h"

#include "inventory/schema_check.h"

#include <string.h>

static struct json_object *order_of(struct json_object *link)
{
	struct json_object *order = NULL;

	json_find(document_data(link), "order", &order);
	return order;
}

/* The view gives them by _id, which decides between equal orders; sorting must keep that. */
static int compare_links(const void *left, const void *right)
{
	struct json_object *const *a = left, *const *b = right;
	double first = json_double_of(order_of(*a)), second = json_double_of(order_of(*b));

	if (first != second)
		return first < second ? -1 : 1;
	return strcmp(json_text_or(*a, "_id", ""), json_text_or(*b, "_id", ""));
}

char *pictures_filename(const char *image_id, struct json_object *image)
{
	struct json_object *attachments = json_child(image, "_attachments", json_type_object);
	struct json_object *large = json_child(attachments, "image-1440", json_type_object);
	bool png = strcmp(json_text_or(large, "content_type", ""), "image/png") == 0;

	return large ? own_format("%s.%s", image_id, png ? "png" : "jpg") : NULL;
}

static bool add_picture(const struct inventory_view *view, const char *image_id, struct json_object *pictures,
			struct error *error)
{
	struct json_object *body = NULL;

	if (!view_get(view, DOCUMENT_IMAGE, image_id, &body, error))
		return false;
	scoped_text filename = pictures_filename(image_id, body);
	if (!filename)
		return true;
	struct json_object *picture = json_new_object();
	json_put_text(picture, "image_id", image_id);
	json_put_text(picture, "filename", filename);
	json_append(pictures, picture);
	return true;
}

bool pictures_links_of_item(const struct inventory_view *view, const char *item_id,
			    struct json_object **links_out, struct error *error)
{
	scoped(json_object) links = NULL;

	if (!view_find(view, DOCUMENT_ITEM_IMAGE, "item_id", item_id, &links, error))
		return false;
	*links_out = json_new_array();
	for (size_t i = 0; i < json_length(links); i++) {
		struct json_object *link = json_at(links, i);
		if (order_of(link) && schema_is_valid(link))
			json_append(*links_out, json_share(link));
	}
	json_sort(*links_out, compare_links);
	return true;
}

bool pictures_of_item(const struct inventory_view *view, const char *item_id,
		      struct json_object **pictures_out, struct error *error)
{
	scoped(json_object) links = NULL;
	scoped(json_object) pictures = json_new_array();

	if (!pictures_links_of_item(view, item_id, &links, error))
		return false;
	for (size_t i = 0; i < json_length(links); i++) {
		struct json_object *data = document_data(json_at(links, i));
		if (!add_picture(view, json_text_or(data, "image_id", ""), pictures, error))
			return false;
	}
	*pictures_out = take(pictures);
	return true;
}

bool pictures_find_digest(const struct inventory_view *view, const char *digest, char **image_id_out,
			  struct error *error)
{
	scoped(json_object) found = NULL;

	if (!view_find(view, DOCUMENT_IMAGE, "image_1440_digest", digest, &found, error))
		return false;
	*image_id_out = NULL;
	for (size_t i = 0; i < json_length(found) && !*image_id_out; i++) {
		struct json_object *body = json_at(found, i);
		const char *id = NULL;
		if (schema_is_valid(body) &&
		    document_type_of(json_text_or(body, "_id", ""), &id) == DOCUMENT_IMAGE)
			*image_id_out = own_copy(id);
	}
	return true;
}
