/* save-item.json, delete-and-history.json: a database, and a list of operations on it. */
#include "tests/vectors/steps.h"

#include <string.h>

const char *step_words(const struct step *step, const char *key)
{
	return json_text_or(step->step, key, "");
}

struct json_object *step_options(const struct step *step)
{
	return json_child(step->step, "options", json_type_object);
}

struct json_object *step_returned(const struct datum *datum, struct json_object *expected)
{
	struct json_object *all = datum_data(datum);

	json_each (expected, key, value) {
		if (strncmp(key, "__", 2) == 0 && strcmp(key, "__id") != 0 &&
		    strcmp(key, "__created_at") != 0 && strcmp(key, "__updated_at") != 0)
			json_put(all, key, json_share(value));
	}
	json_put_text(all, "__id", datum->id);
	if (datum->created_at)
		json_put(all, "__created_at", json_share(datum->created_at));
	if (datum->updated_at)
		json_put(all, "__updated_at", json_share(datum->updated_at));
	return all;
}

void step_compare_returned(struct step *step)
{
	struct json_object *expected = json_child(step->expected, "returned", json_type_object);
	const struct datum *datum = step->outcome.datum;

	if (!expected || !datum)
		return;
	scoped(json_object) ours = step_returned(datum, expected);
	scoped(json_object) theirs = vector_value(expected);
	vector_compare(step->playing->result, "returned", ours, theirs);
}

/* ---- operations ---- */

static void save(struct step *step)
{
	scoped(datum) given = playing_datum(step->playing, json_child(step->step, "data", json_type_object));

	playing_save_with(step->playing, given, NULL, step_options(step), &step->outcome);
	step_compare_returned(step);
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
	playing_save_with(step->playing, given, attachments, step_options(step), &step->outcome);
	step_compare_returned(step);
}

/* The form that reads, changes and saves with what it read. */
static void save_updated(struct step *step)
{
	enum document_type type = document_type_named(step_words(step, "type"));
	scoped_text id = document_full_id(type, step_words(step, "id"));
	scoped(datum) patch = playing_datum(step->playing, json_child(step->step, "patch", json_type_object));
	struct json_object *body = database_get(&step->playing->database, id);

	/* It takes what it finds, so it cannot be asked to mind conflicts. */
	if (!body || !json_bool_or(step_options(step), "ignoreConflict", true)) {
		step->outcome.end = OUTCOME_REFUSED;
		return;
	}
	scoped(datum) given = datum_of_document(body);
	datum_merge(given, patch);
	given->deleted = patch->deleted;
	playing_save_with(step->playing, given, NULL, step_options(step), &step->outcome);
	step_compare_returned(step);
}

/* Whatever is stored there is replaced. */
static void put(struct step *step)
{
	struct database *database = &step->playing->database;
	struct json_object *doc = json_child(step->step, "doc", json_type_object);
	scoped(json_object) body = doc ? json_copy(doc) : json_new_object();

	json_put_text(body, "_rev",
		      json_text_or(database_get(database, json_text_or(body, "_id", "")), "_rev", NULL));
	if (!database_put(database, body))
		step->outcome.end = OUTCOME_CONFLICT;
}

static const struct {
	const char *name;
	void (*run)(struct step *step);
} operations[] = {
	{"saveDatum", save},
	{"attachAndSave", attach_and_save},
	{"saveDatumUpdater", save_updated},
	{"put", put},
	{"getDatum", step_get},
	{"getData", step_get_several},
	{"getConfig", step_get_config},
	{"updateConfig", step_update_config},
	{"restoreHistory", step_restore_history},
	{"restoreBatch", step_restore_batch},
};

/* Whatever the recording does not say of a step it says of none. */
static void compare_step(struct step *step)
{
	struct json_object *writes = json_child(step->expected, "writes", json_type_array);

	if (!step->expected)
		vector_fail(step->playing->result, "it is not said what is expected");
	playing_compare_error(step->playing, &step->outcome,
			      json_child(step->expected, "error", json_type_object));
	playing_compare_writes(step->playing, writes);
}

static void run_step(struct step *step)
{
	const char *name = step_words(step, "op");

	for (size_t i = 0; i < countof(operations); i++) {
		if (strcmp(operations[i].name, name) != 0)
			continue;
		operations[i].run(step);
		if (!step->playing->result->better)
			compare_step(step);
		return;
	}
	vector_skip(step->playing->result, *name ? name : "an operation without a name");
}

static void run_steps(struct playing *playing, struct json_object *steps)
{
	struct vector_result *result = playing->result;

	for (size_t i = 0; steps && i < json_length(steps) && !result->words[0] && !result->skipped; i++) {
		struct json_object *recorded = json_at(steps, i);
		struct step step = {
			playing, recorded, json_child(recorded, "expected", json_type_object), {0}};
		playing_next(playing, recorded);
		run_step(&step);
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
	if (!json_child(vector, "steps", json_type_array)) {
		vector_fail(result, "it has no steps");
		return;
	}
	playing_begin(&playing, result);
	if (config && !database_put(&playing.database, config))
		vector_fail(result, "its config_doc is no document");
	for (size_t i = 0; i < json_length(seeds); i++)
		if (!database_put(&playing.database, json_at(seeds, i)))
			vector_fail(result, "number %zu of its seed_docs is no document", i + 1);
	run_steps(&playing, json_child(vector, "steps", json_type_array));
	scoped(json_object) all = database_all(&playing.database);
	if (!result->skipped && !result->better)
		playing_compare_documents(&playing, all, json_child(vector, "final_docs", json_type_array));
	playing_done(&playing);
}
