/* What is saved in the wake of a save. */
#include "inventory/save.h"

#include <stdlib.h>
#include <string.h>

void save_cascade_done(struct save_cascade *cascade)
{
	for (size_t i = 0; i < cascade->count; i++)
		datum_close(&cascade->next[i].given);
	free(cascade->next);
	*cascade = (struct save_cascade){0};
}

/* 'given' is taken. */
static void add(struct save_cascade *cascade, struct datum *given, bool must)
{
	cascade->next = own_resize(cascade->next, cascade->count + 1, sizeof *cascade->next);
	cascade->next[cascade->count++] = (struct save_next){given, must};
}

/* What an integration is told of what it knew and what is gone. A list counts as an object, as in JavaScript. */
static void add_deleted_data(const struct datum *datum, struct save_cascade *cascade)
{
	struct json_object *marks = datum_get(datum, "integrations");

	if (!json_is(marks, json_type_object))
		return;
	json_each (marks, integration_id, mark) {
		const char *type = document_type_name(datum->type);
		if (!json_is(mark, json_type_object) && !json_is(mark, json_type_array))
			continue;
		scoped_text id = own_format("%s-%s-%s", type, datum->id, integration_id);
		struct datum *given = datum_new(DOCUMENT_DELETED_DATA, id);
		datum_put_text(given, "type", type);
		datum_put_text(given, "id", datum->id);
		datum_put_text(given, "integration_id", integration_id);
		datum_put(given, "data", json_copy(mark));
		add(cascade, given, true);
	}
}

/* The links to its pictures follow an item. */
static bool add_links(const struct datum *datum, const struct inventory_view *view,
		      struct save_cascade *cascade, struct error *error)
{
	scoped(json_object) links = NULL;
	const char *id = NULL;

	if (!view_find(view, DOCUMENT_ITEM_IMAGE, "item_id", datum->id, &links, error))
		return false;
	for (size_t i = 0; i < json_length(links); i++) {
		document_type_of(json_text_or(json_at(links, i), "_id", ""), &id);
		struct datum *given = datum_new(DOCUMENT_ITEM_IMAGE, id);
		given->deleted = datum->deleted;
		add(cascade, given, false);
	}
	return true;
}

static bool add_picture(const struct datum *datum, const struct inventory_view *view,
			struct save_cascade *cascade, struct error *error)
{
	const char *id = datum_text(datum, "image_id");
	struct json_object *body = NULL;

	if (id && *id && !view_get(view, DOCUMENT_IMAGE, id, &body, error))
		return false;
	if (body)
		add(cascade, datum_new(DOCUMENT_IMAGE, id), false);
	return true;
}

/* What the database says of the bytes. */
static bool add_sizes(const struct datum *datum, const struct inventory_view *view,
		      struct save_cascade *cascade, struct error *error)
{
	struct json_object *body = NULL;
	int64_t size = 0;

	if (!view_get(view, DOCUMENT_IMAGE, datum->id, &body, error))
		return false;
	struct json_object *attachments = json_child(body, "_attachments", json_type_object);
	const char *digest =
		json_text_or(json_child(attachments, "image-1440", json_type_object), "digest", NULL);
	if (!attachments || !digest)
		return true;
	json_each (attachments, name, attachment) {
		(void)name;
		size += json_int_or(attachment, "length", 0);
	}
	struct datum *given = datum_new(DOCUMENT_IMAGE, datum->id);
	datum_put(given, "size", json_new_int(size));
	datum_put_text(given, "image_1440_digest", digest);
	add(cascade, given, false);
	return true;
}

bool save_cascade(const struct save_result *result, const struct inventory_view *view,
		  struct save_cascade *cascade_out, struct error *error)
{
	const struct datum *datum = result->datum;

	*cascade_out = (struct save_cascade){0};
	if (!result->body || result->alone)
		return true;
	if (datum->deleted)
		add_deleted_data(datum, cascade_out);
	switch (datum->type) {
	case DOCUMENT_ITEM:
		return add_links(datum, view, cascade_out, error);
	case DOCUMENT_ITEM_IMAGE:
		return add_picture(datum, view, cascade_out, error);
	case DOCUMENT_IMAGE:
		return datum->deleted || add_sizes(datum, view, cascade_out, error);
	default:
		return true;
	}
}
