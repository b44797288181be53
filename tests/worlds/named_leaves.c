/* What phones made while they were offline comes beside what others made meanwhile: sync-rules 8. */
#include "tests/worlds/named.h"

#include "inventory/leaves.h"
#include "tests/worlds/observer.h"
#include "tests/worlds/world_couch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PHONES 2

/* What the phones have of i1. */
static struct world_view views[PHONES];

static struct world_document *i1(struct world *world)
{
	return world_document(world, TABLE_ITEMS, "i1");
}

static void goes_offline(struct world_view *view, const struct world_document *document)
{
	json_release(view->base);
	json_release(view->body);
	*view = (struct world_view){0};
	snprintf(view->revision, sizeof view->revision, "%s", world_winner(document)->revision);
	view->base = json_copy(world_body(document));
	view->body = json_copy(view->base);
}

/* Before the bridge wrote its mark, which is all that the present revision has besides. */
static void went_offline_before_the_mark(struct world_view *view, const struct world_document *document)
{
	goes_offline(view, document);
	snprintf(view->revision, sizeof view->revision, "%s", world_winner(document)->parent);
	json_release(view->base);
	view->base = json_copy(world_couch_body(document, view->revision));
	json_release(view->body);
	view->body = json_copy(view->base);
}

/* 'behind_ms' before now. */
static void edits_offline(struct world *world, struct world_view *view, const char *key, const char *value,
			  int64_t behind_ms)
{
	json_put_text(document_data(view->body), key, value);
	json_put(view->body, "updated_at", json_new_int(world_base_now_ms(world) - behind_ms));
	view->edits++;
}

static void notes_on_the_plane(struct world *world)
{
	goes_offline(&views[0], i1(world));
	edits_offline(world, &views[0], "notes", "from the plane", 0);
}

/* Its branch is the longer one, and is shown. */
static void many_notes_on_the_plane(struct world *world)
{
	notes_on_the_plane(world);
	views[0].edits = 9;
}

static void old_notes_on_the_plane(struct world *world)
{
	goes_offline(&views[0], i1(world));
	edits_offline(world, &views[0], "notes", "from the plane", 600000);
}

static void notes_before_the_mark(struct world *world)
{
	went_offline_before_the_mark(&views[0], i1(world));
	edits_offline(world, &views[0], "notes", "from the plane", 0);
}

static void deletes_before_the_mark(struct world *world)
{
	went_offline_before_the_mark(&views[0], i1(world));
	json_object_close(&views[0].body);
	views[0].edits = 1;
}

static void two_are_offline(struct world *world)
{
	notes_on_the_plane(world);
	goes_offline(&views[1], i1(world));
	edits_offline(world, &views[1], "purchased_from", "from the cellar", 1000);
}

static void lands(struct world *world)
{
	world_phone_pushes(world, i1(world), &views[0]);
}

static void both_land(struct world *world)
{
	lands(world);
	world_phone_pushes(world, i1(world), &views[1]);
}

static void lands_after_compaction(struct world *world)
{
	world_couch_compacts(world);
	lands(world);
}

static void phone_models(struct world *world)
{
	named_phone_sets(world, "model_name", "from the phone", 0);
	named_phone_sets(world, "purchased_from", "the shop", 0);
}

static void phone_notes_twice(struct world *world)
{
	named_phone_sets(world, "notes", "of the phone", 300000);
	named_phone_sets(world, "model_name", "of the phone", 300000);
}

static void both_say(struct world *world, const char *key, enum field field, const char *words)
{
	named_must_say(world, "i1", key, words);
	named_must_show(world, "i1", field, words);
}

static void one_leaf_is_left(struct world *world)
{
	const struct world_document *document = i1(world);
	size_t live = 0;

	for (size_t i = 0; i < document->count; i++)
		live += !document->leaves[i].replaced && !document->leaves[i].deleted;
	if (live != 1)
		world_broken(world, "item i1 has %zu live leaves", live);
}

static bool history_has(const struct world *world, const char *key, const char *lost)
{
	for (size_t i = 0; i < world->extra_count; i++) {
		struct json_object *data = json_child(world->extras[i], "original_data", json_type_object);
		if (strcmp(json_text_or(world->extras[i], "event_name", ""), "sync_conflict") == 0 &&
		    strcmp(json_text_or(data, key, ""), lost) == 0)
			return true;
	}
	return false;
}

