/* What becomes of a twin (bridge/app_twins.h) when something becomes of its original: sync-rules 28. */
#include "tests/worlds/named.h"

#include "inventory/document.h"
#include "tests/worlds/world_app.h"

#include <stdio.h>
#include <string.h>

/* ---- the scenes ---- */

static void settle(struct world *world)
{
	if (!world_quiet(world))
		world_broken(world, "the scene cannot be set: %s", world->last_error.text);
}

/* The app makes an item of the row of "i2", before it has the mark. */
static void i2_has_a_twin(struct world *world)
{
	world_phone_puts(world, TABLE_ITEMS, "i2", named_new_item(world, "a new item"));
	(void)world_pass(world, true, false);
	world_app_syncs(world);
	settle(world);
}

static void i2_has_a_twin_where_rows_are_forgotten(struct world *world)
{
	world->config.on_row_deleted = ROW_DELETED_FORGET;
	i2_has_a_twin(world);
}

/* The app makes a collection of the row of "c0", and moves "i1" into it. */
static void c0_has_a_twin(struct world *world)
{
	struct json_object *body = json_copy(world_body(world_document(world, TABLE_COLLECTIONS, "c0")));

	json_remove(document_data(body), "integrations");
	world_phone_puts(world, TABLE_COLLECTIONS, "c0", body);
	named_person_notes(world);
	world_app_syncs(world);
	settle(world);
	if (strncmp(json_text_or(document_data(world_body(world_document(world, TABLE_ITEMS, "i1"))),
				 "collection_id", ""),
		    "app", 3) != 0)
		world_broken(world, "the scene is another one: the app did not move the item");
}

static void c0_has_a_twin_where_rows_are_forgotten(struct world *world)
{
	world->config.on_row_deleted = ROW_DELETED_FORGET;
	c0_has_a_twin(world);
}

/* Somebody duplicates the row of "i1", and the app makes an item of the copy. */
static void copy_of_i1_was_taken_in(struct world *world)
{
	world_advance(world, 61000);
	(void)world_pass(world, true, false); /* the app knows the row of i1 by its mark */
	world_person_duplicates(world, named_row(world), true);
	(void)world_pass(world, true, false);
	world_app_syncs(world);
	settle(world);
}

/* ---- what happens ---- */

static void original_row_is_deleted(struct world *world)
{
	for (size_t i = 0; i < world->document_count; i++) {
		struct world_row *row = world_row(world, world->documents[i].made_of);
		if (row && row->now.there)
			world_person_deletes(world, row);
	}
}

static void i2_is_deleted(struct world *world)
{
	world_phone_deletes(world, world_document(world, TABLE_ITEMS, "i2"));
}

/* ---- judged ---- */

static const char *problem_of(struct world *world, const struct world_document *document)
{
	scoped_text end =
		own_format("-%s-%s", document_type_name(table_document_type(document->table)), document->id);

	return json_text_or(world_state_body(world, end), "problem", "");
}

static void check_twins(struct world *world, bool held)
{
	for (size_t i = 0; i < world->document_count; i++) {
		const struct world_document *document = &world->documents[i];
		if (!document->made_of[0] || !world_body(document))
			continue;
		bool has_row = world_row_of(world, document->table, document->id) != NULL;
		bool is_told = strstr(problem_of(world, document), "it is there twice") != NULL;
		if (has_row == held || is_told != held)
			world_broken(world, "%s %s a row, and %s told", document->full_id,
				     has_row ? "has" : "has not", is_told ? "is" : "is not");
	}
}

static void twin_is_held(struct world *world)
{
	check_twins(world, true);
}

static void twin_has_a_row(struct world *world)
{
	check_twins(world, false);
}

static void what_stands_in_the_twin_stays(struct world *world)
{
	twin_is_held(world);
	named_is_there(world);
}

static const struct scenario scenarios[] = {
	{"row-of-a-twins-original-is-put-back", i2_has_a_twin, original_row_is_deleted, named_phone_notes,
	 twin_is_held, BOTH_ORDERS, false},
	{"row-of-a-twins-original-is-let-go", i2_has_a_twin_where_rows_are_forgotten, original_row_is_deleted,
	 named_phone_notes, twin_is_held, BOTH_ORDERS, false},
	{"original-of-a-twin-is-deleted", i2_has_a_twin, i2_is_deleted, named_phone_notes, twin_has_a_row,
	 BOTH_ORDERS, false},
	{"copy-that-has-a-twin-is-deleted", copy_of_i1_was_taken_in, original_row_is_deleted,
	 named_phone_notes, twin_has_a_row, BOTH_ORDERS, false},
	{"row-of-a-collection-with-a-twin-is-put-back", c0_has_a_twin, original_row_is_deleted, named_nothing,
	 what_stands_in_the_twin_stays, BOTH_ORDERS, false},
	{"row-of-a-collection-with-a-twin-is-let-go", c0_has_a_twin_where_rows_are_forgotten,
	 original_row_is_deleted, named_nothing, what_stands_in_the_twin_stays, BOTH_ORDERS, false},
};

const struct named_table named_twins = {scenarios, countof(scenarios)};
