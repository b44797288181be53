/* A database that does not take everything: each refusal stops the one record that it belongs to, is told there, leaves nothing half
 * written, and is over by itself when the write is taken: sync-rules 21 and 24. */
#include "bridge/limits.h"
#include "inventory/document.h"
#include "tests/worlds/named.h"

#include "tests/worlds/observer.h"
#include "tests/worlds/world_columns.h"
#include "tests/worlds/world_refusals.h"

#include <string.h>

#define SOON_PASSES 3
#define SOON_MS     2000

static struct world_row *row_of(struct world *world, const char *id)
{
	return world_row_of(world, TABLE_ITEMS, id);
}

static void there_are_two(struct world *world)
{
	world_phone_puts(world, TABLE_ITEMS, "i2", named_new_item(world, "another item"));
	if (!world_pass(world, true, false))
		world_broken(world, "the second item cannot be synced");
	world_advance(world, SYNC_APP_LINK_QUIET_MS + 1000);
	if (!world_pass(world, true, false))
		world_broken(world, "the second item cannot be marked");
}

/* Both rows are edited; of the first also the document, in another field. */
static void both_are_edited(struct world *world)
{
	named_person_notes(world);
	named_phone_sets(world, "model_name", "from the phone", 0);
	if (row_of(world, "i2"))
		world_person_types(world, row_of(world, "i2"), FIELD_NOTES, json_new_text("of the second"));
}

static size_t histories_of(const struct world *world, const char *id)
{
	size_t count = 0;

	for (size_t i = 0; i < world->extra_count; i++)
		count += strcmp(json_text_or(world->extras[i], "data_id", ""), id) == 0;
	return count;
}

static bool is_told(struct world *world, const char *id)
{
	return observer_has_problem(world, world_document(world, TABLE_ITEMS, id));
}

/* Passes as long as something is due, without asking the base for all rows. */
static void go_on(struct world *world)
{
	unsigned effects = world->effects;

	if (!world_quiet_refused(world))
		world_broken(world, "it does not become quiet; last: %s", world->last_error.text);
	world->effects = effects;
}

static void second_arrives(struct world *world)
{
	named_must_say(world, "i2", "notes", "of the second");
	named_must_show(world, "i2", FIELD_NOTES, "of the second");
	if (row_of(world, "i2") && row_of(world, "i2")->now.cells[FIELD_ERROR])
		world_broken(world, "the second item is told something");
	if (histories_of(world, "i2") != 1)
		world_broken(world, "the second item has %zu histories", histories_of(world, "i2"));
}

static void all_arrives(struct world *world)
{
	named_must_say(world, "i1", "notes", "from the grid");
	named_must_show(world, "i1", FIELD_MODEL_NAME, "from the phone");
	if (row_of(world, "i1") && row_of(world, "i1")->now.cells[FIELD_ERROR])
		world_broken(world, "the row still tells of what is over");
	if (histories_of(world, "i1") != 1)
		world_broken(world, "%zu histories of one edit", histories_of(world, "i1"));
	second_arrives(world);
}

/* The row's edit waits and its row says so; what the phone did goes to the row. */
static void first_alone_waits(struct world *world)
{
	go_on(world);
	second_arrives(world);
	named_must_say(world, "i1", "notes", "first");
	named_must_show(world, "i1", FIELD_NOTES, "from the grid");
	if (!is_told(world, "i1") || !row_of(world, "i1")->now.cells[FIELD_ERROR])
		world_broken(world, "nobody is told that the edit is not taken");
	if (histories_of(world, "i1"))
		world_broken(world, "there is a history of an edit that did not happen");
}

static void first_waits_and_shows_the_phones(struct world *world)
{
	first_alone_waits(world);
	named_must_show(world, "i1", FIELD_MODEL_NAME, "from the phone");
}

#define REFUSED_EDIT(name, written, answer)                                                                  \
	static void name(struct world *world)                                                                \
	{                                                                                                    \
		world_refuse(world, written, "i1", answer);                                                  \
		both_are_edited(world);                                                                      \
	}

