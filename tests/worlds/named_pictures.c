/* Pictures out of the database into the row: sync-rules 9, docs/pictures.md. */
#include "inventory/document.h"
#include "tests/worlds/named.h"

#include "tests/worlds/observer.h"
#include "tests/worlds/world_couch.h"
#include "tests/worlds/world_pictures.h"

#include <string.h>

#define PHOTO        "photo.jpg"
#define REFUSED_MOST 6 /* in a quarter of an hour and a crash, of more than a dozen passes */

/* ---- scenes ---- */

static void pictures_are_sent(struct world *world)
{
	world_pictures_begin(world);
	world_restart(world);
}

static void it_has_one(struct world *world)
{
	pictures_are_sent(world);
	world_app_has_image(world, "p1");
	world_app_links(world, "i1", "p1", 0);
	named_some_looks(world);
}

static void it_has_two(struct world *world)
{
	pictures_are_sent(world);
	world_app_has_image(world, "p1");
	world_app_has_image(world, "p2");
	world_app_links(world, "i1", "p1", 0);
	world_app_links(world, "i1", "p2", 1);
	named_some_looks(world);
}

static void it_has_three(struct world *world)
{
	it_has_two(world);
	world_app_has_image(world, "p3");
	world_app_links(world, "i1", "p3", 2);
	named_some_looks(world);
}

static void one_is_being_fetched(struct world *world)
{
	it_has_one(world);
	world_fetch_ends(world, "p2", FETCH_WORKS_LATE);
	world_app_has_image(world, "p2");
	world_app_links(world, "i1", "p2", 1);
	if (!world_pass(world, true, false))
		world_broken(world, "the scene cannot be set: %s", world->last_error.text);
}

