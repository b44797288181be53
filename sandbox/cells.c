#include "sandbox/cells.h"
#include "base/clock.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct json_object *show_time(const struct sandbox_cell *cell, const struct sandbox_field *field)
{
	char iso[CLOCK_ISO_SIZE];

	if (!clock_iso(cell->time_ms, iso))
		return NULL;
	if (strcmp(field->type->name, "date") == 0)
		iso[10] = '\0';
	return json_new_text(iso);
}

static struct json_object *show_choices(const struct sandbox_cell *cell, const struct sandbox_field *field)
{
	if (strcmp(field->type->name, "singleSelect") == 0)
		return json_new_text(cell->choices[0]->name);
	struct json_object *names = json_new_array_sized(cell->count);
	for (uint32_t i = 0; i < cell->count; i++)
		json_append(names, json_new_text(cell->choices[i]->name));
	return names;
}

static struct json_object *show_links(const struct sandbox_cell *cell)
{
	struct json_object *ids = json_new_array_sized(cell->count);

	for (uint32_t i = 0; i < cell->count; i++)
		json_append(ids, json_new_text(cell->links[i]->id));
	return ids;
}

static struct json_object *show_files(const struct sandbox_cell *cell, const struct sandbox_field *field)
{
	struct sandbox_store *store = field->table->base->store;
	struct json_object *files = json_new_array_sized(cell->count);

	for (uint32_t i = 0; i < cell->count; i++) {
		struct json_object *file = sandbox_file_show(&store->files, cell->files[i], store->now_ms);
		if (file)
			json_append(files, file);
	}
	if (json_length(files) > 0)
		return files;
	json_release(files);
	return NULL;
}

static struct json_object *show_raw(const struct sandbox_cell *cell)
{
	struct json_object *json = NULL;

	return json_read(cell->text, strlen(cell->text), &json, NULL, NULL) ? json : NULL;
}

struct json_object *sandbox_cell_show(const struct sandbox_record *record, struct sandbox_field *field)
{
	if (sandbox_field_computed(field))
		return field->type->compute ? field->type->compute(record, field) : NULL;
	const struct sandbox_cell *cell = &record->slots[field->slot].cell;
	switch (cell->kind) {
	case CELL_EMPTY:
		return NULL;
	case CELL_TEXT:
		return json_new_text(cell->text);
	case CELL_NUMBER:
		return json_number(cell->number);
	case CELL_TRUE:
		return json_new_bool(true);
	case CELL_CHOICES:
		return show_choices(cell, field);
	case CELL_TIME:
		return show_time(cell, field);
	case CELL_LINKS:
		return show_links(cell);
	case CELL_FILES:
		return show_files(cell, field);
	case CELL_RAW:
		return show_raw(cell);
	}
	return NULL;
}

static void text_of_json(struct json_object *json, struct text *text)
{
	if (json_is(json, json_type_string)) {
		text_add(text, json_text_of(json));
	} else if (json_is(json, json_type_array)) {
		for (size_t i = 0; i < json_length(json); i++) {
			text_add(text, i ? ", " : "");
			text_of_json(json_at(json, i), text);
		}
	} else if (json) {
		json_add_to(text, json);
	}
}

/* Two rows whose primary fields are links to each other would never end. */
static void text_of_links(const struct sandbox_cell *cell, struct sandbox_field *field, struct text *text)
{
	if (field->evaluating)
		return;
	field->evaluating = true;
	for (uint32_t i = 0; i < cell->count; i++) {
		text_add(text, i ? ", " : "");
		sandbox_cell_text(cell->links[i], field->linked->primary, text);
	}
	field->evaluating = false;
}

static void text_of_files(const struct sandbox_cell *cell, struct text *text)
{
	for (uint32_t i = 0; i < cell->count; i++) {
		text_add(text, i ? ", " : "");
		text_add(text, cell->files[i]->filename);
	}
}