REFUSED_EDIT(document_is_refused, WRITTEN_DOCUMENT, ANSWER_REFUSED)
REFUSED_EDIT(document_conflicts, WRITTEN_DOCUMENT, ANSWER_CONFLICT)
REFUSED_EDIT(document_is_cut, WRITTEN_DOCUMENT, ANSWER_CUT)
REFUSED_EDIT(document_is_unanswered, WRITTEN_DOCUMENT, ANSWER_UNANSWERED)
REFUSED_EDIT(history_is_refused, WRITTEN_HISTORY, ANSWER_REFUSED)
REFUSED_EDIT(history_conflicts, WRITTEN_HISTORY, ANSWER_CONFLICT)
REFUSED_EDIT(history_is_cut, WRITTEN_HISTORY, ANSWER_CUT)
REFUSED_EDIT(history_is_unanswered, WRITTEN_HISTORY, ANSWER_UNANSWERED)
REFUSED_EDIT(entry_is_refused, WRITTEN_ENTRY, ANSWER_REFUSED)
REFUSED_EDIT(entry_conflicts, WRITTEN_ENTRY, ANSWER_CONFLICT)
REFUSED_EDIT(entry_is_cut, WRITTEN_ENTRY, ANSWER_CUT)
REFUSED_EDIT(entry_is_unanswered, WRITTEN_ENTRY, ANSWER_UNANSWERED)

/* ---- what is beside the records ---- */

#define REFUSED_BESIDE(name, written, answer)                                                                \
	static void name(struct world *world)                                                                \
	{                                                                                                    \
		world_refuse(world, written, "", answer);                                                    \
		both_are_edited(world);                                                                      \
	}

REFUSED_BESIDE(checkpoint_is_refused, WRITTEN_CHECKPOINT, ANSWER_REFUSED)
REFUSED_BESIDE(checkpoint_is_cut, WRITTEN_CHECKPOINT, ANSWER_CUT)

/* A column gets another name, which is stored. */
static void schema_changes_under(struct world *world, enum world_answer answer)
{
	world_refuse(world, WRITTEN_SCHEMA, "", answer);
	world_person_retypes_column(world, TABLE_ITEMS, FIELD_SERIAL, false);
	both_are_edited(world);
}

static void schema_is_refused(struct world *world)
{
	schema_changes_under(world, ANSWER_REFUSED);
}

static void schema_is_cut(struct world *world)
{
	schema_changes_under(world, ANSWER_CUT);
}

static void schema_is_unanswered(struct world *world)
{
	schema_changes_under(world, ANSWER_UNANSWERED);
}

static void all_arrives_meanwhile(struct world *world)
{
	go_on(world);
	all_arrives(world);
}

/* ---- deletions ---- */

static void person_ticks_the_first(struct world *world)
{
	if (row_of(world, "i1"))
		world_person_types(world, row_of(world, "i1"), FIELD_DELETE, json_new_bool(true));
	if (row_of(world, "i2"))
		world_person_types(world, row_of(world, "i2"), FIELD_NOTES, json_new_text("of the second"));
}

/* As a validation function does that protects one item. */
static void deletion_and_cleanup_are_refused(struct world *world)
{
	world_refuse(world, WRITTEN_DOCUMENT, "i1", ANSWER_REFUSED);
	world_refuse(world, WRITTEN_CLEANUP, "i1", ANSWER_REFUSED);
	person_ticks_the_first(world);
}

static void deletion_waits(struct world *world)
{
	go_on(world);
	second_arrives(world);
	named_is_there(world);
	if (!is_told(world, "i1") || !row_of(world, "i1")->now.cells[FIELD_ERROR])
		world_broken(world, "nobody is told that Delete is not obeyed");
}

static void first_is_gone(struct world *world)
{
	if (world_body(world_document(world, TABLE_ITEMS, "i1")) || row_of(world, "i1"))
		world_broken(world, "the item is still there");
	second_arrives(world);
}

/* What the row showed last is in the ledger until the history takes it. */
static void history_of_the_row(struct world *world, enum world_answer answer)
{
	world_refuse(world, WRITTEN_HISTORY, "i1", answer);
	named_phone_deletes(world);
	if (row_of(world, "i2"))
		world_person_types(world, row_of(world, "i2"), FIELD_NOTES, json_new_text("of the second"));
}

static void history_of_the_row_is_refused(struct world *world)
{
	history_of_the_row(world, ANSWER_REFUSED);
}

static void history_of_the_row_is_cut(struct world *world)
{
	history_of_the_row(world, ANSWER_CUT);
}

