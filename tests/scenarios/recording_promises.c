/* What our end must hold where it is not as recorded. */
#include "tests/scenarios/recording_better.h"

#include "inventory/document.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- our end ---- */

struct json_object *our_document(const struct judging *judging, const char *subject)
{
	struct json_object *documents = judging->ends->documents;

	for (size_t i = 0; i < json_length(documents); i++) {
		struct json_object *document = json_at(documents, i);
		if (strcmp(json_text_or(document, "_id", ""), subject) == 0)
			return document;
	}
	return NULL;
}

static size_t rows_of(const struct judging *judging, const char *subject, struct json_object **row_out,
		      enum table *table_out)
{
	size_t found = 0;

	json_each (judging->ends->rows, name, rows) {
		enum table table;
		if (!table_of_name(name, &table))
			continue;
		for (size_t i = 0; i < json_length(rows); i++) {
			struct json_object *row = json_at(rows, i);
			scoped_text one = subject_of_row(table, json_text_or(row, "id", ""),
							 json_child(row, "fields", json_type_object));
			if (strcmp(one, subject) != 0)
				continue;
			*row_out = row;
			*table_out = table;
			found++;
		}
	}
	return found;
}

struct json_object *our_row(const struct judging *judging, const char *subject, enum table *table_out)
{
	struct json_object *row = NULL;

	return rows_of(judging, subject, &row, table_out) ? row : NULL;
}

bool broken(struct text *why, const char *subject, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	scoped_text words = own_format_list(format, arguments);
	va_end(arguments);
	text_format(why, "%s: %s", subject, words);
	return false;
}

/* ---- cells ---- */

/* Links of a row by the ids of their documents. */
static struct json_object *cell_by_id(const struct judging *judging, struct json_object *cell)
{
	struct json_object *ids;

	if (!json_is(cell, json_type_array))
		return json_share(cell);
	ids = json_new_array();
	for (size_t i = 0; i < json_length(cell); i++) {
		const char *record_id = recording_words(json_at(cell, i));
		const char *id = record_id;
		json_each (judging->ends->rows, name, rows) {
			(void)name;
			for (size_t j = 0; j < json_length(rows); j++) {
				struct json_object *row = json_at(rows, j);
				if (strcmp(json_text_or(row, "id", ""), record_id) == 0)
					id = json_text_or(json_child(row, "fields", json_type_object), "ID",
							  record_id);
			}
		}
		json_append(ids, json_new_text(id));
	}
	return ids;
}

/* An item without a type is an item. */
static bool shown_equal(enum field field, struct json_object *one, struct json_object *other)
{
	static struct json_object *item;

	if (!item)
		item = json_new_text("Item");
	if (field == FIELD_TYPE)
		return value_equal(value_is_empty(one) ? item : one, value_is_empty(other) ? item : other);
	return (value_is_empty(one) && value_is_empty(other)) || value_equal(one, other);
}

/* 'wanted' in the row's cell, if the table has that column. */
static bool cell_shows(const struct judging *judging, enum table table, struct json_object *row,
		       enum field field, struct json_object *wanted)
{
	const char *name = field_rule(field)->name;
	struct json_object *cell = NULL;

	if (!recording_column(judging->recording, table_name(table), name))
		return true;
	json_find(json_child(row, "fields", json_type_object), name, &cell);
	scoped(json_object) shown = cell_by_id(judging, cell);
	return shown_equal(field, wanted, shown);
}

/* A link to a document that has no row of its own cannot be shown. */
static bool can_be_shown(const struct judging *judging, enum field field, struct json_object *wanted)
{
	enum field_kind kind = field_rule(field)->kind;
	struct json_object *row = NULL;
	enum table table;

	if (!wanted || (kind != KIND_COLLECTION_LINK && kind != KIND_ITEM_LINK))
		return true;
	scoped_text subject = document_full_id(kind == KIND_ITEM_LINK ? DOCUMENT_ITEM : DOCUMENT_COLLECTION,
					       recording_words(json_at(wanted, 0)));
	return rows_of(judging, subject, &row, &table) > 0;
}

