/* Photos that people attach in Airtable become pictures of the database: sync-rules 9, docs/pictures.md. */
#include "inventory/document.h"
#include "tests/worlds/named.h"

#include "tests/worlds/observer.h"
#include "tests/worlds/world_airtable.h"
#include "tests/worlds/world_couch.h"
#include "tests/worlds/world_imports.h"
#include "tests/worlds/world_pictures.h"

#include <string.h>

#define TRIES_MOST 6 /* in a quarter of an hour and a crash, of more than a dozen passes */

/* ---- scenes ---- */

static void pictures_flow(struct world *world)
{
	world_pictures_begin(world);
	world_restart(world);
}

static void it_has_one(struct world *world)
{
	pictures_flow(world);
	world_app_has_image(world, "p1");
	world_app_links(world, "i1", "p1", 0);
	named_some_looks(world);
}

static void it_has_two(struct world *world)
{
	it_has_one(world);
	world_app_has_image(world, "p2");
	world_app_links(world, "i1", "p2", 1);
	named_some_looks(world);
}

static void two_items(struct world *world)
{
	world_phone_puts(world, TABLE_ITEMS, "i2", named_new_item(world, "another item"));
	it_has_one(world);
}

static void photo_is_imported(struct world *world)
{
	it_has_one(world);
	world_person_adds_photo(world, named_row(world), "photo.jpg", false);
	named_some_looks(world);
	named_some_looks(world);
}

static void photo_is_under_way(struct world *world)
{
	it_has_one(world);
	world_photos_end(world, "photo", PHOTO_WORKS_LATE);
	world_person_adds_photo(world, named_row(world), "photo.jpg", false);
	if (!world_pass(world, true, false))
		world_broken(world, "the scene cannot be set: %s", world->last_error.text);
}

/* ---- acts ---- */

static void add(struct world *world, const char *filename, bool first)
{
	if (named_row(world))
		world_person_adds_photo(world, named_row(world), filename, first);
}

static void adds_photo(struct world *world)
{
	add(world, "photo.jpg", false);
}

static void adds_photo_first(struct world *world)
{
	add(world, "photo.jpg", true);
}

static void adds_two_photos(struct world *world)
{
	add(world, "photo.jpg", false);
	add(world, "other.heic", false);
}

static void adds_it_twice(struct world *world)
{
	add(world, "photo.jpg", false);
	add(world, "photo.png", false);
}

/* The bytes of p2, under another name. */
static void adds_known_one(struct world *world)
{
	world_app_has_image(world, "p2");
	add(world, "p2.large.jpg", false);
}

static void adds_own_one(struct world *world)
{
	add(world, "photo.jpg", false);
	world_app_has_image(world, "p9");
}

static void adds_one_of_another(struct world *world)
{
	struct world_row *row = world_row_of(world, TABLE_ITEMS, "i2");

	if (row)
		world_person_adds_photo(world, row, "p1.jpg", false);
}

static void adds_it_to_both(struct world *world)
{
	struct world_row *row = world_row_of(world, TABLE_ITEMS, "i2");

	add(world, "photo.jpg", false);
	if (row)
		world_person_adds_photo(world, row, "photo.jpg", false);
}

static void adds_late_photo(struct world *world)
{
	world_photos_end(world, "photo", PHOTO_WORKS_LATE);
	add(world, "photo.jpg", false);
}

static void adds_photo_with_old_url(struct world *world)
{
	world_photos_end(world, "photo", PHOTO_LOST_ONCE);
	add(world, "photo.jpg", false);
}

static void adds_lost_photo(struct world *world)
{
	world_photos_end(world, "photo", PHOTO_IS_LOST);
	add(world, "photo.jpg", false);
}

static void adds_photo_that_fails(struct world *world)
{
	world_photos_end(world, "photo", PHOTO_FAILS);
	add(world, "photo.jpg", false);
}

static void adds_text(struct world *world)
{
	world_photos_end(world, "letter", PHOTO_IS_NONE);
	add(world, "letter.txt", false);
}

static void removes_text(struct world *world)
{
	if (named_row(world))
		world_person_removes_picture(world, named_row(world), "letter");
}

static void removes_photo(struct world *world)
{
	if (named_row(world))
		world_person_removes_picture(world, named_row(world), "photo");
}

