/* The place in the feed is lost, or the database is another one than it was (sync-rules 3, couchdb-rules 5 and 8). */
#include "tests/worlds/named.h"
#include "tests/worlds/observer.h"

#include <string.h>

/* ---- acts ---- */

static void phone_makes(struct world *world, const char *id)
{
	if (!world_body(world_document(world, TABLE_ITEMS, id)))
		world_phone_puts(world, TABLE_ITEMS, id, named_new_item(world, id));
}

static void phone_makes_collection(struct world *world)
{
	struct json_object *body = named_new_item(world, "a collection");

	json_put_text(body, "type", "collection");
	json_remove(document_data(body), "collection_id");
	json_put_text(document_data(body), "collection_reference_number", "0001");
	world_phone_puts(world, TABLE_COLLECTIONS, "c0", body);
}

static void phone_makes_second(struct world *world)
{
	phone_makes(world, "i2");
}

static void is_made_anew(struct world *world)
{
	world_couch_is_made_anew(world, NULL);
	phone_makes_collection(world);
}

static void is_replicated_anew(struct world *world)
{
	struct world_backup *files = world_saves(world);

	world_couch_is_made_anew(world, &files);
}

static void place_is_lost(struct world *world)
{
	world_arm(world, FAULT_COUCH_PLACE);
}

static void source_checkpoint_is_lost(struct world *world)
{
	world_checkpoint_is_damaged(world, DAMAGE_SOURCE_MISSING);
}

static void state_checkpoint_is_lost(struct world *world)
{
	world_checkpoint_is_damaged(world, DAMAGE_STATE_MISSING);
}

static void checkpoint_place_is_damaged(struct world *world)
{
	world_checkpoint_is_damaged(world, DAMAGE_PLACE);
	world_restart(world);
}

static void checkpoint_count_is_damaged(struct world *world)
{
	world_checkpoint_is_damaged(world, DAMAGE_COUNT);
	world_restart(world);
}

static void checkpoint_is_newer(struct world *world)
{
	world_checkpoint_is_damaged(world, DAMAGE_VERSION);
	world_restart(world);
}

/* ---- ends ---- */

static void must_have_row(struct world *world, const char *id)
{
	if (!world_body(world_document(world, TABLE_ITEMS, id)) || !world_row_of(world, TABLE_ITEMS, id))
		world_broken(world, "item %s is not on both sides", id);
}

/* What the new database lacks stays in the base, and a person is told. */
static void second_has_row_first_is_told(struct world *world)
{
	must_have_row(world, "i2");
	named_must_show(world, "i1", FIELD_NOTES, "first");
	if (!observer_has_problem(world, world_document(world, TABLE_ITEMS, "i1")))
		world_broken(world, "nobody is told that the document of item i1 is missing");
}

/* As long as nobody edits anything, the place that is stored will do. */
static void polls_write_nothing(struct world *world)
{
	unsigned before = world->checkpoint_writes;
	bool ok = true;

	for (int i = 0; ok && i < 4; i++) {
		ok = world_pass(world, true, false);
		world_advance(world, 61000);
	}
	if (!ok || world->checkpoint_writes != before)
		world_broken(world, "%u checkpoints are written though nothing happened",
			     world->checkpoint_writes - before);
}

static void both_have_rows(struct world *world)
{
	must_have_row(world, "i1");
	must_have_row(world, "i2");
	named_must_show(world, "i1", FIELD_ERROR, "");
}

static const struct scenario list[] = {
	{"database-made-anew", named_nothing, is_made_anew, phone_makes_second, second_has_row_first_is_told,
	 1U << AS_WRITTEN, true},
	{"database-made-anew-item-follows", named_nothing, is_made_anew, phone_makes_second,
	 second_has_row_first_is_told, 1U << AS_WRITTEN, false},
	{"database-replicated-anew", named_nothing, is_replicated_anew, phone_makes_second, both_have_rows,
	 ALL_ORDERS, false},
	{"quiet-poll-writes-nothing", named_nothing, named_person_notes, named_phone_notes,
	 polls_write_nothing, BOTH_ORDERS, false},
	{"place-lost", named_nothing, place_is_lost, phone_makes_second, both_have_rows, ALL_ORDERS, false},
	{"checkpoint-lost-in-source", named_nothing, source_checkpoint_is_lost, phone_makes_second,
	 both_have_rows, ALL_ORDERS, false},
	{"checkpoint-lost-in-state", named_nothing, state_checkpoint_is_lost, phone_makes_second,
	 both_have_rows, ALL_ORDERS, false},
	{"checkpoint-place-damaged", named_nothing, checkpoint_place_is_damaged, phone_makes_second,
	 both_have_rows, BOTH_ORDERS, false},
	{"checkpoint-count-damaged", named_nothing, checkpoint_count_is_damaged, phone_makes_second,
	 both_have_rows, BOTH_ORDERS, false},
	{"checkpoint-newer", named_nothing, checkpoint_is_newer, phone_makes_second, both_have_rows,
	 BOTH_ORDERS, false},
};
const struct named_table named_place = {list, countof(list)};
