/* _ids of the history sort by who made a batch, then by the batch; of one creator the newest come last. */
#include "bridge/review/history_reader.h"

#include "couch/documents.h"
#include "inventory/document.h"
#include "inventory/history_id.h"
#include "inventory/restore.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define IDS_PAGE    2000 /* _ids a request */
#define BODIES_PAGE 200
#define NOBODY      "undefined" /* as _ids say it */

/* Of one creator, or (NULL) of everybody. */
static bool walk_ids(struct couch_client *couch, const char *created_by, couch_visit *visit, void *context,
		     struct error *error)
{
	scoped_text prefix = own_format("%s%s%s", document_prefix(DOCUMENT_HISTORY),
					created_by ? created_by : "", created_by ? "-" : "");

	return couch_documents_walk_prefix(couch, prefix, IDS_PAGE, true, visit, context, error) ||
	       error_wrap(error, "reading the history");
}

/* What begins with the same words may be somebody else's: "a" and "a-b". */
static bool is_by(const struct history_id *id, const char *created_by)
{
	return !created_by || (strlen(created_by) == id->created_by_length &&
			       strncmp(created_by, id->created_by, id->created_by_length) == 0);
}

/* ---- batches ---- */

void history_batches_done(struct history_batches *batches)
{
	for (size_t i = 0; i < batches->count; i++)
		free(batches->list[i].created_by);
	free(batches->list);
	*batches = (struct history_batches){0};
}

struct listing {
	const char *created_by;
	size_t most;
	struct history_batches batches; /* the newest first */
	char *open_by;                  /* owned; the batch that is being read; as _ids say it */
	int64_t open;                   /* 0: none */
	size_t entries;
};

/* The batch that was read to its end takes its place among the newest. */
static void close_batch(struct listing *listing)
{
	struct history_batches *batches = &listing->batches;
	size_t place = batches->count;

	while (place > 0 && batches->list[place - 1].batch < listing->open)
		place--;
	if (!listing->open || place == listing->most)
		return;
	if (batches->count == listing->most)
		free(batches->list[--batches->count].created_by);
	batches->list = own_resize(batches->list, batches->count + 1, sizeof *batches->list);
	memmove(&batches->list[place + 1], &batches->list[place],
		(batches->count - place) * sizeof *batches->list);
	batches->list[place] = (struct history_read_batch){
		.created_by = strcmp(listing->open_by, NOBODY) == 0 ? NULL : own_copy(listing->open_by),
		.batch = listing->open,
		.entries = listing->entries,
	};
	batches->count++;
}

static bool count_entry(void *context, struct couch_document *document, struct error *error)
{
	struct listing *listing = context;
	struct history_id id;

	(void)error;
	if (!history_id_read(document->id, &id) || !is_by(&id, listing->created_by) || !id.batch)
		return true;
	if (!listing->open || listing->open != id.batch || !is_by(&id, listing->open_by)) {
		close_batch(listing);
		free(listing->open_by);
		listing->open_by = own_copy_bytes(id.created_by, id.created_by_length);
		listing->open = id.batch;
		listing->entries = 0;
	}
	listing->entries++;
	return true;
}

bool history_list_batches(struct couch_client *couch, const char *created_by, size_t most,
			  struct history_batches *batches_out, struct error *error)
{
	struct listing listing = {.created_by = created_by, .most = most};
	bool good = walk_ids(couch, created_by, count_entry, &listing, error);

	close_batch(&listing);
	free(listing.open_by);
	if (good)
		*batches_out = listing.batches;
	else
		history_batches_done(&listing.batches);
	return good;
}

/* ---- the entries of a batch ---- */

struct reading {
	const char *created_by; /* as _ids say it */
	int64_t batch;
	size_t most;
	size_t visited;
	bool more; /* there is one behind the last that may be visited: the walk ends there */
	history_visit *visit;
	void *context;
};

static bool visit_entry(void *context, struct couch_document *document, struct error *error)
{
	struct reading *reading = context;
	struct history_id id;

	if (!history_id_read(document->id, &id) || id.batch != reading->batch ||
	    !is_by(&id, reading->created_by))
		return true;
	reading->more = reading->visited == reading->most;
	if (reading->more)
		return false;
	reading->visited++;
	if (!document->body)
		return error_set(error, ERROR_REFUSED, "%s cannot be read: %s", document->id,
				 document->flaw ? document->flaw : "it has no body");
	return reading->visit(reading->context, document->body, error);
}

static bool read_batch(struct couch_client *couch, struct reading *reading, struct error *error)
{
	scoped_text first = own_format("%s%s-%" PRId64 "-", document_prefix(DOCUMENT_HISTORY),
				       reading->created_by, reading->batch);

	size_t left = reading->most - reading->visited;
	size_t page = left < BODIES_PAGE ? left + 1 : BODIES_PAGE;

	return couch_documents_walk_prefix(couch, first, page, false, visit_entry, reading, error) ||
	       reading->more;
}

/* Who has a batch of this number. */
struct creators {
	int64_t batch;
	struct json_object *names; /* owned; {created_by as _ids say it: null} */
};

