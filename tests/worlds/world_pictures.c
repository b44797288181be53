/* Pictures in the database of a world, and what the app does with them. */
#include "tests/worlds/world_pictures_inside.h"

#include "inventory/document.h"
#include "tests/worlds/transcript.h"
#include "tests/worlds/world_columns.h"
#include "tests/worlds/world_couch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_SIZE 1000              /* bytes */
#define LINK_MS   INT64_C(86400000) /* a signed link is good for so long */

/* ---- beginning ---- */

static bool sign(void *self, const char *image_id, struct json_object *image, char **link_out,
		 struct error *error)
{
	const struct world *world = self;
	int64_t expiry_ms = world->steady_ms + LINK_MS;

	(void)error;
	(void)image;
	*link_out = own_format("https://pictures.example/%s?e=%lld", image_id, (long long)expiry_ms);
	return true;
}

static void find_column(const struct world *world, const char *name, char id_out[24])
{
	struct json_object *fields =
		json_child(json_at(world_columns_schema(world), TABLE_ITEMS), "fields", json_type_array);

	for (size_t i = 0; i < json_length(fields); i++)
		if (strcmp(json_text_or(json_at(fields, i), "name", ""), name) == 0)
			snprintf(id_out, 24, "%s", json_text_or(json_at(fields, i), "id", ""));
}

void world_pictures_begin(struct world *world)
{
	struct world_pictures *pictures = own_alloc(sizeof *pictures);

	transcript_spoil(world, "pictures");
	pictures->signer = (struct picture_signer){sign, world};
	pictures->changes = json_new_object();
	pictures->ends = json_new_object();
	pictures->sent = json_new_object();
	pictures->photos = json_new_object();
	pictures->linked = json_new_object();
	pictures->wanted = json_new_object();
	pictures->uploaded = json_new_object();
	pictures->attached = json_new_object();
	pictures->unlinked = json_new_object();
	pictures->photo_ends = json_new_object();
	pictures->ordered = json_new_object();
	pictures->lost_urls = json_new_object();
	pictures->removed = json_new_object();
	find_column(world, COLUMN_IMAGES, pictures->images_column);
	find_column(world, COLUMN_REMOVE_IMAGES, pictures->remove_column);
	world->pictures = pictures;
}

const struct picture_signer *world_signer(struct world *world)
{
	return world->pictures && !world->pictures->no_address ? &world->pictures->signer : NULL;
}

void world_pictures_done(struct world *world)
{
	struct world_pictures *gone = take(world->pictures);

	if (!gone)
		return;
	json_release(gone->changes);
	json_release(gone->ends);
	json_release(gone->sent);
	json_release(gone->photos);
	json_release(gone->linked);
	json_release(gone->wanted);
	json_release(gone->uploaded);
	json_release(gone->attached);
	json_release(gone->unlinked);
	json_release(gone->photo_ends);
	json_release(gone->ordered);
	json_release(gone->lost_urls);
	json_release(gone->removed);
	free(gone->refusal);
	free(gone);
}

void world_note_picture(struct json_object *map, const char *item_id, const char *image_id,
			struct json_object *value)
{
	scoped_text key = own_format("%s %s", item_id, image_id);

	if (value)
		json_put(map, key, value);
	else
		json_remove(map, key);
}

bool world_picture_is_noted(struct json_object *map, const char *item_id, const char *image_id)
{
	scoped_text key = own_format("%s %s", item_id, image_id);

	return json_find(map, key, NULL);
}

/* ---- CouchDB ---- */

static bool is_picture(const char *full_id)
{
	enum document_type type = document_type_of(full_id, NULL);

	return type == DOCUMENT_ITEM_IMAGE || type == DOCUMENT_IMAGE;
}

char *world_extra_revision(const struct world *world, const char *full_id)
{
	int64_t changed = world->pictures ? json_int_or(world->pictures->changes, full_id, 0) : 0;

	return own_format("%lld-x", changed ? (long long)changed : 1LL);
}

