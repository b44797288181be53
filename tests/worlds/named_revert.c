/* Somebody undoes a change while the bridge works: sync-rules 26. */
#include "tests/worlds/named.h"

#include "inventory/restore.h"
#include "inventory/revert.h"
#include "inventory/save.h"
#include "tests/worlds/world_couch.h"
#include "tests/worlds/world_pictures.h"

#include <string.h>

/* The batch of the scene: a person's edit that the bridge has taken into the document. */
#define EDITED "from the grid"

static void person_has_edited(struct world *world)
{
	named_person_notes(world);
	for (int i = 0; i < 3; i++) {
		(void)world_pass(world, true, i == 2);
		world_advance(world, 61000);
	}
}

static bool is_of_the_scene(struct json_object *extra)
{
	struct json_object *new = json_child(extra, "new_data", json_type_object);

	return strcmp(json_text_or(extra, "event_name", ""), "sync") == 0 &&
	       strcmp(json_text_or(new, "notes", ""), EDITED) == 0;
}

static bool no_others(void *context, enum document_type type, const char *key, const char *value,
		      struct json_object **bodies_out, struct error *error)
{
	(void)context, (void)type, (void)key, (void)value, (void)error;
	*bodies_out = json_new_array();
	return true;
}

struct view {
	struct world *world;
	struct json_object *config; /* owned */
};

static bool body_of(void *context, const char *full_id, struct json_object **body_out, struct error *error)
{
	const struct view *view = context;
	const char *id = NULL;
	enum document_type type = document_type_of(full_id, &id);

	(void)error;
	if (type == DOCUMENT_CONFIG)
		*body_out = view->config;
	else
		*body_out = world_body(world_document(
			view->world, type == DOCUMENT_COLLECTION ? TABLE_COLLECTIONS : TABLE_ITEMS, id));
	return true;
}

static void save(struct world *world, const struct datum *given)
{
	struct view known = {world, world_config_document()};
	const struct inventory_view view = {&known, body_of, no_others};
	const struct inventory_source source = {.now_ms = world_base_now_ms(world)};
	const struct save_history history = {RESTORE_CREATED_BY, world_base_now_ms(world), NULL};
	const struct save_request request = {.given = given, .history = &history, .ignore_conflict = true};
	struct save_result result;
	struct error error = {0};

	if (!save_document(&request, &view, &source, &result, &error))
		world_broken(world, "the undoing is refused: %s", error.text);
	if (result.body) {
		(void)world_couch_extra_put(world, result.history);
		world_phone_puts(world, TABLE_ITEMS, given->id, json_share(result.body));
	}
	save_result_done(&result);
	json_release(known.config);
}

static void somebody_undoes_it(struct world *world)
{
	static const struct revert_agreement nothing_moved;
	scoped(revert) revert = revert_new();
	struct revert_change change;
	struct error error = {0};

	for (size_t i = 0; i < world->extra_count; i++)
		if (is_of_the_scene(world->extras[i]) && !revert_add(revert, world->extras[i], &error))
			world_broken(world, "it cannot be undone: %s", error.text);
	if (revert_count(revert) != 1) {
		world_broken(world, "the edit has no history");
		return;
	}
	revert_decide(revert, 0, world_body(world_document(world, TABLE_ITEMS, "i1")), &nothing_moved,
		      &change);
	if (change.given)
		save(world, change.given);
	revert_change_done(&change);
}

static void person_edits_it_again(struct world *world)
{
	named_person_sets(world, FIELD_NOTES, "of today");
}

/* ---- pictures ---- */

static void it_has_two_pictures(struct world *world)
{
	world_pictures_begin(world);
	world_restart(world);
	world_app_has_image(world, "p1");
	world_app_has_image(world, "p2");
	world_app_links(world, "i1", "p1", 0);
	world_app_links(world, "i1", "p2", 1);
	named_some_looks(world);
}

static void it_has_one_picture_and_a_photo(struct world *world)
{
	world_pictures_begin(world);
	world_restart(world);
	world_app_has_image(world, "p2");
	world_app_links(world, "i1", "p2", 0);
	named_some_looks(world);
	world_person_adds_photo(world, named_row(world), "photo.jpg", false);
	named_some_looks(world);
	named_some_looks(world);
}

static void person_removes_p1(struct world *world)
{
	if (named_row(world))
		world_person_removes_picture(world, named_row(world), "p1");
}