static void photos_work_again(struct world *world)
{
	world_photos_end(world, "photo", PHOTO_WORKS);
}

static void app_adds_p2(struct world *world)
{
	world_app_has_image(world, "p2");
	world_app_links(world, "i1", "p2", 1);
}

static void app_removes_p1(struct world *world)
{
	world_app_unlinks(world, "i1", "p1");
}

static void app_turns(struct world *world)
{
	world_app_orders(world, "i1", "p1", 7);
}

/* What the app knows of the photo's link. */
static void app_removes_photo(struct world *world)
{
	for (size_t i = 0; i < world->extra_count; i++) {
		const char *image_id = json_text_or(document_data(world->extras[i]), "image_id", "");
		const char *item_id = json_text_or(document_data(world->extras[i]), "item_id", "");
		if (strcmp(item_id, "i1") != 0 || strlen(image_id) != 36)
			continue;
		scoped_text gone = own_copy(image_id);
		world_app_unlinks(world, "i1", gone);
		return;
	}
}

static void person_turns(struct world *world)
{
	if (named_row(world))
		world_person_turns_pictures(world, named_row(world));
}

static void person_empties(struct world *world)
{
	if (named_row(world))
		world_person_empties_pictures(world, named_row(world));
}

static void person_ticks(struct world *world)
{
	if (named_row(world))
		world_person_ticks_remove(world, named_row(world));
}

static void state_is_lost(struct world *world)
{
	world_state_is_lost(world);
	world_restart(world);
}

static void new_row_with_photos(struct world *world)
{
	struct world_row *row = world_person_adds(world, TABLE_ITEMS);
	const struct world_row *collection = world_row_of(world, TABLE_COLLECTIONS, "c0");

	world_person_types(world, row, FIELD_NAME, json_new_text("made in the grid"));
	world_person_types(world, row, FIELD_COLLECTION, world_link(collection->id));
	world_person_adds_photo(world, row, "photo.jpg", false);
	world_person_adds_photo(world, row, "other.jpg", false);
}

/* ---- ends ---- */

static void must_be(struct world *world, const char *item_id, const char *linked, const char *shown)
{
	const struct world_row *row = world_row_of(world, TABLE_ITEMS, item_id);
	scoped_text is_linked = world_linked_pictures(world, item_id);
	scoped_text is_shown = world_shown_pictures(row);

	if (strcmp(is_linked, linked) != 0)
		world_broken(world, "%s has the pictures \"%s\", not \"%s\"", item_id, is_linked, linked);
	if (strcmp(is_shown, shown) != 0)
		world_broken(world, "the row of %s shows \"%s\", not \"%s\"", item_id, is_shown, shown);
	world_judge_pictures(world);
}

static void has_photo(struct world *world)
{
	must_be(world, "i1", "p1 photo", "p1 photo");
	named_must_show(world, "i1", FIELD_ERROR, "");
}

static void has_photo_first(struct world *world)
{
	must_be(world, "i1", "photo p1 p2", "photo p1 p2");
}

static void has_two_photos(struct world *world)
{
	must_be(world, "i1", "p1 photo other", "p1 photo other");
}

static void has_photo_alone(struct world *world)
{
	must_be(world, "i1", "photo", "photo");
}

static void has_p1_alone(struct world *world)
{
	must_be(world, "i1", "p1", "p1");
	named_must_show(world, "i1", FIELD_ERROR, "");
}

static void has_p1_and_known_one(struct world *world)
{
	must_be(world, "i1", "p1 p2", "p1 p2");
}

static void both_share_p1(struct world *world)
{
	must_be(world, "i1", "p1", "p1");
	must_be(world, "i2", "p1", "p1");
}

static void both_share_photo(struct world *world)
{
	must_be(world, "i1", "p1 photo", "p1 photo");
	must_be(world, "i2", "photo", "photo");
}

static void turned(struct world *world)
{
	must_be(world, "i1", "photo p1", "photo p1");
}

static void has_none(struct world *world)
{
	must_be(world, "i1", "", "");
}

static void are_alike(struct world *world)
{
	world_judge_pictures(world);
}

