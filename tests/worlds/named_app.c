/* The app's own sync beside ours: what it notes, leaves behind, makes and marks (sync-rules 25, 28). */
#include "inventory/document.h"
#include "tests/worlds/named.h"

#include "tests/worlds/world_app.h"
#include "tests/worlds/world_settings.h"

#include <string.h>

/* ---- what it notes of itself ---- */

/* Nothing begins anew for it, and what it lists is not asked for again. */
static void app_syncs_and_nothing_begins_anew(struct world *world)
{
	unsigned restarts = world->restarts, lists = world->document_lists;
	bool crashes = world->crash_at > 0;

	world_app_notes_sync(world);
	if (!world_pass(world, true, false) && world->dead)
		world_restart(world);
	if (!crashes && (world->restarts != restarts || world->document_lists != lists))
		world_broken(world, "a sync of the app makes the integration begin anew");
}

/* ---- what it deleted before anything was remembered ---- */

static struct world_row *row_of_i2(struct world *world)
{
	return world_row_of(world, TABLE_ITEMS, "i2");
}

static void i2_is_synced(struct world *world)
{
	struct json_object *body = named_new_item(world, "an old item");

	json_put_text(document_data(body), "notes", "of the old item");
	world_phone_puts(world, TABLE_ITEMS, "i2", body);
	if (!world_quiet(world))
		world_broken(world, "the scene cannot be set: %s", world->last_error.text);
}

static void first_start(struct world *world)
{
	world_state_is_lost(world);
	world_restart(world);
}

static void app_deleted_i2_before_the_start(struct world *world)
{
	i2_is_synced(world);
	world_phone_deletes_synced(world, world_document(world, TABLE_ITEMS, "i2"));
	first_start(world);
}

/* Whatever it was: nothing names the row as its record. */
static void i2_was_deleted_before_the_start(struct world *world)
{
	i2_is_synced(world);
	world_phone_deletes(world, world_document(world, TABLE_ITEMS, "i2"));
	first_start(world);
}

static bool in_history(const struct world *world, const char *words)
{
	for (size_t i = 0; i < world->extra_count; i++)
		if (strstr(json_object_to_json_string(world->extras[i]), words))
			return true;
	return false;
}

static void row_is_gone(struct world *world)
{
	if (row_of_i2(world))
		world_broken(world, "the row of a document that was deleted before the first start is there");
	if (named_live_items(world) != 1)
		world_broken(world, "%zu items where there is one", named_live_items(world));
}

static void row_is_gone_with_its_history(struct world *world)
{
	row_is_gone(world);
	if (!in_history(world, "sync_row_deleted") || !in_history(world, "of the old item"))
		world_broken(world, "the history does not have the last cells of the row");
	for (size_t i = 0; i < world->extra_count; i++)
		if (strstr(json_text_or(world->extras[i], "_id", ""), "integration_deleted_data"))
			world_broken(world, "what the app left behind is still there");
}

static void row_is_held(struct world *world)
{
	const struct world_row *row = row_of_i2(world);

	if (!row || !strstr(world_cell_text(row, FIELD_ERROR), "tick Delete to delete the row"))
		world_broken(world, "the row is gone, or does not say how to be rid of it");
}

static void person_ticks_it(struct world *world)
{
	if (row_of_i2(world))
		world_person_types(world, row_of_i2(world), FIELD_DELETE, json_new_bool(true));
}

static void person_clears_its_id(struct world *world)
{
	if (row_of_i2(world))
		world_person_types(world, row_of_i2(world), FIELD_ID, NULL);
}

/* It is another item by now. */
static void row_has_a_new_document(struct world *world)
{
	named_are_two(world);
	if (row_of_i2(world) || world_body(world_document(world, TABLE_ITEMS, "i2")))
		world_broken(world, "the deleted document, or its ID, is back");
}

/* In the order in which phones replicate: it may come behind the tombstone, when the row is held already. */
static void what_was_left_behind_comes(struct world *world)
{
	const struct world_document *document = world_document(world, TABLE_ITEMS, "i2");

	bool crashes = world->crash_at > 0;

	(void)world_pass(world, true, true);
	world_phone_leaves_behind(world, document, document->row);
	for (int i = 0; i < 3 && !world->dead; i++)
		(void)world_pass(world, false, false);
	if (!crashes && row_of_i2(world))
		world_broken(world, "the row waits for a list of all rows");
}

/* The document had another row when the app deleted it: this one is anybody's. */
static void app_names_another_record(struct world *world)
{
	i2_was_deleted_before_the_start(world);
	world_phone_leaves_behind(world, world_document(world, TABLE_ITEMS, "i2"), "recOfAnother00000");
}

/* ---- what it synced before anything was remembered ---- */