static void notes_and_models(struct world *world)
{
	both_say(world, "notes", FIELD_NOTES, "from the plane");
	both_say(world, "model_name", FIELD_MODEL_NAME, "from the phone");
	one_leaf_is_left(world);
	if (history_has(world, "notes", "first") || history_has(world, "model_name", ""))
		world_broken(world, "the history has a loser where nobody lost");
}

static void notes_and_grid(struct world *world)
{
	both_say(world, "notes", FIELD_NOTES, "from the plane");
	both_say(world, "model_name", FIELD_MODEL_NAME, "from the grid");
	one_leaf_is_left(world);
}

static void only_notes(struct world *world)
{
	both_say(world, "notes", FIELD_NOTES, "from the plane");
	one_leaf_is_left(world);
	const struct world_row *row = named_row(world);
	const char *mark = document_mark(world_body(i1(world)), world->config.id);
	if (!row || !mark || strcmp(mark, row->id) != 0)
		world_broken(world, "the mark does not name the row");
}

static void three_edits(struct world *world)
{
	both_say(world, "notes", FIELD_NOTES, "from the plane");
	both_say(world, "model_name", FIELD_MODEL_NAME, "from the grid");
	both_say(world, "purchased_from", FIELD_PURCHASED_FROM, "from the cellar");
	one_leaf_is_left(world);
}

static void plane_wins(struct world *world)
{
	both_say(world, "notes", FIELD_NOTES, "from the plane");
	both_say(world, "model_name", FIELD_MODEL_NAME, "of the phone");
	one_leaf_is_left(world);
	if (!history_has(world, "notes", "of the phone"))
		world_broken(world, "the loser is not in the history");
}

static void plane_loses(struct world *world)
{
	both_say(world, "notes", FIELD_NOTES, "of the phone");
	both_say(world, "model_name", FIELD_MODEL_NAME, "of the phone");
	one_leaf_is_left(world);
	if (!history_has(world, "notes", "from the plane"))
		world_broken(world, "the loser is not in the history");
}

static void lives_with_notes(struct world *world)
{
	named_is_there(world);
	both_say(world, "notes", FIELD_NOTES, "from the plane");
	one_leaf_is_left(world);
}

/* The app saves what nobody has changed. */
static void phone_saves_as_it_was(struct world *world)
{
	for (int save = 0; save < 3; save++) {
		struct json_object *body = json_copy(world_body(i1(world)));
		json_put(body, "updated_at", json_new_int(world_base_now_ms(world) + save));
		world_phone_puts(world, TABLE_ITEMS, "i1", body);
	}
}

static void is_gone(struct world *world)
{
	if (world_body(i1(world)) || named_row(world))
		world_broken(world, "item i1 is there again");
}

/* Where the bridge died in the midst of a merge nothing says that the phone's leaf was there then: the deletion may be an old one. */
static void is_gone_or_in_doubt(struct world *world)
{
	if (!world->restarts)
		is_gone(world);
	else if (world_body(i1(world)))
		lives_with_notes(world);
}

static void ticks_delete(struct world *world)
{
	struct world_row *row = named_row(world);

	if (!row)
		return;
	row->delete_wanted = true;
	world_person_types(world, row, FIELD_DELETE, json_new_bool(true));
}

/* ---- another bridge, at another server that replicates with ours ---- */

/* What it made of the leaves that it saw. */
static struct {
	char shown[64], other[64];
	struct json_object *body; /* owned */
} made;

static const struct world_leaf *losing_leaf(const struct world_document *document)
{
	for (size_t i = 0; i < document->count; i++)
		if (!document->leaves[i].replaced && !document->leaves[i].deleted &&
		    &document->leaves[i] != world_winner(document))
			return &document->leaves[i];
	return NULL;
}

