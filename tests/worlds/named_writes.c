/* Writes to Airtable and what is remembered of them: sync-rules 6 and 7. */
#include "bridge/limits.h"
#include "inventory/document.h"
#include "tests/worlds/named.h"

#include <string.h>

static void person_puts_back(struct world *world)
{
	named_person_sets(world, FIELD_NOTES, "first");
}

static void phone_notes_stale(struct world *world)
{
	world_arm(world, FAULT_AIRTABLE_STALE);
	named_phone_notes(world);
}

static void phone_notes_unanswered(struct world *world)
{
	world_arm(world, FAULT_AIRTABLE_UNANSWERED);
	named_phone_notes(world);
}

static void phone_notes_late(struct world *world)
{
	world_arm(world, FAULT_AIRTABLE_LATE);
	named_phone_notes(world);
}

static void nothing_was_written(struct world *world)
{
	if (world->document_writes)
		world_broken(world, "the document was written from an old picture of its row");
}

static void phone_notes_stale_and_all_rows_are_listed(struct world *world)
{
	phone_notes_stale(world);
	(void)world_pass(world, true, false);
	(void)world_pass(world, true, true);
	if (!*world_cell_text(named_row(world), FIELD_MODEL_NAME))
		nothing_was_written(world); /* nobody has edited the row so far */
}

/* Each before the base shows what the one before it wrote. */
static void phone_notes_thrice_stale(struct world *world)
{
	phone_notes_stale(world);
	world_pass(world, true, false);
	named_phone_sets(world, "notes", "from the phone, again", 0);
	world_pass(world, true, false);
	named_phone_sets(world, "notes", "from the phone, a third time", 0);
	world_pass(world, true, false);
}

static void phone_notes_and_models_stale(struct world *world)
{
	phone_notes_stale(world);
	world_pass(world, true, false);
	named_phone_sets(world, "model_name", "from the phone", 0);
	world_pass(world, true, false);
	world_pass(world, true, true);
}

static void person_notes_unanswered(struct world *world)
{
	world_arm(world, FAULT_COUCH_UNANSWERED);
	named_person_notes(world);
}

static void phone_puts_back(struct world *world)
{
	named_phone_sets(world, "notes", "first", 0);
}

static void shows(struct world *world, const char *notes)
{
	named_must_say(world, "i1", "notes", notes);
}

static void shows_the_third(struct world *world)
{
	shows(world, "from the phone, a third time");
}

static void shows_the_phones(struct world *world)
{
	shows(world, "from the phone");
}

static void nothing_but_shows_the_phones(struct world *world)
{
	nothing_was_written(world);
	shows_the_phones(world);
}

/* Its column does not take the notes: the row is written again without them. */
static void phone_is_refused(struct world *world)
{
	named_phone_sets(world, "notes", "refused, for whatever reason", 0);
	named_phone_sets(world, "model_name", "from the phone", 0);
}

static void a_call_is_slow(struct world *world)
{
	world_arm(world, FAULT_AIRTABLE_SLOW);
}

static void phone_notes_again(struct world *world)
{
	named_phone_sets(world, "notes", "from the phone, later", 0);
}

static void phone_puts_contents(struct world *world)
{
	struct json_object *box = named_new_item(world, "a box"),
			   *thing = named_new_item(world, "another box");

	named_make_container(box);
	named_make_container(thing);
	json_put_text(document_data(box), "container_id", "i3"); /* a circle: one link must come later */
	json_put_text(document_data(thing), "container_id", "i2");
	world_phone_puts(world, TABLE_ITEMS, "i2", box);
	world_phone_puts(world, TABLE_ITEMS, "i3", thing);
}

