#include "bridge/review/revert_writes.h"

#include "base/clock.h"
#include "couch/documents.h"

#include <stdlib.h>
#include <string.h>

#define CASCADE_DEPTH 4 /* item, link, picture, and one to spare */
#define CASCADE_TRIES 3

static void new_uuid(void *context, char uuid_out[37])
{
	(void)context;
	random_uuid(uuid_out);
}

struct inventory_source revert_source_now(void)
{
	return (struct inventory_source){.now_ms = clock_now_ms(), .uuid = new_uuid};
}

bool revert_write_bodies(const struct revert_writes *writes, struct json_object **bodies, size_t count,
			 struct couch_written *written, struct error *error)
{
	if (writes->dry_run || count == 0) {
		memset(written, 0, count * sizeof *written);
		return true;
	}
	if (!couch_documents_write(writes->couch, bodies, count, written, error))
		return error_wrap(error, "undoing was interrupted, do it again to go on");
	for (size_t i = 0; i < count; i++)
		if (written[i].kind == ERROR_RETRY)
			return error_set(error, ERROR_RETRY,
					 "undoing was interrupted, do it again to go on: %s",
					 written[i].text);
	return true;
}

static bool gather_cascade(const struct revert_writes *writes, const struct save_result *result,
			   struct json_object *cascade, int depth, struct error *error);

/* What cannot be saved in the wake is left as it is. */
static bool gather_next(const struct revert_writes *writes, const struct datum *given,
			struct json_object *cascade, int depth, struct error *error)
{
	const struct inventory_view view = whole_inventory_view(writes->inventory);
	const struct inventory_source source = revert_source_now();
	const struct save_request request = {.given = given, .ignore_conflict = true};
	struct save_result result;
	struct error cause = {0};
	bool good = true;

	if (!save_document(&request, &view, &source, &result, &cause)) {
		good = cause.kind == ERROR_REFUSED;
		if (!good)
			*error = cause;
	} else if (result.body) {
		whole_inventory_put(writes->inventory, result.body);
		json_put(cascade, json_text_or(result.body, "_id", ""), json_share(result.body));
		good = depth == CASCADE_DEPTH || gather_cascade(writes, &result, cascade, depth + 1, error);
	}
	save_result_done(&result);
	return good;
}

static bool gather_cascade(const struct revert_writes *writes, const struct save_result *result,
			   struct json_object *cascade, int depth, struct error *error)
{
	const struct inventory_view view = whole_inventory_view(writes->inventory);
	struct save_cascade next;
	bool good = save_cascade(result, &view, &next, error);

	for (size_t i = 0; good && i < next.count; i++)
		good = gather_next(writes, next.next[i].given, cascade, depth, error);
	save_cascade_done(&next);
	return good;
}

/* One that was changed meanwhile is saved once more, on what it is now. */
static bool save_again(const struct revert_writes *writes, struct json_object *body,
		       struct json_object *cascade, struct error *error)
{
	const char *id = NULL, *full_id = json_text_or(body, "_id", "");
	scoped(datum) given = datum_new(document_type_of(full_id, &id), NULL);

	given->id = own_copy(id);
	given->deleted = json_bool_or(body, "_deleted", false);
	if (!whole_inventory_read(writes->inventory, &full_id, 1, error))
		return false;
	return !whole_inventory_body(writes->inventory, full_id) ||
	       gather_next(writes, given, cascade, CASCADE_DEPTH, error);
}

static bool write_cascade(const struct revert_writes *writes, struct json_object *cascade, int tries,
			  struct error *error)
{
	size_t count = (size_t)json_key_count(cascade), at = 0;
	struct json_object **bodies = own_alloc((count + 1) * sizeof *bodies);
	struct couch_written *written = own_alloc((count + 1) * sizeof *written);
	scoped(json_object) again = json_new_object();

	json_each (cascade, full_id, body) {
		(void)full_id;
		bodies[at++] = body;
	}
	bool good = revert_write_bodies(writes, bodies, count, written, error);
	for (size_t i = 0; good && i < count; i++) {
		if (written[i].kind == ERROR_NONE && !writes->dry_run)
			json_put_text(bodies[i], "_rev", written[i].rev);
		else if (written[i].kind == ERROR_CONFLICT)
			good = save_again(writes, bodies[i], again, error);
	}
	free(bodies);
	free(written);
	if (!good || tries == 0 || json_key_count(again) == 0)
		return good;
	return write_cascade(writes, again, tries - 1, error);
}

bool revert_gather_cascade(const struct revert_writes *writes, const struct save_result *result,
			   struct json_object *cascade, struct error *error)
{
	return gather_cascade(writes, result, cascade, 0, error);
}

bool revert_write_cascade(const struct revert_writes *writes, struct json_object *cascade,
			  struct error *error)
{
	return json_key_count(cascade) == 0 || write_cascade(writes, cascade, CASCADE_TRIES, error);
}
