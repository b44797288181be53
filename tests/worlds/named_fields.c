/* Fields that stop, come back or cannot show a value: sync-rules 1, 18 and 20. */
#include "inventory/document.h"
#include "tests/worlds/named.h"
#include "tests/worlds/world_columns.h"

#include <stdio.h>
#include <string.h>

/* ---- places that go ---- */

static void has_contents(struct world *world)
{
	for (int i = 2; i < 6; i++) {
		char id[8];
		snprintf(id, sizeof id, "i%d", i);
		struct json_object *body = named_new_item(world, "in the box");
		json_put_text(document_data(body), "container_id", "i1");
		world_phone_puts(world, TABLE_ITEMS, id, body);
	}
	if (!world_first_sync(world))
		world_broken(world, "the contents are not synced");
}

static void keep_their_container(struct world *world)
{
	for (int i = 2; i < 6; i++) {
		char id[8];
		snprintf(id, sizeof id, "i%d", i);
		named_must_say(world, id, "container_id", "i1");
	}
	named_is_there(world);
}

/* ---- choices ---- */

static void are_containers(struct world *world)
{
	named_phone_sets(world, "item_type", "container", 0);
	if (!world_first_sync(world))
		world_broken(world, "the type is not synced");
}

static void person_renames_choice(struct world *world)
{
	world_person_renames_choice(world, FIELD_TYPE, "Container", "Box");
}

static void person_deletes_choice(struct world *world)
{
	world_person_deletes_choice(world, FIELD_TYPE, "Container");
}

static void is_a_box(struct world *world)
{
	named_must_say(world, "i1", "item_type", "container");
	named_must_show(world, "i1", FIELD_TYPE, "Box");
	named_must_show(world, "i1", FIELD_ERROR, "");
}

/* The document keeps its type, and the row says that it cannot show it. */
static void is_a_container_still(struct world *world)
{
	named_must_say(world, "i1", "item_type", "container");
	named_must_show(world, "i1", FIELD_TYPE, "");
	if (!strstr(world_cell_text(named_row(world), FIELD_ERROR), "\"Container\" is not among"))
		world_broken(world, "the row does not say that its choice is missing");
}

/* ---- columns ---- */

static void notes_are_not_shown(struct world *world)
{
	world_person_deletes_column(world, TABLE_ITEMS, FIELD_NOTES);
	(void)world_pass(world, true, true);
}

/* Where the column was seen at once: to a process that crashed before, the edit and the column are the same news. */
static void shows_the_grids(struct world *world)
{
	if (!world->restarts)
		named_must_say(world, "i1", "notes", "from the grid");
}

/* What fills the new column is in doubt, and never came. */
static void notes_are_filled_unsent(struct world *world)
{
	world_person_adds_column(world, TABLE_ITEMS, FIELD_NOTES);
	world_arm(world, FAULT_AIRTABLE_UNSENT);
}

static void has_values(struct world *world)
{
	named_phone_sets(world, "model_name", "a model", 0);
	struct json_object *body = json_copy(world_body(world_document(world, TABLE_ITEMS, "i1")));
	json_put(document_data(body), "serial", json_new_int(7));
	world_phone_puts(world, TABLE_ITEMS, "i1", body);
	if (!world_first_sync(world))
		world_broken(world, "the values are not synced");
}

static void person_retypes(struct world *world)
{
	world_person_retypes_column(world, TABLE_ITEMS, FIELD_NOTES, false);
	world_person_retypes_column(world, TABLE_ITEMS, FIELD_SERIAL, false);
}

static void person_retypes_back(struct world *world)
{
	world_person_retypes_column(world, TABLE_ITEMS, FIELD_NOTES, true);
	world_person_retypes_column(world, TABLE_ITEMS, FIELD_SERIAL, true);
}

static void person_deletes_columns(struct world *world)
{
	world_person_deletes_column(world, TABLE_ITEMS, FIELD_NOTES);
	world_person_deletes_column(world, TABLE_ITEMS, FIELD_SERIAL);
}

