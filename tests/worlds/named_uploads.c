/* Pictures that are sent with their bytes: where there is no public address, and where links fail. docs/pictures.md, "Uploads". */
#include "tests/worlds/named.h"

#include "tests/worlds/observer.h"
#include "tests/worlds/world_pictures.h"

#include <limits.h>
#include <string.h>

#define PHOTO      "photo.jpg"
#define LARGE_SIZE (ENDPOINT_UPLOAD_LIMIT + 1)

/* ---- scenes ---- */

static void one_pass(struct world *world)
{
	if (!world_pass(world, true, false))
		world_broken(world, "the scene cannot be set: %s", world->last_error.text);
}

static void some_looks(struct world *world)
{
	for (int i = 0; i < 3; i++) {
		one_pass(world);
		world_advance(world, 61000);
	}
}

static void nobody_signs(struct world *world)
{
	world_pictures_begin(world);
	world_has_no_address(world);
	world_restart(world);
}

static void it_has_one(struct world *world)
{
	nobody_signs(world);
	world_app_has_image(world, "p1");
	world_app_links(world, "i1", "p1", 0);
	some_looks(world);
}

static void it_has_two(struct world *world)
{
	it_has_one(world);
	world_app_has_image(world, "p2");
	world_app_links(world, "i1", "p2", 1);
	some_looks(world);
}

static void links_are_signed(struct world *world)
{
	world_pictures_begin(world);
	world_restart(world);
	world_app_has_image(world, "p1");
	world_app_links(world, "i1", "p1", 0);
	some_looks(world);
}

/* ---- acts ---- */

static void app_adds_p2(struct world *world)
{
	world_app_has_image(world, "p2");
	world_app_links(world, "i1", "p2", 1);
}

static void app_adds_p2_first(struct world *world)
{
	world_app_has_image(world, "p2");
	world_app_links(world, "i1", "p2", -1);
}

static void app_puts_p2_and_p3_around(struct world *world)
{
	app_adds_p2_first(world);
	world_app_has_image(world, "p3");
	world_app_links(world, "i1", "p3", 2);
}

static void app_adds_p3(struct world *world)
{
	world_app_has_image(world, "p3");
	world_app_links(world, "i1", "p3", 2);
}

/* p3 p2 p1 */
static void app_turns_and_adds_p3(struct world *world)
{
	app_adds_p3(world);
	world_app_orders(world, "i1", "p1", 4);
	world_app_orders(world, "i1", "p2", 3);
}

static void app_adds_large_p2(struct world *world)
{
	world_app_has_file(world, "p2", LARGE_SIZE);
	world_app_links(world, "i1", "p2", 1);
	world_app_has_file(world, "p3", ENDPOINT_UPLOAD_LIMIT);
	world_app_links(world, "i1", "p3", 2);
}

static void app_removes_p1(struct world *world)
{
	world_app_unlinks(world, "i1", "p1");
}

static void app_removes_p2(struct world *world)
{
	world_app_unlinks(world, "i1", "p2");
}

static void app_makes_i2(struct world *world)
{
	world_phone_puts(world, TABLE_ITEMS, "i2", named_new_item(world, "another item"));
	world_app_has_image(world, "p2");
	world_app_links(world, "i2", "p2", 0);
	world_app_links(world, "i2", "p1", 1);
}

static void three_links_fail(struct world *world)
{
	static const char *const images[] = {"p2", "p3", "p4"};

	for (int i = 0; i < 3; i++) {
		world_fetch_ends(world, images[i], FETCH_FAILS);
		world_app_has_image(world, images[i]);
		world_app_links(world, "i1", images[i], i + 1);
	}
}

static void three_links_fail_and_so_do_uploads(struct world *world)
{
	world_refuses_uploads(world, true);
	three_links_fail(world);
}

static void person_adds_photo(struct world *world)
{
	if (named_row(world))
		world_person_adds_photo(world, named_row(world), PHOTO, true);
}

