/* One play of a scenario: the scene, what happens in one order, and the judgement. */
#include "inventory/document.h"
#include "tests/worlds/named.h"

#include "tests/worlds/observer.h"

#include <stdio.h>

#define BRISK_PASSES 2
#define BRISK_MS     2500

struct play {
	struct world *world;
	unsigned meanwhile_at; /* the effect of the passes at which it happens; 0: not meanwhile */
	void (*meanwhile)(struct world *world);
	bool happened;
};

void named_set_scene(struct world *world)
{
	struct json_object *collection = named_new_item(world, "a collection"),
			   *item = named_new_item(world, "an item");

	json_put_text(collection, "type", "collection");
	json_remove(document_data(collection), "collection_id");
	json_put_text(document_data(collection), "collection_reference_number", "0001");
	world_phone_puts(world, TABLE_COLLECTIONS, "c0", collection);
	json_put_text(document_data(item), "notes", "first");
	world_phone_puts(world, TABLE_ITEMS, "i1", item);
	if (!world_first_sync(world))
		world_broken(world, "the scene cannot be set: %s", world->last_error.text);
}

static void at_effect(void *context, unsigned effect)
{
	struct play *play = context;

	if (play->happened || !play->meanwhile_at || effect < play->meanwhile_at)
		return;
	play->happened = true;
	play->meanwhile(play->world);
}

static void one_pass(struct world *world, bool list_rows)
{
	if (!world_pass(world, true, list_rows) && world->dead)
		world_restart(world);
}

/* A few passes, of which the crash may end one; then they go on. */
static void some_passes(struct world *world, bool brisk)
{
	for (int i = 0; i < 3; i++) {
		one_pass(world, i == 2);
		for (int more = 0; brisk && more < BRISK_PASSES; more++) {
			world_advance(world, BRISK_MS);
			one_pass(world, false);
		}
		world_advance(world, 61000);
	}
}

/* The effects that the passes had. */
unsigned named_play(const struct scenario *scenario, enum order order, unsigned meanwhile_at,
		    unsigned crash_at, bool verbose, char broken_out[400])
{
	struct world *world = world_open(1);
	struct play play = {.world = world, .meanwhile_at = meanwhile_at, .meanwhile = scenario->other};

	log_set_level(verbose ? LOG_DEBUG : LOG_NOTHING);
	named_set_scene(world);
	scenario->before(world);
	world->row_writes = world->document_writes = 0;
	world->verbose = verbose;
	world->effects = 0;
	world->crash_at = crash_at;
	world->at_effect = at_effect;
	world->context = &play;
	(order == OTHER_WAY_ROUND ? scenario->other : scenario->one)(world);
	if (scenario->passes_between && scenario->orders & BRISK)
		one_pass(world, false);
	else if (scenario->passes_between)
		some_passes(world, false);
	if (order != MEANWHILE)
		(order == OTHER_WAY_ROUND ? scenario->one : scenario->other)(world);
	some_passes(world, scenario->orders & BRISK);
	unsigned effects = world->effects;
	if (order == MEANWHILE && !play.happened)
		scenario->other(world);
	if (!world_quiet(world))
		world_broken(world, "it does not become quiet; last: %s", world->last_error.text);
	observer_check(world);
	scenario->after(world);
	unsigned writes = world->row_writes - world->word_writes + world->document_writes;
	world_restart(world);
	if (!world_pass(world, true, true) ||
	    world->row_writes - world->word_writes + world->document_writes != writes)
		world_broken(world, "a second run changes something");
	snprintf(broken_out, 400, "%s", world->violation);
	world_close(&world);
	log_set_level(LOG_INFO);
	return effects;
}
