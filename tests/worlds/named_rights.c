/* What the base's owner keeps from the token's user, and what Airtable refuses in other words than its column's: one cell stops
 * only itself. */
#include "bridge/limits.h"
#include "inventory/document.h"
#include "tests/worlds/named.h"
#include "tests/worlds/observer.h"
#include "tests/worlds/world_rights.h"

#include <string.h>

static void limit_notes_named(struct world *world)
{
	world_person_limits_field(world, TABLE_ITEMS, FIELD_NOTES, WORDS_NAMED);
}

static void limit_notes_bare(struct world *world)
{
	world_person_limits_field(world, TABLE_ITEMS, FIELD_NOTES, WORDS_BARE);
}

static void limit_notes_and_ends_bare(struct world *world)
{
	world_person_limits_field(world, TABLE_ITEMS, FIELD_NAME, WORDS_BARE);
	world_person_limits_field(world, TABLE_ITEMS, FIELD_NOTES, WORDS_BARE);
	world_person_limits_field(world, TABLE_ITEMS, FIELD_UPDATED_AT, WORDS_BARE);
}

static void limit_words(struct world *world)
{
	world_person_limits_field(world, TABLE_ITEMS, FIELD_ERROR, WORDS_BARE);
}

static void limit_making(struct world *world)
{
	world_person_limits_rows(world, TABLE_ITEMS, ROWS_MADE, WORDS_NAMED);
}

static void limit_deleting(struct world *world)
{
	world_person_limits_rows(world, TABLE_ITEMS, ROWS_DELETED, WORDS_BARE);
}

static void limit_row(struct world *world)
{
	world_person_limits_row(world, named_row(world), true);
}

/* Then an hour passes, since it is not tried before. */
static void permit_all(struct world *world)
{
	world_person_permits_all(world);
	world_advance(world, SYNC_RETRY_CAP_MS + 1000);
}

static void phone_edits_much(struct world *world)
{
	named_phone_sets(world, "notes", "from the phone", 0);
	named_phone_sets(world, "model_name", "from the phone", 0);
	named_phone_sets(world, "name", "called by the phone", 0);
	named_phone_sets(world, "icon_name", "box", 0);
}

static void phone_makes_another(struct world *world)
{
	struct json_object *item = named_new_item(world, "made on a phone");

	json_put_text(document_data(item), "notes", "of the new one");
	json_put_text(document_data(item), "model_name", "of the new one");
	world_phone_puts(world, TABLE_ITEMS, "i2", item);
}

/* In words that name no column: the last letter chooses them. */
static void phone_is_refused_without_a_name(struct world *world)
{
	named_phone_sets(world, "notes", "refused h", 0);
	named_phone_sets(world, "model_name", "from the phone", 0);
	named_phone_sets(world, "icon_name", "box", 0);
}

static void phone_makes_what_is_refused(struct world *world)
{
	phone_makes_another(world);
	struct json_object *body = json_copy(world_body(world_document(world, TABLE_ITEMS, "i2")));
	json_put_text(document_data(body), "notes", "refused h");
	world_phone_puts(world, TABLE_ITEMS, "i2", body);
}

static void person_types_elsewhere(struct world *world)
{
	named_person_sets(world, FIELD_PURCHASED_FROM, "a shop");
}

static void says(struct world *world, const char *id, const char *words)
{
	const struct world_row *row = world_row_of(world, TABLE_ITEMS, id);
	const char *shown = row ? world_cell_text(row, FIELD_ERROR) : "";

	if (!strstr(shown, words))
		world_broken(world, "row %s says \"%s\", and not \"%s\"", id, shown, words);
}

/* What the phone did, all but the notes, whose cell says why. */
static void notes_alone_are_missing(struct world *world, const char *name, const char *why)
{
	named_must_show(world, "i1", FIELD_NOTES, "first");
	named_must_show(world, "i1", FIELD_MODEL_NAME, "from the phone");
	named_must_show(world, "i1", FIELD_NAME, name);
	named_must_show(world, "i1", FIELD_ICON_NAME, "box");
	says(world, "i1", why);
}

static void all_but_notes_are_shown(struct world *world)
{
	notes_alone_are_missing(world, "called by the phone", "Notes: Airtable does not let");
}

static void what_may_be_is_shown(struct world *world)
{
	notes_alone_are_missing(world, "an item", "Notes: Airtable does not let");
}

static void all_is_shown(struct world *world)
{
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
	named_must_show(world, "i1", FIELD_MODEL_NAME, "from the phone");
	named_must_show(world, "i1", FIELD_ERROR, "");
	observer_check_permitted(world);
}

/* The row's edit is refused, which is to be told in the write that the phone's edit goes with. */
static void both_edit_and_the_row_is_wrong(struct world *world)
{
	world_person_types(world, named_row(world), FIELD_SERIAL, json_new_int(-5));
	named_phone_sets(world, "model_name", "from the phone", 0);
}

