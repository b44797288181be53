#include "sandbox/upload.h"
#include "base/base64.h"
#include "sandbox/cells.h"
#include "sandbox/refusal.h"
#include "sandbox/rights.h"
#include "sandbox/rows.h"
#include <stdlib.h>
#include <string.h>

static bool takes_files(const struct sandbox_field *field)
{
	return strcmp(field->type->name, "multipleAttachments") == 0;
}

/* {"contentType","filename","file"}, texts all, and nothing else. */
static bool check_keys(struct json_object *json, struct error *error)
{
	static const char *const keys[] = {"contentType", "filename", "file"};

	for (size_t i = 0; i < countof(keys); i++) {
		if (!json_child(json, keys[i], json_type_string))
			return sandbox_refuse_request(error);
	}
	return json_key_count(json) == countof(keys) || sandbox_refuse_request(error);
}

/* A name with letters beyond ASCII is not found: it was seen so. */
static bool find_field(const struct sandbox_call *call, const struct sandbox_record *record,
		       struct sandbox_field **field_out, struct error *error)
{
	const char *key = call->target->segments[3];
	struct sandbox_field *field = sandbox_find_field(record->table, key);

	for (const char *at = key; *at; at++) {
		if ((unsigned char)*at >= 0x80)
			return sandbox_refuse_bare(error, 404, "NOT_FOUND");
	}
	if (!field)
		return sandbox_refuse_field_name(error, key);
	if (!takes_files(field))
		return sandbox_refuse(error, 422, "INVALID_VALUE_FOR_COLUMN",
				      "Field \"%s\" cannot accept the provided value", field->name);
	*field_out = field;
	return true;
}

static bool check_rights(const struct sandbox_record *record, const struct sandbox_field *field,
			 struct error *error)
{
	scoped(json_object) fields = json_new_object();

	json_put(fields, field->id, NULL);
	return sandbox_rights_write(record->table, record, fields, error);
}

/* Behind the files that are there. Takes the bytes. */
static struct sandbox_file *append(struct sandbox_record *record, struct sandbox_field *field,
				   struct json_object *json, char *bytes, size_t size)
{
	struct sandbox_store *store = record->table->base->store;
	const struct sandbox_cell *old = &record->slots[field->slot].cell;
	const char *name = json_text_or(json, "filename", "");
	struct sandbox_cell cell = {0};
	char id[SANDBOX_ID_SIZE];

	sandbox_mint(store, "att", id);
	struct sandbox_file *file = sandbox_file_open(id, NULL, *name ? name : NULL);
	sandbox_file_store(file, bytes, size, json_text_or(json, "contentType", NULL));
	for (uint32_t i = 0; old->kind == CELL_FILES && i < old->count; i++)
		sandbox_cell_add_file(&cell, sandbox_file_share(old->files[i]));
	sandbox_cell_add_file(&cell, file);
	sandbox_files_add(&store->files, file);
	sandbox_row_set(record, field, &cell);
	return file;
}

bool sandbox_upload(struct sandbox_call *call, struct error *error)
{
	struct sandbox_record *record = sandbox_find_record(call->base, call->record_id);
	struct sandbox_field *field = NULL;
	char *bytes = NULL;
	size_t size = 0;

	if (!record)
		return sandbox_refuse_model(error);
	if (!check_keys(call->json, error) || !find_field(call, record, &field, error) ||
	    !check_rights(record, field, error))
		return false;
	struct json_object *words = json_child(call->json, "file", json_type_string);
	if (!base64_read(json_text_of(words), json_text_length(words), &bytes, &size))
		return sandbox_refuse_request(error);
	if (size > SANDBOX_UPLOAD_LIMIT) {
		free(bytes);
		return sandbox_refuse(error, 413, "REQUEST_TOO_LARGE", "The file is larger than %d bytes.",
				      SANDBOX_UPLOAD_LIMIT);
	}
	append(record, field, call->json, bytes, size);
	call->sandbox->counts.records_updated++;
	scoped(json_object) json = sandbox_record_show(record, &field, 1, true);
	sandbox_answer_json(&call->answer, json);
	return true;
}

bool sandbox_upload_by_hand(struct sandbox_store *store, struct json_object *json, const char **id_out,
			    struct error *error)
{
	struct sandbox_base *base = sandbox_find_base(store, json_text_or(json, "base", ""));
	struct sandbox_record *record =
		base ? sandbox_find_record(base, json_text_or(json, "record", "")) : NULL;
	struct sandbox_field *field =
		record ? sandbox_find_field(record->table, json_text_or(json, "field", "")) : NULL;
	struct json_object *words = json_child(json, "file", json_type_string);
	char *bytes = NULL;
	size_t size = 0;

	if (!field || !takes_files(field))
		return error_set(error, ERROR_REFUSED, "there is no such cell for files");
	if (!words || !base64_read(json_text_of(words), json_text_length(words), &bytes, &size))
		return error_set(error, ERROR_REFUSED, "\"file\" must be base64");
	*id_out = append(record, field, json, bytes, size)->id;
	return true;
}
