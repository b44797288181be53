/* What people, and the app, do to the cell of pictures in Airtable. */
#include "tests/worlds/world_pictures_inside.h"

#include "inventory/document.h"
#include "tests/worlds/world_airtable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- people ---- */

static void want_gone(struct world *world, const struct world_row *row, const char *stem)
{
	scoped_text key = own_format("%s %s", row->id, stem);

	json_put(world->pictures->wanted, key, json_new_bool(true));
}

static void begin_edit(struct world *world, struct world_row *row, const char *what)
{
	world_before_change(world, row);
	world_note(world, "person: %s: %s", row->id, what);
	world->moment++;
}

void world_person_adds_photo(struct world *world, struct world_row *row, const char *filename, bool first)
{
	struct json_object *list = json_new_array(), *photo = world_new_attachment(world, filename, true);

	begin_edit(world, row, "a photo is added");
	json_put_text(world->pictures->photos, json_text_or(photo, "id", ""), row->id);
	json_put(world->pictures->attached, json_text_or(photo, "id", ""), json_new_int(world->moment));
	if (first)
		json_append(list, json_share(photo));
	for (size_t i = 0; row->now.images && i < json_length(row->now.images); i++)
		json_append(list, json_share(json_at(row->now.images, i)));
	if (!first)
		json_append(list, json_share(photo));
	json_release(photo);
	world_set_images(world, row, list);
}

void world_person_removes_picture(struct world *world, struct world_row *row, const char *stem)
{
	struct json_object *list = json_new_array();

	begin_edit(world, row, "a picture is removed");
	for (size_t i = 0; row->now.images && i < json_length(row->now.images); i++) {
		struct json_object *one = json_at(row->now.images, i);
		char its[64];
		if (strcmp(world_stem_of(one, its), stem) != 0)
			json_append(list, json_share(one));
		else
			json_remove(world->pictures->photos, json_text_or(one, "id", ""));
	}
	if (json_length(list) > 0)
		want_gone(world, row, stem);
	world_set_images(world, row, list);
}

void world_person_turns_pictures(struct world *world, struct world_row *row)
{
	struct json_object *list = json_new_array();
	size_t count = row->now.images ? json_length(row->now.images) : 0;

	begin_edit(world, row, "the last picture becomes the first");
	for (size_t i = 0; i < count; i++)
		json_append(list, json_share(json_at(row->now.images, (i + count - 1) % count)));
	world_set_images(world, row, list);
}

void world_person_empties_pictures(struct world *world, struct world_row *row)
{
	begin_edit(world, row, "the cell of its pictures is emptied");
	json_release(world->pictures->photos);
	world->pictures->photos = json_new_object();
	world_set_images(world, row, json_new_array());
}

void world_person_ticks_remove(struct world *world, struct world_row *row)
{
	const char *item_id = world_cell_text(row, FIELD_ID);

	begin_edit(world, row, "Remove All Images is ticked");
	for (size_t i = 0; i < world->extra_count; i++) {
		struct json_object *data = document_data(world->extras[i]);
		if (strcmp(json_text_or(data, "item_id", ""), item_id) == 0)
			want_gone(world, row, json_text_or(data, "image_id", ""));
	}
	row->now.remove_ticked = true;
	row->now.last_ms = world_base_now_ms(world);
}

void world_app_sends_again(struct world *world, struct world_row *row)
{
	struct json_object *list = json_new_array();

	begin_edit(world, row, "the app sends all of its pictures again");
	for (size_t i = 0; row->now.images && i < json_length(row->now.images); i++)
		json_append(list,
			    world_new_attachment(
				    world, json_text_or(json_at(row->now.images, i), "filename", ""), true));
	world_set_images(world, row, list);
}