/* The app has just made both alike, and notes when the row was modified, as that is shown. */
static void app_marks(struct world *world, const char *id)
{
	const struct world_row *row = world_row_of(world, TABLE_ITEMS, id);
	struct json_object *body = json_copy(world_body(world_document(world, TABLE_ITEMS, id)));

	document_set_app_link(DOCUMENT_ITEM, body, world->config.id, row->id,
			      (row->now.last_ms + 500) / 1000 * 1000);
	world_phone_puts(world, TABLE_ITEMS, id, body);
}

static void app_synced_i2_before_the_start(struct world *world)
{
	i2_is_synced(world);
	app_marks(world, "i2");
	world_advance(world, 5000);
	first_start(world);
}

static void phone_renames_and_clears(struct world *world)
{
	struct json_object *body = json_copy(world_body(world_document(world, TABLE_ITEMS, "i2")));

	json_put_text(document_data(body), "name", "renamed on the phone");
	json_remove(document_data(body), "notes");
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	world_phone_puts(world, TABLE_ITEMS, "i2", body);
}

static void person_models_i2(struct world *world)
{
	world_person_types(world, row_of_i2(world), FIELD_MODEL_NAME, json_new_text("from the grid"));
}

static void both_edit_i2(struct world *world)
{
	person_models_i2(world);
	phone_renames_and_clears(world);
}

static void phones_edits_are_taken(struct world *world)
{
	named_must_show(world, "i2", FIELD_NAME, "renamed on the phone");
	named_must_say(world, "i2", "name", "renamed on the phone");
	named_must_show(world, "i2", FIELD_NOTES, "");
	named_must_say(world, "i2", "notes", "");
	if (in_history(world, "item-i2-sync_conflict"))
		world_broken(world, "a plain edit of a phone is called a conflict");
}

/* When the phone edited it is not known then: what stands in the row may be later. */
static void rows_edit_is_taken(struct world *world)
{
	named_must_show(world, "i2", FIELD_MODEL_NAME, "from the grid");
	named_must_say(world, "i2", "model_name", "from the grid");
}

/* ---- its own sync beside ours ---- */

static void phone_makes_i2(struct world *world)
{
	struct json_object *body = named_new_item(world, "a new item");

	json_put_text(document_data(body), "notes", "of the new item");
	world_phone_puts(world, TABLE_ITEMS, "i2", body);
}

static void app_syncs(struct world *world)
{
	world_app_syncs(world);
}

static void app_syncs_twice(struct world *world)
{
	world_app_syncs(world);
	for (int i = 0; i < 2; i++) {
		if (!world_pass(world, true, false) && world->dead)
			world_restart(world);
		world_advance(world, 2500);
	}
	world_app_syncs(world);
}

static bool has_problem(const struct world *world, const struct world_document *document)
{
	scoped_text end = own_format("-item-%s", document->id);

	return json_text_or(world_state_body(world, end), "problem", NULL) != NULL;
}

/* A create that had no answer was met by the app before it was known: then the row is that of what the app made of it. */
static bool is_its_rows(const struct world *world, const struct world_document *document)
{
	scoped_text end = own_format("-item-%s", document->id);

	return strcmp(json_text_or(world_state_body(world, end), "rec", ""), document->made_of) == 0;
}

/* What the app made of a row is that row's document, or it is told. */
static void no_twin_is_unnamed(struct world *world)
{
	size_t live = 0;

	named_must_show(world, "i2", FIELD_NOTES, "of the new item");
	named_must_say(world, "i2", "notes", "of the new item");
	for (size_t i = 0; i < world->document_count; i++) {
		const struct world_document *document = &world->documents[i];
		if (document->table != TABLE_ITEMS || !world_body(document))
			continue;
		live++;
		if (document->made_of[0] && !has_problem(world, document) && !is_its_rows(world, document))
			world_broken(world, "nobody is told that %s is there twice", document->full_id);
	}
	if (live > 3)
		world_broken(world, "%zu items: the app made another one of what it had made", live);
	for (size_t i = 0; i < world->row_count; i++)
		live -= world->rows[i].table == TABLE_ITEMS && world->rows[i].now.there;
	if (live)
		world_broken(world, "there are not as many rows as items");
}

/* What is in doubt waits for the deadline first. */
static void person_removes_twins(struct world *world)
{
	for (int i = 0; i < 2; i++) {
		(void)world_pass(world, true, false);
		if (world->dead)
			world_restart(world);
		world_advance(world, WORLD_DEADLINE_MS + 1000);
	}
	for (size_t i = 0; i < world->row_count; i++)
		if (world->rows[i].copied)
			world->rows[i].delete_wanted = true;
	for (size_t i = 0; i < world->document_count; i++)
		if (world->documents[i].made_of[0])
			world->documents[i].delete_wanted = true;
	for (int i = 0; i < 3; i++) {
		(void)world_pass_wished(world, (struct cycle_wish){.list_rows = true, .remove_twins = true});
		if (world->dead)
			world_restart(world);
		world_advance(world, WORLD_DEADLINE_MS + 1000);
	}
}

