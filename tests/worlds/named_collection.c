/* A row without a collection: that of its container is taken, as the app does it, and written into the row. */
#include "inventory/document.h"
#include "tests/worlds/named.h"

#include "tests/worlds/world_settings.h"

#include <string.h>

/* Collections "c0" and "c1"; a container in each, "box0" and "box1". */
static void there_are_boxes(struct world *world)
{
	static const char *const listed[] = {"c0", "c1"};
	struct json_object *collection =
		json_copy(world_body(world_document(world, TABLE_COLLECTIONS, "c0")));

	world_phone_lists(world, "collections", listed, countof(listed));
	world_restart(world);
	json_put_text(document_data(collection), "name", "another collection");
	json_put_text(document_data(collection), "collection_reference_number", "0002");
	json_remove(document_data(collection), "integrations");
	world_phone_puts(world, TABLE_COLLECTIONS, "c1", collection);
	for (int i = 0; i < 2; i++) {
		scoped_text id = own_format("box%d", i);
		struct json_object *box = named_new_item(world, i ? "the other box" : "a box");
		named_make_container(box);
		json_put_text(document_data(box), "collection_id", listed[i]);
		world_phone_puts(world, TABLE_ITEMS, id, box);
	}
	if (!world_pass(world, true, true))
		world_broken(world, "the scene cannot be set: %s", world->last_error.text);
}

static void i1_stands_in_the_other_box(struct world *world)
{
	there_are_boxes(world);
	named_phone_sets(world, "container_id", "box1", 0);
	if (!world_pass(world, true, true))
		world_broken(world, "the scene cannot be set: %s", world->last_error.text);
}

static struct json_object *link_to(struct world *world, const char *id)
{
	const struct world_row *row = world_row_of(world, TABLE_ITEMS, id);

	return row ? world_link(row->id) : NULL;
}

static struct world_row *found(struct world *world, const char *name)
{
	for (size_t i = 0; i < world->row_count; i++)
		if (world->rows[i].now.there &&
		    strcmp(world_cell_text(&world->rows[i], FIELD_NAME), name) == 0)
			return &world->rows[i];
	return NULL;
}

static void must_be_in(struct world *world, struct world_row *row, const char *collection)
{
	const struct world_document *document = row ? world_document_of(world, row) : NULL;
	struct json_object *body = document ? world_body(document) : NULL;
	const struct world_row *wanted = world_row_of(world, TABLE_COLLECTIONS, collection);

	if (!row || !body || !wanted)
		world_broken(world, "the item is not on both sides");
	else if (strcmp(json_text_or(document_data(body), "collection_id", ""), collection) != 0)
		world_broken(world, "the document is in \"%s\", not in \"%s\"",
			     json_text_or(document_data(body), "collection_id", ""), collection);
	else if (strcmp(world_linked(row, FIELD_COLLECTION), wanted->id) != 0)
		world_broken(world, "the row does not show the collection that its document is in");
	else if (row->now.cells[FIELD_ERROR])
		world_broken(world, "the row tells of a problem: %s", world_cell_text(row, FIELD_ERROR));
}

/* ---- a new row ---- */

static void person_adds_into(struct world *world, const char *box)
{
	struct world_row *row = world_person_adds(world, TABLE_ITEMS);

	world_person_types(world, row, FIELD_NAME, json_new_text("in a box"));
	world_person_types(world, row, FIELD_CONTAINER, link_to(world, box));
}

static void person_adds_into_the_other_box(struct world *world)
{
	person_adds_into(world, "box1");
}

static void person_notes_it(struct world *world)
{
	struct world_row *row = found(world, "in a box");

	if (row)
		world_person_types(world, row, FIELD_NOTES, json_new_text("typed later"));
}

static void phone_moves_the_box(struct world *world)
{
	struct json_object *present = world_body(world_document(world, TABLE_ITEMS, "box1"));
	struct json_object *body = json_copy(present);

	json_put_text(document_data(body), "collection_id", "c0");
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	world_phone_puts(world, TABLE_ITEMS, "box1", body);
}

static void it_is_in_the_box_with_its_notes(struct world *world)
{
	struct world_row *row = found(world, "in a box");
	const struct world_document *document = row ? world_document_of(world, row) : NULL;
	struct json_object *body = document ? world_body(document) : NULL;

	must_be_in(world, row, "c1");
	if (body && strcmp(json_text_or(document_data(body), "notes", ""),
			   row->now.cells[FIELD_NOTES] ? "typed later" : "") != 0)
		world_broken(world, "the notes of the row are not in the document");
}