bool world_picture_was_changed(struct world *world, struct json_object *body)
{
	const char *full_id = json_text_or(body, "_id", ""), *revision = json_text_or(body, "_rev", "");
	scoped_text present = world_extra_revision(world, full_id);

	if (!world->pictures || !is_picture(full_id))
		return false;
	return strcmp(revision, world_extra(world, full_id) ? present : "") != 0;
}

struct json_object *world_pictures_saved(const struct world *world)
{
	return world->pictures ? json_copy(world->pictures->changes) : NULL;
}

void world_pictures_go_back(struct world *world, struct json_object *saved)
{
	if (!world->pictures)
		return;
	json_release(world->pictures->changes);
	world->pictures->changes = saved ? json_copy(saved) : json_new_object();
}

void world_pictures_changed(struct world *world, const char *full_id)
{
	if (world->pictures && is_picture(full_id))
		json_put(world->pictures->changes, full_id, json_new_int(++world->sequence));
}

struct json_object *world_pictures_news(struct world *world, int64_t since, int64_t until,
					int64_t *last_inout)
{
	struct json_object *list = NULL;

	if (!world->pictures)
		return NULL;
	json_each (world->pictures->changes, full_id, sequence) {
		struct json_object *one, *body = world_extra(world, full_id);
		if (json_object_get_int64(sequence) <= since || json_object_get_int64(sequence) > until)
			continue;
		list = list ? list : json_new_array();
		one = json_new_object();
		json_put_text(one, "id", full_id);
		if (body)
			json_put(one, "body", json_copy(body));
		json_append(list, one);
		if (json_object_get_int64(sequence) > *last_inout)
			*last_inout = json_object_get_int64(sequence);
	}
	return list;
}

static void put(struct world *world, struct json_object *body)
{
	world_extra_replace(world, body);
	world_pictures_changed(world, json_text_or(body, "_id", ""));
	world->moment++;
	json_release(body);
}

static struct json_object *new_document(const char *type, const char *full_id)
{
	struct json_object *body = json_new_object();

	json_put_text(body, "_id", full_id);
	json_put_text(body, "type", type);
	json_put(body, "created_at", json_new_int(1));
	json_put(body, "updated_at", json_new_int(1));
	json_put(body, "data", json_new_object());
	return body;
}

static struct json_object *stub(int64_t size)
{
	struct json_object *json = json_new_object();

	json_put(json, "length", json_new_int(size));
	json_put_text(json, "content_type", "image/png");
	json_put(json, "stub", json_new_bool(true));
	return json;
}

/* As the app derives it: of the links that there are. */
static struct json_object *items_of(const struct world *world, const char *image_id)
{
	struct json_object *items = json_new_array();

	for (size_t i = 0; i < world->extra_count; i++) {
		struct json_object *data = document_data(world->extras[i]);
		if (document_type_of(json_text_or(world->extras[i], "_id", ""), NULL) ==
			    DOCUMENT_ITEM_IMAGE &&
		    strcmp(json_text_or(data, "image_id", ""), image_id) == 0)
			json_append(items, json_new_text(json_text_or(data, "item_id", "")));
	}
	return items;
}

void world_app_has_file(struct world *world, const char *image_id, int64_t size)
{
	scoped_text full_id = document_full_id(DOCUMENT_IMAGE, image_id);
	struct json_object *body = new_document("image", full_id), *attachments = json_new_object();
	struct json_object *data = document_data(body);
	scoped_text digest = own_format("md5-%s", image_id);

	world_note(world, "app: picture %s%s", image_id, size < 0 ? ", without its file" : "");
	json_put_text(data, "filename", "photo.png");
	json_put_text(data, "image_1440_digest", digest);
	json_put(data, "_item_ids", items_of(world, image_id));
	json_put(data, "_item_collection_ids", json_new_array());
	json_put(attachments, "thumbnail-128", stub(FILE_SIZE));
	if (size >= 0)
		json_put(attachments, "image-1440", stub(size));
	json_put(body, "_attachments", attachments);
	put(world, body);
}

void world_app_has_image(struct world *world, const char *image_id)
{
	world_app_has_file(world, image_id, FILE_SIZE);
}

void world_app_has_bare_image(struct world *world, const char *image_id)
{
	world_app_has_file(world, image_id, -1);
}

