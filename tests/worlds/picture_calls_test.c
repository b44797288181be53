/* What pictures cost once a process has started: nothing where an integration has none, and of Airtable no more than the looks. */
#include "tests/unit/cases.h"
#include "tests/worlds/named.h"
#include "tests/worlds/world_pictures.h"

#define ITEMS 20 /* two requests of ten rows */
#define LOOKS 3

struct cost {
	unsigned calls, points; /* of Airtable; of both sides, two a call */
};

static void play_passes(struct world *world)
{
	for (int i = 0; i < LOOKS + 1; i++) {
		assert_true(world_pass(world, true, i == 0));
		world_advance(world, i == 0 ? 6000 : 61000);
	}
}

enum way { NO_PICTURES, BY_LINKS, BY_UPLOADS };

static struct world *begin(enum way way)
{
	struct world *world = world_open(1);

	log_set_level(LOG_NOTHING);
	if (way != NO_PICTURES) {
		world_pictures_begin(world);
		if (way == BY_UPLOADS)
			world_has_no_address(world);
		world_restart(world);
	}
	named_set_scene(world);
	for (int i = 0; i < ITEMS; i++) {
		scoped_text id = own_format("n%d", i);
		world_phone_puts(world, TABLE_ITEMS, id, named_new_item(world, id));
	}
	return world;
}

static struct cost cost_of(struct world *world)
{
	world->calls = world->effects = 0;
	play_passes(world);
	struct cost cost = {world->calls, world->effects};
	assert_string_equal(world->violation, "");
	world_close(&world);
	return cost;
}

static void no_pictures_cost_nothing(void **state)
{
	struct cost without = cost_of(begin(NO_PICTURES)), with = cost_of(begin(BY_LINKS));

	(void)state;
	assert_int_equal(with.calls, without.calls);
	assert_int_equal(with.points, without.points);
}

static struct cost cost_of_two_each(enum way way)
{
	struct world *world = begin(way);

	world_app_has_image(world, "a");
	world_app_has_image(world, "b");
	for (int i = 0; i < ITEMS; i++) {
		scoped_text id = own_format("n%d", i);
		world_app_links(world, id, "a", 0);
		world_app_links(world, id, "b", 1);
	}
	return cost_of(world);
}

/* In a world a page has three rows, and a look is one call for all of its rows. */
static void pictures_cost_their_looks(void **state)
{
	struct cost without = cost_of(begin(NO_PICTURES)), with = cost_of_two_each(BY_LINKS);

	(void)state;
	assert_in_range(with.calls, without.calls, without.calls + LOOKS);
}

/* What is answered is known to be there: no look follows. */
static void uploads_cost_a_call_each(void **state)
{
	struct cost without = cost_of(begin(NO_PICTURES)), with = cost_of_two_each(BY_UPLOADS);

	(void)state;
	assert_int_equal(with.calls, without.calls + 2 * ITEMS);
}

int main(void)
{
	static const struct CMUnitTest cases[] = {
		cmocka_unit_test(no_pictures_cost_nothing),
		cmocka_unit_test(pictures_cost_their_looks),
		cmocka_unit_test(uploads_cost_a_call_each),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("what pictures cost", cases, NULL, NULL);
}
