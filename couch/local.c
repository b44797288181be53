#include "couch/local.h"
#include "couch/documents.h"
#include "couch/wire.h"

enum { LOCAL_TRIES = 2 };

static bool database_is_there(struct couch_client *couch, struct error *error)
{
	struct couch_ask ask = {.path = "", .read = true};
	scoped(json_object) answer = NULL;

	return couch_ask_patiently(couch, &ask, &answer, NULL, NULL, error);
}

bool couch_local_read(struct couch_client *couch, const char *name, struct json_object **body_out,
		      struct error *error)
{
	scoped_text id = own_format("_local/%s", name);
	struct json_object *body = NULL;
	struct error failure = {0};

	if (!couch_document_read(couch, id, &body, &failure)) {
		/* A missing database answers 404 as well, and is something else (couchdb-rules 9). */
		bool absent = failure.kind == ERROR_LOST && database_is_there(couch, &failure);
		if (!absent && error)
			*error = failure;
		if (!absent)
			return false;
	}
	*body_out = body;
	return true;
}

static struct json_object *without_marks(struct json_object *body)
{
	static const char *const marks[] = {"_id", "_rev", "_revisions"};
	struct json_object *copy = json_copy(body);

	for (size_t i = 0; i < countof(marks); i++)
		json_remove(copy, marks[i]);
	return copy;
}

/* PUT of a _local document is conditional on some servers and unconditional on others: never a lock of its own. */
bool couch_local_write_over(struct couch_client *couch, const char *name, struct json_object *body,
			    couch_local_judge *judge, void *context, struct error *error)
{
	scoped_text id = own_format("_local/%s", name);
	scoped(json_object) wanted = without_marks(body);
	struct error failure = {0};

	for (int attempt = 0; attempt < LOCAL_TRIES; attempt++) {
		scoped(json_object) present = NULL;
		if (!couch_local_read(couch, name, &present, error))
			return false;
		scoped(json_object) kept = present ? without_marks(present) : NULL;
		if (kept && json_equal(kept, wanted))
			return true;
		if (judge && !judge(context, present, error))
			return false;
		scoped(json_object) next = json_copy(wanted);
		json_put_text(next, "_id", id);
		json_put_text(next, "_rev", json_text_or(present, "_rev", NULL));
		if (couch_document_write(couch, id, next, NULL, &failure))
			return true;
		if (failure.kind != ERROR_CONFLICT)
			break;
	}
	if (error)
		*error = failure;
	return false;
}

bool couch_local_write(struct couch_client *couch, const char *name, struct json_object *body,
		       struct error *error)
{
	return couch_local_write_over(couch, name, body, NULL, NULL, error);
}
