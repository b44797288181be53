/* What the app saves in the wake of an item's move or end is saved, wherever the bridge ends: sync-rules 24 and 25. */
#include "inventory/document.h"
#include "tests/worlds/named.h"

#include "tests/worlds/observer.h"
#include "tests/worlds/transcript.h"
#include "tests/worlds/world_couch.h"
#include "tests/worlds/world_pictures.h"
#include "tests/worlds/world_refusals.h"
#include "tests/worlds/world_settings.h"

#include <string.h>

#define LINK    "item_image-i1-p1"
#define PICTURE "zz20-image-p1"
#define ODD     "item_image-odd" /* does not say whose it is */
#define TOLD    "integration_deleted_data-item-i1-another"

static void put(struct world *world, const char *words)
{
	scoped(json_object) body = NULL;
	struct error error = {0};

	if (!json_read(words, strlen(words), &body, NULL, &error) || !world_couch_extra_put(world, body))
		world_broken(world, "the scene cannot be set: %s", error.text);
}

/* "i1" has a picture, and is known to another integration; there is a collection "c1". */
static void it_has_a_picture(struct world *world)
{
	static const char *const listed[] = {"c0", "c1"};
	struct json_object *collection =
		json_copy(world_body(world_document(world, TABLE_COLLECTIONS, "c0")));
	struct json_object *item = json_copy(world_body(world_document(world, TABLE_ITEMS, "i1")));
	struct json_object *marks = json_child(document_data(item), "integrations", json_type_object);

	transcript_spoil(world, "a picture");
	world_phone_lists(world, "collections", listed, countof(listed));
	world_restart(world);
	json_put_text(document_data(collection), "name", "another collection");
	json_put_text(document_data(collection), "collection_reference_number", "0002");
	json_remove(document_data(collection), "integrations");
	world_phone_puts(world, TABLE_COLLECTIONS, "c1", collection);
	if (!marks) {
		marks = json_new_object();
		json_put(document_data(item), "integrations", marks);
	}
	struct json_object *mark = json_new_object();
	json_put_text(mark, "id", "recOfAnother");
	json_put(marks, "another", mark);
	world_phone_puts(world, TABLE_ITEMS, "i1", item);
	put(world,
	    "{\"_id\":\"" LINK "\",\"type\":\"item_image\",\"created_at\":1,\"updated_at\":1,\"data\":{"
	    "\"item_id\":\"i1\",\"image_id\":\"p1\",\"order\":0,\"_item_collection_id\":\"c0\"}}");
	put(world, "{\"_id\":\"" PICTURE "\",\"type\":\"image\",\"created_at\":1,\"updated_at\":1,\"data\":{"
		   "\"filename\":\"p.png\",\"_item_ids\":[\"i1\"],\"_item_collection_ids\":[\"c0\"]},"
		   "\"_attachments\":{\"thumbnail-128\":{\"content_type\":\"image/png\",\"stub\":true},"
		   "\"image-1440\":{\"content_type\":\"image/png\",\"stub\":true}}}");
	if (!world_pass(world, true, true))
		world_broken(world, "the scene cannot be set: %s", world->last_error.text);
}

static void put_link(struct world *world, const char *id, const char *image_id)
{
	scoped_text words = own_format(
		"{\"_id\":\"%s\",\"type\":\"item_image\",\"created_at\":1,\"updated_at\":1,\"data\":{"
		"\"item_id\":\"i1\",\"image_id\":\"%s\",\"order\":0,\"_item_collection_id\":\"c0\"}}",
		id, image_id);

	put(world, words);
}

/* The picture has a link whose id begins with that of no item, and none that begins with its item's. */
static void it_has_an_odd_link(struct world *world)
{
	it_has_a_picture(world);
	world_extra_remove(world, LINK);
	put_link(world, ODD, "p1");
}

/* The same where pictures flow, so that the link is known. */
static void pictures_flow_and_it_has_an_odd_link(struct world *world)
{
	it_has_an_odd_link(world);
	world_pictures_begin(world);
	world_restart(world);
	for (int i = 0; i < 2; i++) {
		if (!world_pass(world, true, false))
			world_broken(world, "the scene cannot be set: %s", world->last_error.text);
		world_advance(world, 61000);
	}
}

static void person_moves(struct world *world)
{
	const struct world_row *collection = world_row_of(world, TABLE_COLLECTIONS, "c1");

	if (named_row(world) && collection)
		world_person_types(world, named_row(world), FIELD_COLLECTION, world_link(collection->id));
}

