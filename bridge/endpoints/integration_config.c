#include "bridge/endpoints/integration_config.h"

#include "base/text.h"
#include "bridge/base_id.h"
#include "inventory/document.h"
#include "inventory/leaves.h"

#include <stdlib.h>
#include <string.h>

#define SCOPE_ID_LIMIT 10000 /* collections or containers that one integration may list */

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
