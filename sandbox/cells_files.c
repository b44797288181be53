/* Cells of attached files: new ones by their URL, those that stay by their id. */
#include "sandbox/cells_read.h"
#include "sandbox/refusal.h"
#include <string.h>

/* The real service shows what it was given, and not why it does not take that. */
static bool refuse_file(const struct sandbox_reading *reading, struct json_object *value, const char *why,
			struct error *error)
{
	scoped_text given = json_write(value);

	return sandbox_refuse(error, 422, "INVALID_ATTACHMENT_OBJECT",
			      "Invalid attachment object for field %s: %s", reading->field->name,
			      reading->field->table->base->store->quoted_refusals ? why : given);
}

static struct sandbox_file *kept_file(const struct sandbox_reading *reading, const char *id)
{
	const struct sandbox_cell *cell =
		reading->record ? &reading->record->slots[reading->field->slot].cell : NULL;

	for (uint32_t i = 0; cell && cell->kind == CELL_FILES && i < cell->count; i++) {
		if (strcmp(cell->files[i]->id, id) == 0)
			return cell->files[i];
	}
	return NULL;
}

static bool new_file(const struct sandbox_reading *reading, struct json_object *element,
		     struct sandbox_file **file_out, struct error *error)
{
	const char *url = json_text_or(element, "url", NULL);
	const char *filename = json_text_or(element, "filename", NULL);
	char id[SANDBOX_ID_SIZE];

	json_each (element, key, value) {
		if ((strcmp(key, "url") != 0 && strcmp(key, "filename") != 0) ||
		    !json_is(value, json_type_string))
			return refuse_file(reading, element, "only url and filename are taken", error);
	}
	if (!url || (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0))
		return refuse_file(reading, element, "the url must be http or https", error);
	sandbox_mint(reading->field->table->base->store, "att", id);
	*file_out = sandbox_file_open(id, url, filename);
	return true;
}

static bool read_file(const struct sandbox_reading *reading, struct json_object *element,
		      struct sandbox_file **file_out, struct error *error)
{
	const char *id = json_text_or(element, "id", NULL);

	if (!json_is(element, json_type_object))
		return refuse_file(reading, element, "an object is needed", error);
	if (!id)
		return new_file(reading, element, file_out, error);
	struct sandbox_file *kept = kept_file(reading, id);
	if (json_key_count(element) != 1 || !kept)
		return refuse_file(reading, element, "only the id of a file in this cell is taken", error);
	*file_out = sandbox_file_share(kept);
	return true;
}

bool sandbox_read_files(const struct sandbox_reading *reading, struct json_object *value,
			struct sandbox_cell *cell_out, struct error *error)
{
	struct sandbox_cell cell = {0};

	if (!json_is(value, json_type_array))
		return refuse_file(reading, value, "an array is needed", error);
	for (size_t i = 0; i < json_length(value); i++) {
		struct sandbox_file *file = NULL;
		if (!read_file(reading, json_at(value, i), &file, error)) {
			sandbox_cell_done(&cell);
			return false;
		}
		sandbox_cell_add_file(&cell, file);
	}
	*cell_out = cell;
	return true;
}