static void row_goes(struct world *world)
{
	go_on(world);
	second_arrives(world);
	if (row_of(world, "i1"))
		world_broken(world, "the row of a deleted document is still there");
	if (!is_told(world, "i1"))
		world_broken(world, "nobody is told that the row's last cells are not in the history");
	if (!json_child(world_state_body(world, "item-i1"), "cells", json_type_object))
		world_broken(world, "the row's last cells are nowhere");
}

/* It is tried again at most hourly. */
static void row_is_in_the_history(struct world *world)
{
	world_advance(world, SYNC_RETRY_CAP_MS + 1000);
	(void)world_pass(world, true, false);
	first_is_gone(world);
	if (histories_of(world, "i1") != 1)
		world_broken(world, "%zu histories of one row that was deleted", histories_of(world, "i1"));
	if (is_told(world, "i1"))
		world_broken(world, "it is still told what is over");
}

/* A person brings the document back before the history takes anything: it gets its row all the same. */
static void phone_undeletes(struct world *world)
{
	go_on(world);
	world_phone_puts(world, TABLE_ITEMS, "i1", named_new_item(world, "an item"));
	go_on(world);
	named_is_there(world);
}

/* What the former row showed is told all the same, when the history takes it. */
static void former_row_is_in_the_history(struct world *world)
{
	world_advance(world, SYNC_RETRY_CAP_MS + 1000);
	(void)world_pass(world, true, false);
	named_is_there(world);
	if (histories_of(world, "i1") != 1)
		world_broken(world, "%zu histories of one row that was deleted", histories_of(world, "i1"));
	if (is_told(world, "i1"))
		world_broken(world, "it is still told what is over");
}

/* ---- the app's mark ---- */

static void there_is_a_third(struct world *world)
{
	world_phone_puts(world, TABLE_ITEMS, "i3", named_new_item(world, "a third item"));
	if (!world_pass(world, true, false))
		world_broken(world, "the third item cannot be synced");
}

static void mark_is_refused(struct world *world)
{
	world_refuse(world, WRITTEN_DOCUMENT, "i3", ANSWER_REFUSED);
	world_advance(world, SYNC_APP_LINK_QUIET_MS + 1000);
}

static void phone_edits_the_third(struct world *world)
{
	struct json_object *body = json_copy(world_body(world_document(world, TABLE_ITEMS, "i3")));

	json_put_text(document_data(body), "notes", "from the phone");
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	world_phone_puts(world, TABLE_ITEMS, "i3", body);
	go_on(world);
	named_must_show(world, "i3", FIELD_NOTES, "from the phone");
	if (!is_told(world, "i3"))
		world_broken(world, "nobody is told that the mark is refused");
}

static void third_is_marked(struct world *world)
{
	struct json_object *body = world_body(world_document(world, TABLE_ITEMS, "i3"));

	if (!document_app_link(body, world->config.id))
		world_broken(world, "the third item has no mark");
	if (row_of(world, "i3")->now.cells[FIELD_ERROR])
		world_broken(world, "the row still tells of what is over");
}

static void save_of_the_third_conflicts(struct world *world)
{
	world_refuse(world, WRITTEN_DOCUMENT, "i3", ANSWER_CONFLICT);
	if (row_of(world, "i3"))
		world_person_types(world, row_of(world, "i3"), FIELD_NOTES, json_new_text("from the grid"));
}

/* Without a name it cannot be used. */
static void phone_spoils_the_third(struct world *world)
{
	struct json_object *body = json_copy(world_body(world_document(world, TABLE_ITEMS, "i3")));

	json_remove(document_data(body), "name");
	world_phone_puts(world, TABLE_ITEMS, "i3", body);
}

static void third_is_named_again(struct world *world)
{
	struct json_object *body = json_copy(world_body(world_document(world, TABLE_ITEMS, "i3")));

	json_put_text(document_data(body), "name", "a third item");
	world_phone_puts(world, TABLE_ITEMS, "i3", body);
	go_on(world);
	third_is_marked(world);
}

#define CALLS_MOST 24 /* of tries with pauses that double, and their words */

/* That its mark is due is no reason to try again what fails each time. */
static void third_is_tried_ever_less(struct world *world)
{
	unsigned restarts = world->restarts, calls = world->calls;

	for (int minute = 0; minute < 60 && world->restarts == restarts; minute++) {
		world_advance(world, 60000);
		calls += TABLE_COUNT; /* the news of each */
		if (!world_pass(world, true, false) && world->dead)
			world_restart(world);
	}
	if (world->restarts == restarts && world->calls > calls + CALLS_MOST)
		world_broken(world, "what fails costs %u calls in an hour", world->calls - calls);
}

