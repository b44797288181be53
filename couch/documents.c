/* Documents, in bulk wherever there may be many.
 *
 * A request for many documents that the server or we find too large is asked again in halves, down to one document: so
 * one that cannot be read (larger than COUCH_ANSWER_CEILING, nested too deep) or will not be taken stops nobody else.
 * Writes are halved only after a refusal. Measured on CouchDB 3.5 with two shards: 400 and 413 come before anything is
 * written, but a 412 (missing_stub) may leave the other shard's documents written. Their revisions guard them: the
 * second time they are conflicts. */
#include "couch/documents.h"
#include "couch/wire.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { WALK_PAGE = 500, LOCAL_TRIES = 2 };

/* ---- a document as read ---- */

void couch_document_done(struct couch_document *document)
{
	own_free_text(&document->id);
	own_free_text(&document->rev);
	own_free_text(&document->flaw);
	json_object_put(document->body);
	json_object_put(document->conflicts);
	*document = (struct couch_document){0};
}

void couch_documents_done(struct couch_documents *documents)
{
	for (size_t i = 0; i < documents->count; i++)
		couch_document_done(&documents->list[i]);
	free(documents->list);
	*documents = (struct couch_documents){0};
}

/* Tombstones often carry nothing else (couchdb-rules 23). */
static bool is_bare_tombstone(struct json_object *doc)
{
	return json_bool_or(doc, "_deleted", false) && json_object_object_length(doc) == 3;
}

/* "data.serial: the number 1e999 is out of range": the path without its way to the document. */
static char *flaw_words(const struct json_flaw *flaw, const char *path)
{
	size_t length = strlen(path);
	const char *below = flaw->path && strncmp(flaw->path, path, length) == 0 ? flaw->path + length : "";

	if (*below == '/')
		below++;
	scoped_text place = own_copy(below);
	for (char *at = place; *at; at++)
		if (*at == '/')
			*at = '.';
	return *place ? own_format("%s: %s", place, flaw->what) : own_copy(flaw->what);
}

bool couch_document_fill(struct couch_document *document, struct json_object *doc,
			 const struct json_flaws *flaws, const char *path)
{
	const char *id = json_text_or(doc, "_id", NULL), *rev = json_text_or(doc, "_rev", NULL);
	const struct json_flaw *flaw = json_flaws_below(flaws, path);

	if (!id || !rev)
		return false;
	couch_document_done(document);
	document->id = own_copy(id);
	document->rev = own_copy(rev);
	document->deleted = json_bool_or(doc, "_deleted", false);
	/* What the server adds to show us the losers is no part of the document, and must not be written back. */
	document->conflicts = json_object_get(json_child(doc, "_conflicts", json_type_array));
	json_object_object_del(doc, "_conflicts");
	if (!is_bare_tombstone(doc))
		document->body = json_object_get(doc);
	if (flaw)
		document->flaw = flaw_words(flaw, path);
	return true;
}

/* ---- by ids ---- */

static struct json_object *array_of(const char *const *words, size_t count)
{
	struct json_object *array = json_object_new_array_ext((int)count);

	for (size_t i = 0; i < count; i++)
		json_object_array_add(array, json_object_new_string(words[i]));
	return array;
}

/* A row of _all_docs. A tombstone comes without its body there. */
static bool read_row(struct json_object *row, const struct json_flaws *flaws, size_t index,
		     struct couch_document *document_out, struct error *error)
{
	struct json_object *value = json_child(row, "value", json_type_object);
	struct json_object *doc = json_child(row, "doc", json_type_object);
	const char *id = json_text_or(row, "id", json_text_or(row, "key", NULL));
	const char *rev = json_text_or(value, "rev", NULL), *word = json_text_or(row, "error", NULL);
	scoped_text path = own_format("/rows/%zu/doc", index);