static void person_adds_columns(struct world *world)
{
	world_person_adds_column(world, TABLE_ITEMS, FIELD_NOTES);
	world_person_adds_column(world, TABLE_ITEMS, FIELD_SERIAL);
}

/* The poll does not show the rows. */
static void person_replaces_columns(struct world *world)
{
	world->schema_touches = false;
	person_deletes_columns(world);
	person_adds_columns(world);
}

static void person_retypes_model(struct world *world)
{
	world_person_retypes_column(world, TABLE_ITEMS, FIELD_MODEL_NAME, false);
}

/* Unless the cell lost it before anybody saw it. */
static void keeps_its_model(struct world *world)
{
	if (world->document_writes)
		named_must_say(world, "i1", "model_name", "from the grid");
}

/* The bridge may die in it, when the ledger does not know of the save yet. */
static void model_is_saved(struct world *world)
{
	named_person_models(world);
	world_pass(world, true, false);
}

/* Without a list of all rows that somebody else asks for. */
static void next_look_fills_them(struct world *world)
{
	if (world_pass(world, true, false))
		named_must_show(world, "i1", FIELD_NOTES, "first");
}

static void show_their_values(struct world *world)
{
	named_must_say(world, "i1", "notes", "first");
	named_must_show(world, "i1", FIELD_NOTES, "first");
	named_must_say(world, "i1", "serial", "7");
	named_must_show(world, "i1", FIELD_SERIAL, "7");
}

/* ---- cells that show something else ---- */

static void notes_are_cut(struct world *world)
{
	world->notes_most = 10;
}

static void phone_notes_at_length(struct world *world)
{
	named_phone_sets(world, "notes", "a long story, all of it", 0);
}

static bool says_cut(struct world *world)
{
	return strstr(world_cell_text(named_row(world), FIELD_ERROR), "Airtable shows") != NULL;
}

/* The document is as the phone left it, and the row says that it shows less. */
static void is_cut(struct world *world)
{
	named_must_say(world, "i1", "notes", "a long story, all of it");
	named_must_show(world, "i1", FIELD_NOTES, "a long sto");
	if (!says_cut(world))
		world_broken(world, "the row does not say that its notes are cut");
}

/* Whoever was last has it. */
static void shows_one_of_both(struct world *world)
{
	const char *notes = json_text_or(document_data(world_body(world_document(world, TABLE_ITEMS, "i1"))),
					 "notes", "");

	if (strcmp(notes, "from the grid") == 0 && says_cut(world))
		world_broken(world, "the row says that its notes are cut, and they are not");
}

/* ---- links ---- */

static const char *parked_row(struct world *world)
{
	for (size_t i = 0; i < world->row_count; i++)
		if (world->rows[i].now.there && world->rows[i].now.cells[FIELD_NOTES] &&
		    strcmp(world_cell_text(&world->rows[i], FIELD_NOTES), "a shelf") == 0)
			return world->rows[i].id;
	return NULL;
}

/* It has no name: it cannot become a document. */
static void has_parked_row(struct world *world)
{
	struct world_row *row = world_person_adds(world, TABLE_ITEMS);

	world_person_types(world, row, FIELD_NOTES, json_new_text("a shelf"));
	if (!world_first_sync(world))
		world_broken(world, "the first sync does not come to an end");
}

static void person_links_to_parked(struct world *world)
{
	world_person_types(world, named_row(world), FIELD_CONTAINER, world_link(parked_row(world)));
}

static void person_completes_parked(struct world *world)
{
	struct world_row *row = world_row(world, parked_row(world));
	const struct world_row *collection = world_row_of(world, TABLE_COLLECTIONS, "c0");

	world_person_types(world, row, FIELD_NAME, json_new_text("the shelf"));
	world_person_types(world, row, FIELD_COLLECTION, world_link(collection->id));
	world_person_types(world, row, FIELD_TYPE, json_new_text("Container"));
}

