#include "bridge/scope.h"

#include "base/text.h"
#include "bridge/base_id.h"
#include "bridge/standing.h"
#include "inventory/leaves.h"

#include <stdlib.h>
#include <string.h>

#define SCOPE_ID_LIMIT 10000 /* collections or containers that one integration may list */

/* ---- the integration document ---- */

static bool read_scope_ids(struct json_object *settings, struct integration_config *config, const char *where,
			   struct error *error)
{
	const char *key =
		config->scope_type == SCOPE_COLLECTIONS ? "collection_ids_to_sync" : "container_ids_to_sync";
	struct json_object *ids = NULL;

	if (!json_find(settings, key, NULL))
		return true; /* nothing is chosen yet: nothing is in scope */
	if (!json_get_array(settings, key, &ids, where, error))
		return false;
	size_t count = json_length(ids);
	if (count > SCOPE_ID_LIMIT)
		return error_set(error, ERROR_REFUSED, "%s: %s lists %zu ids, at most %d can be synced",
				 where, key, count, SCOPE_ID_LIMIT);
	config->scope_ids = own_alloc((count + 1) * sizeof *config->scope_ids);
	for (size_t i = 0; i < count; i++) {
		struct json_object *id = json_at(ids, i);
		if (!json_is(id, json_type_string))
			return error_set(error, ERROR_REFUSED,
					 "%s: entry %zu of %s is %s, an id was expected", where, i + 1, key,
					 json_type_word(id));
		config->scope_ids[config->scope_count] = own_copy(json_text_of(id));
		index_put(&config->listed, config->scope_ids[config->scope_count],
			  config->scope_ids[config->scope_count]);
		config->scope_count++;
	}
	return true;
}

static bool read_config(struct json_object *body, struct integration_config *config, const char *where,
			struct error *error)
{
	struct json_object *data = document_data(body), *settings;
	const char *base_id, *scope_type;

	if (!json_get_object(data, "config", &settings, where, error) ||
	    !json_get_text(settings, "airtable_base_id", &base_id, where, error))
		return error_wrap(error, "set it up in the app's integration screen");
	if (!base_id_fits(base_id))
		return error_set(
			error, ERROR_REFUSED,
			"%s: airtable_base_id is \"%.*s\", a base id looks like appXXXXXXXXXXXXXX: copy "
			"that part alone from the base's address, without what is before and behind it",
			where, (int)text_utf8_prefix(base_id, strlen(base_id), 60), base_id);
	scope_type = json_text_or(settings, "scope_type", "collections");
	if (strcmp(scope_type, "containers") == 0)
		config->scope_type = SCOPE_CONTAINERS;
	else if (strcmp(scope_type, "collections") != 0)
		return error_set(
			error, ERROR_REFUSED,
			"%s: scope_type is \"%.60s\", \"collections\" or \"containers\" was expected", where,
			scope_type);
	config->base_id = own_copy(base_id);
	return read_scope_ids(settings, config, where, error);
}

/* The app notes its syncs beside its settings; whichever of these times is the latest. */
static int64_t app_synced_ms(struct json_object *data)
{
	static const char *const keys[] = {"last_push", "last_pull", "last_synced_at"};
	struct json_object *notes = json_child(data, "data", json_type_object);
	int64_t last_ms = 0;

	for (size_t i = 0; i < countof(keys); i++) {
		int64_t at_ms = json_int_or(notes, keys[i], 0);
		last_ms = at_ms > last_ms ? at_ms : last_ms;
	}
	return last_ms;
}

bool integration_config_read(struct json_object *body, const char *database,
			     struct integration_config *config_out, bool *is_airtable_out,
			     struct error *error)
{
	const char *id, *full_id = json_text_or(body, "_id", "");
	struct json_object *data = document_data(body);
	scoped_text where = own_format("document %.200s", full_id);