	if (!id)
		return error_set(error, ERROR_RETRY, "row %zu of _all_docs has no id", index);
	if (doc && couch_document_fill(document_out, doc, flaws, path))
		return true;
	if (!rev && (!word || strcmp(word, "not_found") != 0))
		return error_set(error, ERROR_RETRY, "_all_docs: '%s' has no rev (%s)", id,
				 word ? word : "no error either");
	document_out->id = own_copy(id);
	document_out->rev = own_copy(rev);
	document_out->missing = !rev;
	document_out->deleted = json_bool_or(value, "deleted", false);
	return true;
}

static struct json_object *rows_of(struct json_object *answer, const char *key, const char *where,
				   struct error *error)
{
	struct json_object *rows = NULL;

	if (json_get_array(answer, key, &rows, where, error))
		return rows;
	if (error)
		error->kind = ERROR_RETRY; /* the server's fault, not the documents' */
	return NULL;
}

static bool read_rows(struct json_object *answer, const struct json_flaws *flaws, const char *const *ids,
		      size_t count, struct couch_document *list, struct error *error)
{
	struct json_object *rows = rows_of(answer, "rows", "_all_docs", error);

	if (!rows)
		return false;
	if (json_object_array_length(rows) != count)
		return error_set(error, ERROR_RETRY, "_all_docs gave %zu rows for %zu ids",
				 json_object_array_length(rows), count);
	for (size_t i = 0; i < count; i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);
		const char *key = json_text_or(row, "key", "");
		if (strcmp(key, ids[i]) != 0)
			return error_set(error, ERROR_RETRY, "_all_docs gave '%s' where '%s' was asked for",
					 key, ids[i]);
		if (!read_row(row, flaws, i, &list[i], error))
			return false;
		bool bodiless = !list[i].body && !list[i].deleted && !list[i].missing;
		if (bodiless && json_object_object_get_ex(row, "doc", NULL))
			return error_set(error, ERROR_RETRY, "'%s' changed while it was read", ids[i]);
	}
	return true;
}

static bool ask_for_ids(struct couch_client *couch, const char *const *ids, size_t count, bool bodies,
			struct couch_document *list, struct error *error)
{
	scoped(json_object) body = json_object_new_object();
	scoped(json_object) answer = NULL;
	struct json_flaws flaws = {0};
	struct couch_ask ask = {
		.method = "POST",
		.path = bodies ? "_all_docs?include_docs=true&conflicts=true" : "_all_docs",
		.body = body,
		.read = true,
		.ceiling = COUCH_ANSWER_CEILING,
		.documents = count,
	};

	json_put(body, "keys", array_of(ids, count));
	if (!couch_ask_patiently(couch, &ask, &answer, &flaws, NULL, error))
		return false;
	bool good = read_rows(answer, &flaws, ids, count, list, error);
	json_flaws_done(&flaws);
	return good;
}

static void forget(struct couch_document *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		couch_document_done(&list[i]);
}

static bool read_ids(struct couch_client *couch, const char *const *ids, size_t count,
		     struct couch_document *list, struct error *error)
{
	struct error failure = {0};

	if (ask_for_ids(couch, ids, count, true, list, &failure))
		return true;
	forget(list, count);
	if (!couch_is_too_much(&failure)) {
		if (error)
			*error = failure;
		return false;
	}
	if (count > 1)
		return read_ids(couch, ids, count / 2, list, error) &&
		       read_ids(couch, ids + count / 2, count - count / 2, list + count / 2, error);
	if (!ask_for_ids(couch, ids, 1, false, list, error))
		return false;
	if (!list->missing && !list->deleted)
		list->flaw = own_copy(failure.text);
	return true;
}

bool couch_documents_read(struct couch_client *couch, const char *const *ids, size_t count,
			  struct couch_documents *documents_out, struct error *error)
{
	struct couch_documents documents = {.count = count,
					    .list = own_alloc((count + 1) * sizeof(struct couch_document))};

	for (size_t at = 0, part; at < count; at += part) {
		part = count - at < COUCH_BULK_LIMIT ? count - at : COUCH_BULK_LIMIT;
		if (!read_ids(couch, ids + at, part, documents.list + at, error)) {
			couch_documents_done(&documents);
			return error_wrap(error, "reading %zu documents", count);
		}
	}
	*documents_out = documents;
	return true;
}