bool world_has_file(struct world *world, const char *image_id)
{
	scoped_text full_id = document_full_id(DOCUMENT_IMAGE, image_id);
	struct json_object *body = world_extra(world, full_id);
	struct json_object *files = body ? json_child(body, "_attachments", json_type_object) : NULL;

	return files && json_find(files, "image-1440", NULL);
}

static void list_items(struct world *world, const char *image_id)
{
	scoped_text full_id = document_full_id(DOCUMENT_IMAGE, image_id);
	struct json_object *stored = world_extra(world, full_id);

	if (!stored)
		return;
	struct json_object *body = json_copy(stored);
	json_put(document_data(body), "_item_ids", items_of(world, image_id));
	put(world, body);
}

static bool has_link(struct world *world, const char *item_id, const char *image_id)
{
	scoped(json_object) links = world_links_of(world, item_id);

	for (size_t i = 0; i < json_length(links); i++)
		if (strcmp(json_text_or(document_data(json_at(links, i)), "image_id", ""), image_id) == 0)
			return true;
	return false;
}

/* What the item has already is not put back by one more link. */
void world_app_links_oddly(struct world *world, const char *link_id, const char *item_id,
			   const char *image_id, int order)
{
	struct json_object *body = new_document("item_image", link_id), *data = document_data(body);

	if (!has_link(world, item_id, image_id)) {
		world_note_picture(world->pictures->wanted, item_id, image_id, NULL);
		world_note_picture(world->pictures->removed, item_id, image_id, NULL);
	}
	world_note(world, "app: %s is picture %d of %s", image_id, order, item_id);
	json_put_text(data, "item_id", item_id);
	json_put_text(data, "image_id", image_id);
	json_put(data, "order", json_new_int(order));
	json_put_text(data, "_item_collection_id", "c0");
	put(world, body);
	list_items(world, image_id);
	world_note_picture(world->pictures->linked, item_id, image_id, json_new_bool(true));
}

static char *link_of(const char *item_id, const char *image_id)
{
	return own_format("%s%s-%s", document_prefix(DOCUMENT_ITEM_IMAGE), item_id, image_id);
}

void world_app_links(struct world *world, const char *item_id, const char *image_id, int order)
{
	scoped_text link = link_of(item_id, image_id);

	world_app_links_oddly(world, link, item_id, image_id, order);
}

void world_extra_goes(struct world *world, const char *link_id)
{
	struct json_object *stored = world_extra(world, link_id);
	scoped_text image_id = own_copy(json_text_or(document_data(stored), "image_id", ""));
	char name[64];

	if (!stored)
		return;
	if (*image_id)
		world_note_picture(world->pictures->unlinked,
				   json_text_or(document_data(stored), "item_id", ""),
				   world_name_of(world, image_id, name), json_new_bool(true));
	world_note(world, "app: %s goes", link_id);
	world_extra_remove(world, link_id);
	world_pictures_changed(world, link_id);
	world->moment++;
	list_items(world, image_id);
}

void world_app_unlinks(struct world *world, const char *item_id, const char *image_id)
{
	scoped_text link = link_of(item_id, image_id);

	world_extra_goes(world, link);
}

void world_app_unlinks_all(struct world *world, const char *item_id)
{
	for (size_t i = 0; world->pictures && i < world->extra_count;) {
		struct json_object *extra = world->extras[i];
		scoped_text link_id = own_copy(json_text_or(extra, "_id", ""));
		if (document_type_of(link_id, NULL) != DOCUMENT_ITEM_IMAGE ||
		    strcmp(json_text_or(document_data(extra), "item_id", ""), item_id) != 0) {
			i++;
			continue;
		}
		world_extra_goes(world, link_id);
		i = 0;
	}
}

void world_app_orders(struct world *world, const char *item_id, const char *image_id, int order)
{
	scoped_text link = link_of(item_id, image_id);
	struct json_object *stored = world_extra(world, link), *body;

	if (!stored)
		return;
	world_note(world, "app: %s becomes picture %d of %s", image_id, order, item_id);
	body = json_copy(stored);
	json_put(document_data(body), "order", json_new_int(order));
	put(world, body);
}
