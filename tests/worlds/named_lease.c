/* Two processes on one integration: sync-rules 16. */
#include "tests/worlds/named.h"
#include "tests/worlds/world_second.h"

#define LONG_MS  100000 /* long enough to be taken over */
#define SHORT_MS 100

static void two_processes(struct world *world)
{
	world_second_open(world);
}

static void phone_notes_again_while_it_is_frozen(struct world *world)
{
	named_phone_sets(world, "notes", "from the phone, again", 0);
	world_freezes(world, LONG_MS, 3);
}

static void says_the_last(struct world *world)
{
	named_must_say(world, "i1", "notes", "from the phone, again");
	named_must_show(world, "i1", FIELD_NOTES, "from the phone, again");
}

static void phone_makes_another(struct world *world)
{
	world_phone_puts(world, TABLE_ITEMS, "i2", named_new_item(world, "another"));
}

static void person_adds_another(struct world *world)
{
	struct world_row *row = world_person_adds(world, TABLE_ITEMS);

	world_person_types(world, row, FIELD_NAME, json_new_text("another"));
	world_person_types(world, row, FIELD_COLLECTION,
			   world_link(world_row_of(world, TABLE_COLLECTIONS, "c0")->id));
}

static void is_frozen(struct world *world)
{
	world_freezes(world, LONG_MS, 3);
}

static void other_passes_beside(struct world *world)
{
	world_freezes(world, SHORT_MS, 1);
}

static void is_killed_for_good(struct world *world)
{
	world_is_replaced(world);
}

static void hands_over(struct world *world)
{
	if (world_hands_over(world) && !world_pass(world, true, false) && !world->dead)
		world_broken(world, "the lease was given back, and cannot be had: %s",
			     world->last_error.text);
}

static void state_goes(struct world *world)
{
	world_state_is_lost(world);
}

static const struct scenario list[] = {
	{
		.name = "frozen-with-queued-requests",
		.before = two_processes,
		.one = named_phone_notes,
		.other = phone_notes_again_while_it_is_frozen,
		.after = says_the_last,
		.orders = IN_ORDER,
	},
	{
		.name = "frozen-while-a-row-is-made",
		.before = two_processes,
		.one = phone_makes_another,
		.other = is_frozen,
		.after = named_are_two,
		.orders = IN_ORDER,
	},
	{
		.name = "frozen-while-a-document-is-made",
		.before = two_processes,
		.one = person_adds_another,
		.other = is_frozen,
		.after = named_are_two,
		.orders = IN_ORDER,
	},
	{
		.name = "second-process-beside",
		.before = two_processes,
		.one = phone_makes_another,
		.other = other_passes_beside,
		.after = named_are_two,
		.orders = IN_ORDER,
	},
	{
		.name = "killed-and-taken-over",
		.before = two_processes,
		.one = phone_makes_another,
		.other = is_killed_for_good,
		.after = named_are_two,
		.orders = IN_ORDER,
	},
	{
		.name = "given-back-and-taken-at-once",
		.before = two_processes,
		.one = named_phone_notes,
		.other = hands_over,
		.after = named_is_there,
		.orders = BOTH_ORDERS,
		.passes_between = true,
	},
	{
		.name = "lease-goes-with-the-state",
		.before = two_processes,
		.one = named_phone_notes,
		.other = state_goes,
		.after = named_is_there,
		.orders = IN_ORDER,
	},
};

const struct named_table named_lease = {list, countof(list)};