/* ---- by range ---- */

struct walk {
	struct couch_client *couch;
	char *start; /* owned; JSON text of the first id to come */
	char *end;   /* owned; JSON text of the last id */
	size_t page, most;
	bool ids_only;
	couch_visit *visit;
	void *context;
};

static char *json_text_of(const char *words)
{
	scoped(json_object) text = json_object_new_string(words);

	return json_write(text);
}

/* The smallest key above an id: itself and a NUL. So no document is asked for twice. */
static void go_behind(struct walk *walk, const char *id)
{
	scoped_text text = json_text_of(id);

	free(walk->start);
	walk->start = own_format("%.*s\\u0000\"", (int)strlen(text) - 1, text);
}

static bool fetch_page(const struct walk *walk, bool bodies, struct json_object **answer_out,
		       struct json_flaws *flaws, struct error *error)
{
	struct text path = {0};

	text_format(&path, "_all_docs?limit=%zu%s&startkey=", walk->page,
		    bodies ? "&include_docs=true&conflicts=true" : "");
	text_add_url(&path, walk->start);
	text_add(&path, "&endkey=");
	text_add_url(&path, walk->end);
	scoped_text words = text_take(&path);
	struct couch_ask ask = {
		.path = words, .read = true, .ceiling = COUCH_ANSWER_CEILING, .documents = walk->page};
	return couch_ask_patiently(walk->couch, &ask, answer_out, flaws, NULL, error);
}

/* 'unreadable' says why bodies are missing, or is NULL. */
static bool visit_page(struct walk *walk, struct json_object *answer, const struct json_flaws *flaws,
		       const char *unreadable, size_t *count_out, struct error *error)
{
	struct json_object *rows = rows_of(answer, "rows", "_all_docs", error);

	if (!rows)
		return false;
	*count_out = json_object_array_length(rows);
	for (size_t i = 0; i < *count_out; i++) {
		struct couch_document document = {0};
		if (!read_row(json_object_array_get_idx(rows, i), flaws, i, &document, error))
			return false;
		if (unreadable)
			document.flaw = own_copy(unreadable);
		go_behind(walk, document.id);
		bool good = walk->visit(walk->context, &document, error);
		couch_document_done(&document);
		if (!good)
			return false;
	}
	return true;
}

static bool walk_page(struct walk *walk, bool *over_out, struct error *error)
{
	scoped(json_object) answer = NULL;
	struct json_flaws flaws = {0};
	struct error failure = {0};
	size_t asked = walk->page, count = 0;

	bool readable = fetch_page(walk, !walk->ids_only, &answer, &flaws, &failure);
	if (!readable && couch_is_too_much(&failure) && asked > 1) {
		walk->page = asked / 2;
		return true;
	}
	if (!readable && !(couch_is_too_much(&failure) && !walk->ids_only)) {
		if (error)
			*error = failure;
		return false;
	}
	if (!readable && !fetch_page(walk, false, &answer, &flaws, error))
		return false;
	bool good = visit_page(walk, answer, &flaws, readable ? NULL : failure.text, &count, error);
	json_flaws_done(&flaws);
	*over_out = count < asked;
	walk->page = asked * 2 < walk->most ? asked * 2 : walk->most;
	return good;
}

bool couch_documents_walk(struct couch_client *couch, const char *first, const char *last, size_t page,
			  bool ids_only, couch_visit *visit, void *context, struct error *error)
{
	struct walk walk = {
		.couch = couch,
		.start = json_text_of(first),
		.end = json_text_of(last),
		.page = page > 0 ? page : WALK_PAGE,
		.most = page > 0 ? page : WALK_PAGE,
		.ids_only = ids_only,
		.visit = visit,
		.context = context,
	};
	bool over = false, good = true;

	while (good && !over)
		good = walk_page(&walk, &over, error);
	free(walk.start);
	free(walk.end);
	return good;
}

