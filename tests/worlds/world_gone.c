#include "tests/worlds/world_gone.h"

#include "tests/worlds/transcript.h"
#include "tests/worlds/world_columns.h"

#include <stdio.h>
#include <string.h>

void world_base_goes(struct world *world)
{
	transcript_spoil(world, "a base that is gone");
	world_note(world, "    person: the base is gone");
	world->base_gone = true;
}

void world_table_goes(struct world *world, enum table table)
{
	transcript_spoil(world, "a table that is gone");
	world_note(world, "    person: the table %s is gone", table_name(table));
	world->table_gone[table] = true;
}

void world_all_comes_back(struct world *world)
{
	world_note(world, "    person: base and tables are there again");
	world->base_gone = false;
	memset(world->table_gone, 0, sizeof world->table_gone);
	world->came_back = true;
}

bool world_is_anything_gone(const struct world *world)
{
	bool gone = world->base_gone;

	for (size_t table = 0; table < TABLE_COUNT; table++)
		gone = gone || world->table_gone[table];
	return gone;
}

static bool not_found(const char *code, struct error *error)
{
	error_set(error, ERROR_LOST, "HTTP 404 %s", code);
	snprintf(error->code, sizeof error->code, "%s", code);
	error->status = 404;
	return false;
}

bool world_table_is_there(const struct world *world, enum table table, struct error *error)
{
	if (world->base_gone)
		return not_found("NOT_FOUND", error);
	return !world->table_gone[table] || not_found("TABLE_NOT_FOUND", error);
}

struct json_object *world_schema_shown(const struct world *world, struct error *error)
{
	struct json_object *tables = world_columns_schema(world), *shown = json_new_array();

	if (world->base_gone) {
		json_release(shown);
		not_found("NOT_FOUND", error);
		return NULL;
	}
	for (size_t table = 0; table < json_length(tables); table++)
		if (table >= TABLE_COUNT || !world->table_gone[table])
			json_append(shown, json_share(json_at(tables, table)));
	return shown;
}
