#include "tests/replay/both.h"
#include "inventory/document.h"

#include "tests/worlds/named.h"

/* What was done to the world is done to the servers. */
static bool follow(struct both *both)
{
	struct error error = {0};

	if (replay_follow(both->replay, &error))
		return true;
	both->differences++;
	text_format(&both->words, "\n#   the servers cannot follow: %s", error.text);
	return false;
}

bool both_open(struct stage *stage, struct both *both, struct error *error)
{
	*both = (struct both){.stage = stage};
	transcript_begin(&both->transcript);
	both->world = world_open(1);
	both->world->answers_at_finish = false;
	named_set_scene(both->world);
	return replay_open(stage, &both->transcript, &both->words, &both->replay, error) &&
	       replay_follow(both->replay, error);
}

void both_close(struct both *both)
{
	replay_close(&both->replay);
	world_close(&both->world);
	transcript_done(&both->transcript);
	for (int i = 0; i < 2; i++)
		json_release(both->cursors[i]);
	text_done(&both->words);
}

/* ---- people and phones ---- */

void both_phone_puts(struct both *both, const char *id, const char *key, const char *value)
{
	struct json_object *present = world_body(world_document(both->world, TABLE_ITEMS, id));
	struct json_object *body = present ? json_copy(present) : named_new_item(both->world, "of a phone");

	json_put_text(document_data(body), key, value);
	json_put(body, "updated_at", json_new_int(world_base_now_ms(both->world)));
	world_phone_puts(both->world, TABLE_ITEMS, id, body);
	follow(both);
}

void both_phone_deletes(struct both *both, const char *id)
{
	world_phone_deletes(both->world, world_document(both->world, TABLE_ITEMS, id));
	follow(both);
}

struct world_row *both_person_adds(struct both *both, const char *name)
{
	struct world_row *row = world_person_adds(both->world, TABLE_ITEMS);

	world_person_types(both->world, row, FIELD_NAME, json_new_text(name));
	follow(both);
	return row;
}

void both_person_types(struct both *both, struct world_row *row, enum field field, struct json_object *value)
{
	world_person_types(both->world, row, field, value);
	follow(both);
}

void both_person_deletes(struct both *both, struct world_row *row)
{
	world_person_deletes(both->world, row);
	follow(both);
}

void both_person_restores(struct both *both, struct world_row *row)
{
	world_person_restores(both->world, row);
	follow(both);
}

void both_time_passes(struct both *both, int64_t ms)
{
	world_advance(both->world, ms);
	stage_move_clock(both->stage, ms);
}
