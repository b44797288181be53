/* What people, and the app, do to the cell of pictures in Airtable. */
#include "tests/worlds/world_pictures_inside.h"

#include "inventory/document.h"
#include "tests/worlds/observer.h"
#include "tests/worlds/world_airtable.h"
#include "tests/worlds/world_couch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- whose pictures ---- */

/* The item that the ledger pairs with the row, and the one that its ID names; "" where there is none. */
struct owners {
	const char *ids[2];
};

static struct owners owners_of(struct world *world, const struct world_row *row)
{
	const struct world_document *paired = observer_document_of(world, row);

	return (struct owners){{paired ? paired->id : "", world_cell_text(row, FIELD_ID)}};
}

static void want_gone(struct world *world, const struct world_row *row, const char *stem)
{
	struct owners owners = owners_of(world, row);

	for (size_t i = 0; i < countof(owners.ids); i++)
		world_note_picture(world->pictures->wanted, owners.ids[i], stem, json_new_bool(true));
}

static struct json_object *agreed_of(struct world *world, const char *item_id)
{
	scoped_text end = own_format("-item-%s", item_id);
	struct json_object *entry = world_state_body(world, end);

	return entry ? json_child(entry, "pictures", json_type_object) : NULL;
}

/* Both sides had this very attachment, as far as the ledger tells. */
static bool was_agreed(struct world *world, const char *item_id, struct json_object *attachment)
{
	struct json_object *agreed = agreed_of(world, item_id);
	struct json_object *list = agreed ? json_child(agreed, "list", json_type_array) : NULL;

	for (size_t i = 0; list && i < json_length(list); i++) {
		struct json_object *one = json_at(list, i);
		if (strcmp(json_text_or(one, "attachment", ""), json_text_or(attachment, "id", "")) == 0)
			return strcmp(json_text_or(one, "state", ""), "confirmed") == 0 &&
			       !json_find(one, "gone", NULL);
	}
	return false;
}

static void note_removed(struct world *world, const struct world_row *row, struct json_object *attachment)
{
	struct owners owners = owners_of(world, row);
	char stem[64];

	if (was_agreed(world, owners.ids[0], attachment))
		world_note_picture(world->pictures->removed, owners.ids[0], world_stem_of(attachment, stem),
				   json_new_text(row->id));
}

/* Of what was removed there before nobody can tell any more that it was. */
void world_forget_removed(struct world *world, const struct world_row *row)
{
	struct json_object *rest = json_new_object();

	json_each (world->pictures->removed, key, where)
		if (strcmp(json_text_of(where), row->id) != 0)
			json_put(rest, key, json_share(where));
	json_release(world->pictures->removed);
	world->pictures->removed = rest;
}

static void begin_edit(struct world *world, struct world_row *row, const char *what)
{
	world_before_change(world, row);
	world_note(world, "person: %s: %s", row->id, what);
	world->moment++;
}

static void end_edit(struct world *world, const struct world_row *row)
{
	scoped_text shown = world_shown_pictures(row);

	world_note(world, "        it has: %s", shown);
	if (!row->now.images)
		world_forget_removed(world, row);
}

/* By the person's hand all that the cell has goes. */
static void all_go(struct world *world, const struct world_row *row)
{
	for (size_t i = 0; row->now.images && i < json_length(row->now.images); i++) {
		struct json_object *one = json_at(row->now.images, i);
		char stem[64];
		json_remove(world->pictures->photos, json_text_or(one, "id", ""));
		want_gone(world, row, world_stem_of(one, stem));
	}
}

/* ---- people ---- */

/* A file that goes by the name of a picture of the app is that picture, also when the app has just removed it. */
static bool is_of_app(struct world *world, const char *stem)
{
	scoped_text full_id = document_full_id(DOCUMENT_IMAGE, stem);

	return world_extra(world, full_id) != NULL;
}

static struct json_object *new_photo(struct world *world, const struct world_row *row, const char *filename)
{
	struct json_object *photo = world_new_attachment(world, filename, true);
	struct owners owners = owners_of(world, row);
	char stem[64];