static void save_link(struct world *world, const struct revert_change *change, struct json_object *now)
{
	if (change->action == REVERT_BRING_BACK)
		world_app_links(world, "i1", datum_text(change->given, "image_id"),
				json_object_get_int(datum_get(change->given, "order")));
	else if (change->action == REVERT_DELETE)
		world_app_unlinks(world, "i1", json_text_or(document_data(now), "image_id", ""));
}

/* What was done to the item's links, as their histories tell it. */
static void somebody_undoes_the_links(struct world *world)
{
	static const struct revert_agreement nothing_moved;
	scoped(revert) revert = revert_new();
	struct revert_change change;
	struct error error = {0};

	for (size_t i = 0; i < world->extra_count; i++)
		if (strcmp(json_text_or(world->extras[i], "data_type", ""), "item_image") == 0 &&
		    !revert_add(revert, world->extras[i], &error))
			world_broken(world, "it cannot be undone: %s", error.text);
	if (revert_count(revert) != 1) {
		world_broken(world, "the link has no history");
		return;
	}
	struct json_object *stored = world_extra(world, revert_full_id(revert, 0));
	scoped(json_object) now = stored ? json_copy(stored) : NULL;
	revert_decide(revert, 0, now, &nothing_moved, &change);
	if (change.given)
		save_link(world, &change, now);
	revert_change_done(&change);
}

/* ---- the ends ---- */

static void pictures_must_be(struct world *world, const char *names)
{
	scoped_text linked = world_linked_pictures(world, "i1");
	scoped_text shown = world_shown_pictures(named_row(world));

	if (strcmp(linked, names) != 0 || strcmp(shown, names) != 0)
		world_broken(world, "it has the pictures \"%s\", and its row \"%s\"", linked, shown);
}

static void both_pictures_are_back(struct world *world)
{
	pictures_must_be(world, "p1 p2");
}

static void the_photo_is_gone(struct world *world)
{
	pictures_must_be(world, "p2");
}

static void shows(struct world *world, enum field field, const char *key, const char *words)
{
	struct json_object *body = world_body(world_document(world, TABLE_ITEMS, "i1"));

	if (!body || strcmp(json_text_or(document_data(body), key, ""), words) != 0)
		world_broken(world, "the document's %s is not \"%s\"", key, words);
	if (!named_row(world) || strcmp(world_cell_text(named_row(world), field), words) != 0)
		world_broken(world, "the row's %s is not \"%s\"", key, words);
}

static void is_undone_beside_the_edit(struct world *world)
{
	shows(world, FIELD_NOTES, "notes", "first");
	shows(world, FIELD_MODEL_NAME, "model_name", EDITED);
}

/* The edit was made later, or was there already, and then it is asked about. */
static void shows_the_edit(struct world *world)
{
	shows(world, FIELD_NOTES, "notes", "of today");
}

/* Of what was undone before: it met no other edit. */
static void shows_the_edit_alone(struct world *world)
{
	shows_the_edit(world);
	for (size_t i = 0; i < world->extra_count; i++)
		if (strcmp(json_text_or(world->extras[i], "event_name", ""), "sync_conflict") == 0)
			world_broken(world, "an edit of what was undone is called a conflict");
}

static const struct scenario scenarios[] = {
	{"revert-during-pass", person_has_edited, named_person_models, somebody_undoes_it,
	 is_undone_beside_the_edit, ALL_ORDERS, false},
	{"revert-after-another-edit", person_has_edited, person_edits_it_again, somebody_undoes_it,
	 shows_the_edit, 1U << AS_WRITTEN, true},
	{"edit-after-revert", person_has_edited, somebody_undoes_it, person_edits_it_again,
	 shows_the_edit_alone, 1U << AS_WRITTEN, true},
	{"revert-meets-edit-of-same-field", person_has_edited, person_edits_it_again, somebody_undoes_it,
	 named_is_there, ALL_ORDERS, false},
	{"removal-of-a-picture-undone", it_has_two_pictures, person_removes_p1, somebody_undoes_the_links,
	 both_pictures_are_back, 1U << AS_WRITTEN, true},
	{"photo-undone", it_has_one_picture_and_a_photo, somebody_undoes_the_links, named_nothing,
	 the_photo_is_gone, 1U << AS_WRITTEN, false},
};

const struct named_table named_revert = {scenarios, countof(scenarios)};
