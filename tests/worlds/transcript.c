#include "tests/worlds/transcript.h"

#include "tests/worlds/ending.h"

#include <stdio.h>
#include <stdlib.h>

#define PAUSE_MS 1500

static struct transcript *next;

void transcript_begin(struct transcript *transcript)
{
	*transcript = (struct transcript){0};
	next = transcript;
}

void transcript_done(struct transcript *transcript)
{
	for (size_t i = 0; i < transcript->count; i++) {
		json_object_put(transcript->acts[i].value);
		json_object_put(transcript->acts[i].before);
	}
	free(transcript->acts);
	json_object_put(transcript->end);
	*transcript = (struct transcript){0};
}

void transcript_add(struct world *world, struct act act)
{
	struct transcript *transcript = world->transcript;

	if (!transcript) {
		json_object_put(act.value);
		return; /* nobody made a 'before' */
	}
	if (transcript->count == transcript->capacity) {
		transcript->capacity = transcript->capacity ? transcript->capacity * 2 : 64;
		transcript->acts =
			own_resize(transcript->acts, transcript->capacity, sizeof *transcript->acts);
	}
	act.at_ms = world->steady_ms;
	transcript->acts[transcript->count++] = act;
}

void transcript_document(struct world *world, enum act_kind kind, const struct world_document *document,
			 struct json_object *body)
{
	struct act act = {.kind = kind, .table = document->table};

	if (!world->transcript)
		return;
	snprintf(act.id, sizeof act.id, "%s", document->id);
	struct json_object *before = world_body(document);
	act.value = body ? json_copy(body) : NULL;
	act.before = body && before ? json_copy(before) : NULL;
	transcript_add(world, act);
}

void transcript_row(struct world *world, enum act_kind kind, const struct world_row *row)
{
	struct act act = {.kind = kind, .table = row->table};

	snprintf(act.row, sizeof act.row, "%s", row->id);
	transcript_add(world, act);
}

void transcript_cell(struct world *world, const struct world_row *row, enum field field,
		     struct json_object *value)
{
	struct act act = {.kind = ACT_TYPES, .table = row->table, .field = field};

	snprintf(act.row, sizeof act.row, "%s", row->id);
	act.value = world->transcript && value ? json_copy(value) : NULL;
	transcript_add(world, act);
}

void transcript_copy(struct world *world, const struct world_row *row, const struct world_row *copy,
		     bool with_id)
{
	struct act act = {.kind = ACT_DUPLICATES, .table = row->table, .with_id = with_id};

	snprintf(act.row, sizeof act.row, "%s", row->id);
	snprintf(act.copy, sizeof act.copy, "%s", copy->id);
	transcript_add(world, act);
}

struct json_object *transcript_rows(const struct world *world)
{
	struct json_object *rows = world->transcript ? json_object_new_array() : NULL;

	for (size_t i = 0; rows && i < world->row_count; i++) {
		const struct world_row *row = &world->rows[i];
		struct json_object *one = json_object_new_array();
		if (!row->now.there) {
			json_object_put(one);
			continue;
		}
		json_object_array_add(one, json_object_new_string(table_name(row->table)));
		json_object_array_add(one, json_object_new_string(row->id));
		json_object_array_add(one, json_object_new_string(world_cell_text(row, FIELD_ID)));
		json_object_array_add(rows, one);
	}
	return rows;
}

void transcript_pause(struct world *world)
{
	if (world->transcript)
		world_advance(world, PAUSE_MS);
}

void transcript_spoil(struct world *world, const char *why)
{
	if (world->transcript && !world->transcript->not_whole)
		world->transcript->not_whole = why;
}

void transcript_open(struct world *world)
{
	world->transcript = next;
	next = NULL;
	if (!world->transcript)
		return;
	world->transcript->base_ahead_ms = world->base_ahead_ms;
	world->transcript->bump_equal = world->bump_equal;
}

void transcript_close(struct world *world)
{
	if (world->transcript)
		world->transcript->end = ending_of(world);
}
