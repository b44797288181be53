/* Writing in bulk. A request that is refused is asked again in halves, down to one document: so one that will not be taken
 * stops nobody else. Measured on CouchDB 3.5 with two shards: 400 and 413 come before anything is written, but a 412
 * (missing_stub) may leave the other shard's documents written.
 *
 * The same where the server stumbles (500, 502) or the connection is cut at once: one document may be what it stumbles
 * over, each time. After SPLITS_MOST requests it is taken for the server's own trouble. What was written all the same is
 * guarded by its revision: the second time it is a conflict, which says no more than that it is in doubt. */
#include "couch/bulk.h"
#include "base/clock.h"
#include "couch/wire.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum bulk_limits {
	SPLITS_MOST = 24,
	STUMBLES_WITHIN_MS = 5000, /* what takes longer is no single document's doing */
};

struct couch_bulk {
	struct couch_client *couch;
	int64_t began_ms; /* steady clock */
	int splits_left;
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

struct couch_bulk *couch_bulk_start(struct couch_client *couch, struct json_object *const *documents,
				    size_t count)
{
	struct couch_bulk *bulk = own_alloc(sizeof(*bulk));
	struct http_request request = {.method = bulk_ask.method};
	struct text body = {0};
	scoped_text url = NULL;

	assert(count <= COUCH_BULK_LIMIT);
	bulk->couch = couch;
	bulk->began_ms = clock_steady_ms();
	bulk->splits_left = SPLITS_MOST;
	bulk->count = count;
	bulk->documents = own_alloc((count + 1) * sizeof(*bulk->documents));
	text_add(&body, "{\"docs\":[");
	for (size_t i = 0; i < count; i++) {
		bulk->documents[i] = json_share(documents[i]);
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
		json_release((*bulk)->documents[i]);
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
	return rev && couch_copy_rev(rev, written->rev);
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

	if (!json_is(rows, json_type_array) || json_length(rows) != bulk->count)
		return error_set(error, ERROR_RETRY, "_bulk_docs did not answer with %zu rows", bulk->count);
	for (size_t i = 0; i < bulk->count; i++) {
		struct json_object *row = json_at(rows, i);
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

static bool finish(struct couch_bulk *bulk, struct couch_written *written_out, struct error *error);

static bool write_half(struct couch_bulk *bulk, size_t from, size_t count, struct couch_written *written_out,
		       struct error *error)
{
	struct couch_bulk *half = couch_bulk_start(bulk->couch, bulk->documents + from, count);

	half->splits_left = bulk->splits_left;
	settle_all(written_out + from, count, ERROR_RETRY, "in doubt");
	bool ok = finish(half, written_out + from, error);
	bulk->splits_left = half->splits_left;
	couch_bulk_close(&half);
	return ok;
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
	return write_half(bulk, 0, half, written_out, error) &&
	       write_half(bulk, half, bulk->count - half, written_out, error);
}

/* ---- a server that stumbles ---- */

static bool may_be_one(const struct couch_bulk *bulk, const struct error *failure)
{
	bool stumbles = failure->status == 0 || failure->status == 500 || failure->status == 502;

	return bulk->count > 1 && failure->kind == ERROR_RETRY && stumbles && failure->retry_after_ms == 0 &&
	       bulk->splits_left > 0 && clock_steady_ms() - bulk->began_ms < STUMBLES_WITHIN_MS;
}

/* What the first request may have written. */
static void doubt_conflicts(struct couch_written *written, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (written[i].kind == ERROR_CONFLICT)
			settle(&written[i], ERROR_RETRY, "in doubt: it may have been written before");
}

static bool is_any_settled(const struct couch_written *written, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (written[i].kind != ERROR_RETRY)
			return true;
	return false;
}

/* Each half has its own end. */
static bool finish_in_halves(struct couch_bulk *bulk, struct couch_written *written_out, struct error *error)
{
	size_t half = bulk->count / 2;
	struct error failure = {0};

	bulk->splits_left--;
	bool first = write_half(bulk, 0, half, written_out, &failure);
	bool second = (first || failure.kind == ERROR_RETRY) &&
		      write_half(bulk, half, bulk->count - half, written_out, &failure);
	doubt_conflicts(written_out, bulk->count);
	if ((first && second) || (failure.kind == ERROR_RETRY && is_any_settled(written_out, bulk->count)))
		return true;
	if (error)
		*error = failure;
	return false;
}

static bool fail_bulk(struct couch_bulk *bulk, const struct error *failure, struct couch_written *written_out,
		      struct error *error)
{
	if (may_be_one(bulk, failure))
		return finish_in_halves(bulk, written_out, error);
	settle_all(written_out, bulk->count, ERROR_RETRY, failure->text);
	if (error)
		*error = *failure;
	return error_wrap(error, "writing %zu %s", bulk->count, bulk->count == 1 ? "document" : "documents");
}

static bool finish(struct couch_bulk *bulk, struct couch_written *written_out, struct error *error)
{
	scoped(json_object) rows = NULL;
	struct error failure = {.kind = ERROR_REFUSED, .text = "too large to be sent"};
	struct http_reply reply;

	if (!bulk->call)
		return finish_refused(bulk, &failure, written_out, error);
	if (!couch_wait(bulk->couch, bulk->call, &reply, &failure)) {
		if (failure.kind == ERROR_REFUSED)
			failure.kind = ERROR_RETRY; /* it was the answer that was too large */
		return fail_bulk(bulk, &failure, written_out, error);
	}
	if (!couch_judge_status(bulk->couch, &bulk_ask, &reply, &failure)) {
		if (failure.kind != ERROR_REFUSED)
			return fail_bulk(bulk, &failure, written_out, error);
		bool ok = finish_refused(bulk, &failure, written_out, error);
		if (failure.status == 412)
			doubt_conflicts(written_out, bulk->count);
		return ok;
	}
	if (!couch_judge(bulk->couch, &bulk_ask, &reply, &rows, NULL, &failure)) {
		failure.kind = ERROR_RETRY;
		bulk->splits_left = 0; /* it was taken, and only the answer makes no sense */
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
