/* Documents by _id. A revision is "<number>-*". */
#include "tests/fakes/database.h"

#include "base/md5.h"
#include "base/own.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void database_init(struct database *database)
{
	database->documents = json_new_object();
}

void database_done(struct database *database)
{
	json_release(database->documents);
	database->documents = NULL;
}

static bool is_deleted(struct json_object *body)
{
	return json_bool_or(body, "_deleted", false);
}

static struct json_object *stored(const struct database *database, const char *id)
{
	return json_child(database->documents, id, json_type_object);
}

struct json_object *database_get(const struct database *database, const char *id)
{
	struct json_object *body = stored(database, id);

	return body && !is_deleted(body) ? body : NULL;
}

/* ---- attachments ---- */

/* {content_type, data} becomes what the database lists of it. */
static struct json_object *stub_of(struct json_object *attachment, int generation)
{
	const char *data = json_text_or(attachment, "data", NULL);
	struct json_object *stub = json_new_object();
	size_t limit = data ? strlen(data) : 0, length = 0;
	unsigned char *bytes = own_alloc(limit + 1);
	char digest[MD5_TEXT_SIZE];

	if (data)
		(void)sodium_base642bin(bytes, limit + 1, data, limit, NULL, &length, NULL,
					sodium_base64_VARIANT_ORIGINAL);
	md5_text(bytes, length, digest);
	free(bytes);
	json_put_text(stub, "content_type", json_text_or(attachment, "content_type", NULL));
	json_put(stub, "revpos", json_new_int(generation));
	json_put_text(stub, "digest", digest);
	json_put(stub, "length", json_new_int((int64_t)length));
	json_put(stub, "stub", json_new_bool(true));
	return stub;
}

static void list_attachments(struct json_object *body, int generation)
{
	struct json_object *attachments = json_child(body, "_attachments", json_type_object);
	scoped(json_object) stubs = json_new_object();

	if (!attachments)
		return;
	json_each (attachments, name, attachment) {
		bool known = json_bool_or(attachment, "stub", false);
		json_put(stubs, name, known ? json_copy(attachment) : stub_of(attachment, generation));
	}
	json_put(body, "_attachments", json_share(stubs));
}

/* ---- writing ---- */

static int generation_of(struct json_object *body)
{
	return (int)strtol(json_text_or(body, "_rev", "0"), NULL, 10);
}

bool database_put(struct database *database, struct json_object *body)
{
	const char *id = json_text_or(body, "_id", ""), *rev = json_text_or(body, "_rev", NULL);
	struct json_object *old = stored(database, id);
	bool there = old && !is_deleted(old);
	char next[32];

	if (!json_is(body, json_type_object) || !*id || (there && !rev))
		return false;
	if (rev ? strcmp(rev, json_text_or(old, "_rev", "")) != 0 : old && is_deleted(body))
		return false;
	int generation = generation_of(old) + 1;
	struct json_object *copy = json_copy(body);
	snprintf(next, sizeof next, "%d-*", generation);
	json_put_text(copy, "_rev", next);
	list_attachments(copy, generation);
	json_put(database->documents, id, copy);
	return true;
}

/* ---- lists ---- */

static int compare_ids(const void *left, const void *right)
{
	struct json_object *const *a = left, *const *b = right;

	return strcmp(json_text_or(*a, "_id", ""), json_text_or(*b, "_id", ""));
}

struct json_object *database_all(const struct database *database)
{
	struct json_object *all = json_new_array();

	json_each (database->documents, id, body) {
		if (database_get(database, id))
			json_append(all, json_share(body));
	}
	json_sort(all, compare_ids);
	return all;
}

static bool view_database_get(void *context, const char *id, struct json_object **body_out,
			      struct error *error)
{
	(void)error;
	*body_out = database_get(context, id);
	return true;
}

static bool view_database_find(void *context, enum document_type type, const char *key, const char *value,
			       struct json_object **bodies_out, struct error *error)
{
	scoped(json_object) all = database_all(context);
	struct json_object *found = json_new_array();

	(void)error;
	for (size_t i = 0; i < json_length(all); i++) {
		struct json_object *body = json_at(all, i);
		const char *theirs = json_text_or(document_data(body), key, NULL);
		if (document_type_of(json_text_or(body, "_id", ""), NULL) == type && theirs &&
		    strcmp(theirs, value) == 0)
			json_append(found, json_share(body));
	}
	*bodies_out = found;
	return true;
}

struct inventory_view database_view(struct database *database)
{
	return (struct inventory_view){database, view_database_get, view_database_find};
}
