/* Saves that an edit of a row asks for, and their histories: sync-rules 21, 24 and 29. */
#include "inventory/document.h"
#include "tests/worlds/named.h"

#include "tests/worlds/transcript.h"
#include "tests/worlds/world_refusals.h"

#include <string.h>

#define EFFECTS_OF_IT 12 /* points at which a process ends */

static struct world_row *row_of(struct world *world, const char *id)
{
	return world_row_of(world, TABLE_ITEMS, id);
}

static void number(struct world *world, const char *id, const char *words)
{
	if (row_of(world, id))
		world_person_types(world, row_of(world, id), FIELD_REFERENCE_NUMBER, json_new_text(words));
}

static const char *number_of(struct world *world, const char *id)
{
	struct json_object *body = world_body(world_document(world, TABLE_ITEMS, id));

	return body ? json_text_or(document_data(body), "item_reference_number", "") : "";
}

/* ---- an id that is another's ---- */

static void ids_are_taken(struct world *world)
{
	transcript_spoil(world, "a history document of another's");
	world->history_taken = true;
}

static void is_left_alone(struct world *world)
{
	size_t strangers = 0;

	for (size_t i = 0; i < world->extra_count; i++)
		strangers += json_bool_or(world->extras[i], "stranger", false);
	if (strangers != 1)
		world_broken(world, "%zu histories of another are there, 1 was", strangers);
}

static void is_recorded_beside_it(struct world *world)
{
	struct json_object *body = world_body(world_document(world, TABLE_ITEMS, "i1"));

	is_left_alone(world);
	if (strcmp(json_text_or(document_data(body), "notes", ""), "from the grid") != 0)
		world_broken(world, "the edit is not saved");
}

/* ---- one number, two items ---- */

static void there_are_two(struct world *world)
{
	world_phone_puts(world, TABLE_ITEMS, "i2", named_new_item(world, "another item"));
	if (!world_pass(world, true, false))
		world_broken(world, "the second item cannot be synced");
}

static void first_takes_7(struct world *world)
{
	number(world, "i1", "7");
}

static void second_takes_7(struct world *world)
{
	number(world, "i2", "7");
}

static void one_has_it(struct world *world)
{
	bool first = strcmp(number_of(world, "i1"), "7") == 0;
	bool second = strcmp(number_of(world, "i2"), "7") == 0;

	if (first == second)
		world_broken(world, "%s of both items has the number", first ? "each" : "none");
	if (!row_of(world, first ? "i2" : "i1")->now.cells[FIELD_ERROR])
		world_broken(world, "the item without the number is not told why");
	if (row_of(world, first ? "i1" : "i2")->now.cells[FIELD_ERROR])
		world_broken(world, "the item with the number is told something");
}

static void first_has_7(struct world *world)
{
	there_are_two(world);
	first_takes_7(world);
	if (!world_pass(world, true, false) || strcmp(number_of(world, "i1"), "7") != 0)
		world_broken(world, "the first item has no number");
}

static void first_takes_8(struct world *world)
{
	number(world, "i1", "8");
}

static void both_have_theirs(struct world *world)
{
	if (strcmp(number_of(world, "i1"), "8") != 0 || strcmp(number_of(world, "i2"), "7") != 0)
		world_broken(world, "the numbers are %s and %s", number_of(world, "i1"),
			     number_of(world, "i2"));
	if (row_of(world, "i1")->now.cells[FIELD_ERROR] || row_of(world, "i2")->now.cells[FIELD_ERROR])
		world_broken(world, "a row still tells of the number");
}

static unsigned made_way_in; /* this pass */

/* The next pass hears of it, and nobody has to ask for all rows. */
static void both_have_theirs_soon(void *context, unsigned effect)
{
	struct world *world = context;

	(void)effect;
	if (world->sync->cycle < made_way_in + 2)
		return;
	world->at_effect = NULL;
	both_have_theirs(world);
}

static void first_makes_way(struct world *world)
{
	first_takes_8(world);
	if (world->crash_at || !world->at_effect)
		return;
	made_way_in = world->sync->cycle;
	world->at_effect = both_have_theirs_soon;
	world->context = world;
}

static void making_way_wakes_the_second(struct world *world)
{
	bool crashes = world->crash_at > 0;

	first_takes_8(world);
	if (world_pass(world, true, false) && !crashes)
		both_have_theirs(world);
}

/* ---- looked at again while its row is being written ---- */

