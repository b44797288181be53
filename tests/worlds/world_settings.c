/* The integration's own document: what it lists is the scope. Phones edit it; the bridge begins anew with what it says, or stops as
 * long as nobody can tell. */
#include "tests/worlds/world_settings.h"
#include "bridge/index/scope.h"
#include "inventory/document.h"

#include "tests/worlds/observer.h"
#include "tests/worlds/transcript.h"
#include "tests/worlds/world_app.h"

#include <stdio.h>
#include <string.h>

#define FULL_ID "integration-w"

static struct json_object *settings_body(const char *scope_type, const char *const *ids, size_t count)
{
	struct json_object *body = json_new_object(), *data = json_new_object();
	struct json_object *config = json_new_object(), *list = json_new_array();
	bool containers = strcmp(scope_type, "containers") == 0;

	json_put_text(body, "_id", FULL_ID);
	json_put_text(body, "type", "integration");
	json_put_text(data, "integration_type", "airtable");
	json_put_text(data, "name", "world");
	json_put_text(config, "airtable_base_id", "appWorld000000000");
	json_put_text(config, "scope_type", scope_type);
	for (size_t i = 0; i < count; i++)
		json_append(list, json_new_text(ids[i]));
	json_put(config, containers ? "container_ids_to_sync" : "collection_ids_to_sync", list);
	json_put(data, "config", config);
	json_put(body, "data", data);
	return body;
}

static void replace(struct world *world, struct json_object *body)
{
	transcript_spoil(world, "another scope");
	world->settings_gone = !body;
	if (body) {
		json_release(world->settings);
		world->settings = body;
	}
	world->settings_sequence = ++world->sequence;
	world->settings_changed = ++world->moment;
}

void world_phone_lists(struct world *world, const char *scope_type, const char *const *ids, size_t count)
{
	struct json_object *body = settings_body(scope_type, ids, count);

	world_note(world, "  a phone has %zu %s synced", count, scope_type);
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	replace(world, body);
}

void world_app_notes_sync(struct world *world)
{
	struct json_object *body = json_copy(world->settings), *notes = json_new_object();
	int64_t now_ms = world_base_now_ms(world);

	world_note(world, "  the app notes a sync of its own");
	json_put(notes, "last_push", json_new_int(now_ms));
	json_put(notes, "last_pull", json_new_int(now_ms));
	json_put(notes, "last_synced_at", json_new_int(now_ms));
	json_put(document_data(body), "data", notes);
	json_put(body, "updated_at", json_new_int(now_ms));
	replace(world, body);
}

void world_phone_drops_settings(struct world *world)
{
	world_note(world, "  a phone deletes the integration");
	replace(world, NULL);
}

void world_phone_lists_apart(struct world *world, const char *scope_type, const char *const *ids,
			     size_t count, int64_t behind_ms)
{
	struct json_object *other = settings_body(scope_type, ids, count);
	bool differ = false;

	json_put(other, "updated_at", json_new_int(world_base_now_ms(world) - behind_ms));
	json_put_text(other, "_rev", "1-a");
	struct json_object *bodies[] = {world->settings, other};
	bool counts = integration_leaf_that_counts(bodies, countof(bodies), &differ) == 1;
	world_note(world, "  a phone has %zu %s synced, which it saved offline: that %s", count, scope_type,
		   counts ? "counts" : "does not count");
	if (!differ)
		world_broken(world, "what was saved apart is the same");
	replace(world, counts ? json_share(other) : json_copy(world->settings));
	json_release(other);
}

struct json_object *world_settings_body(struct world *world, const char *full_id, bool *is_out)
{
	*is_out = strcmp(full_id, FULL_ID) == 0;
	if (*is_out)
		world->settings_read = world->moment;
	return *is_out && !world->settings_gone ? json_copy(world->settings) : NULL;
}

