/* Edits of several rows, one of which can only be saved because of another one, which the database does not take: sync-rules 21. Then no
 * save that depends on that one is written, each row says why, and all of them arrive when the database takes it. */
#include "inventory/document.h"
#include "tests/worlds/named.h"

#include "tests/worlds/observer.h"
#include "tests/worlds/world_refusals.h"

#include <string.h>

static struct world_row *row_of(struct world *world, const char *id)
{
	return world_row_of(world, TABLE_ITEMS, id);
}

static void types(struct world *world, const char *id, enum field field, const char *words)
{
	if (row_of(world, id))
		world_person_types(world, row_of(world, id), field, json_new_text(words));
}

static void puts_into(struct world *world, const char *id, const char *place)
{
	if (row_of(world, id) && row_of(world, place))
		world_person_types(world, row_of(world, id), FIELD_CONTAINER,
				   world_link(row_of(world, place)->id));
}

/* Passes until it is quiet while something is refused. What that costs in effects is not counted. */
static void go_on(struct world *world)
{
	unsigned effects = world->effects;

	if (!world_quiet_refused(world))
		world_broken(world, "it does not become quiet; last: %s", world->last_error.text);
	world->effects = effects;
}

static void is_told(struct world *world, const char *id, const char *words)
{
	if (!row_of(world, id) || !strstr(world_cell_text(row_of(world, id), FIELD_ERROR), words))
		world_broken(world, "the row of %s does not say \"%s\"", id, words);
}

static void nobody_is_told(struct world *world)
{
	for (size_t i = 0; i < world->row_count; i++)
		if (world->rows[i].now.there && world->rows[i].now.cells[FIELD_ERROR])
			world_broken(world, "a row still says \"%s\"",
				     world_cell_text(&world->rows[i], FIELD_ERROR));
}

static const char *number_of(struct world *world, const char *id)
{
	struct json_object *body = world_body(world_document(world, TABLE_ITEMS, id));

	return body ? json_text_or(document_data(body), "item_reference_number", "") : "";
}

/* ---- a number that another one gives up ---- */

static void there_are_two(struct world *world)
{
	world_phone_puts(world, TABLE_ITEMS, "i2", named_new_item(world, "another item"));
	if (!world_pass(world, true, false))
		world_broken(world, "the second item cannot be synced");
}

static void both_have_numbers(struct world *world)
{
	there_are_two(world);
	types(world, "i1", FIELD_REFERENCE_NUMBER, "7");
	types(world, "i2", FIELD_REFERENCE_NUMBER, "8");
	if (!world_first_sync(world))
		world_broken(world, "the items cannot be synced");
	named_must_say(world, "i1", "item_reference_number", "7");
	named_must_say(world, "i2", "item_reference_number", "8");
}

static void first_makes_way_for_the_second(struct world *world)
{
	types(world, "i1", FIELD_REFERENCE_NUMBER, "9");
	types(world, "i2", FIELD_REFERENCE_NUMBER, "7");
}

static void both_keep_theirs(struct world *world)
{
	go_on(world);
	named_must_say(world, "i1", "item_reference_number", "7");
	named_must_say(world, "i2", "item_reference_number", "8");
	is_told(world, "i1", "CouchDB");
	is_told(world, "i2", "7");
}

static void both_have_the_new_ones(struct world *world)
{
	named_must_say(world, "i1", "item_reference_number", "9");
	named_must_say(world, "i2", "item_reference_number", "7");
	nobody_is_told(world);
}

/* ---- a number that another one is to have ---- */

static void both_take_7(struct world *world)
{
	types(world, "i1", FIELD_REFERENCE_NUMBER, "7");
	types(world, "i2", FIELD_REFERENCE_NUMBER, "7");
}

static void second_has_it(struct world *world)
{
	go_on(world);
	named_must_say(world, "i1", "item_reference_number", "");
	named_must_say(world, "i2", "item_reference_number", "7");
}

static void one_has_it(struct world *world)
{
	bool first = strcmp(number_of(world, "i1"), "7") == 0;
	bool second = strcmp(number_of(world, "i2"), "7") == 0;

	if (first == second)
		world_broken(world, "%s of both items has the number", first ? "each" : "none");
	is_told(world, first ? "i2" : "i1", "7");
}

static void one_has_it_meanwhile(struct world *world)
{
	go_on(world);
	one_has_it(world);
}

static void second_keeps_it(struct world *world)
{
	named_must_say(world, "i1", "item_reference_number", "");
	named_must_say(world, "i2", "item_reference_number", "7");
	is_told(world, "i1", "7");
}

/* ---- a container that is to become one ---- */

static void second_becomes_a_container_of_the_first(struct world *world)
{
	types(world, "i2", FIELD_TYPE, "Container");
	puts_into(world, "i1", "i2");
}

static void first_stays_outside(struct world *world)
{
	go_on(world);
	named_must_say(world, "i2", "item_type", "");
	named_must_say(world, "i1", "container_id", "");
	is_told(world, "i2", "CouchDB");
	is_told(world, "i1", "cannot contain");
}