/* ---- by revisions ---- */

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
		scoped(json_object) mine = used ? json_copy(doc) : json_object_get(doc);
		used = couch_document_fill(&list[i], mine, flaws, path);
	}
}

static bool read_bulk_get(struct json_object *answer, const struct json_flaws *flaws,
			  const struct couch_revision *wanted, size_t count, struct couch_document *list,
			  struct error *error)
{
	struct json_object *results = rows_of(answer, "results", "_bulk_get", error);

	if (!results)
		return false;
	for (size_t i = 0; i < json_object_array_length(results); i++) {
		struct json_object *docs =
			json_child(json_object_array_get_idx(results, i), "docs", json_type_array);
		for (size_t j = 0; docs && j < json_object_array_length(docs); j++) {
			struct json_object *found =
				json_child(json_object_array_get_idx(docs, j), "ok", json_type_object);
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
	scoped(json_object) body = json_object_new_object();
	scoped(json_object) answer = NULL;
	struct json_object *docs = json_object_new_array_ext((int)count);
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
		struct json_object *one = json_object_new_object();
		json_put_text(one, "id", wanted[i].id);
		json_put_text(one, "rev", wanted[i].rev);
		json_object_array_add(docs, one);
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
	forget(list, count);
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
			return error_wrap(error, "reading %zu revisions", count);
		}
	}
	*documents_out = documents;
	return true;
}

/* ---- writing in bulk ---- */

struct couch_bulk {
	struct couch_client *couch;
	struct json_object **documents; /* owned, with a reference to each */
	size_t count;
	struct http_call *call; /* NULL: too large to be sent at once */
};

static const struct couch_ask bulk_ask = {.method = "POST", .path = "_bulk_docs"};

static void settle(struct couch_written *written, enum error_kind kind, const char *words)
{
	size_t kept = text_utf8_prefix(words, strlen(words), sizeof(written->text) - 1);

	written->kind = kind;
	written->rev[0] = '\0';
	memcpy(written->text, words, kept);
	written->text[kept] = '\0';
}

static void settle_all(struct couch_written *written, size_t count, enum error_kind kind, const char *words)
{
	for (size_t i = 0; i < count; i++)
		settle(&written[i], kind, words);
}

static bool copy_rev(const char *rev, char rev_out[80])
{
	size_t length = strlen(rev);

	if (length >= 80)
		return false;
	memcpy(rev_out, rev, length + 1);
	return true;
}

struct couch_bulk *couch_bulk_start(struct couch_client *couch, struct json_object *const *documents,
				    size_t count)
{
	struct couch_bulk *bulk = own_alloc(sizeof(*bulk));
	struct http_request request = {.method = bulk_ask.method};
	struct text body = {0};
	scoped_text url = NULL;

	assert(count <= COUCH_BULK_LIMIT);
	bulk->couch = couch;
	bulk->count = count;
	bulk->documents = own_alloc((count + 1) * sizeof(*bulk->documents));
	text_add(&body, "{\"docs\":[");
	for (size_t i = 0; i < count; i++) {
		bulk->documents[i] = json_object_get(documents[i]);
		text_add(&body, i > 0 ? "," : "");
		json_add_to(&body, documents[i]);
	}
	text_add(&body, "]}");
	if (!body.full) {
		request.body = body.bytes;
		request.body_length = body.length;
		couch_fill_request(couch, bulk_ask.path, &request, &url);
		bulk->call = http_start(couch_client_http(couch), &request);
	}
	text_done(&body);
	return bulk;
}

static void couch_bulk_close(struct couch_bulk **bulk)
{
	if (!*bulk)
		return;
	for (size_t i = 0; i < (*bulk)->count; i++)
		json_object_put((*bulk)->documents[i]);
	free((*bulk)->documents);
	http_call_close(&(*bulk)->call);
	free(take(*bulk));
}

