#include "bridge/columns/columns_json.h"

static struct json_object *choices_to_json(const struct column *column)
{
	struct json_object *list = json_new_array();

	for (size_t i = 0; i < column->choice_count; i++) {
		const struct column_choice *choice = &column->choices[i];
		struct json_object *json = json_new_object();
		json_put_text(json, "id", choice->id);
		json_put_text(json, "name", choice->name);
		json_put_text(json, "canonical", choice->canonical);
		if (choice->gone)
			json_put(json, "gone", json_new_bool(true));
		json_append(list, json);
	}
	return list;
}

static struct json_object *column_to_json(const struct column *column)
{
	struct json_object *json = json_new_object();

	json_put_text(json, "id", column->id);
	json_put_text(json, "key", column->key);
	json_put_text(json, "name", column->name);
	json_put_text(json, "type", column->type);
	json_put_text(json, "stopped", column->stopped_reason);
	json_put_text(json, "links_to", column->linked_table_id);
	if (column->tolerance > 0)
		json_put(json, "tolerance", json_number(column->tolerance));
	if (column->choice_count > 0)
		json_put(json, "choices", choices_to_json(column));
	return json;
}

/* Apart from the fields' columns, where an earlier version would take them for a field that it does not know. */
static void put_beside(struct json_object *json, const struct columns *columns)
{
	if (columns->images.id)
		json_put(json, "images", column_to_json(&columns->images));
	if (columns->remove_images.id)
		json_put(json, "remove_images", column_to_json(&columns->remove_images));
}

struct json_object *columns_to_json(const struct columns *columns)
{
	struct json_object *json = json_new_object(), *list = json_new_object();

	json_put_text(json, "table", columns->table_id);
	json_put_text(json, "name", columns->table_name);
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (columns->of[field].id)
			json_put(list, field_rule((enum field)field)->name,
				 column_to_json(&columns->of[field]));
	json_put(json, "columns", list);
	put_beside(json, columns);
	return json;
}

static bool choices_from_json(struct json_object *list, struct column *column, struct error *error)
{
	for (size_t i = 0; list && i < json_length(list); i++) {
		struct json_object *json = json_at(list, i);
		const char *id, *name, *canonical;
		if (!json_get_text(json, "id", &id, NULL, error) ||
		    !json_get_text(json, "name", &name, NULL, error) ||
		    !json_get_text(json, "canonical", &canonical, NULL, error))
			return false;
		column_add_choice(column, id, name, canonical, json_bool_or(json, "gone", false));
	}
	return true;
}

static bool column_from_json(struct json_object *json, struct column *column, struct error *error)
{
	struct json_object *tolerance = NULL;
	const char *id, *name, *type;

	if (!json_get_text(json, "id", &id, NULL, error) ||
	    !json_get_text(json, "name", &name, NULL, error) ||
	    !json_get_text(json, "type", &type, NULL, error))
		return false;
	column->id = own_copy(id);
	column->name = own_copy(name);
	column->type = own_copy(type);
	column->key = own_copy(json_text_or(json, "key", NULL));
	column->stopped_reason = own_copy(json_text_or(json, "stopped", NULL));
	column->stopped = column->stopped_reason != NULL;
	column->linked_table_id = own_copy(json_text_or(json, "links_to", NULL));
	if (json_find(json, "tolerance", &tolerance) && json_is_number(tolerance))
		column->tolerance = json_double_of(tolerance);
	return choices_from_json(json_child(json, "choices", json_type_array), column, error);
}

/* The field of this template name, in whichever table. */
static enum field field_named(const char *name)
{
	enum field field = field_by_name(TABLE_ITEMS, name);

	return field == FIELD_COUNT ? field_by_name(TABLE_COLLECTIONS, name) : field;
}

static bool list_from_json(struct json_object *list, struct columns *columns, struct error *error)
{
	json_each (list, name, json) {
		enum field field = field_named(name);
		if (field == FIELD_COUNT)
			return error_set(error, ERROR_REFUSED, "bound column \"%s\": no field has this name",
					 name);
		if (!column_from_json(json, &columns->of[field], error))
			return error_wrap(error, "bound column \"%s\"", name);
	}
	return true;
}

static bool beside_from_json(struct json_object *json, struct columns *columns, struct error *error)
{
	struct json_object *images = json_child(json, "images", json_type_object);
	struct json_object *remove = json_child(json, "remove_images", json_type_object);

	return (!images || column_from_json(images, &columns->images, error)) &&
	       (!remove || column_from_json(remove, &columns->remove_images, error));
}

bool columns_from_json(struct json_object *json, struct columns *columns_out, struct error *error)
{
	static const char where[] = "bound columns";
	struct columns columns = {0};
	struct json_object *list;
	const char *table_id, *table_name;

	if (!json_get_text(json, "table", &table_id, where, error) ||
	    !json_get_text(json, "name", &table_name, where, error) ||
	    !json_get_object(json, "columns", &list, where, error))
		return false;
	columns.table_id = own_copy(table_id);
	columns.table_name = own_copy(table_name);
	if (!list_from_json(list, &columns, error) || !beside_from_json(json, &columns, error)) {
		columns_done(&columns);
		return false;
	}
	*columns_out = columns;
	return true;
}
