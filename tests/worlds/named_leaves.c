/* What phones made while they were offline comes beside what others made meanwhile: sync-rules 8. */
#include "tests/worlds/named_offline.h"

#include "inventory/leaf_paths.h"
#include "inventory/leaves.h"
#include "tests/worlds/observer.h"
#include "tests/worlds/world_couch.h"
#include "tests/worlds/world_refusals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Its branch is the longer one, and is shown. */
static void many_notes_on_the_plane(struct world *world)
{
	offline_notes(world);
	offline_views[0].edits = 9;
}

static void old_notes_on_the_plane(struct world *world)
{
	offline_goes(&offline_views[0], offline_item(world));
	offline_edits(world, &offline_views[0], "notes", "from the plane", 600000);
}

static void two_are_offline(struct world *world)
{
	offline_notes(world);
	offline_goes(&offline_views[1], offline_item(world));
	offline_edits(world, &offline_views[1], "purchased_from", "from the cellar", 1000);
}

/* At the same moment as the edit that the row shows, and with the longer branch. */
static void notes_of_the_same_moment(struct world *world)
{
	struct world_document *document = offline_item(world);

	offline_goes_before_mark(&offline_views[0], document);
	offline_edits(world, &offline_views[0], "notes", "from the plane",
		      world_base_now_ms(world) - document_updated_at(world_body(document)));
	offline_views[0].edits = 9;
}

/* The merge has the time that the row shows, but not what the row shows. */
static void lands_before_a_first_contact(struct world *world)
{
	offline_lands(world);
	world_state_is_lost(world);
	world_restart(world);
}

static void both_land(struct world *world)
{
	offline_lands(world);
	world_phone_pushes(world, offline_item(world), &offline_views[1]);
}

static void lands_after_compaction(struct world *world)
{
	world_couch_compacts(world);
	offline_lands(world);
}

static void phone_notes_twice(struct world *world)
{
	named_phone_sets(world, "notes", "of the phone", 300000);
	named_phone_sets(world, "model_name", "of the phone", 300000);
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
	offline_both_say(world, "notes", FIELD_NOTES, "from the plane");
	offline_both_say(world, "model_name", FIELD_MODEL_NAME, "from the phone");
	offline_one_leaf(world);
	if (history_has(world, "notes", "first") || history_has(world, "model_name", ""))
		world_broken(world, "the history has a loser where nobody lost");
}

static void notes_and_grid(struct world *world)
{
	offline_both_say(world, "notes", FIELD_NOTES, "from the plane");
	offline_both_say(world, "model_name", FIELD_MODEL_NAME, "from the grid");
	offline_one_leaf(world);
}

/* The row's cell is the newer edit: what the plane brought gave way, and is told. */
static void loser_of_first_contact_is_told(struct world *world)
{
	named_is_there(world);
	offline_one_leaf(world);
	if (!history_has(world, "notes", "from the plane"))
		world_broken(world, "what gave way at a first contact is not in the history");
}

static void only_notes(struct world *world)
{
	offline_both_say(world, "notes", FIELD_NOTES, "from the plane");
	offline_one_leaf(world);
	const struct world_row *row = named_row(world);
	const char *mark = document_app_link(world_body(offline_item(world)), world->config.id);
	if (!row || !mark || strcmp(mark, row->id) != 0)
		world_broken(world, "the mark does not name the row");
}

static void three_edits(struct world *world)
{
	offline_both_say(world, "notes", FIELD_NOTES, "from the plane");
	offline_both_say(world, "model_name", FIELD_MODEL_NAME, "from the grid");
	offline_both_say(world, "purchased_from", FIELD_PURCHASED_FROM, "from the cellar");
	offline_one_leaf(world);
}

static void plane_wins(struct world *world)
{
	offline_both_say(world, "notes", FIELD_NOTES, "from the plane");
	offline_both_say(world, "model_name", FIELD_MODEL_NAME, "of the phone");
	offline_one_leaf(world);
	if (!history_has(world, "notes", "of the phone"))
		world_broken(world, "the loser is not in the history");
}

