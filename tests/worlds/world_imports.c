#include "tests/worlds/world_imports.h"

#include "inventory/document.h"
#include "tests/worlds/world_pictures_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATE_MS 50000

/* ---- what is known of a file ---- */

void world_photos_end(struct world *world, const char *stem, enum world_photo end)
{
	json_put(world->pictures->photo_ends, stem, json_new_int(end));
}

static enum world_photo end_of(const struct world *world, const char *stem)
{
	return (enum world_photo)json_int_or(world->pictures->photo_ends, stem, PHOTO_WORKS);
}

bool world_is_no_picture(const struct world *world, struct json_object *attachment)
{
	char stem[64];
	enum world_photo end = end_of(world, world_stem_of(attachment, stem));

	return end == PHOTO_IS_LOST || end == PHOTO_FAILS || end == PHOTO_IS_NONE;
}

bool world_photos_all_end(struct world *world)
{
	struct json_object *rest = json_new_object();
	bool changes = false;

	json_each (world->pictures->photo_ends, stem, end) {
		if (json_object_get_int(end) == PHOTO_IS_NONE)
			json_put(rest, stem, json_share(end));
		else
			changes = true;
	}
	json_release(world->pictures->photo_ends);
	world->pictures->photo_ends = rest;
	return changes;
}

/* One that fails is told by its second order; then it is tried for ever. */
static bool is_awaited(const struct world *world, const struct photo_order *one)
{
	return one->attachment[0] && !one->told &&
	       (one->end == IMPORT_READY || world_ordered_photos(world, one->stem) <= 2);
}

bool world_is_importing(const struct world *world)
{
	bool any = false;

	for (size_t i = 0; world->pictures && !any && i < ORDERS; i++)
		any = is_awaited(world, &world->pictures->orders[i]);
	return any;
}

unsigned world_ordered_photos(const struct world *world, const char *stem)
{
	return (unsigned)json_int_or(world->pictures->ordered, stem, 0);
}

static struct photo_order *find(const struct world *world, const char *attachment_id)
{
	for (size_t i = 0; i < ORDERS; i++)
		if (world->pictures->orders[i].attachment[0] &&
		    strcmp(world->pictures->orders[i].attachment, attachment_id) == 0)
			return &world->pictures->orders[i];
	return NULL;
}

/* ---- the importer ---- */

static void judge_order(struct world *world, const struct picture_order *order)
{
	if (json_find(world->pictures->lost_urls, order->url, NULL))
		world_broken(world, "%s is fetched by a URL under which nothing was", order->attachment_id);
	if (strncmp(order->url, "https://files.example/", 22) != 0)
		world_broken(world, "%s is fetched from \"%s\"", order->attachment_id, order->url);
}

static enum import_end import_end_of(struct world *world, enum world_photo end, unsigned times,
				     const char *url)
{
	bool lost = end == PHOTO_IS_LOST || (end == PHOTO_LOST_ONCE && times == 1);

	if (lost)
		json_put(world->pictures->lost_urls, url, NULL);
	return lost                   ? IMPORT_LOST
	       : end == PHOTO_FAILS   ? IMPORT_FAILED
	       : end == PHOTO_IS_NONE ? IMPORT_REFUSED
				      : IMPORT_READY;
}

static struct photo_order new_order(struct world *world, const struct picture_order *wanted)
{
	struct photo_order one = {0};
	scoped(json_object) named = json_new_object();

	json_put_text(named, "filename", wanted->name);
	world_stem_of(named, one.stem);
	enum world_photo end = end_of(world, one.stem);
	unsigned times = world_ordered_photos(world, one.stem) + 1;
	json_put(world->pictures->ordered, one.stem, json_new_int(times));
	one.over_ms = world->steady_ms + (end == PHOTO_WORKS_LATE ? LATE_MS : WORLD_IMPORT_MS);
	one.end = import_end_of(world, end, times, wanted->url);
	snprintf(one.attachment, sizeof one.attachment, "%s", wanted->attachment_id);
	snprintf(one.item, sizeof one.item, "%s", wanted->item_id);
	snprintf(one.words, sizeof one.words, "“%s” is no picture of this world.", one.stem);
	snprintf(one.digest, sizeof one.digest, "md5-%s", one.stem);
	return one;
}

static bool order(void *self, const struct picture_order *wanted)
{
	struct world *world = self;
	size_t place = 0;

	if (find(world, wanted->attachment_id))
		return true;
	while (place < ORDERS && world->pictures->orders[place].attachment[0])
		place++;
	if (place == ORDERS)
		return false;
	judge_order(world, wanted);
	world->pictures->orders[place] = new_order(world, wanted);
	world_note(world, "        bridge: fetches %s of %s", wanted->name, wanted->item_id);
	return true;
}

