/* save-item.json, delete-and-history.json: a database, and a list of operations on it. */
#include "inventory/restore.h"
#include "inventory/schema.h"
#include "tests/vectors/playing.h"

#include <string.h>

struct step {
	struct playing *playing;
	struct json_object *step, *expected;
	struct outcome outcome;
};

static const char *words(const struct step *step, const char *key)
{
	return json_text_or(step->step, key, "");
}

static struct json_object *options_of(const struct step *step)
{
	return json_child(step->step, "options", json_type_object);
}

/* What the save resolved to: of the app's own keys only those that are ours as well. */
static struct json_object *returned_by(const struct datum *datum, struct json_object *expected)
{
	struct json_object *all = datum_data(datum);

	if (!expected)
		return all;
	json_each (expected, key, value) {
		if (strncmp(key, "__", 2) == 0 && strcmp(key, "__id") != 0 &&
		    strcmp(key, "__created_at") != 0 && strcmp(key, "__updated_at") != 0)
			json_put(all, key, json_share(value));
	}
	json_put_text(all, "__id", datum->id);
	json_put(all, "__created_at", json_share(datum->created_at));
	json_put(all, "__updated_at", json_share(datum->updated_at));
	return all;
}

static void compare_returned(struct step *step)
{
	struct json_object *expected = json_child(step->expected, "returned", json_type_object);
	const struct datum *datum = step->outcome.datum;

	if (!expected || !datum || datum->deleted)
		return;
	scoped(json_object) ours = returned_by(datum, expected);
	scoped(json_object) theirs = vector_value(expected);
	vector_compare(step->playing->result, "returned", ours, theirs);
}

/* ---- operations ---- */

static void save(struct step *step)
{
	scoped(datum) given = playing_datum(step->playing, json_child(step->step, "data", json_type_object));

	playing_save_with(step->playing, given, NULL, options_of(step), &step->outcome);
	compare_returned(step);
}

static void attach_and_save(struct step *step)
{
	scoped(datum) given = playing_datum(step->playing, json_child(step->step, "data", json_type_object));
	scoped(json_object) attachments = json_new_object();
	struct json_object *list = json_child(step->step, "attachments", json_type_array);

	for (size_t i = 0; list && i < json_length(list); i++) {
		struct json_object *each = json_at(list, i);
		struct json_object *attachment = json_new_object();
		json_put_text(attachment, "content_type", json_text_or(each, "content_type", NULL));
		json_put_text(attachment, "data", json_text_or(each, "data", NULL));
		json_put(attachments, json_text_or(each, "name", ""), attachment);
	}
	playing_save_with(step->playing, given, attachments, options_of(step), &step->outcome);
	compare_returned(step);
}

/* The form that reads, changes and saves with what it read. */
static void save_updated(struct step *step)
{
	enum document_type type = document_type_named(words(step, "type"));
	scoped_text id = document_full_id(type, words(step, "id"));
	scoped(datum) patch = playing_datum(step->playing, json_child(step->step, "patch", json_type_object));
	struct json_object *body = database_get(&step->playing->database, id);

	if (!body) {
		step->outcome.end = OUTCOME_REFUSED;
		return;
	}
	scoped(datum) given = datum_of_document(body);
	datum_merge(given, patch);
	given->deleted = patch->deleted;
	playing_save_with(step->playing, given, NULL, options_of(step), &step->outcome);
	compare_returned(step);
}

/* Whatever is stored there is replaced. */
static void put(struct step *step)
{
	struct database *database = &step->playing->database;
	scoped(json_object) body = json_copy(json_child(step->step, "doc", json_type_object));

	json_put_text(body, "_rev",
		      json_text_or(database_get(database, json_text_or(body, "_id", "")), "_rev", NULL));
	if (!database_put(database, body))
		step->outcome.end = OUTCOME_CONFLICT;
}

/* {valid, paths, datum}, or null. */
static void get(struct step *step)
{
	enum document_type type = document_type_named(words(step, "type"));
	scoped_text id = document_full_id(type, words(step, "id"));
	struct json_object *body = database_get(&step->playing->database, id), *result = NULL;

	json_find(step->expected, "result", &result);
	if (!body || !result) {
		if (body || result)
			vector_fail(step->playing->result, "it is %s", body ? "there" : "not there");
		return;
	}
	if (json_bool_or(result, "valid", true) != schema_is_valid(body))
		vector_fail(step->playing->result, "whether it is valid");
	scoped(datum) datum = datum_of_document(body);
	struct json_object *read = json_child(result, "datum", json_type_object);
	struct json_object *expected = read ? read : result;
	scoped(json_object) ours = returned_by(datum, expected);
	vector_compare(step->playing->result, "what is read", ours, expected);
}

