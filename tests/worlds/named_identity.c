/* Whose a row is that shows the ID of another: sync-rules 13. */
#include "bridge/limits.h"
#include "inventory/document.h"
#include "tests/worlds/named.h"
#include "tests/worlds/observer.h"

#include <string.h>

static void i2_and_i3(struct world *world)
{
	struct json_object *two = named_new_item(world, "the second"),
			   *three = named_new_item(world, "the third");

	json_put_text(document_data(two), "notes", "second");
	json_put_text(document_data(three), "notes", "third");
	world_phone_puts(world, TABLE_ITEMS, "i2", two);
	world_phone_puts(world, TABLE_ITEMS, "i3", three);
	if (!world_first_sync(world))
		world_broken(world, "the scene cannot be set: %s", world->last_error.text);
}

/* The row that was made for this document, whatever its ID cell says now. */
static struct world_row *made_for(struct world *world, const char *id)
{
	scoped_text end = own_format("-item-%s", id);
	struct json_object *entry = world_state_body(world, end);

	return world_row(world, json_text_or(entry, "rec", ""));
}

static void types_id(struct world *world, const char *of, const char *id)
{
	struct world_row *row = made_for(world, of);

	if (row)
		world_person_types(world, row, FIELD_ID, json_new_text(id));
}

static void person_fills_down(struct world *world)
{
	types_id(world, "i2", "i1");
	types_id(world, "i3", "i1");
}

static void check_three(struct world *world, const char *const names[3])
{
	static const char *const ids[] = {"i1", "i2", "i3"};

	for (size_t i = 0; i < countof(ids); i++) {
		struct json_object *body = world_body(world_document(world, TABLE_ITEMS, ids[i]));
		const struct world_row *row = made_for(world, ids[i]);
		if (!body || strcmp(json_text_or(document_data(body), "name", ""), names[i]) != 0)
			world_broken(world, "document %s is not \"%s\" any more", ids[i], names[i]);
		else if (!row || strcmp(world_cell_text(row, FIELD_ID), ids[i]) != 0)
			world_broken(world, "the row of %s has the ID \"%s\"", ids[i],
				     row ? world_cell_text(row, FIELD_ID) : "(no row)");
		else if (row->now.cells[FIELD_ERROR])
			world_broken(world, "the row of %s still has a message", ids[i]);
	}
}

static const char *const own_names[] = {"an item", "the second", "the third"};
static const char *const exchanged_names[] = {"of the second", "of the first", "the third"};

static void are_as_they_were(struct world *world)
{
	check_three(world, own_names);
}

static void have_exchanged_names(struct world *world)
{
	check_three(world, exchanged_names);
}

static void pastes_over(struct world *world, const char *of, const char *id, const char *name)
{
	types_id(world, of, id);
	if (made_for(world, of))
		world_person_types(world, made_for(world, of), FIELD_NAME, json_new_text(name));
}

static void person_pastes_in_other_order(struct world *world)
{
	pastes_over(world, "i1", "i2", "of the second");
	pastes_over(world, "i2", "i1", "of the first");
}

static void person_pastes_over_one(struct world *world)
{
	pastes_over(world, "i2", "i1", "of the first");
}

static void person_puts_ids_back(struct world *world)
{
	types_id(world, "i1", "i1");
	types_id(world, "i2", "i2");
}

static void person_clears_ids(struct world *world)
{
	types_id(world, "i1", "");
	types_id(world, "i2", "");
}

/* Both are told of it, and nothing has flowed into either document, nor out of the one that a phone edits. */
static void both_are_held(struct world *world)
{
	for (int i = 0; i < 2; i++) {
		struct json_object *body = world_body(world_document(world, TABLE_ITEMS, i ? "i2" : "i1"));
		const struct world_row *row = made_for(world, i ? "i2" : "i1");
		if (!row || !row->now.cells[FIELD_ERROR])
			world_broken(world, "the row of i%d is not told that it is held", i + 1);
		if (!body || strcmp(json_text_or(document_data(body), "name", ""), own_names[i]) != 0)
			world_broken(world, "document i%d took what was pasted over its row", i + 1);
	}
}

static void nothing_flowed_out(struct world *world)
{
	both_are_held(world);
	if (strcmp(world_cell_text(made_for(world, "i1"), FIELD_NOTES), "first") != 0)
		world_broken(world, "a pair that is held flows");
}

static void person_duplicates(struct world *world)
{
	world_person_duplicates(world, named_row(world), true);
}

static void person_duplicates_without_id(struct world *world)
{
	world_person_duplicates(world, named_row(world), false);
}

static struct world_row *last_row(struct world *world)
{
	return &world->rows[world->row_count - 1];
}

static void person_clears_the_copy(struct world *world)
{
	if (last_row(world)->copied)
		world_person_types(world, last_row(world), FIELD_ID, NULL);
}

/* Its cells become one of its own, and it goes on from there. */
static void person_clears_and_edits_the_copy(struct world *world)
{
	person_clears_the_copy(world);
	world_person_types(world, last_row(world), FIELD_MODEL_NAME, json_new_text("of the copy"));
}

/* Until another row has taken its place. */
static void person_deletes_for_good(struct world *world)
{
	named_person_deletes(world);
	for (int i = 0; i < 6; i++) {
		if (!world_pass(world, true, true) && world->dead)
			world_restart(world);
		world_advance(world, SYNC_UNSURE_MS);
	}
}

/* The copy takes the original's place, which has shown more since. */
static void person_deletes_the_original(struct world *world)
{
	named_phone_notes(world);
	if (!world_pass(world, true, false) && world->dead)
		world_restart(world);
	person_deletes_for_good(world);
}

