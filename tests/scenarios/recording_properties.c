/* What makes an entry concern a document: what was edited, where and when; never a scenario's name. */
#include "tests/scenarios/recording_better.h"

#include "inventory/document.h"

#include <string.h>

bool edit_is_about(const struct person_edit *edit, const char *subject)
{
	return strcmp(edit->subject, subject) == 0;
}

static struct json_object *phase_at(const struct judging *judging, size_t number)
{
	return json_at(recording_list(judging->recording, "phases"), number);
}

static size_t phase_count(const struct judging *judging)
{
	return json_length(recording_list(judging->recording, "phases"));
}

static bool is_sync(struct json_object *phase)
{
	return strcmp(json_text_or(phase, "op", ""), "sync") == 0;
}

/* The sync that first saw what was done in this phase; phase_count() when none did. */
static size_t sync_after(const struct judging *judging, size_t phase)
{
	while (phase < phase_count(judging) && !is_sync(phase_at(judging, phase)))
		phase++;
	return phase;
}

/* ---- single documents ---- */

static bool is_false(struct json_object *document, const char *key)
{
	struct json_object *value = NULL;

	json_find(document ? document_data(document) : NULL, key, &value);
	return json_is(value, json_type_boolean) && !json_bool_of(value);
}

/* At the start, or after any phase. */
bool was_false(const struct judging *judging, const char *subject, const char *key)
{
	if (is_false(recording_initial(judging->recording, subject), key))
		return true;
	for (size_t i = 0; i < phase_count(judging); i++) {
		struct json_object *documents =
			json_child(phase_at(judging, i), "docs_changed", json_type_array);
		for (size_t j = 0; documents && j < json_length(documents); j++) {
			struct json_object *document = json_at(documents, j);
			if (strcmp(json_text_or(document, "_id", ""), subject) == 0 &&
			    is_false(document, key))
				return true;
		}
	}
	return false;
}

bool has_false_flag(const struct judging *judging, const char *subject)
{
	struct json_object *document = our_document(judging, subject);

	json_each (members(document ? document_data(document) : NULL), key, value) {
		(void)value;
		if (is_false(document, key) && was_false(judging, subject, key))
			return true;
	}
	return false;
}

bool edits_any(const struct judging *judging, const char *subject,
	       bool (*fits)(const struct judging *judging, const struct person_edit *edit))
{
	for (size_t i = 0; i < judging->edits.count; i++)
		if (edit_is_about(&judging->edits.list[i], subject) && fits(judging, &judging->edits.list[i]))
			return true;
	return false;
}

static bool meets_full_sync(const struct judging *judging, const struct person_edit *edit)
{
	size_t sync = sync_after(judging, edit->phase);

	return edit->in_base && !edit->meanwhile && sync < phase_count(judging) &&
	       json_bool_or(phase_at(judging, sync), "full_sync", false);
}

bool edited_before_full_sync(const struct judging *judging, const char *subject)
{
	return edits_any(judging, subject, meets_full_sync);
}

static bool meets_other_side(const struct judging *judging, const struct person_edit *edit)
{
	for (size_t i = 0; i < judging->edits.count; i++) {
		const struct person_edit *other = &judging->edits.list[i];
		if (edit_is_about(other, edit->subject) && other->in_base != edit->in_base &&
		    other->kind == EDIT_VALUE && edit->kind == EDIT_VALUE &&
		    sync_after(judging, other->phase) == sync_after(judging, edit->phase))
			return true;
	}
	return false;
}

bool edited_on_both_sides(const struct judging *judging, const char *subject)
{
	return edits_any(judging, subject, meets_other_side);
}

static bool is_meanwhile(const struct judging *judging, const struct person_edit *edit)
{
	(void)judging;
	return edit->meanwhile;
}

bool edited_meanwhile(const struct judging *judging, const char *subject)
{
	return edits_any(judging, subject, is_meanwhile);
}

static bool has_fast_clock(const struct judging *judging, const struct person_edit *edit)
{
	(void)judging;
	return edit->told_time_ms > edit->at_ms + 60000;
}

bool saved_by_a_fast_clock(const struct judging *judging, const char *subject)
{
	return edits_any(judging, subject, has_fast_clock);
}

/* Where the base's times have no fractions, the second in which a sync looks is told in part only. */
static bool is_in_second_of_sync(const struct judging *judging, const struct person_edit *edit)
{
	struct json_object *fake = json_child(judging->recording->json, "airtable_fake", json_type_object);

	if (!edit->in_base || strcmp(json_text_or(fake, "modified_at_precision", ""), "second") != 0)
		return false;
	for (size_t i = 0; i < phase_count(judging); i++)
		if (is_sync(phase_at(judging, i)) &&
		    json_int_or(phase_at(judging, i), "started_at", 0) / 1000 == edit->at_ms / 1000)
			return true;
	return false;
}

bool edited_in_the_second_of_a_sync(const struct judging *judging, const char *subject)
{
	return edits_any(judging, subject, is_in_second_of_sync);
}

