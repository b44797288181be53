/* What there is and what is not, on each side: sync-rules 10, 11, 12, 15 and 25. */
#include "bridge/limits.h"
#include "inventory/document.h"
#include "tests/worlds/named.h"

#include "tests/worlds/world_schema.h"

#include <stdio.h>
#include <string.h>

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

/* Pasted as it was, and then like any other row. */
static void is_pasted(struct world *world)
{
	named_is_there(world);
	named_must_show(world, "i1", FIELD_ERROR, "");
	named_must_say(world, "i1", "notes", "from the phone");
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
}

static void phone_empties_the_notes(struct world *world)
{
	struct json_object *body = json_copy(world_body(world_document(world, TABLE_ITEMS, "i1")));

	json_remove(document_data(body), "notes");
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	world_phone_puts(world, TABLE_ITEMS, "i1", body);
}

/* What both had agreed on is known of the row that was pasted: what it shows is not taken for an edit. */
static void has_no_notes(struct world *world)
{
	named_is_there(world);
	named_must_say(world, "i1", "notes", "");
	named_must_show(world, "i1", FIELD_NOTES, "");
}

static void person_adds(struct world *world)
{
	struct world_row *row = world_person_adds(world, TABLE_ITEMS);
	const struct world_row *collection = world_row_of(world, TABLE_COLLECTIONS, "c0");

	world_person_types(world, row, FIELD_NAME, json_new_text("made in the grid"));
	world_person_types(world, row, FIELD_COLLECTION, world_link(collection->id));
}

/* ---- a row that is no document yet, with its Delete box ticked ---- */

static struct world_row *discarded_row(struct world *world)
{
	for (size_t i = 0; i < world->row_count; i++)
		if (strcmp(world_cell_text(&world->rows[i], FIELD_NAME), "not meant") == 0)
			return &world->rows[i];
	return NULL;
}

static void person_adds_and_ticks(struct world *world)
{
	struct world_row *row = world_person_adds(world, TABLE_ITEMS);

	world_person_types(world, row, FIELD_NAME, json_new_text("not meant"));
	world_person_types(world, row, FIELD_DELETE, json_new_bool(true));
}

static void person_brings_it_back(struct world *world)
{
	struct world_row *row = discarded_row(world);
	const struct world_row *collection = world_row_of(world, TABLE_COLLECTIONS, "c0");

	if (!row || row->now.there)
		return;
	world_person_restores(world, row);
	world_person_types(world, row, FIELD_DELETE, NULL);
	world_person_types(world, row, FIELD_COLLECTION, world_link(collection->id));
}

/* As Airtable brings a row back: its box is ticked. */
static void person_brings_it_back_ticked(struct world *world)
{
	struct world_row *row = discarded_row(world);
	const struct world_row *collection = world_row_of(world, TABLE_COLLECTIONS, "c0");

	if (!row || row->now.there)
		return;
	world_person_restores(world, row);
	world_person_types(world, row, FIELD_COLLECTION, world_link(collection->id));
}

static struct json_object *retired_cells(struct world *world, const char *state)
{
	for (size_t i = 0; i < world->state_count; i++)
		if (strcmp(json_text_or(world->states[i].body, "state", ""), state) == 0)
			return json_child(world->states[i].body, "cells", json_type_object);
	return NULL;
}

static void person_adds_shelves_and_ticks(struct world *world)
{
	person_adds_and_ticks(world);
	world_person_shelves(world, discarded_row(world), "on the left");
}

static bool holds_text(struct json_object *cells, const char *text)
{
	if (!cells)
		return false;
	json_each (cells, column, cell) {
		(void)column;
		if (json_is(cell, json_type_string) && strcmp(json_object_get_string(cell), text) == 0)
			return true;
	}
	return false;
}

static void is_discarded(struct world *world)
{
	if (!discarded_row(world) || discarded_row(world)->now.there)
		world_broken(world, "the row is still there");
	if (named_live_items(world) != 1)
		world_broken(world, "the row has become a document");
}

