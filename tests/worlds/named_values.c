/* Values that one side cannot hold, and those that it keeps in another form: sync-rules 18 and 21. */
#include "inventory/document.h"
#include "tests/worlds/named.h"
#include "tests/worlds/transcript.h"

#include <string.h>

/* ---- a document's value that no cell can show ---- */

#define LONG_BEFORE_MS 10000 /* an edit of a phone's that is surely earlier than what a person does now */

static void currency_of(struct world *world, const char *id, const char *currency)
{
	struct json_object *body = json_copy(world_body(world_document(world, TABLE_ITEMS, id)));

	json_put_text(document_data(body), "purchase_price_currency", currency);
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world) - LONG_BEFORE_MS));
	world_phone_puts(world, TABLE_ITEMS, id, body);
}

/* "i1" has agreed on a currency; the row of "i2" is made without one, which its column does not have. */
static void have_currencies(struct world *world)
{
	struct json_object *body = named_new_item(world, "another item");

	json_put_text(document_data(body), "purchase_price_currency", "CHF");
	world_phone_puts(world, TABLE_ITEMS, "i2", body);
	currency_of(world, "i1", "USD");
	if (!world_first_sync(world))
		world_broken(world, "the currencies are not synced");
}

static void phone_takes_unknown_currency(struct world *world)
{
	currency_of(world, "i1", "CHF");
}

static void person_corrects_currencies(struct world *world)
{
	named_person_sets(world, FIELD_CURRENCY, "EUR");
	world_person_types(world, world_row_of(world, TABLE_ITEMS, "i2"), FIELD_CURRENCY,
			   json_new_text("EUR"));
}

static bool history_has(const struct world *world, const char *key, const char *value)
{
	for (size_t i = 0; i < world->extra_count; i++) {
		struct json_object *was = json_child(world->extras[i], "original_data", json_type_object);
		if (strcmp(json_text_or(world->extras[i], "event_name", ""), "sync_conflict") == 0 &&
		    strcmp(json_text_or(was, key, ""), value) == 0)
			return true;
	}
	return false;
}

static void currencies_are_corrected(struct world *world)
{
	static const char *const ids[] = {"i1", "i2"};

	for (size_t i = 0; i < countof(ids); i++) {
		named_must_say(world, ids[i], "purchase_price_currency", "EUR");
		named_must_show(world, ids[i], FIELD_CURRENCY, "EUR");
		named_must_show(world, ids[i], FIELD_ERROR, "");
	}
	if (!history_has(world, "purchase_price_currency", "CHF"))
		world_broken(world, "the currency that gave way is not in the history");
}

/* As long as nobody corrects it, both sides keep what they have, and the row says why. */
static void currencies_wait(struct world *world)
{
	named_must_say(world, "i1", "purchase_price_currency", "CHF");
	named_must_show(world, "i1", FIELD_CURRENCY, "USD");
	named_must_say(world, "i2", "purchase_price_currency", "CHF");
	named_must_show(world, "i2", FIELD_CURRENCY, "");
	named_must_say(world, "i1", "model_name", "from the grid");
	if (!strstr(world_cell_text(named_row(world), FIELD_ERROR), "\"CHF\" is not among"))
		world_broken(world, "the row does not say that its choice is missing");
}

/* ---- a number that a document could not be read with ---- */

static void person_types_too_much(struct world *world)
{
	world_person_types(world, named_row(world), FIELD_SERIAL, json_number(1e20));
	world_person_types(world, named_row(world), FIELD_PRICE, json_number(1e17));
}

static void must_be_told(struct world *world, const char *words)
{
	if (!strstr(world_cell_text(named_row(world), FIELD_ERROR), words))
		world_broken(world, "the row does not say \"%s\"", words);
}

/* Neither is in the document, and what a phone edits flows on. */
static void too_much_is_refused(struct world *world)
{
	named_must_say(world, "i1", "serial", "");
	named_must_say(world, "i1", "purchase_price_x1000", "");
	named_must_say(world, "i1", "notes", "from the phone");
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
	must_be_told(world, "Serial: 1e+20 is too large");
	must_be_told(world, "Purchase Price: 1e+17 is too large");
}

/* ---- ids of any form ---- */

static const char *const odd_ids[] = {
	"1/bis", " begins with a space", "ends with one ", "\xF0\x9F\x94\xA7 box", "next\xC2\x85line",
};

static void phone_makes_odd_ids(struct world *world)
{
	for (size_t i = 0; i < countof(odd_ids); i++)
		world_phone_puts(world, TABLE_ITEMS, odd_ids[i], named_new_item(world, odd_ids[i]));
}

