#include "airtable/schema.h"
#include "airtable/request.h"
#include <stdlib.h>
#include <string.h>

void airtable_schema_done(struct airtable_schema *schema)
{
	for (size_t t = 0; t < schema->table_count; t++) {
		struct airtable_table *table = &schema->tables[t];
		for (size_t f = 0; f < table->field_count; f++) {
			free(table->fields[f].id);
			free(table->fields[f].name);
			free(table->fields[f].type);
			json_release(table->fields[f].options);
		}
		free(table->fields);
		free(table->id);
		free(table->name);
		free(table->primary_field_id);
	}
	free(schema->tables);
	*schema = (struct airtable_schema){0};
}

static bool copy_text(struct json_object *object, const char *key, char **copy_out, const char *where,
		      struct error *error)
{
	const char *value = NULL;
	if (!json_get_text(object, key, &value, where, error))
		return false;
	*copy_out = own_copy(value);
	return true;
}

static bool read_field(struct json_object *json, struct airtable_field *field, const char *where,
		       struct error *error)
{
	struct json_object *options = json_child(json, "options", json_type_object);
	field->options = options ? json_copy(options) : NULL;
	return copy_text(json, "id", &field->id, where, error) &&
	       copy_text(json, "name", &field->name, where, error) &&
	       copy_text(json, "type", &field->type, where, error);
}

/* What was read before a failure is in 'table', to be freed with it. */
static bool read_table(struct json_object *json, struct airtable_table *table, struct error *error)
{
	struct json_object *fields = NULL;
	if (!copy_text(json, "id", &table->id, "a table of the schema", error))
		return false;
	scoped_text where = own_format("table %s", table->id);
	if (!copy_text(json, "name", &table->name, where, error) ||
	    !copy_text(json, "primaryFieldId", &table->primary_field_id, where, error) ||
	    !json_get_array(json, "fields", &fields, where, error))
		return false;
	size_t count = json_length(fields);
	table->fields = own_alloc((count + 1) * sizeof(*table->fields));
	for (size_t i = 0; i < count; i++) {
		table->field_count = i + 1;
		scoped_text field_where = own_format("%s, field %zu", where, i + 1);
		if (!read_field(json_at(fields, i), &table->fields[i], field_where, error))
			return false;
	}
	return true;
}

bool airtable_schema_from_json(struct json_object *json, struct airtable_schema *schema_out,
			       struct error *error)
{
	struct json_object *tables = NULL;
	if (!json_get_array(json, "tables", &tables, "the schema", error))
		return false;
	size_t count = json_length(tables);
	struct airtable_schema schema = {.tables = own_alloc((count + 1) * sizeof(*schema.tables))};
	for (size_t i = 0; i < count; i++) {
		schema.table_count = i + 1;
		if (!read_table(json_at(tables, i), &schema.tables[i], error)) {
			airtable_schema_done(&schema);
			return false;
		}
	}
	*schema_out = schema;
	return true;
}

static bool request_tables(struct airtable_client *airtable, struct json_object **tables_out,
			   struct error *error)
{
	struct text path = {0};
	text_add(&path, "/v0/meta/bases/");
	text_add_url(&path, airtable_client_base(airtable));
	text_add(&path, "/tables");
	scoped_text path_text = text_take(&path);
	scoped(json_object) answer = NULL;
	struct json_object *tables = NULL;
	struct airtable_call call = {"GET", path_text, NULL, AIRTABLE_FOR_SCHEMA, .read = true};
	if (!airtable_request(airtable, &call, &answer, NULL, error) ||
	    !json_get_array(answer, "tables", &tables, "the schema", error))
		return false;
	*tables_out = json_share(tables);
	return true;
}

bool airtable_schema_tables(struct airtable_client *airtable, struct json_object **tables_out,
			    struct error *error)
{
	return request_tables(airtable, tables_out, error) ||
	       error_wrap(error, "base %s", airtable_client_base(airtable));
}

bool airtable_schema_read(struct airtable_client *airtable, struct airtable_schema *schema_out,
			  struct error *error)
{
	scoped(json_object) tables = NULL;
	if (!airtable_schema_tables(airtable, &tables, error))
		return false;
	scoped(json_object) answer = json_new_object();
	json_put(answer, "tables", json_share(tables));
	return airtable_schema_from_json(answer, schema_out, error) ||
	       error_wrap(error, "base %s", airtable_client_base(airtable));
}

const struct airtable_table *airtable_schema_table(const struct airtable_schema *schema, const char *id)
{
	for (size_t i = 0; i < schema->table_count; i++) {
		if (strcmp(schema->tables[i].id, id) == 0)
			return &schema->tables[i];
	}
	return NULL;
}
