/* A row is met that shows nothing where its document has a value, since the column was of another type (sync-rules 1). */
#include "inventory/document.h"
#include "tests/worlds/named.h"

#include "tests/worlds/world_app.h"
#include "tests/worlds/world_columns.h"

static void app_makes_the_row_of_a_new_item(struct world *world)
{
	struct json_object *body = named_new_item(world, "a new item");

	json_put_text(document_data(body), "notes", "of the new item");
	world_phone_puts(world, TABLE_ITEMS, "i2", body);
	world_app_syncs(world);
}

static void person_retypes_notes(struct world *world)
{
	world_person_retypes_column(world, TABLE_ITEMS, FIELD_NOTES, false);
}

static void notes_are_kept(struct world *world)
{
	named_must_say(world, "i1", "notes", "first");
	named_must_say(world, "i2", "notes", "of the new item");
}

static const struct scenario list[] = {
	{"column-retyped-before-the-apps-row-is-known", named_nothing, app_makes_the_row_of_a_new_item,
	 person_retypes_notes, notes_are_kept, IN_ORDER,
	 false}, /* else the app itself takes the emptiness over */
};
const struct named_table named_unfilled = {list, countof(list)};
