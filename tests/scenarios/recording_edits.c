#include "tests/scenarios/recording_edits.h"

#include "base/clock.h"
#include "inventory/document.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- values ---- */

bool table_of_name(const char *name, enum table *table_out)
{
	for (size_t table = 0; table < TABLE_COUNT; table++) {
		*table_out = (enum table)table;
		if (strcmp(table_name((enum table)table), name) == 0)
			return true;
	}
	return false;
}

/* "item_with_parts" is shown as "Item with Parts". */
static struct json_object *type_shown(struct json_object *value)
{
	scoped_text words = own_copy(value ? recording_words(value) : "item");

	for (char *at = words; *at; at++) {
		if (*at == '_')
			*at = ' ';
		if ((at == words || at[-1] == ' ') && strncmp(at, "with_", 5) != 0)
			*at = (char)toupper((unsigned char)*at);
	}
	return json_new_text(words);
}

static struct json_object *time_shown(struct json_object *value)
{
	char iso[CLOCK_ISO_SIZE];

	return json_is_number(value) && clock_iso(json_int_of(value), iso) ? json_new_text(iso) : NULL;
}

static struct json_object *link_shown(struct json_object *value)
{
	struct json_object *list;

	if (!json_is(value, json_type_string) || !json_text_length(value))
		return NULL;
	list = json_new_array();
	json_append(list, json_share(value));
	return list;
}

static struct json_object *value_shown(struct json_object *value, const struct field_rule *rule)
{
	switch (rule->kind) {
	case KIND_CHOICE:
		return rule->field == FIELD_TYPE ? type_shown(value) : json_share(value);
	case KIND_TIME:
		return time_shown(value);
	case KIND_COLLECTION_LINK:
	case KIND_ITEM_LINK:
		return link_shown(value);
	case KIND_NUMBER:
		return json_is_number(value) && rule->scale != 0
			       ? json_number(json_double_of(value) / rule->scale)
			       : json_share(value);
	default:
		return json_share(value);
	}
}

struct json_object *cell_of_document(struct json_object *data, enum table table, enum field field)
{
	const struct field_rule *rule = field_rule(field);
	struct json_object *value = NULL;

	if (rule->data_key[table])
		json_find(data, rule->data_key[table], &value);
	return value_shown(value, rule);
}

char *subject_of_row(enum table table, const char *record_id, struct json_object *cells)
{
	const char *id = json_text_or(cells, "ID", "");

	return id[0] ? document_full_id(table_document_type(table), id) : own_copy(record_id);
}

/* ---- the edits ---- */

struct reading {
	const struct recording *recording;
	struct their_state theirs;
	struct person_edits edits;
	size_t phase;
	bool meanwhile;
};

static struct person_edit *add(struct reading *reading, enum edit_kind kind, const char *subject,
			       enum table table, int64_t at_ms)
{
	struct person_edits *edits = &reading->edits;

	edits->list = own_resize(edits->list, edits->count + 1, sizeof *edits->list);
	struct person_edit *edit = &edits->list[edits->count++];
	*edit = (struct person_edit){.kind = kind,
				     .subject = own_copy(subject),
				     .table = table,
				     .at_ms = at_ms,
				     .phase = reading->phase,
				     .meanwhile = reading->meanwhile};
	return edit;
}

/* Record ids in a link cell, as ids of documents where the rows have one. */
static struct json_object *links_by_id(struct reading *reading, struct json_object *cell)
{
	struct json_object *ids = json_new_array();

	for (size_t i = 0; json_is(cell, json_type_array) && i < json_length(cell); i++) {
		struct json_object *link = json_at(cell, i), *row = NULL;
		const char *record_id = recording_words(link);
		json_find(reading->theirs.rows, record_id, &row);
		const char *id = json_text_or(json_child(row, "fields", json_type_object), "ID", record_id);
		json_append(ids, json_new_text(id));
	}
	return ids;
}

