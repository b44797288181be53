#include "sandbox/save.h"
#include "base/clock.h"
#include "base/descriptors.h"
#include "sandbox/cells.h"
#include "sandbox/rows.h"
#include "sandbox/save_files.h"
#include "sandbox/schema.h"
#include "sandbox/template.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool wrong(struct error *error, const char *what, const char *where)
{
	return error_set(error, ERROR_REFUSED, "%s in %s", what, where);
}

/* Ids go into paths and formulas: letters, digits and a few signs. */
static bool good_id(const char *id)
{
	size_t length = strlen(id);

	for (size_t i = 0; i < length; i++) {
		if (id[i] <= ' ' || strchr("/\\\"'{}?#%&+,", id[i]) || (unsigned char)id[i] >= 127)
			return false;
	}
	return length > 0 && length < 64;
}

static bool check_id(const char *id, const char *where, struct error *error)
{
	return !id || good_id(id) ? true : wrong(error, "an id that no path can hold", where);
}

static bool read_fields(struct json_object *json, struct sandbox_table *table, struct error *error)
{
	struct json_object *models = json_child(json, "fields", json_type_array);
	const char *primary = json_text_or(json, "primaryFieldId", NULL);

	if (!models || json_length(models) == 0)
		return wrong(error, "no fields", table->name);
	for (size_t i = 0; i < json_length(models); i++) {
		struct json_object *model = json_at(models, i);
		struct sandbox_field *field = NULL;
		if (!check_id(json_text_or(model, "id", NULL), table->name, error) ||
		    !sandbox_make_field(table, model, false, &field, error))
			return error_wrap(error, "table \"%s\"", table->name);
	}
	if (primary)
		table->primary = sandbox_find_field(table, primary);
	return table->primary ? true : wrong(error, "an unknown primaryFieldId", table->name);
}

static bool read_table(struct json_object *json, struct sandbox_base *base, struct error *error)
{
	const char *id = json_text_or(json, "id", NULL), *name = json_text_or(json, "name", NULL);

	if (!name || !*name || sandbox_find_table(base, name) || (id && sandbox_find_table(base, id)))
		return wrong(error, "a table without a name or id of its own", base->id);
	if (!check_id(id, base->id, error))
		return false;
	struct sandbox_table *table = sandbox_add_table(base, id, name);
	table->description = own_copy(json_text_or(json, "description", NULL));
	struct json_object *views = json_child(json, "views", json_type_array);
	const char *view = views && json_length(views) ? json_text_or(json_at(views, 0), "id", NULL) : NULL;
	if (view) {
		free(table->view_id);
		table->view_id = own_copy(view);
	}
	return read_fields(json, table, error);
}

static bool join_table(struct json_object *json, struct sandbox_table *table, struct error *error)
{
	struct json_object *models = json_child(json, "fields", json_type_array);

	for (size_t i = 0; i < json_length(models); i++) {
		struct json_object *options = json_child(json_at(models, i), "options", json_type_object);
		if (strcmp(table->fields[i]->type_name, "multipleRecordLinks") == 0 &&
		    !sandbox_join_link(table->fields[i], options, error))
			return error_wrap(error, "table \"%s\"", table->name);
	}
	return true;
}

static bool read_record(struct json_object *json, struct sandbox_table *table, struct error *error)
{
	const char *id = json_text_or(json, "id", NULL);
	const char *created = json_text_or(json, "createdTime", NULL);
	int64_t created_ms = table->base->store->now_ms;

	if (!json_is(json, json_type_object) || !check_id(id, table->name, error))
		return wrong(error, "a record that is none", table->name);
	if (id && sandbox_find_record(table->base, id))
		return error_set(error, ERROR_REFUSED, "record \"%s\" is there twice", id);
	if (created && !clock_from_iso(created, &created_ms))
		return error_set(error, ERROR_REFUSED, "record \"%s\": createdTime is no time", id ? id : "");
	struct sandbox_record *record = sandbox_add_record(table, id);
	record->created_ms = created_ms / 1000 * 1000;
	record->modified_ms = json_int_or(json, "modifiedAny", 0);
	record->number = json_int_or(json, "number", record->number);
	if (record->number > table->last_number)
		table->last_number = record->number;
	return true;
}

static bool read_cell(struct sandbox_record *record, struct sandbox_field *field, struct json_object *value,
		      int64_t modified_ms, struct error *error)
{
	bool links = strcmp(field->type_name, "multipleRecordLinks") == 0;
	struct sandbox_reading reading = {field, record, !links, false};
	struct sandbox_cell cell = {0};

	if (sandbox_field_computed(field))
		return true;
	bool taken = strcmp(field->type_name, "multipleAttachments") == 0
			     ? sandbox_files_load(value, record, field, &cell, error)
			     : sandbox_cell_read(&reading, value, &cell, error);
	if (!taken)
		return error_wrap(error, "record \"%s\"", record->id);
	sandbox_row_put(record, field, &cell);
	record->slots[field->slot].modified_ms = modified_ms;
	if (modified_ms > record->modified_ms)
		record->modified_ms = modified_ms;
	return true;
}

