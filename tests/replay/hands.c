/* Phones write as the app does: they change what they saw changed, in the document that is there now. */
#include "couch/documents.h"
#include "inventory/document.h"
#include "tests/replay/play.h"

#include <stdio.h>
#include <string.h>

/* ---- phones ---- */

/* The data keys that the phone changed. */
static void patch(struct json_object *data, struct json_object *before, struct json_object *after)
{
	json_each (after, key, value) {
		struct json_object *was = NULL;
		if (!json_find(before, key, &was) || !json_equal(was, value))
			json_put(data, key, json_share(value));
	}
	json_each (before, gone, ignored) {
		(void)ignored;
		if (!json_find(after, gone, NULL))
			json_remove(data, gone);
	}
}

static void put_time(const struct replay *replay, const struct act *act, struct json_object *from,
		     struct json_object *into, const char *key)
{
	int64_t behind_ms = act->at_ms + replay->transcript->base_ahead_ms - json_int_or(from, key, 0);

	json_put(into, key, json_new_int(replay->at_ms + replay->shift_ms - behind_ms));
}

/* The body as a phone on this side would write it; taken from the present one where the phone saw one. */
static struct json_object *body_to_put(const struct replay *replay, const struct act *act,
				       struct json_object *present)
{
	scoped(json_object) after = names_to_server(&replay->names, act->value);

	if (!act->before || !present) {
		struct json_object *body = json_copy(after);
		put_time(replay, act, act->value, body, "updated_at");
		put_time(replay, act, act->value, body, "created_at");
		return body;
	}
	scoped(json_object) before = names_to_server(&replay->names, act->before);
	struct json_object *body = json_copy(present);
	patch(document_data(body), document_data(before), document_data(after));
	put_time(replay, act, act->value, body, "updated_at");
	return body;
}

static bool read_present(struct replay *replay, const char *full_id, struct json_object **present_out,
			 struct error *error)
{
	struct error failure = {0};

	*present_out = NULL;
	if (couch_document_read(replay->couch.client, full_id, present_out, &failure) ||
	    failure.kind == ERROR_LOST)
		return true;
	*error = failure;
	return false;
}

static bool phone_puts(struct replay *replay, const struct act *act, struct error *error)
{
	scoped_text id = names_word_to_server(&replay->names, act->id);
	scoped_text full_id = document_full_id(table_document_type(act->table), id);
	scoped(json_object) present = NULL;
	char revision[80];

	if (!read_present(replay, full_id, &present, error))
		return false;
	if (!present != !act->before)
		text_format(replay->words, "\n#   (%s is %s when a phone edits it)", full_id,
			    present ? "there" : "not there");
	scoped(json_object) body = body_to_put(replay, act, present);
	json_put_text(body, "_id", full_id);
	json_remove(body, "_rev");
	json_put_text(body, "_rev", json_text_or(present, "_rev", NULL));
	if (!couch_document_write(replay->couch.client, full_id, body, revision, error))
		return false;
	feed_await(replay, full_id, revision);
	return true;
}

static bool phone_removes(struct replay *replay, const struct act *act, struct error *error)
{
	scoped_text id = names_word_to_server(&replay->names, act->id);
	scoped_text full_id = document_full_id(table_document_type(act->table), id);
	scoped(json_object) present = NULL;
	struct couch_documents after = {0};

	if (!read_present(replay, full_id, &present, error))
		return false;
	const char *ids[] = {full_id};
	if (present && (!couch_document_delete(replay->couch.client, full_id,
					       json_text_or(present, "_rev", ""), error) ||
			!couch_documents_read(replay->couch.client, ids, 1, &after, error)))
		return false;
	if (after.count)
		feed_await(replay, full_id, after.list[0].rev);
	couch_documents_done(&after);
	return true;
}

/* ---- people ---- */

/* 'action' is taken; its own id, where something was made. */
static bool edit(struct replay *replay, struct json_object *action, char id_out[20], struct error *error)
{
	struct json_object *request = json_new_object(), *actions = json_new_array();
	scoped(json_object) answer = NULL;

	json_put_text(request, "base", REPLAY_BASE);
	json_append(actions, action);
	json_put(request, "actions", actions);
	if (!stage_control(replay->stage, "POST", "edit", request, &answer, error))
		return false;
	struct json_object *results = json_child(answer, "results", json_type_array);
	if (id_out)
		snprintf(id_out, 20, "%s", json_text_or(json_at(results, 0), "id", ""));
	return true;
}

