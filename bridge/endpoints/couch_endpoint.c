/* The real CouchDB behind the tables of functions that a cycle knows. */
#include "bridge/endpoints/couch_endpoint.h"

#include "base/clock.h"
#include "bridge/endpoints/couch_checkpoint.h"
#include "bridge/endpoints/couch_integration.h"
#include "bridge/endpoints/couch_picture_news.h"
#include "bridge/endpoints/couch_revisions.h"
#include "bridge/endpoints/couch_writes.h"
#include "couch/attachments.h"
#include "couch/changes.h"
#include "couch/documents.h"
#include "couch/server.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct couch_endpoint *couch_endpoint_open(struct couch_client *source, struct couch_client *state,
					   const char *integration_id)
{
	struct couch_endpoint *endpoint = own_alloc(sizeof *endpoint);

	endpoint->source = source;
	endpoint->state = state;
	endpoint->in_source = couch_checkpoint_open(source, integration_id);
	endpoint->in_state = couch_checkpoint_open(state, integration_id);
	endpoint->integration_id = own_copy(integration_id);
	endpoint->settings_id = document_full_id(DOCUMENT_INTEGRATION, integration_id);
	return endpoint;
}

void couch_endpoint_close(struct couch_endpoint **endpoint)
{
	if (!*endpoint)
		return;
	struct couch_endpoint *gone = take(*endpoint);
	couch_checkpoint_close(&gone->in_source);
	couch_checkpoint_close(&gone->in_state);
	couch_changes_close(&gone->changes);
	free(gone->integration_id);
	free(gone->settings_id);
	free(gone->since);
	free(gone);
}

/* ---- reading ---- */

static int64_t now_ms(void *self)
{
	(void)self;
	return clock_now_ms();
}

/* Moves what the document holds. */
static struct endpoint_record take_document(enum table table, const char *id, struct couch_document *document)
{
	struct endpoint_record record = {
		.table = table,
		.presence = document->missing   ? RECORD_MISSING
			    : document->deleted ? RECORD_TOMBSTONE
						: RECORD_THERE,
		.id = own_copy(id),
		.revision = take(document->rev),
		.leaves = take(document->conflicts),
		.ended = take(document->ended),
		.body = take(document->body),
		.flaw = take(document->flaw),
		.read_at_ms = clock_steady_ms(),
	};

	if (record.presence == RECORD_THERE && !record.body && !record.flaw)
		record.presence =
			RECORD_MISSING; /* deleted between the row and its body: the feed will tell */
	return record;
}

static bool synced_table(const char *full_id, enum table *table_out, const char **id_out)
{
	return table_of_document_type(document_type_of(full_id, id_out), table_out);
}

/* integration_deleted_data-<type>-<id>-<integration> */
static bool is_left_behind(const struct couch_endpoint *endpoint, const char *full_id)
{
	size_t length = strlen(full_id), end = strlen(endpoint->integration_id);

	return document_type_of(full_id, NULL) == DOCUMENT_DELETED_DATA && length > end + 1 &&
	       full_id[length - end - 1] == '-' &&
	       strcmp(full_id + length - end, endpoint->integration_id) == 0;
}

static bool visit_page(struct couch_endpoint *endpoint, struct couch_page *page, endpoint_visit *visit,
		       void *context, struct endpoint_news *news, struct error *error)
{
	struct endpoint_records records = {.list = own_alloc((page->count + 1) * sizeof *records.list)};

	for (size_t i = 0; i < page->count; i++) {
		struct couch_document *document = &page->changes[i].document;
		const char *id;
		enum table table;
		if (strcmp(document->id, endpoint->settings_id) == 0)
			news->settings_changed = true;
		else if (is_left_behind(endpoint, document->id))
			news->app_leftovers = news->app_leftovers || !document->deleted;
		else if (couch_is_picture(document->id))
			couch_news_add_picture(news, document);
		else if (synced_table(document->id, &table, &id))
			records.list[records.count++] = take_document(table, id, document);
	}
	bool ok = records.count == 0 || visit(context, &records, error);
	endpoint_records_done(&records);
	return ok;
}

/* Where the feed goes on is what the caller says, which is where it was left unless the place was lost. */
static bool is_left_at(const struct couch_endpoint *endpoint, struct json_object *cursor)
{
	const char *since = cursor ? json_text_of(cursor) : NULL;

	return endpoint->changes && (!since || !endpoint->since || strcmp(since, endpoint->since) == 0);
}

/* A place that no server gave would be taken by some as one that is far ahead. */
static bool check_cursor(struct json_object *cursor, struct error *error)
{
	const char *since = cursor ? json_text_of(cursor) : NULL;
	scoped(json_object) seq = NULL;
	struct json_flaws flaws = {0};

	if (!cursor)
		return true;
	bool good = since && json_read(since, strlen(since), &seq, &flaws, NULL) && seq;
	json_flaws_done(&flaws);
	return good || error_set(error, ERROR_LOST, "the place in the feed that is remembered is none: %.60s",
				 since ? since : "not a text");
}