static void nothing_was_sent(struct world *world)
{
	has_photo(world);
	if (world_sent_pictures(world, "p1") != 1)
		world_broken(world, "p1 was sent %u times", world_sent_pictures(world, "p1"));
	for (size_t i = 0; i < world->extra_count; i++) {
		const char *id = NULL;
		if (document_type_of(json_text_or(world->extras[i], "_id", ""), &id) == DOCUMENT_IMAGE &&
		    strcmp(id, "p1") != 0 && world_sent_pictures(world, id) != 0)
			world_broken(world, "the photo was sent into the row that it came from");
	}
}

/* What a crash has lost is fetched anew. */
static void was_imported_once(struct world *world)
{
	nothing_was_sent(world);
	if (world_ordered_photos(world, "photo") > (world->restarts > 1 ? 2U : 1U))
		world_broken(world, "the photo was fetched %u times", world_ordered_photos(world, "photo"));
}

static void text_is_named(struct world *world)
{
	must_be(world, "i1", "p1", "p1 letter");
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
	if (world_ordered_photos(world, "letter") > 2)
		world_broken(world, "what is no picture was fetched %u times",
			     world_ordered_photos(world, "letter"));
}

static void failure_is_named(struct world *world)
{
	must_be(world, "i1", "p1", "p1 photo");
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
	if (world_ordered_photos(world, "photo") > TRIES_MOST)
		world_broken(world, "the photo was fetched %u times", world_ordered_photos(world, "photo"));
}

static void there_is_history(struct world *world)
{
	has_photo(world);
	for (size_t i = 0; i < world->extra_count; i++) {
		const char *image_id = json_text_or(document_data(world->extras[i]), "image_id", "");
		if (strlen(image_id) == 36 && !world_history_has_unlinked(world, "i1", image_id))
			world_broken(world, "the history does not tell that the photo was added");
	}
}

/* In whatever item the new row has become. */
static void new_item_has_photos(struct world *world)
{
	size_t found = 0;

	for (size_t i = 0; i < world->row_count; i++) {
		const char *id = world_cell_text(&world->rows[i], FIELD_ID);
		if (!world->rows[i].now.there || world->rows[i].table != TABLE_ITEMS || !*id ||
		    strcmp(id, "i1") == 0)
			continue;
		must_be(world, id, "photo other", "photo other");
		found++;
	}
	if (found != 1)
		world_broken(world, "there are %zu new items", found);
}

static void nobody_has_it(struct world *world)
{
	scoped_text linked = world_linked_pictures(world, "i1");

	if (strstr(linked, "photo"))
		world_broken(world, "the deleted item has the photo: %s", linked);
}

