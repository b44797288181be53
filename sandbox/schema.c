#include "sandbox/schema.h"
#include "sandbox/cells.h"
#include "sandbox/formula.h"
#include "sandbox/matches.h"
#include "sandbox/rows.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct json_object *choices_of(const struct sandbox_field *field)
{
	struct json_object *choices = json_new_array();

	for (size_t i = 0; i < field->choice_count; i++) {
		const struct sandbox_choice *choice = field->choices[i];
		if (choice->deleted)
			continue;
		struct json_object *json = json_new_object();
		json_put_text(json, "id", choice->id);
		json_put_text(json, "name", choice->name);
		json_put_text(json, "color", choice->color);
		json_append(choices, json);
	}
	return choices;
}

static bool is_select(const struct sandbox_field *field)
{
	return strcmp(field->type_name, "singleSelect") == 0 ||
	       strcmp(field->type_name, "multipleSelects") == 0;
}

/* In the order that the API shows them. */
static struct json_object *link_options(const struct sandbox_field *field)
{
	static const char *const truths[] = {"isReversed", "prefersSingleRecordLink"};
	struct json_object *options = json_new_object();

	json_put_text(options, "linkedTableId", field->linked->id);
	for (size_t i = 0; i < countof(truths); i++)
		json_put(options, truths[i], json_new_bool(json_bool_or(field->options, truths[i], false)));
	if (field->inverse)
		json_put_text(options, "inverseLinkFieldId", field->inverse->id);
	return options;
}

static struct json_object *options_of(const struct sandbox_field *field)
{
	if (field->linked)
		return link_options(field);
	struct json_object *options = field->options ? json_copy(field->options) : json_new_object();
	if (is_select(field))
		json_put(options, "choices", choices_of(field));
	return options;
}

static struct json_object *field_model(const struct sandbox_field *field)
{
	struct json_object *model = json_new_object();

	json_put_text(model, "type", field->type_name);
	if (field->options || field->linked || is_select(field))
		json_put(model, "options", options_of(field));
	json_put_text(model, "id", field->id);
	json_put_text(model, "name", field->name);
	json_put_text(model, "description", field->description);
	return model;
}

static struct json_object *views_of(const struct sandbox_table *table)
{
	struct json_object *views = json_new_array();
	struct json_object *view = json_new_object();

	json_put_text(view, "id", table->view_id);
	json_put_text(view, "name", "Grid view");
	json_put_text(view, "type", "grid");
	json_append(views, view);
	return views;
}

struct json_object *sandbox_table_model(const struct sandbox_table *table)
{
	struct json_object *model = json_new_object();
	struct json_object *fields = json_new_array();

	json_put_text(model, "id", table->id);
	json_put_text(model, "name", table->name);
	json_put_text(model, "description", table->description);
	json_put_text(model, "primaryFieldId", table->primary ? table->primary->id : NULL);
	for (size_t i = 0; i < table->field_count; i++)
		json_append(fields, field_model(table->fields[i]));
	json_put(model, "fields", fields);
	json_put(model, "views", views_of(table));
	return model;
}

static bool refuse_taken(const char *what, const char *name, struct error *error)
{
	return error_set(error, ERROR_REFUSED, "the %s name \"%s\" is taken or empty", what, name);
}

static void replace(char **text, const char *with)
{
	char *copy = own_copy(with);

	free(*text);
	*text = copy;
}

bool sandbox_rename_table(struct sandbox_table *table, const char *name, struct error *error)
{
	for (size_t i = 0; i < table->base->table_count; i++) {
		const struct sandbox_table *other = table->base->tables[i];
		if (other != table && !other->deleted && strcasecmp(other->name, name) == 0)
			return refuse_taken("table", name, error);
	}
	if (!*name)
		return refuse_taken("table", name, error);
	replace(&table->name, name);
	sandbox_touch_base(table->base);
	return true;
}