static void read_cell(struct reading *reading, const char *subject, const char *record_id, enum table table,
		      enum field field, struct json_object *value, int64_t at_ms)
{
	enum edit_kind kind = EDIT_VALUE;

	if (field == FIELD_DELETE && json_bool_of(value))
		kind = EDIT_DELETE;
	struct person_edit *edit = add(reading, kind, subject, table, at_ms);
	edit->in_base = true;
	edit->record_id = own_copy(record_id);
	edit->field = field;
	edit->value = json_is(value, json_type_array) ? links_by_id(reading, value) : json_share(value);
}

static void read_edit(struct reading *reading, struct json_object *edit)
{
	struct json_object *create = json_child(edit, "create", json_type_object), *row = NULL;
	const char *removed = json_text_or(edit, "remove", NULL);
	const char *record_id = removed ? removed : json_text_or(edit, "record_id", "");
	int64_t at_ms = json_int_or(edit, "at", 0);
	enum table table;

	if (!table_of_name(json_text_or(edit, "table", ""), &table))
		return;
	json_find(reading->theirs.rows, record_id, &row);
	scoped_text subject = subject_of_row(table, record_id, json_child(row, "fields", json_type_object));
	if (create || removed) {
		struct person_edit *made =
			add(reading, removed ? EDIT_REMOVE : EDIT_CREATE, subject, table, at_ms);
		made->in_base = true;
		made->record_id = own_copy(record_id);
	}
	json_each (members(create ? create : json_child(edit, "set", json_type_object)), name, value) {
		enum field field = field_by_name(table, name);
		if (field != FIELD_COUNT)
			read_cell(reading, subject, record_id, table, field, value, at_ms);
	}
}

static void read_key(struct reading *reading, const char *subject, enum table table, const char *key,
		     struct json_object *value, int64_t at_ms, int64_t told_time_ms)
{
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const struct field_rule *rule = field_rule((enum field)field);
		if (!rule->data_key[table] || strcmp(rule->data_key[table], key) != 0)
			continue;
		struct person_edit *edit = add(reading, EDIT_VALUE, subject, table, at_ms);
		edit->field = (enum field)field;
		edit->value = value_shown(value, rule);
		edit->told_time_ms = told_time_ms;
	}
}

static void read_save(struct reading *reading, struct json_object *save, int64_t at_ms)
{
	scoped_text subject =
		own_format("%s-%s", json_text_or(save, "__type", ""), json_text_or(save, "__id", ""));
	enum table table;

	if (!table_of_document_type(document_type_of(subject, NULL), &table))
		return;
	if (json_bool_or(save, "__deleted", false)) {
		add(reading, EDIT_DELETE, subject, table, at_ms);
		return;
	}
	if (!json_find(reading->theirs.documents, subject, NULL))
		add(reading, EDIT_CREATE, subject, table, at_ms);
	json_each (members(save), key, value) {
		read_key(reading, subject, table, key,
			 json_bool_or(value, "$undefined", false) ? NULL : value, at_ms, 0);
	}
}

/* A document as another device left it: what differs from before is edited. */
static void read_raw(struct reading *reading, struct json_object *raw, int64_t at_ms)
{
	const char *subject = json_text_or(raw, "_id", "");
	struct json_object *before = NULL, *data = document_data(raw), *was = NULL;
	enum table table;

	if (!table_of_document_type(document_type_of(subject, NULL), &table))
		return;
	json_find(reading->theirs.documents, subject, &before);
	before = before ? document_data(before) : NULL;
	json_each (members(data), key, value) {
		if (!json_find(before, key, &was) || !json_equal(was, value))
			read_key(reading, subject, table, key, value, at_ms, document_updated_at(raw));
	}
	json_each (members(before), gone, old) {
		(void)old;
		if (!json_find(data, gone, NULL))
			read_key(reading, subject, table, gone, NULL, at_ms, document_updated_at(raw));
	}
}

