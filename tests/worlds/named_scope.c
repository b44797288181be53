/* What is outside of the scope, and how it came there: sync-rules 14. */
#include "inventory/document.h"
#include "tests/worlds/named.h"

#include "tests/worlds/observer.h"
#include "tests/worlds/world_rights.h"
#include "tests/worlds/world_settings.h"

#include <string.h>

static const char *const first_list[] = {"c0"};
static const char *const longer_list[] = {"c0", "c9"};
static const char *const box_list[] = {"i1"};

/* ---- acts ---- */

static void phone_makes_c9(struct world *world)
{
	struct json_object *body = named_new_item(world, "not synced");

	json_put_text(body, "type", "collection");
	json_remove(document_data(body), "collection_id");
	json_put_text(document_data(body), "collection_reference_number", "9");
	world_phone_puts(world, TABLE_COLLECTIONS, "c9", body);
}

static void outside(struct world *world)
{
	phone_makes_c9(world);
	if (named_row(world))
		world_person_shelves(world, named_row(world), "on the left");
}

static void phone_puts(struct world *world, const char *id, const char *key, const char *place)
{
	struct json_object *present = world_body(world_document(world, TABLE_ITEMS, id));

	if (!present)
		return;
	struct json_object *body = json_copy(present);
	if (place)
		json_put_text(document_data(body), key, place);
	else
		json_remove(document_data(body), key);
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	world_phone_puts(world, TABLE_ITEMS, id, body);
}

static void phone_puts_box(struct world *world, const char *id)
{
	struct json_object *body = json_copy(world_body(world_document(world, TABLE_ITEMS, id)));

	named_make_container(body);
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	world_phone_puts(world, TABLE_ITEMS, id, body);
}

static void phone_moves_out(struct world *world)
{
	phone_puts(world, "i1", "collection_id", "c9");
}

static void phone_moves_back(struct world *world)
{
	phone_puts(world, "i1", "collection_id", "c0");
}

static void phone_lists_first(struct world *world)
{
	world_phone_lists(world, "collections", first_list, countof(first_list));
}

static void phone_lists_more(struct world *world)
{
	world_phone_lists(world, "collections", longer_list, countof(longer_list));
}

static void phone_lists_nothing(struct world *world)
{
	world_phone_lists(world, "collections", NULL, 0);
}

/* While it was offline; the present settings were saved before that, or after. */
static void phone_listed_nothing_last(struct world *world)
{
	world_phone_lists_apart(world, "collections", NULL, 0, 0);
}

static void phone_listed_nothing_before(struct world *world)
{
	world_phone_lists_apart(world, "collections", NULL, 0, 24 * 3600000);
}

static void some_passes(struct world *world)
{
	for (int i = 0; i < 4; i++) {
		if (!world_pass(world, true, false) && world->dead)
			world_restart(world);
		world_advance(world, 31000);
	}
}

/* Both lists were once: c9 and its row are there, and outside. */
static void c9_has_a_row(struct world *world)
{
	phone_makes_c9(world);
	phone_lists_more(world);
	some_passes(world);
	phone_lists_first(world);
	some_passes(world);
	if (!world_row_of(world, TABLE_COLLECTIONS, "c9"))
		world_broken(world, "the scene cannot be set: c9 has no row");
}

static void person_moves(struct world *world, const char *collection)
{
	struct world_row *row = named_row(world), *into = world_row_of(world, TABLE_COLLECTIONS, collection);

	if (row && into)
		world_person_types(world, row, FIELD_COLLECTION, world_link(into->id));
}

static void person_moves_out(struct world *world)
{
	person_moves(world, "c9");
}

static void person_moves_back(struct world *world)
{
	person_moves(world, "c0");
}