static void phone_makes_i2_and_app_syncs(struct world *world)
{
	phone_makes_i2(world);
	(void)world_pass(world, true, false);
	if (world->dead)
		world_restart(world);
	world_app_syncs(world);
}

/* One item, one row, each other's; and the history knows of what was removed. */
static void i2_is_there_once(struct world *world)
{
	const struct world_row *row = row_of_i2(world);
	const char *mark = row ? document_app_link(world_body(world_document(world, TABLE_ITEMS, "i2")),
						   world->config.id)
			       : NULL;
	bool any_made = false;
	size_t rows = 0;

	named_must_show(world, "i2", FIELD_NOTES, "of the new item");
	for (size_t i = 0; i < world->document_count; i++)
		any_made = any_made || (world->documents[i].made_of[0] && world_body(&world->documents[i]) &&
					!is_its_rows(world, &world->documents[i]));
	for (size_t i = 0; i < world->row_count; i++)
		rows += world->rows[i].table == TABLE_ITEMS && world->rows[i].now.there;
	if (any_made || rows != named_live_items(world))
		world_broken(world, "twins are left: %zu items, %zu rows", named_live_items(world), rows);
	if (row && (!mark || strcmp(mark, row->id) != 0))
		world_broken(world, "the item is marked as row %s, it is %s", mark ? mark : "none", row->id);
	if (row && row->now.cells[FIELD_ERROR])
		world_broken(world, "its row still says: %s", world_cell_text(row, FIELD_ERROR));
}

/* It is as if the app had made the row. */
static void phone_makes_i2_beside_the_app(struct world *world)
{
	bool crashes = world->crash_at > 0;

	world_app_notes_sync(world);
	(void)world_pass(world, true, false);
	phone_makes_i2(world);
	(void)world_pass(world, true, false);
	struct json_object *body = world_body(world_document(world, TABLE_ITEMS, "i2"));
	if (!crashes && !document_app_link(body, world->config.id))
		world_broken(world, "the mark does not go with the row, though the app's sync is in use");
	if (world->dead)
		world_restart(world);
}

static void phone_edits_the_twin(struct world *world)
{
	for (size_t i = 0; i < world->document_count; i++) {
		struct world_document *document = &world->documents[i];
		if (!document->made_of[0] || !world_body(document))
			continue;
		struct json_object *body = json_copy(world_body(document));
		json_put_text(document_data(body), "model_name", "of the twin");
		json_put(body, "updated_at", json_new_int(world_base_now_ms(world) + 10));
		world_phone_puts(world, TABLE_ITEMS, document->id, body);
	}
}

static void phone_edits_the_twin_and_it_is_to_go(struct world *world)
{
	phone_edits_the_twin(world);
	person_removes_twins(world);
}

/* Its edit is nowhere else. */
static void edited_twin_stays(struct world *world)
{
	bool any = false;

	for (size_t i = 0; i < world->document_count; i++)
		any = any || (world->documents[i].made_of[0] && world_body(&world->documents[i]) &&
			      has_problem(world, &world->documents[i]));
	if (!any)
		world_broken(world, "a twin that was edited is gone, or nobody is told of it");
}

/* While the row shows the ID that the app has put there. */
static void person_edits_the_row_with_the_apps_id(struct world *world)
{
	for (size_t i = 0; i < world->row_count; i++)
		if (strncmp(world_cell_text(&world->rows[i], FIELD_ID), "app", 3) == 0)
			world_person_types(world, &world->rows[i], FIELD_MODEL_NAME,
					   json_new_text("from the grid"));
}

/* And makes a copy of it, which has that ID, too: by that it would be the row of the twin. */
static void person_edits_and_copies_the_row_with_the_apps_id(struct world *world)
{
	size_t count = world->row_count;

	person_edits_the_row_with_the_apps_id(world);
	for (size_t i = 0; i < count; i++)
		if (strncmp(world_cell_text(&world->rows[i], FIELD_ID), "app", 3) == 0)
			world_person_duplicates(world, &world->rows[i], true);
}

static void edit_under_the_apps_id_arrives(struct world *world)
{
	named_must_say(world, "i2", "model_name", "from the grid");
	named_must_show(world, "i2", FIELD_MODEL_NAME, "from the grid");
}

static void rows_edit_reaches_i2(struct world *world)
{
	no_twin_is_unnamed(world);
	named_must_say(world, "i2", "model_name", "from the grid");
}

