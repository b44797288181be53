/* A document is deleted, and its row, which goes with it, was edited before anybody had seen the deletion: sync-rules 10. The edit has no
 * other place than the history, and is there before the row goes. */
#include "bridge/limits.h"
#include "tests/worlds/named.h"
#include "tests/worlds/observer.h"
#include "tests/worlds/world_refusals.h"
#include "tests/worlds/world_rights.h"

#include <string.h>

static void row_is_edited_and_document_deleted(struct world *world)
{
	named_person_notes(world);
	named_phone_deletes(world);
}

static size_t entries_with(const struct world *world, const char *event)
{
	size_t count = 0;

	for (size_t i = 0; i < world->extra_count; i++) {
		struct json_object *was = json_child(world->extras[i], "original_data", json_type_object);
		count += strcmp(json_text_or(world->extras[i], "event_name", ""), event) == 0 &&
			 strcmp(json_text_or(was, "notes", ""), "from the grid") == 0;
	}
	return count;
}

/* The observer knows whether the edit is somewhere. */
static void is_not_brought_back(struct world *world)
{
	if (world_body(world_document(world, TABLE_ITEMS, "i1")))
		world_broken(world, "the document was brought back");
}

static void edit_is_a_named_loser(struct world *world)
{
	is_not_brought_back(world);
	if (named_row(world))
		world_broken(world, "the row of a deleted document is still there");
	if (entries_with(world, "sync_conflict") != 1 || entries_with(world, "sync_row_deleted") != 1)
		world_broken(world, "the edit is told %zu times as a loser, the row's last cells %zu times",
			     entries_with(world, "sync_conflict"), entries_with(world, "sync_row_deleted"));
	if (observer_has_problem(world, world_document(world, TABLE_ITEMS, "i1")))
		world_broken(world, "it is still told what is over");
}

static void history_takes_nothing(struct world *world)
{
	world_refuse(world, WRITTEN_HISTORY, "i1", ANSWER_REFUSED);
	row_is_edited_and_document_deleted(world);
}

static void history_has_no_answer(struct world *world)
{
	world_refuse(world, WRITTEN_HISTORY, "i1", ANSWER_CUT);
	row_is_edited_and_document_deleted(world);
}

static void row_stays_and_says_why(struct world *world)
{
	unsigned effects = world->effects;

	if (!world_quiet_refused(world))
		world_broken(world, "it does not become quiet; last: %s", world->last_error.text);
	world->effects = effects;
	if (!named_row(world) || !named_row(world)->now.cells[FIELD_ERROR])
		world_broken(world, "the row is gone with an edit that is nowhere, or does not say why not");
}

/* It is tried again at most hourly. */
static void row_goes_when_it_is_taken(struct world *world)
{
	world_advance(world, SYNC_RETRY_CAP_MS + 1000);
	(void)world_pass(world, true, false);
	edit_is_a_named_loser(world);
}

static void removal_of_the_row_is_in_doubt(struct world *world)
{
	row_is_edited_and_document_deleted(world);
	for (int i = 0; i < 3; i++)
		world_arm(world, FAULT_AIRTABLE_UNSENT);
}

static void rows_may_not_be_deleted(struct world *world)
{
	world_person_limits_rows(world, TABLE_ITEMS, ROWS_DELETED, WORDS_NAMED);
	row_is_edited_and_document_deleted(world);
}

static void row_may_not_be_changed(struct world *world)
{
	world_person_limits_row(world, named_row(world), true);
	row_is_edited_and_document_deleted(world);
}

/* The deletion is tried again, also by a process that begins anew: the edit has one entry all the same. */
static void row_stays_for_hours(struct world *world)
{
	unsigned effects = world->effects;

	for (int i = 0; i < 3; i++) {
		world_advance(world, SYNC_RETRY_CAP_MS + 1000);
		(void)world_pass(world, true, false);
		world_restart(world);
	}
	world->effects = effects;
	if (!named_row(world))
		world_broken(world, "the row is gone, although nobody may delete it");
	if (entries_with(world, "sync_conflict") > 1)
		world_broken(world, "the edit is told %zu times as a loser",
			     entries_with(world, "sync_conflict"));
	(void)world_person_permits_all(world);
	world_advance(world, SYNC_RETRY_CAP_MS + 1000);
}

static const struct scenario list[] = {
	{"edit-that-goes-with-its-row", named_nothing, row_is_edited_and_document_deleted, named_nothing,
	 edit_is_a_named_loser, 1U << AS_WRITTEN, false},
	{"edit-that-goes-with-its-row-and-no-state", named_nothing, row_is_edited_and_document_deleted,
	 world_state_is_lost, is_not_brought_back, 1U << MEANWHILE, false},
	{"edit-that-goes-with-its-row-refused", named_nothing, history_takes_nothing, row_stays_and_says_why,
	 row_goes_when_it_is_taken, 1U << AS_WRITTEN, true},
	{"edit-that-goes-with-its-row-cut-for-ever", named_nothing, history_has_no_answer,
	 row_stays_and_says_why, row_goes_when_it_is_taken, 1U << AS_WRITTEN, true},
	{"edit-that-goes-with-its-row-in-doubt", named_nothing, removal_of_the_row_is_in_doubt, named_nothing,
	 edit_is_a_named_loser, 1U << AS_WRITTEN, false},
	{"edit-in-a-row-that-may-not-be-deleted", named_nothing, rows_may_not_be_deleted, row_stays_for_hours,
	 edit_is_a_named_loser, 1U << AS_WRITTEN, true},
	{"edit-in-a-row-that-may-not-be-changed", named_nothing, row_may_not_be_changed, row_stays_for_hours,
	 edit_is_a_named_loser, 1U << AS_WRITTEN, true},
};
const struct named_table named_last_edits = {list, countof(list)};