void sandbox_cell_text(const struct sandbox_record *record, struct sandbox_field *field, struct text *text)
{
	const struct sandbox_cell *cell = &record->slots[field->slot].cell;

	if (!sandbox_field_computed(field) && cell->kind == CELL_TEXT) {
		text_add(text, cell->text);
	} else if (!sandbox_field_computed(field) && cell->kind == CELL_LINKS) {
		text_of_links(cell, field, text);
	} else if (!sandbox_field_computed(field) && cell->kind == CELL_FILES) {
		text_of_files(cell, text);
	} else {
		scoped(json_object) json = sandbox_cell_show(record, field);
		text_of_json(json, text);
	}
}

static bool files_equal(const struct sandbox_cell *a, const struct sandbox_cell *b)
{
	for (uint32_t i = 0; i < a->count; i++) {
		if (strcmp(a->files[i]->id, b->files[i]->id) != 0)
			return false;
	}
	return true;
}

bool sandbox_cell_equal(const struct sandbox_cell *a, const struct sandbox_cell *b)
{
	if (a->kind != b->kind || a->count != b->count)
		return false;
	switch (a->kind) {
	case CELL_EMPTY:
	case CELL_TRUE:
		return true;
	case CELL_TEXT:
	case CELL_RAW:
		return strcmp(a->text, b->text) == 0;
	case CELL_NUMBER:
		return a->number == b->number;
	case CELL_TIME:
		return a->time_ms == b->time_ms;
	case CELL_CHOICES:
		return memcmp(a->choices, b->choices, a->count * sizeof(struct sandbox_choice *)) == 0;
	case CELL_LINKS:
		return memcmp(a->links, b->links, a->count * sizeof(struct sandbox_record *)) == 0;
	case CELL_FILES:
		return files_equal(a, b);
	}
	return false;
}

static double choice_place(const struct sandbox_field *field, const struct sandbox_choice *choice)
{
	for (size_t i = 0; i < field->choice_count; i++) {
		if (field->choices[i] == choice)
			return (double)i;
	}
	return (double)field->choice_count;
}

struct sandbox_sort_key sandbox_cell_sort_key(const struct sandbox_record *record,
					      struct sandbox_field *field)
{
	const struct sandbox_cell *cell = &record->slots[field->slot].cell;
	bool computed = sandbox_field_computed(field);

	if (!computed && cell->kind == CELL_EMPTY)
		return (struct sandbox_sort_key){0};
	if (!computed && cell->kind == CELL_NUMBER)
		return (struct sandbox_sort_key){true, cell->number, NULL};
	if (!computed && cell->kind == CELL_TRUE)
		return (struct sandbox_sort_key){true, 1, NULL};
	if (!computed && cell->kind == CELL_TIME)
		return (struct sandbox_sort_key){true, (double)cell->time_ms, NULL};
	if (!computed && cell->kind == CELL_CHOICES)
		return (struct sandbox_sort_key){true, choice_place(field, cell->choices[0]), NULL};
	if (computed) {
		scoped(json_object) json = sandbox_cell_show(record, field);
		if (!json || json_is_number(json))
			return (struct sandbox_sort_key){json != NULL, json_double_of(json), NULL};
	}
	struct text text = {0};
	sandbox_cell_text(record, field, &text);
	return (struct sandbox_sort_key){true, 0, text_take(&text)};
}

void sandbox_sort_key_done(struct sandbox_sort_key *key)
{
	free(key->text);
	*key = (struct sandbox_sort_key){0};
}

int sandbox_sort_key_compare(const struct sandbox_sort_key *a, const struct sandbox_sort_key *b)
{
	if (a->filled != b->filled)
		return a->filled ? 1 : -1;
	if (a->text && b->text) {
		int order = strcasecmp(a->text, b->text);
		return order ? order : strcmp(a->text, b->text);
	}
	return a->number < b->number ? -1 : a->number > b->number;
}
