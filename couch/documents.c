/* Documents, read in bulk wherever there may be many.
 *
 * A request for many documents whose answer the server or we find too large is asked again in halves, down to one document: so
 * one that cannot be read (larger than COUCH_ANSWER_CEILING, nested too deep) stops nobody else. */
#include "couch/documents.h"
#include "base/log.h"
#include "couch/wire.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { WALK_PAGE = 500, ID_SHOWN = 120, PLACE_SHOWN = 120 };

/* ---- a document as read ---- */

void couch_document_done(struct couch_document *document)
{
	own_free_text(&document->id);
	own_free_text(&document->rev);
	own_free_text(&document->flaw);
	json_release(document->body);
	json_release(document->conflicts);
	json_release(document->ended);
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
	return json_bool_or(doc, "_deleted", false) && json_key_count(doc) == 3;
}

/* "data.serial: the number 1e999 is out of range": the path without its way to the document, and no longer than it has to be. */
char *couch_flaw_words(const struct json_flaws *flaws, const char *path)
{
	const struct json_flaw *flaw = json_flaws_below(flaws, path);
	size_t length = strlen(path);

	if (!flaw)
		return NULL;
	const char *below = flaw->path && strncmp(flaw->path, path, length) == 0 ? flaw->path + length : "";

	if (*below == '/')
		below++;
	scoped_text place = own_copy(below);
	for (char *at = place; *at; at++)
		if (*at == '/')
			*at = '.';
	size_t shown = text_utf8_prefix(place, strlen(place), PLACE_SHOWN);
	return *place ? own_format("%.*s%s: %s", (int)shown, place, place[shown] ? "…" : "", flaw->what)
		      : own_copy(flaw->what);
}

bool couch_document_fill(struct couch_document *document, struct json_object *doc,
			 const struct json_flaws *flaws, const char *path)
{
	const char *id = json_text_or(doc, "_id", NULL), *rev = json_text_or(doc, "_rev", NULL);

	if (!id || !rev)
		return false;
	couch_document_done(document);
	document->id = own_copy(id);
	document->rev = own_copy(rev);
	document->deleted = json_bool_or(doc, "_deleted", false);
	/* What the server adds to show us the losers is no part of the document, and must not be written back. */
	document->conflicts = json_share(json_child(doc, "_conflicts", json_type_array));
	json_remove(doc, "_conflicts");
	if (!is_bare_tombstone(doc))
		document->body = json_share(doc);
	document->flaw = couch_flaw_words(flaws, path);
	return true;
}

/* ---- by ids ---- */

static struct json_object *array_of(const char *const *words, size_t count)
{
	struct json_object *array = json_new_array_sized(count);

	for (size_t i = 0; i < count; i++)
		json_append(array, json_new_text(words[i]));
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
	/* A document that could not be taken into memory. */
	if (rev && !doc)
		document_out->flaw = couch_flaw_words(flaws, path);
	return true;
}

struct json_object *couch_answer_rows(struct json_object *answer, const char *key, const char *where,
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
	struct json_object *rows = couch_answer_rows(answer, "rows", "_all_docs", error);

	if (!rows)
		return false;
	if (json_length(rows) != count)
		return error_set(error, ERROR_RETRY, "_all_docs gave %zu rows for %zu ids", json_length(rows),
				 count);
	for (size_t i = 0; i < count; i++) {
		struct json_object *row = json_at(rows, i);
		const char *key = json_text_or(row, "key", "");
		if (strcmp(key, ids[i]) != 0)
			return error_set(error, ERROR_RETRY, "_all_docs gave '%s' where '%s' was asked for",
					 key, ids[i]);
		if (!read_row(row, flaws, i, &list[i], error))
			return false;
		if (strcmp(list[i].id, ids[i]) != 0)
			return error_set(error, ERROR_RETRY, "_all_docs gave document '%s' for '%s'",
					 list[i].id, ids[i]);
		bool bodiless = !list[i].body && !list[i].deleted && !list[i].missing && !list[i].flaw;
		if (bodiless && json_find(row, "doc", NULL))
			return error_set(error, ERROR_RETRY, "'%s' changed while it was read", ids[i]);
	}
	return true;
}

