/* Documents by their revisions. What is too large is asked for in halves, as in documents.c. */
#include "couch/revisions.h"
#include "couch/wire.h"
#include <assert.h>
#include <string.h>

/* By id and rev, not by order: some servers merge what is asked of one document, and one that was asked for twice
 * comes once. */
static void read_found(struct json_object *doc, const struct json_flaws *flaws, const char *path,
		       const struct couch_revision *wanted, size_t count, struct couch_document *list)
{
	const char *id = json_text_or(doc, "_id", ""), *rev = json_text_or(doc, "_rev", "");
	bool used = false;

	for (size_t i = 0; i < count; i++) {
		if (!list[i].missing || strcmp(wanted[i].id, id) != 0 || strcmp(wanted[i].rev, rev) != 0)
			continue;
		scoped(json_object) mine = used ? json_copy(doc) : json_share(doc);
		used = couch_document_fill(&list[i], mine, flaws, path);
	}
}

static bool read_bulk_get(struct json_object *answer, const struct json_flaws *flaws,
			  const struct couch_revision *wanted, size_t count, struct couch_document *list,
			  struct error *error)
{
	struct json_object *results = couch_answer_rows(answer, "results", "_bulk_get", error);

	if (!results)
		return false;
	for (size_t i = 0; i < json_length(results); i++) {
		struct json_object *docs = json_child(json_at(results, i), "docs", json_type_array);
		for (size_t j = 0; docs && j < json_length(docs); j++) {
			struct json_object *found = json_child(json_at(docs, j), "ok", json_type_object);
			scoped_text path = own_format("/results/%zu/docs/%zu/ok", i, j);
			if (found) /* else missing, which each server says in its own words */
				read_found(found, flaws, path, wanted, count, list);
		}
	}
	return true;
}

static bool ask_for_revisions(struct couch_client *couch, const struct couch_revision *wanted, size_t count,
			      bool with_ancestors, struct couch_document *list, struct error *error)
{
	scoped(json_object) body = json_new_object();
	scoped(json_object) answer = NULL;
	struct json_object *docs = json_new_array_sized(count);
	struct json_flaws flaws = {0};
	struct couch_ask ask = {
		.method = "POST",
		.path = with_ancestors ? "_bulk_get?revs=true" : "_bulk_get",
		.body = body,
		.read = true,
		.ceiling = COUCH_ANSWER_CEILING,
		.documents = count,
	};

	for (size_t i = 0; i < count; i++) {
		struct json_object *one = json_new_object();
		json_put_text(one, "id", wanted[i].id);
		json_put_text(one, "rev", wanted[i].rev);
		json_append(docs, one);
	}
	json_put(body, "docs", docs);
	if (!couch_ask_patiently(couch, &ask, &answer, &flaws, NULL, error))
		return false;
	bool good = read_bulk_get(answer, &flaws, wanted, count, list, error);
	json_flaws_done(&flaws);
	return good;
}

static void expect_revisions(const struct couch_revision *wanted, size_t count, struct couch_document *list)
{
	couch_documents_forget(list, count);
	for (size_t i = 0; i < count; i++) {
		assert(wanted[i].id && wanted[i].rev);
		list[i].id = own_copy(wanted[i].id);
		list[i].missing = true;
	}
}

static bool read_revisions(struct couch_client *couch, const struct couch_revision *wanted, size_t count,
			   bool with_ancestors, struct couch_document *list, struct error *error)
{
	struct error failure = {0};

	expect_revisions(wanted, count, list);
	if (ask_for_revisions(couch, wanted, count, with_ancestors, list, &failure))
		return true;
	expect_revisions(wanted, count, list);
	if (couch_is_too_much(&failure) && count > 1)
		return read_revisions(couch, wanted, count / 2, with_ancestors, list, error) &&
		       read_revisions(couch, wanted + count / 2, count - count / 2, with_ancestors,
				      list + count / 2, error);
	if (couch_is_too_much(&failure)) {
		list->missing = false;
		list->rev = own_copy(wanted->rev);
		list->flaw = own_copy(failure.text);
		return true;
	}
	if (error)
		*error = failure;
	return false;
}

bool couch_revisions_read(struct couch_client *couch, const struct couch_revision *wanted, size_t count,
			  bool with_ancestors, struct couch_documents *documents_out, struct error *error)
{
	struct couch_documents documents = {.count = count,
					    .list = own_alloc((count + 1) * sizeof(struct couch_document))};

	for (size_t at = 0, part; at < count; at += part) {
		part = count - at < COUCH_BULK_LIMIT ? count - at : COUCH_BULK_LIMIT;
		if (!read_revisions(couch, wanted + at, part, with_ancestors, documents.list + at, error)) {
			couch_documents_done(&documents);
			return error_wrap(error, "reading %zu %s", count,
					  count == 1 ? "revision" : "revisions");
		}
	}
	*documents_out = documents;
	return true;
}

bool couch_revisions_unknown(struct couch_client *couch, struct json_object *wanted,
			     struct json_object **unknown_out, struct error *error)
{
	struct couch_ask ask = {.method = "POST", .path = "_revs_diff", .body = wanted, .read = true};

	return couch_ask_patiently(couch, &ask, unknown_out, NULL, NULL, error);
}
