/* What people do in the grid. */
#include "tests/worlds/events.h"
#include "tests/worlds/world_columns.h"

#include <string.h>

void person_types(struct play *play, const struct event *event)
{
	struct world_row *row = play_choose_row(play, event->a, true);

	if (!row)
		return;
	enum field field = play_choose_field(row->table, event->b);
	bool empties = field != FIELD_NAME && event->c % 7 == 6;
	if (!world_column_flows(play->world, row->table, field))
		return; /* there is no such cell, or it is of another type */
	play->acts++;
	world_person_types(play->world, row, field, empties ? NULL : play_unique_cell(play->world, field));
}

/* Goes on from what the cell shows, and may end with a space: more is to come. */
void person_types_on(struct play *play, const struct event *event)
{
	struct world_row *row = play_choose_row(play, event->a, true);

	if (!row)
		return;
	enum field field = row->table == TABLE_ITEMS && event->b % 2 ? FIELD_NOTES : FIELD_NAME;
	if (!world_column_flows(play->world, row->table, field))
		return;
	const char *shown = world_cell_text(row, field);
	/* The mark between both keeps it from being a value that stood somewhere else: "v1" and 3 are no "v13". */
	scoped_text words = own_format("%s-%lld%s", strlen(shown) < 24 ? shown : "v",
				       (long long)++play->world->last_unique, event->c % 3 ? " " : "");
	play->acts++;
	world_person_types(play->world, row, field, json_new_text(words));
}

void person_chooses(struct play *play, const struct event *event)
{
	static const char *const choices[] = {"Item", "Container", "Consumable", "Item with Parts"};
	struct world_row *row = play_choose_row(play, event->a, true);

	if (!row || row->table != TABLE_ITEMS)
		return;
	play->acts++;
	if (event->b % 2)
		world_person_types(play->world, row, FIELD_TYPE,
				   json_new_text(choices[event->c % countof(choices)]));
	else
		world_person_types(play->world, row, FIELD_WILL_NOT_RESTOCK, json_new_bool(event->c & 1));
}

/* Our own words in the row: set back, whatever was put there. */
void person_scribbles(struct play *play, const struct event *event)
{
	struct world_row *row = play_choose_row(play, event->a, true);

	if (!row || row->table != TABLE_ITEMS)
		return;
	play->acts++;
	if (event->b % 2)
		world_person_types(play->world, row, FIELD_ERROR, json_new_text("my own words"));
	else
		world_person_types(play->world, row, FIELD_CREATED_AT,
				   json_new_text("2020-01-01T00:00:00.000Z"));
}

static const char *any_collection_row(struct world *world)
{
	const struct world_row *row = world_row_of(world, TABLE_COLLECTIONS, "c0");

	return row ? row->id : NULL;
}

/* The first of those that are older than the row which is made, so that it does not stand in itself. */
static const char *any_item_row(struct world *world, unsigned number)
{
	for (size_t i = 0; i + 1 < world->row_count; i++) {
		const struct world_row *row = &world->rows[(number + i) % (world->row_count - 1)];
		if (row->now.there && row->table == TABLE_ITEMS)
			return row->id;
	}
	return NULL;
}

/* Of what stands in a container the collection is that of the container; what stands in none is told that it needs one. */
void person_empties_collection(struct play *play, const struct event *event)
{
	struct world_row *row = play_choose_row(play, event->a, true);

	if (!row || row->table != TABLE_ITEMS)
		return;
	play->acts++;
	world_person_types(play->world, row, FIELD_COLLECTION, NULL);
}

void person_adds(struct play *play, const struct event *event)
{
	struct world *world = play->world;
	bool collection = event->a % 6 == 0;

	if (!collection && !any_collection_row(world))
		return;
	struct world_row *row = world_person_adds(world, collection ? TABLE_COLLECTIONS : TABLE_ITEMS);
	play->acts++;
	play->new_documents++;
	world_person_types(world, row, FIELD_NAME, play_unique_cell(world, FIELD_NAME));
	if (collection) {
		/* Now and then one that is taken. */
		scoped_text number = own_format("%lld", event->c % 5 ? (long long)++world->last_unique : 1LL);
		world_person_types(world, row, FIELD_REFERENCE_NUMBER, json_new_text(number));
	} else if (event->c % 4 == 3)
		/* Its collection is that of the container, if that can contain anything. */
		world_person_types(world, row, FIELD_CONTAINER, world_link(any_item_row(world, event->b)));
	else
		world_person_types(world, row, FIELD_COLLECTION, world_link(any_collection_row(world)));
	if (!collection && event->b % 2 && world_column_flows(world, TABLE_ITEMS, FIELD_NOTES))
		world_person_types(world, row, FIELD_NOTES, play_unique_cell(world, FIELD_NOTES));
}

void person_moves(struct play *play, const struct event *event)
{
	struct world_row *row = play_choose_row(play, event->a, true);
	struct world_row *into = play_choose_row(play, event->b, true);

	if (!row || !into || row == into || row->table != TABLE_ITEMS || into->table != TABLE_ITEMS)
		return;
	play->acts++;
	world_person_types(play->world, row, FIELD_CONTAINER, world_link(event->c % 3 ? into->id : NULL));
}

static bool row_is_held(struct world *world, const struct world_row *row)
{
	const char *id = world_cell_text(row, FIELD_ID);

	return play_holds_contents(world, row->id, *id ? id : "-");
}

void person_ticks_delete(struct play *play, const struct event *event)
{
	struct world_row *row = play_choose_row(play, event->a, true);

	if (!row || row->table == TABLE_COLLECTIONS)
		return;
	play->acts++;
	world_person_types(play->world, row, FIELD_DELETE, json_new_bool(true));
}

void person_deletes(struct play *play, const struct event *event)
{
	struct world_row *row = play_choose_row(play, event->a, true);

	if (!row || row->table == TABLE_COLLECTIONS || row_is_held(play->world, row))
		return;
	play->acts++;
	world_person_deletes(play->world, row);
}

static unsigned contents_of(const struct world *world, const struct world_row *place)
{
	unsigned count = 0;

	for (size_t i = 0; i < world->row_count; i++)
		count += world->rows[i].now.there &&
			 (strcmp(world_linked(&world->rows[i], FIELD_CONTAINER), place->id) == 0 ||
			  strcmp(world_linked(&world->rows[i], FIELD_COLLECTION), place->id) == 0);
	return count;
}

/* Airtable itself empties the links that point there: each is written again. */
void person_deletes_place(struct play *play, const struct event *event)
{
	struct world_row *row = play_choose_row(play, event->a, true);

	if (!row)
		return;
	play->acts += 1 + contents_of(play->world, row);
	play->new_documents++;
	world_person_deletes(play->world, row);
}

void person_restores(struct play *play, const struct event *event)
{
	struct world_row *row = play_choose_row(play, event->a, false);

	if (!row)
		return;
	play->acts++;
	play->new_documents++;
	world_person_restores(play->world, row);
}

void person_duplicates(struct play *play, const struct event *event)
{
	struct world_row *row = play_choose_row(play, event->a, true);

	if (!row)
		return;
	play->acts++;
	world_person_duplicates(play->world, row, event->b & 1);
}
