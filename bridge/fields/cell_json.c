#include "bridge/fields/cell_json.h"

#include "base/text.h"

#include <string.h>

#define SHOWN_CHARACTERS 60 /* of what is no cell, in a message */

static struct json_object *tagged(const char *tag, struct json_object *value)
{
	struct json_object *json = json_new_object();

	json_put(json, tag, value);
	return json;
}

static struct json_object *links_to_json(const struct cell *cell)
{
	struct json_object *list = json_new_array();

	for (size_t i = 0; i < cell->id_count; i++)
		json_append(list, json_new_text(cell->ids[i]));
	return list;
}

struct json_object *cell_to_json(const struct cell *cell)
{
	switch (cell->kind) {
	case CELL_TEXT:
		return json_new_text(cell->text);
	case CELL_NUMBER:
		return json_number(cell->number);
	case CELL_TRUE:
		return json_new_bool(true);
	case CELL_TIME:
		return tagged("t", json_new_int(cell->time_ms));
	case CELL_CHOICE:
		return tagged("s", json_new_text(cell->text));
	case CELL_LINKS:
		return tagged("l", links_to_json(cell));
	case CELL_WRONG:
		return tagged("w", json_new_text(cell->text));
	default:
		return NULL;
	}
}

static bool refuse(struct json_object *json, struct error *error)
{
	scoped_text words = json_write(json);
	size_t length = text_utf8_prefix(words, strlen(words), SHOWN_CHARACTERS);

	return error_set(error, ERROR_REFUSED, "%.*s is no cell", (int)length, words);
}

/* A string without U+0000, which a cell could not hold, and not empty. */
static const char *plain_string(struct json_object *json)
{
	if (!json_is(json, json_type_string))
		return NULL;
	const char *words = json_text_of(json);
	size_t length = json_text_length(json);
	return length > 0 && strlen(words) == length ? words : NULL;
}

static bool links_from_json(struct json_object *list, struct cell *cell_out)
{
	struct cell cell = {0};
	size_t count = json_length(list);

	for (size_t i = 0; i < count; i++) {
		const char *id = plain_string(json_at(list, i));
		if (!id) {
			cell_done(&cell);
			return false;
		}
		cell_links_add(&cell, id);
	}
	if (count > 0)
		*cell_out = cell;
	return count > 0;
}

static bool tagged_from_json(struct json_object *json, struct cell *cell_out)
{
	struct json_object *time = NULL, *links = json_child(json, "l", json_type_array), *words = NULL;

	if (json_key_count(json) != 1)
		return false;
	if (links)
		return links_from_json(links, cell_out);
	if (json_find(json, "t", &time) && json_is(time, json_type_int)) {
		*cell_out = cell_time(json_int_of(time));
		return true;
	}
	if (json_find(json, "s", &words) && plain_string(words)) {
		*cell_out = cell_choice(plain_string(words));
		return true;
	}
	if (json_find(json, "w", &words) && plain_string(words)) {
		*cell_out = cell_wrong("%s", plain_string(words));
		return true;
	}
	return false;
}

bool cell_from_json(struct json_object *json, struct cell *cell_out, struct error *error)
{
	const char *words;

	switch (json_type_of(json)) {
	case json_type_null:
		*cell_out = (struct cell){0};
		return true;
	case json_type_string:
		words = plain_string(json);
		if (!words)
			return refuse(json, error);
		*cell_out = cell_text(words);
		return true;
	case json_type_int:
	case json_type_double:
		*cell_out = cell_number(json_double_of(json));
		return true;
	case json_type_boolean:
		if (!json_bool_of(json))
			return refuse(json, error);
		*cell_out = cell_truth(true);
		return true;
	case json_type_object:
		return tagged_from_json(json, cell_out) || refuse(json, error);
	default:
		return refuse(json, error);
	}
}
