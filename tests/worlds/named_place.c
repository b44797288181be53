/* The place in the feed is lost, or the database is another one than it was (sync-rules 3, couchdb-rules 5 and 8). */
#include "inventory/document.h"
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

static void is_made_anew_with_second(struct world *world)
{
	is_made_anew(world);
	phone_makes_second(world);
}

static void is_replicated_anew(struct world *world)
{
	struct world_backup *files = world_saves(world);

	world_couch_is_made_anew(world, &files);
}

/* Scenes are played one after the other. */
static struct world_backup *files;

static void saves(struct world *world)
{
	world_backup_done(&files);
	files = world_saves(world);
}

/* What happens after the backup is in step on both sides when it is put back. */
static void phone_goes_on(struct world *world)
{
	saves(world);
	named_phone_notes(world);
	phone_makes(world, "i2");
	world_pass(world, true, false);
	world_advance(world, 61000);
	world_pass(world, true, false);
}

static void person_goes_on(struct world *world)
{
	saves(world);
	named_person_sets(world, FIELD_NOTES, "from the phone");
	world_pass(world, true, false);
	world_advance(world, 61000);
	world_pass(world, true, false);
}

static void put_back(struct world *world, unsigned which)
{
	if (files)
		world_goes_back(world, &files, which);
}

static void source_is_put_back(struct world *world)
{
	put_back(world, FILES_OF_SOURCE);
}

static void state_is_put_back(struct world *world)
{
	put_back(world, FILES_OF_STATE);
}

static void both_are_put_back(struct world *world)
{
	put_back(world, FILES_OF_SOURCE | FILES_OF_STATE);
}

static void source_is_put_back_at_rest(struct world *world)
{
	source_is_put_back(world);
	world_restart(world);
}

static void both_are_put_back_at_rest(struct world *world)
{
	both_are_put_back(world);
	world_restart(world);
}

static void phone_makes_third(struct world *world)
{
	phone_makes(world, "i3");
}

static void phone_models(struct world *world)
{
	named_phone_sets(world, "model_name", "from the phone", 0);
}

/* Deleted after the backup, on both sides. */
static void phone_goes_on_deletes(struct world *world)
{
	saves(world);
	named_phone_deletes(world);
	world_pass(world, true, false);
	world_advance(world, 61000);
}

/* Deleted before the backup, and brought back after it. */
static void phone_goes_on_undeletes(struct world *world)
{
	scoped(json_object) body = json_copy(world_body(world_document(world, TABLE_ITEMS, "i1")));

	named_phone_deletes(world);
	world_pass(world, true, false);
	world_advance(world, 61000);
	saves(world);
	world_phone_puts(world, TABLE_ITEMS, "i1", json_share(body));
	world_pass(world, true, false);
	world_advance(world, 61000);
	world_pass(world, true, false);
}