/* ---- a document that cannot be read any more ---- */

static void phone_renames(struct world *world, const char *name)
{
	struct world_document *document = world_document(world, TABLE_ITEMS, "i1");
	struct json_object *body = json_copy(world_body(document));

	json_remove(document_data(body), "name");
	json_put_text(document_data(body), "name", name);
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	world_phone_puts(world, TABLE_ITEMS, "i1", body);
}

/* A name is what the app's schema asks for. */
static void phone_spoils_and_rows_are_edited(struct world *world)
{
	phone_renames(world, NULL);
	named_person_notes(world);
	person_ticks_the_first(world);
	if (named_row(world))
		world_person_types(world, named_row(world), FIELD_DELETE, NULL);
}

static void row_says_what_waits(struct world *world)
{
	go_on(world);
	second_arrives(world);
	named_is_there(world);
	if (named_row(world) && !strstr(world_cell_text(named_row(world), FIELD_ERROR), "Notes"))
		world_broken(world, "the row says \"%s\", and not that its notes are not taken",
			     world_cell_text(named_row(world), FIELD_ERROR));
	phone_renames(world, "readable again");
}

static void edit_is_taken(struct world *world)
{
	named_must_say(world, "i1", "notes", "from the grid");
	if (row_of(world, "i1") && row_of(world, "i1")->now.cells[FIELD_ERROR])
		world_broken(world, "the row still tells of what is over");
	second_arrives(world);
}

/* ---- the state database is deleted while the bridge runs ---- */

static void state_is_deleted_and_phone_notes(struct world *world)
{
	world_state_is_deleted(world);
	named_phone_notes(world);
}

static void state_is_deleted_and_person_notes(struct world *world)
{
	world_state_is_deleted(world);
	named_person_notes(world);
}

static void phone_empties(struct world *world)
{
	struct json_object *body = json_copy(world_body(world_document(world, TABLE_ITEMS, "i1")));

	world_state_is_deleted(world);
	world->any_deleted = world->crash_at >
			     0; /* after the loss of memory as well, one empty side takes the other's value */
	json_remove(document_data(body), "notes");
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	world_phone_puts(world, TABLE_ITEMS, "i1", body);
}

/* A process that ended remembers nothing: then it is a first contact, and may be told as a conflict. */
static void no_conflict_is_told(struct world *world)
{
	for (size_t i = 0; i < world->extra_count && !world->restarts; i++)
		if (strcmp(json_text_or(world->extras[i], "event_name", ""), "sync_conflict") == 0)
			world_broken(world, "a conflict is told where there is none");
	named_is_there(world);
}

static void phones_notes_arrive(struct world *world)
{
	no_conflict_is_told(world);
	named_must_show(world, "i1", FIELD_NOTES, "from the phone");
}

static void persons_notes_arrive(struct world *world)
{
	no_conflict_is_told(world);
	named_must_say(world, "i1", "notes", "from the grid");
}

static void notes_stay_empty(struct world *world)
{
	no_conflict_is_told(world);
	if (!world->restarts)
		named_must_show(world, "i1", FIELD_NOTES, "");
}

/* The note of a row's write has no answer, so the write does not leave: whoever knows that does not wait for what was never
 * sent. */
static void note_is_unanswered(struct world *world)
{
	named_phone_notes(world);
	world_arm(world, FAULT_STATE_UNANSWERED);
	for (int i = 0; i < SOON_PASSES && !world->dead; i++) {
		(void)!world_pass(world, true, false);
		world_advance(world, SOON_MS);
	}
	if (!world->dead)
		named_must_show(world, "i1", FIELD_NOTES, "from the phone");
}

/* ---- what goes again ---- */

/* The entry of the edit is written, and nobody can tell. */
static void history_is_unanswered_and_cannot_go(struct world *world)
{
	world_refuse(world, WRITTEN_HISTORY, "i1", ANSWER_UNANSWERED);
	world_refuse(world, WRITTEN_CLEANUP, "i1", ANSWER_CUT);
	named_person_notes(world);
}

static void a_read_fails(struct world *world)
{
	world_arm(world, FAULT_COUCH_READ);
}

