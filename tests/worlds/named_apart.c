/* The database went back, and a field is held apart. The save of another field then also changes this one, as a side effect
 * (sync-rules 3, 18). */
#include "tests/worlds/named.h"
#include "tests/worlds/observer.h"

/* Scenes are played one after the other. */
static struct world_backup *files;

/* The app's own sync leaves a space at the end; a save of ours takes it away. */
static void phone_renames_after_the_backup(struct world *world)
{
	named_phone_sets(world, "name", "old ", 0);
	world_pass(world, true, false);
	world_advance(world, 61000);
	world_pass(world, true, false);
	world_backup_done(&files);
	files = world_saves(world);
	named_phone_sets(world, "name", "new", 0);
	world_pass(world, true, false);
	world_advance(world, 61000);
	world_pass(world, true, false);
}

static void database_goes_back(struct world *world)
{
	if (files)
		world_goes_back(world, &files, FILES_OF_SOURCE);
}

static void names_are_apart_and_told(struct world *world)
{
	named_must_say(world, "i1", "name", "old");
	named_must_say(world, "i1", "model_name", "from the grid");
	/* After a crash just behind the save the document's name counts as edited. Then the row's name gives way, and the observer wants
	 * it in the history. */
	if (world->restarts > 0)
		return;
	named_must_show(world, "i1", FIELD_NAME, "new");
	if (!observer_has_problem(world, world_document(world, TABLE_ITEMS, "i1")))
		world_broken(world, "nobody is told that both names are apart");
}

static const struct scenario list[] = {
	{"held-apart-and-saved-at-once", phone_renames_after_the_backup, database_goes_back,
	 named_person_models, names_are_apart_and_told, 1U << AS_WRITTEN, false},
	{"held-apart-and-saved-later", phone_renames_after_the_backup, database_goes_back,
	 named_person_models, names_are_apart_and_told, 1U << AS_WRITTEN, true},
};
const struct named_table named_apart = {list, countof(list)};