static bool note_creator(void *context, struct couch_document *document, struct error *error)
{
	struct creators *creators = context;
	struct history_id id;

	(void)error;
	if (!history_id_read(document->id, &id) || id.batch != creators->batch)
		return true;
	scoped_text name = own_copy_bytes(id.created_by, id.created_by_length);
	if (!json_find(creators->names, name, NULL))
		json_put(creators->names, name, NULL);
	return true;
}

static bool read_everybodys(struct couch_client *couch, struct reading *reading, struct error *error)
{
	struct creators creators = {reading->batch, json_new_object()};
	bool good = walk_ids(couch, NULL, note_creator, &creators, error);

	json_each (creators.names, name, nothing) {
		(void)nothing;
		reading->created_by = name;
		good = good && (reading->more || read_batch(couch, reading, error));
	}
	json_release(creators.names);
	return good;
}

bool history_read_batch(struct couch_client *couch, const struct history_wish *wish, history_visit *visit,
			void *context, bool *more_out, struct error *error)
{
	struct reading reading = {
		.created_by = wish->created_by,
		.batch = wish->batch,
		.most = wish->most,
		.visit = visit,
		.context = context,
	};
	bool good = wish->created_by ? read_batch(couch, &reading, error)
				     : read_everybodys(couch, &reading, error);

	*more_out = reading.more;
	return good;
}

/* ---- the entries of a document ---- */

struct search {
	struct couch_client *couch;
	const char *created_by;
	enum document_type type;
	const char *data_id;
	size_t most;
	size_t candidate_count;
	char *candidates[BODIES_PAGE];
	struct json_object *found; /* owned; array, at most 'most' and a page */
};

static bool records(const struct search *search, struct json_object *entry)
{
	return strcmp(json_text_or(entry, "data_id", ""), search->data_id) == 0 &&
	       document_type_named(json_text_or(entry, "data_type", "")) == search->type;
}

/* An _id only says what may be meant. The newest of all stay. */
static bool read_candidates(struct search *search, struct error *error)
{
	struct couch_documents documents = {0};
	bool good = couch_documents_read(search->couch, (const char *const *)search->candidates,
					 search->candidate_count, &documents, error);

	for (size_t i = 0; good && i < documents.count; i++)
		if (documents.list[i].body && records(search, documents.list[i].body))
			json_append(search->found, json_share(documents.list[i].body));
	couch_documents_done(&documents);
	while (search->candidate_count)
		free(search->candidates[--search->candidate_count]);
	restore_sort(search->found);
	size_t count = json_length(search->found);
	if (count > search->most)
		json_remove_at(search->found, search->most, count - search->most);
	return good;
}

static bool note_candidate(void *context, struct couch_document *document, struct error *error)
{
	struct search *search = context;
	struct history_id id;

	if (!history_id_read(document->id, &id) || !is_by(&id, search->created_by) ||
	    !history_id_is_of(&id, search->type, search->data_id))
		return true;
	search->candidates[search->candidate_count++] = own_copy(document->id);
	return search->candidate_count < BODIES_PAGE || read_candidates(search, error);
}

bool history_of_one(struct couch_client *couch, const char *created_by, const char *full_id, size_t most,
		    struct json_object **entries_out, struct error *error)
{
	struct search search = {.couch = couch, .created_by = created_by, .most = most};

	search.type = document_type_of(full_id, &search.data_id);
	search.found = json_new_array();
	bool good = walk_ids(couch, created_by, note_candidate, &search, error);
	good = read_candidates(&search, good ? error : NULL) && good;
	if (good)
		*entries_out = search.found;
	else
		json_release(search.found);
	return good;
}

bool history_read_entry(struct couch_client *couch, const char *entry_id, struct json_object **entry_out,
			struct error *error)
{
	struct couch_documents documents = {0};

	*entry_out = NULL;
	if (document_type_of(entry_id, NULL) != DOCUMENT_HISTORY)
		return true;
	if (!couch_documents_read(couch, &entry_id, 1, &documents, error))
		return false;
	*entry_out = json_share(documents.list[0].body);
	couch_documents_done(&documents);
	return true;
}

bool history_read_names(struct couch_client *couch, struct json_object *entries, struct error *error)
{
	size_t count = json_length(entries);
	char **ids = own_alloc((count + 1) * sizeof *ids);
	struct couch_documents documents = {0};

	for (size_t i = 0; i < count; i++) {
		struct json_object *entry = json_at(entries, i);
		ids[i] = own_format("%s-%s", json_text_or(entry, "type", ""),
				    json_text_or(entry, "data_id", ""));
	}
	bool ok = couch_documents_read(couch, (const char *const *)ids, count, &documents, error);
	for (size_t i = 0; i < count; i++) {
		struct json_object *entry = json_at(entries, i);
		struct json_object *data = ok ? document_data(documents.list[i].body) : NULL;
		if (!json_text_or(entry, "name", NULL))
			json_put_text(entry, "name", json_text_or(data, "name", NULL));
		free(ids[i]);
	}
	couch_documents_done(&documents);
	free(ids);
	return ok;
}