/* What a message names may differ. */
bool row_has_message(struct json_object *row)
{
	struct json_object *message = NULL;

	json_find(json_child(row, "fields", json_type_object), "Synchronization Error Message", &message);
	return !value_is_empty(message);
}

bool is_in_step(const struct judging *judging, const char *subject, struct text *why)
{
	struct json_object *document = our_document(judging, subject), *row = NULL;
	enum table table;
	size_t rows = rows_of(judging, subject, &row, &table);

	if (!document && rows == 0)
		return true;
	if (!document || rows != 1)
		return broken(why, subject, "%s",
			      !document ? "a row without a document"
			      : rows    ? "several rows"
					: "a document without a row");
	struct json_object *error = NULL;
	json_find(json_child(row, "fields", json_type_object), "Synchronization Error Message", &error);
	for (size_t field = 0; field < FIELD_COUNT && value_is_empty(error); field++) {
		const struct field_rule *rule = field_rule((enum field)field);
		if (!field_in_table((enum field)field, table) || rule->direction != DIRECTION_BOTH)
			continue;
		scoped(json_object) wanted =
			cell_of_document(document_data(document), table, (enum field)field);
		if (can_be_shown(judging, (enum field)field, wanted) &&
		    !cell_shows(judging, table, row, (enum field)field, wanted))
			return broken(why, subject, "the document and the row differ in %s", rule->name);
	}
	return true;
}

/* ---- edits ---- */

bool edit_is_latest(const struct judging *judging, const struct person_edit *edit)
{
	for (size_t i = 0; i < judging->edits.count; i++) {
		const struct person_edit *other = &judging->edits.list[i];
		if (strcmp(other->subject, edit->subject) == 0 && other->kind == EDIT_VALUE &&
		    other->field == edit->field && other > edit)
			return false;
	}
	return true;
}

/* What an edit in the base changed in a document is in its history. */
static bool is_recorded(const struct judging *judging, const struct person_edit *edit)
{
	const char *key = field_rule(edit->field)->data_key[edit->table];
	struct json_object *documents = judging->ends->documents;

	for (size_t i = 0; i < json_length(documents); i++) {
		struct json_object *history = json_at(documents, i);
		scoped_text about = own_format("%s-%s", json_text_or(history, "data_type", ""),
					       json_text_or(history, "data_id", ""));
		struct json_object *data = json_child(history, "new_data", json_type_object), *value = NULL;
		if (strcmp(json_text_or(history, "event_name", ""), "sync") != 0 ||
		    strcmp(about, edit->subject) != 0)
			continue;
		json_find(data, key, &value);
		scoped(json_object) shown = cell_of_document(data, edit->table, edit->field);
		if ((value || value_is_empty(edit->value)) && shown_equal(edit->field, shown, edit->value))
			return true;
	}
	return false;
}

bool edit_survives(const struct judging *judging, const struct person_edit *edit, struct text *why)
{
	struct json_object *document = our_document(judging, edit->subject);
	enum table table = edit->table;
	struct json_object *row = our_row(judging, edit->subject, &table);
	const struct field_rule *rule = field_rule(edit->field);

	if (!document)
		return broken(why, edit->subject, "the document is gone");
	if (edit->in_base && row && row_has_message(row))
		return true;
	scoped(json_object) shown = cell_of_document(document_data(document), table, edit->field);
	if (!shown_equal(edit->field, shown, edit->value))
		return broken(why, edit->subject, "the document has lost the edit of %s", rule->name);
	if (row && can_be_shown(judging, edit->field, edit->value) &&
	    !cell_shows(judging, table, row, edit->field, edit->value))
		return broken(why, edit->subject, "the row has lost the edit of %s", rule->name);
	return !edit->in_base || is_recorded(judging, edit) ||
	       broken(why, edit->subject, "the history has no entry of the edit of %s", rule->name);
}