	*is_airtable_out = false;
	if (document_type_of(full_id, &id) != DOCUMENT_INTEGRATION)
		return true;
	if (!data)
		return error_set(error, ERROR_REFUSED, "%s: data is missing or not an object", where);
	if (strcmp(json_text_or(data, "integration_type", ""), "airtable") != 0)
		return true;
	*is_airtable_out = true;
	struct integration_config config = {
		.app_synced_ms = app_synced_ms(data),
		.id = own_copy(id),
		.database = own_copy(database),
		.name = own_copy(json_text_or(data, "name", id)),
	};
	if (!read_config(body, &config, where, error)) {
		integration_config_done(&config);
		return false;
	}
	*config_out = config;
	return true;
}

static struct json_object *settings_of(struct json_object *body)
{
	return json_child(document_data(body), "config", json_type_object);
}

static bool was_saved_later(struct json_object *body, struct json_object *other)
{
	int64_t saved_ms = document_updated_at(body), others_ms = document_updated_at(other);

	if (saved_ms != others_ms)
		return saved_ms > others_ms;
	return leaf_compare(json_text_or(body, "_rev", ""), json_text_or(other, "_rev", "")) > 0;
}

size_t integration_leaf_that_counts(struct json_object *const *bodies, size_t count, bool *differ_out)
{
	size_t chosen = 0;

	*differ_out = false;
	for (size_t i = 1; i < count; i++) {
		*differ_out = *differ_out || !json_equal(settings_of(bodies[i]), settings_of(bodies[0]));
		if (was_saved_later(bodies[i], bodies[chosen]))
			chosen = i;
	}
	return chosen;
}

void integration_config_done(struct integration_config *config)
{
	for (size_t i = 0; i < config->scope_count; i++)
		free(config->scope_ids[i]);
	free(config->scope_ids);
	index_done(&config->listed);
	own_free_text(&config->id);
	own_free_text(&config->name);
	own_free_text(&config->database);
	own_free_text(&config->base_id);
	*config = (struct integration_config){0};
}

bool integration_config_same(const struct integration_config *a, const struct integration_config *b)
{
	if (strcmp(a->base_id, b->base_id) != 0 || a->scope_type != b->scope_type ||
	    a->scope_count != b->scope_count)
		return false;
	for (size_t i = 0; i < a->scope_count; i++)
		if (strcmp(a->scope_ids[i], b->scope_ids[i]) != 0)
			return false;
	return true;
}

/* ---- what is in scope ---- */

static bool is_listed(const struct integration_config *config, const char *id)
{
	return id && index_find(&config->listed, id);
}

static bool holds_collection(const struct integration_config *config, const struct pairs *pairs,
			     const char *id)
{
	const struct pair *pair = id ? pairs_find(pairs, TABLE_COLLECTIONS, id) : NULL;

	/* The app's own sync moves items into what it makes of their collection's row: they have not left (sync-rules 28). */
	if (pair && pair->twin_of)
		pair = pair->twin_of;
	return is_listed(config, pair ? pair->id : id) || (pair && pair->born_as_row);
}

/* Where a container stands: as its document says, or as its row and it last agreed. */
static const char *place_of(const struct pair *container, bool agreed)
{
	if (!container)
		return NULL;
	if (!agreed || container->state != ENTRY_PAIR)
		return pair_container_id(container);
	return container->agreed_container ? container->agreed_container->id : NULL;
}

static bool stands_in_listed_container(const struct integration_config *config, const struct pairs *pairs,
				       const char *id, const char *container_id, bool agreed)
{
	const char *place = id;
	const char *above = container_id;

	for (int level = 0; level <= SCOPE_CONTAINER_LEVELS; level++) {
		if (is_listed(config, place))
			return true;
		if (!above)
			return false;
		place = above;
		above = place_of(pairs_find(pairs, TABLE_ITEMS, place), agreed);
	}
	return false;
}

/* The collection that the item stands in has one more in scope, or one less. */
static void count_in_collection(struct pairs *pairs, const struct pair *pair, bool in_scope)
{
	for (size_t table = 0; table < TABLE_COUNT; table++) {
		struct pair *place = pair->stands[table].place;
		if (place)
			place->scoped_contents += in_scope ? 1u : -1u;
	}
	if (pair->stands[TABLE_COLLECTIONS].place)
		pairs_doubt_scope(pairs, pair->stands[TABLE_COLLECTIONS].place);
}