static void stands_in_parked(struct world *world)
{
	const char *id = world_cell_text(world_row(world, parked_row(world)), FIELD_ID);

	if (!*id)
		world_broken(world, "the completed row has no document");
	named_must_say(world, "i1", "container_id", id);
}

/* "i1" stands in a box. */
static void has_parked_row_and_a_box(struct world *world)
{
	struct json_object *box = named_new_item(world, "a box");

	named_make_container(box);
	world_phone_puts(world, TABLE_ITEMS, "i2", box);
	named_phone_sets(world, "container_id", "i2", 0);
	has_parked_row(world);
}

/* It left its box for the shelf, and stood nowhere in between. */
static void moved_into_parked(struct world *world)
{
	stands_in_parked(world);
	for (size_t i = 0; i < world->extra_count; i++) {
		struct json_object *was = json_child(world->extras[i], "original_data", json_type_object);
		struct json_object *is = json_child(world->extras[i], "new_data", json_type_object);
		if (json_text_or(was, "container_id", NULL) && !json_text_or(is, "container_id", NULL))
			world_broken(world, "a link that waits was taken for none");
	}
}

/* So long ago that the poll does not show the row any more. */
static void person_linked_to_parked(struct world *world)
{
	person_links_to_parked(world);
	for (int i = 0; i < 2; i++) {
		world_pass(world, true, false);
		world_advance(world, 130000);
	}
}

static void completing_it_wakes_the_link(struct world *world)
{
	person_completes_parked(world);
	if (world_pass(world, true, false))
		stands_in_parked(world);
}

/* Neither side is written: the document stands nowhere, the cell is as it was left, and nobody has to do anything about it. */
static void link_waits(struct world *world)
{
	named_must_say(world, "i1", "container_id", "");
	if (strcmp(world_linked(named_row(world), FIELD_CONTAINER), parked_row(world)) != 0)
		world_broken(world, "the cell lost its link");
	named_must_show(world, "i1", FIELD_ERROR, "");
}

static void link_still_waits(struct world *world)
{
	link_waits(world);
	named_must_say(world, "i1", "notes", "from the phone");
}

/* What else was typed into the row is saved. */
static void link_waits_alone(struct world *world)
{
	link_waits(world);
	named_must_say(world, "i1", "model_name", "from the grid");
}

static void has_two_boxes(struct world *world)
{
	struct json_object *box = named_new_item(world, "a box"),
			   *other = named_new_item(world, "another box");

	named_make_container(box);
	named_make_container(other);
	world_phone_puts(world, TABLE_ITEMS, "i2", box);
	world_phone_puts(world, TABLE_ITEMS, "i3", other);
	named_phone_sets(world, "container_id", "i2", 0);
	if (!world_first_sync(world))
		world_broken(world, "the boxes are not synced");
}

/* From the other end of the link: the cell has both, in any order. */
static void add_link(struct world *world, bool first)
{
	const char *old = world_linked(named_row(world), FIELD_CONTAINER);
	const char *new = world_row_of(world, TABLE_ITEMS, "i3")->id;
	struct json_object *list = world_link(first ? new : old);

	json_append(list, json_new_text(first ? old : new));
	world_person_types(world, named_row(world), FIELD_CONTAINER, list);
}

static void person_adds_link_first(struct world *world)
{
	add_link(world, true);
}

static void person_adds_link_last(struct world *world)
{
	add_link(world, false);
}

static void stands_in_the_other_box(struct world *world)
{
	const struct world_row *row = named_row(world);

	named_must_say(world, "i1", "container_id", "i3");
	if (json_length(row->now.cells[FIELD_CONTAINER]) != 1)
		world_broken(world, "the cell still shows both boxes");
}

static void phone_deletes_box(struct world *world)
{
	world_phone_deletes(world, world_document(world, TABLE_ITEMS, "i2"));
}