bool world_settings_take(struct world *world)
{
	struct integration_config config = {0};
	struct error error;
	bool is_airtable = false;

	world->stopped =
		world->settings_gone ||
		!integration_config_read(world->settings, "inventory", &config, &is_airtable, &error) ||
		!is_airtable;
	if (world->stopped)
		return false;
	config.on_row_deleted = world->config.on_row_deleted;
	integration_config_done(&world->config);
	world->config = config;
	return true;
}

/* ---- what is in scope ---- */

static bool is_listed(const struct world *world, const char *key, const char *id)
{
	struct json_object *config = json_child(document_data(world->settings), "config", json_type_object);
	struct json_object *list = json_child(config, key, json_type_array);

	for (size_t i = 0; list && i < json_length(list); i++)
		if (strcmp(json_object_get_string(json_at(list, i)), id) == 0)
			return true;
	return false;
}

/* The ledger does not take the entry of the original: then the process alone knows whose twin it is. */
static const struct world_document *unstored_original(struct world *world, const char *id)
{
	const struct pair *pair = pairs_find(&world->sync->pairs, TABLE_COLLECTIONS, id);

	return pair && pair->twin_of && pair->twin_of->unstored
		       ? world_document(world, TABLE_COLLECTIONS, pair->twin_of->id)
		       : NULL;
}

/* Whose twin it stays by the ledger; or by the process alone where the ledger does not take the entry of the twin. Or NULL. */
static const char *kept_original_id(struct world *world, const char *id)
{
	const struct pair *pair = world->sync ? pairs_find(&world->sync->pairs, TABLE_COLLECTIONS, id) : NULL;
	scoped_text end = own_format("-collection-%s", id);

	if (pair && pair->unstored && pair->twin_of && pair->twin_stays)
		return pair->twin_of->id;
	return json_text_or(world_state_body(world, end), "twin_of", NULL);
}

/* The one of whose row the app made it: it stays that one's twin when the row is gone. Or NULL. */
static const struct world_document *remembered_original(struct world *world, const char *id)
{
	const char *original_id = kept_original_id(world, id);
	const struct world_document *original =
		original_id ? world_document(world, TABLE_COLLECTIONS, original_id) : NULL;

	return original && world_body(original) ? original : NULL;
}

/* The app made it of the row of one that is listed, and moved what stands in that: the bridge goes on as before. */
static const char *original_of(struct world *world, const char *id)
{
	const struct world_document *remembered = remembered_original(world, id);
	if (remembered)
		return remembered->id;
	const struct world_document *document = world_document(world, TABLE_COLLECTIONS, id);
	const struct world_row *row =
		document && world_app_is_twin(world, document) ? world_row(world, document->made_of) : NULL;
	const struct world_document *original = row ? observer_document_of(world, row) : NULL;

	if (row && row->now.there && !original)
		original = unstored_original(world, id);
	if (row && row->now.there && (!original || original == document)) /* not known yet, or of its copy */
		original = world_document(world, TABLE_COLLECTIONS, world_cell_text(row, FIELD_ID));
	if (original && !world_body(original) &&
	    !row->now.there) /* a twin of what is gone stands for itself */
		return id;
	return original && original->table == TABLE_COLLECTIONS ? original->id : id;
}

static bool holds_collection(struct world *world, const char *id)
{
	id = original_of(world, id);
	scoped_text end = own_format("-collection-%s", id);
	struct json_object *entry = world_state_body(world, end);

	return is_listed(world, "collection_ids_to_sync", id) ||
	       (entry && json_bool_or(entry, "born_as_row", false));
}

static bool by_containers(const struct world *world)
{
	struct json_object *config = json_child(document_data(world->settings), "config", json_type_object);

	return strcmp(json_text_or(config, "scope_type", ""), "containers") == 0;
}

static const char *text_of(const struct world_document *document, const char *key)
{
	struct json_object *body = document ? world_body(document) : NULL;

	return body ? json_text_or(document_data(body), key, "") : "";
}