static void second_is_refused(struct world *world)
{
	first_has_7(world);
	second_takes_7(world);
	if (!world_pass(world, true, false) || !row_of(world, "i2")->now.cells[FIELD_ERROR])
		world_broken(world, "the number is not refused");
}

static void phone_sets_the_seconds(struct world *world, const char *key)
{
	struct json_object *body = json_copy(world_body(world_document(world, TABLE_ITEMS, "i2")));

	json_put_text(document_data(body), key, "from the phone");
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	world_phone_puts(world, TABLE_ITEMS, "i2", body);
}

/* The save of the first wakes the second, which was refused for it and is under way already. */
static void first_makes_way_for_the_noted_second(struct world *world)
{
	phone_sets_the_seconds(world, "notes");
	first_takes_8(world);
}

static void phone_models_the_second(struct world *world)
{
	phone_sets_the_seconds(world, "model_name");
}

/* ---- two items that exchange their numbers ---- */

static void both_have_numbers(struct world *world)
{
	first_has_7(world);
	number(world, "i2", "8");
	if (!world_first_sync(world) || strcmp(number_of(world, "i2"), "8") != 0)
		world_broken(world, "the items have no numbers");
}

static void are_exchanged(struct world *world)
{
	first_takes_8(world);
	second_takes_7(world);
}

/* It needs no list of all rows that brings them together. */
static void second_takes_7_and_both_have_theirs(struct world *world)
{
	bool crashes = world->crash_at > 0;

	second_takes_7(world);
	if (world_pass(world, true, false) && !crashes)
		both_have_theirs(world);
}

static void three_have_numbers(struct world *world)
{
	world_phone_puts(world, TABLE_ITEMS, "i3", named_new_item(world, "a third item"));
	both_have_numbers(world);
	number(world, "i3", "9");
	if (!world_pass(world, true, false) || strcmp(number_of(world, "i3"), "9") != 0)
		world_broken(world, "the third item has no number");
}

/* The second would make way for the first, and takes the number of a third that keeps it: so both keep their own. */
static void second_takes_a_thirds(struct world *world)
{
	first_takes_8(world);
	number(world, "i2", "9");
}

static void nothing_is_exchanged(struct world *world)
{
	if (strcmp(number_of(world, "i1"), "7") != 0 || strcmp(number_of(world, "i2"), "8") != 0)
		world_broken(world, "the numbers are %s and %s", number_of(world, "i1"),
			     number_of(world, "i2"));
	if (!row_of(world, "i1")->now.cells[FIELD_ERROR] || !row_of(world, "i2")->now.cells[FIELD_ERROR])
		world_broken(world, "a row does not tell why it is not saved");
}

/* ---- a start after a refusal ---- */

static void second_is_refused_and_all_is_quiet(struct world *world)
{
	second_is_refused(world);
	if (!world_quiet(world))
		world_broken(world, "it does not become quiet");
}

/* The looks of the next process when there are no news. */
static int64_t looks_of_a_start(struct world *world)
{
	world_restart(world);
	return world_pass(world, false, false) ? world->sync->counts.jobs : -1;
}

static void the_next_process_leaves_it_alone(struct world *world)
{
	bool crashes = world->crash_at > 0;
	int64_t looks = looks_of_a_start(world);

	if (looks != 0 && !crashes)
		world_broken(world, "%lld looks although nothing is new", (long long)looks);
}

/* As it was noted before what it was refused for was. */
static void nothing_says_what_it_was_refused_for(struct world *world)
{
	bool crashes = world->crash_at > 0;

	for (size_t i = 0; i < world->state_count; i++)
		json_remove(world->states[i].body, "grounds");
	int64_t first = looks_of_a_start(world), second = looks_of_a_start(world);
	if ((first != 1 || second != 0) && !crashes)
		world_broken(world, "%lld looks, and then %lld", (long long)first, (long long)second);
}

static void phone_takes_the_firsts_number_away(struct world *world)
{
	static const char *const keys[] = {"item_reference_number", "individual_asset_reference",
					   "epc_tag_uri", "rfid_tag_epc_memory_bank_contents"};
	struct json_object *body = json_copy(world_body(world_document(world, TABLE_ITEMS, "i1")));

	for (size_t i = 0; i < countof(keys); i++)
		json_remove(document_data(body), keys[i]);
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	world_phone_puts(world, TABLE_ITEMS, "i1", body);
}

