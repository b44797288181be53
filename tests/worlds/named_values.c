/* Values that one side cannot hold, and those that it keeps in another form: sync-rules 18 and 21. */
#include "tests/worlds/named.h"

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
	if (!strstr(world_cell_text(named_row(world), FIELD_ERROR), "CHF is not among"))
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

static const struct scenario scenarios[] = {
	{"value-that-no-cell-shows-is-corrected", have_currencies, phone_takes_unknown_currency,
	 person_corrects_currencies, currencies_are_corrected, IN_ORDER, true},
	{"value-that-no-cell-shows-waits", have_currencies, phone_takes_unknown_currency, named_person_models,
	 currencies_wait, ALL_ORDERS, true},
	{"number-too-large-is-refused", named_nothing, person_types_too_much, named_phone_notes,
	 too_much_is_refused, ALL_ORDERS, true},
};

const struct named_table named_values = {scenarios, countof(scenarios)};