static void two_items_share_one(struct world *world)
{
	world_phone_puts(world, TABLE_ITEMS, "i2", named_new_item(world, "another item"));
	it_has_one(world);
	world_app_links(world, "i2", "p1", 0);
	named_some_looks(world);
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

static void app_adds_link_then_picture(struct world *world)
{
	world_app_links(world, "i1", "p2", 1);
	world_pass(world, true, false);
	world_app_has_image(world, "p2");
}

static void app_adds_odd_link(struct world *world)
{
	world_app_has_image(world, "p2");
	world_app_links_oddly(world, "item_image-odd", "i1", "p2", 1);
}

static void app_removes_p1(struct world *world)
{
	world_app_unlinks(world, "i1", "p1");
}

static void app_removes_odd_link(struct world *world)
{
	world_extra_goes(world, "item_image-odd");
}

static void app_turns(struct world *world)
{
	world_app_orders(world, "i1", "p1", 7);
}

static void person_removes_p1(struct world *world)
{
	if (named_row(world))
		world_person_removes_picture(world, named_row(world), "p1");
}

static void person_removes_p2(struct world *world)
{
	if (named_row(world))
		world_person_removes_picture(world, named_row(world), "p2");
}

static void person_adds_photo(struct world *world)
{
	if (named_row(world))
		world_person_adds_photo(world, named_row(world), PHOTO, false);
}

/* Saved before, and given to the row again. */
static void person_puts_p1_back(struct world *world)
{
	if (named_row(world))
		world_person_adds_photo(world, named_row(world), "p1.png", false);
}

static void person_adds_nameless_photo(struct world *world)
{
	if (named_row(world))
		world_person_adds_photo(world, named_row(world), "", true);
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

static void app_sends_again(struct world *world)
{
	if (named_row(world))
		world_app_sends_again(world, named_row(world));
}

static void state_is_lost(struct world *world)
{
	world_state_is_lost(world);
	world_restart(world);
}

static void a_fetch_fails(struct world *world)
{
	world_fetch_ends(world, "p2", FETCH_FAILS);
	app_adds_p2(world);
}

static void a_fetch_fails_at_once(struct world *world)
{
	world_fetch_ends(world, "p2", FETCH_FAILS_AT_ONCE);
	app_adds_p2(world);
}

static void a_fetch_fails_late(struct world *world)
{
	world_fetch_ends(world, "p2", FETCH_FAILS_LATE);
	app_adds_p2(world);
}

static void a_fetch_shows_late(struct world *world)
{
	world_fetch_ends(world, "p2", FETCH_SHOWS_LATE);
	app_adds_p2(world);
}

static void a_fetch_gives_nothing(struct world *world)
{
	world_fetch_ends(world, "p2", FETCH_STAYS_EMPTY);
	app_adds_p2(world);
}

static void fetches_work_again(struct world *world)
{
	world_fetch_ends(world, "p2", FETCH_WORKS);
}

static void the_answer_is_lost(struct world *world)
{
	world_arm(world, FAULT_AIRTABLE_UNANSWERED);
	app_adds_p2(world);
}

static void the_write_comes_late(struct world *world)
{
	world_fetch_ends(world, "p2", FETCH_SHOWS_LATE);
	world_arm(world, FAULT_AIRTABLE_LATE);
	app_adds_p2(world);
}

static void the_write_is_lost(struct world *world)
{
	world_arm(world, FAULT_AIRTABLE_UNSENT);
	app_adds_p2(world);
}

static void reads_are_stale(struct world *world)
{
	world_arm(world, FAULT_AIRTABLE_STALE);
	app_adds_p2(world);
}

static void the_cell_is_refused(struct world *world)
{
	world_refuses_images(world, "Invalid attachment object for field Images: ");
	app_adds_p2(world);
}

static void the_row_is_refused(struct world *world)
{
	world_refuses_images(world, "Value is not what it should be ");
	app_adds_p2(world);
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

static void both_have_p1(struct world *world)
{
	must_be(world, "i1", "p1", "p1");
}

static void both_have_p2(struct world *world)
{
	must_be(world, "i1", "p2", "p2");
}

static void both_have_two(struct world *world)
{
	must_be(world, "i1", "p1 p2", "p1 p2");
	named_must_show(world, "i1", FIELD_ERROR, "");
}

static void both_have_two_turned(struct world *world)
{
	must_be(world, "i1", "p2 p1", "p2 p1");
}

static void both_have_none(struct world *world)
{
	must_be(world, "i1", "", "");
	if (world_is_ticked(named_row(world)))
		world_broken(world, "the box is still ticked");
}

static void there_is_history_of_p1(struct world *world)
{
	both_have_p2(world);
	if (world_histories_of_link(world, "i1", "p1") != 1)
		world_broken(world, "the history tells %u times that p1 was removed",
			     world_histories_of_link(world, "i1", "p1"));
}

/* When the tick is being obeyed already. */
static void app_adds_p2_after_the_tick(struct world *world)
{
	if (world_history_has_unlinked(world, "i1", "p1"))
		app_adds_p2(world);
}

static void late_picture_is_kept(struct world *world)
{
	const char *wanted = world_extra(world, "zz20-image-p2") ? "p2" : "";

	must_be(world, "i1", wanted, wanted);
	if (world_is_ticked(named_row(world)))
		world_broken(world, "the box is still ticked");
}

static void late_picture_stays(struct world *world)
{
	must_be(world, "i1", "p2", "p2");
	if (world_is_ticked(named_row(world)))
		world_broken(world, "the box is still ticked");
}

static void photo_stays(struct world *world)
{
	must_be(world, "i1", "p1 p2 photo", "p1 p2 photo");
}

static void photo_stays_alone(struct world *world)
{
	must_be(world, "i1", "photo", "photo");
}

static void put_back_photo_stays(struct world *world)
{
	must_be(world, "i1", "p2 p1", "p2 p1");
}

static void nameless_photo_stays(struct world *world)
{
	must_be(world, "i1", "nameless p1 p2", "nameless p1 p2");
}

static void it_was_filled_once(struct world *world)
{
	must_be(world, "i1", "p1 p2", "p1 p2");
}

static void it_stays_empty(struct world *world)
{
	/* A crash may have put off the first filling until the cell had been emptied twice. */
	bool filled_once =
		named_row(world) && named_row(world)->now.images && world_sent_pictures(world, "p1") == 2;

	must_be(world, "i1", "p1 p2", filled_once ? "p1 p2" : "");
	if (!filled_once && !strstr(world_cell_text(named_row(world), FIELD_ERROR), "Remove All Images"))
		world_broken(world, "the row does not say how they are removed: %s",
			     world_cell_text(named_row(world), FIELD_ERROR));
}

/* A crash may put it off. */
static void failure_must_be_told(struct world *world)
{
	const char *words = world_cell_text(named_row(world), FIELD_ERROR);

	if (world->restarts == 1 && !strstr(words, "did not take p2"))
		world_broken(world, "the row does not say that p2 failed: \"%s\"", words);
}

static void nothing_was_sent_again(struct world *world)
{
	both_have_two(world);
	if (world_sent_pictures(world, "p1") != 1 || world_sent_pictures(world, "p2") != 1)
		world_broken(world, "p1 was sent %u times, p2 %u times", world_sent_pictures(world, "p1"),
			     world_sent_pictures(world, "p2"));
}

static void shared_one_stays(struct world *world)
{
	must_be(world, "i1", "", "");
	must_be(world, "i2", "p1", "p1");
}

static void refusal_is_told_without_link(struct world *world)
{
	const char *words = world_cell_text(named_row(world), FIELD_ERROR);

	must_be(world, "i1", "p1 p2", "p1");
	if (!strstr(words, "Airtable refused the pictures") || strstr(words, "pictures.example"))
		world_broken(world, "the row says: %s", words);
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
	if (world_refused_images(world) > REFUSED_MOST)
		world_broken(world, "the cell was written %u times, and refused each time",
			     world_refused_images(world));
}

static void taken_again(struct world *world)
{
	world_refuses_images(world, NULL);
}

static void both_are_alike(struct world *world)
{
	world_judge_pictures(world);
}

#define WAYS BOTH_ORDERS
static const struct scenario list[] = {
	{"picture-is-sent", it_has_one, app_adds_p2, named_phone_notes, both_have_two, ALL_ORDERS, false},
	{"picture-is-sent-and-another-cell-edited", it_has_one, app_adds_p2, named_person_notes,
	 both_have_two, BOTH_ORDERS, false},
	{"first-pictures-of-a-row", pictures_are_sent, app_adds_p2, named_nothing, both_have_p2, IN_ORDER,
	 false},
	{"picture-comes-behind-its-link", it_has_one, app_adds_link_then_picture, named_nothing,
	 both_have_two, 1U << AS_WRITTEN, false},
	{"picture-with-an-odd-link", it_has_one, app_adds_odd_link, named_nothing, both_have_two,
	 1U << AS_WRITTEN, false},
	{"picture-with-an-odd-link-goes", it_has_one, app_adds_odd_link, app_removes_odd_link, both_have_p1,
	 1U << AS_WRITTEN, true},
	{"picture-removed-in-the-app", it_has_two, app_removes_p1, named_nothing, both_have_p2, IN_ORDER,
	 false},
	{"picture-removed-in-the-app-and-one-added", it_has_one, app_removes_p1, app_adds_p2, both_have_p2,
	 ALL_ORDERS, false},
	{"picture-removed-in-the-app-and-put-back-in-airtable", it_has_two, app_removes_p1,
	 person_puts_p1_back, put_back_photo_stays, 1U << AS_WRITTEN, true},
	{"picture-removed-in-airtable", it_has_two, person_removes_p1, named_nothing, there_is_history_of_p1,
	 IN_ORDER, false},
	{"picture-removed-in-airtable-soon-after-it-was-sent", it_has_one, app_adds_p2, person_removes_p2,
	 both_are_alike, 1U << MEANWHILE, false},
	{"picture-removed-on-both-sides", it_has_two, app_removes_p1, person_removes_p1, both_have_p2,
	 ALL_ORDERS, false},
	{"one-picture-removed-on-each-side", it_has_three, app_removes_p1, person_removes_p2, both_are_alike,
	 BOTH_ORDERS, false},
	{"pictures-turned-in-the-app", it_has_two, app_turns, named_nothing, both_have_two_turned, IN_ORDER,
	 false},
	{"pictures-turned-in-airtable", it_has_two, person_turns, named_nothing, both_have_two_turned,
	 IN_ORDER, false},
	{"pictures-turned-on-both-sides", it_has_three, app_turns, person_turns, both_are_alike, BOTH_ORDERS,
	 false},
	{"new-picture-in-front", it_has_one, app_adds_p2_first, named_nothing, both_have_two_turned,
	 1U << AS_WRITTEN, false},
	{"cell-of-pictures-emptied", it_has_two, person_empties, named_nothing, it_was_filled_once, IN_ORDER,
	 false},
	{"cell-of-pictures-emptied-twice", it_has_two, person_empties, person_empties, it_stays_empty,
	 1U << AS_WRITTEN, true},
	{"all-pictures-removed", it_has_two, person_ticks, named_nothing, both_have_none, IN_ORDER, false},
	{"all-pictures-removed-and-one-comes", it_has_one, person_ticks, app_adds_p2, late_picture_stays,
	 1U << AS_WRITTEN, true},
	{"all-pictures-removed-and-one-comes-meanwhile", it_has_one, person_ticks, app_adds_p2_after_the_tick,
	 late_picture_is_kept, 1U << MEANWHILE, false},
	{"photo-stays-where-it-is", it_has_one, person_adds_photo, app_adds_p2, both_are_alike, BOTH_ORDERS,
	 false},
	{"photo-stays-beside-pictures", it_has_two, person_adds_photo, named_phone_notes, photo_stays,
	 BOTH_ORDERS, false},
	{"photo-stays-when-pictures-go", it_has_one, person_adds_photo, app_removes_p1, photo_stays_alone,
	 BOTH_ORDERS, true},
	{"photo-without-a-name", it_has_two, person_adds_nameless_photo, named_nothing, nameless_photo_stays,
	 1U << AS_WRITTEN, false},
	{"app-sends-all-pictures-again", it_has_two, app_sends_again, named_nothing, nothing_was_sent_again,
	 IN_ORDER, false},
	{"picture-shared-by-two-items", two_items_share_one, app_removes_p1, named_nothing, shared_one_stays,
	 1U << AS_WRITTEN, false},
	{"picture-shared-and-removed-in-airtable", two_items_share_one, person_ticks, named_nothing,
	 shared_one_stays, 1U << AS_WRITTEN, false},
	{"fetch-fails", it_has_one, a_fetch_fails, named_phone_notes, both_have_two, WAYS, false},
	{"fetch-fails-at-once", it_has_one, a_fetch_fails_at_once, named_phone_notes, both_have_two, WAYS,
	 false},
	{"fetch-fails-late", it_has_one, a_fetch_fails_late, named_phone_notes, both_have_two, WAYS, false},
	{"picture-that-the-row-shows-late", it_has_one, a_fetch_shows_late, named_nothing,
	 nothing_was_sent_again, 1U << AS_WRITTEN | BRISK, false},
	{"fetch-gives-nothing", it_has_one, a_fetch_gives_nothing, named_phone_notes, both_have_two, WAYS,
	 false},
	{"fetch-failure-is-told", it_has_one, a_fetch_fails, failure_must_be_told, both_have_two,
	 1U << AS_WRITTEN, true},
	{"fetch-fails-and-works-again", it_has_one, a_fetch_fails, fetches_work_again, both_have_two,
	 1U << AS_WRITTEN, true},
	{"picture-with-a-lost-answer", it_has_one, the_answer_is_lost, named_nothing, nothing_was_sent_again,
	 1U << AS_WRITTEN, false},
	{"picture-that-comes-late", it_has_one, the_write_comes_late, named_nothing, nothing_was_sent_again,
	 1U << AS_WRITTEN | BRISK, false},
	{"picture-whose-write-is-lost", it_has_one, the_write_is_lost, named_nothing, nothing_was_sent_again,
	 1U << AS_WRITTEN, false},
	{"pictures-and-old-pictures-of-the-row", it_has_one, reads_are_stale, person_removes_p1,
	 both_are_alike, BOTH_ORDERS, false},
	{"state-lost-with-pictures", it_has_two, state_is_lost, named_nothing, nothing_was_sent_again,
	 1U << AS_WRITTEN, false},
	{"state-lost-while-pictures-are-fetched", one_is_being_fetched, state_is_lost, named_nothing,
	 nothing_was_sent_again, 1U << AS_WRITTEN, false},
	{"row-deleted-and-made-again-with-pictures", it_has_two, named_person_deletes, named_nothing,
	 both_are_alike, 1U << AS_WRITTEN, false},
	{"row-comes-back-with-pictures", it_has_two, named_person_deletes, named_person_restores,
	 both_are_alike, BOTH_ORDERS, false},
	{"cell-of-pictures-refused", it_has_one, the_cell_is_refused, named_phone_notes,
	 refusal_is_told_without_link, WAYS, false},
	{"row-refused-for-its-pictures", it_has_one, the_row_is_refused, named_phone_notes,
	 refusal_is_told_without_link, WAYS, false},
	{"cell-of-pictures-taken-again", it_has_one, the_cell_is_refused, taken_again, both_have_two,
	 1U << AS_WRITTEN, true},
};
const struct named_table named_pictures = {list, countof(list)};