static void look(void *self, const char *attachment_id, struct picture_import *import_out)
{
	struct world *world = self;
	const struct photo_order *one = find(world, attachment_id);
	bool ready = false;

	*import_out = (struct picture_import){.end = IMPORT_UNKNOWN, .words = ""};
	if (!one)
		return;
	import_out->end = world->steady_ms < one->over_ms ? IMPORT_UNDER_WAY : one->end;
	ready = import_out->end == IMPORT_READY;
	import_out->words = ready || import_out->end == IMPORT_UNDER_WAY ? "" : one->words;
	import_out->digest = ready ? one->digest : NULL;
	import_out->size = ready ? 2000 : 0;
}

static struct json_object *rendition(void)
{
	struct json_object *one = json_new_object();

	json_put_text(one, "content_type", "image/jpeg");
	json_put_text(one, "data", "/9j/");
	return one;
}

static struct json_object *renditions(void *self, const char *attachment_id)
{
	const struct photo_order *one = find(self, attachment_id);
	struct json_object *both;

	if (!one || one->end != IMPORT_READY)
		return NULL;
	both = json_new_object();
	json_put(both, "thumbnail-128", rendition());
	json_put(both, "image-1440", rendition());
	return both;
}

static void forget(void *self, const char *attachment_id)
{
	struct photo_order *one = find(self, attachment_id);

	if (one)
		*one = (struct photo_order){0};
}

static char *next_over(void *self)
{
	struct world *world = self;

	for (size_t i = 0; i < ORDERS; i++) {
		struct photo_order *one = &world->pictures->orders[i];
		if (!one->attachment[0] || one->told || world->steady_ms < one->over_ms)
			continue;
		one->told = true;
		return own_copy(one->item);
	}
	return NULL;
}

const struct picture_importer *world_importer(struct world *world)
{
	if (!world->pictures)
		return NULL;
	memset(world->pictures->orders, 0, sizeof world->pictures->orders);
	world->pictures->importer =
		(struct picture_importer){order, look, renditions, forget, next_over, world};
	return &world->pictures->importer;
}

/* ---- Airtable and CouchDB ---- */

void world_put_url(struct world *world, struct json_object *attachment)
{
	scoped_text url = own_format("https://files.example/%s/%lld", json_text_or(attachment, "id", ""),
				     (long long)world->steady_ms);

	json_put_text(attachment, "url", url);
}

void world_store_renditions(struct world *world, struct json_object *image)
{
	struct json_object *given = json_child(image, "_attachments", json_type_object);
	struct json_object *stubs = json_new_object();
	bool is_new = false;

	if (document_type_of(json_text_or(image, "_id", ""), NULL) != DOCUMENT_IMAGE || !given) {
		json_release(stubs);
		return;
	}
	json_each (given, name, attachment) {
		struct json_object *stub = json_new_object();
		is_new = is_new || !json_bool_or(attachment, "stub", false);
		json_put_text(stub, "content_type", json_text_or(attachment, "content_type", ""));
		json_put(stub, "stub", json_new_bool(true));
		const char *data = json_text_or(attachment, "data", "");
		json_put(stub, "length",
			 json_new_int(json_int_or(attachment, "length", (int64_t)strlen(data))));
		json_put(stubs, name, stub);
	}
	if (is_new && (!json_find(stubs, "image-1440", NULL) || !json_find(stubs, "thumbnail-128", NULL) ||
		       !json_text_or(document_data(image), "image_1440_digest", NULL)))
		world_broken(world, "%s is stored without a rendition or its digest",
			     json_text_or(image, "_id", ""));
	json_put(image, "_attachments", stubs);
}

void world_picture_digests(const struct world *world, struct json_object *into)
{
	for (size_t i = 0; i < world->extra_count; i++) {
		const char *id = NULL,
			   *digest = json_text_or(document_data(world->extras[i]), "image_1440_digest", NULL);
		if (digest &&
		    document_type_of(json_text_or(world->extras[i], "_id", ""), &id) == DOCUMENT_IMAGE)
			json_put_text(into, digest, id);
	}
}

void world_judge_twins(struct world *world)
{
	scoped(json_object) seen = json_new_object();

	for (size_t i = 0; i < world->extra_count; i++) {
		const char *id = json_text_or(world->extras[i], "_id", "");
		const char *digest = json_text_or(document_data(world->extras[i]), "image_1440_digest", NULL);
		if (!digest || document_type_of(id, NULL) != DOCUMENT_IMAGE)
			continue;
		if (json_find(seen, digest, NULL))
			world_broken(world, "%s and %s are the same bytes", id,
				     json_text_or(seen, digest, ""));
		json_put_text(seen, digest, id);
	}
}