bool deleted_and_saved_again(const struct judging *judging, const char *subject)
{
	bool deleted = false;

	for (size_t i = 0; i < judging->edits.count; i++) {
		const struct person_edit *edit = &judging->edits.list[i];
		if (!edit_is_about(edit, subject) || edit->in_base)
			continue;
		if (deleted && edit->kind != EDIT_DELETE)
			return true;
		deleted = deleted || edit->kind == EDIT_DELETE;
	}
	return false;
}

static bool clears_reference(const struct judging *judging, const struct person_edit *edit)
{
	(void)judging;
	return edit->kind == EDIT_VALUE && edit->field == FIELD_REFERENCE_NUMBER &&
	       value_is_empty(edit->value);
}

bool reference_is_cleared(const struct judging *judging, const char *subject)
{
	return edits_any(judging, subject, clears_reference);
}

static bool ticks_box(const struct judging *judging, const struct person_edit *edit)
{
	(void)judging;
	return edit->in_base && edit->kind == EDIT_DELETE;
}

bool deleted_by_its_box(const struct judging *judging, const char *subject)
{
	return edits_any(judging, subject, ticks_box);
}

static bool removes_row(const struct judging *judging, const struct person_edit *edit)
{
	(void)judging;
	return edit->kind == EDIT_REMOVE;
}

bool row_is_removed(const struct judging *judging, const char *subject)
{
	return edits_any(judging, subject, removes_row);
}

static bool deletes_document(const struct judging *judging, const struct person_edit *edit)
{
	(void)judging;
	return !edit->in_base && edit->kind == EDIT_DELETE;
}

bool deleted_on_both_sides(const struct judging *judging, const char *subject)
{
	return edits_any(judging, subject, removes_row) && edits_any(judging, subject, deletes_document);
}

static bool is_restore(const struct judging *judging, const struct person_edit *edit)
{
	(void)judging;
	return edit->kind == EDIT_RESTORE;
}

static bool meets_box(const struct judging *judging, const struct person_edit *edit)
{
	for (size_t i = 0; i < judging->edits.count; i++) {
		const struct person_edit *other = &judging->edits.list[i];
		if (edit_is_about(other, edit->subject) && ticks_box(judging, other) && !edit->in_base &&
		    edit->kind == EDIT_VALUE &&
		    sync_after(judging, other->phase) == sync_after(judging, edit->phase))
			return true;
	}
	return false;
}

bool box_meets_edit(const struct judging *judging, const char *subject)
{
	return edits_any(judging, subject, meets_box);
}

bool batch_is_restored(const struct judging *judging, const char *subject)
{
	return edits_any(judging, subject, is_restore);
}

/* A row that was edited after its document was deleted, before the next sync. */
bool row_edited_after_deletion(const struct judging *judging, const char *subject)
{
	bool deleted = false;

	for (size_t i = 0; i < judging->edits.count; i++) {
		const struct person_edit *edit = &judging->edits.list[i];
		if (!edit_is_about(edit, subject))
			continue;
		if (deleted && edit->in_base && edit->kind == EDIT_VALUE)
			return true;
		deleted = deleted || (!edit->in_base && edit->kind == EDIT_DELETE);
	}
	return false;
}

static bool gives_value(const struct judging *judging, const struct person_edit *edit)
{
	(void)judging;
	return edit->kind != EDIT_CREATE && !value_is_empty(edit->value);
}

static bool makes_row(const struct judging *judging, const struct person_edit *edit)
{
	(void)judging;
	return edit->in_base && edit->kind == EDIT_CREATE;
}

bool row_stays_blank(const struct judging *judging, const char *subject)
{
	return edits_any(judging, subject, makes_row) && !edits_any(judging, subject, gives_value);
}

/* The message came with an earlier sync; then a person edited the row again, and the app left it as it was. */
bool message_stays_after_its_cause(const struct judging *judging, const char *subject)
{
	bool told = false;

	for (size_t i = 0; i < phase_count(judging); i++) {
		struct json_object *records =
			json_child(phase_at(judging, i), "records_changed", json_type_array);
		for (size_t j = 0; told && j < judging->edits.count; j++) {
			const struct person_edit *edit = &judging->edits.list[j];
			if (edit_is_about(edit, subject) && edit->in_base && edit->phase == i)
				return true;
		}
		for (size_t j = 0; records && j < json_length(records); j++) {
			struct json_object *record = json_at(records, j), *message = NULL;
			struct json_object *cells = json_child(record, "fields", json_type_object);
			enum table table;
			if (!table_of_name(json_text_or(record, "table", ""), &table))
				continue;
			scoped_text one = subject_of_row(table, json_text_or(record, "id", ""), cells);
			json_find(cells, "Synchronization Error Message", &message);
			told = told || (strcmp(one, subject) == 0 && !value_is_empty(message));
		}
	}
	return false;
}

/* ---- scope ---- */