/* The app would have asked; another phone did not know. */
static void box_is_gone(struct world *world)
{
	named_must_say(world, "i1", "container_id", "i2");
	if (!strstr(world_cell_text(named_row(world), FIELD_ERROR), "i2, which is deleted"))
		world_broken(world, "the row does not say that its container is deleted");
}

/* ---- what is refused ---- */

static void must_tell(struct world *world, const char *words)
{
	const char *told = world_cell_text(named_row(world), FIELD_ERROR);

	if (*words ? !strstr(told, words) : *told)
		world_broken(world, "the row says \"%s\", not \"%s\"", told, words);
}

static void phone_is_refused(struct world *world)
{
	named_phone_sets(world, "notes", "refused by the column", 0);
	named_phone_sets(world, "model_name", "from the phone", 0);
}

static void phone_is_refused_alone(struct world *world)
{
	named_phone_sets(world, "notes", "refused by the column", 0);
}

static void says_what_is_refused(struct world *world)
{
	must_tell(world, "Notes: ");
	named_must_say(world, "i1", "notes", "refused by the column");
	named_must_show(world, "i1", FIELD_NOTES, "first");
}

static bool is_noted_as_refused(struct world *world)
{
	struct json_object *entry = world_state_body(world, "-item-i1");

	return entry && json_text_or(entry, "problem", NULL);
}

/* A write is in doubt, and the next look waits for its deadline: of what was refused it knows nothing new. */
static void still_refused_while_in_doubt(struct world *world)
{
	bool refused = is_noted_as_refused(world);

	named_phone_sets(world, "model_name", "another one", 0);
	world_arm(world, FAULT_AIRTABLE_UNSENT);
	for (int i = 0; i < 2; i++) {
		world_pass(world, true, false);
		world_advance(world, 2500);
	}
	if (refused && !is_noted_as_refused(world))
		world_broken(world, "what was refused is forgotten while a write is in doubt");
}

static void phone_thinks_better(struct world *world)
{
	named_phone_sets(world, "notes", "taken by the column", 0);
}

static void is_well_again(struct world *world)
{
	struct json_object *body = world_body(world_document(world, TABLE_ITEMS, "i1"));
	const char *notes = json_text_or(document_data(body), "notes", "");
	bool refused = strncmp(notes, "refused", strlen("refused")) == 0;

	must_tell(world, refused ? "Notes: " : "");
}

/* Without a name it cannot be saved, and so neither are its notes. */
static void person_takes_the_name(struct world *world)
{
	named_person_sets(world, FIELD_NAME, NULL);
	named_person_notes(world);
}

static void phone_models(struct world *world)
{
	named_phone_sets(world, "model_name", "from the phone", 0);
}

static void is_refused_as_a_whole(struct world *world)
{
	must_tell(world, "Name is empty");
	named_must_say(world, "i1", "name", "an item");
	named_must_say(world, "i1", "notes", "first");
	named_must_show(world, "i1", FIELD_NOTES, "from the grid");
	named_must_show(world, "i1", FIELD_MODEL_NAME, "from the phone");
}

static void person_names_it(struct world *world)
{
	named_person_sets(world, FIELD_NAME, "another name");
}

static void is_saved_as_a_whole(struct world *world)
{
	must_tell(world, "");
	named_must_say(world, "i1", "name", "another name");
	named_must_say(world, "i1", "notes", "from the grid");
}

static void person_takes_it_back(struct world *world)
{
	named_person_sets(world, FIELD_NAME, "an item");
	named_person_sets(world, FIELD_NOTES, "first");
}

static void is_as_before(struct world *world)
{
	must_tell(world, "");
	named_must_say(world, "i1", "name", "an item");
	named_must_say(world, "i1", "notes", "first");
}

