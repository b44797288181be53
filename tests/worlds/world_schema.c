/* Apart from the worlds, since the sandbox and the bridge both speak of cells. */
#include "tests/worlds/world_schema.h"

#include "sandbox/schema.h"
#include "sandbox/template.h"

#include <stdlib.h>
#include <string.h>

static struct json_object *tables;

static void drop_tables(void)
{
	json_object_close(&tables);
}

/* A column that people made for themselves. */
static void add_shelf(struct json_object *table)
{
	struct json_object *column = json_new_object();

	json_put_text(column, "id", WORLD_SHELF_COLUMN);
	json_put_text(column, "name", "Shelf");
	json_put_text(column, "type", "singleLineText");
	json_append(json_child(table, "fields", json_type_array), column);
}

struct json_object *world_schema(void)
{
	static const char *const names[] = {"Collections", "Items"};

	if (tables)
		return tables;
	struct sandbox_store *store = sandbox_store_open();
	sandbox_store_seed(store, 1);
	struct sandbox_base *base = sandbox_add_template(store, "appWorld000000000");
	tables = json_new_array();
	for (size_t i = 0; i < countof(names); i++)
		json_append(tables, sandbox_table_model(sandbox_find_table(base, names[i])));
	for (size_t i = 0; i < countof(names); i++)
		add_shelf(json_at(tables, i));
	sandbox_store_close(&store);
	atexit(drop_tables);
	return tables;
}

const char *world_modified_column(unsigned table)
{
	struct json_object *fields = json_child(json_at(world_schema(), table), "fields", json_type_array);

	for (size_t i = 0; i < json_length(fields); i++)
		if (strcmp(json_text_or(json_at(fields, i), "name", ""), "Modified At") == 0)
			return json_text_or(json_at(fields, i), "id", "");
	return "";
}