static void plane_loses(struct world *world)
{
	offline_both_say(world, "notes", FIELD_NOTES, "of the phone");
	offline_both_say(world, "model_name", FIELD_MODEL_NAME, "of the phone");
	offline_one_leaf(world);
	if (!history_has(world, "notes", "from the plane"))
		world_broken(world, "the loser is not in the history");
}

/* ---- merges that cannot be made ---- */

static void goes_too_deep_on_the_plane(struct world *world)
{
	offline_goes(&offline_views[0], offline_item(world));
	offline_edits(world, &offline_views[0], WORLD_TOO_DEEP, "to the bottom", 0);
}

static void both_edit_and_land(struct world *world)
{
	offline_phone_models(world);
	offline_lands(world);
}

static void must_be_told(struct world *world)
{
	if (!observer_has_problem(world, offline_item(world)))
		world_broken(world, "nobody is told that the leaves cannot be made one");
}

static void leaf_is_taken_away(struct world *world)
{
	must_be_told(world);
	world_couch_replicates(world, offline_item(world), offline_views[0].revision,
			       offline_generation_behind(offline_views[0].revision), NULL);
}

static void says_what_the_phone_said(struct world *world)
{
	offline_both_say(world, "notes", FIELD_NOTES, "first");
	offline_both_say(world, "model_name", FIELD_MODEL_NAME, "from the phone");
	offline_one_leaf(world);
}

static void merges_are_refused(struct world *world)
{
	both_edit_and_land(world);
	world_refuse(world, WRITTEN_DOCUMENT, "i1", ANSWER_REFUSED);
}

static void merges_are_taken_again(struct world *world)
{
	must_be_told(world);
	world_lift_refusals(world);
	world_advance(world, 3700000); /* it is tried again within the hour */
}

static void merge_does_not_arrive(struct world *world)
{
	both_edit_and_land(world);
	world->armed[FAULT_COUCH_UNSENT] = 1;
}

/* ---- another bridge, at another server that replicates with ours ---- */

/* What it made of the leaves that it saw. */
static struct {
	char shown[64], other[64];
	struct json_object *body; /* owned */
} made;

static void another_bridge_merges(struct world *world, const char *base)
{
	const struct world_leaf *shown = world_winner(offline_item(world)),
				*other = offline_losing_leaf(offline_item(world));
	struct merged_leaves merged;

	if (!other) {
		world_broken(world, "there is nothing to merge");
		return;
	}
	scoped(json_object) ancestor = leaf_digest(world_couch_body(offline_item(world), base));
	const struct leaf leaves[] = {{shown->revision, shown->body, NULL},
				      {other->revision, other->body, ancestor}};
	leaves_merge(DOCUMENT_ITEM, leaves, countof(leaves), &merged);
	snprintf(made.shown, sizeof made.shown, "%s", shown->revision);
	snprintf(made.other, sizeof made.other, "%s", other->revision);
	json_release(made.body);
	made.body = json_copy(merged.body);
	merged_leaves_done(&merged);
}

static void its_merge_arrives(struct world *world)
{
	world_couch_replicates(world, offline_item(world), made.shown, offline_generation_behind(made.shown),
			       take(made.body));
	struct json_object *tombstone = json_new_object();

	json_put_text(tombstone, "_id", offline_item(world)->full_id);
	json_put(tombstone, "_deleted", json_new_bool(true));
	json_put_text(tombstone, MERGED_INTO_KEY, made.shown);
	world_couch_replicates(world, offline_item(world), made.other, offline_generation_behind(made.other),
			       tombstone);
}

static void two_places_edit(struct world *world)
{
	char base[64];

	offline_goes(&offline_views[0], offline_item(world));
	snprintf(base, sizeof base, "%s", offline_views[0].revision);
	offline_edits(world, &offline_views[0], "notes", "from the plane", 0);
	named_phone_sets(world, "model_name", "from the phone", 0);
	offline_lands(world);
	another_bridge_merges(world, base);
}