static void keep_their_containers(struct world *world)
{
	const char *const pairs[][2] = {{"i2", "i3"}, {"i3", "i2"}};

	for (size_t i = 0; i < countof(pairs); i++) {
		struct json_object *body = world_body(world_document(world, TABLE_ITEMS, pairs[i][0]));
		if (!body ||
		    strcmp(json_text_or(document_data(body), "container_id", ""), pairs[i][1]) != 0 ||
		    strcmp(json_text_or(document_data(body), "collection_id", ""), "c0") != 0)
			world_broken(world, "%s lost its place", pairs[i][0]);
		named_must_show(world, pairs[i][0], FIELD_ERROR, "");
	}
}

static void phone_makes_unanswered(struct world *world)
{
	world_arm(world, FAULT_AIRTABLE_UNANSWERED);
	world_phone_puts(world, TABLE_ITEMS, "i2", named_new_item(world, "made on a phone"));
}

static void phone_makes_late(struct world *world)
{
	world_arm(world, FAULT_AIRTABLE_LATE);
	world_phone_puts(world, TABLE_ITEMS, "i2", named_new_item(world, "made on a phone"));
}

static void phone_deletes_it(struct world *world)
{
	struct world_document *document = world_document(world, TABLE_ITEMS, "i2");

	if (document && world_body(document))
		world_phone_deletes(world, document);
}

/* Its row is gone, and its document still names that one: the row that is being made in its place is nobody's until its answer comes. */
static void state_is_lost_and_the_row_is_made_again(struct world *world)
{
	named_person_deletes(world);
	world_state_is_lost(world);
	world_restart(world);
	world_arm(world, FAULT_AIRTABLE_UNANSWERED);
}

static void phone_deletes_i1(struct world *world)
{
	if (world_body(world_document(world, TABLE_ITEMS, "i1")))
		named_phone_deletes(world);
}

static void i1_is_nowhere(struct world *world)
{
	if (world_body(world_document(world, TABLE_ITEMS, "i1")) || named_row(world))
		world_broken(world, "the deleted item is still there");
}

/* The phone ten minutes ago, it was offline; a person in the row, where it is there by now. */
static void both_edit_it(struct world *world)
{
	struct world_document *document = world_document(world, TABLE_ITEMS, "i2");
	struct world_row *row = world_row_of(world, TABLE_ITEMS, "i2");
	struct json_object *body = json_copy(world_body(document));

	json_put_text(document_data(body), "model_name", "from the phone");
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world) - 600000));
	world_phone_puts(world, TABLE_ITEMS, "i2", body);
	if (row)
		world_person_types(world, row, FIELD_NOTES, json_new_text("from the grid"));
}

/* A person in the row, and then the phone: each another field. */
static void both_edit_it_now(struct world *world)
{
	struct world_document *document = world_document(world, TABLE_ITEMS, "i2");
	struct world_row *row = world_row_of(world, TABLE_ITEMS, "i2");
	struct json_object *body = json_copy(world_body(document));

	if (row)
		world_person_types(world, row, FIELD_NAME, json_new_text("from the grid"));
	world_advance(world, 3000);
	json_put_text(document_data(body), "model_name", "from the phone");
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	world_phone_puts(world, TABLE_ITEMS, "i2", body);
}

/* There were no two values of the name on the document's side: nobody edited it there. */
static void has_no_conflict(struct world *world)
{
	for (size_t i = 0; i < world->extra_count; i++)
		if (strcmp(json_text_or(world->extras[i], "event_name", ""), "sync_conflict") == 0)
			world_broken(world, "an edit of the row is said to have met another");
}

static void phone_makes_with_model(struct world *world)
{
	struct json_object *item = named_new_item(world, "made on a phone");

	json_put_text(document_data(item), "model_name", "first");
	world_arm(world, FAULT_AIRTABLE_UNANSWERED);
	world_phone_puts(world, TABLE_ITEMS, "i2", item);
}

static void has_the_phones_model(struct world *world)
{
	struct json_object *body = world_body(world_document(world, TABLE_ITEMS, "i2"));
	struct world_row *row = world_row_of(world, TABLE_ITEMS, "i2");

	if (!body || !row ||
	    strcmp(json_text_or(document_data(body), "model_name", ""), "from the phone") != 0 ||
	    strcmp(world_cell_text(row, FIELD_MODEL_NAME), "from the phone") != 0)
		world_broken(world, "what the phone wrote gave way to what we wrote ourselves");
}