/* Words of one row, of CouchDB and of PouchDB. What is not here may pass another time. */
static enum error_kind kind_of_row(const char *word)
{
	static const struct {
		const char *word;
		enum error_kind kind;
	} words[] = {
		{"conflict", ERROR_CONFLICT},
		{"not_found", ERROR_CONFLICT}, /* the revision that was merged on is not there */
		{"forbidden", ERROR_REFUSED},
		{"unauthorized", ERROR_REFUSED},
		{"bad_request", ERROR_REFUSED},
		{"doc_validation", ERROR_REFUSED},
		{"illegal_docid", ERROR_REFUSED},
		{"missing_stub", ERROR_REFUSED},
		{"too_large", ERROR_REFUSED},
		{"document_too_large", ERROR_REFUSED},
		{"attachment_too_large", ERROR_REFUSED},
	};

	for (size_t i = 0; i < countof(words); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].kind;
	return ERROR_RETRY;
}

static bool settle_row(struct json_object *row, struct couch_written *written)
{
	const char *rev = json_text_or(row, "rev", NULL), *word = json_text_or(row, "error", NULL);

	if (word) {
		scoped_text words =
			own_format("%s: %s", word, json_text_or(row, "reason", "no reason given"));
		settle(written, kind_of_row(word), words);
		return true;
	}
	settle(written, ERROR_NONE, "");
	return rev && copy_rev(rev, written->rev);
}

/* The document that a row speaks of: mostly the one at its place, but not every server keeps the order. */
static size_t find_document(const struct couch_bulk *bulk, const char *id, size_t place, const bool *settled)
{
	for (size_t i = 0; id && i < bulk->count; i++) {
		size_t at = (place + i) % bulk->count;
		if (!settled[at] && strcmp(json_text_or(bulk->documents[at], "_id", ""), id) == 0)
			return at;
	}
	return !id && !settled[place] ? place : bulk->count;
}

static bool settle_rows(const struct couch_bulk *bulk, struct json_object *rows,
			struct couch_written *written_out, struct error *error)
{
	bool settled[COUCH_BULK_LIMIT] = {false};

	if (!json_object_is_type(rows, json_type_array) || json_object_array_length(rows) != bulk->count)
		return error_set(error, ERROR_RETRY, "_bulk_docs did not answer with %zu rows", bulk->count);
	for (size_t i = 0; i < bulk->count; i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);
		size_t at = find_document(bulk, json_text_or(row, "id", NULL), i, settled);
		if (at < bulk->count && settle_row(row, &written_out[at])) {
			settled[at] = true;
			continue;
		}
		for (size_t j = 0; j < bulk->count; j++)
			if (!settled[j])
				settle(&written_out[j], ERROR_RETRY, "in doubt: the answer makes no sense");
		return error_set(error, ERROR_RETRY, "row %zu of the answer of _bulk_docs makes no sense", i);
	}
	return true;
}

/* A document that is refused (too large, no valid member, a stub that fits nothing) takes the whole request with it. */
static bool finish_refused(struct couch_bulk *bulk, const struct error *refusal,
			   struct couch_written *written_out, struct error *error)
{
	size_t half = bulk->count / 2;

	if (bulk->count == 1) {
		settle(written_out, ERROR_REFUSED, refusal->text);
		return true;
	}
	return couch_documents_write(bulk->couch, bulk->documents, half, written_out, error) &&
	       couch_documents_write(bulk->couch, bulk->documents + half, bulk->count - half,
				     written_out + half, error);
}

static bool fail_bulk(struct couch_bulk *bulk, const struct error *failure, struct couch_written *written_out,
		      struct error *error)
{
	settle_all(written_out, bulk->count, ERROR_RETRY, failure->text);
	if (error)
		*error = *failure;
	return error_wrap(error, "writing %zu documents", bulk->count);
}

