/* Fields that stop, come back or cannot show a value: sync-rules 1, 18 and 20. */
#include "tests/worlds/named.h"
#include "tests/worlds/world_columns.h"

#include <stdio.h>
#include <string.h>

static struct json_object *data_of(struct world *world, const char *id)
{
	struct json_object *body = world_body(world_document(world, TABLE_ITEMS, id));

	return body ? document_data(body) : NULL;
}

static void must_say(struct world *world, const char *id, const char *key, const char *words)
{
	struct json_object *value = NULL, *data = data_of(world, id);

	if (data)
		json_object_object_get_ex(data, key, &value);
	if (strcmp(value ? json_object_get_string(value) : "", words) != 0)
		world_broken(world, "%s: the document's %s is \"%s\", not \"%s\"", id, key,
			     value ? json_object_get_string(value) : "", words);
}

static void must_show(struct world *world, const char *id, enum field field, const char *words)
{
	const struct world_row *row = world_row_of(world, TABLE_ITEMS, id);
	const char *shown = row && row->now.cells[field] ? json_object_get_string(row->now.cells[field]) : "";

	if (strcmp(shown, words) != 0)
		world_broken(world, "%s: the row's %s is \"%s\", not \"%s\"", id, field_rule(field)->name,
			     shown, words);
}

/* ---- places that go ---- */

static void has_contents(struct world *world)
{
	for (int i = 2; i < 6; i++) {
		char id[8];
		snprintf(id, sizeof id, "i%d", i);
		struct json_object *body = named_new_item(world, "in the box");
		json_put_text(document_data(body), "container_id", "i1");
		world_phone_puts(world, TABLE_ITEMS, id, body);
	}
	if (!world_first_sync(world))
		world_broken(world, "the contents are not synced");
}

static void keep_their_container(struct world *world)
{
	for (int i = 2; i < 6; i++) {
		char id[8];
		snprintf(id, sizeof id, "i%d", i);
		must_say(world, id, "container_id", "i1");
	}
	named_is_there(world);
}

/* ---- choices ---- */

static void are_containers(struct world *world)
{
	named_phone_sets(world, "item_type", "container", 0);
	if (!world_first_sync(world))
		world_broken(world, "the type is not synced");
}

static void person_renames_choice(struct world *world)
{
	world_person_renames_choice(world, FIELD_TYPE, "Container", "Box");
}

static void person_deletes_choice(struct world *world)
{
	world_person_deletes_choice(world, FIELD_TYPE, "Container");
}

static void is_a_box(struct world *world)
{
	must_say(world, "i1", "item_type", "container");
	must_show(world, "i1", FIELD_TYPE, "Box");
	must_show(world, "i1", FIELD_ERROR, "");
}

/* The document keeps its type, and the row says that it cannot show it. */
static void is_a_container_still(struct world *world)
{
	must_say(world, "i1", "item_type", "container");
	must_show(world, "i1", FIELD_TYPE, "");
	if (!strstr(world_cell_text(named_row(world), FIELD_ERROR), "Container is not among"))
		world_broken(world, "the row does not say that its choice is missing");
}

/* ---- columns ---- */

static void has_values(struct world *world)
{
	named_phone_sets(world, "model_name", "a model", 0);
	struct json_object *body = json_copy(world_body(world_document(world, TABLE_ITEMS, "i1")));
	json_put(document_data(body), "serial", json_object_new_int(7));
	world_phone_puts(world, TABLE_ITEMS, "i1", body);
	if (!world_first_sync(world))
		world_broken(world, "the values are not synced");
}

static void person_retypes(struct world *world)
{
	world_person_retypes_column(world, TABLE_ITEMS, FIELD_NOTES, false);
	world_person_retypes_column(world, TABLE_ITEMS, FIELD_SERIAL, false);
}

static void person_retypes_back(struct world *world)
{
	world_person_retypes_column(world, TABLE_ITEMS, FIELD_NOTES, true);
	world_person_retypes_column(world, TABLE_ITEMS, FIELD_SERIAL, true);
}

static void person_deletes_columns(struct world *world)
{
	world_person_deletes_column(world, TABLE_ITEMS, FIELD_NOTES);
	world_person_deletes_column(world, TABLE_ITEMS, FIELD_SERIAL);
}

static void person_adds_columns(struct world *world)
{
	world_person_adds_column(world, TABLE_ITEMS, FIELD_NOTES);
	world_person_adds_column(world, TABLE_ITEMS, FIELD_SERIAL);
}

/* The poll does not show the rows. */
static void person_replaces_columns(struct world *world)
{
	world->schema_touches = false;
	person_deletes_columns(world);
	person_adds_columns(world);
}

/* Without a list of all rows that somebody else asks for. */
static void next_look_fills_them(struct world *world)
{
	if (world_pass(world, true, false))
		must_show(world, "i1", FIELD_NOTES, "first");
}

static void show_their_values(struct world *world)
{
	must_say(world, "i1", "notes", "first");
	must_show(world, "i1", FIELD_NOTES, "first");
	must_say(world, "i1", "serial", "7");
	must_show(world, "i1", FIELD_SERIAL, "7");
}

static const struct scenario scenarios[] = {
	{"container-row-deleted-contents-keep-container", has_contents, named_person_deletes,
	 named_phone_notes, keep_their_container, ALL_ORDERS, false},
	{"choice-renamed", are_containers, person_renames_choice, named_person_models, is_a_box, ALL_ORDERS,
	 false},
	{"choice-deleted", are_containers, person_deletes_choice, named_person_models, is_a_container_still,
	 ALL_ORDERS, false},
	{"field-retyped-and-back", has_values, person_retypes, person_retypes_back, show_their_values,
	 1U << AS_WRITTEN, true},
	{"field-readded-with-new-id", has_values, person_deletes_columns, person_adds_columns,
	 show_their_values, IN_ORDER, true},
	{"field-readded-at-once", has_values, person_deletes_columns, person_adds_columns, show_their_values,
	 1U << AS_WRITTEN, false},
	{"field-readded-is-filled-by-the-next-look", has_values, person_replaces_columns,
	 next_look_fills_them, show_their_values, 1U << AS_WRITTEN, false},
};

const struct named_table named_fields = {scenarios, countof(scenarios)};