static void first_is_in_the_second(struct world *world)
{
	named_must_say(world, "i2", "item_type", "container");
	named_must_say(world, "i1", "container_id", "i2");
	nobody_is_told(world);
}

/* ---- a container whose content is to leave it ---- */

static void first_stands_in_the_second(struct world *world)
{
	there_are_two(world);
	second_becomes_a_container_of_the_first(world);
	if (!world_first_sync(world))
		world_broken(world, "the items cannot be synced");
	first_is_in_the_second(world);
}

static void first_leaves_what_is_none_any_more(struct world *world)
{
	if (row_of(world, "i1"))
		world_person_types(world, row_of(world, "i1"), FIELD_CONTAINER, NULL);
	types(world, "i2", FIELD_TYPE, "Item");
}

static void first_stays_inside(struct world *world)
{
	go_on(world);
	named_must_say(world, "i1", "container_id", "i2");
	named_must_say(world, "i2", "item_type", "container");
	is_told(world, "i1", "CouchDB");
	is_told(world, "i2", "it contains");
}

static void first_is_outside(struct world *world)
{
	named_must_say(world, "i1", "container_id", "");
	named_must_say(world, "i2", "item_type", "");
	nobody_is_told(world);
}

/* ---- an exchange, and one that stands on it ---- */

static void third_is_there_too(struct world *world)
{
	both_have_numbers(world);
	world_phone_puts(world, TABLE_ITEMS, "i3", named_new_item(world, "a third item"));
	if (!world_pass(world, true, false))
		world_broken(world, "the third item cannot be synced");
}

static void two_exchange_numbers_and_the_third_moves_in(struct world *world)
{
	types(world, "i1", FIELD_REFERENCE_NUMBER, "8");
	types(world, "i2", FIELD_REFERENCE_NUMBER, "7");
	types(world, "i2", FIELD_TYPE, "Container");
	puts_into(world, "i3", "i2");
}

static void third_stays_outside(struct world *world)
{
	go_on(world);
	named_must_say(world, "i2", "item_type", "");
	named_must_say(world, "i3", "container_id", "");
	is_told(world, "i2", "CouchDB");
	is_told(world, "i3", "cannot contain");
}

static void numbers_are_exchanged(struct world *world)
{
	named_must_say(world, "i1", "item_reference_number", "8");
	named_must_say(world, "i2", "item_reference_number", "7");
	named_must_say(world, "i3", "container_id", "i2");
	nobody_is_told(world);
}

/* ---- all of them ---- */

#define ONE(name, refused, answer, act)                                                                      \
	static void name(struct world *world)                                                                \
	{                                                                                                    \
		world_refuse(world, WRITTEN_DOCUMENT, refused, answer);                                      \
		act(world);                                                                                  \
	}

ONE(making_way_is_refused, "i1", ANSWER_REFUSED, first_makes_way_for_the_second)
ONE(making_way_conflicts, "i1", ANSWER_CONFLICT, first_makes_way_for_the_second)
ONE(making_way_is_cut, "i1", ANSWER_CUT, first_makes_way_for_the_second)
ONE(first_7_is_refused, "i1", ANSWER_REFUSED, both_take_7)
ONE(a_7_is_unanswered, "", ANSWER_UNANSWERED, both_take_7)
ONE(container_is_refused, "i2", ANSWER_REFUSED, second_becomes_a_container_of_the_first)
ONE(exchange_is_refused, "i2", ANSWER_REFUSED, two_exchange_numbers_and_the_third_moves_in)
ONE(leaving_is_refused, "i1", ANSWER_REFUSED, first_leaves_what_is_none_any_more)

#define HELD(name, before, one, meanwhile, after)                                                            \
	{                                                                                                    \
		name, before, one, meanwhile, after, 1U << AS_WRITTEN, true                                  \
	}

static const struct scenario list[] = {
	HELD("making-way-refused", both_have_numbers, making_way_is_refused, both_keep_theirs,
	     both_have_the_new_ones),
	HELD("making-way-in-conflict-for-ever", both_have_numbers, making_way_conflicts, both_keep_theirs,
	     both_have_the_new_ones),
	HELD("making-way-cut-for-ever", both_have_numbers, making_way_is_cut, both_keep_theirs,
	     both_have_the_new_ones),
	HELD("number-of-a-refused-save", there_are_two, first_7_is_refused, second_has_it, second_keeps_it),
	HELD("number-of-an-unanswered-save", there_are_two, a_7_is_unanswered, one_has_it_meanwhile,
	     one_has_it),
	HELD("container-refused-with-its-first-content", there_are_two, container_is_refused,
	     first_stays_outside, first_is_in_the_second),
	HELD("exchange-refused-with-one-that-stands-on-it", third_is_there_too, exchange_is_refused,
	     third_stays_outside, numbers_are_exchanged),
	HELD("container-no-more-with-content-that-stays", first_stands_in_the_second, leaving_is_refused,
	     first_stays_inside, first_is_outside),
};

const struct named_table named_rounds = {list, countof(list)};
