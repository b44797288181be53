/* What has ended is not remembered for ever: sync-rules 11. */
#include "inventory/document.h"
#include "tests/worlds/named.h"

#include <string.h>

#define DAY_MS INT64_C(86400000)

/* ---- time goes by ---- */

static void a_pass_lists_all(struct world *world)
{
	for (int i = 0; i < 3; i++) {
		if (!world_pass(world, true, true) && world->dead)
			world_restart(world);
		world_advance(world, 61000);
	}
}

static void days_go_by(struct world *world, int days)
{
	world_advance(world, days * DAY_MS);
	a_pass_lists_all(world);
}

static bool is_remembered(const struct world *world, const char *id)
{
	return world_state_body(world, id) ||
	       (world->sync && pairs_find(&world->sync->pairs, TABLE_ITEMS, id));
}

static void must_be_remembered(struct world *world, const char *id, bool remembered)
{
	if (!world->dead && is_remembered(world, id) != remembered)
		world_broken(world, "%s is %s", id,
			     remembered ? "forgotten too early"
					: "still remembered, in the ledger or in memory");
}

/* ---- a document that was deleted, with its row ---- */

static void phone_deletes_and_89_days(struct world *world)
{
	named_phone_deletes(world);
	a_pass_lists_all(world);
	days_go_by(world, 89);
	must_be_remembered(world, "i1", true);
}

static void two_more_days(struct world *world)
{
	days_go_by(world, 2);
}

static void i1_is_forgotten(struct world *world)
{
	must_be_remembered(world, "i1", false);
	if (world_body(world_document(world, TABLE_ITEMS, "i1")) || named_row(world))
		world_broken(world, "i1 is there again");
}

/* ---- what comes back all the same ---- */

static void i1_ended_long_ago(struct world *world)
{
	named_phone_deletes(world);
	a_pass_lists_all(world);
	days_go_by(world, 91);
	must_be_remembered(world, "i1", false);
}

/* It replicates what it edited before it heard of the deletion. */
static void phone_comes_online(struct world *world)
{
	struct json_object *body = named_new_item(world, "an item");

	json_put_text(document_data(body), "notes", "from the phone");
	world_phone_conflicts(world, world_document(world, TABLE_ITEMS, "i1"), body, true);
}

static void i1_is_there_as_the_phone_has_it(struct world *world)
{
	named_is_there(world);
	named_must_say(world, "i1", "notes", "from the phone");
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
}

/* Of an old export. Its document is not there, and nobody knows any more that this was its row. */
static void person_pastes_i1(struct world *world)
{
	struct world_row *row = world_person_adds(world, TABLE_ITEMS);
	const struct world_row *collection = world_row_of(world, TABLE_COLLECTIONS, "c0");

	world_person_types(world, row, FIELD_ID, json_new_text("i1"));
	world_person_types(world, row, FIELD_NAME, json_new_text("pasted"));
	world_person_types(world, row, FIELD_COLLECTION, world_link(collection->id));
}

static void i1_is_held(struct world *world)
{
	const struct world_row *row = named_row(world);

	if (world_body(world_document(world, TABLE_ITEMS, "i1")) || named_live_items(world) != 0)
		world_broken(world, "the pasted row has become a document");
	if (!row || !row->now.cells[FIELD_ERROR])
		world_broken(world,
			     "the pasted row is gone, or is not told that its ID is of a deleted document");
}

/* ---- a row that never was a document ---- */

static void person_adds_and_ticks(struct world *world)
{
	struct world_row *row = world_person_adds(world, TABLE_ITEMS);

	world_person_types(world, row, FIELD_NAME, json_new_text("not meant"));
	world_person_types(world, row, FIELD_DELETE, json_new_bool(true));
	a_pass_lists_all(world);
	days_go_by(world, 91);
}

static void only_two_are_remembered(struct world *world)
{
	size_t entries = 0;

	for (size_t i = 0; i < world->state_count; i++)
		entries += world->states[i].body && strstr(world->states[i].id, "pair-") != NULL;
	if (!world->dead && (entries != 2 || world->sync->pairs.count != 2))
		world_broken(world, "%zu entries and %zu pairs are remembered of c0 and i1", entries,
			     world->sync->pairs.count);
}

/* ---- a row that a person does not want, of a document that lives ---- */

static void forget_rows(struct world *world)
{
	world->config.on_row_deleted = ROW_DELETED_FORGET;
}

static void person_deletes_and_91_days(struct world *world)
{
	named_person_deletes(world);
	a_pass_lists_all(world);
	days_go_by(world, 91);
}

static void i1_has_no_row(struct world *world)
{
	if (named_row(world))
		world_broken(world, "the row that was to be forgotten is made again");
	must_be_remembered(world, "i1", true);
}

static const struct scenario scenarios[] = {
	{"gravestone-stands-for-90-days", named_nothing, phone_deletes_and_89_days, two_more_days,
	 i1_is_forgotten, 1U << AS_WRITTEN, false},
	{"phone-edits-what-was-forgotten", i1_ended_long_ago, phone_comes_online, named_nothing,
	 i1_is_there_as_the_phone_has_it, 1U << AS_WRITTEN, false},
	{"row-of-what-was-forgotten-is-pasted", i1_ended_long_ago, person_pastes_i1, named_nothing,
	 i1_is_held, 1U << AS_WRITTEN, false},
	{"discarded-row-is-forgotten", named_nothing, person_adds_and_ticks, named_nothing,
	 only_two_are_remembered, 1U << AS_WRITTEN, false},
	{"row-not-wanted-stays-so-after-90-days", forget_rows, person_deletes_and_91_days, named_nothing,
	 i1_has_no_row, 1U << AS_WRITTEN, false},
};

const struct named_table named_expiry = {scenarios, countof(scenarios)};