	world_stem_of(photo, stem);
	json_put_text(world->pictures->photos, json_text_or(photo, "id", ""), row->id);
	json_put(world->pictures->attached, json_text_or(photo, "id", ""), json_new_int(world->moment));
	for (size_t i = 0; i < countof(owners.ids); i++) {
		world_note_picture(world->pictures->removed, owners.ids[i], stem, NULL);
		if (!is_of_app(world, stem))
			world_note_picture(world->pictures->unlinked, owners.ids[i], stem, NULL);
	}
	return photo;
}

void world_person_adds_photo(struct world *world, struct world_row *row, const char *filename, bool first)
{
	struct json_object *list = json_new_array();

	begin_edit(world, row, "a photo is added");
	struct json_object *photo = new_photo(world, row, filename);
	if (first)
		json_append(list, json_share(photo));
	for (size_t i = 0; row->now.images && i < json_length(row->now.images); i++)
		json_append(list, json_share(json_at(row->now.images, i)));
	if (!first)
		json_append(list, json_share(photo));
	json_release(photo);
	world_set_images(world, row, list);
	end_edit(world, row);
}

void world_person_removes_picture(struct world *world, struct world_row *row, const char *stem)
{
	struct json_object *list = json_new_array();

	begin_edit(world, row, "a picture is removed");
	for (size_t i = 0; row->now.images && i < json_length(row->now.images); i++) {
		struct json_object *one = json_at(row->now.images, i);
		char its[64];
		if (strcmp(world_stem_of(one, its), stem) != 0) {
			json_append(list, json_share(one));
			continue;
		}
		json_remove(world->pictures->photos, json_text_or(one, "id", ""));
		note_removed(world, row, one);
	}
	want_gone(world, row, stem);
	world_set_images(world, row, list);
	end_edit(world, row);
}

void world_person_turns_pictures(struct world *world, struct world_row *row)
{
	struct json_object *list = json_new_array();
	size_t count = row->now.images ? json_length(row->now.images) : 0;

	begin_edit(world, row, "the last picture becomes the first");
	for (size_t i = 0; i < count; i++)
		json_append(list, json_share(json_at(row->now.images, (i + count - 1) % count)));
	world_set_images(world, row, list);
	end_edit(world, row);
}

void world_person_empties_pictures(struct world *world, struct world_row *row)
{
	begin_edit(world, row, "the cell of its pictures is emptied");
	all_go(world, row);
	world_set_images(world, row, json_new_array());
	end_edit(world, row);
}

void world_person_ticks_remove(struct world *world, struct world_row *row)
{
	begin_edit(world, row, "Remove All Images is ticked");
	row->now.remove_ticked = true;
	row->now.last_ms = world_base_now_ms(world);
}

static void paste(struct world *world, const struct world_row *from, struct world_row *into)
{
	struct json_object *list = json_new_array();

	all_go(world, into);
	for (size_t i = 0; from->now.images && i < json_length(from->now.images); i++) {
		struct json_object *one = json_at(from->now.images, i);
		if (json_int_or(one, "size", -1) >= 0)
			json_append(list, new_photo(world, into, json_text_or(one, "filename", "")));
	}
	world_set_images(world, into, list);
	world_forget_removed(world, into);
}

void world_person_pastes_cell(struct world *world, const struct world_row *from, struct world_row *into)
{
	begin_edit(world, into, "the pictures of another row are pasted");
	paste(world, from, into);
	end_edit(world, into);
}

/* ---- the app's own sync ---- */

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

void world_app_writes_pictures(struct world *world, const char *item_id, struct world_row *row)
{
	scoped(json_object) links = NULL;
	struct json_object *list = json_new_array();

	if (!world->pictures || row->table != TABLE_ITEMS) {
		json_release(list);
		return;
	}
	if (row->now.remove_ticked)
		world_app_unlinks_all(world, item_id);
	row->now.remove_ticked = false;
	links = world_links_of(world, item_id);
	for (size_t i = 0; i < json_length(links); i++) {
		const char *image_id = json_text_or(document_data(json_at(links, i)), "image_id", "");
		scoped_text filename = own_format("%s.png", image_id);
		if (!world_has_file(world, image_id))
			continue;
		struct json_object *one = world_new_attachment(world, filename, true);
		json_put(one, "apps", json_new_bool(true));
		json_append(list, one);
	}
	all_go(world, row);
	world_set_images(world, row, list);
	world_forget_removed(world, row);
	end_edit(world, row);
}