static void has_odd_ids(struct world *world)
{
	phone_makes_odd_ids(world);
	if (!world_first_sync(world))
		world_broken(world, "the odd ids are not synced");
}

/* Before the documents have the app's mark: only the ID cells tell whose the rows are. */
static void odd_ids_are_made_and_the_state_is_lost(struct world *world)
{
	phone_makes_odd_ids(world);
	(void)world_pass(world, true, false);
	world_state_is_lost(world);
	world_restart(world);
}

static void person_cuts_and_pastes_all(struct world *world)
{
	for (size_t i = 0; i < countof(odd_ids); i++) {
		struct world_row *row = world_row_of(world, TABLE_ITEMS, odd_ids[i]);
		if (!row)
			continue;
		world_person_duplicates(world, row, true)->copied = false;
		world_person_deletes(world, row);
	}
}

/* The rows are the same ones, and so are the documents. */
static void have_no_twins(struct world *world)
{
	size_t rows = 0;

	for (size_t i = 0; i < world->row_count; i++)
		rows += world->rows[i].table == TABLE_ITEMS && world->rows[i].now.there;
	if (named_live_items(world) != 1 + countof(odd_ids) || rows != 1 + countof(odd_ids))
		world_broken(world, "%zu items and %zu rows where there are %zu", named_live_items(world),
			     rows, 1 + countof(odd_ids));
	for (size_t i = 0; i < countof(odd_ids); i++)
		named_must_show(world, odd_ids[i], FIELD_ERROR, "");
	named_is_there(world);
}

/* Airtable would make a space of the break, and one row of both. */
static void phone_makes_ids_that_no_cell_shows(struct world *world)
{
	world_phone_puts(world, TABLE_ITEMS, "two\nlines", named_new_item(world, "of two lines"));
	world_phone_puts(world, TABLE_ITEMS, "two lines", named_new_item(world, "with a space"));
}

static bool is_told_of(const struct world *world, const char *id_end, const char *words)
{
	struct json_object *entry = world_state_body(world, id_end);

	return strstr(json_text_or(entry, "problem", ""), words) != NULL;
}

static void only_the_space_has_a_row(struct world *world)
{
	named_must_show(world, "two lines", FIELD_NAME, "with a space");
	if (world_row_of(world, TABLE_ITEMS, "two\nlines"))
		world_broken(world, "an id that no cell shows has a row");
	if (!is_told_of(world, "-item-two\nlines", "line break"))
		world_broken(world, "nobody is told that an id cannot be shown");
}

/* ---- documents that cannot be read ---- */

static void phone_nests(struct world *world)
{
	transcript_spoil(world, "a document that only the world does not show");
	named_phone_sets(world, "notes", "from the phone", 0);
	named_phone_sets(world, WORLD_TOO_DEEP, "to the bottom", 0);
}

/* Neither side is written, and it is not taken for a document that is not there. */
static void is_named_as_nested(struct world *world)
{
	named_is_there(world);
	named_must_show(world, "i1", FIELD_NOTES, "first");
	named_must_say(world, "i1", "model_name", "");
	if (!is_told_of(world, "-item-i1", "nested too deeply"))
		world_broken(world, "nobody is told that the document cannot be read");
}

static void phone_puts_it_right(struct world *world)
{
	struct json_object *body = json_copy(world_body(world_document(world, TABLE_ITEMS, "i1")));

	json_remove(document_data(body), WORLD_TOO_DEEP);
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	world_phone_puts(world, TABLE_ITEMS, "i1", body);
}

/* It has the row that it had. */
static void is_read_again(struct world *world)
{
	size_t rows = 0;

	for (size_t i = 0; i < world->row_count; i++)
		rows += world->rows[i].table == TABLE_ITEMS;
	if (rows != 1)
		world_broken(world, "its row was made anew");
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
	named_must_show(world, "i1", FIELD_ERROR, "");
}

/* ---- what somebody is typing ---- */

static void person_types_a_space(struct world *world)
{
	named_person_sets(world, FIELD_NOTES, "tents ");
}

/* From what the cell shows by then, as somebody does whose cursor stands there. */
static void person_goes_on_from_there(struct world *world)
{
	scoped_text words = own_format("%sfor two", world_cell_text(named_row(world), FIELD_NOTES));

	named_person_sets(world, FIELD_NOTES, words);
}

static void is_as_typed(struct world *world)
{
	named_must_say(world, "i1", "notes", "tents for two");
	named_must_show(world, "i1", FIELD_NOTES, "tents for two");
}

static void has_no_space_in_the_end(struct world *world)
{
	named_must_say(world, "i1", "notes", "tents");
	named_must_show(world, "i1", FIELD_NOTES, "tents");
	named_must_show(world, "i1", FIELD_ERROR, "");
}