static void words_stop_nothing(struct world *world)
{
	named_must_show(world, "i1", FIELD_MODEL_NAME, "from the phone");
	named_must_show(world, "i1", FIELD_ERROR, "");
}

static void new_row_lacks_notes(struct world *world)
{
	named_must_show(world, "i2", FIELD_NAME, "made on a phone");
	named_must_show(world, "i2", FIELD_MODEL_NAME, "of the new one");
	named_must_show(world, "i2", FIELD_NOTES, "");
	says(world, "i2", "Notes: ");
}

static void no_row_is_made(struct world *world)
{
	if (world_row_of(world, TABLE_ITEMS, "i2"))
		world_broken(world, "a row was made where none may be made");
	if (!observer_has_problem(world, world_document(world, TABLE_ITEMS, "i2")))
		world_broken(world, "nobody is told that the row cannot be made");
	named_must_show(world, "i1", FIELD_PURCHASED_FROM, "a shop");
}

static void row_is_made(struct world *world)
{
	named_must_show(world, "i2", FIELD_NOTES, "of the new one");
	named_must_show(world, "i2", FIELD_ERROR, "");
	observer_check_permitted(world);
}

static size_t deletions_told(const struct world *world)
{
	size_t count = 0;

	for (size_t i = 0; i < world->extra_count; i++)
		count += strcmp(json_text_or(world->extras[i], "event_name", ""), "sync_row_deleted") == 0;
	return count;
}

static void row_stays_and_says_so(struct world *world)
{
	if (deletions_told(world) > 0)
		world_broken(world, "the history tells of a deletion that did not happen");
	says(world, "i1", "The row cannot be deleted");
}

static void row_is_gone_and_told_once(struct world *world)
{
	if (named_row(world))
		world_broken(world, "the row is still there");
	if (deletions_told(world) != 1)
		world_broken(world, "the history tells of the deletion %zu times", deletions_told(world));
}

static void a_call_is_slow(struct world *world)
{
	world_arm(world, FAULT_AIRTABLE_SLOW);
}

static void row_alone_is_refused(struct world *world)
{
	named_must_show(world, "i1", FIELD_NOTES, "first");
	named_must_show(world, "i2", FIELD_NOTES, "of the new one");
	if (!observer_has_problem(world, world_document(world, TABLE_ITEMS, "i1")))
		world_broken(world, "nobody is told that the row cannot be written");
}

static void the_refused_cell_alone_is_missing(struct world *world)
{
	notes_alone_are_missing(world, "an item", "Notes: ");
}

static const struct scenario scenarios[] = {
	{"column-may-not-be-written", limit_notes_named, phone_edits_much, person_types_elsewhere,
	 all_but_notes_are_shown, ALL_ORDERS, false},
	{"column-may-not-be-written-and-is-not-named", limit_notes_bare, phone_edits_much,
	 person_types_elsewhere, all_but_notes_are_shown, ALL_ORDERS, false},
	{"columns-at-both-ends-may-not-be-written", limit_notes_and_ends_bare, phone_edits_much,
	 named_nothing, what_may_be_is_shown, 1U << AS_WRITTEN, false},
	{"column-may-be-written-again", limit_notes_bare, phone_edits_much, permit_all, all_is_shown,
	 IN_ORDER, true},
	{"error-cell-stops-no-other", limit_words, both_edit_and_the_row_is_wrong, named_nothing,
	 words_stop_nothing, 1U << AS_WRITTEN, false},
	{"new-row-without-limited-column", limit_notes_bare, phone_makes_another, named_nothing,
	 new_row_lacks_notes, 1U << AS_WRITTEN, false},
	{"new-row-without-refused-cell", named_nothing, phone_makes_what_is_refused, named_nothing,
	 new_row_lacks_notes, 1U << AS_WRITTEN, false},
	{"rows-may-not-be-made", limit_making, phone_makes_another, person_types_elsewhere, no_row_is_made,
	 BOTH_ORDERS, false},
	{"rows-may-be-made-again", limit_making, phone_makes_another, permit_all, row_is_made, IN_ORDER,
	 true},
	{"rows-may-not-be-deleted", limit_deleting, named_phone_deletes, named_nothing, row_stays_and_says_so,
	 1U << AS_WRITTEN, false},
	{"rows-may-be-deleted-again", limit_deleting, named_phone_deletes, permit_all,
	 row_is_gone_and_told_once, 1U << AS_WRITTEN, true},
	{"deletion-leaves-too-late", named_nothing, named_phone_deletes, a_call_is_slow,
	 row_is_gone_and_told_once, 1U << MEANWHILE, false},
	{"row-may-not-be-written", limit_row, named_phone_notes, phone_makes_another, row_alone_is_refused,
	 BOTH_ORDERS, false},
	{"refused-cell-is-not-named", named_nothing, phone_is_refused_without_a_name, person_types_elsewhere,
	 the_refused_cell_alone_is_missing, ALL_ORDERS, false},
};

const struct named_table named_rights = {scenarios, countof(scenarios)};
