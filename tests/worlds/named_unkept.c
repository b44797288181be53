/* What was heard and handled since the last checkpoint, where the feed is asked anew: the checkpoint cannot say whether the database
 * went back behind it (sync-rules 3). */
#include "tests/worlds/named.h"
#include "tests/worlds/observer.h"
#include "tests/worlds/world_refusals.h"

#include <string.h>

static bool has_row(struct world *world, const char *id)
{
	return world_body(world_document(world, TABLE_ITEMS, id)) && world_row_of(world, TABLE_ITEMS, id);
}

/* ---- the database goes back behind what a pass has handled before it wrote a checkpoint ---- */

/* Scenes are played one after the other. */
static struct world_backup *files;

static void phone_makes(struct world *world, const char *id)
{
	world_phone_puts(world, TABLE_ITEMS, id, named_new_item(world, id));
}

/* The pass has time for the edit of "i1" alone. */
static void edit_is_handled(struct world *world)
{
	unsigned before = world->checkpoint_writes;

	world_backup_done(&files);
	files = world_saves(world);
	named_phone_notes(world);
	phone_makes(world, "i2");
	named_small_pass(world);
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
	if (has_row(world, "i2") || world->checkpoint_writes != before)
		world_broken(world, "the pass does not end before its checkpoint");
}

/* So there is no place that was heard since: the feed is asked from where the comparison began. */
static void edit_is_handled_by_a_comparison(struct world *world)
{
	world_arm(world, FAULT_COUCH_PLACE);
	edit_is_handled(world);
}

/* The places in the feed that were heard are given to other changes from now on. */
static void database_goes_back(struct world *world)
{
	if (files)
		world_goes_back(world, &files, FILES_OF_SOURCE);
	phone_makes(world, "i3");
}

static void edit_is_kept_and_third_arrives(struct world *world)
{
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
	if (!observer_has_problem(world, world_document(world, TABLE_ITEMS, "i1")))
		world_broken(world, "nobody is told that item i1 went back");
	if (!has_row(world, "i3"))
		world_broken(world, "what was saved after the database went back is not heard");
}

/* ---- a checkpoint whose writing is cut ---- */

static void connection_breaks(void *context, unsigned effect)
{
	struct world *world = context;

	(void)effect;
	world->rejoined = true;
}

/* With each request. */
static bool pass_while_connection_breaks(struct world *world)
{
	void (*at_effect)(void *, unsigned) = world->at_effect;
	void *context = world->context;

	world->at_effect = connection_breaks;
	world->context = world;
	bool ok = world_pass(world, true, false);
	world->at_effect = at_effect;
	world->context = context;
	return ok;
}

/* What is in doubt by that is read again, once. */
static void checkpoint_is_cut(struct world *world)
{
	world_refuse(world, WRITTEN_CHECKPOINT, "", ANSWER_CUT);
	named_phone_notes(world);
	if (!world_pass(world, true, false) && world->dead)
		world_restart(world);
	world_lift_refusals(world);
	if (pass_while_connection_breaks(world))
		return;
	if (!world->dead)
		world_broken(world, "a pass fails, though nothing is refused: %s", world->last_error.text);
	world_restart(world);
}

static void both_have_the_phones(struct world *world)
{
	named_must_say(world, "i1", "notes", "from the phone");
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
	named_must_show(world, "i1", FIELD_ERROR, "");
}

static const struct scenario list[] = {
	{"couch-files-restored-before-a-checkpoint", edit_is_handled, database_goes_back, named_nothing,
	 edit_is_kept_and_third_arrives, 1U << AS_WRITTEN, false},
	{"couch-files-restored-before-a-comparison-is-kept", edit_is_handled_by_a_comparison,
	 database_goes_back, named_nothing, edit_is_kept_and_third_arrives, 1U << AS_WRITTEN, false},
	{"checkpoint-cut-and-the-feed-asked-anew", named_nothing, checkpoint_is_cut, named_nothing,
	 both_have_the_phones, 1U << AS_WRITTEN, false},
};
const struct named_table named_unkept = {list, countof(list)};