static void another_bridge_merges(struct world *world, const char *base)
{
	const struct world_leaf *shown = world_winner(i1(world)), *other = losing_leaf(i1(world));
	struct merged_leaves merged;

	if (!other) {
		world_broken(world, "there is nothing to merge");
		return;
	}
	scoped(json_object) ancestor = leaf_digest(world_couch_body(i1(world), base));
	const struct leaf leaves[] = {{shown->revision, shown->body, NULL},
				      {other->revision, other->body, ancestor}};
	leaves_merge(DOCUMENT_ITEM, leaves, countof(leaves), &merged);
	snprintf(made.shown, sizeof made.shown, "%s", shown->revision);
	snprintf(made.other, sizeof made.other, "%s", other->revision);
	json_release(made.body);
	made.body = json_copy(merged.body);
	merged_leaves_done(&merged);
}

static int generation_behind(const char *revision)
{
	return (int)strtol(revision, NULL, 10) + 1;
}

static void its_merge_arrives(struct world *world)
{
	world_couch_replicates(world, i1(world), made.shown, generation_behind(made.shown), take(made.body));
	struct json_object *tombstone = json_new_object();

	json_put_text(tombstone, "_id", i1(world)->full_id);
	json_put(tombstone, "_deleted", json_new_bool(true));
	json_put_text(tombstone, SIDE_MERGED_KEY, made.shown);
	world_couch_replicates(world, i1(world), made.other, generation_behind(made.other), tombstone);
}

static void two_places_edit(struct world *world)
{
	char base[64];

	goes_offline(&views[0], i1(world));
	snprintf(base, sizeof base, "%s", views[0].revision);
	edits_offline(world, &views[0], "notes", "from the plane", 0);
	named_phone_sets(world, "model_name", "from the phone", 0);
	lands(world);
	another_bridge_merges(world, base);
}

static void both_made_the_same(struct world *world)
{
	const struct world_document *document = i1(world);
	size_t made_of_shown = 0;

	for (size_t i = 0; i < document->count; i++)
		made_of_shown += strcmp(document->leaves[i].parent, made.shown) == 0;
	if (made_of_shown != 1)
		world_broken(world, "%zu revisions were made of the one that was shown", made_of_shown);
	both_say(world, "notes", FIELD_NOTES, "from the plane");
	both_say(world, "model_name", FIELD_MODEL_NAME, "from the phone");
	one_leaf_is_left(world);
}

/* ---- a collection ---- */

static struct world_document *c0(struct world *world)
{
	return world_document(world, TABLE_COLLECTIONS, "c0");
}

static void numbers_the_collection_offline(struct world *world)
{
	goes_offline(&views[0], c0(world));
	edits_offline(world, &views[0], "collection_reference_number", "0007", 0);
}

static void collection_lands(struct world *world)
{
	world_phone_pushes(world, c0(world), &views[0]);
}

static void person_renames_the_collection(struct world *world)
{
	world_person_types(world, world_row_of(world, TABLE_COLLECTIONS, "c0"), FIELD_NAME,
			   json_new_text("from the grid"));
}

static void collection_has_both(struct world *world)
{
	const struct world_row *row = world_row_of(world, TABLE_COLLECTIONS, "c0");
	struct json_object *data = document_data(world_body(c0(world)));

	if (strcmp(json_text_or(data, "collection_reference_number", ""), "0007") != 0 ||
	    strcmp(json_text_or(data, "name", ""), "from the grid") != 0)
		world_broken(world, "the collection's document lacks an edit");
	if (!row || strcmp(world_cell_text(row, FIELD_REFERENCE_NUMBER), "0007") != 0 ||
	    strcmp(world_cell_text(row, FIELD_NAME), "from the grid") != 0)
		world_broken(world, "the collection's row lacks an edit");
	if (losing_leaf(c0(world)))
		world_broken(world, "the collection has several live leaves");
}

/* ---- deletions ---- */

static void deletes_offline(struct world *world)
{
	goes_offline(&views[0], i1(world));
	json_object_close(&views[0].body);
	views[0].edits = 1;
}

/* The phone that brought its notes deletes the item, without having seen what became of them. */
static void it_deletes_what_it_brought(struct world *world)
{
	json_object_close(&views[0].body);
	views[0].edits = 1;
	lands(world);
}