static void is_nowhere(struct world *world)
{
	if (world_body(world_document(world, TABLE_ITEMS, "i2")) || world_row_of(world, TABLE_ITEMS, "i2"))
		world_broken(world, "the deleted item is still there");
}

static unsigned phone_came_in; /* this pass */

/* What a save met is read and merged in the same pass (sync-rules 29). */
static void both_are_there_in_the_next(void *context, unsigned effect)
{
	struct world *world = context;

	(void)effect;
	if (world->sync->cycle == phone_came_in)
		return;
	world->at_effect = NULL;
	named_must_say(world, "i1", "notes", "from the grid");
	named_must_say(world, "i1", "model_name", "from the phone");
}

static void phone_models(struct world *world)
{
	named_phone_sets(world, "model_name", "from the phone", 0);
	if (world->crash_at || !world->at_effect)
		return;
	phone_came_in = world->sync->cycle;
	world->at_effect = both_are_there_in_the_next;
	world->context = world;
}

static void phone_models_twice(struct world *world)
{
	named_phone_sets(world, "model_name", "from the phone", 0);
	named_phone_sets(world, "model_name", "from the phone, again", 0);
}

/* Nobody else has touched the notes. After a crash that may not be known. */
static void called_no_conflict(struct world *world)
{
	for (size_t i = 0; i < world->extra_count && !world->restarts; i++)
		if (strcmp(json_text_or(world->extras[i], "event_name", ""), "sync_conflict") == 0)
			world_broken(world, "an edit of one side alone is called a conflict");
}

/* ---- what goes to and fro ---- */

#define ROUNDS 12

/* Two that do not agree: one sets the row, the other the document, each whenever the other one was written. */
static void automations_fight(struct world *world)
{
	bool crashes = world->crash_at > 0;

	for (int round = 0; round < ROUNDS; round++) {
		struct world_row *row = named_row(world);
		struct json_object *body = world_body(world_document(world, TABLE_ITEMS, "i1"));
		if (row && strcmp(world_cell_text(row, FIELD_NOTES), "by the row's") != 0)
			named_person_sets(world, FIELD_NOTES, "by the row's");
		else if (strcmp(json_text_or(document_data(body), "notes", ""), "by the row's") == 0)
			named_phone_sets(world, "notes", "by the document's", 0);
		if (!world_pass(world, true, false) && world->dead)
			world_restart(world);
		world_advance(world, 5000);
	}
	if (crashes)
		return;
	struct world_row *row = named_row(world);
	if (!row || !strstr(world_cell_text(row, FIELD_ERROR), "goes to and fro"))
		world_broken(world, "what goes to and fro is not told in the row");
	if (world->document_writes > 5)
		world_broken(world, "%u times to the document", world->document_writes);
}

static void both_agree_in_the_end(struct world *world)
{
	struct world_row *row = named_row(world);

	if (row)
		named_must_say(world, "i1", "notes", world_cell_text(row, FIELD_NOTES));
	named_must_show(world, "i1", FIELD_ERROR, "");
}

/* The row of an item is deleted again and again, as by an automation that clears a view. */
static void automation_deletes(struct world *world)
{
	bool crashes = world->crash_at > 0;
	unsigned deleted = 0;

	for (int round = 0; round < ROUNDS; round++) {
		deleted += named_row(world) != NULL;
		for (int look = 0; look < 3; look++) {
			if (!world_pass_checks(world) && world->dead)
				world_restart(world);
			if (look == 0)
				named_person_deletes(world);
			else
				world_advance(world, SYNC_UNSURE_MS + 1000);
		}
	}
	if (!crashes && deleted > 3)
		world_broken(world, "the row was put back %u times", deleted - 1);
}

/* ---- the next version takes over (named_upgrade.c) ---- */

