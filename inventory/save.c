/* The steps of one save. */
#include "inventory/save.h"

#include "inventory/config.h"
#include "inventory/history.h"
#include "inventory/schema_check.h"
#include "inventory/validate.h"

#include <stdlib.h>
#include <string.h>

/* What one save goes by. */
struct saving {
	const struct save_request *request;
	const struct inventory_view *view;
	const struct inventory_source *source;
	struct datum *config;       /* owned */
	struct json_object *stored; /* owned; NULL: a new document */
	struct datum *before;       /* owned; of what is stored; without keys when nothing is */
	struct save_result *result;
};

static void saving_done(struct saving *saving)
{
	datum_close(&saving->config);
	datum_close(&saving->before);
	json_release(saving->stored);
}

void save_result_done(struct save_result *result)
{
	json_release(result->history);
	json_release(result->body);
	datum_close(&result->datum);
	refusal_done(&result->refusal);
	*result = (struct save_result){0};
}

/* ---- reading ---- */

static bool read_stored(struct saving *saving, struct error *error)
{
	const struct datum *given = saving->request->given;
	struct json_object *body = NULL;

	if (given->id && !view_get(saving->view, given->type, given->id, &body, error))
		return false;
	saving->stored = json_share(body);
	saving->before = body ? datum_of_document(body) : datum_new(given->type, given->id);
	return true;
}

static const char *revision(const struct saving *saving)
{
	const struct datum *given = saving->request->given;

	if (saving->request->ignore_conflict || (!given->rev && !given->deleted))
		return saving->before->rev;
	return given->rev;
}

/* ---- history ---- */

static struct json_object *history_of(const struct saving *saving, struct json_object *original,
				      struct json_object *new)
{
	const struct save_history *asked = saving->request->history;
	const struct inventory_source *source = saving->source;
	const struct history_entry entry = {
		.data_type = saving->result->datum->type,
		.data_id = saving->result->datum->id,
		.created_by = asked->created_by,
		.batch = asked->batch,
		.event_name = asked->event_name,
		.timestamp_ms = source->now_ms,
		.original_data = original,
		.new_data = new,
	};

	return source->four_digits ? history_document_ending(&entry, source->four_digits(source->context))
				   : history_document(&entry, 0);
}

static void add_history(struct saving *saving)
{
	scoped(json_object) original = NULL;
	scoped(json_object) new = NULL;
	struct datum *after = saving->result->datum;

	if (!saving->request->history)
		return;
	if (after->deleted)
		history_of_delete(after, &original, &new);
	else if (saving->stored)
		history_of_update(saving->before, after, &original, &new);
	else
		history_of_create(after, &original, &new);
	saving->result->history = history_of(saving, original, new);
}

/* ---- deleting ---- */

static bool delete_document(struct saving *saving, struct error *error)
{
	const struct save_request *request = saving->request;
	struct save_result *result = saving->result;
	scoped_text full_id = NULL;

	if (!request->given->id)
		return error_set(error, ERROR_REFUSED, "There is no id of what is to be deleted.");
	result->datum = datum_copy(saving->before);
	datum_merge(result->datum, request->given);
	result->datum->deleted = true;
	if (!request->skip_checks &&
	    (!validate_delete(result->datum, saving->config, saving->view, &result->refusal, error) ||
	     !refusal_passes(&result->refusal, error)))
		return false;
	full_id = document_full_id(request->given->type, request->given->id);
	add_history(saving);
	result->body = json_new_object();
	json_put_text(result->body, "_id", full_id);
	json_put_text(result->body, "_rev", revision(saving));
	json_put(result->body, "_deleted", json_new_bool(true));
	return true;
}

/* ---- saving ---- */

static bool compute(struct saving *saving, struct error *error)
{
	const struct save_request *request = saving->request;
	struct datum *datum = datum_copy(saving->before);
	char uuid[37];

	saving->result->datum = datum;
	datum_merge(datum, request->given);
	if (!datum->created_at)
		datum->created_at = json_new_int(saving->source->now_ms);
	if (!request->skip_callbacks && !derive(datum, saving->config, saving->view, saving->source, error))
		return false;
	if (!datum->id) {
		saving->source->uuid(saving->source->context, uuid);
		datum->id = own_copy(uuid);
	}
	return true;
}

static bool check(struct saving *saving, struct error *error)
{
	struct save_result *result = saving->result;

	if (saving->request->skip_checks)
		return true;
	schema_check(result->datum, &result->refusal);
	if (!refusal_passes(&result->refusal, error))
		return false;
	return validate(result->datum, saving->config, saving->view, &result->refusal, error) &&
	       refusal_passes(&result->refusal, error);
}

