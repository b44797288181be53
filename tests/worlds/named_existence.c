/* What there is and what is not, on each side: sync-rules 10, 11, 12, 13, 15 and 25. */
#include "tests/worlds/named.h"

#include <stdio.h>

static void forget_rows(struct world *world)
{
	world->config.on_row_deleted = ROW_DELETED_FORGET;
}

static void person_cuts_and_pastes(struct world *world)
{
	struct world_row *row = named_row(world);

	if (!row)
		return;
	struct world_row *pasted = world_person_duplicates(world, row, true);
	pasted->copied = false;
	world_person_deletes(world, row);
}

static void person_adds(struct world *world)
{
	struct world_row *row = world_person_adds(world, TABLE_ITEMS);
	const struct world_row *collection = world_row_of(world, TABLE_COLLECTIONS, "c0");

	world_person_types(world, row, FIELD_NAME, json_object_new_string("made in the grid"));
	world_person_types(world, row, FIELD_COLLECTION, world_link(collection->id));
}

static void phone_makes(struct world *world)
{
	world_phone_puts(world, TABLE_ITEMS, "i2", named_new_item(world, "made on a phone"));
}

/* A row with the ID of a document whose row is about to be made: of the app, or pasted. */
static void row_appears(struct world *world)
{
	struct world_row *row = world_person_adds(world, TABLE_ITEMS);
	const struct world_row *collection = world_row_of(world, TABLE_COLLECTIONS, "c0");

	row->copied = world_row_of(world, TABLE_ITEMS, "i2") != NULL;
	world_person_types(world, row, FIELD_ID, json_object_new_string("i2"));
	world_person_types(world, row, FIELD_NAME, json_object_new_string("typed beside"));
	world_person_types(world, row, FIELD_COLLECTION, world_link(collection->id));
}

/* Ten new documents; two rows already claim one of them. */
static void phone_makes_ten(struct world *world)
{
	for (int i = 2; i < 12; i++) {
		char id[8], name[24];
		snprintf(id, sizeof id, "i%d", i);
		snprintf(name, sizeof name, "one of ten, %d", i);
		world_phone_puts(world, TABLE_ITEMS, id, named_new_item(world, name));
	}
}

static void twins_appear(struct world *world)
{
	for (int i = 0; i < 2; i++) {
		struct world_row *row = world_person_adds(world, TABLE_ITEMS);
		world_person_types(world, row, FIELD_ID, json_object_new_string("i5"));
		row->copied = true;
	}
}

static void has_no_row(struct world *world)
{
	if (named_row(world))
		world_broken(world, "the forgotten row was made again");
	if (!world_body(world_document(world, TABLE_ITEMS, "i1")))
		world_broken(world, "the document of the forgotten row is gone");
}

static size_t live_documents(const struct world *world)
{
	size_t count = 0;

	for (size_t i = 0; i < world->document_count; i++)
		count += world->documents[i].table == TABLE_ITEMS && world_body(&world->documents[i]) != NULL;
	return count;
}

static void are_two(struct world *world)
{
	if (live_documents(world) != 2)
		world_broken(world, "%zu items where there are two", live_documents(world));
	named_is_there(world);
}

static void nine_have_rows(struct world *world)
{
	for (int i = 2; i < 12; i++) {
		char id[8];
		snprintf(id, sizeof id, "i%d", i);
		if (i != 5 && !world_row_of(world, TABLE_ITEMS, id))
			world_broken(world, "%s has no row, for another's twins", id);
	}
}

static const struct scenario scenarios[] = {
	{"forget-stays-forgotten", forget_rows, named_person_deletes, named_nothing, has_no_row, IN_ORDER,
	 true},
	{"trash-restore-after-delete", named_nothing, named_phone_deletes, named_person_restores,
	 named_is_there, 1U << AS_WRITTEN, true},
	{"cut-and-paste-row", named_nothing, person_cuts_and_pastes, named_phone_notes, named_is_there,
	 BOTH_ORDERS, true},
	{"crash-between-document-and-id-cell", named_nothing, person_adds, named_phone_notes, are_two,
	 ALL_ORDERS, false},
	{"upsert-meets-existing-row", named_nothing, phone_makes, row_appears, are_two, ALL_ORDERS, false},
	{"twin-in-batch-of-ten", named_nothing, phone_makes_ten, twins_appear, nine_have_rows, ALL_ORDERS,
	 false},
};

const struct named_table named_existence = {scenarios, countof(scenarios)};