static void second_has_it(struct world *world)
{
	if (*number_of(world, "i1") || strcmp(number_of(world, "i2"), "7") != 0)
		world_broken(world, "the numbers are %s and %s", number_of(world, "i1"),
			     number_of(world, "i2"));
	if (row_of(world, "i2")->now.cells[FIELD_ERROR])
		world_broken(world, "the row still tells of the number");
}

/* Nobody hears of it as news. */
static void it_is_free_before_the_next_process(struct world *world)
{
	bool crashes = world->crash_at > 0;

	phone_takes_the_firsts_number_away(world);
	world_restart(world);
	if (world_pass(world, false, false) && !crashes)
		second_has_it(world);
}

/* The process that has handled it ends before it comes to the one that was refused. */
static void it_is_free_as_the_process_ends(struct world *world)
{
	bool crashes = world->crash_at > 0;

	phone_takes_the_firsts_number_away(world);
	for (unsigned effect = 1; !crashes && effect <= EFFECTS_OF_IT; effect++) {
		world->crash_at = world->effects + effect;
		if (!world_pass(world, true, false) && world->dead)
			world_restart(world);
	}
	world->crash_at = crashes ? world->crash_at : 0;
	if (world_pass(world, false, false) && !crashes)
		second_has_it(world);
}

/* ---- a start after a save that was left open ---- */

/* The next process hears of the edit no more, and its document has not moved: the ledger alone says that something is open. */
static void history_is_cut_before_the_next_process(struct world *world)
{
	bool crashes = world->crash_at > 0;

	world_refuse(world, WRITTEN_HISTORY, "", ANSWER_CUT);
	named_person_notes(world);
	bool missed = world_pass(world, true, false);
	world_lift_refusals(world);
	world_restart(world);
	if (missed && world_pass(world, false, false) && !crashes)
		named_must_say(world, "i1", "notes", "from the grid");
}

static const struct scenario scenarios[] = {
	{"history-cut-before-the-next-process", named_nothing, history_is_cut_before_the_next_process,
	 named_nothing, named_anything, 1U << AS_WRITTEN, false},
	{"refused-and-left-alone-by-the-next-process", second_is_refused_and_all_is_quiet,
	 the_next_process_leaves_it_alone, named_nothing, one_has_it, 1U << AS_WRITTEN, false},
	{"refused-by-a-process-that-noted-no-grounds", second_is_refused_and_all_is_quiet,
	 nothing_says_what_it_was_refused_for, named_nothing, one_has_it, 1U << AS_WRITTEN, false},
	{"refused-and-free-before-the-next-process", second_is_refused_and_all_is_quiet,
	 it_is_free_before_the_next_process, named_nothing, second_has_it, 1U << AS_WRITTEN, false},
	{"refused-and-free-as-the-process-ends", second_is_refused_and_all_is_quiet,
	 it_is_free_as_the_process_ends, named_nothing, second_has_it, 1U << AS_WRITTEN, false},

	{"numbers-exchanged", both_have_numbers, are_exchanged, named_phone_notes, both_have_theirs,
	 ALL_ORDERS, false},
	{"numbers-exchanged-one-after-the-other", both_have_numbers, first_takes_8, second_takes_7,
	 both_have_theirs, IN_ORDER, true},
	{"numbers-exchanged-at-once", both_have_numbers, first_takes_8, second_takes_7_and_both_have_theirs,
	 named_anything, 1U << AS_WRITTEN, true},
	{"numbers-exchanged-with-one-that-is-refused", three_have_numbers, second_takes_a_thirds,
	 named_phone_notes, nothing_is_exchanged, BOTH_ORDERS, true},
	{"history-id-collision", ids_are_taken, named_person_notes, named_nothing, is_recorded_beside_it,
	 1U << AS_WRITTEN, false},
	{"history-id-collision-of-a-conflict", ids_are_taken, named_person_notes, named_phone_notes,
	 is_left_alone, ALL_ORDERS, false},
	{"number-given-to-two-items", there_are_two, first_takes_7, second_takes_7, one_has_it, ALL_ORDERS,
	 false},
	{"number-refused-until-it-is-free", first_has_7, second_takes_7, first_makes_way, both_have_theirs,
	 ALL_ORDERS, false},
	{"number-refused-until-it-is-freed-later", first_has_7, second_takes_7, making_way_wakes_the_second,
	 both_have_theirs, 1U << AS_WRITTEN, true},
	{"woken-while-its-row-is-written", second_is_refused, first_makes_way_for_the_noted_second,
	 phone_models_the_second, both_have_theirs, 1U << MEANWHILE, false},
};

const struct named_table named_saving = {scenarios, countof(scenarios)};
