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

/* The one process works at 'one', and to it, or beside it, happens 'other'. */
#define BESIDE(name, one, other, after)                                                                      \
	{                                                                                                    \
		name, two_processes, one, other, after, IN_ORDER, false                                      \
	}

static const struct scenario list[] = {
	BESIDE("frozen-with-queued-requests", named_phone_notes, phone_notes_again_while_it_is_frozen,
	       says_the_last),
	BESIDE("frozen-while-a-row-is-made", phone_makes_another, is_frozen, named_are_two),
	BESIDE("frozen-while-a-document-is-made", person_adds_another, is_frozen, named_are_two),
	BESIDE("second-process-beside", phone_makes_another, other_passes_beside, named_are_two),
	BESIDE("killed-and-taken-over", phone_makes_another, is_killed_for_good, named_are_two),
	BESIDE("lease-goes-with-the-state", named_phone_notes, state_goes, named_is_there),
	{"given-back-and-taken-at-once", two_processes, named_phone_notes, hands_over, named_is_there,
	 BOTH_ORDERS, true},
};

const struct named_table named_lease = {list, countof(list)};
