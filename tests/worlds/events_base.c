/* What people do to the columns of the base. */
#include "tests/worlds/events.h"
#include "tests/worlds/world_columns.h"
#include "tests/worlds/world_gone.h"

/* Those that a table can be without. */
static enum field chosen(const struct event *event)
{
	static const enum field fields[] = {FIELD_NOTES, FIELD_SERIAL, FIELD_PRICE, FIELD_MODEL_NAME,
					    FIELD_PURCHASE_DATE};

	return fields[event->a % countof(fields)];
}

/* Each cell may be written again, once. */
static void count_cells(struct play *play)
{
	play->acts += 1 + (unsigned)play->world->row_count;
}

void person_deletes_column(struct play *play, const struct event *event)
{
	if (!world_column_id(play->world, TABLE_ITEMS, chosen(event)))
		return;
	count_cells(play);
	world_person_deletes_column(play->world, TABLE_ITEMS, chosen(event));
}

void person_adds_column(struct play *play, const struct event *event)
{
	if (world_column_id(play->world, TABLE_ITEMS, chosen(event)))
		return;
	count_cells(play);
	world_person_adds_column(play->world, TABLE_ITEMS, chosen(event));
}

/* To another type, or back to what it was. */
void person_retypes_column(struct play *play, const struct event *event)
{
	enum field field = chosen(event);

	if (!world_column_id(play->world, TABLE_ITEMS, field))
		return;
	count_cells(play);
	world_person_retypes_column(play->world, TABLE_ITEMS, field,
				    !world_column_flows(play->world, TABLE_ITEMS, field));
}

void person_edits_choices(struct play *play, const struct event *event)
{
	static const char *const names[] = {"Container", "Consumable", "Item with Parts"};
	const char *name = names[event->a % countof(names)];
	scoped_text other = own_format("%s, %u", name, event->c % 10);

	count_cells(play);
	if (event->b % 3)
		world_person_renames_choice(play->world, FIELD_TYPE, name, other);
	else
		world_person_deletes_choice(play->world, FIELD_TYPE, name);
}

/* One of its tables, or all of it. */
void base_goes(struct play *play, const struct event *event)
{
	play->flaws++;
	if (event->a % (TABLE_COUNT + 1) < TABLE_COUNT)
		world_table_goes(play->world, (enum table)(event->a % (TABLE_COUNT + 1)));
	else
		world_base_goes(play->world);
}

void base_comes_back(struct play *play, const struct event *event)
{
	(void)event;
	if (world_is_anything_gone(play->world))
		world_all_comes_back(play->world);
}

void person_links_back(struct play *play, const struct event *event)
{
	struct world_row *collection = play_choose_row(play, event->a, true);
	struct world_row *item = play_choose_row(play, event->b, true);

	if (!collection || !item || collection->table != TABLE_COLLECTIONS || item->table != TABLE_ITEMS)
		return;
	play->acts += 2;
	world_person_links_back(play->world, collection, item);
}
