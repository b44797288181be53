#include "sandbox/save_files.h"
#include "base/base64.h"
#include <stdlib.h>
#include <string.h>

static struct json_object *save_file(const struct sandbox_file *file, const struct sandbox_store *store)
{
	struct json_object *json = json_new_object();

	json_put_text(json, "id", file->id);
	json_put_text(json, "url", file->url);
	json_put_text(json, "filename", file->filename);
	if (file->state == FILE_STORED) {
		scoped_text content = base64_write(file->bytes, file->size);
		json_put_text(json, "type", file->type);
		json_put_text(json, "content", content);
	}
	if (file->state == FILE_BROKEN)
		json_put(json, "broken", json_new_int(file->status));
	if (file->state == FILE_GIVEN && sandbox_fetch_queue_has(&store->fetches, file))
		json_put(json, "fetching", json_new_bool(true));
	return json;
}

struct json_object *sandbox_files_save(const struct sandbox_cell *cell, const struct sandbox_store *store)
{
	struct json_object *json = cell->kind == CELL_FILES ? json_new_array_sized(cell->count) : NULL;

	for (uint32_t i = 0; json && i < cell->count; i++)
		json_append(json, save_file(cell->files[i], store));
	return json;
}

static bool wrong(struct error *error, const char *what, const struct sandbox_field *field)
{
	return error_set(error, ERROR_REFUSED, "an attachment %s in %s", what, field->name);
}

static bool load_file(struct json_object *json, struct sandbox_field *field, struct sandbox_file **file_out,
		      struct error *error)
{
	const char *id = json_text_or(json, "id", NULL), *url = json_text_or(json, "url", NULL);
	struct json_object *content = json_child(json, "content", json_type_string);
	int64_t broken = json_int_or(json, "broken", 0);
	char minted[SANDBOX_ID_SIZE], *bytes = NULL;
	size_t size = 0;

	if (!url && !content && !broken)
		return wrong(error, "without a url", field);
	if (content && !base64_read(json_text_of(content), json_text_length(content), &bytes, &size))
		return wrong(error, "whose content is no base64", field);
	sandbox_mint(field->table->base->store, "att", minted);
	*file_out = sandbox_file_open(id ? id : minted, url, json_text_or(json, "filename", "a"));
	if (content)
		sandbox_file_store(*file_out, bytes, size, json_text_or(json, "type", NULL));
	else if (broken >= 400 && broken <= 599)
		(*file_out)->state = FILE_BROKEN;
	(*file_out)->status = (int)broken;
	return true;
}

bool sandbox_files_load(struct json_object *value, struct sandbox_record *record, struct sandbox_field *field,
			struct sandbox_cell *cell_out, struct error *error)
{
	struct sandbox_store *store = field->table->base->store;
	struct sandbox_cell cell = {0};

	for (size_t i = 0; json_is(value, json_type_array) && i < json_length(value); i++) {
		struct sandbox_file *file = NULL;
		if (!load_file(json_at(value, i), field, &file, error)) {
			sandbox_cell_done(&cell);
			return false;
		}
		sandbox_cell_add_file(&cell, file);
		sandbox_files_add(&store->files, file);
		if (file->state == FILE_GIVEN && json_bool_or(json_at(value, i), "fetching", false))
			sandbox_fetch_queue_add(&store->fetches, record, field, file);
	}
	*cell_out = cell;
	return true;
}
