/* The rows of an Airtable in memory: their cells, what is shown of them and since when, the links between them. */
#include "tests/worlds/world_airtable.h"

#include "base/clock.h"
#include "sandbox/normalise.h"
#include "tests/worlds/world_columns.h"
#include "tests/worlds/world_pictures.h"

#include <stdio.h>
#include <string.h>

struct world_row *world_row(struct world *world, const char *id)
{
	for (size_t i = 0; i < world->row_count; i++)
		if (strcmp(world->rows[i].id, id) == 0)
			return &world->rows[i];
	return NULL;
}

const char *world_cell_text(const struct world_row *row, enum field field)
{
	struct json_object *cell = row->now.cells[field];

	return json_is(cell, json_type_string) ? json_object_get_string(cell) : "";
}

struct world_row *world_row_of(struct world *world, enum table table, const char *document_id)
{
	struct world_row *copy = NULL;

	for (size_t i = 0; i < world->row_count; i++) {
		struct world_row *row = &world->rows[i];
		if (row->table != table || !row->now.there ||
		    strcmp(world_cell_text(row, FIELD_ID), document_id) != 0)
			continue;
		if (!row->copied)
			return row;
		copy = copy ? copy : row;
	}
	return copy;
}

struct json_object *world_link(const char *record_id)
{
	struct json_object *list;

	if (!record_id || !*record_id)
		return NULL;
	list = json_new_array();
	json_append(list, json_new_text(record_id));
	return list;
}

const char *world_linked(const struct world_row *row, enum field field)
{
	struct json_object *list = row->now.cells[field];

	return json_is(list, json_type_array) && json_length(list) ? json_object_get_string(json_at(list, 0))
								   : "";
}

static void picture_done(struct world_picture *picture)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		json_object_close(&picture->cells[field]);
	json_object_close(&picture->shelf);
	json_object_close(&picture->images);
	*picture = (struct world_picture){0};
}

static void keep_picture(struct world *world, struct world_row *row)
{
	picture_done(&row->former);
	row->former = row->now;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		json_share(row->former.cells[field]);
	json_share(row->former.shelf);
	json_share(row->former.images);
	row->stale_until_ms = world->steady_ms + WORLD_STALE_MS;
}

const struct world_picture *world_shown(const struct world *world, const struct world_row *row)
{
	return world->steady_ms < row->stale_until_ms ? &row->former : &row->now;
}

void world_before_change(struct world *world, struct world_row *row)
{
	if (world_fault(world, FAULT_AIRTABLE_STALE))
		keep_picture(world, row);
}

static bool is_empty(struct json_object *value)
{
	return !value || (json_is(value, json_type_boolean) && !json_object_get_boolean(value)) ||
	       (json_is(value, json_type_string) && json_text_length(value) == 0) ||
	       (json_is(value, json_type_array) && json_length(value) == 0);
}

/* The inverse of a link to a collection is a cell of the collection's row, which is modified with it. A link to another item
 * has no inverse. */
static void touch_linked(struct world *world, enum field field, struct json_object *links)
{
	for (size_t i = 0; field == FIELD_COLLECTION && links && i < json_length(links); i++) {
		struct world_row *target = world_row(world, json_object_get_string(json_at(links, i)));
		if (target)
			target->now.last_ms = world_base_now_ms(world);
	}
}

/* A time is shown to the millisecond, in UTC, however it was written. */
static struct json_object *time_as_shown(const char *words)
{
	char iso[CLOCK_ISO_SIZE];
	int64_t time_ms;

	return clock_from_iso(words, &time_ms) && clock_iso(time_ms, iso) ? json_new_text(iso)
									  : json_new_text(words);
}

static struct json_object *text_as_shown(enum field field, const char *words)
{
	bool is_long = field == FIELD_NOTES || field == FIELD_ERROR;
	scoped_text shown = sandbox_normalise(is_long ? "multilineText" : "singleLineText", words);

	return json_new_text(shown);
}

/* Takes 'value'. */
static struct json_object *as_shown(enum field field, struct json_object *value)
{
	enum field_kind kind = field_rule(field)->kind;

	if (!json_is(value, json_type_string) || (kind != KIND_TIME && kind != KIND_TEXT))
		return value;
	const char *words = json_object_get_string(value);
	struct json_object *shown = kind == KIND_TIME ? time_as_shown(words) : text_as_shown(field, words);
	json_release(value);
	return shown;
}

void world_set_cell(struct world *world, struct world_row *row, enum field field, struct json_object *value)
{
	value = as_shown(field, value);
	if (is_empty(value)) {
		json_release(value);
		value = NULL;
	}
	if (!json_equal(row->now.cells[field], value) || world->bump_equal) {
		row->now.modified_ms[field] = world_base_now_ms(world);
		row->now.last_ms = world_base_now_ms(world);
		touch_linked(world, field, row->now.cells[field]);
		touch_linked(world, field, value);
	}
	json_release(row->now.cells[field]);
	row->now.cells[field] = value;
}

struct world_row *world_new_row(struct world *world, enum table table)
{
	if (world->row_count == WORLD_ROWS) {
		world_broken(world, "there are more rows than anybody made");
		return &world->rows[0];
	}
	struct world_row *row = &world->rows[world->row_count++];
	*row = (struct world_row){.table = table, .created_ms = world_base_now_ms(world)};
	/* In the order of their making or not: nothing may follow from it. */
	snprintf(row->id, sizeof row->id, "rec%010u%04zu", world_chance(world, 1000000000), world->row_count);
	row->now.there = true;
	row->now.last_ms = world_base_now_ms(world);
	return row;
}

bool world_links_to(struct json_object *cell, const char *record_id)
{
	for (size_t i = 0; cell && i < json_length(cell); i++)
		if (strcmp(json_object_get_string(json_at(cell, i)), record_id) == 0)
			return true;
	return false;
}

struct json_object *world_links_but(struct json_object *cell, const char *record_id)
{
	struct json_object *rest = json_new_array();

	for (size_t i = 0; cell && i < json_length(cell); i++) {
		struct json_object *id = json_at(cell, i);
		if (strcmp(json_object_get_string(id), record_id) != 0)
			json_append(rest, json_share(id));
	}
	return rest;
}

void world_empty_links_to(struct world *world, const char *record_id)
{
	static const enum field links[] = {FIELD_COLLECTION, FIELD_CONTAINER};

	for (size_t i = 0; i < world->row_count; i++)
		for (size_t link = 0; link < countof(links); link++) {
			struct json_object *cell = world->rows[i].now.cells[links[link]];
			if (world_links_to(cell, record_id))
				world_set_cell(world, &world->rows[i], links[link],
					       world_links_but(cell, record_id));
		}
}

struct json_object *world_row_body(const struct world *world, const struct world_row *row,
				   const struct world_picture *picture)
{
	struct json_object *body = json_new_object();

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const char *column =
			picture->cells[field] ? world_column_id(world, row->table, (enum field)field) : NULL;
		if (column)
			json_put(body, column, json_share(picture->cells[field]));
	}
	world_put_pictures(world, row, picture, body);
	return body;
}

void world_airtable_done(struct world *world)
{
	for (size_t i = 0; i < world->row_count; i++) {
		picture_done(&world->rows[i].now);
		picture_done(&world->rows[i].former);
	}
	for (size_t i = 0; i < WORLD_LATE; i++)
		json_release(world->late[i].body);
	world_columns_done(world);
	world_pictures_done(world);
}