static bool field_name_free(const struct sandbox_table *table, const struct sandbox_field *but,
			    const char *name)
{
	for (size_t i = 0; i < table->field_count; i++) {
		if (table->fields[i] != but && strcasecmp(table->fields[i]->name, name) == 0)
			return false;
	}
	return *name != '\0';
}

bool sandbox_rename_field(struct sandbox_field *field, const char *name, struct error *error)
{
	if (!field_name_free(field->table, field, name))
		return refuse_taken("field", name, error);
	replace(&field->name, name);
	sandbox_forget_formulas(field->table->base);
	sandbox_touch_base(field->table->base);
	return true;
}

bool sandbox_rename_choice(struct sandbox_field *field, struct sandbox_choice *choice, const char *name,
			   struct error *error)
{
	struct sandbox_choice *other = sandbox_find_choice(field, name);

	if ((other && other != choice) || !*name)
		return refuse_taken("choice", name, error);
	replace(&choice->name, name);
	sandbox_touch_base(field->table->base);
	return true;
}

/* Live rows first, then the trash; NULL at the end. */
static struct sandbox_record *row_at(const struct sandbox_table *table, size_t place)
{
	if (place < table->record_count)
		return table->records[place];
	place -= table->record_count;
	return place < table->trash_count ? table->trash[place] : NULL;
}

static void add_choices(struct sandbox_field *field, struct json_object *options)
{
	struct json_object *choices = json_child(options, "choices", json_type_array);

	for (size_t i = 0; choices && i < json_length(choices); i++) {
		struct json_object *json = json_at(choices, i);
		const char *name = json_text_or(json, "name", NULL);
		if (!name || !*name || sandbox_find_choice(field, name))
			continue;
		struct sandbox_choice *choice =
			sandbox_add_choice(field, json_text_or(json, "id", NULL), name);
		choice->color = own_copy(json_text_or(json, "color", NULL));
	}
}

/* What the field says itself is not kept in the options as given. */
static void take_options(struct sandbox_field *field, struct json_object *options)
{
	json_release(field->options);
	field->options = options ? json_copy(options) : NULL;
	if (field->options) {
		json_remove(field->options, "choices");
		json_remove(field->options, "linkedTableId");
		json_remove(field->options, "inverseLinkFieldId");
	}
	if (is_select(field))
		add_choices(field, options);
}

static struct sandbox_field *add_field(struct sandbox_table *table, const char *id, const char *name,
				       const char *type_name)
{
	return sandbox_add_field(table, id, name, sandbox_type_find(type_name), type_name);
}

/* A name for the other end: the table's, with a number if need be. */
static struct sandbox_field *add_inverse(struct sandbox_field *field)
{
	scoped_text name = own_copy(field->table->name);

	for (int i = 2; !field_name_free(field->linked, NULL, name); i++) {
		char *other = own_format("%s %d", field->table->name, i);
		own_free_text(&name);
		name = other;
	}
	struct sandbox_field *inverse = add_field(field->linked, NULL, name, "multipleRecordLinks");
	inverse->linked = field->table;
	inverse->inverse = field;
	return inverse;
}

bool sandbox_make_field(struct sandbox_table *table, struct json_object *model, bool mirrored,
			struct sandbox_field **field_out, struct error *error)
{
	const char *name = json_text_or(model, "name", ""), *type = json_text_or(model, "type", "");
	const char *id = json_text_or(model, "id", NULL);
	struct json_object *options = json_child(model, "options", json_type_object);
	bool links = strcmp(type, "multipleRecordLinks") == 0;
	struct sandbox_table *linked = NULL;