static void person_adds_outside(struct world *world)
{
	struct world_row *row = world_person_adds(world, TABLE_ITEMS);
	const struct world_row *into = world_row_of(world, TABLE_COLLECTIONS, "c9");

	world_person_types(world, row, FIELD_NAME, json_new_text("made outside"));
	if (into)
		world_person_types(world, row, FIELD_COLLECTION, world_link(into->id));
}

static void person_makes_collection(struct world *world)
{
	struct world_row *row = world_person_adds(world, TABLE_COLLECTIONS);

	world_person_types(world, row, FIELD_NAME, json_new_text("made in the grid"));
	world_person_types(world, row, FIELD_REFERENCE_NUMBER, json_new_text("7"));
}

static void person_fills_collection(struct world *world)
{
	for (size_t i = 0; i < world->row_count; i++)
		if (strcmp(world_cell_text(&world->rows[i], FIELD_NAME), "made in the grid") == 0 &&
		    named_row(world))
			world_person_types(world, named_row(world), FIELD_COLLECTION,
					   world_link(world->rows[i].id));
}

/* "i1" is a box with "i2" in it. */
static void box_with_contents(struct world *world)
{
	struct json_object *body = named_new_item(world, "contents");

	phone_makes_c9(world);
	phone_puts_box(world, "i1");
	json_put_text(document_data(body), "container_id", "i1");
	world_phone_puts(world, TABLE_ITEMS, "i2", body);
	if (!world_first_sync(world))
		world_broken(world, "the scene cannot be set: %s", world->last_error.text);
}

static void phone_moves_contents_out(struct world *world)
{
	phone_puts(world, "i2", "collection_id", "c9");
}

/* Synced by containers: i1 is listed, i2 stands in it, i3 in i2. */
static void boxes_in_boxes(struct world *world)
{
	struct json_object *body = named_new_item(world, "in the contents");

	box_with_contents(world);
	phone_puts_box(world, "i2");
	json_put_text(document_data(body), "container_id", "i2");
	world_phone_puts(world, TABLE_ITEMS, "i3", body);
	world_phone_lists(world, "containers", box_list, countof(box_list));
	some_passes(world);
}

static void phone_takes_box_out(struct world *world)
{
	phone_puts(world, "i2", "container_id", NULL);
}

static void person_takes_box_out(struct world *world)
{
	struct world_row *row = world_row_of(world, TABLE_ITEMS, "i2");

	if (row)
		world_person_types(world, row, FIELD_CONTAINER, NULL);
}

static void person_notes_inner(struct world *world)
{
	struct world_row *row = world_row_of(world, TABLE_ITEMS, "i3");

	if (row)
		world_person_types(world, row, FIELD_NOTES, json_new_text("from the grid"));
}

/* ---- ends ---- */

static bool has_mark(struct world *world, const char *id)
{
	struct json_object *body = world_body(world_document(world, TABLE_ITEMS, id));

	return body && document_app_link(body, world->config.id);
}

static void check_gone(struct world *world, const char *id)
{
	if (world_row_of(world, TABLE_ITEMS, id))
		world_broken(world, "%s left the scope, and its row is still there", id);
	if (!world_body(world_document(world, TABLE_ITEMS, id)))
		world_broken(world, "%s left the scope, and its document is gone", id);
	if (has_mark(world, id))
		world_broken(world, "the document of %s still has the mark of its row", id);
}

static void check_told(struct world *world, enum table table, const char *id)
{
	const struct world_row *row = world_row_of(world, table, id);

	if (!row)
		world_broken(world, "the row of %s is gone", id);
	else if (!row->now.cells[FIELD_ERROR])
		world_broken(world, "the row of %s is not told that it is outside", id);
}

static void check_notes(struct world *world, const char *id, const char *words)
{
	struct json_object *body = world_body(world_document(world, TABLE_ITEMS, id));

	if (!body || strcmp(json_text_or(document_data(body), "notes", ""), words) != 0)
		world_broken(world, "the document of %s lacks the edit of its row", id);
}