/* The original goes on, the copy is only told. */
static void is_a_copy(struct world *world)
{
	size_t live = 0;

	for (size_t i = 0; i < world->row_count; i++)
		live += world->rows[i].table == TABLE_ITEMS && world->rows[i].now.there;
	if (named_live_items(world) != 1 || live != 2)
		world_broken(world, "%zu items and %zu rows where there are one and its copy",
			     named_live_items(world), live);
	named_is_there(world);
}

static void document_and_original_go(struct world *world)
{
	named_phone_deletes(world);
	named_person_deletes(world);
}

/* Known as a copy before: it does not bring back what was deleted. */
static void is_only_a_copy(struct world *world)
{
	if (named_live_items(world) != 0)
		world_broken(world, "a copy brought the deleted document back");
	if (!last_row(world)->now.there || !last_row(world)->now.cells[FIELD_ERROR])
		world_broken(world, "the copy is gone, or is not told what it is");
}

static void person_adds_one(struct world *world)
{
	struct world_row *row = world_person_adds(world, TABLE_ITEMS);
	const struct world_row *collection = world_row_of(world, TABLE_COLLECTIONS, "c0");

	world_person_types(world, row, FIELD_NAME, json_new_text("made in the grid"));
	world_person_types(world, row, FIELD_COLLECTION, world_link(collection->id));
}

/* Its mark would lead to it as well, but nobody promises that the mark stays. */
static void has_the_id_of_its_row(struct world *world)
{
	named_are_two(world);
	for (size_t i = 0; i < world->row_count; i++) {
		const struct world_row *row = &world->rows[i];
		const char *words[] = {world->config.base_id, world->sync->columns[row->table].table_id,
				       row->id};
		char id[37];
		if (strcmp(world_cell_text(row, FIELD_NAME), "made in the grid") != 0)
			continue;
		document_id_from(words, countof(words), id);
		if (strcmp(world_cell_text(row, FIELD_ID), id) != 0)
			world_broken(world, "the document's id does not follow from its row");
	}
}

/* All that was noted of what is under way, together with the process. */
static void notes_are_lost(struct world *world)
{
	world_state_is_lost(world);
	world->crash_at = world->effects;
}

/* A new item has no mark yet, and its row is not in the list by which everything is compared anew. */
static void state_is_lost_and_a_list_skips_the_row(struct world *world)
{
	world_phone_puts(world, TABLE_ITEMS, "i2", named_new_item(world, "new"));
	(void)world_pass(world, true, false);
	struct world_row *row = world_row_of(world, TABLE_ITEMS, "i2");
	if (row)
		world_person_types(world, row, FIELD_NAME, json_new_text("from the grid"));
	world_state_is_lost(world);
	world_restart(world);
	for (int rows = 0; rows < 3; rows++)
		world_arm(world, FAULT_AIRTABLE_SKIPS);
	(void)world_pass(world, true, true);
}

/* After another crash there may have been no row to edit. */
static void says_the_grids(struct world *world)
{
	if (observer_version(world, FIELD_NAME, "from the grid"))
		named_must_say(world, "i2", "name", "from the grid");
}

static const struct scenario scenarios[] = {
	{"ledger-lost-and-a-list-skips-the-row", named_nothing, state_is_lost_and_a_list_skips_the_row,
	 named_nothing, says_the_grids, 1U << AS_WRITTEN, false},
	{"id-filled-down", i2_and_i3, person_fills_down, named_phone_notes, are_as_they_were, ALL_ORDERS,
	 false},
	{"range-pasted-in-other-order", i2_and_i3, person_pastes_in_other_order, named_phone_notes,
	 nothing_flowed_out, 1U << AS_WRITTEN, true},
	{"row-pasted-over-another", i2_and_i3, person_pastes_over_one, named_phone_notes, nothing_flowed_out,
	 1U << AS_WRITTEN, true},
	{"range-pasted-while-phone-edits", i2_and_i3, named_phone_notes, person_pastes_in_other_order,
	 both_are_held, ALL_ORDERS, false},
	{"range-pasted-and-ids-put-back", i2_and_i3, person_pastes_in_other_order, person_puts_ids_back,
	 have_exchanged_names, IN_ORDER, true},
	{"range-pasted-and-ids-cleared", i2_and_i3, person_pastes_in_other_order, person_clears_ids,
	 have_exchanged_names, IN_ORDER, true},
	{"row-duplicated-by-person", named_nothing, person_duplicates, named_phone_notes, is_a_copy,
	 ALL_ORDERS, false},
	{"row-duplicated-without-id", named_nothing, person_duplicates_without_id, named_phone_notes,
	 named_are_two, ALL_ORDERS, false},
	{"copy-outlives-the-original", named_nothing, person_duplicates, named_phone_deletes, is_only_a_copy,
	 1U << AS_WRITTEN, true},
	{"copy-outlives-both", named_nothing, person_duplicates, document_and_original_go, is_only_a_copy,
	 1U << AS_WRITTEN, true},
	{"copy-gets-its-own-id", named_nothing, person_duplicates, person_clears_and_edits_the_copy,
	 named_are_two, IN_ORDER, true},
	{"copy-takes-the-original's-place", named_nothing, person_duplicates, person_deletes_the_original,
	 named_is_there, 1U << AS_WRITTEN, false},
	{"trash-restore-beside-its-successor", named_nothing, person_deletes_for_good, named_person_restores,
	 is_a_copy, 1U << AS_WRITTEN, false},
	{"document-of-a-row-whose-note-is-lost", named_nothing, person_adds_one, notes_are_lost,
	 has_the_id_of_its_row, 1U << MEANWHILE, false},
};

const struct named_table named_identity = {scenarios, countof(scenarios)};