/* The documents that the newest batch of this hand changed. */
static void read_restore(struct reading *reading, const char *by, int64_t at_ms)
{
	int64_t newest = 0;

	json_each (reading->theirs.documents, id, document) {
		int64_t batch = json_int_or(document, "batch", 0);
		if (strncmp(id, "zzd-", 4) == 0 &&
		    strcmp(json_text_or(document, "created_by", ""), by) == 0 && batch > newest)
			newest = batch;
	}
	json_each (reading->theirs.documents, one_id, one) {
		enum table table;
		scoped_text subject = own_format("%s-%s", json_text_or(one, "data_type", ""),
						 json_text_or(one, "data_id", ""));
		if (strncmp(one_id, "zzd-", 4) == 0 && strcmp(json_text_or(one, "created_by", ""), by) == 0 &&
		    json_int_or(one, "batch", 0) == newest &&
		    table_of_document_type(document_type_of(subject, NULL), &table))
			add(reading, EDIT_RESTORE, subject, table, at_ms);
	}
}

static void read_operation(struct reading *reading, struct json_object *operation)
{
	struct json_object *save = json_child(operation, "save", json_type_object);
	struct json_object *raw = json_child(operation, "raw", json_type_object);
	const char *restored = json_text_or(operation, "restoreBatchOf", NULL);
	int64_t at_ms = json_int_or(operation, "at", 0);

	if (save)
		read_save(reading, save, at_ms);
	if (raw)
		read_raw(reading, raw, at_ms);
	if (restored)
		read_restore(reading, restored, at_ms);
}

static void read_list(struct reading *reading, struct json_object *list,
		      void (*read)(struct reading *reading, struct json_object *entry))
{
	for (size_t i = 0; list && i < json_length(list); i++)
		read(reading, json_at(list, i));
}

static void read_meanwhile(struct reading *reading, struct json_object *phase)
{
	scoped(json_object) meanwhile = recording_meanwhile(reading->recording, &reading->theirs, phase);
	struct json_object *edit = json_child(meanwhile, "edit", json_type_object);
	struct json_object *operation = json_child(meanwhile, "op", json_type_object);
	struct json_object *at = json_new_int(json_int_or(phase, "finished_at", 0));

	reading->meanwhile = true;
	if (edit) {
		json_put(edit, "at", json_share(at));
		read_edit(reading, edit);
	} else if (operation) {
		json_put(operation, "at", json_share(at));
		read_operation(reading, operation);
	}
	json_release(at);
	reading->meanwhile = false;
}

struct person_edits recording_edits(const struct recording *recording)
{
	struct reading reading = {.recording = recording};
	struct json_object *phases = recording_list(recording, "phases");

	their_state_begin(&reading.theirs, recording);
	for (size_t i = 0; i < json_length(phases); i++) {
		struct json_object *phase = json_at(phases, i);
		reading.phase = i;
		if (json_find(phase, "during", NULL))
			read_meanwhile(&reading, phase);
		read_list(&reading, json_child(phase, "ops", json_type_array), read_operation);
		read_list(&reading, json_child(phase, "edits", json_type_array), read_edit);
		their_state_note(&reading.theirs, phase);
	}
	/* A row that got its document later is called by that. */
	for (size_t i = 0; i < reading.edits.count; i++) {
		struct person_edit *edit = &reading.edits.list[i];
		struct json_object *row = NULL;
		if (!edit->record_id || !json_find(reading.theirs.rows, edit->record_id, &row))
			continue;
		free(edit->subject);
		edit->subject = subject_of_row(edit->table, edit->record_id,
					       json_child(row, "fields", json_type_object));
	}
	their_state_done(&reading.theirs);
	return reading.edits;
}

void person_edits_done(struct person_edits *edits)
{
	for (size_t i = 0; i < edits->count; i++) {
		free(edits->list[i].subject);
		free(edits->list[i].record_id);
		json_release(edits->list[i].value);
	}
	free(edits->list);
	*edits = (struct person_edits){0};
}
