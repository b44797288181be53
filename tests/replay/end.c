#include "couch/documents.h"
#include "tests/replay/play.h"
#include "tests/worlds/ending.h"

#include <string.h>

static bool add_entry(void *context, struct json_object *document, struct error *error)
{
	(void)error;
	ending_entry(context, document);
	return true;
}

static bool add_documents(struct replay *replay, struct json_object *ending, struct error *error)
{
	scoped(json_object) documents = NULL;

	if (!stage_documents(replay->stage, &documents, error))
		return false;
	for (size_t i = 0; i < json_length(documents); i++) {
		struct json_object *body = json_at(documents, i);
		const char *id = NULL;
		enum table table;
		enum document_type type = document_type_of(json_text_or(body, "_id", ""), &id);
		if (table_of_document_type(type, &table))
			ending_document(ending, table, id, body, REPLAY_INTEGRATION);
		else if (type == DOCUMENT_HISTORY)
			ending_history(ending, body);
		else if (type == DOCUMENT_DELETED_DATA)
			json_put_text(ending, json_text_or(body, "_id", ""), "left behind");
	}
	return true;
}

/* Of the documents that are tombstones in the world. */
static bool add_tombstones(struct replay *replay, struct json_object *ending, struct error *error)
{
	json_each (replay->transcript->end, place, words) {
		enum table table = strncmp(place, "item ", 5) == 0 ? TABLE_ITEMS : TABLE_COLLECTIONS;
		struct couch_documents documents = {0};
		if (strcmp(json_object_get_string(words), "deleted") != 0)
			continue;
		scoped_text id = names_word_to_server(&replay->names, strchr(place, ' ') + 1);
		scoped_text full_id = document_full_id(table_document_type(table), id);
		const char *ids[] = {full_id};
		if (!couch_documents_read(replay->couch.client, ids, 1, &documents, error))
			return false;
		if (documents.list[0].deleted)
			ending_document(ending, table, id, NULL, REPLAY_INTEGRATION);
		couch_documents_done(&documents);
	}
	return true;
}

static bool add_rows(struct replay *replay, struct json_object *ending, struct error *error)
{
	for (size_t table = 0; table < TABLE_COUNT; table++) {
		scoped(json_object) rows = NULL;
		if (!stage_rows(replay->stage, REPLAY_BASE, table_name((enum table)table), &rows, error))
			return false;
		for (size_t i = 0; i < json_length(rows); i++) {
			struct json_object *row = json_at(rows, i);
			const char *record = json_text_or(row, "id", "");
			json_each (json_child(row, "fields", json_type_object), name, value) {
				enum field field = field_by_name((enum table)table, name);
				if (field != FIELD_COUNT)
					ending_cell(ending, (enum table)table, record, field, value);
			}
		}
	}
	return true;
}

bool end_read(struct replay *replay, struct json_object **end_out, struct error *error)
{
	scoped(json_object) ending = json_new_object();
	struct store *store = &stage_sync(replay->stage)->ledger.store;

	if (!add_documents(replay, ending, error) || !add_tombstones(replay, ending, error) ||
	    !add_rows(replay, ending, error) ||
	    !store->ops->walk(store->self, "pair-", NULL, add_entry, ending, error))
		return false;
	*end_out = take(ending);
	return true;
}