static struct json_object *action_on(const struct act *act, const char *name, const char *record)
{
	struct json_object *action = json_new_object();

	json_put_text(action, "action", name);
	json_put_text(action, "table", table_name(act->table));
	json_put_text(action, "record", record);
	return action;
}

static bool person_adds(struct replay *replay, const struct act *act, struct error *error)
{
	char id[20];

	if (!edit(replay, action_on(act, "create", NULL), id, error))
		return false;
	names_add(&replay->names, act->table, act->row, id);
	return true;
}

static bool person_types(struct replay *replay, const struct act *act, const char *record,
			 struct error *error)
{
	struct json_object *action = action_on(act, "update", record);
	struct json_object *fields = json_new_object();

	json_put(fields, field_rule(act->field)->name,
		 act->value ? names_to_server(&replay->names, act->value) : NULL);
	json_put(action, "fields", fields);
	return edit(replay, action, NULL, error);
}

/* The cells of a row that a person can copy. */
static bool copied_cells(struct replay *replay, const struct act *act, const char *record,
			 struct json_object *fields, struct error *error)
{
	scoped(json_object) rows = NULL;

	if (!stage_rows(replay->stage, REPLAY_BASE, table_name(act->table), &rows, error))
		return false;
	for (size_t i = 0; i < json_length(rows); i++) {
		struct json_object *row = json_at(rows, i);
		if (strcmp(json_text_or(row, "id", ""), record) != 0)
			continue;
		json_each (json_child(row, "fields", json_type_object), name, value) {
			enum field field = field_by_name(act->table, name);
			if (field != FIELD_COUNT && (field != FIELD_ID || act->with_id))
				json_put(fields, name, json_copy(value));
		}
	}
	return true;
}

static bool person_duplicates(struct replay *replay, const struct act *act, const char *record,
			      struct error *error)
{
	struct json_object *action = action_on(act, "create", NULL), *fields = json_new_object();
	char id[20];

	json_put(action, "fields", fields);
	if (!copied_cells(replay, act, record, fields, error)) {
		json_release(action);
		return false;
	}
	if (!edit(replay, action, id, error))
		return false;
	names_add(&replay->names, act->table, act->copy, id);
	return true;
}

static bool on_row(struct replay *replay, const struct act *act, struct error *error)
{
	const char *record = names_server_row(&replay->names, act->row);

	if (!record)
		return error_set(error, ERROR_FATAL, "row %s of the world has none on the server", act->row);
	switch (act->kind) {
	case ACT_TYPES:
		return person_types(replay, act, record, error);
	case ACT_DELETES:
		return edit(replay, action_on(act, "delete", record), NULL, error);
	case ACT_RESTORES:
		return edit(replay, action_on(act, "restore", record), NULL, error);
	default:
		return person_duplicates(replay, act, record, error);
	}
}

static bool app_leaves(struct replay *replay, const struct act *act, struct error *error)
{
	scoped(json_object) body = names_to_server(&replay->names, act->value);
	const char *id = json_text_or(body, "_id", "");
	scoped(json_object) present = NULL;

	if (!read_present(replay, id, &present, error))
		return false;
	json_remove(body, "_rev");
	json_put_text(body, "_rev", json_text_or(present, "_rev", NULL));
	return couch_document_write(replay->couch.client, id, body, NULL, error);
}

bool hands_do(struct replay *replay, const struct act *act, struct error *error)
{
	switch (act->kind) {
	case ACT_PUTS:
		return phone_puts(replay, act, error);
	case ACT_REMOVES:
		return phone_removes(replay, act, error);
	case ACT_ADDS:
		return person_adds(replay, act, error);
	case ACT_LEAVES:
		return app_leaves(replay, act, error);
	case ACT_EDITS:
		return edit(replay, names_to_server(&replay->names, act->value), NULL, error);
	case ACT_TYPES:
	case ACT_DELETES:
	case ACT_RESTORES:
	case ACT_DUPLICATES:
		return on_row(replay, act, error);
	default:
		return error_set(error, ERROR_FATAL, "what happens cannot be played");
	}
}