static const struct scenario list[] = {
	{"photo-is-imported", it_has_one, adds_photo, named_phone_notes, was_imported_once, BOTH_ORDERS,
	 false},
	{"photo-is-imported-meanwhile", it_has_one, named_phone_notes, adds_photo, nothing_was_sent,
	 1U << MEANWHILE, false},
	{"first-photo-of-an-item", pictures_flow, adds_photo, named_nothing, has_photo_alone, IN_ORDER,
	 false},
	{"photo-in-front", it_has_two, adds_photo_first, named_nothing, has_photo_first, 1U << AS_WRITTEN,
	 false},
	{"two-photos", it_has_one, adds_two_photos, named_nothing, has_two_photos, 1U << AS_WRITTEN, false},
	{"photo-added-twice", it_has_one, adds_it_twice, named_nothing, has_photo, 1U << AS_WRITTEN, false},
	{"photo-added-again-later", photo_is_imported, adds_photo, named_nothing, has_photo, 1U << AS_WRITTEN,
	 false},
	{"photo-that-the-database-has", it_has_one, adds_known_one, named_nothing, has_p1_and_known_one,
	 IN_ORDER, false},
	{"photo-named-as-a-picture-of-another-item", two_items, adds_one_of_another, named_nothing,
	 both_share_p1, IN_ORDER, false},
	{"photo-added-to-two-items", two_items, adds_it_to_both, named_nothing, both_share_photo,
	 1U << AS_WRITTEN, false},
	{"photo-beside-a-picture-of-the-app", it_has_one, adds_photo, app_adds_p2, are_alike, ALL_ORDERS,
	 false},
	{"photo-beside-a-removal-in-the-app", it_has_one, adds_photo, app_removes_p1, has_photo_alone,
	 BOTH_ORDERS, false},
	{"photo-while-our-write-is-under-way", it_has_one, app_adds_p2, adds_photo, are_alike,
	 1U << AS_WRITTEN | 1U << MEANWHILE, false},
	{"photo-and-another-order-in-the-app", it_has_two, adds_photo, app_turns, are_alike, ALL_ORDERS,
	 false},
	{"photo-that-takes-its-time", it_has_one, adds_late_photo, named_phone_notes, was_imported_once,
	 1U << AS_WRITTEN | BRISK, false},
	{"photo-whose-url-has-expired", it_has_one, adds_photo_with_old_url, named_phone_notes,
	 nothing_was_sent, BOTH_ORDERS, false},
	{"photo-that-is-gone", it_has_one, adds_lost_photo, named_phone_notes, failure_is_named, BOTH_ORDERS,
	 false},
	{"photo-that-fails", it_has_one, adds_photo_that_fails, named_phone_notes, failure_is_named,
	 BOTH_ORDERS, false},
	{"photo-that-fails-and-works-again", it_has_one, adds_photo_that_fails, photos_work_again, has_photo,
	 1U << AS_WRITTEN, true},
	{"file-that-is-no-picture", it_has_one, adds_text, named_phone_notes, text_is_named, BOTH_ORDERS,
	 false},
	{"file-that-is-no-picture-is-removed", it_has_one, adds_text, removes_text, has_p1_alone,
	 1U << AS_WRITTEN, true},
	{"photo-removed-while-it-is-under-way", photo_is_under_way, removes_photo, named_nothing,
	 has_p1_alone, IN_ORDER, false},
	{"photo-removed-in-airtable", photo_is_imported, removes_photo, named_nothing, has_p1_alone, IN_ORDER,
	 false},
	{"photo-removed-in-the-app", photo_is_imported, app_removes_photo, named_nothing, has_p1_alone,
	 IN_ORDER, false},
	{"photo-removed-in-the-app-and-added-again", photo_is_imported, app_removes_photo, adds_photo,
	 are_alike, BOTH_ORDERS, true},
	{"photo-turned", photo_is_imported, person_turns, named_nothing, turned, IN_ORDER, false},
	{"photo-turned-while-it-is-under-way", photo_is_under_way, person_turns, named_nothing, turned,
	 1U << AS_WRITTEN, false},
	{"cell-emptied-while-a-photo-is-under-way", photo_is_under_way, person_empties, named_nothing,
	 are_alike, 1U << AS_WRITTEN, false},
	{"all-pictures-removed-while-a-photo-is-under-way", photo_is_under_way, person_ticks, named_nothing,
	 has_none, IN_ORDER, false},
	{"all-pictures-removed-and-a-photo-comes", it_has_one, person_ticks, adds_photo, has_photo_alone,
	 1U << AS_WRITTEN, true},
	{"photo-is-in-the-history", it_has_one, adds_photo, named_nothing, there_is_history, 1U << AS_WRITTEN,
	 false},
	{"new-row-with-photos", pictures_flow, new_row_with_photos, named_phone_notes, new_item_has_photos,
	 IN_ORDER, false},
	{"state-lost-with-a-photo", photo_is_imported, state_is_lost, named_nothing, nothing_was_sent,
	 1U << AS_WRITTEN, false},
	{"state-lost-while-a-photo-is-under-way", photo_is_under_way, state_is_lost, named_nothing,
	 nothing_was_sent, 1U << AS_WRITTEN, false},
	{"state-lost-with-a-photo-that-the-database-had", it_has_one, adds_known_one, state_is_lost,
	 has_p1_and_known_one, 1U << AS_WRITTEN, true},
	{"item-deleted-while-a-photo-is-under-way", photo_is_under_way, named_phone_deletes, named_nothing,
	 nobody_has_it, 1U << AS_WRITTEN, false},
	{"row-deleted-while-a-photo-is-under-way", photo_is_under_way, named_person_deletes, named_nothing,
	 are_alike, 1U << AS_WRITTEN, false},
	{"row-comes-back-with-a-photo", photo_is_imported, named_person_deletes, named_person_restores,
	 are_alike, BOTH_ORDERS, false},
	{"bridge-picture-is-no-photo", it_has_one, adds_own_one, named_nothing, nothing_was_sent,
	 1U << AS_WRITTEN, false},
};
const struct named_table named_imports = {list, countof(list)};