static void open_changes(struct couch_endpoint *endpoint, struct json_object *cursor)
{
	const char *since = cursor ? json_text_of(cursor) : NULL;
	const char *wanted[COUCH_WANTED_MOST];

	free(endpoint->since);
	endpoint->since = own_copy(since);
	couch_wanted(endpoint->settings_id, endpoint->wants_pictures, wanted);
	endpoint->changes = couch_changes_open(endpoint->source, since, wanted);
}

static bool news(void *self, struct json_object *cursor, int64_t wait_ms, endpoint_visit *visit,
		 void *context, struct endpoint_news *news_out, struct error *error)
{
	struct couch_endpoint *endpoint = self;
	struct couch_page page = {0};
	struct endpoint_news found = {0};

	if (!check_cursor(cursor, error))
		return false;
	if (!is_left_at(endpoint, cursor)) {
		couch_changes_close(&endpoint->changes);
		open_changes(endpoint, cursor);
	}
	if (!couch_changes_read(endpoint->changes, wait_ms, &page, error)) {
		if (error->kind == ERROR_LOST)
			couch_changes_close(&endpoint->changes);
		return false;
	}
	found.rejoined = page.rejoined;
	bool ok = visit_page(endpoint, &page, visit, context, &found, error);
	if (!ok) {
		/* What was not taken is read again, from the cursor that is given then. */
		couch_changes_close(&endpoint->changes);
		endpoint_news_done(&found);
	} else {
		found.more = page.count > 0 && !page.caught_up;
		if (!endpoint->since || strcmp(endpoint->since, page.next_since) != 0) {
			free(endpoint->since);
			endpoint->since = own_copy(page.next_since);
			found.cursor = json_new_text(page.next_since);
		}
		*news_out = found;
	}
	couch_page_done(&page);
	return ok;
}

struct listing {
	enum table table;
	endpoint_visit *visit;
	void *context;
	struct endpoint_records page;
};

#define LISTING_PAGE 200

static bool flush(struct listing *listing, struct error *error)
{
	bool ok = listing->page.count == 0 || listing->visit(listing->context, &listing->page, error);

	for (size_t i = 0; i < listing->page.count; i++)
		endpoint_record_done(&listing->page.list[i]);
	listing->page.count = 0;
	return ok;
}

static bool list_document(void *context, struct couch_document *document, struct error *error)
{
	struct listing *listing = context;
	enum table table;
	const char *id;

	if (!synced_table(document->id, &table, &id) || table != listing->table)
		return true;
	listing->page.list[listing->page.count++] = take_document(table, id, document);
	return listing->page.count < LISTING_PAGE || flush(listing, error);
}

static bool list(void *self, enum table table, const struct json_pick *pick, endpoint_visit *visit,
		 void *context, struct error *error)
{
	struct couch_endpoint *endpoint = self;
	const char *prefix = document_prefix(table_document_type(table));
	struct listing listing = {.table = table, .visit = visit, .context = context};

	listing.page.list = own_alloc(LISTING_PAGE * sizeof *listing.page.list);
	bool ok = couch_documents_walk_picked(endpoint->source, prefix, LISTING_PAGE, pick, list_document,
					      &listing, error) &&
		  flush(&listing, error);
	endpoint_records_done(&listing.page);
	return ok;
}

static bool position(void *self, struct json_object **cursor_out, struct error *error)
{
	struct couch_endpoint *endpoint = self;
	struct couch_identity identity = {0};

	if (!couch_database_identity(endpoint->source, &identity, error))
		return false;
	*cursor_out = json_new_text(identity.update_seq);
	couch_identity_done(&identity);
	return true;
}

static bool read_documents(void *self, const struct endpoint_key *keys, size_t count,
			   struct endpoint_records *records_out, struct error *error)
{
	struct couch_endpoint *endpoint = self;
	char **ids = own_alloc((count + 1) * sizeof *ids);
	struct couch_documents documents = {0};

	for (size_t i = 0; i < count; i++)
		ids[i] = document_full_id(table_document_type(keys[i].table), keys[i].id);
	bool ok = couch_documents_read(endpoint->source, (const char *const *)ids, count, &documents, error);
	if (ok) {
		records_out->list = own_alloc((count + 1) * sizeof *records_out->list);
		records_out->count = count;
		for (size_t i = 0; i < count; i++)
			records_out->list[i] = take_document(keys[i].table, keys[i].id, &documents.list[i]);
	}
	couch_documents_done(&documents);
	for (size_t i = 0; i < count; i++)
		free(ids[i]);
	free(ids);
	return ok;
}