static void person_ticks(struct world *world)
{
	if (named_row(world))
		world_person_types(world, named_row(world), FIELD_DELETE, json_new_bool(true));
}

static void person_moves_and_ticks(struct world *world)
{
	person_moves(world);
	person_ticks(world);
}

static struct json_object *extra(struct world *world, const char *id)
{
	for (size_t i = 0; i < world->extra_count; i++)
		if (strcmp(json_text_or(world->extras[i], "_id", ""), id) == 0)
			return world->extras[i];
	return NULL;
}

static void lists_one(struct world *world, const char *key, const char *value)
{
	struct json_object *list = json_child(document_data(extra(world, PICTURE)), key, json_type_array);
	const char *words = json_object_get_string(json_at(list, 0));

	if (json_length(list) != (value ? 1 : 0) || (value && strcmp(words, value) != 0))
		world_broken(world, "the picture's %s is %s", key, json_object_to_json_string(list));
}

static bool is_link(struct json_object *body)
{
	return document_type_of(json_text_or(body, "_id", ""), NULL) == DOCUMENT_ITEM_IMAGE;
}

/* Where the item is, each of its links says, and the picture; with it all of them go, and the other integration is told. */
static void wake_is_saved(struct world *world)
{
	struct json_object *item = world_body(world_document(world, TABLE_ITEMS, "i1"));
	const char *collection = json_text_or(document_data(item), "collection_id", "");

	lists_one(world, "_item_ids", item ? "i1" : NULL);
	lists_one(world, "_item_collection_ids", item ? collection : NULL);
	for (size_t i = 0; i < world->extra_count; i++) {
		struct json_object *data = document_data(world->extras[i]);
		if (!is_link(world->extras[i]))
			continue;
		if (item && strcmp(json_text_or(data, "_item_collection_id", ""), collection) != 0)
			world_broken(world, "%s does not say that the item is in %s",
				     json_text_or(world->extras[i], "_id", ""), collection);
		if (!item)
			world_broken(world, "%s is there without its item",
				     json_text_or(world->extras[i], "_id", ""));
	}
	if (!item != (extra(world, TOLD) != NULL))
		world_broken(world, "the other integration is %s", item ? "told of an end" : "not told");
}

static void it_is_upgraded_and_has_a_picture(struct world *world)
{
	world->is_upgraded = true;
	it_has_a_picture(world);
}

static void is_moved(struct world *world)
{
	struct json_object *item = world_body(world_document(world, TABLE_ITEMS, "i1"));

	if (strcmp(json_text_or(document_data(item), "collection_id", ""), "c1") != 0)
		world_broken(world, "the item is not moved");
	wake_is_saved(world);
}

static void is_gone(struct world *world)
{
	if (world_body(world_document(world, TABLE_ITEMS, "i1")))
		world_broken(world, "the item is still there");
	wake_is_saved(world);
}

/* ---- a picture that does not say whose it is, as the app's schema allows ---- */

static void it_has_a_picture_of(struct world *world, const char *words)
{
	struct json_object *picture;

	it_has_a_picture(world);
	picture = document_data(extra(world, PICTURE));
	json_remove(picture, "_item_ids");
	if (words)
		json_put_text(picture, "_item_ids", words);
}

static void it_has_a_picture_of_nobody(struct world *world)
{
	it_has_a_picture_of(world, NULL);
}

static void it_has_a_picture_of_a_word(struct world *world)
{
	it_has_a_picture_of(world, "x");
}

static void picture_is_of_no_type(struct world *world)
{
	it_has_a_picture(world);
	json_remove(extra(world, PICTURE), "data");
}

static void item_is_moved(struct world *world)
{
	named_must_say(world, "i1", "collection_id", "c1");
}

static void item_is_gone(struct world *world)
{
	if (world_body(world_document(world, TABLE_ITEMS, "i1")) || named_row(world))
		world_broken(world, "the item is still there");
}

/* ---- what follows is refused ---- */

static void cascade_is_refused_and_person_moves(struct world *world)
{
	world_refuse(world, WRITTEN_CASCADE, "", ANSWER_REFUSED);
	person_moves(world);
}

static void cascade_is_refused_and_person_ticks(struct world *world)
{
	world_refuse(world, WRITTEN_CASCADE, "", ANSWER_REFUSED);
	person_ticks(world);
}

static void cascade_conflicts_and_person_moves(struct world *world)
{
	world_refuse(world, WRITTEN_CASCADE, "", ANSWER_CONFLICT);
	person_moves(world);
}

