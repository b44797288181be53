/* Edits that a person made while the app synced. The recording tells their time by the app's requests ("at_request") and what
 * they were in words; the values follow from what the phase changed without the app having sent it, and where the app
 * overwrote them at once, a value of our own stands for theirs. */
#include "tests/scenarios/recording.h"

#include "bridge/fields/field.h"
#include "inventory/document.h"

#include <string.h>

#define OWN_VALUE "edited meanwhile"

/* Whether the app itself put this value into the cell in this phase. */
static bool was_sent(struct json_object *phase, const char *record_id, const char *name,
		     struct json_object *value)
{
	struct json_object *requests = json_child(phase, "requests", json_type_array);

	for (size_t i = 0; requests && i < json_length(requests); i++) {
		struct json_object *request = json_at(requests, i), *sent = NULL;
		struct json_object *body = json_child(request, "body", json_type_object);
		struct json_object *records = json_child(body, "records", json_type_array);
		for (size_t j = 0; records && j < json_length(records); j++) {
			struct json_object *record = json_at(records, j);
			const char *id = json_text_or(record, "id", record_id);
			if (strcmp(id, record_id) == 0 &&
			    json_find(json_child(record, "fields", json_type_object), name, &sent) &&
			    json_equal(sent, value))
				return true;
		}
	}
	return false;
}

static struct json_object *edited_cells(const struct recording *recording, const struct their_state *before,
					struct json_object *phase, struct json_object *record)
{
	const char *record_id = json_text_or(record, "id", ""), *table = json_text_or(record, "table", "");
	struct json_object *row = NULL, *cells = json_new_object();

	if (!json_find(before->rows, record_id, &row))
		return cells; /* a new row: the app made it */
	row = json_child(row, "fields", json_type_object);
	json_each (members(json_child(record, "fields", json_type_object)), name, value) {
		struct json_object *column = recording_column(recording, table, name), *was = NULL;
		enum field field =
			field_by_name(strcmp(table, "Items") == 0 ? TABLE_ITEMS : TABLE_COLLECTIONS, name);
		bool moved = !json_find(row, name, &was) || !json_equal(was, value);
		if (moved && field != FIELD_COUNT && !recording_column_is_computed(column) &&
		    !was_sent(phase, record_id, name, value))
			json_put(cells, name, json_share(value));
	}
	return cells;
}

static struct json_object *edit_of(const char *table, const char *record_id, struct json_object *cells)
{
	struct json_object *edit = json_new_object(), *meanwhile = json_new_object();

	json_put_text(edit, "table", table);
	json_put_text(edit, "record_id", record_id);
	json_put(edit, "set", cells);
	json_put(meanwhile, "edit", edit);
	return meanwhile;
}

static struct json_object *edit_that_shows(const struct recording *recording,
					   const struct their_state *before, struct json_object *phase)
{
	struct json_object *records = json_child(phase, "records_changed", json_type_array);

	for (size_t i = 0; records && i < json_length(records); i++) {
		struct json_object *record = json_at(records, i);
		struct json_object *cells = edited_cells(recording, before, phase, record);
		if (json_key_count(cells))
			return edit_of(json_text_or(record, "table", ""), json_text_or(record, "id", ""),
				       cells);
		json_release(cells);
	}
	return NULL;
}

/* ---- what the words tell ---- */

/* Whether the words name this id, as a word of its own. */
static bool names(const char *what, const char *id)
{
	size_t length = strlen(id);

	for (const char *at = strstr(what, id); length && at; at = strstr(at + 1, id)) {
		bool begins = at == what || strchr(" '\"(", at[-1]);
		if (begins && strchr(" :,.;'\")", at[length]))
			return true; /* the end as well: strchr() finds the NUL */
	}
	return false;
}

/* The text column that the words name, or Notes, or what every table has. */
static const char *named_column(const struct recording *recording, const char *table, const char *what)
{
	static const char *const texts[] = {"Notes", "Model Name", "Purchased From", "Name"};

	for (size_t i = 0; i < countof(texts); i++)
		if (strstr(what, texts[i]) && recording_column(recording, table, texts[i]))
			return texts[i];
	return recording_column(recording, table, "Notes") ? "Notes" : "Name";
}

static struct json_object *edit_that_words_tell(const struct recording *recording,
						const struct their_state *before, const char *what)
{
	json_each (members(before->rows), record_id, row) {
		const char *table = json_text_or(row, "table", "");
		const char *id = json_text_or(json_child(row, "fields", json_type_object), "ID", "");
		if (!names(what, record_id) && !names(what, id))
			continue;
		struct json_object *cells = json_new_object();
		json_put_text(cells, named_column(recording, table, what), OWN_VALUE);
		return edit_of(table, record_id, cells);
	}
	return NULL;
}

