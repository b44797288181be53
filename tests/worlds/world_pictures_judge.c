/* Who knows each picture of a world: none is lost without a history, none is twice in a row. */
#include "tests/worlds/world_pictures_inside.h"

#include "inventory/document.h"
#include "tests/worlds/world_couch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UUID_LENGTH 36

/* ---- asking ---- */

unsigned world_refused_images(const struct world *world)
{
	return world->pictures->refused;
}

/* One that was a person's photo goes by the name of its file. */
const char *world_name_of(struct world *world, const char *image_id, char name_out[64])
{
	scoped_text full_id = document_full_id(DOCUMENT_IMAGE, image_id);
	struct json_object *image = world_extra(world, full_id);

	if (image && strlen(image_id) == UUID_LENGTH)
		return world_stem_of(document_data(image), name_out);
	snprintf(name_out, 64, "%s", image_id);
	return name_out;
}

char *world_shown_pictures(const struct world_row *row)
{
	struct text words = {0};

	for (size_t i = 0; row && row->now.images && i < json_length(row->now.images); i++) {
		struct json_object *one = json_at(row->now.images, i);
		char stem[64];
		text_format(&words, "%s%s%s", words.length ? " " : "", world_stem_of(one, stem),
			    json_int_or(one, "size", -1) < 0 ? "~" : "");
	}
	return text_take(&words);
}

static int compare_links(const void *left, const void *right)
{
	struct json_object *const *a = left, *const *b = right;
	int64_t one = json_int_or(document_data(*a), "order", 0),
		other = json_int_or(document_data(*b), "order", 0);

	return one != other ? (one < other ? -1 : 1)
			    : strcmp(json_text_or(*a, "_id", ""), json_text_or(*b, "_id", ""));
}

struct json_object *world_links_of(struct world *world, const char *item_id)
{
	struct json_object *links = json_new_array();

	for (size_t i = 0; i < world->extra_count; i++)
		if (document_type_of(json_text_or(world->extras[i], "_id", ""), NULL) ==
			    DOCUMENT_ITEM_IMAGE &&
		    strcmp(json_text_or(document_data(world->extras[i]), "item_id", ""), item_id) == 0)
			json_append(links, json_share(world->extras[i]));
	json_sort(links, compare_links);
	return links;
}

char *world_linked_pictures(struct world *world, const char *item_id)
{
	scoped(json_object) links = world_links_of(world, item_id);
	struct text words = {0};

	for (size_t i = 0; i < json_length(links); i++) {
		char name[64];
		text_format(&words, "%s%s", words.length ? " " : "",
			    world_name_of(world,
					  json_text_or(document_data(json_at(links, i)), "image_id", ""),
					  name));
	}
	return text_take(&words);
}

bool world_is_ticked(const struct world_row *row)
{
	return row && row->now.remove_ticked;
}

unsigned world_sent_pictures(const struct world *world, const char *image_id)
{
	return (unsigned)json_int_or(world->pictures->sent, image_id, 0);
}

/* By the id of the link without its prefix. */
static unsigned histories_of(const struct world *world, const char *data_id)
{
	unsigned count = 0;

	for (size_t i = 0; i < world->extra_count; i++)
		count += strcmp(json_text_or(world->extras[i], "data_type", ""), "item_image") == 0 &&
			 strcmp(json_text_or(world->extras[i], "data_id", ""), data_id) == 0;
	return count;
}

unsigned world_histories_of_link(const struct world *world, const char *item_id, const char *image_id)
{
	scoped_text data_id = own_format("%s-%s", item_id, image_id);

	return histories_of(world, data_id);
}

bool world_history_has_unlinked(const struct world *world, const char *item_id, const char *image_id)
{
	return world_histories_of_link(world, item_id, image_id) > 0;
}

/* What the row shows, but for what is no picture. */
static char *shown_pictures(struct world *world, const struct world_row *row)
{
	struct text words = {0};

	for (size_t i = 0; row->now.images && i < json_length(row->now.images); i++) {
		struct json_object *one = json_at(row->now.images, i);
		char stem[64], name[64];
		if (world_is_no_picture(world, one)) {
			if (!strstr(world_cell_text(row, FIELD_ERROR), world_stem_of(one, stem)))
				world_broken(world, "row %s does not name %s, which is no picture", row->id,
					     stem);
			continue;
		}
		text_format(&words, "%s%s%s", words.length ? " " : "",
			    world_name_of(world, world_stem_of(one, stem), name),
			    json_int_or(one, "size", -1) < 0 ? "~" : "");
	}
	return text_take(&words);
}

void world_judge_pictures(struct world *world)
{
	for (size_t i = 0; world->pictures && i < world->row_count; i++) {
		const struct world_row *row = &world->rows[i];
		const char *item_id = world_cell_text(row, FIELD_ID);
		if (!row->now.there || row->table != TABLE_ITEMS || !*item_id)
			continue;
		scoped_text linked = world_linked_pictures(world, item_id);
		scoped_text shown = shown_pictures(world, row);
		if (strcmp(linked, shown) != 0)
			world_broken(world, "%s has the pictures \"%s\", and its row \"%s\"", item_id, linked,
				     shown);
		if (row->now.remove_ticked)
			world_broken(world, "Remove All Images of %s is still ticked", item_id);
	}
	if (world->pictures)
		world_judge_twins(world);
}

/* The tick was noted, with this picture, before anything was removed. */
static bool is_ticked_away(struct world *world, const char *item_id, const char *image_id)
{
	scoped_text end = own_format("-item-%s", item_id);
	struct json_object *entry = world_state_body(world, end);
	struct json_object *agreed = entry ? json_child(entry, "pictures", json_type_object) : NULL;
	struct json_object *removing = agreed ? json_child(agreed, "removing", json_type_array) : NULL;

	for (size_t i = 0; removing && i < json_length(removing); i++)
		if (strcmp(json_text_of(json_at(removing, i)), image_id) == 0)
			return true;
	return false;
}

/* The bridge removes a link: somebody wanted that, or the item has gone; and the history tells it. */
void world_unlinked(struct world *world, struct json_object *body, struct json_object *stored)
{
	struct json_object *data = document_data(stored);
	const char *item_id = json_text_or(data, "item_id", ""),
		   *image_id = json_text_or(data, "image_id", "");
	const struct world_document *document = world_document(world, TABLE_ITEMS, item_id);
	const char *link_id = "";

	if (!world->pictures || !json_bool_or(body, "_deleted", false) || !document ||
	    !world_body(document) ||
	    document_type_of(json_text_or(body, "_id", ""), &link_id) != DOCUMENT_ITEM_IMAGE)
		return;
	char name[64];
	world_name_of(world, image_id, name);
	world_note(world, "        bridge: %s loses %s", item_id, image_id);
	if (!world->state_lost && !world_picture_is_noted(world->pictures->wanted, item_id, image_id) &&
	    !world_picture_is_noted(world->pictures->wanted, item_id, name) &&
	    !is_ticked_away(world, item_id, image_id))
		world_broken(world, "%s lost %s, and nobody removed it", item_id, image_id);
	if (!histories_of(world, link_id))
		world_broken(world, "%s lost %s without a history", item_id, image_id);
}