static void both_made_the_same(struct world *world)
{
	const struct world_document *document = offline_item(world);
	size_t made_of_shown = 0;

	for (size_t i = 0; i < document->count; i++)
		made_of_shown += strcmp(document->leaves[i].parent, made.shown) == 0;
	if (made_of_shown != 1)
		world_broken(world, "%zu revisions were made of the one that was shown", made_of_shown);
	offline_both_say(world, "notes", FIELD_NOTES, "from the plane");
	offline_both_say(world, "model_name", FIELD_MODEL_NAME, "from the phone");
	offline_one_leaf(world);
}

/* ---- a collection ---- */

static struct world_document *c0(struct world *world)
{
	return world_document(world, TABLE_COLLECTIONS, "c0");
}

static void numbers_the_collection_offline(struct world *world)
{
	offline_goes(&offline_views[0], c0(world));
	offline_edits(world, &offline_views[0], "collection_reference_number", "0007", 0);
}

static void collection_lands(struct world *world)
{
	world_phone_pushes(world, c0(world), &offline_views[0]);
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
	if (offline_losing_leaf(c0(world)))
		world_broken(world, "the collection has several live leaves");
}

#define ONCE (1U << AS_WRITTEN)

static const struct scenario scenarios[] = {
	{"losing-leaf-arrives", offline_notes, offline_lands, offline_phone_models, notes_and_models,
	 ALL_ORDERS, false},
	{"losing-leaf-beside-a-row-edit", offline_notes, named_person_models, offline_lands, notes_and_grid,
	 ALL_ORDERS, false},
	{"losing-leaf-behind-a-row-edit", offline_notes, named_person_models, offline_lands, notes_and_grid,
	 ONCE, true},
	{"mark-meets-a-leaf", offline_notes_before_mark, offline_lands, named_nothing, only_notes, ONCE,
	 true},
	{"merged-of-the-same-moment-at-a-first-contact", notes_of_the_same_moment,
	 lands_before_a_first_contact, named_nothing, loser_of_first_contact_is_told, 1U << AS_WRITTEN,
	 false},
	{"winner-flips-without-edit", many_notes_on_the_plane, offline_lands, offline_phone_models,
	 notes_and_models, ALL_ORDERS, false},
	{"winner-flips-beside-a-row-edit", many_notes_on_the_plane, named_person_models, offline_lands,
	 notes_and_grid, BOTH_ORDERS, true},
	{"leaves-with-the-same-field", offline_notes, phone_notes_twice, offline_lands, plane_wins, IN_ORDER,
	 false},
	{"older-leaf-with-the-same-field", old_notes_on_the_plane, phone_notes_twice, offline_lands,
	 plane_loses, IN_ORDER, false},
	{"three-leaves", two_are_offline, both_land, named_person_models, three_edits, ALL_ORDERS, false},
	{"ancestor-compacted", offline_notes, named_person_models, lands_after_compaction, notes_and_grid,
	 ONCE, true},
	{"leaf-of-a-collection", numbers_the_collection_offline, person_renames_the_collection,
	 collection_lands, collection_has_both, ALL_ORDERS, false},
	{"leaf-of-a-collection-behind-a-row-edit", numbers_the_collection_offline,
	 person_renames_the_collection, collection_lands, collection_has_both, ONCE, true},
	{"leaf-that-cannot-be-merged", goes_too_deep_on_the_plane, both_edit_and_land, leaf_is_taken_away,
	 says_what_the_phone_said, ONCE, true},
	{"merge-is-refused", offline_notes, merges_are_refused, merges_are_taken_again, notes_and_models,
	 ONCE, true},
	{"merge-does-not-arrive", offline_notes, merge_does_not_arrive, named_nothing, notes_and_models, ONCE,
	 false},
	{"two-bridges-merge-at-once", named_nothing, two_places_edit, its_merge_arrives, both_made_the_same,
	 IN_ORDER, false},
};

const struct named_table named_leaves = {scenarios, countof(scenarios)};