static const struct scenario scenarios[] = {
	{"container-row-deleted-contents-keep-container", has_contents, named_person_deletes,
	 named_phone_notes, keep_their_container, ALL_ORDERS, false},
	{"choice-renamed", are_containers, person_renames_choice, named_person_models, is_a_box, ALL_ORDERS,
	 false},
	{"choice-deleted", are_containers, person_deletes_choice, named_person_models, is_a_container_still,
	 ALL_ORDERS, false},
	{"field-retyped-and-back", has_values, person_retypes, person_retypes_back, show_their_values,
	 1U << AS_WRITTEN, true},
	{"field-retyped-over-an-unknown-save", named_nothing, model_is_saved, person_retypes_model,
	 keeps_its_model, 1U << AS_WRITTEN, false},
	{"field-readded-with-new-id", has_values, person_deletes_columns, person_adds_columns,
	 show_their_values, IN_ORDER, true},
	{"field-readded-is-filled-unsent", notes_are_not_shown, notes_are_filled_unsent, named_person_notes,
	 shows_the_grids, 1U << AS_WRITTEN, true},
	{"field-readded-at-once", has_values, person_deletes_columns, person_adds_columns, show_their_values,
	 1U << AS_WRITTEN, false},
	{"field-readded-is-filled-by-the-next-look", has_values, person_replaces_columns,
	 next_look_fills_them, show_their_values, 1U << AS_WRITTEN, false},
	{"truncating-cell", notes_are_cut, phone_notes_at_length, named_person_models, is_cut, ALL_ORDERS,
	 true},
	{"truncated-cell-is-edited", notes_are_cut, phone_notes_at_length, named_person_notes,
	 shows_one_of_both, ALL_ORDERS, true},
	{"link-to-parked-row", has_parked_row_and_a_box, person_links_to_parked, person_completes_parked,
	 moved_into_parked, ALL_ORDERS, true},
	{"link-to-parked-row-waits", has_parked_row, person_links_to_parked, named_phone_notes,
	 link_still_waits, ALL_ORDERS, true},
	{"link-to-parked-row-waits-alone", has_parked_row, person_links_to_parked, named_person_models,
	 link_waits_alone, ALL_ORDERS, true},
	{"link-to-parked-row-is-woken", has_parked_row, person_linked_to_parked, completing_it_wakes_the_link,
	 stands_in_parked, 1U << AS_WRITTEN, false},
	{"two-links-the-newer-last", has_two_boxes, person_adds_link_last, named_phone_notes,
	 stands_in_the_other_box, ALL_ORDERS, false},
	{"two-links-the-newer-first", has_two_boxes, person_adds_link_first, named_phone_notes,
	 stands_in_the_other_box, ALL_ORDERS, false},
	{"link-to-deleted-document", has_two_boxes, phone_deletes_box, named_phone_notes, box_is_gone,
	 BOTH_ORDERS, true},
	{"refused-cell-is-told-in-the-row", named_nothing, phone_is_refused, named_nothing,
	 says_what_is_refused, 1U << AS_WRITTEN, true},
	{"refused-cell-is-told-while-a-write-is-in-doubt", named_nothing, phone_is_refused,
	 still_refused_while_in_doubt, says_what_is_refused, 1U << AS_WRITTEN, true},
	{"refused-row-is-told-in-the-row", named_nothing, phone_is_refused_alone, named_person_models,
	 says_what_is_refused, ALL_ORDERS, true},
	{"refused-cell-well-again", named_nothing, phone_is_refused, phone_thinks_better, is_well_again,
	 ALL_ORDERS, true},
	{"refused-edit-is-refused-as-a-whole", named_nothing, person_takes_the_name, phone_models,
	 is_refused_as_a_whole, BOTH_ORDERS, true},
	{"refused-edit-is-saved-when-it-can-be", named_nothing, person_takes_the_name, person_names_it,
	 is_saved_as_a_whole, IN_ORDER, true},
	{"refused-edit-is-taken-back", named_nothing, person_takes_the_name, person_takes_it_back,
	 is_as_before, 1U << AS_WRITTEN, true},
};

const struct named_table named_fields = {scenarios, countof(scenarios)};
