/* The observer's own table of fields, and values as it compares them: in words. */
#include "inventory/script.h"
#include "tests/worlds/observer.h"

#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const struct observer_field observer_fields[OBSERVER_FIELDS] = {
	{FIELD_NAME, TEXT, "name", "name", true},
	{FIELD_REFERENCE_NUMBER, TEXT, "item_reference_number", "collection_reference_number", false},
	{FIELD_NOTES, TEXT, "notes", NULL, true},
	{FIELD_MODEL_NAME, TEXT, "model_name", NULL, true},
	{FIELD_SERIAL, NUMBER, "serial", NULL, true},
	{FIELD_PRICE, MILLI, "purchase_price_x1000", NULL, true},
	{FIELD_PURCHASE_DATE, TIME, "purchase_date", NULL, true},
	{FIELD_TYPE, TYPE, "item_type", NULL, false},
	{FIELD_WILL_NOT_RESTOCK, BOX, "consumable_will_not_restock", NULL, false},
	{FIELD_COLLECTION, LINK, "collection_id", NULL, false},
	{FIELD_CONTAINER, LINK, "container_id", NULL, false},
};

static const struct {
	const char *word, *choice;
} type_names[] = {
	{"container", "Container"},
	{"generic_container", "Generic Container"},
	{"item_with_parts", "Item with Parts"},
	{"consumable", "Consumable"},
};

static const struct observer_field *known_field(enum field field)
{
	for (size_t i = 0; i < OBSERVER_FIELDS; i++)
		if (observer_fields[i].field == field)
			return &observer_fields[i];
	return NULL;
}

const char *observer_field_key(const struct observer_field *known, enum table table)
{
	return table == TABLE_ITEMS ? known->of_items : known->of_collections;
}

const char *observer_key(enum field field, enum table table)
{
	const struct observer_field *known = known_field(field);

	return known && known->watched ? observer_field_key(known, table) : NULL;
}

static void number_words(double number, char words_out[48])
{
	snprintf(words_out, 48, "%.3f", number);
}

void observer_cell_words(enum field field, struct json_object *value, char words_out[48])
{
	const struct observer_field *known = known_field(field);
	enum observer_shape shape = known ? known->shape : TEXT;
	int64_t time_ms;

	words_out[0] = '\0';
	if (shape == TYPE && (!value || json_text_length(value) == 0))
		snprintf(words_out, 48, "Item");
	else if (!value)
		return;
	else if (shape == NUMBER || shape == MILLI)
		number_words(json_object_get_double(value), words_out);
	else if (shape == TIME && clock_from_iso(json_object_get_string(value), &time_ms))
		snprintf(words_out, 48, "%lld", (long long)time_ms);
	else if (json_is(value, json_type_array))
		snprintf(words_out, 48, "%.47s",
			 json_length(value) ? json_object_get_string(json_at(value, 0)) : "");
	else if (!json_is(value, json_type_boolean) || json_object_get_boolean(value)) {
		/* White space at the ends is nobody's value: the app takes it away. */
		scoped_text words = script_trim(json_object_get_string(value));
		snprintf(words_out, 48, "%.47s", words);
	}
}

void observer_data_words(enum field field, enum table table, struct json_object *data, char words_out[48])
{
	const struct observer_field *known = known_field(field);
	struct json_object *value = NULL;

	words_out[0] = '\0';
	if (!known || !observer_field_key(known, table))
		return;
	if (data)
		json_find(data, observer_field_key(known, table), &value);
	if (known->shape == TYPE) {
		const char *word = value ? json_object_get_string(value) : "", *choice = "Item";
		for (size_t i = 0; i < countof(type_names); i++)
			if (strcmp(type_names[i].word, word) == 0)
				choice = type_names[i].choice;
		snprintf(words_out, 48, "%s", choice);
	} else if (value && known->shape == MILLI) {
		number_words(json_object_get_double(value) / 1000, words_out);
	} else {
		observer_cell_words(field, value, words_out);
	}
}