/* A phone that knew nothing of the collection's mark has saved over it. */
static void collection_loses_its_mark(struct world *world)
{
	struct json_object *body = json_copy(world_body(world_document(world, TABLE_COLLECTIONS, "c0")));

	json_remove(document_data(body), "integrations");
	world_phone_puts(world, TABLE_COLLECTIONS, "c0", body);
}

static void app_doubles_the_collection(struct world *world)
{
	collection_loses_its_mark(world);
	world_app_syncs(world);
}

/* The app has moved the items into what it made of the collection's row: nobody has taken them out of the scope. */
static void row_stays(struct world *world)
{
	const struct world_row *row = named_row(world);
	struct json_object *body = world_body(world_document(world, TABLE_ITEMS, "i1"));

	named_is_there(world);
	if (world->restarts == 0 &&
	    strncmp(body ? json_text_or(document_data(body), "collection_id", "") : "", "app", 3) != 0)
		world_broken(world, "the scene is another one: the app did not move the item");
	if (row && row->now.cells[FIELD_ERROR])
		world_broken(world, "the item's row says: %s", world_cell_text(row, FIELD_ERROR));
	if (world->restarts == 0 && json_int_or(world_state_body(world, "-item-i1"), "waits", 0) != 0)
		world_broken(world, "the item's link waits for a row that will never come");
	if (world->row_writes > 8)
		world_broken(world, "%u writes of rows, for nothing", world->row_writes);
}

static const struct scenario scenarios[] = {
	{"app-sync-begins-nothing-anew", named_nothing, app_syncs_and_nothing_begins_anew, named_phone_notes,
	 named_is_there, IN_ORDER, false},
	{"deleted-in-app-before-the-first-start", app_deleted_i2_before_the_start, named_nothing,
	 named_phone_notes, row_is_gone_with_its_history, ALL_ORDERS, false},
	{"deleted-before-the-first-start", i2_was_deleted_before_the_start, named_nothing, named_phone_notes,
	 row_is_held, ALL_ORDERS, false},
	{"what-the-app-left-behind-comes-late", i2_was_deleted_before_the_start, what_was_left_behind_comes,
	 named_phone_notes, row_is_gone_with_its_history, ALL_ORDERS, true},
	{"left-behind-of-another-record", app_names_another_record, named_nothing, named_phone_notes,
	 row_is_held, ALL_ORDERS, false},
	{"phone-edits-what-the-app-synced", app_synced_i2_before_the_start, phone_renames_and_clears,
	 named_phone_notes, phones_edits_are_taken, IN_ORDER, false},
	{"row-edited-since-the-app-synced", app_synced_i2_before_the_start, both_edit_i2, named_phone_notes,
	 rows_edit_is_taken, IN_ORDER, false},
	{"app-syncs-before-the-mark", named_nothing, phone_makes_i2, app_syncs, no_twin_is_unnamed,
	 ALL_ORDERS | BRISK, true},
	{"app-syncs-before-the-mark-and-again", named_nothing, phone_makes_i2, app_syncs_twice,
	 no_twin_is_unnamed, 1U << AS_WRITTEN | BRISK, true},
	{"twins-are-removed", named_nothing, phone_makes_i2_and_app_syncs, person_removes_twins,
	 i2_is_there_once, 1U << AS_WRITTEN, false},
	{"edited-twin-is-not-removed", phone_makes_i2_and_app_syncs, named_nothing,
	 phone_edits_the_twin_and_it_is_to_go, edited_twin_stays, 1U << AS_WRITTEN, true},
	{"row-edited-under-the-id-of-its-twin", phone_makes_i2_and_app_syncs,
	 person_edits_the_row_with_the_apps_id, named_phone_notes, rows_edit_reaches_i2, 1U << AS_WRITTEN,
	 false},
	{"row-edited-and-copied-under-the-id-of-its-twin", phone_makes_i2_and_app_syncs,
	 person_edits_and_copies_the_row_with_the_apps_id, named_phone_notes, edit_under_the_apps_id_arrives,
	 1U << AS_WRITTEN, false},
	{"mark-goes-with-the-row-beside-the-app", named_nothing, phone_makes_i2_beside_the_app,
	 named_phone_notes, named_are_two, 1U << AS_WRITTEN, false},
	{"app-doubles-a-collection-and-moves-its-items", named_nothing, named_person_notes,
	 app_doubles_the_collection, row_stays, 1U << AS_WRITTEN, true},
	{"row-of-a-tombstone-is-ticked", i2_was_deleted_before_the_start, person_ticks_it, named_phone_notes,
	 row_is_gone, ALL_ORDERS, true},
	{"row-of-a-tombstone-gets-its-own-id", i2_was_deleted_before_the_start, person_clears_its_id,
	 named_phone_notes, row_has_a_new_document, ALL_ORDERS, true},
};

const struct named_table named_app = {scenarios, countof(scenarios)};