static void is_gone(struct world *world)
{
	check_gone(world, "i1");
}

/* What the row showed when the move was heard is merged, and what was typed into it until it went. */
static void is_gone_with_its_edit(struct world *world)
{
	check_gone(world, "i1");
	for (size_t i = 0; i < world->version_count; i++)
		if (strcmp(world->versions[i].value, "from the grid") == 0 && !world->versions[i].excused)
			check_notes(world, "i1", "from the grid");
}

static void is_back(struct world *world)
{
	const struct world_row *row = named_row(world);

	named_is_there(world);
	if (row && row->now.cells[FIELD_ERROR])
		world_broken(world, "it is back, and still told to be outside");
	if (row && (!row->now.shelf || strcmp(json_object_get_string(row->now.shelf), "on the left") != 0))
		world_broken(world, "the row that is back lacks its unmapped cell");
}

static void are_kept(struct world *world)
{
	check_told(world, TABLE_ITEMS, "i1");
	check_told(world, TABLE_COLLECTIONS, "c0");
}

/* It stopped: nothing is told, and nothing is gone. */
static void is_untouched(struct world *world)
{
	named_is_there(world);
	if (world->row_writes + world->document_writes)
		world_broken(world, "what nobody can read was acted on");
	phone_lists_first(world);
	some_passes(world);
	if (!world_quiet(world))
		world_broken(world, "it does not become quiet; last: %s", world->last_error.text);
	if (named_row(world))
		world_broken(world, "the row stays, though its document had left the scope");
}

static void is_kept(struct world *world)
{
	struct json_object *body = world_body(world_document(world, TABLE_ITEMS, "i1"));

	check_told(world, TABLE_ITEMS, "i1");
	if (body && strcmp(json_text_or(document_data(body), "collection_id", ""), "c9") != 0)
		world_broken(world, "the document does not follow the row's edit");
}

static void is_in_step(struct world *world)
{
	const struct world_row *row = named_row(world);

	named_is_there(world);
	if (row && row->now.cells[FIELD_ERROR])
		world_broken(world, "the row is told something, though it is in the scope");
}

static void new_one_is_kept(struct world *world)
{
	bool made = false;

	for (size_t i = 0; i < world->row_count; i++) {
		const struct world_row *row = &world->rows[i];
		if (strcmp(world_cell_text(row, FIELD_NAME), "made outside") != 0)
			continue;
		made = true;
		if (!row->now.there || !row->now.cells[FIELD_ERROR])
			world_broken(world, "the row made outside is gone, or is not told so");
	}
	if (!made || named_live_items(world) != 2)
		world_broken(world, "the row made outside is no document");
}

static void box_is_kept(struct world *world)
{
	const struct world_row *box = named_row(world), *inside = world_row_of(world, TABLE_ITEMS, "i2");

	check_told(world, TABLE_ITEMS, "i1");
	if (!box || !inside || strcmp(world_linked(inside, FIELD_CONTAINER), box->id) != 0)
		world_broken(world, "the contents lost their container");
}

static void both_are_gone(struct world *world)
{
	check_gone(world, "i1");
	check_gone(world, "i2");
}

static void boxes_are_gone(struct world *world)
{
	check_gone(world, "i2");
	check_gone(world, "i3");
	is_in_step(world);
}

static void boxes_are_kept(struct world *world)
{
	check_told(world, TABLE_ITEMS, "i2");
	check_told(world, TABLE_ITEMS, "i3");
	is_in_step(world);
}

/* ---- a row that is no pair's, and shows the ID of what is outside ---- */

static void words_are_closed_and_row_is_copied(struct world *world)
{
	world_person_limits_field(world, TABLE_ITEMS, FIELD_ERROR, WORDS_BARE);
	world_person_duplicates(world, named_row(world), true);
	some_passes(world);
}

static void is_told(struct world *world)
{
	if (!observer_is_told(world, &world->rows[world->row_count - 1]))
		world_broken(world, "nobody is told of the row whose document is outside of the scope");
}

