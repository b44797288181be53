/* A Min Stock Level of 0: the app shows it as an empty cell, and takes a 0 that is typed (sync-rules 18). */
#include "inventory/document.h"
#include "tests/worlds/named.h"

#include <string.h>

static void person_types_zero(struct world *world)
{
	if (named_row(world))
		world_person_types(world, named_row(world), FIELD_MIN_STOCK, json_new_int(0));
}

static void person_empties_it(struct world *world)
{
	if (named_row(world))
		world_person_types(world, named_row(world), FIELD_MIN_STOCK, NULL);
}

static void phone_puts_level(struct world *world, int level)
{
	struct json_object *present = world_body(world_document(world, TABLE_ITEMS, "i1"));
	struct json_object *body = json_copy(present);

	json_put(document_data(body), "consumable_min_stock_level", json_new_int(level));
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	world_phone_puts(world, TABLE_ITEMS, "i1", body);
}

static void phone_puts_zero(struct world *world)
{
	phone_puts_level(world, 0);
}

static void it_has_five(struct world *world)
{
	phone_puts_level(world, 5);
	if (!world_pass(world, true, true))
		world_broken(world, "the scene cannot be set: %s", world->last_error.text);
}

static void it_shows_zero(struct world *world)
{
	person_types_zero(world);
	if (!world_pass(world, true, true))
		world_broken(world, "the scene cannot be set: %s", world->last_error.text);
}

static void nothing_is_told(struct world *world)
{
	if (named_row(world) && named_row(world)->now.cells[FIELD_ERROR])
		world_broken(world, "the row tells of a problem: %s",
			     world_cell_text(named_row(world), FIELD_ERROR));
}

static void both_have_zero(struct world *world)
{
	named_must_say(world, "i1", "consumable_min_stock_level", "0");
	named_must_show(world, "i1", FIELD_MIN_STOCK, "0");
	nothing_is_told(world);
}

static void document_has_zero(struct world *world)
{
	named_must_say(world, "i1", "consumable_min_stock_level", "0");
	named_must_show(world, "i1", FIELD_MIN_STOCK, "");
	nothing_is_told(world);
}

static void none_has_any(struct world *world)
{
	named_must_say(world, "i1", "consumable_min_stock_level", "");
	named_must_show(world, "i1", FIELD_MIN_STOCK, "");
	nothing_is_told(world);
}

static const struct scenario scenarios[] = {
	{"level-of-zero-typed", named_nothing, person_types_zero, named_phone_notes, both_have_zero,
	 ALL_ORDERS, false},
	{"level-of-zero-typed-over-another", it_has_five, person_types_zero, named_phone_notes,
	 both_have_zero, ALL_ORDERS, false},
	{"level-of-zero-saved", it_has_five, phone_puts_zero, named_person_notes, document_has_zero,
	 ALL_ORDERS, false},
	{"level-of-zero-saved-where-there-was-none", named_nothing, phone_puts_zero, named_nothing,
	 document_has_zero, 1U << AS_WRITTEN, false},
	{"level-of-zero-emptied", it_shows_zero, person_empties_it, named_phone_notes, none_has_any,
	 ALL_ORDERS, false},
};

const struct named_table named_zero = {scenarios, countof(scenarios)};
