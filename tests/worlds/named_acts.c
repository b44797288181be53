/* What people and phones do in more than one scenario, to the item "i1". */
#include "inventory/document.h"
#include "tests/worlds/named.h"

#include <string.h>

struct world_row *named_row(struct world *world)
{
	return world_row_of(world, TABLE_ITEMS, "i1");
}

void named_phone_sets(struct world *world, const char *key, const char *value, int64_t behind_ms)
{
	struct world_document *document = world_document(world, TABLE_ITEMS, "i1");
	struct json_object *present = world_body(document);

	if (!present)
		return;
	struct json_object *body = json_copy(present);
	json_put_text(document_data(body), key, value);
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world) - behind_ms));
	world_phone_puts(world, TABLE_ITEMS, "i1", body);
}

void named_person_sets(struct world *world, enum field field, const char *value)
{
	struct world_row *row = named_row(world);

	if (row)
		world_person_types(world, row, field, value ? json_new_text(value) : NULL);
}

void named_must_say(struct world *world, const char *id, const char *key, const char *words)
{
	struct json_object *body = world_body(world_document(world, TABLE_ITEMS, id)), *value = NULL;

	if (body)
		json_find(document_data(body), key, &value);
	if (strcmp(value ? json_object_get_string(value) : "", words) != 0)
		world_broken(world, "%s: the document's %s is \"%s\", not \"%s\"", id, key,
			     value ? json_object_get_string(value) : "", words);
}

void named_must_show(struct world *world, const char *id, enum field field, const char *words)
{
	const struct world_row *row = world_row_of(world, TABLE_ITEMS, id);
	const char *shown = row && row->now.cells[field] ? json_object_get_string(row->now.cells[field]) : "";

	if (strcmp(shown, words) != 0)
		world_broken(world, "%s: the row's %s is \"%s\", not \"%s\"", id, field_rule(field)->name,
			     shown, words);
}

void named_make_container(struct json_object *body)
{
	json_put_text(document_data(body), "item_type", "container");
	json_put(document_data(body), "_can_contain_items", json_new_bool(true));
}

void named_phone_notes(struct world *world)
{
	named_phone_sets(world, "notes", "from the phone", 0);
}

void named_person_notes(struct world *world)
{
	named_person_sets(world, FIELD_NOTES, "from the grid");
}

void named_person_models(struct world *world)
{
	named_person_sets(world, FIELD_MODEL_NAME, "from the grid");
}

void named_person_deletes(struct world *world)
{
	if (named_row(world))
		world_person_deletes(world, named_row(world));
}

void named_person_restores(struct world *world)
{
	for (size_t i = 0; i < world->row_count; i++)
		if (!world->rows[i].now.there &&
		    strcmp(world_cell_text(&world->rows[i], FIELD_ID), "i1") == 0) {
			world_person_restores(world, &world->rows[i]);
			return;
		}
}

void named_phone_deletes(struct world *world)
{
	world_phone_deletes(world, world_document(world, TABLE_ITEMS, "i1"));
}

struct json_object *named_new_item(struct world *world, const char *name)
{
	struct json_object *body = json_new_object(), *data = json_new_object();

	json_put_text(data, "name", name);
	json_put_text(data, "collection_id", "c0");
	json_put_text(data, "config_uuid", "7b7c0d5e-2c19-4a51-8f0e-000000000001");
	json_put_text(body, "type", "item");
	json_put(body, "data", data);
	json_put(body, "created_at", json_new_int(world_base_now_ms(world)));
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	return body;
}

void named_some_looks(struct world *world)
{
	for (int i = 0; i < 2; i++) {
		if (!world_pass(world, true, false))
			world_broken(world, "the scene cannot be set: %s", world->last_error.text);
		world_advance(world, 61000);
	}
}

void named_nothing(struct world *world)
{
	(void)world;
}

void named_small_pass(struct world *world)
{
	world->batch_most = 1;
	world->work_ms = 1;
	bool ok = world_pass(world, true, false);
	world->batch_most = 0;
	world->work_ms = 0;
	if (!ok && world->dead)
		world_restart(world);
}

void named_anything(struct world *world)
{
	(void)world;
}

void named_is_there(struct world *world)
{
	if (!world_body(world_document(world, TABLE_ITEMS, "i1")) || !named_row(world))
		world_broken(world, "item i1 is not on both sides");
}

size_t named_live_items(const struct world *world)
{
	size_t count = 0;

	for (size_t i = 0; i < world->document_count; i++)
		count += world->documents[i].table == TABLE_ITEMS && world_body(&world->documents[i]) != NULL;
	return count;
}

void named_are_two(struct world *world)
{
	if (named_live_items(world) != 2)
		world_broken(world, "%zu items where there are two", named_live_items(world));
	named_is_there(world);
}