/* The process that saw it go needs no list of all rows for that. */
static void original_goes_and_document_leaves(struct world *world)
{
	phone_moves_out(world);
	if (named_row(world))
		world_person_deletes(world, named_row(world));
	for (int i = 0; i < 4; i++) {
		some_passes(world);
		if (!world->restarts)
			is_told(world);
	}
}

static const struct scenario scenarios[] = {
	{"collection-made-in-airtable", named_nothing, person_makes_collection, person_fills_collection,
	 is_in_step, IN_ORDER, true},
	{"scope-exit-by-a-phone", outside, phone_moves_out, named_phone_notes, is_gone, ALL_ORDERS, false},
	{"scope-exit-with-pending-row-edit", outside, phone_moves_out, named_person_notes,
	 is_gone_with_its_edit, ALL_ORDERS, false},
	{"scope-exit-and-back", outside, phone_moves_out, phone_moves_back, is_back, IN_ORDER, true},
	{"scope-exit-and-back-at-once", outside, phone_moves_out, phone_moves_back, is_back, IN_ORDER, false},
	{"scope-flaps", outside, phone_lists_nothing, phone_lists_first, is_back, IN_ORDER, true},
	{"scope-flaps-at-once", outside, phone_lists_nothing, phone_lists_first, is_back, IN_ORDER, false},
	{"scope-taken-away", outside, phone_lists_nothing, named_phone_notes, are_kept, ALL_ORDERS, false},
	{"scope-taken-away-while-item-leaves", outside, phone_lists_nothing, phone_moves_out, are_kept,
	 1U << AS_WRITTEN, true},
	{"scope-taken-away-while-item-leaves-at-once", outside, phone_moves_out, phone_lists_nothing,
	 named_anything, IN_ORDER, false},
	{"integration-deleted-while-item-leaves", outside, world_phone_drops_settings, phone_moves_out,
	 is_untouched, 1U << AS_WRITTEN, true},
	{"integration-saved-apart-before", outside, phone_listed_nothing_before, phone_moves_out, is_gone,
	 ALL_ORDERS, false},
	{"integration-saved-apart-last", outside, phone_listed_nothing_last, named_phone_notes, are_kept,
	 ALL_ORDERS, false},
	{"scope-exit-by-airtable-edit", c9_has_a_row, person_moves_out, named_phone_notes, is_kept,
	 ALL_ORDERS, false},
	{"scope-exit-by-airtable-edit-and-back", c9_has_a_row, person_moves_out, person_moves_back,
	 is_in_step, IN_ORDER, true},
	{"row-made-outside", c9_has_a_row, person_adds_outside, named_phone_notes, new_one_is_kept,
	 ALL_ORDERS, false},
	{"copy-of-what-left", outside, words_are_closed_and_row_is_copied, original_goes_and_document_leaves,
	 is_told, 1U << AS_WRITTEN, true},
	{"kept-container-out-of-scope", box_with_contents, phone_moves_out, named_nothing, box_is_kept,
	 IN_ORDER, true},
	{"kept-container-goes-after-its-contents", box_with_contents, phone_moves_out,
	 phone_moves_contents_out, both_are_gone, ALL_ORDERS, true},
	{"container-and-contents-leave-at-once", box_with_contents, phone_moves_out, phone_moves_contents_out,
	 both_are_gone, ALL_ORDERS, false},
	{"ancestor-taken-out-by-a-phone", boxes_in_boxes, phone_takes_box_out, person_notes_inner,
	 boxes_are_gone, BOTH_ORDERS, false},
	{"ancestor-taken-out-by-airtable-edit", boxes_in_boxes, person_takes_box_out, person_notes_inner,
	 boxes_are_kept, ALL_ORDERS, false},
};

const struct named_table named_scope = {scenarios, countof(scenarios)};