	if (table->field_count >= SANDBOX_FIELD_LIMIT)
		return error_set(error, ERROR_REFUSED, "table \"%s\" has %d fields already", table->name,
				 SANDBOX_FIELD_LIMIT);
	if (!*type)
		return error_set(error, ERROR_REFUSED, "field \"%s\" has no type", name);
	if (!field_name_free(table, NULL, name) || (id && (!*id || sandbox_find_field(table, id))))
		return refuse_taken("field", name, error);
	if (links && mirrored) {
		linked = sandbox_find_table(table->base, json_text_or(options, "linkedTableId", ""));
		if (!linked || linked->field_count >= SANDBOX_FIELD_LIMIT)
			return error_set(error, ERROR_REFUSED, "field \"%s\" needs options.linkedTableId",
					 name);
	}
	struct sandbox_field *field = add_field(table, id, name, type);
	field->description = own_copy(json_text_or(model, "description", NULL));
	take_options(field, options);
	field->linked = linked;
	if (linked && linked != table)
		field->inverse = add_inverse(field);
	*field_out = field;
	return true;
}

bool sandbox_join_link(struct sandbox_field *field, struct json_object *options, struct error *error)
{
	const char *linked_id = json_text_or(options, "linkedTableId", "");
	const char *inverse_id = json_text_or(options, "inverseLinkFieldId", NULL);

	field->linked = sandbox_find_table(field->table->base, linked_id);
	if (!field->linked)
		return error_set(error, ERROR_REFUSED,
				 "field \"%s\" links to a table \"%s\" that is not there", field->name,
				 linked_id);
	if (!inverse_id)
		return true;
	struct sandbox_field *inverse = sandbox_find_field(field->linked, inverse_id);
	if (!inverse || inverse == field || strcmp(inverse->type_name, "multipleRecordLinks") != 0)
		return error_set(error, ERROR_REFUSED,
				 "field \"%s\": the inverse \"%s\" is no link of \"%s\"", field->name,
				 inverse_id, field->linked->name);
	field->inverse = inverse;
	inverse->inverse = field;
	return true;
}

/* The row's cell becomes what the new type makes of what people read in it. */
static void convert(struct sandbox_record *record, struct sandbox_field *field, struct json_object *words,
		    bool touch)
{
	struct sandbox_slot *slot = &record->slots[field->slot];
	bool had_value = slot->cell.kind != CELL_EMPTY;
	struct sandbox_reading reading = {field, record, true, false};
	struct sandbox_cell cell = {0};

	if (words && !sandbox_field_computed(field) && !sandbox_cell_read(&reading, words, &cell, NULL))
		cell = (struct sandbox_cell){0};
	sandbox_row_put(record, field, &cell);
	if (touch && had_value && !record->deleted)
		sandbox_row_touch(record, field);
}

static struct json_object *words_of(const struct sandbox_record *record, struct sandbox_field *field)
{
	struct text text = {0};

	sandbox_cell_text(record, field, &text);
	struct json_object *words = text.length ? json_new_text(text.bytes) : NULL;
	text_done(&text);
	return words;
}

static bool check_retype(const struct sandbox_field *field, const char *type, struct json_object *options,
			 struct error *error)
{
	if (!sandbox_type_known(type) || strcmp(type, "multipleRecordLinks") == 0)
		return error_set(error, ERROR_REFUSED, "field \"%s\" cannot become a \"%s\"", field->name,
				 type);
	if (field == field->table->primary && (sandbox_type_find(type)->flags & TYPE_COMPUTED))
		return error_set(error, ERROR_REFUSED, "the primary field cannot become a \"%s\"", type);
	if (options && !json_is(options, json_type_object))
		return error_set(error, ERROR_REFUSED, "options must be an object");
	return true;
}

/* The other end of a link stays, as text. */
static void detach_inverse(struct sandbox_field *field, bool touch)
{
	struct sandbox_field *inverse = field->inverse;

	field->inverse = NULL;
	if (!inverse)
		return;
	inverse->inverse = NULL;
	if (!sandbox_retype_field(inverse, "singleLineText", NULL, touch, NULL))
		inverse->linked = NULL;
}

