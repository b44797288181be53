/* Which of two edits is the newer one: sync-rules 23. What goes first where there is much to do. */
#include "tests/worlds/named.h"

#include <stdio.h>

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

#define MOMENT_MS 600

/* The base rounds the time of an edit to the nearest second. */
static void a_second_begins(struct world *world)
{
	world_advance(world, 1000 - world_base_now_ms(world) % 1000);
}

static void person_notes_and_a_moment(struct world *world)
{
	named_person_notes(world);
	world_advance(world, MOMENT_MS);
}

static void phone_notes_and_a_moment(struct world *world)
{
	named_phone_notes(world);
	world_advance(world, MOMENT_MS);
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

/* ---- a deletion, and the edit of the row a moment before it ---- */

/* The edit shows as one of the next second. The deletion is seen at once, but the base's clock is heard late in its second. */
static void phone_deletes_a_moment_after_an_edit(struct world *world)
{
	a_second_begins(world);
	world_advance(world, MOMENT_MS);
	named_person_notes(world);
	named_phone_deletes(world);
	world_arm(world, FAULT_AIRTABLE_READ);
	if (!world_pass(world, false, false) && world->dead)
		world_restart(world);
	world_advance(world, 1380 - world_base_now_ms(world) % 1000);
}

static void stays_deleted(struct world *world)
{
	if (world_body(world_document(world, TABLE_ITEMS, "i1")))
		world_broken(world, "an edit from before the deletion brought the document back");
}

/* ---- the rows were all known a moment before ---- */

#define A_LIST_BEGINS_MS 100 /* in its second */

struct typist {
	struct world *world;
	const struct world_row *row;
	size_t readings; /* of the row, when the pass began */
	bool has_typed;
};

/* Once the row was read, and before the last page is: the base shows that second's beginning as the time of it. */
static void type_once_read(void *context, unsigned effect)
{
	struct typist *typist = context;

	(void)effect;
	if (typist->has_typed || typist->row->reading_count == typist->readings)
		return;
	typist->has_typed = true;
	named_person_notes(typist->world);
	world_advance(typist->world, 1000 - world_base_now_ms(typist->world) % 1000);
}

static void person_types_behind_a_list(struct world *world)
{
	static struct typist typist;

	typist = (struct typist){.world = world};
	for (int i = 2; i <= 1 + WORLD_PAGE; i++) {
		char id[8];
		snprintf(id, sizeof id, "i%d", i);
		world_phone_puts(world, TABLE_ITEMS, id, named_new_item(world, id));
	}
	(void)world_pass(world, true, false);
	world_advance(world, 61000);
	(void)world_pass(world, true, false);
	world_advance(world, 62000 - world_base_now_ms(world) % 1000 + A_LIST_BEGINS_MS);
	typist.row = named_row(world);
	typist.readings = typist.row->reading_count;
	world->at_effect = type_once_read;
	world->context = &typist;
	(void)world_pass(world, true, true);
	world->at_effect = NULL;
	if (!typist.has_typed)
		world_broken(world, "nobody types");
	named_must_say(world, "i1", "notes", "first");
}

/* The process remembers the row as it was read. */
static void phone_notes_and_the_state_is_lost(struct world *world)
{
	world_advance(world, 1000);
	world_state_is_deleted(world);
	named_phone_notes(world);
}

/* ---- our own writes ---- */

/* Within one second, wherever in it they begin: the base shows times in whole seconds, to the nearest one, and its clock is heard in
 * whole seconds. It still shows what the first of them wrote when it is asked again. */
static void phone_notes_twice(struct world *world, int64_t begin_ms)
{
	world_advance(world, 62000 - world_base_now_ms(world) % 1000 + begin_ms);
	named_phone_notes(world);
	(void)world_pass(world, true, false);
	world_arm(world, FAULT_AIRTABLE_STALE);
	named_phone_sets(world, "notes", "from the phone, again", 0);
	(void)world_pass(world, false, false);
	(void)world_pass(world, true, true);
}

static void phone_notes_twice_in_a_second(struct world *world)
{
	for (int64_t begin_ms = 0; begin_ms < 1000; begin_ms += 200)
		phone_notes_twice(world, begin_ms);
}

static void nobody_edited_the_row(struct world *world)
{
	named_must_say(world, "i1", "notes", "from the phone, again");
	if (world->document_writes)
		world_broken(world, "a write of our own was taken for an edit");
}

/* ---- a pass that has much to do ---- */

#define LAPSE_MS 130000 /* more than the polls overlap */

static void phone_makes_many(struct world *world)
{
	for (int i = 2; i <= 6; i++) { /* their turn would be before that of "i1" */
		char id[8];
		snprintf(id, sizeof id, "a%d", i);
		world_phone_puts(world, TABLE_ITEMS, id, named_new_item(world, id));
	}
}

static void edit_while_many_are_made(struct world *world)
{
	unsigned restarts = world->restarts;

	phone_makes_many(world);
	named_small_pass(world);
	named_phone_notes(world);
	named_small_pass(world);
	if (world->restarts != restarts)
		return;
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
	if (world_row_of(world, TABLE_ITEMS, "a6"))
		world_broken(world, "all rows were made before the edit");
}

/* Also one that is heard of only now: somebody is waiting for it. */
static void new_one_while_many_are_made(struct world *world)
{
	unsigned restarts = world->restarts;

	phone_makes_many(world);
	named_small_pass(world);
	world_phone_puts(world, TABLE_ITEMS, "i9", named_new_item(world, "i9"));
	named_small_pass(world);
	if (world->restarts != restarts)
		return;
	if (!world_row_of(world, TABLE_ITEMS, "i9"))
		world_broken(world, "what was made last waits for all others");
	if (world_row_of(world, TABLE_ITEMS, "a6"))
		world_broken(world, "all rows were made before it");
}

/* Two rows are edited, and the pass ends after the first of them; then so does the bridge. */
static void person_edits_two_rows(struct world *world)
{
	struct world_row *collection = world_row_of(world, TABLE_COLLECTIONS, "c0");

	if (collection)
		world_person_types(world, collection, FIELD_NAME, json_new_text("from the grid"));
	named_person_notes(world);
	world_advance(world, LAPSE_MS);
	named_small_pass(world);
	world_restart(world);
	if (world_pass(world, true, false))
		named_must_say(world, "i1", "notes", "from the grid");
	else
		world_restart(world);
}

static const struct scenario scenarios[] = {
	{"edit-while-many-are-made", named_nothing, edit_while_many_are_made, named_nothing, named_anything,
	 1U << AS_WRITTEN, false},
	{"new-one-while-many-are-made", named_nothing, new_one_while_many_are_made, named_nothing,
	 named_anything, 1U << AS_WRITTEN, false},
	{"pass-ends-before-its-queue", named_nothing, person_edits_two_rows, named_nothing, named_is_there,
	 1U << AS_WRITTEN, false},
	{"phone-clock-ahead-meets-later-edit", named_nothing, phone_is_ahead_of_person, named_nothing,
	 named_anything, 1U << AS_WRITTEN, false},
	{"phone-clock-ahead-and-a-restart", named_nothing, phone_is_ahead_and_refused, named_nothing,
	 named_anything, 1U << AS_WRITTEN, false},
	{"edits-at-the-same-moment", a_second_begins, named_phone_notes, named_person_notes,
	 both_have_the_phones, BOTH_ORDERS, false},
	{"phone-edits-a-moment-later", a_second_begins, person_notes_and_a_moment, named_phone_notes,
	 both_have_the_phones, 1U << AS_WRITTEN, false},
	{"person-edits-a-moment-later", a_second_begins, phone_notes_and_a_moment, named_person_notes,
	 both_have_the_persons, 1U << AS_WRITTEN, false},
	{"edit-a-moment-before-the-deletion", named_nothing, phone_deletes_a_moment_after_an_edit,
	 named_nothing, stays_deleted, 1U << AS_WRITTEN, false},
	{"own-write-is-no-edit", named_nothing, phone_notes_twice_in_a_second, named_nothing,
	 nobody_edited_the_row, 1U << AS_WRITTEN, false},
	{"typed-a-moment-after-all-rows-were-known", person_types_behind_a_list,
	 phone_notes_and_the_state_is_lost, named_nothing, both_have_the_phones, 1U << AS_WRITTEN, false},
};

const struct named_table named_times = {scenarios, countof(scenarios)};