static void it_is_upgraded(struct world *world)
{
	world->is_upgraded = true;
}

static const struct scenario scenarios[] = {
	{"automation-ping-pong", named_nothing, automations_fight, named_nothing, both_agree_in_the_end,
	 1U << AS_WRITTEN, false},
	{"automation-deletes-a-row", named_nothing, automation_deletes, named_nothing, named_is_there,
	 1U << AS_WRITTEN, false},
	{"edit-between-read-and-write", named_nothing, named_phone_notes, named_person_notes, named_anything,
	 ALL_ORDERS, false},
	{"lost-reply-then-put-back", named_nothing, phone_notes_unanswered, person_puts_back, named_anything,
	 IN_ORDER, true},
	{"upgraded-behind-a-lost-reply", it_is_upgraded, phone_notes_unanswered, person_puts_back,
	 named_anything, IN_ORDER, true},
	{"upgraded-behind-stale-reads", it_is_upgraded, phone_notes_thrice_stale, named_person_models,
	 shows_the_third, IN_ORDER, false},
	{"upgraded-behind-a-lost-create", it_is_upgraded, phone_makes_with_model, both_edit_it,
	 has_the_phones_model, IN_ORDER, true},
	{"save-meets-two-edits-of-another-field", named_nothing, named_person_notes, phone_models_twice,
	 called_no_conflict, ALL_ORDERS, false},
	{"patch-applied-after-timeout", named_nothing, phone_notes_late, named_person_models, named_anything,
	 ALL_ORDERS | BRISK, true},
	{"patch-applied-after-newer-edit", named_nothing, phone_notes_late, phone_notes_again, named_anything,
	 IN_ORDER | BRISK, true},
	{"stale-read-after-write", named_nothing, phone_notes_stale_and_all_rows_are_listed,
	 named_person_models, shows_the_phones, ALL_ORDERS, true},
	{"stale-read-after-several-writes", named_nothing, phone_notes_thrice_stale, named_person_models,
	 shows_the_third, IN_ORDER, false},
	{"stale-read-after-write-of-another-cell", named_nothing, phone_notes_and_models_stale, named_nothing,
	 nothing_but_shows_the_phones, 1U << AS_WRITTEN, false},
	{"refused-cell-while-slow", named_nothing, phone_is_refused, a_call_is_slow, named_anything,
	 1U << MEANWHILE, false},
	{"unanswered-save-then-put-back", named_nothing, person_notes_unanswered, phone_puts_back,
	 named_anything, IN_ORDER, false},
	{"other-cell-edited-during-write", named_nothing, named_phone_notes, named_person_models,
	 named_anything, ALL_ORDERS, false},
	{"crash-before-link-pass", named_nothing, phone_puts_contents, named_phone_notes,
	 keep_their_containers, ALL_ORDERS, false},
	{"put-back-before-ledger-knows", named_nothing, named_person_notes, person_puts_back, named_anything,
	 IN_ORDER, false},
	{"lost-create-then-deleted", named_nothing, phone_makes_unanswered, phone_deletes_it, is_nowhere,
	 IN_ORDER, true},
	{"lost-create-then-edited", named_nothing, phone_makes_with_model, both_edit_it, has_the_phones_model,
	 IN_ORDER, true},
	{"lost-create-then-edited-apart", named_nothing, phone_makes_with_model, both_edit_it_now,
	 has_no_conflict, IN_ORDER, true},
	{"row-made-again-in-doubt-then-deleted", named_nothing, state_is_lost_and_the_row_is_made_again,
	 phone_deletes_i1, i1_is_nowhere, 1U << MEANWHILE, false},
	{"late-create-then-deleted", named_nothing, phone_makes_late, phone_deletes_it, is_nowhere, IN_ORDER,
	 true},
	{"save-meets-edit-of-another-field", named_nothing, named_person_notes, phone_models, named_anything,
	 1U << MEANWHILE, false},
};

const struct named_table named_writes = {scenarios, countof(scenarios)};