static bool read_extras(void *self, const char *const *full_ids, size_t count,
			struct json_object **bodies_out, struct error *error)
{
	struct couch_endpoint *endpoint = self;
	struct couch_documents documents = {0};

	if (!couch_documents_read(endpoint->source, full_ids, count, &documents, error))
		return false;
	bool ok = true, ignored;
	for (size_t i = 0; ok && i < count; i++)
		if (strcmp(full_ids[i], endpoint->settings_id) == 0 && !documents.list[i].deleted)
			ok = couch_integration_settle(endpoint->source, &documents.list[i], &ignored, error);
	for (size_t i = 0; ok && i < count; i++)
		bodies_out[i] = documents.list[i].deleted ? NULL : take(documents.list[i].body);
	couch_documents_done(&documents);
	return ok;
}

struct beginning {
	size_t most;
	struct json_object *into;
	bool enough;
};

static bool collect_beginning(void *context, struct couch_document *document, struct error *error)
{
	struct beginning *beginning = context;

	if (document->body)
		json_put(beginning->into, document->id, take(document->body));
	beginning->enough = --beginning->most == 0;
	return !beginning->enough || error_set(error, ERROR_STOPPED, "enough");
}

static bool read_beginning(void *self, const char *prefix, size_t most, struct json_object *into,
			   struct error *error)
{
	struct beginning beginning = {most, into, false};

	return couch_documents_walk_prefix(((struct couch_endpoint *)self)->source, prefix, LISTING_PAGE,
					   false, collect_beginning, &beginning, error) ||
	       beginning.enough;
}

static bool picture_digests(void *self, struct json_object *into, struct error *error)
{
	return couch_picture_digests(((const struct couch_endpoint *)self)->source, into, error);
}

static bool known_revisions(void *self, struct endpoint_known *asked, size_t count, struct error *error)
{
	return couch_known_revisions(((const struct couch_endpoint *)self)->source, asked, count, error);
}

static bool read_revisions(void *self, struct endpoint_revision *revisions, size_t count, struct error *error)
{
	const struct couch_endpoint *endpoint = self;

	return couch_read_revisions(endpoint->source, revisions, count, error);
}

static bool read_attachment(void *self, const struct endpoint_revision *revision, const char *name,
			    struct json_object **attachment_out, struct error *error)
{
	scoped_text full_id = document_full_id(table_document_type(revision->key.table), revision->key.id);

	return couch_attachment_inline(((struct couch_endpoint *)self)->source, full_id, revision->revision,
				       name, attachment_out, error);
}

static bool read_file(void *self, const char *full_id, const char *name, size_t most, char **bytes_out,
		      size_t *size_out, struct error *error)
{
	struct couch_attachment found;
	struct text bytes;

	if (!couch_attachment_gather(((struct couch_endpoint *)self)->source, full_id, NULL, name, most,
				     &bytes, &found, error))
		return false;
	*size_out = bytes.length;
	*bytes_out = text_take(&bytes);
	return true;
}

struct app_leftovers {
	struct couch_endpoint *endpoint;
	struct json_object *list;
};

static bool collect_left_behind(void *context, struct couch_document *document, struct error *error)
{
	struct app_leftovers *left = context;

	(void)error;
	if (document->body && is_left_behind(left->endpoint, document->id))
		json_append(left->list, take(document->body));
	return true;
}

static bool app_leftovers(void *self, struct json_object **list_out, struct error *error)
{
	struct app_leftovers left = {self, json_new_array()};
	const char *prefix = document_prefix(DOCUMENT_DELETED_DATA);

	if (!couch_documents_walk_prefix(left.endpoint->source, prefix, LISTING_PAGE, false,
					 collect_left_behind, &left, error)) {
		json_release(left.list);
		return false;
	}
	*list_out = left.list;
	return true;
}

static struct endpoint_ticket *write_start(void *self, struct endpoint_write *writes, size_t count)
{
	struct couch_endpoint *endpoint = self;

	return couch_write_start(endpoint->source, writes, count);
}

static bool write_finish(void *self, struct endpoint_ticket **ticket, struct error *error)
{
	(void)self;
	return couch_write_finish(ticket, error);
}

struct endpoint couch_endpoint_interface(struct couch_endpoint *endpoint)
{
	static const struct endpoint_ops ops = {
		.now_ms = now_ms,
		.news = news,
		.list = list,
		.position = position,
		.read = read_documents,
		.read_extras = read_extras,
		.read_beginning = read_beginning,
		.picture_digests = picture_digests,
		.known_revisions = known_revisions,
		.read_revisions = read_revisions,
		.read_attachment = read_attachment,
		.read_file = read_file,
		.app_leftovers = app_leftovers,
		.write_start = write_start,
		.write_finish = write_finish,
	};

	return (struct endpoint){&ops, endpoint};
}