/* Outside of the scope in the backup, and moved into it after that. */
static void phone_goes_on_moves_in(struct world *world)
{
	struct json_object *outside = named_new_item(world, "outside");

	json_put_text(outside, "type", "collection");
	json_remove(document_data(outside), "collection_id");
	json_put_text(document_data(outside), "collection_reference_number", "0009");
	world_phone_puts(world, TABLE_COLLECTIONS, "c9", outside);
	named_phone_sets(world, "collection_id", "c9", 0);
	world_pass(world, true, false);
	world_advance(world, 61000);
	world_pass(world, true, false);
	saves(world);
	named_phone_sets(world, "collection_id", "c0", 0);
	world_pass(world, true, false);
	world_advance(world, 61000);
	world_pass(world, true, false);
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

static void must_be_told(struct world *world, const char *id)
{
	if (!observer_has_problem(world, world_document(world, TABLE_ITEMS, id)))
		world_broken(world, "nobody is told of item %s", id);
}

/* What the new database lacks stays in the base, and a person is told. */
static void second_has_row_first_is_told(struct world *world)
{
	must_have_row(world, "i2");
	named_must_show(world, "i1", FIELD_NOTES, "first");
	if (!observer_has_problem(world, world_document(world, TABLE_ITEMS, "i1")))
		world_broken(world, "nobody is told that the document of item i1 is missing");
}

static void second_has_row_first_waits(struct world *world)
{
	must_have_row(world, "i2");
	must_be_told(world, "i1");
}

/* The row keeps what is newer, and says so; so does the row of the item that the backup lacks; all else flows. */
static void newer_is_kept(struct world *world)
{
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
	must_be_told(world, "i1");
	named_must_show(world, "i2", FIELD_NAME, "i2");
	must_be_told(world, "i2");
	must_have_row(world, "i3");
}

/* Edited on a phone before anybody noticed: what is new in it and what is old cannot be told apart. */
static void all_is_kept(struct world *world)
{
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
	named_must_show(world, "i1", FIELD_MODEL_NAME, "");
	named_must_say(world, "i1", "model_name", "from the phone");
	must_be_told(world, "i1");
}

static void other_cell_flows(struct world *world)
{
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
	named_must_show(world, "i1", FIELD_MODEL_NAME, "from the phone");
	named_must_say(world, "i1", "model_name", "from the phone");
	must_be_told(world, "i1");
}

/* A person decides. */
static void edit_decides(struct world *world)
{
	named_must_show(world, "i1", FIELD_NOTES, "from the grid");
	named_must_say(world, "i1", "notes", "from the grid");
	named_must_show(world, "i1", FIELD_ERROR, "");
}

static void late_edit_decides(struct world *world)
{
	named_must_show(world, "i1", FIELD_NOTES, "decided");
	named_must_say(world, "i1", "notes", "decided");
	named_must_show(world, "i1", FIELD_ERROR, "");
}

static void phone_decides(struct world *world)
{
	named_phone_sets(world, "notes", "decided", 0);
}

/* ---- a person says for all of them which side is meant ---- */

static void person_chooses(struct world *world, enum edit_order held_wins)
{
	if (!world_pass_wished(world, (struct cycle_wish){.ask_rows = true, .held_wins = held_wins}) &&
	    world->dead)
		world_restart(world);
	/* Who is interrupted does it again, until nothing is in doubt any more. */
	for (int i = 0; world->restarts && i < 2; i++) {
		world_advance(world, 2 * WORLD_DEADLINE_MS);
		(void)world_pass_wished(world, (struct cycle_wish){.ask_rows = true, .held_wins = held_wins});
	}
}

static void person_chooses_documents(struct world *world)
{
	person_chooses(world, ORDER_COUCH_NEWER);
}

static void person_chooses_rows(struct world *world)
{
	person_chooses(world, ORDER_AIRTABLE_NEWER);
}

/* The value that gives way is kept in the history. */
static void must_be_kept(struct world *world, const char *notes)
{
	bool kept = false;

	for (size_t i = 0; i < world->extra_count; i++) {
		scoped_text words = json_write(world->extras[i]);
		kept = kept || strstr(words, notes);
	}
	if (!kept)
		world_broken(world, "\"%s\" gave way, and is not in the history", notes);
}

static void documents_count(struct world *world)
{
	named_must_say(world, "i1", "notes", "first");
	named_must_show(world, "i1", FIELD_NOTES, "first");
	named_must_show(world, "i1", FIELD_ERROR, "");
	must_be_kept(world, "from the phone");
}

static void rows_count(struct world *world)
{
	named_must_say(world, "i1", "notes", "from the phone");
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
	named_must_show(world, "i1", FIELD_ERROR, "");
}

/* What both databases forgot is made again of the rows. */
static void rows_are_believed(struct world *world)
{
	named_must_say(world, "i1", "notes", "from the phone");
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
	must_have_row(world, "i2");
	must_have_row(world, "i3");
	named_must_show(world, "i1", FIELD_ERROR, "");
}

static void all_in_step(struct world *world)
{
	rows_are_believed(world);
	named_must_show(world, "i2", FIELD_ERROR, "");
}

static void comes_back(struct world *world)
{
	must_have_row(world, "i1");
	must_have_row(world, "i3");
}

static void row_stays(struct world *world)
{
	const struct world_row *row = named_row(world);

	if (!row)
		world_broken(world, "the row of item i1 is gone");
	must_be_told(world, "i1");
	must_have_row(world, "i3");
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
	{"database-made-anew-on-the-way", named_nothing, named_phone_notes, is_made_anew_with_second,
	 second_has_row_first_waits, 1U << MEANWHILE, false},
	{"database-replicated-anew", named_nothing, is_replicated_anew, phone_makes_second, both_have_rows,
	 ALL_ORDERS, false},
	{"couch-files-restored", phone_goes_on, source_is_put_back, phone_makes_third, newer_is_kept,
	 IN_ORDER, false},
	{"couch-files-restored-at-rest", phone_goes_on, source_is_put_back_at_rest, phone_makes_third,
	 newer_is_kept, 1U << AS_WRITTEN, false},
	{"couch-files-restored-after-row-edit", person_goes_on, source_is_put_back, phone_models,
	 other_cell_flows, 1U << AS_WRITTEN, true},
	{"couch-files-restored-edited-unseen", person_goes_on, source_is_put_back, phone_models, all_is_kept,
	 1U << AS_WRITTEN, false},
	{"couch-files-restored-person-decides", phone_goes_on, source_is_put_back, named_person_notes,
	 edit_decides, IN_ORDER, true},
	{"couch-files-restored-phone-decides", phone_goes_on, source_is_put_back, phone_decides,
	 late_edit_decides, 1U << AS_WRITTEN, true},
	{"couch-files-restored-documents-are-chosen", phone_goes_on, source_is_put_back,
	 person_chooses_documents, documents_count, 1U << AS_WRITTEN, true},
	{"couch-files-restored-rows-are-chosen", phone_goes_on, source_is_put_back, person_chooses_rows,
	 rows_count, 1U << AS_WRITTEN, true},
	{"couch-files-restored-after-delete", phone_goes_on_deletes, source_is_put_back, phone_makes_third,
	 comes_back, IN_ORDER, false},
	{"couch-files-restored-old-tombstone", phone_goes_on_undeletes, source_is_put_back, phone_makes_third,
	 row_stays, IN_ORDER, false},
	{"couch-files-restored-old-place", phone_goes_on_moves_in, source_is_put_back, phone_makes_third,
	 row_stays, IN_ORDER, false},
	{"both-files-restored", phone_goes_on, both_are_put_back, phone_makes_third, rows_are_believed,
	 IN_ORDER, false},
	{"both-files-restored-at-rest", phone_goes_on, both_are_put_back_at_rest, phone_makes_third,
	 rows_are_believed, 1U << AS_WRITTEN, false},
	{"state-files-restored", phone_goes_on, state_is_put_back, phone_makes_third, all_in_step, IN_ORDER,
	 false},
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