/* ---- the config document ---- */

static bool config_is_valid(const struct datum *config)
{
	struct refusal refusal = {0};

	schema_check(config, &refusal);
	bool valid = refusal.count == 0;
	refusal_done(&refusal);
	return valid;
}

static void get_config(struct step *step)
{
	struct json_object *body = database_get(&step->playing->database, DOCUMENT_CONFIG_ID);

	if (!body)
		return; /* defaults are the app's */
	scoped(datum) config = datum_of_document(body);
	if (!config_is_valid(config))
		step->outcome.end = OUTCOME_REFUSED;
	else
		vector_compare(step->playing->result, "the config document", body,
			       json_child(step->expected, "result", json_type_object));
}

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

/* The app's config screen: what is stored must be valid, what is given is not looked at. */
static void update_config(struct step *step)
{
	struct json_object *stored = database_get(&step->playing->database, DOCUMENT_CONFIG_ID);
	struct json_object *given = json_child(step->step, "config", json_type_object);
	scoped(json_object) body = stored ? json_copy(stored) : default_config(step);
	scoped(datum) config = datum_of_document(body);

	if (!config_is_valid(config)) {
		step->outcome.end = OUTCOME_REFUSED;
		return;
	}
	if (given) {
		json_each (given, key, value) {
			json_put(body, key, json_share(value));
		}
	}
	if (!playing_put(step->playing, body))
		step->outcome.end = OUTCOME_CONFLICT;
}

/* ---- undoing ---- */

/* The history documents of one datum, or of one batch. */
static struct json_object *histories(const struct step *step,
				     bool (*wanted)(const struct step *step, struct json_object *body))
{
	scoped(json_object) all = database_all(&step->playing->database);
	struct json_object *found = json_new_array();

	for (size_t i = 0; i < json_length(all); i++) {
		struct json_object *body = json_at(all, i);
		if (strcmp(json_text_or(body, "type", ""), "_history") == 0 && wanted(step, body))
			json_append(found, json_share(body));
	}
	restore_sort(found);
	return found;
}

static bool of_datum(const struct step *step, struct json_object *body)
{
	return strcmp(json_text_or(body, "data_type", ""), words(step, "type")) == 0 &&
	       strcmp(json_text_or(body, "data_id", ""), words(step, "id")) == 0;
}

static bool of_batch(const struct step *step, struct json_object *body)
{
	const char *created_by = json_text_or(step->step, "createdBy", NULL);

	return json_int_or(body, "batch", 0) == json_int_or(step->step, "batch", 0) &&
	       (!created_by || strcmp(json_text_or(body, "created_by", ""), created_by) == 0);
}

static bool adds_a_field(struct json_object *history)
{
	struct json_object *original = json_child(history, "original_data", json_type_object);
	struct json_object *new = json_child(history, "new_data", json_type_object);

	if (!original || !new || json_bool_or(original, "__deleted", false) ||
	    json_bool_or(new, "__deleted", false))
		return false;
	json_each (new, key, value) {
		(void)value;
		if (!json_find(original, key, NULL))
			return true;
	}
	return false;
}

/* What is undone is as it was: every field that the history holds, of a document that is there. */
static void check_undone(struct step *step, struct json_object *history)
{
	enum document_type type = document_type_named(json_text_or(history, "data_type", ""));
	scoped_text id = document_full_id(type, json_text_or(history, "data_id", ""));
	struct json_object *original = json_child(history, "original_data", json_type_object), *theirs;
	struct json_object *new = json_child(history, "new_data", json_type_object);
	struct json_object *data = document_data(database_get(&step->playing->database, id));

	if (!original || !new)
		return;
	if (json_bool_or(original, "__deleted", false)) {
		if (data)
			vector_fail(step->playing->result, "%s is still there", id);
		return;
	}
	json_each (original, key, value) {
		struct json_object *ours = NULL;
		json_find(data, key, &ours);
		vector_compare(step->playing->result, key, ours, value);
	}
	json_each (new, added, ignored) {
		(void)ignored;
		if (!json_find(original, added, &theirs) && json_find(data, added, NULL))
			vector_fail(step->playing->result, "%s is still there", added);
	}
}

static void undo(struct step *step, struct json_object *history)
{
	struct playing *playing = step->playing;
	scoped(datum) given = restore_given(history);
	const struct save_history left = {
		.created_by = RESTORE_CREATED_BY,
		.batch = json_int_or(options_of(step), "batch", 0),
	};
	const struct save_request request = {.given = given, .history = &left, .ignore_conflict = true};

	outcome_done(&step->outcome);
	if (given)
		playing_save(playing, &request, &step->outcome);
}