bool sandbox_retype_field(struct sandbox_field *field, const char *type, struct json_object *options,
			  bool touch, struct error *error)
{
	struct sandbox_table *table = field->table;
	struct sandbox_record *record;
	size_t count = table->record_count + table->trash_count;

	if (!check_retype(field, type, options, error))
		return false;
	/* All that is read before anything changes: a link reads other rows. */
	struct json_object **words = own_alloc((count + 1) * sizeof(struct json_object *));
	for (size_t i = 0; (record = row_at(table, i)); i++)
		words[i] = words_of(record, field);
	for (size_t i = 0; i < field->choice_count; i++)
		field->choices[i]->deleted = true;
	replace(&field->type_name, type);
	field->type = sandbox_type_find(type);
	struct sandbox_field *inverse = field->inverse;
	field->linked = NULL;
	take_options(field, options);
	for (size_t i = 0; (record = row_at(table, i)); i++) {
		convert(record, field, words[i], touch);
		json_release(words[i]);
	}
	free(words);
	if (inverse)
		detach_inverse(field, touch);
	sandbox_forget_formulas(table->base);
	sandbox_touch_base(table->base);
	return true;
}

static void remove_slot(struct sandbox_record *record, size_t slot, size_t field_count, bool touch)
{
	struct sandbox_cell *cell = &record->slots[slot].cell;
	const struct sandbox_store *store = record->table->base->store;

	if (touch && cell->kind != CELL_EMPTY && !record->deleted)
		record->modified_ms = sandbox_times_modified(store->times, store->now_ms);
	sandbox_cell_done(cell);
	memmove(record->slots + slot, record->slots + slot + 1,
		(field_count - slot - 1) * sizeof(struct sandbox_slot));
}

bool sandbox_delete_field(struct sandbox_field *field, bool touch, struct error *error)
{
	struct sandbox_table *table = field->table;
	struct sandbox_record *record;

	if (field == table->primary)
		return error_set(error, ERROR_REFUSED, "the primary field cannot be deleted");
	detach_inverse(field, touch);
	for (size_t i = 0; (record = row_at(table, i)); i++)
		remove_slot(record, field->slot, table->field_count, touch);
	for (size_t i = field->slot + 1; i < table->field_count; i++) {
		table->fields[i - 1] = table->fields[i];
		table->fields[i - 1]->slot = i - 1;
	}
	table->field_count--;
	field->deleted = true;
	sandbox_matches_drop(field);
	table->gone = own_resize(table->gone, table->gone_count + 1, sizeof(struct sandbox_field *));
	table->gone[table->gone_count++] = field;
	sandbox_forget_formulas(table->base);
	sandbox_touch_base(table->base);
	return true;
}

static bool drop_choice(struct sandbox_cell *cell, const struct sandbox_choice *choice)
{
	uint32_t kept = 0, count = cell->count;

	if (cell->kind != CELL_CHOICES)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (cell->choices[i] != choice)
			cell->choices[kept++] = cell->choices[i];
	}
	cell->count = kept;
	if (kept == 0)
		sandbox_cell_done(cell);
	return kept < count;
}

void sandbox_delete_choice(struct sandbox_field *field, struct sandbox_choice *choice, bool touch)
{
	struct sandbox_record *record;

	choice->deleted = true;
	for (size_t i = 0; (record = row_at(field->table, i)); i++) {
		if (drop_choice(&record->slots[field->slot].cell, choice) && touch && !record->deleted)
			sandbox_row_touch(record, field);
	}
	sandbox_matches_drop(field); /* many cells are others now */
	sandbox_touch_base(field->table->base);
}

/* Links from elsewhere become the texts that they showed. */
void sandbox_delete_table(struct sandbox_table *table, bool touch)
{
	struct sandbox_base *base = table->base;

	for (size_t i = 0; i < base->table_count; i++) {
		struct sandbox_table *other = base->tables[i];
		for (size_t j = 0; other != table && !other->deleted && j < other->field_count; j++) {
			struct sandbox_field *field = other->fields[j];
			if (field->linked != table)
				continue;
			if (field->inverse)
				field->inverse->inverse = NULL;
			field->inverse = NULL;
			if (!sandbox_retype_field(field, "singleLineText", NULL, touch, NULL))
				field->linked = NULL;
		}
	}
	table->deleted = true;
	sandbox_forget_formulas(base);
	sandbox_touch_base(base);
}
