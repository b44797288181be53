/* What the base's owner keeps from the token's user, and permits again. */
#include "tests/worlds/events.h"
#include "tests/worlds/world_rights.h"

/* Each row may be told so, and told otherwise again. */
static void count_rows(struct play *play)
{
	play->flaws++;
	play->acts += 1 + (unsigned)play->world->row_count;
}

static void limit_field(struct play *play, const struct event *event, enum world_words words)
{
	static const enum field fields[] = {FIELD_NOTES, FIELD_MODEL_NAME, FIELD_NAME,   FIELD_UPDATED_AT,
					    FIELD_ERROR, FIELD_COLLECTION, FIELD_SERIAL, FIELD_ID};
	enum field field = fields[event->b % countof(fields)];
	bool of_collections = event->c % 4 == 0 && field_in_table(field, TABLE_COLLECTIONS);

	world_person_limits_field(play->world, of_collections ? TABLE_COLLECTIONS : TABLE_ITEMS, field,
				  words);
}

void person_limits(struct play *play, const struct event *event)
{
	enum world_words words = (enum world_words)(1 + event->c % (WORDS_COUNT - 1));
	struct world_row *row = play_choose_row(play, event->b, true);

	count_rows(play);
	if (event->a % 4 == 0)
		world_person_limits_rows(play->world, event->b % 5 ? TABLE_ITEMS : TABLE_COLLECTIONS,
					 (enum world_row_work)(event->b % 3), words);
	else if (event->a % 4 == 1 && row)
		world_person_limits_row(play->world, row, true);
	else
		limit_field(play, event, words);
}

void person_permits(struct play *play, const struct event *event)
{
	(void)event;
	count_rows(play);
	world_person_permits_all(play->world);
}
