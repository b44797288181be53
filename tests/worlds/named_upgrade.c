/* The bridge is replaced by its next version: what the former one has stored is taken over, whatever was under way (sync-rules 6). At each
 * restart the state is as the former version stored it; these are played with a crash at every effect, so at every state that an
 * intent can be in. */
#include "inventory/document.h"
#include "tests/worlds/former_state.h"
#include "tests/worlds/named.h"

#include <string.h>

static void it_is_upgraded(struct world *world)
{
	world->is_upgraded = true;
}

/* ---- at rest ---- */

/* What its writes have replaced is stored; and that a cell shows a part of what was written, which is no edit. */
static void former_version_has_written(struct world *world)
{
	it_is_upgraded(world);
	world->notes_most = 10;
	named_phone_notes(world);
	named_person_models(world);
	if (!world_pass(world, true, true))
		world_broken(world, "the scene cannot be set: %s", world->last_error.text);
}

static bool any_is_former(const struct world *world)
{
	for (size_t i = 0; i < world->state_count; i++)
		if (json_find(world->states[i].body, "replaced", NULL))
			return true;
	return false;
}

static void next_version_starts(struct world *world)
{
	world_restart(world);
	if (!any_is_former(world))
		world_broken(world, "nothing is stored as the former version did it");
}

static void nothing_is_written(struct world *world)
{
	if (world->row_writes || world->document_writes)
		world_broken(world, "%u rows and %u documents are written after the upgrade",
			     world->row_writes, world->document_writes);
	named_must_say(world, "i1", "notes", "from the phone");
	named_must_say(world, "i1", "model_name", "from the grid");
	named_is_there(world);
}

/* ---- while something is under way ---- */

static void person_adds(struct world *world)
{
	struct world_row *row = world_person_adds(world, TABLE_ITEMS);
	const struct world_row *collection = world_row_of(world, TABLE_COLLECTIONS, "c0");

	world_person_types(world, row, FIELD_NAME, json_new_text("another"));
	world_person_types(world, row, FIELD_COLLECTION, world_link(collection->id));
}

static void person_ticks(struct world *world)
{
	world_person_types(world, named_row(world), FIELD_DELETE, json_new_bool(true));
}

static void has_the_persons_notes(struct world *world)
{
	named_must_say(world, "i1", "notes", "from the grid");
	named_is_there(world);
}

static void has_both(struct world *world)
{
	named_must_say(world, "i1", "model_name", "from the grid");
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
	named_is_there(world);
}

static void have_a_row_each(struct world *world)
{
	size_t rows = 0;

	for (size_t i = 0; i < world->row_count; i++)
		rows += world->rows[i].table == TABLE_ITEMS && world->rows[i].now.there;
	if (rows != 2)
		world_broken(world, "%zu rows where there are two items", rows);
	named_are_two(world);
}

static void is_gone(struct world *world)
{
	if (world_body(world_document(world, TABLE_ITEMS, "i1")) || named_row(world))
		world_broken(world, "the item is still there");
}

static const struct scenario scenarios[] = {
	{"upgraded-at-rest", former_version_has_written, next_version_starts, named_nothing,
	 nothing_is_written, 1U << AS_WRITTEN, false},
	{"upgraded-while-a-document-is-changed", it_is_upgraded, named_person_notes, named_nothing,
	 has_the_persons_notes, 1U << AS_WRITTEN, false},
	{"upgraded-while-both-are-changed", it_is_upgraded, named_phone_notes, named_person_models, has_both,
	 ALL_ORDERS, false},
	{"upgraded-while-a-document-is-made", it_is_upgraded, person_adds, named_nothing, have_a_row_each,
	 1U << AS_WRITTEN, false},
	{"upgraded-while-a-row-is-deleted", it_is_upgraded, named_phone_deletes, named_nothing, is_gone,
	 1U << AS_WRITTEN, false},
	{"upgraded-while-a-document-is-deleted", it_is_upgraded, person_ticks, named_nothing, is_gone,
	 1U << AS_WRITTEN, false},
};

const struct named_table named_upgrade = {scenarios, countof(scenarios)};