/* Before the bridge knew of the item: a device deleted it, another one saved it once more as it was, and so it lives. */
static void there_is_an_old_deletion(struct world *world)
{
	struct world_document *document =
		world_phone_puts(world, TABLE_ITEMS, "i2", named_new_item(world, "deleted long ago"));
	struct json_object *body = json_copy(world_body(document));

	goes_offline(&views[0], document);
	json_object_close(&views[0].body);
	views[0].edits = 1;
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	world_phone_puts(world, TABLE_ITEMS, "i2", body);
	world_phone_pushes(world, document, &views[0]);
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
	both_say(world, "notes", FIELD_NOTES, "of the phone");
	one_leaf_is_left(world);
}

static void lives_with_the_model(struct world *world)
{
	named_is_there(world);
	both_say(world, "model_name", FIELD_MODEL_NAME, "from the phone");
	one_leaf_is_left(world);
}

static void both_edit(struct world *world)
{
	notes_on_the_plane(world);
	phone_models(world);
}

#define ONCE (1U << AS_WRITTEN)

static const struct scenario scenarios[] = {
	{"losing-leaf-arrives", notes_on_the_plane, lands, phone_models, notes_and_models, ALL_ORDERS, false},
	{"losing-leaf-beside-a-row-edit", notes_on_the_plane, named_person_models, lands, notes_and_grid,
	 ALL_ORDERS, false},
	{"losing-leaf-behind-a-row-edit", notes_on_the_plane, named_person_models, lands, notes_and_grid,
	 ONCE, true},
	{"mark-meets-a-leaf", notes_before_the_mark, lands, named_nothing, only_notes, ONCE, true},
	{"winner-flips-without-edit", many_notes_on_the_plane, lands, phone_models, notes_and_models,
	 ALL_ORDERS, false},
	{"winner-flips-beside-a-row-edit", many_notes_on_the_plane, named_person_models, lands,
	 notes_and_grid, BOTH_ORDERS, true},
	{"leaves-with-the-same-field", notes_on_the_plane, phone_notes_twice, lands, plane_wins, IN_ORDER,
	 false},
	{"older-leaf-with-the-same-field", old_notes_on_the_plane, phone_notes_twice, lands, plane_loses,
	 IN_ORDER, false},
	{"three-leaves", two_are_offline, both_land, named_person_models, three_edits, ALL_ORDERS, false},
	{"ancestor-compacted", notes_on_the_plane, named_person_models, lands_after_compaction,
	 notes_and_grid, ONCE, true},
	{"tombstone-against-an-offline-edit", notes_on_the_plane, named_phone_deletes, lands,
	 lives_with_notes, ONCE, true},
	{"delete-box-after-a-merge", both_edit, lands, ticks_delete, is_gone, ONCE, true},
	{"offline-delete-meets-an-edit", deletes_offline, phone_notes_again, lands, lives_with_the_phone,
	 IN_ORDER, true},
	{"merged-leaf-had-all-that-there-is", notes_on_the_plane, phone_saves_as_it_was, lands,
	 lives_with_notes, IN_ORDER, false},
	{"merged-leaf-is-deleted-by-its-phone", notes_before_the_mark, lands, it_deletes_what_it_brought,
	 is_gone_or_in_doubt, ONCE, true},
	{"merged-leaf-is-deleted-beside-an-edit", both_edit, lands, it_deletes_what_it_brought,
	 lives_with_the_model, ONCE, true},
	{"deletion-from-before", named_nothing, there_is_an_old_deletion, named_nothing, i2_lives, ONCE,
	 false},
	{"leaf-lands-as-the-box-is-obeyed", notes_on_the_plane, ticks_delete, lands, lives_with_notes,
	 ALL_ORDERS, false},
	{"leaf-of-a-collection", numbers_the_collection_offline, person_renames_the_collection,
	 collection_lands, collection_has_both, ALL_ORDERS, false},
	{"leaf-of-a-collection-behind-a-row-edit", numbers_the_collection_offline,
	 person_renames_the_collection, collection_lands, collection_has_both, ONCE, true},
	{"two-bridges-merge-at-once", named_nothing, two_places_edit, its_merge_arrives, both_made_the_same,
	 IN_ORDER, false},
	{"offline-delete-meets-the-mark", deletes_before_the_mark, lands, named_nothing, is_gone, ONCE, true},
};

const struct named_table named_leaves = {scenarios, countof(scenarios)};