static void restore_history(struct step *step)
{
	scoped(json_object) found = histories(step, of_datum);
	size_t index = (size_t)json_int_or(step->step, "index", 0);
	struct json_object *history = json_at(found, index);

	if (!history) {
		step->outcome.end = OUTCOME_REFUSED;
		return;
	}
	undo(step, history);
	if (adds_a_field(history)) {
		step->playing->result->better = "a field that was added goes again when that is undone";
		check_undone(step, history);
	} else {
		compare_returned(step);
	}
}

static bool same_datum(struct json_object *a, struct json_object *b)
{
	return strcmp(json_text_or(a, "data_type", ""), json_text_or(b, "data_type", "")) == 0 &&
	       strcmp(json_text_or(a, "data_id", ""), json_text_or(b, "data_id", "")) == 0;
}

/* Whether an older entry of the batch has undone something of the same document after it. */
static bool is_oldest(struct json_object *histories, size_t at)
{
	for (size_t i = at + 1; i < json_length(histories); i++)
		if (same_datum(json_at(histories, i), json_at(histories, at)))
			return false;
	return true;
}

/* Several documents have one order here, another in the app: what counts is how they end. */
static void restore_batch(struct step *step)
{
	scoped(json_object) found = histories(step, of_batch);
	size_t count = json_length(found);
	bool adds = false, twice = false;

	for (size_t i = 0; i < count && step->outcome.end == OUTCOME_DONE; i++) {
		adds = adds || adds_a_field(json_at(found, i));
		twice = twice || !is_oldest(found, i);
		undo(step, json_at(found, i));
	}
	for (size_t i = 0; i < count; i++)
		if (is_oldest(found, i))
			check_undone(step, json_at(found, i));
	bool failed = json_find(step->expected, "error", NULL);
	if (adds)
		step->playing->result->better = "a field that was added goes again when that is undone";
	else if (twice)
		step->playing->result->better =
			"a batch is undone newest first, so that all is as it was before";
	else if (failed && step->outcome.end == OUTCOME_DONE)
		step->playing->result->better =
			"a batch is undone newest first, so that nothing is in its way";
	else if (count > 1)
		step->playing->result->better =
			"a batch is undone newest first: its documents in another order";
}

static const struct {
	const char *name;
	void (*run)(struct step *step);
} operations[] = {
	{"saveDatum", save},
	{"attachAndSave", attach_and_save},
	{"saveDatumUpdater", save_updated},
	{"put", put},
	{"getDatum", get},
	{"getConfig", get_config},
	{"updateConfig", update_config},
	{"restoreHistory", restore_history},
	{"restoreBatch", restore_batch},
};

/* false: an operation that only the app has. */
static bool run_step(struct step *step)
{
	const char *name = words(step, "op");

	for (size_t i = 0; i < countof(operations); i++) {
		if (strcmp(operations[i].name, name) != 0)
			continue;
		operations[i].run(step);
		if (step->playing->result->better)
			return true;
		playing_compare_error(step->playing, &step->outcome,
				      json_child(step->expected, "error", json_type_object));
		struct json_object *writes = json_child(step->expected, "writes", json_type_array);
		if (writes)
			playing_compare_writes(step->playing, writes);
		return true;
	}
	return false;
}

static void run_steps(struct playing *playing, struct json_object *steps)
{
	struct vector_result *result = playing->result;

	for (size_t i = 0; steps && i < json_length(steps) && !result->words[0] && !result->skipped; i++) {
		struct json_object *recorded = json_at(steps, i);
		struct step step = {
			playing, recorded, json_child(recorded, "expected", json_type_object), {0}};
		playing_next(playing, recorded);
		result->skipped = !run_step(&step);
		outcome_done(&step.outcome);
		if (result->words[0]) {
			scoped_text what = own_copy(result->words);
			result->words[0] = '\0';
			vector_fail(result, "step %zu, %s: %s", i, json_text_or(recorded, "op", ""), what);
		}
	}
}

void vector_run_steps(struct json_object *vector, struct json_object *definitions,
		      struct vector_result *result)
{
	struct json_object *config = json_child(vector, "config_doc", json_type_object);
	struct json_object *seeds = json_child(vector, "seed_docs", json_type_array);
	struct playing playing;

	(void)definitions;
	playing_begin(&playing, result);
	if (config)
		(void)database_put(&playing.database, config);
	for (size_t i = 0; seeds && i < json_length(seeds); i++)
		(void)database_put(&playing.database, json_at(seeds, i));
	run_steps(&playing, json_child(vector, "steps", json_type_array));
	scoped(json_object) all = database_all(&playing.database);
	if (!result->skipped && !result->better)
		playing_compare_documents(&playing, all, json_child(vector, "final_docs", json_type_array));
	playing_done(&playing);
}