static void edit_has_one_entry(struct world *world)
{
	named_must_say(world, "i1", "notes", "from the grid");
	if (histories_of(world, "i1") != 1)
		world_broken(world, "%zu histories of one edit", histories_of(world, "i1"));
}

#define EDIT(name, one, meanwhile)                                                                           \
	{                                                                                                    \
		name, there_are_two, one, meanwhile, all_arrives, 1U << AS_WRITTEN, true                     \
	}

static const struct scenario scenarios[] = {
	EDIT("document-refused", document_is_refused, first_waits_and_shows_the_phones),
	EDIT("document-in-conflict-for-ever", document_conflicts, first_alone_waits),
	EDIT("document-write-cut-for-ever", document_is_cut, first_alone_waits),
	EDIT("document-write-never-answered", document_is_unanswered, all_arrives_meanwhile),
	EDIT("history-refused", history_is_refused, first_waits_and_shows_the_phones),
	EDIT("history-in-conflict-for-ever", history_conflicts, first_alone_waits),
	EDIT("history-write-cut-for-ever", history_is_cut, first_alone_waits),
	EDIT("history-write-never-answered", history_is_unanswered, all_arrives_meanwhile),
	EDIT("entry-refused", entry_is_refused, first_alone_waits),
	EDIT("entry-in-conflict-for-ever", entry_conflicts, first_alone_waits),
	EDIT("entry-write-cut-for-ever", entry_is_cut, first_alone_waits),
	EDIT("entry-write-never-answered", entry_is_unanswered, all_arrives_meanwhile),
	{"note-unanswered", named_nothing, note_is_unanswered, named_nothing, phones_notes_arrive,
	 1U << AS_WRITTEN, false},
	{"history-unanswered-and-its-removal-too", named_nothing, history_is_unanswered_and_cannot_go,
	 a_read_fails, edit_has_one_entry, 1U << MEANWHILE, false},
	EDIT("checkpoint-refused", checkpoint_is_refused, all_arrives_meanwhile),
	EDIT("checkpoint-write-cut-for-ever", checkpoint_is_cut, all_arrives_meanwhile),
	EDIT("schema-refused", schema_is_refused, all_arrives_meanwhile),
	EDIT("schema-write-cut-for-ever", schema_is_cut, all_arrives_meanwhile),
	EDIT("schema-write-never-answered", schema_is_unanswered, all_arrives_meanwhile),
	{"deletion-refused", there_are_two, deletion_and_cleanup_are_refused, deletion_waits, first_is_gone,
	 1U << AS_WRITTEN, true},
	{"history-of-a-deleted-row-refused", there_are_two, history_of_the_row_is_refused, row_goes,
	 row_is_in_the_history, 1U << AS_WRITTEN, true},
	{"history-of-a-deleted-row-cut-for-ever", there_are_two, history_of_the_row_is_cut, row_goes,
	 row_is_in_the_history, 1U << AS_WRITTEN, true},
	{"undeleted-while-its-row-has-no-history", there_are_two, history_of_the_row_is_refused,
	 phone_undeletes, former_row_is_in_the_history, 1U << AS_WRITTEN, true},
	{"document-unreadable-later", there_are_two, phone_spoils_and_rows_are_edited, row_says_what_waits,
	 edit_is_taken, 1U << AS_WRITTEN, true},
	{"state-deleted-before-a-phones-edit", named_nothing, state_is_deleted_and_phone_notes, named_nothing,
	 phones_notes_arrive, 1U << AS_WRITTEN, false},
	{"state-deleted-before-a-rows-edit", named_nothing, state_is_deleted_and_person_notes, named_nothing,
	 persons_notes_arrive, 1U << AS_WRITTEN, false},
	{"state-deleted-before-notes-are-emptied", named_nothing, phone_empties, named_nothing,
	 notes_stay_empty, 1U << AS_WRITTEN, false},
	{"mark-due-beside-a-conflict-for-ever", there_is_a_third, save_of_the_third_conflicts,
	 third_is_tried_ever_less, third_is_marked, 1U << AS_WRITTEN, true},
	{"mark-due-of-what-cannot-be-used", there_is_a_third, phone_spoils_the_third,
	 third_is_tried_ever_less, third_is_named_again, 1U << AS_WRITTEN, true},
	{"mark-refused", there_is_a_third, mark_is_refused, phone_edits_the_third, third_is_marked,
	 1U << AS_WRITTEN, true},
};

const struct named_table named_refused = {scenarios, countof(scenarios)};