/* All its cells, also those of columns that are nobody's but people's (sync-rules 10). */
static void is_discarded_with_a_grave(struct world *world)
{
	is_discarded(world);
	if (!holds_text(retired_cells(world, "discarded"), "on the left"))
		world_broken(world, "what only the row had is nowhere");
}

static void are_two_and_unticked(struct world *world)
{
	named_are_two(world);
	for (size_t i = 0; i < world->row_count; i++)
		if (world->rows[i].now.there && world->rows[i].now.cells[FIELD_DELETE])
			world_broken(world, "the box of row %s is still ticked", world->rows[i].id);
}

static void is_there_and_unticked(struct world *world)
{
	named_is_there(world);
	if (named_row(world) && named_row(world)->now.cells[FIELD_DELETE])
		world_broken(world, "the box is still ticked");
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

	bool copied = world_row_of(world, TABLE_ITEMS, "i2") != NULL;

	world_person_types(world, row, FIELD_ID, json_new_text("i2"));
	row->copied = copied;
	world_person_types(world, row, FIELD_NAME, json_new_text("typed beside"));
	world_person_types(world, row, FIELD_COLLECTION, world_link(collection->id));
	world_person_types(world, row, FIELD_NOTES, json_new_text("of the row alone"));
}

/* One row for the document; what it showed where the document had nothing is in the document. */
static void is_adopted(struct world *world)
{
	struct json_object *body = world_body(world_document(world, TABLE_ITEMS, "i2"));
	const struct world_row *row = world_row_of(world, TABLE_ITEMS, "i2");

	named_are_two(world);
	if (body && row && !row->copied &&
	    strcmp(world_cell_text(row, FIELD_NOTES), "of the row alone") == 0 &&
	    strcmp(json_text_or(document_data(body), "notes", ""), "of the row alone") != 0)
		world_broken(world, "the notes of the row that was met are not in the document");
	if (body && row && !row->copied && world->row_count == 3 && !row->now.cells[FIELD_NOTES])
		world_broken(world, "the notes of the row that was met are gone");
}

static void row_appears_and_phone_renames(struct world *world)
{
	struct json_object *body = json_copy(world_body(world_document(world, TABLE_ITEMS, "i2")));

	row_appears(world);
	json_put_text(document_data(body), "name", "renamed on a phone");
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	world_phone_puts(world, TABLE_ITEMS, "i2", body);
}

/* What the upsert wrote over the row's name is no edit of the row. Where the row was found before, its name may win. */
static void has_its_last_name(struct world *world)
{
	struct json_object *body = world_body(world_document(world, TABLE_ITEMS, "i2"));
	const struct world_row *row = world_row_of(world, TABLE_ITEMS, "i2");

	is_adopted(world);
	if (body && strcmp(json_text_or(document_data(body), "name", ""), "made on a phone") == 0)
		world_broken(world, "the document has the name again that a phone had replaced");
	if (row && !row->copied && strcmp(world_cell_text(row, FIELD_NAME), "made on a phone") == 0)
		world_broken(world, "the row shows the name that a phone had replaced");
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
		world_person_types(world, row, FIELD_ID, json_new_text("i5"));
		row->copied = true;
	}
}

static const char *marked_row(struct world *world, const char *id)
{
	struct json_object *body = world_body(world_document(world, TABLE_ITEMS, id));
	const char *mark = body ? document_app_link(body, world->config.id) : NULL;

	return mark ? mark : "";
}

/* ---- sync-rules 10 ---- */

static void person_ticks_delete(struct world *world)
{
	if (named_row(world))
		world_person_types(world, named_row(world), FIELD_DELETE, json_new_bool(true));
}

static void person_fills_shelf(struct world *world)
{
	world_person_shelves(world, named_row(world), "on the left");
}

/* Not in the same second as whatever happened last. */
static void person_notes_after_a_while(struct world *world)
{
	world_advance(world, 1200);
	named_person_notes(world);
}

/* The first row of "i1", there or not. */
static struct world_row *first_row(struct world *world)
{
	for (size_t i = 0; i < world->row_count; i++)
		if (strcmp(world_cell_text(&world->rows[i], FIELD_ID), "i1") == 0)
			return &world->rows[i];
	return NULL;
}