/* Where both were on their way at once, either collection of the box will do. */
static void it_is_in_one_of_them(struct world *world)
{
	struct world_row *row = found(world, "in a box");
	const struct world_document *document = row ? world_document_of(world, row) : NULL;
	struct json_object *body = document ? world_body(document) : NULL;

	must_be_in(world, row, json_text_or(document_data(body), "collection_id", "c1"));
}

static void person_adds_box(struct world *world)
{
	struct world_row *box = world_person_adds(world, TABLE_ITEMS);
	const struct world_row *collection = world_row_of(world, TABLE_COLLECTIONS, "c1");

	world_person_types(world, box, FIELD_NAME, json_new_text("a new box"));
	world_person_types(world, box, FIELD_TYPE, json_new_text("Container"));
	if (collection)
		world_person_types(world, box, FIELD_COLLECTION, world_link(collection->id));
}

/* A box that is made in the grid, and something in it, at once. */
static void person_adds_both(struct world *world)
{
	person_adds_box(world);
	struct world_row *row = world_person_adds(world, TABLE_ITEMS);
	world_person_types(world, row, FIELD_NAME, json_new_text("in a box"));
	world_person_types(world, row, FIELD_CONTAINER, world_link(found(world, "a new box")->id));
}

/* ---- a cell that is emptied ---- */

static void person_empties(struct world *world)
{
	if (named_row(world))
		world_person_types(world, named_row(world), FIELD_COLLECTION, NULL);
}

static void person_moves_and_empties(struct world *world)
{
	if (!named_row(world))
		return;
	world_person_types(world, named_row(world), FIELD_CONTAINER, link_to(world, "box1"));
	person_empties(world);
}

/* The box is no document yet when the row is looked at. */
static void person_moves_into_a_new_box_and_empties(struct world *world)
{
	if (!named_row(world))
		return;
	person_adds_box(world);
	world_person_types(world, named_row(world), FIELD_CONTAINER,
			   world_link(found(world, "a new box")->id));
	person_empties(world);
}

static void i1_is_in_c1(struct world *world)
{
	must_be_in(world, named_row(world), "c1");
}

static void i1_is_refused(struct world *world)
{
	struct json_object *body = world_body(world_document(world, TABLE_ITEMS, "i1"));

	if (strcmp(json_text_or(document_data(body), "collection_id", ""), "c0") != 0)
		world_broken(world, "the document has lost its collection");
	if (!named_row(world) ||
	    !strstr(world_cell_text(named_row(world), FIELD_ERROR), "Collection is empty"))
		world_broken(world, "the row is not told that it needs a collection");
}

static const struct scenario scenarios[] = {
	{"row-in-a-container-without-collection", there_are_boxes, person_adds_into_the_other_box,
	 named_nothing, it_is_in_the_box_with_its_notes, 1U << AS_WRITTEN, false},
	{"row-in-a-container-without-collection-then-edited", there_are_boxes, person_adds_into_the_other_box,
	 person_notes_it, it_is_in_the_box_with_its_notes, IN_ORDER, true},
	{"row-in-a-container-that-moves", there_are_boxes, person_adds_into_the_other_box,
	 phone_moves_the_box, it_is_in_one_of_them, ALL_ORDERS, false},
	{"row-in-a-container-that-is-new-too", there_are_boxes, person_adds_both, named_nothing,
	 it_is_in_the_box_with_its_notes, 1U << AS_WRITTEN, false},
	{"collection-emptied-in-a-container", i1_stands_in_the_other_box, person_empties, named_phone_notes,
	 i1_is_in_c1, ALL_ORDERS, false},
	{"collection-emptied-on-the-way-into-a-container", there_are_boxes, person_moves_and_empties,
	 named_phone_notes, i1_is_in_c1, ALL_ORDERS, false},
	{"collection-emptied-on-the-way-into-a-new-container", there_are_boxes,
	 person_moves_into_a_new_box_and_empties, named_phone_notes, i1_is_in_c1, ALL_ORDERS, false},
	{"collection-emptied-outside-of-containers", there_are_boxes, person_empties, named_nothing,
	 i1_is_refused, 1U << AS_WRITTEN, false},
};

const struct named_table named_collection = {scenarios, countof(scenarios)};