/* It is told, and the item goes on. */
static void move_is_done_and_told(struct world *world)
{
	unsigned effects = world->effects;

	if (!world_quiet_refused(world))
		world_broken(world, "it does not become quiet; last: %s", world->last_error.text);
	world->effects = effects;
	item_is_moved(world);
	if (!observer_has_problem(world, world_document(world, TABLE_ITEMS, "i1")))
		world_broken(world, "nobody is told that not all that follows could be saved");
	named_phone_notes(world);
	(void)world_pass(world, true, false);
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
}

static void end_is_done_and_told(struct world *world)
{
	unsigned effects = world->effects;

	if (!world_quiet_refused(world))
		world_broken(world, "it does not become quiet; last: %s", world->last_error.text);
	world->effects = effects;
	item_is_gone(world);
	if (!observer_has_problem(world, world_document(world, TABLE_ITEMS, "i1")))
		world_broken(world, "nobody is told that not all that follows could be saved");
}

static const struct scenario scenarios[] = {
	{"picture-of-nobody-as-its-item-moves", it_has_a_picture_of_nobody, person_moves, named_nothing,
	 item_is_moved, 1U << AS_WRITTEN, false},
	{"picture-of-nobody-as-its-item-goes", it_has_a_picture_of_nobody, person_ticks, named_nothing,
	 item_is_gone, 1U << AS_WRITTEN, false},
	{"picture-of-a-word-as-its-item-moves", it_has_a_picture_of_a_word, person_moves, named_nothing,
	 item_is_moved, 1U << AS_WRITTEN, false},
	{"picture-of-a-word-as-its-item-goes", it_has_a_picture_of_a_word, person_ticks, named_nothing,
	 item_is_gone, 1U << AS_WRITTEN, false},
	{"picture-without-data-as-its-item-moves", picture_is_of_no_type, person_moves, named_nothing,
	 item_is_moved, 1U << AS_WRITTEN, false},
	{"cascade-of-a-move-refused", it_has_a_picture, cascade_is_refused_and_person_moves,
	 move_is_done_and_told, is_moved, 1U << AS_WRITTEN, true},
	{"cascade-of-an-end-refused", it_has_a_picture, cascade_is_refused_and_person_ticks,
	 end_is_done_and_told, is_gone, 1U << AS_WRITTEN, true},
	{"cascade-in-conflict-for-ever", it_has_a_picture, cascade_conflicts_and_person_moves,
	 move_is_done_and_told, is_moved, 1U << AS_WRITTEN, true},
	{"picture-of-an-item-that-moves", it_has_a_picture, person_moves, named_nothing, is_moved,
	 1U << AS_WRITTEN, false},
	{"picture-of-an-item-that-goes", it_has_a_picture, person_ticks, named_nothing, is_gone,
	 1U << AS_WRITTEN, false},
	{"picture-with-an-odd-link-of-an-item-that-moves", it_has_an_odd_link, person_moves, named_nothing,
	 is_moved, 1U << AS_WRITTEN, false},
	{"picture-with-an-odd-link-of-an-item-that-goes", it_has_an_odd_link, person_ticks, named_nothing,
	 is_gone, 1U << AS_WRITTEN, false},
	{"odd-link-that-is-known-as-its-item-moves", pictures_flow_and_it_has_an_odd_link, person_moves,
	 named_nothing, is_moved, 1U << AS_WRITTEN, false},
	{"odd-link-that-is-known-as-its-item-goes", pictures_flow_and_it_has_an_odd_link, person_ticks,
	 named_nothing, is_gone, 1U << AS_WRITTEN, false},
	{"upgraded-while-an-item-moves", it_is_upgraded_and_has_a_picture, person_moves, named_nothing,
	 is_moved, 1U << AS_WRITTEN, false},
	{"upgraded-while-an-item-goes", it_is_upgraded_and_has_a_picture, person_ticks, named_nothing,
	 is_gone, 1U << AS_WRITTEN, false},
	{"picture-of-an-item-that-moves-and-goes", it_has_a_picture, person_moves, person_ticks,
	 wake_is_saved, 1U << AS_WRITTEN | 1U << MEANWHILE, false},
	{"picture-of-an-item-that-moves-as-it-goes", it_has_a_picture, person_moves_and_ticks, named_nothing,
	 is_gone, 1U << AS_WRITTEN, false},
};

const struct named_table named_wake = {scenarios, countof(scenarios)};