static bool read_cells(struct json_object *json, struct sandbox_record *record, struct error *error)
{
	struct json_object *fields = json_child(json, "fields", json_type_object);
	struct json_object *modified = json_child(json, "modified", json_type_object);

	if (!fields)
		return true;
	json_each (fields, key, value) {
		struct sandbox_field *field = sandbox_find_field(record->table, key);
		if (!field)
			return error_set(error, ERROR_REFUSED, "record \"%s\": there is no field \"%s\"",
					 record->id, key);
		int64_t modified_ms = json_int_or(modified, key, modified ? 0 : record->created_ms);
		if (!read_cell(record, field, value, modified_ms, error))
			return false;
	}
	/* Cells that were emptied have a time too. */
	for (size_t i = 0; modified && i < record->table->field_count; i++) {
		struct sandbox_slot *slot = &record->slots[i];
		slot->modified_ms = json_int_or(modified, record->table->fields[i]->id, slot->modified_ms);
		if (slot->modified_ms > record->modified_ms)
			record->modified_ms = slot->modified_ms;
	}
	return true;
}

/* A file written by hand may name one end of a link only. */
static void complete_links(struct sandbox_table *table)
{
	for (size_t i = 0; i < table->field_count; i++) {
		struct sandbox_field *field = table->fields[i];
		for (size_t j = 0; field->inverse && j < table->record_count; j++)
			sandbox_row_mirror(table->records[j], field);
	}
}

static struct json_object *tables_of(struct json_object *json)
{
	return json_child(json, "tables", json_type_array);
}

static bool read_rows(struct json_object *json, struct sandbox_base *base, struct error *error)
{
	for (size_t i = 0; i < base->table_count; i++) {
		struct json_object *table = json_at(tables_of(json), i);
		struct json_object *records = json_child(table, "records", json_type_array);
		for (size_t j = 0; records && j < json_length(records); j++) {
			if (!read_record(json_at(records, j), base->tables[i], error))
				return false;
		}
	}
	for (size_t i = 0; i < base->table_count; i++) {
		struct json_object *table = json_at(tables_of(json), i);
		struct json_object *records = json_child(table, "records", json_type_array);
		size_t count = records ? json_length(records) : 0;
		for (size_t j = 0; j < count; j++) {
			if (!read_cells(json_at(records, j), base->tables[i]->records[j], error))
				return false;
		}
	}
	for (size_t i = 0; i < base->table_count; i++)
		complete_links(base->tables[i]);
	return true;
}

static bool read_base(struct json_object *json, struct sandbox_store *store, struct error *error)
{
	const char *id = json_text_or(json, "id", NULL);
	struct json_object *tables = tables_of(json);

	if (!id || !good_id(id) || sandbox_find_base(store, id))
		return error_set(error, ERROR_REFUSED, "a base needs an id of its own");
	if (!tables || json_length(tables) > SANDBOX_TABLE_LIMIT)
		return wrong(error, "no tables, or too many,", id);
	struct sandbox_base *base = sandbox_add_base(store, id, json_text_or(json, "name", id));
	for (size_t i = 0; i < json_length(tables); i++) {
		if (!read_table(json_at(tables, i), base, error))
			return error_wrap(error, "base %s", id);
	}
	for (size_t i = 0; i < json_length(tables); i++) {
		if (!join_table(json_at(tables, i), base->tables[i], error))
			return error_wrap(error, "base %s", id);
	}
	return read_rows(json, base, error) ? true : error_wrap(error, "base %s", id);
}

static bool read_templates(struct json_object *json, struct sandbox_store *store, struct error *error)
{
	struct json_object *ids = json_child(json, "templates", json_type_array);

	for (size_t i = 0; ids && i < json_length(ids); i++) {
		const char *id = json_text_of(json_at(ids, i));
		if (!id || !good_id(id) || sandbox_find_base(store, id))
			return error_set(error, ERROR_REFUSED, "a template needs a base id of its own");
		sandbox_add_template(store, id);
	}
	return true;
}

static void close_scoped(struct sandbox_store **store)
{
	sandbox_store_close(store);
}

bool sandbox_store_read(struct json_object *json, int64_t now_ms, struct sandbox_store **store_out,
			struct error *error)
{
	__attribute__((cleanup(close_scoped))) struct sandbox_store *store = sandbox_store_open();
	struct json_object *bases = json_child(json, "bases", json_type_array);

	store->now_ms = now_ms;
	if (!bases && !json_child(json, "templates", json_type_array))
		return error_set(error, ERROR_REFUSED, "an object with \"bases\" or \"templates\" is needed");
	for (size_t i = 0; bases && i < json_length(bases); i++) {
		if (!read_base(json_at(bases, i), store, error))
			return false;
	}
	if (!read_templates(json, store, error))
		return false;
	*store_out = take(store);
	return true;
}

