#include "bridge/review/undo.h"

#include "bridge/review/history_message.h"
#include "bridge/review/history_reader.h"
#include "bridge/review/short_id.h"

#include <inttypes.h>

/* ---- what there is ---- */

void undo_found_done(struct undo_found *found)
{
	revert_close(&found->revert);
	*found = (struct undo_found){0};
}

static bool add_entry(void *context, struct json_object *history, struct error *error)
{
	struct undo_found *found = context;
	struct error why = {0};

	(void)error;
	found->entries++;
	if (revert_is_of_conflict(history))
		found->conflicts++;
	else if (!revert_add(found->revert, history, &why))
		found->others++;
	return true;
}

static struct json_object *without_others(struct json_object *data, const char *key)
{
	struct json_object *alone = json_new_object(), *value = NULL;

	if (json_find(data, key, &value))
		json_put(alone, key, json_share(value));
	return alone;
}

/* As if the change had been of this field alone. NULL: it was of others, or of the document as a whole. */
static struct json_object *only_field(struct json_object *history, const char *key)
{
	struct json_object *original = json_child(history, "original_data", json_type_object);
	struct json_object *new = json_child(history, "new_data", json_type_object);
	bool whole = json_bool_or(original, "__deleted", false) || json_bool_or(new, "__deleted", false);

	if (whole || !(json_find(original, key, NULL) || json_find(new, key, NULL)))
		return NULL;
	struct json_object *alone = json_new_object();
	json_each (history, name, value) {
		json_put(alone, name, json_share(value));
	}
	json_put(alone, "original_data", without_others(original, key));
	json_put(alone, "new_data", without_others(new, key));
	return alone;
}

static bool add_field(struct undo_found *found, struct json_object *history, const char *key,
		      struct error *error)
{
	scoped(json_object) alone = only_field(history, key);

	if (!alone)
		return error_set(error, ERROR_REFUSED, "that change is none of the field %.100s alone", key);
	return revert_add(found->revert, alone, error);
}

static bool find_entry(struct couch_client *couch, const struct undo_wish *wish, struct undo_found *found,
		       struct error *error)
{
	scoped(json_object) entry = NULL;
	scoped_text full_id = NULL;

	if (short_id_is(wish->entry) && !short_id_find(couch, wish->entry, &full_id, error))
		return false;
	if (!history_read_entry(couch, full_id ? full_id : wish->entry, &entry, error))
		return false;
	if (!entry)
		return true;
	found->entries = 1;
	return wish->field ? add_field(found, entry, wish->field, error)
			   : revert_add(found->revert, entry, error);
}

static bool find_batch(struct couch_client *couch, const char *created_by, int64_t batch,
		       struct undo_found *found, struct error *error)
{
	const struct history_wish wish = {
		.created_by = created_by, .batch = batch, .most = HISTORY_READ_MOST};
	bool more = false;

	if (!history_read_batch(couch, &wish, add_entry, found, &more, error))
		return false;
	return !more ||
	       error_set(error, ERROR_FATAL,
			 "batch %" PRId64 " has more than %d changes, which are not undone together: "
			 "undo those that you mean by --entry",
			 batch, HISTORY_READ_MOST);
}

static bool find(struct couch_client *couch, const struct undo_wish *wish, struct undo_found *found,
		 struct error *error)
{
	if (wish->entry)
		return find_entry(couch, wish, found, error);
	if (!find_batch(couch, wish->created_by, wish->batch, found, error))
		return false;
	return !wish->created_by || found->entries ||
	       find_batch(couch, UNDO_CREATED_BY, wish->batch, found, error);
}

bool undo_find(struct couch_client *couch, const struct undo_wish *wish, struct undo_found *found_out,
	       struct error *error)
{
	struct undo_found found = {.revert = revert_new()};

	if (!find(couch, wish, &found, error)) {
		undo_found_done(&found);
		return false;
	}
	*found_out = found;
	return true;
}

/* ---- what is done ---- */

void undo_outcome_done(struct undo_outcome *outcome)
{
	couch_revert_result_done(&outcome->result);
	*outcome = (struct undo_outcome){0};
}

static void count_one(struct undo_outcome *outcome, const struct undone *undone)
{
	outcome->undone += undone->written;
	outcome->asks += undone->state == UNDONE_ASKS;
	outcome->refused += undone->state == UNDONE_REFUSED;
}

bool undo_run(struct couch_client *couch, const struct undo_wish *wish, const struct undo_found *found,
	      struct undo_outcome *outcome_out, struct error *error)
{
	const struct couch_revert_order order = {
		.revert = found->revert, .agreed = wish->agreed, .dry_run = wish->dry_run};
	struct undo_outcome outcome = {0};

	bool good = couch_revert(couch, &order, &outcome.result, error);
	for (size_t i = 0; i < outcome.result.count; i++)
		count_one(&outcome, &outcome.result.list[i]);
	*outcome_out = outcome;
	return good;
}

/* ---- how it is told ---- */

static struct json_object *documents_json(const struct couch_revert_result *result)
{
	struct json_object *documents = json_new_array();

	for (size_t i = 0; i < result->count; i++)
		json_append(documents, history_message_undone(&result->list[i]));
	return documents;
}

void undo_put(struct json_object *answer, const struct undo_wish *wish, const struct undo_found *found,
	      const struct undo_outcome *outcome)
{
	json_put(answer, "dry_run", json_new_bool(wish->dry_run));
	json_put(answer, "entries", json_new_int((int64_t)found->entries));
	json_put(answer, "conflicts", json_new_int((int64_t)found->conflicts));
	json_put(answer, "others", json_new_int((int64_t)found->others));
	json_put(answer, "undone", json_new_int((int64_t)outcome->undone));
	json_put(answer, "asks", json_new_int((int64_t)outcome->asks));
	json_put(answer, "refused", json_new_int((int64_t)outcome->refused));
	if (outcome->undone && !wish->dry_run)
		json_put(answer, "batch", json_new_int(outcome->result.batch));
	json_put(answer, "documents", documents_json(&outcome->result));
}
