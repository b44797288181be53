/* What people do in the app, saved as the app saves it: by our own save, at the recording's time. */
#include "tests/scenarios/recording_play.h"

#include "base/clock.h"
#include "couch/bulk.h"
#include "couch/documents.h"
#include "inventory/restore.h"
#include "inventory/save.h"

#include <stdlib.h>
#include <string.h>

/* The database as it is now, and the moment. */
struct app {
	struct play *play;
	struct json_object *documents; /* owned */
	int64_t at_ms;
};

static struct json_object *document_of(const struct app *app, const char *full_id)
{
	for (size_t i = 0; i < json_length(app->documents); i++) {
		struct json_object *document = json_at(app->documents, i);
		if (strcmp(json_text_or(document, "_id", ""), full_id) == 0)
			return document;
	}
	return NULL;
}

/* ---- what a save looks up ---- */

static bool view_one(void *context, const char *full_id, struct json_object **body_out, struct error *error)
{
	(void)error;
	*body_out = document_of(context, full_id);
	return true;
}

static bool view_some(void *context, enum document_type type, const char *key, const char *value,
		      struct json_object **bodies_out, struct error *error)
{
	const struct app *app = context;

	(void)error;
	*bodies_out = json_new_array();
	for (size_t i = 0; i < json_length(app->documents); i++) {
		struct json_object *document = json_at(app->documents, i);
		const char *text = json_text_or(document_data(document), key, NULL);
		if (document_type_of(json_text_or(document, "_id", ""), NULL) == type && text &&
		    strcmp(text, value) == 0)
			json_append(*bodies_out, json_share(document));
	}
	return true;
}

static void new_uuid(void *context, char uuid_out[37])
{
	(void)context;
	random_uuid(uuid_out);
}

/* ---- writing ---- */

static bool write_all(struct app *app, struct json_object *bodies, struct error *error)
{
	struct stage_couch couch = stage_couch_open(app->play->stage);
	bool ok = true;

	for (size_t i = 0; ok && i < json_length(bodies); i++) {
		struct json_object *body = json_at(bodies, i);
		const char *full_id = json_text_or(body, "_id", "");
		struct json_object *stored = document_of(app, full_id);
		struct couch_written written = {0};
		json_remove(body, "_rev");
		json_put_text(body, "_rev", json_text_or(stored, "_rev", NULL));
		ok = couch_documents_write(couch.client, &body, 1, &written, error);
		if (ok && written.kind != ERROR_NONE)
			ok = error_set(error, written.kind, "%s: %s", full_id, written.text);
	}
	stage_couch_close(&couch);
	return ok;
}

static bool refresh(struct app *app, struct error *error)
{
	json_release(take(app->documents));
	return stage_documents(app->play->stage, &app->documents, error);
}

/* What the app refuses it does not write; that was so in the recording, too. */
static bool save(struct app *app, const struct save_request *request, struct error *error)
{
	struct inventory_view view = {app, view_one, view_some};
	struct inventory_source source = {.context = app, .now_ms = app->at_ms, .uuid = new_uuid};
	struct save_result result = {0};
	scoped(json_object) bodies = NULL;
	struct error refusal = {0};
	bool saved = save_all(request, &view, &source, &bodies, &result, &refusal);

	save_result_done(&result);
	if (saved)
		return write_all(app, bodies, error) && refresh(app, error);
	if (refusal.kind != ERROR_REFUSED)
		*error = refusal;
	return refusal.kind == ERROR_REFUSED;
}

/* ---- operations ---- */

static bool is_undefined(struct json_object *value)
{
	return json_bool_or(value, "$undefined", false);
}

static bool save_datum(struct app *app, struct json_object *json, struct error *error)
{
	const char *id = json_text_or(json, "__id", NULL);
	scoped_text full_id = own_format("%s-%s", json_text_or(json, "__type", ""), id ? id : "new");
	scoped(datum) given = datum_new(document_type_of(full_id, NULL), id);
	struct save_request request = {.given = given, .ignore_conflict = true};

	given->deleted = json_bool_or(json, "__deleted", false);
	json_each (members(json), key, value) {
		if (strncmp(key, "__", 2) == 0)
			continue;
		if (is_undefined(value))
			datum_unset(given, key);
		else
			datum_put(given, key, json_share(value));
	}
	return save(app, &request, error);
}

/* A document as another device left it, whatever the app thinks of it. */
static bool put_raw(struct app *app, struct json_object *raw, struct error *error)
{
	scoped(json_object) bodies = json_new_array();

	json_append(bodies, json_share(raw));
	return write_all(app, bodies, error);
}

/* The newest batch of this hand is undone, entry by entry. */
static bool restore_batch(struct app *app, const char *by, struct error *error)
{
	const struct save_history history = {.created_by = RESTORE_CREATED_BY};
	scoped(json_object) batch = json_new_array();
	int64_t newest = 0;

	for (size_t i = 0; i < json_length(app->documents); i++) {
		struct json_object *document = json_at(app->documents, i);
		if (strcmp(json_text_or(document, "created_by", ""), by) == 0 &&
		    json_int_or(document, "batch", 0) > newest)
			newest = json_int_or(document, "batch", 0);
	}
	for (size_t i = 0; i < json_length(app->documents); i++) {
		struct json_object *document = json_at(app->documents, i);
		if (strcmp(json_text_or(document, "created_by", ""), by) == 0 &&
		    json_int_or(document, "batch", 0) == newest)
			json_append(batch, json_share(document));
	}
	restore_sort(batch);
	for (size_t i = 0; i < json_length(batch); i++) {
		scoped(datum) given = restore_given(json_at(batch, i));
		struct save_request request = {.given = given, .history = &history, .ignore_conflict = true};
		if (given && !save(app, &request, error))
			return false;
	}
	return true;
}

bool play_operation(struct play *play, struct json_object *operation, struct error *error)
{
	scoped(json_object) ours = ids_to_ours(&play->ids, operation);
	struct json_object *datum = json_child(ours, "save", json_type_object);
	struct json_object *raw = json_child(ours, "raw", json_type_object);
	struct app app = {.play = play, .at_ms = json_int_or(operation, "at", stage_now_ms(play->stage))};
	bool ok = refresh(&app, error);

	if (ok && datum)
		ok = save_datum(&app, datum, error);
	else if (ok && raw)
		ok = put_raw(&app, raw, error);
	else if (ok)
		ok = restore_batch(&app, json_text_or(ours, "restoreBatchOf", ""), error);
	json_release(app.documents);
	return ok || error_wrap(error, "an edit in the app");
}
