/* Steps that read, and the config document. */
#include "tests/vectors/steps.h"

#include "inventory/config.h"
#include "inventory/schema_check.h"

#include <stdio.h>
#include <string.h>

static void compare_validity(struct step *step, struct json_object *body, struct json_object *result)
{
	struct json_object *recorded = json_child(result, "paths", json_type_array);
	scoped(datum) datum = datum_of_document(body);
	struct refusal refusal = {0};

	schema_check(datum, &refusal);
	scoped(json_object) paths = playing_paths(&refusal);
	if (json_bool_or(result, "valid", true) != (refusal.count == 0))
		vector_fail(step->playing->result, "whether it is valid");
	if (recorded)
		vector_compare(step->playing->result, "the fields at fault", paths, recorded);
	refusal_done(&refusal);
}

/* {valid, paths, datum}, or null. */
void step_get(struct step *step)
{
	enum document_type type = document_type_named(step_words(step, "type"));
	scoped_text id = document_full_id(type, step_words(step, "id"));
	struct json_object *body = database_get(&step->playing->database, id), *result = NULL;

	json_find(step->expected, "result", &result);
	if (!body || !result) {
		if (body || result)
			vector_fail(step->playing->result, "it is %s", body ? "there" : "not there");
		return;
	}
	compare_validity(step, body, result);
	scoped(datum) datum = datum_of_document(body);
	struct json_object *read = json_child(result, "datum", json_type_object);
	struct json_object *expected = read ? read : result;
	scoped(json_object) ours = step_returned(datum, expected);
	vector_compare(step->playing->result, "what is read", ours, expected);
}

/* ---- several ---- */

/* What is there, or {id} alone. */
static struct json_object *listed(const char *id, struct json_object *body)
{
	struct json_object *entry = json_new_object();

	json_put_text(entry, "id", id);
	json_put(entry, "valid", json_new_bool(body && schema_is_valid(body)));
	return entry;
}

static bool fits(struct json_object *body, struct json_object *conditions)
{
	json_each (conditions, key, wanted) {
		struct json_object *value = NULL;
		json_find(document_data(body), key, &value);
		if (!json_equal(value, wanted))
			return false;
	}
	return true;
}

/* Of a type: those with these ids, whether they are there or not, or all that fit, by _id. */
static struct json_object *list(const struct step *step, enum document_type type)
{
	struct json_object *ids = json_child(step->step, "conditions", json_type_array);
	struct json_object *conditions = json_child(step->step, "conditions", json_type_object);
	struct json_object *result = json_new_array();
	scoped(json_object) all = database_all(&step->playing->database);
	const char *id;

	for (size_t i = 0; i < json_length(ids); i++) {
		const char *wanted = json_text_of(json_at(ids, i));
		scoped_text full_id = document_full_id(type, wanted ? wanted : "");
		json_append(result, listed(wanted, database_get(&step->playing->database, full_id)));
	}
	for (size_t i = 0; !ids && i < json_length(all); i++) {
		struct json_object *body = json_at(all, i);
		if (document_type_of(json_text_or(body, "_id", ""), &id) == type && fits(body, conditions))
			json_append(result, listed(id, body));
	}
	return result;
}

void step_get_several(struct step *step)
{
	scoped(json_object) ours = list(step, document_type_named(step_words(step, "type")));

	vector_compare(step->playing->result, "what is read", ours,
		       json_child(step->expected, "result", json_type_array));
}

/* ---- the config document ---- */

static struct json_object *default_config(const struct step *step)
{
	static const char json[] = "{\"_id\":\"0000-config\",\"uuid\":\"\","
				   "\"rfid_tag_company_prefix\":\"0000000\","
				   "\"rfid_tag_individual_asset_reference_prefix\":\"100\","
				   "\"rfid_tag_access_password\":\"12345678\","
				   "\"default_use_mixed_rfid_tag_access_password\":false,"
				   "\"rfid_tag_access_password_encoding\":\"082a4c6e\","
				   "\"collections_order\":[]}";
	struct json_object *config = NULL, *uuids = json_child(step->step, "uuids", json_type_array);

	if (!json_read(json, strlen(json), &config, NULL, NULL))
		vector_fail(step->playing->result, "the config document that the app begins with");
	if (uuids)
		json_put(config, "uuid", json_share(json_at(uuids, 0)));
	return config;
}

/* With 'ensureSaved' as saves read it; without, there are defaults where there is none. */
void step_get_config(struct step *step)
{
	struct json_object *body = database_get(&step->playing->database, DOCUMENT_CONFIG_ID);
	const struct inventory_view view = database_view(&step->playing->database);
	scoped(json_object) defaults = default_config(step);
	scoped(datum) config = NULL;
	struct error error = {0};

	if (!body && !json_bool_or(step_options(step), "ensureSaved", false)) {
		json_remove(defaults, "_id");
		body = defaults;
	} else if (!config_read(&view, &config, &error)) {
		step->outcome.end = OUTCOME_REFUSED;
		snprintf(step->outcome.sentence, sizeof step->outcome.sentence, "%s", error.text);
		return;
	}
	vector_compare(step->playing->result, "the config document", body,
		       json_child(step->expected, "result", json_type_object));
}

/* The app's config screen: what is stored must be valid, what is given is not looked at. */
void step_update_config(struct step *step)
{
	struct json_object *stored = database_get(&step->playing->database, DOCUMENT_CONFIG_ID);
	struct json_object *given = json_child(step->step, "config", json_type_object);
	scoped(json_object) body = stored ? json_copy(stored) : default_config(step);

	if (!schema_is_valid(body)) {
		step->outcome.end = OUTCOME_REFUSED;
		return;
	}
	json_each (given, key, value)
		json_put(body, key, json_share(value));
	if (!playing_put(step->playing, body))
		step->outcome.end = OUTCOME_CONFLICT;
}