/* What is stored, and what is given over it; NULL: none. The caller frees. */
static struct json_object *attachments_of(const struct saving *saving)
{
	struct json_object *stored = json_child(saving->stored, "_attachments", json_type_object);
	struct json_object *given = saving->request->attachments;

	if (!given)
		return json_copy(stored);
	struct json_object *all = stored ? json_copy(stored) : json_new_object();
	json_each (given, name, attachment) {
		json_put(all, name, json_copy(attachment));
	}
	return all;
}

static bool check_pictures(const struct saving *saving, struct json_object *attachments, struct error *error)
{
	static const char *const names[] = {"thumbnail-128", "image-1440"};

	if (saving->result->datum->type != DOCUMENT_IMAGE || saving->request->skip_checks)
		return true;
	for (size_t i = 0; i < countof(names); i++) {
		struct json_object *attachment = json_child(attachments, names[i], json_type_object);
		const char *type = json_text_or(attachment, "content_type", "");
		if (!attachment)
			return error_set(error, ERROR_REFUSED, "The picture lacks its attachment %s.",
					 names[i]);
		if (strcmp(type, "image/jpeg") != 0 && strcmp(type, "image/png") != 0)
			return error_set(error, ERROR_REFUSED,
					 "The picture's attachment %s is \"%s\", it must be a JPEG or a PNG.",
					 names[i], type);
	}
	return true;
}

/* Whether any key but this one differs; that one's own difference is no matter. */
static bool differs_beside(const struct datum *a, const struct datum *b, const char *but)
{
	for (size_t i = 0; i < a->count + b->count; i++) {
		const char *key = i < a->count ? a->keys[i].key : b->keys[i - a->count].key;
		if (strcmp(key, but) != 0 && !datum_same(a, b, key))
			return true;
	}
	return false;
}

static bool same_time(struct json_object *a, struct json_object *b)
{
	return a == b || (a && b && json_equal(a, b));
}

/* Earlier versions of the app kept the reference twice; what is written has it once. */
#define FORMER_REFERENCE "_individual_asset_reference"

static void put_body(struct saving *saving, struct json_object *attachments)
{
	struct datum *datum = saving->result->datum;
	struct json_object *body =
		saving->stored ? json_copy(saving->stored) : document_new(datum->type, datum->id);

	if (attachments)
		json_put(body, "_attachments", json_share(attachments));
	json_put_text(body, "_rev", revision(saving));
	json_put_text(body, "type", document_type_name(datum->type));
	json_put(body, "data", datum_data(datum));
	json_remove(document_data(body), FORMER_REFERENCE);
	document_order_data(datum->type, body);
	json_put(body, "created_at", json_share(datum->created_at));
	json_put(body, "updated_at", json_share(datum->updated_at));
	saving->result->body = body;
}

/* What differs from what is stored is written; app links alone do not touch it. */
static void write(struct saving *saving, struct json_object *attachments)
{
	const struct save_request *request = saving->request;
	struct datum *before = saving->before, *after = saving->result->datum;
	bool marks = !datum_same(before, after, "integrations");
	bool data = differs_beside(before, after, "integrations");
	bool times = !same_time(before->created_at, after->created_at) ||
		     !same_time(before->updated_at, after->updated_at);
	bool touched = !saving->stored || data || times || request->attachments || request->force_touch;

	if (!touched && !marks)
		return;
	if ((touched && !request->no_touch) || !after->updated_at) {
		json_release(after->updated_at);
		after->updated_at = json_new_int(saving->source->now_ms);
	}
	if (!saving->stored || data)
		add_history(saving);
	put_body(saving, attachments);
}

static bool save_steps(struct saving *saving, struct error *error)
{
	scoped(json_object) attachments = NULL;

	if (!config_read(saving->view, &saving->config, error) || !read_stored(saving, error))
		return false;
	if (saving->request->given->deleted)
		return delete_document(saving, error);
	if (!compute(saving, error) || !check(saving, error))
		return false;
	attachments = attachments_of(saving);
	if (!check_pictures(saving, attachments, error))
		return false;
	write(saving, attachments);
	return true;
}

bool save_document(const struct save_request *request, const struct inventory_view *view,
		   const struct inventory_source *source, struct save_result *result_out, struct error *error)
{
	struct saving saving = {.request = request, .view = view, .source = source, .result = result_out};

	*result_out = (struct save_result){.alone = request->skip_callbacks};
	if (!*document_type_name(request->given->type) || request->given->type == DOCUMENT_HISTORY)
		return error_set(error, ERROR_REFUSED, "This kind of document is not saved.");
	bool saved = save_steps(&saving, error);
	saving_done(&saving);
	return saved;
}
