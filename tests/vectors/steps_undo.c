/* Steps that undo what histories record. */
#include "tests/vectors/steps.h"

#include "inventory/restore.h"

#include <string.h>

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
	return strcmp(json_text_or(body, "data_type", ""), step_words(step, "type")) == 0 &&
	       strcmp(json_text_or(body, "data_id", ""), step_words(step, "id")) == 0;
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
		.batch = json_int_or(step_options(step), "batch", 0),
	};
	const struct save_request request = {.given = given, .history = &left, .ignore_conflict = true};

	outcome_done(&step->outcome);
	if (given)
		playing_save(playing, &request, &step->outcome);
}

void step_restore_history(struct step *step)
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
		step_compare_returned(step);
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
void step_restore_batch(struct step *step)
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