static void has_no_space_beside_the_model(struct world *world)
{
	has_no_space_in_the_end(world);
	named_must_say(world, "i1", "model_name", "from the phone");
}

static void phone_models(struct world *world)
{
	named_phone_sets(world, "model_name", "from the phone", 0);
}

#define SENTENCE "two tents"

static size_t saves_of(const struct world *world, const char *key)
{
	size_t count = 0;

	for (size_t i = 0; i < world->extra_count; i++)
		count += json_find(json_child(world->extras[i], "new_data", json_type_object), key, NULL);
	return count;
}

/* A letter each second, and a pass after each. */
static void person_types_letter_by_letter(struct world *world)
{
	for (size_t length = 1; length <= strlen(SENTENCE) && !world->crash_at; length++) {
		scoped_text words = own_format("%.*s", (int)length, SENTENCE);
		named_person_sets(world, FIELD_MODEL_NAME, words);
		if (!world_pass(world, true, false))
			world_broken(world, "a pass failed");
		if (strcmp(world_cell_text(named_row(world), FIELD_MODEL_NAME), words) != 0)
			world_broken(world, "the cell was changed under their hands");
		world_advance(world, 1000);
	}
	named_person_sets(world, FIELD_MODEL_NAME, SENTENCE);
}

/* The first letter is saved at once, the rest when they have done. */
static void is_one_sentence(struct world *world)
{
	named_must_say(world, "i1", "model_name", SENTENCE);
	named_must_show(world, "i1", FIELD_MODEL_NAME, SENTENCE);
	if (saves_of(world, "model_name") > 2)
		world_broken(world, "%zu entries of one sentence", saves_of(world, "model_name"));
}

static void have_typed_a_minute_ago(struct world *world)
{
	named_person_sets(world, FIELD_MODEL_NAME, "before");
	if (!world_first_sync(world))
		world_broken(world, "the first edit is not synced");
}

/* By somebody who does nothing but type: after a minute it is saved as far as it is. */
static void person_never_ends(struct world *world)
{
	for (int i = 0; i < 31 && !world->crash_at; i++) {
		scoped_text words = own_format("before%.*s", i, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
		named_person_sets(world, FIELD_MODEL_NAME, words);
		if (!world_pass(world, true, false))
			world_broken(world, "a pass failed");
		world_advance(world, 2000);
	}
	if (!world->crash_at && saves_of(world, "model_name") < 3)
		world_broken(world, "what is typed is not saved before it ends");
}

static const struct scenario scenarios[] = {
	{"space-typed-between-words", named_nothing, person_types_a_space, person_goes_on_from_there,
	 is_as_typed, 1U << AS_WRITTEN | BRISK, true},
	{"space-typed-at-the-end", named_nothing, person_types_a_space, phone_models,
	 has_no_space_beside_the_model, ALL_ORDERS, true},
	{"sentence-typed-letter-by-letter", named_nothing, person_types_letter_by_letter, named_nothing,
	 is_one_sentence, 1U << AS_WRITTEN, false},
	{"typing-without-an-end", have_typed_a_minute_ago, person_never_ends, named_nothing, named_is_there,
	 1U << AS_WRITTEN, false},
	{"value-that-no-cell-shows-is-corrected", have_currencies, phone_takes_unknown_currency,
	 person_corrects_currencies, currencies_are_corrected, IN_ORDER, true},
	{"value-that-no-cell-shows-waits", have_currencies, phone_takes_unknown_currency, named_person_models,
	 currencies_wait, ALL_ORDERS, true},
	{"number-too-large-is-refused", named_nothing, person_types_too_much, named_phone_notes,
	 too_much_is_refused, ALL_ORDERS, true},
	{"odd-ids-and-the-state-is-lost", named_nothing, odd_ids_are_made_and_the_state_is_lost,
	 named_phone_notes, have_no_twins, BOTH_ORDERS, true},
	{"odd-ids-cut-and-pasted", has_odd_ids, person_cuts_and_pastes_all, named_phone_notes, have_no_twins,
	 BOTH_ORDERS, true},
	{"ids-that-no-cell-shows", named_nothing, phone_makes_ids_that_no_cell_shows, named_person_notes,
	 only_the_space_has_a_row, ALL_ORDERS, true},
	{"document-nested-too-deeply", named_nothing, phone_nests, named_person_models, is_named_as_nested,
	 IN_ORDER, true},
	{"document-nested-too-deeply-is-put-right", named_nothing, phone_nests, phone_puts_it_right,
	 is_read_again, IN_ORDER, true},
};

const struct named_table named_values = {scenarios, countof(scenarios)};
