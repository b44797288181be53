/* Cells that name something else: choices, rows, files. */
#include "base/clock.h"
#include "sandbox/cells_read.h"
#include "sandbox/refusal.h"
#include "sandbox/rows.h"
#include <stdlib.h>
#include <string.h>

/* By its name, exactly, or by its id. */
static struct sandbox_choice *choice_named(struct sandbox_field *field, const char *name)
{
	for (size_t i = 0; i < field->choice_count; i++) {
		if (!field->choices[i]->deleted && strcmp(field->choices[i]->name, name) == 0)
			return field->choices[i];
	}
	for (size_t i = 0; i < field->choice_count; i++) {
		if (!field->choices[i]->deleted && strcmp(field->choices[i]->id, name) == 0)
			return field->choices[i];
	}
	return NULL;
}

/* Adds the choice of that name once. A rehearsal adds nothing for a choice that is still to be made. */
static bool add_choice(const struct sandbox_reading *reading, const char *name, struct sandbox_cell *cell,
		       struct error *error)
{
	struct sandbox_choice *choice = choice_named(reading->field, name);

	if (!choice && (!reading->typecast || !*name))
		return sandbox_refuse(error, 422, "INVALID_MULTIPLE_CHOICE_OPTIONS",
				      "Insufficient permissions to create new select option \"\\\"%s\\\"\"",
				      name);
	if (!choice && !reading->rehearsal)
		choice = sandbox_add_choice(reading->field, NULL, name);
	for (uint32_t i = 0; i < cell->count; i++) {
		if (cell->choices[i] == choice)
			return true;
	}
	if (!choice)
		return true;
	cell->choices = own_resize(cell->choices, cell->count + 1, sizeof(struct sandbox_choice *));
	cell->choices[cell->count++] = choice;
	cell->kind = CELL_CHOICES;
	return true;
}

bool sandbox_read_select(const struct sandbox_reading *reading, struct json_object *value,
			 struct sandbox_cell *cell_out, struct error *error)
{
	scoped_text name = NULL;
	struct sandbox_cell cell = {0};

	if (!sandbox_words_of(reading, value, &name, error))
		return false;
	if (!(reading->typecast && !*name) && !add_choice(reading, name, &cell, error))
		return false;
	*cell_out = cell;
	return true;
}

/* "a, b,c" as a JSON array of its trimmed parts. */
static struct json_object *split_words(const char *words)
{
	struct json_object *parts = json_new_array();

	while (*words) {
		size_t length = strcspn(words, ",");
		const char *from = words, *to = words + length;
		while (from < to && *from == ' ')
			from++;
		while (to > from && to[-1] == ' ')
			to--;
		if (to > from)
			json_append(parts, json_new_text_bytes(from, (size_t)(to - from)));
		words += length + (words[length] == ',');
	}
	return parts;
}

/* The array, or what a typecast makes of a string; the caller puts it. */
static struct json_object *array_of(const struct sandbox_reading *reading, struct json_object *value)
{
	if (json_is(value, json_type_array))
		return json_share(value);
	if (reading->typecast && json_is(value, json_type_string))
		return split_words(json_text_of(value));
	return NULL;
}

bool sandbox_read_selects(const struct sandbox_reading *reading, struct json_object *value,
			  struct sandbox_cell *cell_out, struct error *error)
{
	scoped(json_object) names = array_of(reading, value);
	struct sandbox_cell cell = {0};

	if (!names)
		return sandbox_refuse_value(reading, value, error);
	for (size_t i = 0; i < json_length(names); i++) {
		scoped_text name = NULL;
		if (!sandbox_words_of(reading, json_at(names, i), &name, error) ||
		    !add_choice(reading, name, &cell, error)) {
			sandbox_cell_done(&cell);
			return false;
		}
	}
	*cell_out = cell;
	return true;
}

static struct sandbox_record *record_named(struct sandbox_table *table, const char *name)
{
	struct sandbox_record *found = NULL;
	struct text text = {0};

	for (size_t i = 0; i < table->record_count && !found; i++) {
		text_clear(&text);
		sandbox_cell_text(table->records[i], table->primary, &text);
		if (strcmp(text_or_empty(&text), name) == 0)
			found = table->records[i];
	}
	text_done(&text);
	return found;
}

/* A typecast's row in the linked table, with that name in its primary field. */
static bool make_linked(const struct sandbox_reading *reading, const char *name,
			struct sandbox_record **record_out, struct error *error)
{
	struct sandbox_table *linked = reading->field->linked;
	struct sandbox_reading primary = {linked->primary, NULL, true, reading->rehearsal};
	scoped(json_object) words = json_new_text(name);
	struct sandbox_cell cell = {0};

	if (!sandbox_cell_read(&primary, words, &cell, error))
		return false;
	if (reading->rehearsal) {
		sandbox_cell_done(&cell);
		return true;
	}
	*record_out = sandbox_add_record(linked, NULL);
	sandbox_row_set(*record_out, linked->primary, &cell);
	return true;
}

static bool linked_record(const struct sandbox_reading *reading, const char *key,
			  struct sandbox_record **record_out, struct error *error)
{
	struct sandbox_table *linked = reading->field->linked;
	struct sandbox_record *record = sandbox_find_record(linked->base, key);

	if (record && record->table == linked) {
		*record_out = record;
		return true;
	}
	if (!reading->typecast || !*key || sandbox_id_shaped(key, "rec"))
		return sandbox_refuse(error, 422, "ROW_DOES_NOT_EXIST",
				      "Record ID %s does not exist in this table", key);
	*record_out = record_named(linked, key);
	return *record_out || make_linked(reading, key, record_out, error);
}

static void add_link(struct sandbox_cell *cell, struct sandbox_record *record)
{
	for (uint32_t i = 0; i < cell->count; i++) {
		if (cell->links[i] == record)
			return;
	}
	cell->links = own_resize(cell->links, cell->count + 1, sizeof(struct sandbox_record *));
	cell->links[cell->count++] = record;
	cell->kind = CELL_LINKS;
}

/* "rec…" or {"id":"rec…"}. */
static const char *link_key(struct json_object *element)
{
	if (json_is(element, json_type_object))
		return json_text_or(element, "id", NULL);
	return json_is(element, json_type_string) ? json_text_of(element) : NULL;
}

bool sandbox_read_links(const struct sandbox_reading *reading, struct json_object *value,
			struct sandbox_cell *cell_out, struct error *error)
{
	scoped(json_object) keys = array_of(reading, value);
	struct sandbox_cell cell = {0};

	if (!keys || !reading->field->linked)
		return sandbox_refuse(error, 422, "INVALID_VALUE_FOR_COLUMN",
				      "Value is not an array of record IDs.");
	for (size_t i = 0; i < json_length(keys); i++) {
		const char *key = link_key(json_at(keys, i));
		struct sandbox_record *record = NULL;
		if (!key || !linked_record(reading, key, &record, error)) {
			sandbox_cell_done(&cell);
			return key ? false
				   : sandbox_refuse(error, 422, "INVALID_VALUE_FOR_COLUMN",
						    "Value is not an array of record IDs.");
		}
		if (record)
			add_link(&cell, record);
	}
	*cell_out = cell;
	return true;
}