static void write_record(const struct sandbox_record *record, struct text *text)
{
	scoped(json_object) json = json_new_object();
	struct json_object *fields = json_new_object(), *modified = json_new_object();
	char iso[CLOCK_ISO_SIZE];

	json_put_text(json, "id", record->id);
	if (clock_iso(record->created_ms, iso))
		json_put_text(json, "createdTime", iso);
	json_put(json, "number", json_new_int(record->number));
	json_put(json, "modifiedAny", json_new_int(record->modified_ms));
	for (size_t i = 0; i < record->table->field_count; i++) {
		struct sandbox_field *field = record->table->fields[i];
		if (sandbox_field_computed(field))
			continue;
		const struct sandbox_cell *cell = &record->slots[i].cell;
		struct json_object *value = cell->kind == CELL_FILES
						    ? sandbox_files_save(cell, record->table->base->store)
						    : sandbox_cell_show(record, field);
		if (value)
			json_put(fields, field->id, value);
		if (record->slots[i].modified_ms)
			json_put(modified, field->id, json_new_int(record->slots[i].modified_ms));
	}
	json_put(json, "fields", fields);
	json_put(json, "modified", modified);
	json_add_to(text, json);
}

static void write_table(const struct sandbox_table *table, struct text *text)
{
	scoped(json_object) model = sandbox_table_model(table);

	json_add_to(text, model);
	text->bytes[--text->length] = '\0'; /* the closing brace */
	text_add(text, ",\n\"records\":[");
	for (size_t i = 0; i < table->record_count; i++) {
		text_add(text, i ? ",\n" : "\n");
		write_record(table->records[i], text);
	}
	text_add(text, "]}");
}

static void write_base(const struct sandbox_base *base, struct text *text)
{
	scoped(json_object) id = json_new_text(base->id);
	scoped(json_object) name = json_new_text(base->name);
	size_t written = 0;

	text_add(text, "{\"id\":");
	json_add_to(text, id);
	text_add(text, ",\"name\":");
	json_add_to(text, name);
	text_add(text, ",\"tables\":[");
	for (size_t i = 0; i < base->table_count; i++) {
		if (base->tables[i]->deleted)
			continue;
		text_add(text, written++ ? ",\n" : "\n");
		write_table(base->tables[i], text);
	}
	text_add(text, "]}");
}

void sandbox_store_write(const struct sandbox_store *store, struct text *text)
{
	text_add(text, "{\"bases\":[");
	for (size_t i = 0; i < store->base_count; i++) {
		text_add(text, i ? ",\n" : "\n");
		write_base(store->bases[i], text);
	}
	text_add(text, "]}\n");
}

struct sandbox_store *sandbox_store_copy(const struct sandbox_store *store)
{
	struct text text = {.ceiling = SANDBOX_STATE_CEILING};
	scoped(json_object) json = NULL;
	struct sandbox_store *copy = NULL;

	sandbox_store_write(store, &text);
	bool read = json_read(text_or_empty(&text), text.length, &json, NULL, NULL) &&
		    sandbox_store_read(json, store->now_ms, &copy, NULL);
	text_done(&text);
	if (read)
		sandbox_files_resemble(&copy->files, &store->files);
	return read ? copy : NULL;
}

static bool read_file(const char *path, struct text *text, struct error *error)
{
	static const size_t piece = 1 << 16;
	scoped_text bytes = own_alloc(piece);
	FILE *file = fopen(path, "re");
	size_t length;

	if (!file)
		return error_set(error, ERROR_FATAL, "%s: %s", path, strerror(errno));
	while ((length = fread(bytes, 1, piece, file)) > 0)
		text_add_bytes(text, bytes, length);
	bool failed = ferror(file) != 0;
	fclose(file);
	if (failed || text->full)
		return error_set(error, ERROR_FATAL, "%s: cannot be read, or is too big", path);
	return true;
}

bool sandbox_store_load(const char *path, int64_t now_ms, struct sandbox_store **store_out,
			struct error *error)
{
	struct text text = {.ceiling = SANDBOX_STATE_CEILING};
	scoped(json_object) json = NULL;
	bool loaded = read_file(path, &text, error) &&
		      (json_read(text_or_empty(&text), text.length, &json, NULL, error) ||
		       error_wrap(error, "%s", path)) &&
		      (sandbox_store_read(json, now_ms, store_out, error) || error_wrap(error, "%s", path));

	text_done(&text);
	return loaded;
}

bool sandbox_store_save(const struct sandbox_store *store, const char *path, struct error *error)
{
	struct text text = {.ceiling = SANDBOX_STATE_CEILING};
	scoped_text aside = own_format("%s.new", path);
	int file = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (file < 0)
		return error_set(error, ERROR_FATAL, "%s: %s", aside, strerror(errno));
	sandbox_store_write(store, &text);
	bool written = !text.full && descriptor_write(file, text.bytes, text.length);
	written = close(file) == 0 && written && rename(aside, path) == 0;
	text_done(&text);
	return written ? true : error_set(error, ERROR_FATAL, "%s: %s", path, strerror(errno));
}