static void i2_stands_in_i1(struct world *world)
{
	struct json_object *body = named_new_item(world, "contents");

	json_put_text(document_data(body), "container_id", "i1");
	world_phone_puts(world, TABLE_ITEMS, "i2", body);
	world_pass(world, true, false);
}

static bool says_something(struct world *world)
{
	const struct world_row *row = named_row(world);

	return row && row->now.cells[FIELD_ERROR];
}

/* The refusal is said, and no more when its cause is gone: at once, not when it happens to be tried again. */
static void person_unticks(struct world *world)
{
	bool said = says_something(world);

	if (!named_row(world))
		return;
	world_person_types(world, named_row(world), FIELD_DELETE, NULL);
	if (world_pass(world, true, false) && (!said || says_something(world)))
		world_broken(world, said ? "the refusal of a box that is not ticked is still shown"
					 : "a refused box was not told of");
}

static void phone_empties_i1(struct world *world)
{
	bool said = says_something(world);

	world_phone_deletes(world, world_document(world, TABLE_ITEMS, "i2"));
	if (world_pass(world, true, false) && (!said || named_row(world)))
		world_broken(world, said ? "the emptied container was not deleted at once"
					 : "a refused box was not told of");
}

static const struct world_version *version(const struct world *world, const char *value)
{
	for (size_t i = 0; i < world->version_count; i++)
		if (strcmp(world->versions[i].value, value) == 0)
			return &world->versions[i];
	return NULL;
}

/* The phone's edit came before the document was deleted: it is kept, and the box is empty. */
static void edit_beats_the_box(struct world *world)
{
	struct json_object *body = world_body(world_document(world, TABLE_ITEMS, "i1"));
	const struct world_row *row = named_row(world);
	bool edited = version(world, "from the phone") != NULL;

	if (edited && (!body || !row))
		world_broken(world, "a phone's edit was deleted with its document");
	else if (edited && row->now.cells[FIELD_DELETE])
		world_broken(world, "the box is still ticked");
	else if (!edited && (body || row))
		world_broken(world, "the box was ticked, and nothing happened");
}

/* What a deleted row showed, in its gravestone. */
static bool is_in_gravestone(struct world *world, const char *column, const char *words)
{
	struct json_object *grave = world_state_body(world, "-item-i1");
	struct json_object *cells = json_child(grave, "cells", json_type_object);

	return cells && strcmp(json_text_or(cells, column, ""), words) == 0;
}

/* The time is that of the base, of which the bridge hears whole seconds and which rounds the time of an edit. */
static void later_edit_brings_back(struct world *world)
{
	const struct world_document *document = world_document(world, TABLE_ITEMS, "i1");
	const struct world_row *row = first_row(world);
	const struct world_version *edit = version(world, "from the grid");
	int64_t edited_ms = edit ? row->now.modified_ms[FIELD_NOTES] : 0;

	if (document->gone_shown_again_ms && edited_ms > document->gone_shown_again_ms + 2010 &&
	    !edit->excused && !world_body(document))
		world_broken(world, "an edit of the row did not bring the deleted document back");
	if ((!edit || edited_ms < document->gone_shown_ms) && world_body(document))
		world_broken(world, "an edit from before the deletion brought the document back");
	if (world_body(document) && strcmp(marked_row(world, "i1"), row->id) != 0)
		world_broken(world, "the document that was brought back lacks its mark");
	if (!world_body(document) && !is_in_gravestone(world, WORLD_SHELF_COLUMN, "on the left"))
		world_broken(world, "the gravestone does not know what stood in an unmapped cell");
}

/* ---- a row with the ID of what was deleted before anybody synced it ---- */

static void i2_was_deleted(struct world *world)
{
	phone_makes(world);
	world_phone_deletes(world, world_document(world, TABLE_ITEMS, "i2"));
}

static void person_adds_with_that_id(struct world *world)
{
	struct world_row *row;

	person_adds(world);
	row = &world->rows[world->row_count - 1];
	world_person_types(world, row, FIELD_ID, json_new_text("i2"));
}