bool edits_survive(const struct judging *judging, const char *subject, struct text *why)
{
	for (size_t i = 0; i < judging->edits.count; i++) {
		const struct person_edit *edit = &judging->edits.list[i];
		if (strcmp(edit->subject, subject) == 0 && edit->kind == EDIT_VALUE &&
		    field_rule(edit->field)->direction == DIRECTION_BOTH && edit_is_latest(judging, edit) &&
		    !edit_survives(judging, edit, why))
			return false;
	}
	return is_in_step(judging, subject, why);
}

/* ---- the others ---- */

/* A flag that was false when a person last saved it is so still: whoever asks gets false, not nothing. */
bool flags_stay(const struct judging *judging, const char *subject, struct text *why)
{
	struct json_object *before = recording_initial(judging->recording, subject);
	struct json_object *after = our_document(judging, subject);

	json_each (members(before ? document_data(before) : NULL), key, value) {
		struct json_object *now = NULL;
		if (json_is(value, json_type_boolean) && !json_bool_of(value) && after &&
		    !json_find(document_data(after), key, &now))
			return broken(why, subject, "%s was false, and is gone", key);
	}
	return true;
}

static bool same_records(struct json_object *initial, struct json_object *ours)
{
	bool same = json_length(initial) == json_length(ours);

	for (size_t i = 0; same && i < json_length(ours); i++)
		same = strcmp(json_text_or(json_at(initial, i), "id", ""),
			      json_text_or(json_at(ours, i), "id", "")) == 0;
	return same;
}

bool nothing_is_written(const struct judging *judging, const char *subject, struct text *why)
{
	struct json_object *initial =
		json_child(judging->recording->json, "initial_records", json_type_object);
	struct json_object *documents = judging->ends->documents;

	for (size_t i = 0; i < json_length(documents); i++) {
		struct json_object *document = json_at(documents, i);
		const char *by = json_text_or(document, "created_by", "");
		if (strncmp(by, "integration-", 12) == 0)
			return broken(why, subject, "a document was changed");
	}
	json_each (judging->ends->rows, table, rows) {
		struct json_object *before = json_child(initial, table, json_type_array);
		if (before && !same_records(before, rows))
			return broken(why, subject, "table %s was changed", table);
	}
	return true;
}

bool is_gone(const struct judging *judging, const char *subject, struct text *why)
{
	enum table table;

	if (our_document(judging, subject) || our_row(judging, subject, &table))
		return broken(why, subject, "it is still there");
	return true;
}

bool row_is_blank(const struct judging *judging, const char *subject, struct text *why)
{
	struct json_object *row = NULL;
	enum table table;

	if (rows_of(judging, subject, &row, &table) != 1)
		return broken(why, subject, "the blank row is gone");
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (field_in_table((enum field)field, table) &&
		    !cell_shows(judging, table, row, (enum field)field, NULL))
			return broken(why, subject, "the blank row got a value in %s",
				      field_rule((enum field)field)->name);
	return true;
}

/* What the batch's history calls original is what the document shows, and what the batch added is gone. */
bool is_as_before_the_batch(const struct judging *judging, const char *subject, struct text *why)
{
	struct json_object *documents = judging->ends->documents;
	struct json_object *document = our_document(judging, subject);

	for (size_t i = 0; i < json_length(documents); i++) {
		struct json_object *history = json_at(documents, i);
		scoped_text about = own_format("%s-%s", json_text_or(history, "data_type", ""),
					       json_text_or(history, "data_id", ""));
		struct json_object *original = json_child(history, "original_data", json_type_object);
		if (strcmp(about, subject) != 0 ||
		    strcmp(json_text_or(history, "event_name", ""), "sync") != 0)
			continue;
		if (json_bool_or(original, "__deleted", false))
			return !document || broken(why, subject, "what the batch created is still there");
		json_each (members(json_child(history, "new_data", json_type_object)), key, value) {
			struct json_object *wanted = NULL, *now = NULL;
			(void)value;
			json_find(original, key, &wanted);
			json_find(document ? document_data(document) : NULL, key, &now);
			if (!value_equal(wanted, now))
				return broken(why, subject, "%s is not as it was before the batch", key);
		}
	}
	return is_in_step(judging, subject, why);
}