static void person_removes_p2(struct world *world)
{
	if (named_row(world))
		world_person_removes_picture(world, named_row(world), "p2");
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

static void the_answer_is_lost(struct world *world)
{
	world_arm(world, FAULT_AIRTABLE_UNANSWERED);
	app_adds_p2(world);
}

static void the_upload_comes_late(struct world *world)
{
	world_arm(world, FAULT_AIRTABLE_LATE);
	app_adds_p2(world);
}

static void the_upload_is_lost(struct world *world)
{
	world_arm(world, FAULT_AIRTABLE_UNSENT);
	app_adds_p2(world);
}

static void reads_are_stale(struct world *world)
{
	world_arm(world, FAULT_AIRTABLE_STALE);
	app_adds_p2(world);
}

static void the_file_is_not_read(struct world *world)
{
	world_arm(world, FAULT_COUCH_READ);
	app_adds_p2(world);
}

static void uploads_are_refused(struct world *world)
{
	world_refuses_uploads(world, true);
	app_adds_p2(world);
}

static void uploads_are_taken(struct world *world)
{
	world_refuses_uploads(world, false);
}

static void app_adds_only_large_p2(struct world *world)
{
	world_app_has_file(world, "p2", LARGE_SIZE);
	world_app_links(world, "i1", "p2", 0);
}

static void an_address_is_set(struct world *world)
{
	world_has_address(world);
	world_restart(world);
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
}

/* Calls: one for each picture, and at most so many writes of the cell. */
static void must_cost(struct world *world, const char *image_id, unsigned uploads, unsigned cell_writes)
{
	if (world_uploaded_pictures(world, image_id) != uploads)
		world_broken(world, "%s was uploaded %u times, not %u", image_id,
			     world_uploaded_pictures(world, image_id), uploads);
	if (world_cell_writes(world) > cell_writes)
		world_broken(world, "the cell was written %u times, and %u are enough",
			     world_cell_writes(world), cell_writes);
}

static void both_have_two(struct world *world)
{
	must_be(world, "i1", "p1 p2", "p1 p2");
	must_cost(world, "p1", 1, 0);
	must_cost(world, "p2", 1, 0);
	named_must_show(world, "i1", FIELD_ERROR, "");
}

static void both_have_two_at_last(struct world *world)
{
	must_be(world, "i1", "p1 p2", "p1 p2");
	named_must_show(world, "i1", FIELD_ERROR, "");
}

static void both_have_two_turned(struct world *world)
{
	must_be(world, "i1", "p2 p1", "p2 p1");
	must_cost(world, "p2", 1, 1);
}

static void both_have_three(struct world *world)
{
	must_be(world, "i1", "p2 p1 p3", "p2 p1 p3");
	must_cost(world, "p2", 1, 1);
	must_cost(world, "p3", 1, 1);
}

static void both_have_p1_to_p3(struct world *world)
{
	must_be(world, "i1", "p1 p2 p3", "p1 p2 p3");
	must_cost(world, "p2", 1, 0);
	must_cost(world, "p3", 1, 0);
}

static void both_have_p3_to_p1(struct world *world)
{
	must_be(world, "i1", "p3 p2 p1", "p3 p2 p1");
	must_cost(world, "p3", 1, 1);
}

static void both_have_p1(struct world *world)
{
	must_be(world, "i1", "p1", "p1");
}

static void both_have_p2(struct world *world)
{
	must_be(world, "i1", "p2", "p2");
}

static void both_have_none(struct world *world)
{
	must_be(world, "i1", "", "");
	if (world_is_ticked(named_row(world)))
		world_broken(world, "the box is still ticked");
}

static void i2_has_both(struct world *world)
{
	must_be(world, "i2", "p2 p1", "p2 p1");
	must_cost(world, "p1", 2, 0);
	must_cost(world, "p2", 1, 0);
}

static void four_are_shown(struct world *world)
{
	must_be(world, "i1", "p1 p2 p3 p4", "p1 p2 p3 p4");
	must_cost(world, "p1", 0, UINT_MAX);
	must_cost(world, "p4", 1, UINT_MAX);
	named_must_show(world, "i1", FIELD_ERROR, "");
}

static void four_are_shown_at_last(struct world *world)
{
	must_be(world, "i1", "p1 p2 p3 p4", "p1 p2 p3 p4");
	named_must_show(world, "i1", FIELD_ERROR, "");
}

static void large_one_is_told(struct world *world)
{
	const char *words = world_cell_text(named_row(world), FIELD_ERROR);

	must_be(world, "i1", "p1 p2 p3", "p1 p3");
	must_cost(world, "p2", 0, 0);
	must_cost(world, "p3", 1, 0);
	if (!strstr(words, "p2 has more than 5 MB") || !strstr(words, "PUBLIC_URL"))
		world_broken(world, "the row says: \"%s\"", words);
}

static void only_p2_is_fetched(struct world *world)
{
	must_be(world, "i1", "p2", "p2");
	named_must_show(world, "i1", FIELD_ERROR, "");
}

static void large_one_is_fetched(struct world *world)
{
	must_be(world, "i1", "p1 p2 p3", "p1 p2 p3");
	named_must_show(world, "i1", FIELD_ERROR, "");
}

static void refusal_is_told(struct world *world)
{
	const char *words = world_cell_text(named_row(world), FIELD_ERROR);

	must_be(world, "i1", "p1 p2", "p1");
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
	if (!strstr(words, "p2 could not be uploaded"))
		world_broken(world, "the row says: \"%s\"", words);
	if (world_uploaded_pictures(world, "p2") > 6)
		world_broken(world, "p2 was uploaded %u times, and refused each time",
			     world_uploaded_pictures(world, "p2"));
}

static void photo_comes_in(struct world *world)
{
	must_be(world, "i1", "photo p1 p2", "photo p1 p2");
	must_cost(world, "p2", 1, 0);
}

static void both_are_alike(struct world *world)
{
	world_judge_pictures(world);
}

static void both_are_alike_at_once(struct world *world)
{
	world_judge_pictures(world);
	must_cost(world, "p2", 1, UINT_MAX);
}

#define WRITTEN (1U << AS_WRITTEN)
static const struct scenario list[] = {
	{"picture-is-uploaded", it_has_one, app_adds_p2, named_phone_notes, both_have_two, ALL_ORDERS, false},
	{"picture-is-uploaded-and-another-cell-edited", it_has_one, app_adds_p2, named_person_notes,
	 both_have_two, ALL_ORDERS, false},
	{"uploaded-picture-in-front", it_has_one, app_adds_p2_first, named_nothing, both_have_two_turned,
	 WRITTEN, false},
	{"uploaded-pictures-around-another", it_has_one, app_puts_p2_and_p3_around, named_nothing,
	 both_have_three, WRITTEN, false},
	{"pictures-turned-in-the-app-and-one-uploaded", it_has_two, app_turns_and_adds_p3, named_nothing,
	 both_have_p3_to_p1, WRITTEN, false},
	{"another-picture-while-an-upload-is-late", it_has_one, the_upload_comes_late, app_adds_p3,
	 both_have_p1_to_p3, WRITTEN | BRISK, true},
	{"new-row-gets-its-uploads", it_has_one, app_makes_i2, named_nothing, i2_has_both, WRITTEN, false},
	{"links-fail-and-pictures-are-uploaded", links_are_signed, three_links_fail, named_phone_notes,
	 four_are_shown, BOTH_ORDERS, false},
	{"links-fail-and-so-do-uploads", links_are_signed, three_links_fail_and_so_do_uploads,
	 uploads_are_taken, four_are_shown_at_last, WRITTEN, true},
	{"upload-with-a-lost-answer", it_has_one, the_answer_is_lost, named_nothing, both_have_two, WRITTEN,
	 false},
	{"upload-that-comes-late", it_has_one, the_upload_comes_late, named_nothing, both_have_two,
	 WRITTEN | BRISK, false},
	{"upload-that-is-lost", it_has_one, the_upload_is_lost, named_nothing, both_have_two_at_last,
	 WRITTEN | BRISK, false},
	{"picture-removed-while-its-upload-is-late", it_has_one, the_upload_comes_late, app_removes_p2,
	 both_have_p1, WRITTEN | BRISK, true},
	{"picture-removed-while-its-upload-waits", it_has_one, app_adds_p2, app_removes_p2, both_have_p1,
	 IN_ORDER, false},
	{"upload-and-old-pictures-of-the-row", it_has_one, reads_are_stale, named_person_notes, both_have_two,
	 BOTH_ORDERS, false},
	{"file-of-a-picture-cannot-be-read", it_has_one, the_file_is_not_read, named_nothing, both_have_two,
	 WRITTEN, false},
	{"uploads-refused", it_has_one, uploads_are_refused, named_phone_notes, refusal_is_told, BOTH_ORDERS,
	 false},
	{"uploads-refused-and-taken", it_has_one, uploads_are_refused, uploads_are_taken,
	 both_have_two_at_last, WRITTEN, true},
	{"picture-too-large-for-an-upload", it_has_one, app_adds_large_p2, named_phone_notes,
	 large_one_is_told, BOTH_ORDERS, false},
	{"picture-too-large-until-there-is-an-address", it_has_one, app_adds_large_p2, an_address_is_set,
	 large_one_is_fetched, WRITTEN, true},
	{"only-picture-too-large-until-there-is-an-address", nobody_signs, app_adds_only_large_p2,
	 an_address_is_set, only_p2_is_fetched, WRITTEN, true},
	{"row-deleted-while-pictures-are-uploaded", it_has_one, app_adds_p2, named_person_deletes,
	 both_are_alike, ALL_ORDERS, false},
	{"row-deleted-and-back-while-pictures-are-uploaded", it_has_two, named_person_deletes,
	 named_person_restores, both_are_alike, BOTH_ORDERS, false},
	{"photo-added-while-pictures-are-uploaded", it_has_one, app_adds_p2, person_adds_photo,
	 photo_comes_in, ALL_ORDERS, false},
	{"pictures-turned-while-one-is-uploaded", it_has_two, app_puts_p2_and_p3_around, person_turns,
	 both_are_alike_at_once, ALL_ORDERS, false},
	{"uploaded-picture-removed-in-the-app", it_has_two, app_removes_p1, named_nothing, both_have_p2,
	 IN_ORDER, false},
	{"uploaded-picture-removed-in-airtable", it_has_two, person_removes_p2, named_nothing, both_have_p1,
	 IN_ORDER, false},
	{"cell-of-uploaded-pictures-emptied", it_has_two, person_empties, named_nothing,
	 both_have_two_at_last, IN_ORDER, false},
	{"all-uploaded-pictures-removed", it_has_two, person_ticks, named_nothing, both_have_none, IN_ORDER,
	 false},
	{"state-lost-with-uploaded-pictures", it_has_two, state_is_lost, named_nothing, both_have_two,
	 WRITTEN, false},
};
const struct named_table named_uploads = {list, countof(list)};