/* A person may have meant what was deleted, or something new: nobody knows. */
static void stays_deleted(struct world *world)
{
	const struct world_row *row = world_row_of(world, TABLE_ITEMS, "i2");

	if (world_body(world_document(world, TABLE_ITEMS, "i2")))
		world_broken(world, "a document was written over its tombstone");
	if (!row || !row->now.cells[FIELD_ERROR])
		world_broken(world, "the row is gone, or is not told that its ID is of a deleted document");
}

/* ---- sync-rules 25 ---- */

static void app_deletes(struct world *world)
{
	struct world_document *document = world_document(world, TABLE_ITEMS, "i1");

	if (world_body(document))
		world_phone_deletes_synced(world, document);
}

/* By the history of the app: the document as it was, with the mark of the row that it had. */
static void app_undeletes(struct world *world)
{
	struct world_document *document = world_document(world, TABLE_ITEMS, "i1");
	struct json_object *body = named_new_item(world, "an item");

	document_set_app_link(DOCUMENT_ITEM, body, world->config.id, document->row, 1);
	if (world_body(document))
		json_release(body);
	else
		world_phone_puts(world, TABLE_ITEMS, "i1", body);
}

static void check_nothing_left_behind(struct world *world)
{
	for (size_t i = 0; i < world->extra_count; i++)
		if (document_type_of(json_text_or(world->extras[i], "_id", ""), NULL) ==
		    DOCUMENT_DELETED_DATA)
			world_broken(world, "what the app left behind is still there: %s",
				     json_text_or(world->extras[i], "_id", ""));
}

static void is_marked_anew(struct world *world)
{
	const struct world_row *row = named_row(world);

	named_is_there(world);
	check_nothing_left_behind(world);
	if (row && strcmp(marked_row(world, "i1"), row->id) != 0)
		world_broken(world, "the document is marked as row \"%s\", it is row %s",
			     marked_row(world, "i1"), row->id);
}

/* With what people had put beside it. */
static void has_its_shelf(struct world *world)
{
	const struct world_row *row = named_row(world);

	named_is_there(world);
	if (row && (!row->now.shelf || strcmp(json_object_get_string(row->now.shelf), "on the left") != 0))
		world_broken(world, "the row that was made again lacks its unmapped cell");
}

/* ---- a row from the trash is met where one was to be made ---- */

static void is_in_the_trash(struct world *world)
{
	app_deletes(world);
	while (named_row(world) && !world->violation[0] && world_pass(world, true, false))
		world_advance(world, 61000);
}

static void app_undeletes_and_all_rows_are_listed(struct world *world)
{
	app_undeletes(world);
	if (!world_pass(world, true, true) && world->dead)
		world_restart(world);
}

/* It is met by one write, and told by another what it lacks. */
static void is_met_once(struct world *world)
{
	named_is_there(world);
	if (world->row_writes > 2)
		world_broken(world, "one row took %u writes", world->row_writes);
}

/* The answer to the making of its row is lost. */
static void app_undeletes_without_an_answer(struct world *world)
{
	world_arm(world, FAULT_AIRTABLE_UNANSWERED);
	app_undeletes(world);
}

/* The former row is in its place, or beside it. */
static void has_the_row_that_was_made(struct world *world)
{
	struct world_row *made = NULL;

	for (size_t i = 0; i < world->row_count; i++)
		if (world->rows[i].now.there && strcmp(world_cell_text(&world->rows[i], FIELD_ID), "i1") == 0)
			made = &world->rows[i];
	named_is_there(world);
	for (size_t i = 0; made && i < world->state_count; i++) {
		struct json_object *body = world->states[i].body;
		if (strcmp(json_text_or(body, "_id", ""), "pair-w-item-i1") == 0 &&
		    strcmp(json_text_or(body, "rec", ""), made->id) != 0)
			world_broken(world, "its row is %s, and not the one that was made, %s",
				     json_text_or(body, "rec", ""), made->id);
	}
}

static void is_gone_for_good(struct world *world)
{
	check_nothing_left_behind(world);
	if (named_row(world) || world_body(world_document(world, TABLE_ITEMS, "i1")))
		world_broken(world, "what the app deleted is still there");
}