static void enter(struct pairs *pairs, struct pair *pair, bool in_scope)
{
	bool came = in_scope && !pair->in_scope, left = !in_scope && pair->in_scope;

	if (!came && !left)
		return;
	if (pair->document == PAIR_DOCUMENT_THERE &&
	    (pair->state != ENTRY_PAIR ? came : left || (came && pair->has_problem)))
		pairs_look(pairs, pair, LOOK_DOCUMENT);
	pair->in_scope = in_scope;
	count_in_collection(pairs, pair, in_scope);
	if (left)
		pairs_wake_container(pairs, pair);
}

static bool is_in_scope(const struct integration_config *config, const struct pairs *pairs,
			const struct pair *pair)
{
	bool collections = config->scope_type == SCOPE_COLLECTIONS;

	if (pair->table == TABLE_ITEMS)
		return collections ? holds_collection(config, pairs, pair_collection_id(pair))
				   : stands_in_listed_container(config, pairs, pair->id,
								pair_container_id(pair), false);
	if (collections)
		return holds_collection(config, pairs, pair->id);
	/* Collections follow the items that stand in them: the app makes them on demand. */
	return pair->born_as_row || pair->scoped_contents > 0;
}

/* Whatever is in a container stands where the container does. */
static void doubt_contents(const struct integration_config *config, struct pairs *pairs,
			   const struct pair *place, int levels)
{
	bool nested = config->scope_type == SCOPE_CONTAINERS;

	for (struct pair *content = place->contents; content; content = pair_next_content(content, place)) {
		enter(pairs, content, is_in_scope(config, pairs, content));
		if (nested && levels > 0)
			doubt_contents(config, pairs, content, levels - 1);
	}
}

static void decide_anew(const struct integration_config *config, struct pairs *pairs, struct pair *pair)
{
	bool was = pair->in_scope;

	enter(pairs, pair, is_in_scope(config, pairs, pair));
	if (config->scope_type == SCOPE_CONTAINERS ? pair->table == TABLE_ITEMS : pair->in_scope != was)
		doubt_contents(config, pairs, pair, SCOPE_CONTAINER_LEVELS);
}

void scope_update(const struct integration_config *config, struct pairs *pairs)
{
	while (pairs->doubted_count > 0) {
		struct pair *pair = pairs->doubted[--pairs->doubted_count];
		pair->scope_doubted = false;
		decide_anew(config, pairs, pair);
	}
}

bool scope_would_hold(const struct integration_config *config, const struct pairs *pairs, enum table table,
		      const char *collection_id, const char *container_id)
{
	if (table == TABLE_COLLECTIONS)
		return true; /* a collection born as a row is in scope by itself (sync-rules 14) */
	if (config->scope_type == SCOPE_COLLECTIONS)
		return holds_collection(config, pairs, collection_id);
	return stands_in_listed_container(config, pairs, NULL, container_id, false);
}

bool scope_held(const struct integration_config *config, const struct pairs *pairs, const struct pair *pair,
		const char *collection_id, const char *container_id)
{
	if (pair->table == TABLE_COLLECTIONS)
		return false; /* no edit of a document takes one out of the list */
	if (config->scope_type == SCOPE_COLLECTIONS)
		return holds_collection(config, pairs, collection_id);
	return stands_in_listed_container(config, pairs, pair->id, container_id, true);
}

static bool is_open_above(const struct pairs *pairs, const char *container_id, bool agreed)
{
	for (int level = 0; container_id && level < SCOPE_CONTAINER_LEVELS; level++) {
		const struct pair *container = pairs_find(pairs, TABLE_ITEMS, container_id);
		if (container && (container->queued || container->under_way || container->unsettled))
			return true;
		container_id = place_of(container, agreed);
	}
	return false;
}

bool scope_is_open(const struct integration_config *config, const struct pairs *pairs,
		   const struct pair *pair, const char *agreed_container_id)
{
	return config->scope_type == SCOPE_CONTAINERS &&
	       (is_open_above(pairs, pair_container_id(pair), false) ||
		is_open_above(pairs, agreed_container_id, true));
}