static struct json_object *save_of(enum document_type type, const char *id, struct json_object *changes)
{
	struct json_object *save = json_new_object(), *operation = json_new_object();
	struct json_object *meanwhile = json_new_object();

	json_put_text(save, "__type", document_type_name(type));
	json_put_text(save, "__id", id);
	json_each (changes, key, value) {
		json_put(save, key, json_share(value));
	}
	json_release(changes);
	json_put(operation, "save", save);
	json_put(meanwhile, "op", operation);
	return meanwhile;
}

static struct json_object *operation_that_words_tell(const struct their_state *before, const char *what)
{
	static const char *const texts[] = {"notes", "model_name", "purchased_from", "name"};

	json_each (members(before->documents), full_id, document) {
		const char *id = NULL, *key = NULL;
		enum document_type type = document_type_of(full_id, &id);
		(void)document;
		if ((type != DOCUMENT_ITEM && type != DOCUMENT_COLLECTION) || !names(what, id))
			continue;
		for (size_t i = 0; !key && i < countof(texts); i++)
			key = strstr(what, texts[i]) ? texts[i] : NULL;
		struct json_object *changes = json_new_object();
		json_put_text(changes, type == DOCUMENT_COLLECTION ? "name" : key ? key : "notes", OWN_VALUE);
		return save_of(type, id, changes);
	}
	return NULL;
}

/* The integration's own document, as the app's settings screen would leave it. */
static struct json_object *settings_that_change(const struct recording *recording,
						const struct their_state *before)
{
	scoped_text full_id = own_format("integration-%s", recording->integration_id);
	struct json_object *document = NULL, *meanwhile, *operation;

	if (!json_find(before->documents, full_id, &document))
		return NULL;
	document = json_copy(document);
	json_put_text(document_data(document), "name", OWN_VALUE);
	meanwhile = json_new_object();
	operation = json_new_object();
	json_put(operation, "raw", document);
	json_put(meanwhile, "op", operation);
	return meanwhile;
}

/* ---- what shows in a document ---- */

/* Whether the sync itself changed this key: then its history says so. */
static bool was_pulled(struct json_object *phase, const char *id, const char *key)
{
	struct json_object *documents = json_child(phase, "docs_changed", json_type_array);

	for (size_t i = 0; documents && i < json_length(documents); i++) {
		struct json_object *history = json_at(documents, i);
		if (strcmp(json_text_or(history, "data_id", ""), id) == 0 &&
		    (json_find(json_child(history, "new_data", json_type_object), key, NULL) ||
		     json_find(json_child(history, "original_data", json_type_object), key, NULL)))
			return true;
	}
	return false;
}

static struct json_object *changed_keys(const struct their_state *before, struct json_object *phase,
					struct json_object *document, const char *id)
{
	struct json_object *changes = json_new_object(), *old = NULL, *was = NULL;

	if (!json_find(before->documents, json_text_or(document, "_id", ""), &old))
		return changes;
	json_each (members(document_data(document)), key, value) {
		if (strcmp(key, "integrations") != 0 && key[0] != '_' && !was_pulled(phase, id, key) &&
		    (!json_find(document_data(old), key, &was) || !json_equal(was, value)))
			json_put(changes, key, json_share(value));
	}
	return changes;
}

static struct json_object *operation_that_shows(const struct their_state *before, struct json_object *phase)
{
	struct json_object *documents = json_child(phase, "docs_changed", json_type_array);

	for (size_t i = 0; documents && i < json_length(documents); i++) {
		struct json_object *document = json_at(documents, i);
		const char *id = NULL;
		enum document_type type = document_type_of(json_text_or(document, "_id", ""), &id);
		if (type != DOCUMENT_ITEM && type != DOCUMENT_COLLECTION)
			continue;
		struct json_object *changes = changed_keys(before, phase, document, id);
		if (json_key_count(changes))
			return save_of(type, id, changes);
		json_release(changes);
	}
	return NULL;
}

struct json_object *recording_meanwhile(const struct recording *recording, const struct their_state *before,
					struct json_object *phase)
{
	const char *what = json_text_or(json_child(phase, "during", json_type_object), "what", "");
	struct json_object *meanwhile = NULL;

	if (strncmp(what, "integration", 11) == 0)
		return settings_that_change(recording, before);
	if (strncmp(what, "record", 6) == 0 || (strstr(what, "in Airtable") && !strstr(what, "in the app"))) {
		meanwhile = edit_that_shows(recording, before, phase);
		return meanwhile ? meanwhile : edit_that_words_tell(recording, before, what);
	}
	meanwhile = operation_that_shows(before, phase);
	return meanwhile ? meanwhile : operation_that_words_tell(before, what);
}