/* It edits on from what it made: within a minute it must not meet a revision of ours. */
static void phone_goes_on(struct world *world)
{
	struct world_document *document = world_document(world, TABLE_ITEMS, "i2");
	struct json_object *body = json_copy(world_body(document));
	int64_t age_ms = world_base_now_ms(world) - document_created_at(body);

	if (age_ms < SYNC_APP_LINK_QUIET_MS && world_winner(document)->generation > 1)
		world_broken(world,
			     "a phone that edits its fresh item meets a revision of ours after %lld ms",
			     (long long)age_ms);
	json_put_text(document_data(body), "notes", "typed on");
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	world_phone_puts(world, TABLE_ITEMS, "i2", body);
}

static void phone_makes_one(struct world *world)
{
	world_phone_puts(world, TABLE_ITEMS, "i2", named_new_item(world, "made on a phone"));
}

static void phone_makes_what_is_refused(struct world *world)
{
	struct json_object *body = named_new_item(world, "made on a phone");

	json_put_text(document_data(body), "notes", "refused by the column");
	world_phone_puts(world, TABLE_ITEMS, "i2", body);
}

static void check_marked(struct world *world)
{
	const struct world_row *row = world_row_of(world, TABLE_ITEMS, "i2");

	if (!row || strcmp(marked_row(world, "i2"), row->id) != 0)
		world_broken(world, "the document is not marked as its row");
}

/* A problem has its own time, and does not keep the mark away. */
static void is_marked_and_told(struct world *world)
{
	check_marked(world);
	if (!*world_cell_text(world_row_of(world, TABLE_ITEMS, "i2"), FIELD_ERROR))
		world_broken(world, "the row does not say what is refused");
}

/* Two revisions of the phone, and one with the mark. */
static void is_marked_once(struct world *world)
{
	int generation = world_winner(world_document(world, TABLE_ITEMS, "i2"))->generation;

	check_marked(world);
	if (generation != 3)
		world_broken(world, "%d revisions where three are due", generation);
}

static void has_no_row(struct world *world)
{
	if (named_row(world))
		world_broken(world, "the forgotten row was made again");
	if (!world_body(world_document(world, TABLE_ITEMS, "i1")))
		world_broken(world, "the document of the forgotten row is gone");
}

/* ---- a row that waits to become a document, and goes ---- */

static void person_adds_without_collection(struct world *world)
{
	struct world_row *row = world_person_adds(world, TABLE_ITEMS);

	world_person_types(world, row, FIELD_NAME, json_new_text("not meant"));
	world_arm(world, FAULT_AIRTABLE_UNANSWERED); /* what the row is told */
}

static void person_deletes_it(struct world *world)
{
	if (discarded_row(world) && discarded_row(world)->now.there)
		world_person_deletes(world, discarded_row(world));
}

static void nothing_is_left_of_it(struct world *world)
{
	for (size_t i = 0; i < world->state_count; i++)
		if (strcmp(json_text_or(world->states[i].body, "state", ""), "waiting") == 0)
			world_broken(world, "the ledger still knows of it: %s",
				     json_object_to_json_string(world->states[i].body));
}

/* ---- a row that is brought back and cannot be a document again ---- */

static void is_ticked_and_gone(struct world *world)
{
	person_ticks_delete(world);
	for (int i = 0; i < 3; i++) {
		(void)world_pass(world, true, i == 2);
		world_advance(world, 61000);
	}
	if (first_row(world)->now.there)
		world_broken(world, "the box is not obeyed");
}

static void person_brings_it_back_nameless(struct world *world)
{
	world_person_restores(world, first_row(world));
	world_person_types(world, first_row(world), FIELD_NAME, NULL);
}

static void person_ticks_it_once_more(struct world *world)
{
	if (first_row(world)->now.there)
		world_person_types(world, first_row(world), FIELD_DELETE, json_new_bool(true));
}