static bool ask_for_ids(struct couch_client *couch, const char *const *ids, size_t count, bool bodies,
			struct couch_document *list, struct error *error)
{
	scoped(json_object) body = json_new_object();
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

void couch_documents_forget(struct couch_document *list, size_t count)
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
	couch_documents_forget(list, count);
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
	if (list->missing || list->deleted)
		return true;
	free(list->flaw); /* of a body that came unasked */
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
			return error_wrap(error, "reading %zu %s", count,
					  count == 1 ? "document" : "documents");
		}
	}
	*documents_out = documents;
	return true;
}

/* ---- by range ---- */

struct walk {
	struct couch_client *couch;
	char *start;    /* owned; JSON text of the first id to come */
	char *end;      /* owned; JSON text of the last id */
	char *reached;  /* owned; the last id of the page before; NULL: there was none */
	bool end_apart; /* the end itself is not of it */
	size_t page, most;
	bool ids_only;
	const struct json_pick *pick; /* of an answer with bodies */
	couch_visit *visit;
	void *context;
};

static char *json_quoted(const char *words)
{
	scoped(json_object) text = json_new_text(words);

	return json_write(text);
}

/* The smallest key above an id: itself and a NUL. So no document is asked for twice. */
static void go_behind(struct walk *walk, const char *id)
{
	scoped_text text = json_quoted(id);

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
	if (walk->end_apart)
		text_add(&path, "&inclusive_end=false");
	scoped_text words = text_take(&path);
	struct couch_ask ask = {
		.path = words,
		.read = true,
		.ceiling = COUCH_ANSWER_CEILING,
		.documents = walk->page,
		.pick = bodies ? walk->pick : NULL,
	};
	return couch_ask_patiently(walk->couch, &ask, answer_out, flaws, NULL, error);
}

/* 'unreadable' says why bodies are missing, or is NULL. */
static bool visit_page(struct walk *walk, struct json_object *answer, const struct json_flaws *flaws,
		       const char *unreadable, size_t *count_out, struct error *error)
{
	struct json_object *rows = couch_answer_rows(answer, "rows", "_all_docs", error);

	if (!rows)
		return false;
	*count_out = json_length(rows);
	for (size_t i = 0; i < *count_out; i++) {
		struct couch_document document = {0};
		if (!read_row(json_at(rows, i), flaws, i, &document, error))
			return false;
		if (unreadable && !document.flaw)
			document.flaw = own_copy(unreadable);
		go_behind(walk, document.id);
		bool good = walk->visit(walk->context, &document, error);
		couch_document_done(&document);
		if (!good)
			return false;
	}
	return true;
}

/* Each page has to end behind the one before, whatever the server makes of our start. */
static bool leads_on(struct walk *walk, struct json_object *answer, struct error *error)
{
	struct json_object *rows = json_child(answer, "rows", json_type_array);
	struct json_object *last = rows ? json_at(rows, json_length(rows) - 1) : NULL;
	const char *id = json_text_or(last, "id", json_text_or(last, "key", ""));

	if (walk->reached && strcmp(id, walk->reached) <= 0) {
		scoped_text shown = log_quote(walk->reached, ID_SHOWN);
		return error_set(error, ERROR_RETRY,
				 "the pages of _all_docs lead nowhere: asked for what is behind '%s' "
				 "the server gave what is before it",
				 shown);
	}
	free(walk->reached);
	walk->reached = own_copy(id);
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
	good = good && (*over_out || leads_on(walk, answer, error));
	walk->page = asked * 2 < walk->most ? asked * 2 : walk->most;
	return good;
}

static bool walk_on(struct walk *walk, const char *first, const char *last, size_t page, struct error *error)
{
	bool over = false, good = true;

	walk->start = json_quoted(first);
	walk->end = json_quoted(last);
	walk->page = walk->most = page > 0 ? page : WALK_PAGE;
	while (good && !over)
		good = walk_page(walk, &over, error);
	free(walk->start);
	free(walk->end);
	free(walk->reached);
	return good;
}

