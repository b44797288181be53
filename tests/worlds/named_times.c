/* Which of two edits is the newer one: sync-rules 23. */
#include "tests/worlds/named.h"

/* ---- a phone whose clock is ahead ---- */

/* By ten minutes. The document is seen while no row can be written; then somebody types over what it says. */
static void phone_is_ahead_of_person(struct world *world)
{
	bool crashes = world->crash_at > 0;

	named_phone_sets(world, "notes", "from the phone", -600000);
	world_arm(world, FAULT_AIRTABLE_READ);
	if (!world_pass(world, false, false) && world->dead)
		world_restart(world);
	world_advance(world, 60000);
	named_person_notes(world);
	/* When it was first seen is not known any more after a crash: then the conflict is only named. */
	if (!crashes && world_pass(world, true, false))
		named_must_say(world, "i1", "notes", "from the grid");
}

/* What it says is seen and refused by the row's column. Somebody types over it while the bridge is down. */
static void phone_is_ahead_and_refused(struct world *world)
{
	bool crashes = world->crash_at > 0;

	named_phone_sets(world, "notes", "refused by the column", -600000);
	(void)world_pass(world, true, false);
	world_advance(world, 60000);
	named_person_notes(world);
	world_restart(world);
	if (world_pass(world, true, false) && !crashes)
		named_must_say(world, "i1", "notes", "from the grid");
}

/* ---- one moment, or one after the other ---- */

static void person_notes_and_a_moment(struct world *world)
{
	named_person_notes(world);
	world_advance(world, 300);
}

static void phone_notes_and_a_moment(struct world *world)
{
	named_phone_notes(world);
	world_advance(world, 300);
}

static void both_have(struct world *world, const char *words)
{
	named_must_say(world, "i1", "notes", words);
	named_must_show(world, "i1", FIELD_NOTES, words);
}

/* So does a tie go. */
static void both_have_the_phones(struct world *world)
{
	both_have(world, "from the phone");
}

static void both_have_the_persons(struct world *world)
{
	both_have(world, "from the grid");
}

/* ---- our own writes ---- */

#define WRITTEN_AFTER_MS 400 /* a phone's edit, by the pass that begins with it */

/* Two of them within one second, and the base still shows what the first of them wrote when it is asked again. */
static void phone_notes_twice_in_a_second(struct world *world)
{
	world_advance(world, 2000 - WRITTEN_AFTER_MS - world_base_now_ms(world) % 1000);
	named_phone_notes(world);
	(void)world_pass(world, true, false);
	world_arm(world, FAULT_AIRTABLE_STALE);
	named_phone_sets(world, "notes", "from the phone, again", 0);
	(void)world_pass(world, true, false);
	(void)world_pass(world, true, true);
}

static void nobody_edited_the_row(struct world *world)
{
	named_must_say(world, "i1", "notes", "from the phone, again");
	if (world->document_writes)
		world_broken(world, "a write of our own was taken for an edit");
}

static const struct scenario scenarios[] = {
	{"phone-clock-ahead-meets-later-edit", named_nothing, phone_is_ahead_of_person, named_nothing,
	 named_anything, 1U << AS_WRITTEN, false},
	{"phone-clock-ahead-and-a-restart", named_nothing, phone_is_ahead_and_refused, named_nothing,
	 named_anything, 1U << AS_WRITTEN, false},
	{"edits-at-the-same-moment", named_nothing, named_phone_notes, named_person_notes,
	 both_have_the_phones, BOTH_ORDERS, false},
	{"phone-edits-a-moment-later", named_nothing, person_notes_and_a_moment, named_phone_notes,
	 both_have_the_phones, 1U << AS_WRITTEN, false},
	{"person-edits-a-moment-later", named_nothing, phone_notes_and_a_moment, named_person_notes,
	 both_have_the_persons, 1U << AS_WRITTEN, false},
	{"own-write-is-no-edit", named_nothing, phone_notes_twice_in_a_second, named_nothing,
	 nobody_edited_the_row, 1U << AS_WRITTEN, false},
};

const struct named_table named_times = {scenarios, countof(scenarios)};
