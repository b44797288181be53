#include "tests/worlds/transcript.h"

#include "tests/worlds/ending.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
		json_release(transcript->acts[i].value);
		json_release(transcript->acts[i].before);
	}
	free(transcript->acts);
	json_release(transcript->end);
	*transcript = (struct transcript){0};
}

void transcript_add(struct world *world, struct act act)
{
	struct transcript *transcript = world->transcript;

	if (!transcript) {
		json_release(act.value);
		return; /* nobody made a 'before' */
	}
	if (transcript->count == transcript->capacity) {
		transcript->capacity = transcript->capacity ? transcript->capacity * 2 : 64;
		transcript->acts =
			own_resize(transcript->acts, transcript->capacity, sizeof *transcript->acts);
	}
	act.at_ms = world->steady_ms;
	act.point = transcript->call;
	act.reach = transcript->in_call ? world->effects - transcript->effects : 0;
	if (act.kind == ACT_PASSES)
		injection_begin_pass(&transcript->injection);
	transcript->acts[transcript->count++] = act;
}

void transcript_spoil(struct world *world, const char *why)
{
	if (world->transcript && !world->transcript->not_whole)
		world->transcript->not_whole = why;
}

/* A text that columns of the world refuse, and no others. */
static void spoil_by_refusal(struct world *world, struct json_object *value)
{
	scoped_text words = world->transcript ? json_write(value) : NULL;

	if (words && strstr(words, "\"refused"))
		transcript_spoil(world, "a text that only the world's columns refuse");
}

void transcript_document(struct world *world, enum act_kind kind, const struct world_document *document,
			 struct json_object *body)
{
	struct act act = {.kind = kind, .table = document->table};

	if (!world->transcript)
		return;
	snprintf(act.id, sizeof act.id, "%s", document->id);
	struct json_object *before = world_body(document);
	spoil_by_refusal(world, body);
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
	spoil_by_refusal(world, value);
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

struct json_object *transcript_action(const struct world *world, const char *action, enum table table)
{
	struct json_object *json = world->transcript ? json_new_object() : NULL;

	if (json) {
		json_put_text(json, "action", action);
		json_put_text(json, "table", table_name(table));
	}
	return json;
}

void transcript_edit(struct world *world, struct json_object *action)
{
	if (action)
		transcript_add(world, (struct act){.kind = ACT_EDITS, .value = action});
}

void transcript_left_behind(struct world *world, struct json_object *body)
{
	if (world->transcript)
		transcript_add(world, (struct act){.kind = ACT_LEAVES, .value = json_copy(body)});
}

struct json_object *transcript_rows(const struct world *world)
{
	struct json_object *rows = world->transcript ? json_new_array() : NULL;

	for (size_t i = 0; rows && i < world->row_count; i++) {
		const struct world_row *row = &world->rows[i];
		struct json_object *one = json_new_array();
		if (!row->now.there) {
			json_release(one);
			continue;
		}
		json_append(one, json_new_text(table_name(row->table)));
		json_append(one, json_new_text(row->id));
		json_append(one, json_new_text(world_cell_text(row, FIELD_ID)));
		json_append(rows, one);
	}
	return rows;
}

/* ---- where in a pass ---- */

/* Parts that the world does a write in; 0: that is not known. */
static unsigned parts_of(const struct injection_point *call)
{
	switch (call->call) {
	case INJECTION_STATE_WRITE:
		return 1 + (unsigned)call->count;
	case INJECTION_COUCH_WRITE:
		return 2 * (unsigned)call->count;
	case INJECTION_ROWS_WRITE:
		return call->count == 1 ? 2 : 0;
	case INJECTION_CHECKPOINT_WRITE:
		return 3;
	default:
		return 2;
	}
}

/* The call is over, or will not end: what happened in it was before its effect, after it, or between two parts of it. */
static void place_acts(struct transcript *transcript, unsigned parts)
{
	for (size_t i = transcript->first; i < transcript->count; i++) {
		struct act *act = &transcript->acts[i];
		if (!act->reach || act->kind == ACT_PASSES || act->kind == ACT_PASSED)
			continue;
		act->point.when = act->reach == 1 ? INJECTION_BEFORE : INJECTION_AFTER;
		if (act->reach != 1 && act->reach != parts && !transcript->not_whole)
			transcript->not_whole = "something happens between two parts of a call";
	}
	transcript->first = transcript->count;
}

static bool reach(void *context, const struct injection_point *point)
{
	struct transcript *transcript = context;
	unsigned effects = transcript->world->effects;

	switch (point->when) {
	case INJECTION_BEFORE:
		place_acts(transcript, parts_of(&transcript->call));
		transcript->call = *point;
		transcript->effects = effects;
		transcript->first = transcript->count;
		break;
	case INJECTION_STARTED:
		transcript->outside = effects;
		break;
	case INJECTION_WAITS:
		if (transcript->call.call != point->call || transcript->call.number != point->number) {
			/* Others came between. */
			transcript->call = *point;
			transcript->effects = transcript->outside = effects;
			transcript->first = transcript->count;
		}
		transcript->effects += effects - transcript->outside;
		break;
	case INJECTION_AFTER:
		place_acts(transcript, transcript->world->dead ? parts_of(&transcript->call)
							       : effects - transcript->effects);
		break;
	}
	transcript->in_call = point->when == INJECTION_BEFORE || point->when == INJECTION_WAITS;
	return true;
}

void transcript_place(struct world *world, struct sync_setup *setup)
{
	struct transcript *transcript = world->transcript;

	if (!transcript)
		return;
	place_acts(transcript, parts_of(&transcript->call));
	transcript->in_call = false;
	transcript->world = world;
	transcript->injection.reach = reach;
	transcript->injection.context = transcript;
	injection_place(&transcript->injection, setup);
}

/* Faults are armed by world_arm() only, so that they are written down. */
static void check_armed(struct world *world)
{
	const struct transcript *transcript = world->transcript;

	for (size_t fault = 0; fault < FAULT_COUNT; fault++) {
		unsigned known = 0;
		for (size_t i = 0; i < transcript->count; i++)
			known += transcript->acts[i].kind == ACT_ARMS && transcript->acts[i].fault == fault;
		if (world->armed[fault] > known)
			transcript_spoil(world, "a fault that was not written down");
	}
}

void transcript_pause(struct world *world)
{
	if (!world->transcript)
		return;
	check_armed(world);
	if (world->notes_most)
		transcript_spoil(world, "a column that cuts its texts");
	world_advance(world, PAUSE_MS);
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
