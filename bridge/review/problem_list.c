/*     the entries of the ledger that have a problem ──> the names of their documents */
#include "bridge/review/problem_list.h"

#include "base/json.h"
#include "couch/documents.h"
#include "inventory/document.h"

#include <stdlib.h>
#include <string.h>

struct reading {
	const char *prefix; /* of the _ids of the ledger's entries */
	struct problem_list list;
};

void problem_list_done(struct problem_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->list[i].full_id);
		free(list->list[i].name);
		free(list->list[i].row);
		free(list->list[i].words);
	}
	free(list->list);
	*list = (struct problem_list){0};
}

/* What is said of the document itself begins with its ID, which is told already. */
static char *without_id(const char *full_id, const char *words)
{
	scoped_text beginning = own_format("document %s: ", full_id);
	size_t length = strlen(beginning);

	return own_copy(strncmp(words, beginning, length) == 0 ? words + length : words);
}

static bool visit_entry(void *context, struct couch_document *document, struct error *error)
{
	struct reading *reading = context;
	struct problem_list *list = &reading->list;
	const char *words = json_text_or(document->body, "problem", NULL);
	const char *full_id = document->id + strlen(reading->prefix);

	(void)error;
	if (!words)
		return true;
	list->list = own_resize(list->list, list->count + 1, sizeof *list->list);
	struct problem *problem = &list->list[list->count++];
	*problem = (struct problem){
		.full_id = own_copy(full_id),
		.name = own_copy(""),
		.row = own_copy(json_text_or(document->body, "rec", NULL)),
		.words = without_id(full_id, words),
		.since_ms = json_int_or(document->body, "problem_at", 0),
		.next_try_ms = json_int_or(document->body, "next_try", 0),
		.past = json_bool_or(document->body, "past", false),
	};
	list->open += !problem->past;
	return true;
}

static bool read_entries(struct couch_client *state, struct reading *reading, struct error *error)
{
	static const struct json_pick_key keys[] = {{.name = "problem"},
						    {.name = "past"},
						    {.name = "rec"},
						    {.name = "problem_at"},
						    {.name = "next_try"}};
	static const struct json_pick pick = {keys, countof(keys), false};

	return couch_documents_walk_picked(state, reading->prefix, 0, &pick, visit_entry, reading, error) ||
	       error->status == 404 || /* it was never synced */
	       error_wrap(error, "reading what is remembered of the integration");
}

static bool read_names(struct couch_client *source, struct problem_list *list, struct error *error)
{
	const char **ids = own_alloc((list->count + 1) * sizeof *ids);
	struct couch_documents documents = {0};

	for (size_t i = 0; i < list->count; i++)
		ids[i] = list->list[i].full_id;
	bool ok = couch_documents_read(source, ids, list->count, &documents, error);
	for (size_t i = 0; ok && i < list->count; i++) {
		struct json_object *data = document_data(documents.list[i].body);
		free(list->list[i].name);
		list->list[i].name = own_copy(json_text_or(data, "name", ""));
	}
	couch_documents_done(&documents);
	free(ids);
	return ok;
}

bool problem_list_read(struct couch_client *state, struct couch_client *source, const char *integration_id,
		       struct problem_list *list_out, struct error *error)
{
	scoped_text prefix = own_format("pair-%s-", integration_id);
	struct reading reading = {.prefix = prefix};

	if (!read_entries(state, &reading, error) || !read_names(source, &reading.list, error)) {
		problem_list_done(&reading.list);
		return false;
	}
	*list_out = reading.list;
	return true;
}

static bool read_these(struct couch_client *state, struct reading *reading, const char *const *full_ids,
		       size_t count, struct error *error)
{
	char **ids = own_alloc((count + 1) * sizeof *ids);
	struct couch_documents documents = {0};

	for (size_t i = 0; i < count; i++)
		ids[i] = own_format("%s%s", reading->prefix, full_ids[i]);
	bool ok = couch_documents_read(state, (const char *const *)ids, count, &documents, error);
	for (size_t i = 0; i < count; i++) {
		if (ok && documents.list[i].body)
			(void)visit_entry(reading, &documents.list[i], error);
		free(ids[i]);
	}
	couch_documents_done(&documents);
	free(ids);
	return ok || error_wrap(error, "reading what is remembered of the integration");
}

bool problem_list_read_these(struct couch_client *state, struct couch_client *source,
			     const char *integration_id, const char *const *full_ids, size_t count,
			     struct problem_list *list_out, struct error *error)
{
	scoped_text prefix = own_format("pair-%s-", integration_id);
	struct reading reading = {.prefix = prefix};

	if (count && !(read_these(state, &reading, full_ids, count, error) &&
		       read_names(source, &reading.list, error))) {
		problem_list_done(&reading.list);
		return false;
	}
	*list_out = reading.list;
	return true;
}