struct json_object *integration_config_of(const struct judging *judging)
{
	scoped_text full_id = own_format("integration-%s", judging->recording->integration_id);
	struct json_object *document = recording_initial(judging->recording, full_id);
	struct json_object *data = document ? document_data(document) : NULL;

	return json_child(data, "config", json_type_object);
}

bool scope_lists(const struct judging *judging, const char *id)
{
	struct json_object *listed =
		json_child(integration_config_of(judging), "collection_ids_to_sync", json_type_array);

	for (size_t i = 0; listed && i < json_length(listed); i++)
		if (strcmp(recording_words(json_at(listed, i)), id) == 0)
			return true;
	return false;
}

/* A collection that was born as a row is in scope by itself, with all that is put into it (sync-rules 14). */
bool placed_outside_the_scope(const struct judging *judging, const char *subject)
{
	struct json_object *document = our_document(judging, subject);
	const char *collection = json_text_or(document ? document_data(document) : NULL, "collection_id", "");
	scoped_text collection_id = own_format("collection-%s", collection);

	return strncmp(subject, "item-", 5) == 0 && collection[0] &&
	       strcmp(json_text_or(integration_config_of(judging), "scope_type", "collections"),
		      "collections") == 0 &&
	       !scope_lists(judging, collection) && !recording_initial(judging->recording, collection_id);
}

bool collection_beside_container_scope(const struct judging *judging, const char *subject)
{
	if (strncmp(subject, "collection-", 11) != 0 ||
	    strcmp(json_text_or(integration_config_of(judging), "scope_type", ""), "containers") != 0)
		return false;
	for (size_t i = 0; i < judging->edits.count; i++)
		if (edit_is_about(&judging->edits.list[i], subject) && judging->edits.list[i].in_base)
			return true;
	return false;
}

/* ---- the whole scenario ---- */

static bool has_column_of_type(const struct recording *recording, const char *table, const char *name,
			       const char *type)
{
	return strcmp(json_text_or(recording_column(recording, table, name), "type", ""), type) == 0;
}

bool base_has_no_ids(const struct judging *judging, const char *subject)
{
	(void)subject;
	return !has_column_of_type(judging->recording, "Items", "ID", "singleLineText");
}

bool modified_at_is_missing(const struct judging *judging, const char *subject)
{
	static const char *const tables[] = {"Collections", "Items"};

	(void)subject;
	for (size_t i = 0; i < countof(tables); i++)
		if (!has_column_of_type(judging->recording, tables[i], "Modified At", "lastModifiedTime"))
			return true;
	return false;
}

bool server_fails(const struct judging *judging, const char *subject)
{
	(void)subject;
	for (size_t i = 0; i < phase_count(judging); i++) {
		struct json_object *requests = json_child(phase_at(judging, i), "requests", json_type_array);
		for (size_t j = 0; requests && j < json_length(requests); j++) {
			int64_t status = json_int_or(json_at(requests, j), "status", 200);
			if (status == 429 || status >= 500)
				return true;
		}
	}
	return false;
}

static const char *container_of(const struct judging *judging, const char *subject)
{
	struct json_object *document = our_document(judging, subject);

	return json_text_or(document ? document_data(document) : NULL, "container_id", NULL);
}

/* The app follows containers upwards, and never ends in a circle; what stands below one is stuck as well. */
bool stands_in_a_circle(const struct judging *judging, const char *subject)
{
	const char *container = container_of(judging, subject);

	for (int level = 0; container && level < 100; level++) {
		scoped_text above = own_format("item-%s", container);
		container = container_of(judging, above);
	}
	return container != NULL;
}

static bool knows_choice(struct json_object *column, const char *name)
{
	struct json_object *options = json_child(column, "options", json_type_object);
	struct json_object *choices = json_child(options, "choices", json_type_array);

	for (size_t i = 0; choices && i < json_length(choices); i++)
		if (strcmp(json_text_or(json_at(choices, i), "name", ""), name) == 0)
			return true;
	return !column;
}

/* What the app cannot put into a row, and which then ends its whole sync. */
static bool is_bad(const struct judging *judging, struct json_object *document)
{
	enum document_type type = document_type_of(json_text_or(document, "_id", ""), NULL);
	struct error refusal;
	enum table table;

	if (!table_of_document_type(type, &table))
		return false;
	const char *currency = json_text_or(document_data(document), "purchase_price_currency", "");
	return !document_check(type, document, &refusal) ||
	       (currency[0] && !knows_choice(recording_column(judging->recording, "Items", "PPC"), currency));
}

bool is_bad_itself(const struct judging *judging, const char *subject)
{
	struct json_object *document = our_document(judging, subject);

	return document && is_bad(judging, document);
}

bool another_is_bad(const struct judging *judging, const char *subject)
{
	struct json_object *documents = judging->ends->documents;

	(void)subject;
	for (size_t i = 0; i < json_length(documents); i++)
		if (is_bad(judging, json_at(documents, i)))
			return true;
	return false;
}