static bool finish(struct couch_bulk *bulk, struct couch_written *written_out, struct error *error)
{
	struct http *http = couch_client_http(bulk->couch);
	scoped(json_object) rows = NULL;
	struct error failure = {.kind = ERROR_REFUSED, .text = "too large to be sent"};
	struct http_reply reply;

	if (!bulk->call)
		return finish_refused(bulk, &failure, written_out, error);
	if (!http_wait(http, bulk->call, &reply, &failure)) {
		if (failure.kind == ERROR_REFUSED)
			failure.kind = ERROR_RETRY; /* it was the answer that was too large */
		return fail_bulk(bulk, &failure, written_out, error);
	}
	if (!couch_judge_status(bulk->couch, &bulk_ask, &reply, &failure)) {
		if (failure.kind == ERROR_REFUSED)
			return finish_refused(bulk, &failure, written_out, error);
		return fail_bulk(bulk, &failure, written_out, error);
	}
	if (!couch_judge(bulk->couch, &bulk_ask, &reply, &rows, NULL, &failure)) {
		failure.kind = ERROR_RETRY;
		return fail_bulk(bulk, &failure, written_out, error);
	}
	return settle_rows(bulk, rows, written_out, error);
}

bool couch_bulk_finish(struct couch_bulk **bulk, struct couch_written *written_out, struct error *error)
{
	scoped(couch_bulk) mine = take(*bulk);

	settle_all(written_out, mine->count, ERROR_RETRY, "in doubt");
	return mine->count == 0 || finish(mine, written_out, error);
}

bool couch_documents_write(struct couch_client *couch, struct json_object *const *documents, size_t count,
			   struct couch_written *written_out, struct error *error)
{
	settle_all(written_out, count, ERROR_RETRY, "not sent");
	for (size_t at = 0, part; at < count; at += part) {
		part = count - at < COUCH_BULK_LIMIT ? count - at : COUCH_BULK_LIMIT;
		struct couch_bulk *bulk = couch_bulk_start(couch, documents + at, part);
		if (!couch_bulk_finish(&bulk, written_out + at, error))
			return false;
	}
	return true;
}

/* ---- one by one ---- */

static char *path_of(const char *id)
{
	struct text path = {0};

	couch_add_id(&path, id);
	return text_take(&path);
}

bool couch_document_read(struct couch_client *couch, const char *id, struct json_object **body_out,
			 struct error *error)
{
	scoped_text path = path_of(id);
	struct couch_ask ask = {.path = path, .read = true};

	return couch_ask_patiently(couch, &ask, body_out, NULL, NULL, error);
}

bool couch_document_write(struct couch_client *couch, const char *id, struct json_object *body, char *rev_out,
			  struct error *error)
{
	scoped_text path = path_of(id);
	struct couch_ask ask = {.method = "PUT", .path = path, .body = body};
	scoped(json_object) answer = NULL;

	if (!couch_ask(couch, &ask, &answer, NULL, NULL, error))
		return false;
	const char *rev = json_text_or(answer, "rev", NULL);
	if (!rev || (rev_out && !copy_rev(rev, rev_out)))
		return error_set(error, ERROR_RETRY, "writing '%s': the answer has no revision", id);
	return true;
}

/* By a tombstone of our own: a DELETE without a revision passes on some servers, and one of an unknown revision is
 * a 404 there. */
bool couch_document_delete(struct couch_client *couch, const char *id, const char *rev, struct error *error)
{
	scoped(json_object) tombstone = json_object_new_object();

	assert(rev);
	json_put_text(tombstone, "_id", id);
	json_put_text(tombstone, "_rev", rev);
	json_put(tombstone, "_deleted", json_object_new_boolean(true));
	return couch_document_write(couch, id, tombstone, NULL, error);
}

/* ---- _local ---- */

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
		json_object_object_del(copy, marks[i]);
	return copy;
}

/* PUT of a _local document is conditional on some servers and unconditional on others: never a lock of its own. */
bool couch_local_write(struct couch_client *couch, const char *name, struct json_object *body,
		       struct error *error)
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

bool couch_revisions_unknown(struct couch_client *couch, struct json_object *wanted,
			     struct json_object **unknown_out, struct error *error)
{
	struct couch_ask ask = {.method = "POST", .path = "_revs_diff", .body = wanted, .read = true};

	return couch_ask_patiently(couch, &ask, unknown_out, NULL, NULL, error);
}