/* A process that begins since still knows what is wrong, before it lists the rows. */
static void the_next_process_looks(struct world *world)
{
	bool told = false;

	world_advance(world, 300000);
	(void)world_pass(world, true, false);
	world_restart(world);
	(void)world_pass(world, true, false);
	for (size_t i = 0; i < world->state_count; i++)
		told = told || json_text_or(world->states[i].body, "problem", NULL);
	if (!told && !world->dead && world_cell_text(first_row(world), FIELD_ERROR)[0])
		world_broken(world, "the row tells of a problem of which the ledger does not know");
}

/* The row's deletion never arrives, and the next process only knows that it was sent. */
static void ticked_once_more_in_vain(struct world *world)
{
	person_ticks_it_once_more(world);
	for (int i = 0; i < 2; i++) {
		world_arm(world, FAULT_AIRTABLE_UNSENT);
		(void)world_pass(world, true, false);
		world_advance(world, 2 * WORLD_DEADLINE_MS);
	}
	world_restart(world);
}

static void is_gone_again(struct world *world)
{
	if (first_row(world)->now.there)
		world_broken(world, "the row is still there: %s",
			     world_cell_text(first_row(world), FIELD_ERROR));
	if (world_body(world_document(world, TABLE_ITEMS, "i1")))
		world_broken(world, "the document is there");
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

static struct world_row *added_row(struct world *world)
{
	for (size_t i = 0; i < world->row_count; i++)
		if (strcmp(world_cell_text(&world->rows[i], FIELD_NAME), "made in the grid") == 0)
			return &world->rows[i];
	return NULL;
}

static void person_goes_on_typing(struct world *world)
{
	world_person_types(world, added_row(world), FIELD_NOTES, json_new_text("typed next"));
}

/* On both sides, and nothing of it is called a conflict. */
static void is_taken_in_whole(struct world *world)
{
	struct json_object *body =
		world_body(world_document(world, TABLE_ITEMS, world_cell_text(added_row(world), FIELD_ID)));

	if (!body || strcmp(json_text_or(document_data(body), "notes", ""), "typed next") != 0)
		world_broken(world, "what was typed next is not in the document");
	if (strcmp(world_cell_text(added_row(world), FIELD_NOTES), "typed next") != 0)
		world_broken(world, "what was typed next is not in the row");
}

/* Not by a list of all rows: by the check of which rows there are, and the look a minute later. */
static void person_deletes_and_it_is_noticed(struct world *world)
{
	bool crashes = world->crash_at > 0;

	(void)world_pass_checks(world);
	named_person_deletes(world);
	if (world_pass_checks(world)) {
		world_advance(world, SYNC_UNSURE_MS + 1000);
		(void)world_pass(world, false, false);
	}
	if (!crashes && !named_row(world))
		world_broken(world, "the deleted row was not put back");
}

static const struct scenario scenarios[] = {
	{"row-deleted-is-noticed-by-a-check", named_nothing, person_deletes_and_it_is_noticed,
	 named_phone_notes, named_is_there, IN_ORDER, false},
	{"mark-meets-offline-phone", named_nothing, phone_makes_one, phone_goes_on, is_marked_once,
	 IN_ORDER | BRISK, false},
	{"mark-beside-a-problem", named_nothing, phone_makes_what_is_refused, named_phone_notes,
	 is_marked_and_told, IN_ORDER, false},
	{"undeleted-in-app-stale-mark", named_nothing, app_deletes, app_undeletes, is_marked_anew, IN_ORDER,
	 true},
	{"undeleted-in-app-unmapped-cells", person_fills_shelf, app_deletes, app_undeletes, has_its_shelf,
	 IN_ORDER, true},
	{"deleted-on-both-sides", named_nothing, named_person_deletes, app_deletes, is_gone_for_good,
	 BOTH_ORDERS, true},
	{"deleted-on-both-sides-at-once", named_nothing, named_person_deletes, app_deletes, is_gone_for_good,
	 ALL_ORDERS, false},
	{"app-leaves-something-behind", named_nothing, app_deletes, named_person_notes, is_gone_for_good,
	 1U << AS_WRITTEN, false},
	{"new-row-with-its-box-ticked", named_nothing, person_adds_shelves_and_ticks, named_phone_notes,
	 is_discarded_with_a_grave, ALL_ORDERS, false},
	{"discarded-row-comes-back-ticked", named_nothing, person_adds_and_ticks,
	 person_brings_it_back_ticked, are_two_and_unticked, 1U << AS_WRITTEN, true},
	{"deleted-row-comes-back-ticked", named_nothing, person_ticks_delete, named_person_restores,
	 is_there_and_unticked, 1U << AS_WRITTEN, true},
	{"nameless-row-comes-back-and-is-ticked", is_ticked_and_gone, person_brings_it_back_nameless,
	 person_ticks_it_once_more, is_gone_again, 1U << AS_WRITTEN, true},
	{"nameless-row-and-the-next-process", is_ticked_and_gone, person_brings_it_back_nameless,
	 the_next_process_looks, named_anything, 1U << AS_WRITTEN, true},
	{"nameless-row-is-ticked-in-vain", is_ticked_and_gone, person_brings_it_back_nameless,
	 ticked_once_more_in_vain, is_gone_again, 1U << AS_WRITTEN, true},
	{"row-that-is-told-something-goes", named_nothing, person_adds_without_collection, person_deletes_it,
	 nothing_is_left_of_it, IN_ORDER, false},
	{"discarded-row-is-brought-back", named_nothing, person_adds_and_ticks, person_brings_it_back,
	 named_are_two, 1U << AS_WRITTEN, true},
	{"delete-box-while-phone-edits", named_nothing, person_ticks_delete, named_phone_notes,
	 edit_beats_the_box, ALL_ORDERS, false},
	{"refused-box-is-unticked", i2_stands_in_i1, person_ticks_delete, person_unticks, named_is_there,
	 1U << AS_WRITTEN, true},
	{"refused-box-and-contents-leave", i2_stands_in_i1, person_ticks_delete, phone_empties_i1,
	 named_anything, 1U << AS_WRITTEN, true},
	{"tombstone-meets-row-edit", person_fills_shelf, named_phone_deletes, person_notes_after_a_while,
	 later_edit_brings_back, ALL_ORDERS, false},
	{"forget-stays-forgotten", forget_rows, named_person_deletes, named_nothing, has_no_row, IN_ORDER,
	 true},
	{"trash-restore-after-delete", named_nothing, named_phone_deletes, named_person_restores,
	 named_is_there, 1U << AS_WRITTEN, true},
	{"cell-typed-into-a-row-just-taken-in", named_nothing, person_adds, person_goes_on_typing,
	 is_taken_in_whole, 1U << AS_WRITTEN | BRISK, true},
	{"cut-and-paste-row", named_nothing, person_cuts_and_pastes, named_phone_notes, is_pasted,
	 BOTH_ORDERS, true},
	{"cut-and-paste-while-phone-empties", named_nothing, person_cuts_and_pastes, phone_empties_the_notes,
	 has_no_notes, BOTH_ORDERS, false},
	{"crash-between-document-and-id-cell", named_nothing, person_adds, named_phone_notes, named_are_two,
	 ALL_ORDERS, false},
	{"new-row-with-the-id-of-a-tombstone", i2_was_deleted, person_adds_with_that_id, named_phone_notes,
	 stays_deleted, ALL_ORDERS, false},
	{"upsert-meets-row-from-the-trash", is_in_the_trash, app_undeletes_and_all_rows_are_listed,
	 named_person_restores, is_met_once, 1U << MEANWHILE, false},
	{"row-from-the-trash-beside-one-in-doubt", is_in_the_trash, app_undeletes_without_an_answer,
	 named_person_restores, has_the_row_that_was_made, 1U << MEANWHILE, false},
	{"upsert-meets-existing-row", named_nothing, phone_makes, row_appears, is_adopted, ALL_ORDERS, false},
	{"upsert-meets-row-and-a-phone-goes-on", named_nothing, phone_makes, row_appears_and_phone_renames,
	 has_its_last_name, 1U << MEANWHILE, false},
	{"twin-in-batch-of-ten", named_nothing, phone_makes_ten, twins_appear, nine_have_rows, ALL_ORDERS,
	 false},
};

const struct named_table named_existence = {scenarios, countof(scenarios)};