static bool holds_item(struct world *world, const struct world_document *document)
{
	if (!by_containers(world))
		return holds_collection(world, text_of(document, "collection_id"));
	for (int level = 0; document && level < SCOPE_CONTAINER_LEVELS; level++) {
		if (is_listed(world, "container_ids_to_sync", document->id))
			return true;
		document = world_document(world, TABLE_ITEMS, text_of(document, "container_id"));
	}
	return false;
}

bool world_settings_hold(struct world *world, const struct world_document *document)
{
	if (document->table == TABLE_ITEMS)
		return holds_item(world, document);
	if (!by_containers(world) || holds_collection(world, document->id))
		return holds_collection(world, document->id);
	for (size_t i = 0; i < world->document_count; i++)
		if (strcmp(text_of(&world->documents[i], "collection_id"), document->id) == 0 &&
		    holds_item(world, &world->documents[i]))
			return true;
	return false;
}

/* Read behind the row, as it has to be, and changed only after that: nobody could know. */
static bool changed_too_late(const struct world *world, int64_t decided)
{
	return world->settings_read >= decided && world->settings_changed > world->settings_read;
}

/* A collection made of this row, which may not show its ID yet. */
static bool is_of_born(const struct world *world, const struct world_row *place)
{
	for (size_t i = 0; i < world->state_count; i++) {
		struct json_object *body = world->states[i].body;
		if (body && json_bool_or(body, "born_as_row", false) &&
		    strcmp(json_text_or(body, "rec", ""), place->id) == 0)
			return true;
	}
	return false;
}

/* The collection whose row it is, whatever ID the app has written into it. */
static const char *collection_of(struct world *world, const struct world_row *place)
{
	const struct world_document *document = observer_document_of(world, place);

	return document ? document->id : world_cell_text(place, FIELD_ID);
}

/* A phone took it out of a collection that is on the list now, whether or not it was on it then; and the row, whose cell may be empty, does
 * not show yet where the document stands. */
static bool was_taken_out(struct world *world, const struct world_document *document,
			  const struct world_row *place)
{
	bool shows_it = place && strcmp(collection_of(world, place), text_of(document, "collection_id")) == 0;

	return document->moved_from[0] && !shows_it && holds_collection(world, document->moved_from);
}

bool world_settings_take_row(struct world *world, const struct world_document *document,
			     const struct world_row *row, int64_t decided)
{
	const struct world_row *place = world_row(world, world_linked(row, FIELD_COLLECTION));
	bool listed =
		place && (holds_collection(world, collection_of(world, place)) || is_of_born(world, place));

	if (document->left || decided < document->back_in)
		return by_containers(world) || listed || !place || row->moved > decided ||
		       changed_too_late(world, decided);
	return (listed || was_taken_out(world, document, place)) && !by_containers(world) &&
	       !world_settings_hold(world, document);
}

void world_settings_note_move(struct world_document *document, struct json_object *before,
			      struct json_object *after)
{
	const char *former = json_text_or(before, "collection_id", "");

	if (!document->moved_from[0] && strcmp(former, json_text_or(after, "collection_id", "")) != 0)
		snprintf(document->moved_from, sizeof document->moved_from, "%s", former);
}

void world_settings_note_left(struct world *world, bool were_in[WORLD_DOCUMENTS], bool after)
{
	for (size_t i = 0; i < world->document_count; i++) {
		struct world_document *document = &world->documents[i];
		bool is_in = world_body(document) && world_settings_hold(world, document);
		if (!after)
			were_in[i] = is_in;
		else if (were_in[i] && !is_in)
			document->left = true;
	}
}

/* ---- the beginning ---- */

void world_settings_open(struct world *world)
{
	static const char *const ids[] = {"c0"};

	world->settings = settings_body("collections", ids, countof(ids));
	json_put(world->settings, "updated_at", json_new_int(world_base_now_ms(world)));
	if (!world_settings_take(world))
		world_broken(world, "the first settings cannot be read");
}