bool couch_documents_walk(struct couch_client *couch, const char *first, const char *last, size_t page,
			  bool ids_only, couch_visit *visit, void *context, struct error *error)
{
	struct walk walk = {.couch = couch, .ids_only = ids_only, .visit = visit, .context = context};

	return walk_on(&walk, first, last, page, error);
}

/* Ids order by their bytes: right behind all that begin with "item-" comes "item.". */
static bool walk_prefix(struct walk *walk, const char *prefix, size_t page, struct error *error)
{
	size_t length = strlen(prefix);
	scoped_text behind = own_copy(prefix);

	assert(length > 0 && (unsigned char)prefix[length - 1] < 0x7f);
	behind[length - 1]++;
	walk->end_apart = true;
	return walk_on(walk, prefix, behind, page, error);
}

bool couch_documents_walk_prefix(struct couch_client *couch, const char *prefix, size_t page, bool ids_only,
				 couch_visit *visit, void *context, struct error *error)
{
	struct walk walk = {.couch = couch, .ids_only = ids_only, .visit = visit, .context = context};

	return walk_prefix(&walk, prefix, page, error);
}

/* What the server says of the document itself is always wanted. */
bool couch_documents_walk_picked(struct couch_client *couch, const char *prefix, size_t page,
				 const struct json_pick *pick, couch_visit *visit, void *context,
				 struct error *error)
{
	static const struct json_pick_key own[] = {
		{.name = "_id"}, {.name = "_rev"}, {.name = "_deleted"}, {.name = "_conflicts"}};

	if (!pick)
		return couch_documents_walk_prefix(couch, prefix, page, false, visit, context, error);
	struct json_pick_key *keys = own_alloc((pick->count + countof(own)) * sizeof *keys);
	memcpy(keys, own, sizeof own);
	if (pick->count)
		memcpy(keys + countof(own), pick->keys, pick->count * sizeof *keys);
	const struct json_pick document = {keys, pick->count + countof(own), pick->others};
	const struct json_pick_key in_row[] = {
		{.name = "doc", .below = &document}, {.name = "key", .dropped = true}, /* the id once more */
	};
	const struct json_pick row = {in_row, countof(in_row), true};
	const struct json_pick_key in_answer[] = {{.name = "rows", .below = &row}};
	const struct json_pick answer = {in_answer, countof(in_answer), true};
	struct walk walk = {.couch = couch, .pick = &answer, .visit = visit, .context = context};
	bool ok = walk_prefix(&walk, prefix, page, error);
	free(keys);
	return ok;
}

bool couch_copy_rev(const char *rev, char rev_out[80])
{
	size_t length = strlen(rev);

	if (length >= 80)
		return false;
	memcpy(rev_out, rev, length + 1);
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
	scoped(json_object) body = NULL;

	if (!couch_ask_patiently(couch, &ask, &body, NULL, NULL, error))
		return false;
	if (!json_is(body, json_type_object))
		return error_set(error, ERROR_RETRY,
				 "reading '%s': the answer is %s where a document was expected", id,
				 json_type_word(body));
	*body_out = take(body);
	return true;
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
	if (!rev || (rev_out && !couch_copy_rev(rev, rev_out)))
		return error_set(error, ERROR_RETRY, "writing '%s': the answer has no revision", id);
	return true;
}

/* By a tombstone of our own: a DELETE without a revision passes on some servers, and one of an unknown revision is
 * a 404 there. */
bool couch_document_delete(struct couch_client *couch, const char *id, const char *rev, struct error *error)
{
	scoped(json_object) tombstone = json_new_object();

	assert(rev);
	json_put_text(tombstone, "_id", id);
	json_put_text(tombstone, "_rev", rev);
	json_put(tombstone, "_deleted", json_new_bool(true));
	return couch_document_write(couch, id, tombstone, NULL, error);
}
