/* Deletions beside what phones made while they were offline: sync-rules 8 and 10. */
#include "tests/worlds/named_offline.h"

#include <stdio.h>
#include <string.h>

static void deletes_before_the_mark(struct world *world)
{
	offline_goes_before_mark(&offline_views[0], offline_item(world));
	json_object_close(&offline_views[0].body);
	offline_views[0].edits = 1;
}

/* The app saves what nobody has changed. */
static void phone_saves_as_it_was(struct world *world)
{
	for (int save = 0; save < 3; save++) {
		struct json_object *body = json_copy(world_body(offline_item(world)));
		json_put(body, "updated_at", json_new_int(world_base_now_ms(world) + save));
		world_phone_puts(world, TABLE_ITEMS, "i1", body);
	}
}

static void is_gone(struct world *world)
{
	if (world_body(offline_item(world)) || named_row(world))
		world_broken(world, "item i1 is there again");
}

/* Where the bridge died in the midst of a merge nothing says that the phone's leaf was there then: the deletion may be an old one. */
static void is_gone_or_in_doubt(struct world *world)
{
	if (!world->restarts)
		is_gone(world);
	else if (world_body(offline_item(world)))
		offline_lives_with_notes(world);
}

static void ticks_delete(struct world *world)
{
	struct world_row *row = named_row(world);

	if (!row)
		return;
	row->delete_wanted = true;
	world_person_types(world, row, FIELD_DELETE, json_new_bool(true));
}

static void deletes_offline(struct world *world)
{
	offline_goes(&offline_views[0], offline_item(world));
	json_object_close(&offline_views[0].body);
	offline_views[0].edits = 1;
}

/* The phone that brought its notes deletes the item, without having seen what became of them. */
static void it_deletes_what_it_brought(struct world *world)
{
	json_object_close(&offline_views[0].body);
	offline_views[0].edits = 1;
	offline_lands(world);
}

/* Before the bridge knew of the item: a device deleted it, another one saved it once more as it was, and so it lives. */
static void there_is_an_old_deletion(struct world *world)
{
	struct world_document *document =
		world_phone_puts(world, TABLE_ITEMS, "i2", named_new_item(world, "deleted long ago"));
	struct json_object *body = json_copy(world_body(document));

	offline_goes(&offline_views[0], document);
	json_object_close(&offline_views[0].body);
	offline_views[0].edits = 1;
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	world_phone_puts(world, TABLE_ITEMS, "i2", body);
	world_phone_pushes(world, document, &offline_views[0]);
}

static void i2_lives(struct world *world)
{
	if (!world_body(world_document(world, TABLE_ITEMS, "i2")) || !world_row_of(world, TABLE_ITEMS, "i2"))
		world_broken(world, "item i2 is gone, which nobody deleted since");
}

static void phone_notes_again(struct world *world)
{
	named_phone_sets(world, "notes", "of the phone", 0);
}

static void lives_with_the_phone(struct world *world)
{
	named_is_there(world);
	offline_both_say(world, "notes", FIELD_NOTES, "of the phone");
	offline_one_leaf(world);
}

static void lives_with_the_model(struct world *world)
{
	named_is_there(world);
	offline_both_say(world, "model_name", FIELD_MODEL_NAME, "from the phone");
	offline_one_leaf(world);
}

static void both_edit(struct world *world)
{
	offline_notes(world);
	offline_phone_models(world);
}

/* ---- what was merged is taken back ---- */

/* By the phone that brought it, which has not received what became of it. */
static void it_takes_its_notes_back(struct world *world)
{
	offline_edits(world, &offline_views[0], "notes", "first", 0);
	offline_lands(world);
}

static void it_takes_them_back_after_compaction(struct world *world)
{
	world_couch_compacts(world);
	it_takes_its_notes_back(world);
}

/* A bridge at another server was killed when it had written what it made of both leaves, and had ended neither. */
static void half_a_merge_arrives_and_is_taken_back(struct world *world)
{
	offline_lands(world);
	named_phone_sets(world, "notes", "from the plane", 0);
	named_phone_sets(world, "notes", "first", 0);
}

static void has_the_model_alone(struct world *world)
{
	lives_with_the_model(world);
	offline_both_say(world, "notes", FIELD_NOTES, "first");
}

/* The first phone gives way in a part of what it brings, and puts something new there. */
static void both_model(struct world *world)
{
	offline_goes(&offline_views[0], offline_item(world));
	offline_edits(world, &offline_views[0], "notes", "from the plane", 600000);
	offline_edits(world, &offline_views[0], "model_name", "of the plane", 600000);
	offline_phone_models(world);
	named_phone_sets(world, "purchased_from", "another shop",
			 0); /* so that this leaf is the longer one, and shown */
}

static void it_models_again(struct world *world)
{
	offline_edits(world, &offline_views[0], "model_name", "newest of all", 0);
	offline_lands(world);
}

static void has_its_new_model(struct world *world)
{
	offline_lives_with_notes(world);
	offline_both_say(world, "model_name", FIELD_MODEL_NAME, "newest of all");
}

#define ONCE (1U << AS_WRITTEN)

static const struct scenario scenarios[] = {
	{"tombstone-against-an-offline-edit", offline_notes, named_phone_deletes, offline_lands,
	 offline_lives_with_notes, ONCE, true},
	{"delete-box-after-a-merge", both_edit, offline_lands, ticks_delete, is_gone, ONCE, true},
	{"offline-delete-meets-an-edit", deletes_offline, phone_notes_again, offline_lands,
	 lives_with_the_phone, IN_ORDER, true},
	{"merged-leaf-had-all-that-there-is", offline_notes, phone_saves_as_it_was, offline_lands,
	 offline_lives_with_notes, IN_ORDER, false},
	{"merged-leaf-is-deleted-by-its-phone", offline_notes_before_mark, offline_lands,
	 it_deletes_what_it_brought, is_gone_or_in_doubt, ONCE, true},
	{"merged-leaf-is-deleted-beside-an-edit", both_edit, offline_lands, it_deletes_what_it_brought,
	 lives_with_the_model, ONCE, true},
	{"merged-edit-is-taken-back", both_edit, offline_lands, it_takes_its_notes_back, has_the_model_alone,
	 ONCE, true},
	{"merged-edit-is-taken-back-after-compaction", both_edit, offline_lands,
	 it_takes_them_back_after_compaction, has_the_model_alone, ONCE, true},
	{"half-a-merge-is-taken-back", both_edit, half_a_merge_arrives_and_is_taken_back, named_nothing,
	 has_the_model_alone, ONCE, true},
	{"merged-leaf-goes-on-where-it-gave-way", both_model, offline_lands, it_models_again,
	 has_its_new_model, ONCE, true},
	{"deletion-from-before", named_nothing, there_is_an_old_deletion, named_nothing, i2_lives, ONCE,
	 false},
	{"leaf-lands-as-the-box-is-obeyed", offline_notes, ticks_delete, offline_lands,
	 offline_lives_with_notes, ALL_ORDERS, false},
	{"offline-delete-meets-the-mark", deletes_before_the_mark, offline_lands, named_nothing, is_gone,
	 ONCE, true},
};

const struct named_table named_leaf_ends = {scenarios, countof(scenarios)};
