/* Entries about what is refused in a row: it stays there, and is told. */
#include "tests/scenarios/recording_better.h"

#include "inventory/document.h"

#include <string.h>

/* ---- copies ---- */

/* An ID that a person put into a row, which is not that of its document. */
static bool is_foreign_id(const struct person_edit *edit, const char **id_out)
{
	const char *id = json_text_of(edit->value);
	scoped_text own = document_full_id(table_document_type(edit->table), id ? id : "");

	*id_out = id;
	return edit->in_base && edit->kind == EDIT_VALUE && edit->field == FIELD_ID && id && *id &&
	       strcmp(own, edit->subject) != 0;
}

/* A document that the app made of a row with the ID of another, or that other one. */
bool is_about_a_copy(const struct judging *judging, const char *subject)
{
	for (size_t i = 0; i < judging->edits.count; i++) {
		const struct person_edit *edit = &judging->edits.list[i];
		const char *id;
		if (!is_foreign_id(edit, &id))
			continue;
		scoped_text original = document_full_id(table_document_type(edit->table), id);
		if (recording_initial(judging->recording, original) &&
		    (strcmp(original, subject) == 0 || edit_is_about(edit, subject)))
			return true;
	}
	return false;
}

/* The original's row is in step, as any; each other row with its ID says that it is a copy. */
bool copy_is_told(const struct judging *judging, const char *subject, struct text *why)
{
	struct json_object *document = our_document(judging, subject);
	const char *mark = document ? document_app_link(document, judging->recording->integration_id) : NULL;
	size_t copies = 0;

	if (!document)
		return true; /* the app made it of the copy */
	json_each (judging->ends->rows, name, rows) {
		enum table table;
		for (size_t i = 0; table_of_name(name, &table) && i < json_length(rows); i++) {
			struct json_object *row = json_at(rows, i);
			const char *record_id = json_text_or(row, "id", "");
			scoped_text one =
				subject_of_row(table, record_id, json_child(row, "fields", json_type_object));
			bool original = mark && strcmp(mark, record_id) == 0;
			if (strcmp(one, subject) != 0)
				continue;
			copies += !original;
			if (original == row_has_message(row))
				return broken(why, subject,
					      original ? "its own row tells of a problem"
						       : "a copy of its row is not told so");
		}
	}
	return copies > 0 || broken(why, subject, "there is no copy of its row");
}

/* ---- edits that are refused ---- */

static bool is_edit_of_row(const struct judging *judging, const struct person_edit *edit)
{
	(void)judging;
	return edit->in_base && edit->kind == EDIT_VALUE;
}

/* A later one in the app, of another field. */
static bool is_followed_in_app(const struct judging *judging, const struct person_edit *edit)
{
	for (size_t i = 0; is_edit_of_row(judging, edit) && i < judging->edits.count; i++) {
		const struct person_edit *other = &judging->edits.list[i];
		if (edit_is_about(other, edit->subject) && !other->in_base && other->kind == EDIT_VALUE &&
		    other->field != edit->field && other->phase > edit->phase)
			return true;
	}
	return false;
}

/* The recording has a message in the row: something that was typed there is refused. */
bool refused_while_app_edits(const struct judging *judging, const char *subject)
{
	struct json_object *rows = json_child(judging->recording->json, "final_records", json_type_object);
	enum table table = strncmp(subject, "collection-", 11) == 0 ? TABLE_COLLECTIONS : TABLE_ITEMS;
	struct json_object *list = json_child(rows, table_name(table), json_type_array);

	for (size_t i = 0; i < json_length(list); i++) {
		struct json_object *row = json_at(list, i);
		scoped_text one = subject_of_row(table, json_text_or(row, "id", ""),
						 json_child(row, "fields", json_type_object));
		if (strcmp(one, subject) == 0 && row_has_message(row))
			return edits_any(judging, subject, is_followed_in_app);
	}
	return false;
}

/* The row says so, and what was edited in the app is on both sides all the same. */
bool refusal_is_told(const struct judging *judging, const char *subject, struct text *why)
{
	enum table table;
	struct json_object *row = our_row(judging, subject, &table);

	if (!row || !row_has_message(row))
		return broken(why, subject, "the row does not tell that an edit is refused");
	for (size_t i = 0; i < judging->edits.count; i++) {
		const struct person_edit *edit = &judging->edits.list[i];
		if (edit_is_about(edit, subject) && !edit->in_base && edit->kind == EDIT_VALUE &&
		    edit_is_latest(judging, edit) && !edit_survives(judging, edit, why))
			return false;
	}
	return true;
}
