/* The base, or one of its tables, is not found for a while: Airtable answers 404 to whatever is asked of it. That says nothing
 * about CouchDB: its place in the feed stays, and what was heard meanwhile is not skipped when the base is there again. */
#include "tests/worlds/named.h"

#include "tests/worlds/world_gone.h"

static void one_pass(struct world *world, bool list_rows)
{
	if (!world_pass(world, true, list_rows) && world->dead)
		world_restart(world);
}

static void phone_edits_and_makes(struct world *world)
{
	named_phone_notes(world);
	if (!world_body(world_document(world, TABLE_ITEMS, "i2")))
		world_phone_puts(world, TABLE_ITEMS, "i2", named_new_item(world, "another item"));
}

/* A process that has lost its place begins anew, and asks for all documents. */
static void pass_keeps_its_place(struct world *world, bool list_rows)
{
	bool started = world->sync->started;
	unsigned lists = world->document_lists, restarts = world->restarts;

	one_pass(world, list_rows);
	if (started && world->restarts == restarts && world->document_lists != lists)
		world_broken(world, "all documents are asked for, since Airtable does not find something");
}

static void passes_fail(struct world *world)
{
	for (int i = 0; i < 4; i++) {
		pass_keeps_its_place(world, i % 2 == 1);
		world_advance(world, 61000);
	}
	world_restart(world);
	one_pass(world, false);
}

static void table_is_gone_and_phone_edits(struct world *world)
{
	world_table_goes(world, TABLE_ITEMS);
	phone_edits_and_makes(world);
	passes_fail(world);
}

static void base_is_gone_and_phone_edits(struct world *world)
{
	world_base_goes(world);
	phone_edits_and_makes(world);
	passes_fail(world);
}

static void nothing_was_skipped(struct world *world)
{
	named_are_two(world);
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
	if (!world_row_of(world, TABLE_ITEMS, "i2"))
		world_broken(world, "what was made meanwhile has no row");
}

static void table_goes(struct world *world)
{
	world_table_goes(world, TABLE_ITEMS);
}

static void base_goes(struct world *world)
{
	world_base_goes(world);
}

static const struct scenario scenarios[] = {
	{"table-goes-on-the-way", named_nothing, phone_edits_and_makes, table_goes, nothing_was_skipped,
	 1U << MEANWHILE, false},
	{"base-goes-on-the-way", named_nothing, phone_edits_and_makes, base_goes, nothing_was_skipped,
	 1U << MEANWHILE, false},
	{"table-is-gone-for-a-while", named_nothing, table_is_gone_and_phone_edits, world_all_comes_back,
	 nothing_was_skipped, 1U << AS_WRITTEN, false},
	{"base-is-gone-for-a-while", named_nothing, base_is_gone_and_phone_edits, world_all_comes_back,
	 nothing_was_skipped, 1U << AS_WRITTEN, false},
};

const struct named_table named_gone = {scenarios, countof(scenarios)};
