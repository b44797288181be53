#include "sandbox/computed.h"
#include "base/clock.h"
#include "sandbox/cells.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct json_object *show_iso(int64_t time_ms, const struct sandbox_field *field)
{
	char iso[CLOCK_ISO_SIZE];
	struct json_object *result = json_child(field->options, "result", json_type_object);

	if (time_ms == 0 || !clock_iso(time_ms, iso))
		return NULL;
	if (strcmp(json_text_or(result, "type", ""), "date") == 0)
		iso[10] = '\0';
	return json_new_text(iso);
}

/* Fields are given by ids in the options; an empty list means all that can be edited. */
static int64_t modified_of(const struct sandbox_record *record, const struct sandbox_field *field)
{
	struct json_object *ids = json_child(field->options, "referencedFieldIds", json_type_array);
	int64_t newest_ms = 0;

	if (!ids || json_length(ids) == 0)
		return record->modified_ms;
	for (size_t i = 0; i < json_length(ids); i++) {
		const char *id = json_text_of(json_at(ids, i));
		struct sandbox_field *named = id ? sandbox_find_field(record->table, id) : NULL;
		if (named && record->slots[named->slot].modified_ms > newest_ms)
			newest_ms = record->slots[named->slot].modified_ms;
	}
	return newest_ms;
}

struct json_object *sandbox_compute_auto_number(const struct sandbox_record *record,
						struct sandbox_field *field)
{
	(void)field;
	return json_new_int(record->number);
}

struct json_object *sandbox_compute_created(const struct sandbox_record *record, struct sandbox_field *field)
{
	return show_iso(record->created_ms, field);
}

struct json_object *sandbox_compute_modified(const struct sandbox_record *record, struct sandbox_field *field)
{
	return show_iso(modified_of(record, field), field);
}

/* What a formula asks of a row. Texts made for it live until it is evaluated. */
struct view {
	const struct sandbox_record *record;
	char **texts;
	size_t text_count;
};

static const char *view_id(void *context)
{
	return ((struct view *)context)->record->id;
}

static int64_t view_created(void *context)
{
	return ((struct view *)context)->record->created_ms;
}

static int64_t view_modified(void *context, const int *fields, size_t count)
{
	const struct sandbox_record *record = ((struct view *)context)->record;
	int64_t newest_ms = 0;

	if (count == 0)
		return record->modified_ms;
	for (size_t i = 0; i < count; i++) {
		if (record->slots[fields[i]].modified_ms > newest_ms)
			newest_ms = record->slots[fields[i]].modified_ms;
	}
	return newest_ms;
}

static struct formula_value view_keep(struct view *view, char *words)
{
	view->texts = own_resize(view->texts, view->text_count + 1, sizeof(char *));
	view->texts[view->text_count++] = words;
	return (struct formula_value){.kind = *words ? FORMULA_TEXT : FORMULA_BLANK, .text = words};
}

static struct formula_value view_words(struct view *view, struct sandbox_field *field)
{
	struct text text = {0};

	sandbox_cell_text(view->record, field, &text);
	return view_keep(view, text_take(&text));
}

static struct formula_value evaluate(struct sandbox_field *field, const struct sandbox_record *record,
				     struct view *texts);

static struct formula_value view_computed(struct view *view, struct sandbox_field *field)
{
	const struct sandbox_record *record = view->record;

	if (field->type->compute == sandbox_compute_auto_number)
		return (struct formula_value){.kind = FORMULA_NUMBER, .number = (double)record->number};
	if (field->type->compute == sandbox_compute_created)
		return (struct formula_value){.kind = FORMULA_TIME, .time_ms = record->created_ms};
	if (field->type->compute == sandbox_compute_formula)
		return evaluate(field, record, view);
	if (field->type->compute == sandbox_compute_modified) {
		int64_t modified_ms = modified_of(record, field);
		return (struct formula_value){.kind = modified_ms ? FORMULA_TIME : FORMULA_BLANK,
					      .time_ms = modified_ms};
	}
	scoped(json_object) json = sandbox_cell_show(record, field);
	if (json_is_number(json))
		return (struct formula_value){.kind = FORMULA_NUMBER, .number = json_double_of(json)};
	return view_words(view, field);
}

static struct formula_value view_cell(void *context, int number)
{
	struct view *view = context;
	struct sandbox_field *field = view->record->table->fields[number];
	const struct sandbox_cell *cell = &view->record->slots[number].cell;

	if (sandbox_field_computed(field))
		return view_computed(view, field);
	switch (cell->kind) {
	case CELL_EMPTY:
		return (struct formula_value){
			.kind = strcmp(field->type->name, "checkbox") == 0 ? FORMULA_TRUTH : FORMULA_BLANK};
	case CELL_TEXT:
		return (struct formula_value){.kind = FORMULA_TEXT, .text = cell->text};
	case CELL_NUMBER:
		return (struct formula_value){.kind = FORMULA_NUMBER, .number = cell->number};
	case CELL_TRUE:
		return (struct formula_value){.kind = FORMULA_TRUTH, .number = 1};
	case CELL_TIME:
		return (struct formula_value){.kind = FORMULA_TIME, .time_ms = cell->time_ms};
	case CELL_CHOICES:
	case CELL_LINKS:
	case CELL_FILES:
	case CELL_RAW:
		break;
	}
	return view_words(view, field);
}

static struct formula_row row_of(struct view *view)
{
	return (struct formula_row){view, view_id, view_created, view_modified, view_cell};
}

static void view_done(struct view *view)
{
	for (size_t i = 0; i < view->text_count; i++)
		free(view->texts[i]);
	free(view->texts);
}

int sandbox_formula_field(void *table, const char *name_or_id)
{
	const struct sandbox_field *field = sandbox_find_field(table, name_or_id);

	return field ? (int)field->slot : -1;
}

bool sandbox_formula_matches(struct formula *formula, const struct sandbox_record *record)
{
	struct view view = {.record = record};
	struct formula_row row = row_of(&view);
	bool matches = formula_matches(formula, &row, record->table->base->store->now_ms);

	view_done(&view);
	return matches;
}

static bool prepare(struct sandbox_field *field)
{
	const char *words = json_text_or(field->options, "formula", NULL);

	if (!field->formula_tried && words &&
	    !formula_parse(words, sandbox_formula_field, field->table, &field->formula, NULL))
		field->formula = NULL;
	field->formula_tried = true;
	return field->formula != NULL;
}

/* 'texts' keeps the text of the answer; a formula that needs itself is at fault. */
static struct formula_value evaluate(struct sandbox_field *field, const struct sandbox_record *record,
				     struct view *texts)
{
	struct view view = {.record = record};
	struct formula_row row = row_of(&view);

	if (!prepare(field))
		return (struct formula_value){.kind = FORMULA_BLANK};
	if (field->evaluating)
		return (struct formula_value){.kind = FORMULA_FAULT};
	field->evaluating = true;
	struct formula_value value =
		formula_evaluate(field->formula, &row, record->table->base->store->now_ms);
	field->evaluating = false;
	if (value.kind == FORMULA_TEXT)
		value = view_keep(texts, own_copy(value.text));
	view_done(&view);
	return value;
}

static struct json_object *show_number(double number)
{
	if (isfinite(number))
		return json_number(number);
	struct json_object *special = json_new_object();
	json_put_text(special, "specialValue", isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
	return special;
}

static struct json_object *show_fault(void)
{
	struct json_object *fault = json_new_object();

	json_put_text(fault, "error", "#ERROR!");
	return fault;
}

static struct json_object *show_value(const struct formula_value *value)
{
	char iso[CLOCK_ISO_SIZE];

	switch (value->kind) {
	case FORMULA_BLANK:
		return NULL;
	case FORMULA_TEXT:
		return *value->text ? json_new_text(value->text) : NULL;
	case FORMULA_NUMBER:
		return show_number(value->number);
	case FORMULA_TRUTH:
		return json_new_int(value->number != 0);
	case FORMULA_TIME:
		return clock_iso(value->time_ms, iso) ? json_new_text(iso) : show_fault();
	case FORMULA_FAULT:
		return show_fault();
	}
	return NULL;
}

struct json_object *sandbox_compute_formula(const struct sandbox_record *record, struct sandbox_field *field)
{
	struct view texts = {.record = record};
	struct formula_value value = evaluate(field, record, &texts);
	struct json_object *json = show_value(&value);

	view_done(&texts);
	return json;
}

/* The link field that the options name, and its cell. */
static const struct sandbox_cell *links_of(const struct sandbox_record *record,
					   const struct sandbox_field *field, struct sandbox_field **link_out)
{
	const char *id = json_text_or(field->options, "recordLinkFieldId", "");
	struct sandbox_field *link = sandbox_find_field(record->table, id);

	if (!link || !link->linked || record->slots[link->slot].cell.kind != CELL_LINKS)
		return NULL;
	*link_out = link;
	return &record->slots[link->slot].cell;
}

static void add_flat(struct json_object *values, struct json_object *value)
{
	if (!json_is(value, json_type_array)) {
		json_append(values, json_share(value));
		return;
	}
	for (size_t i = 0; i < json_length(value); i++)
		json_append(values, json_share(json_at(value, i)));
}

struct json_object *sandbox_compute_lookup(const struct sandbox_record *record, struct sandbox_field *field)
{
	struct sandbox_field *link = NULL;
	const struct sandbox_cell *cell = links_of(record, field, &link);
	const char *id = json_text_or(field->options, "fieldIdInLinkedTable", "");
	struct sandbox_field *shown = link ? sandbox_find_field(link->linked, id) : NULL;

	if (!cell || !shown || field->evaluating)
		return NULL;
	scoped(json_object) values = json_new_array();
	field->evaluating = true;
	for (uint32_t i = 0; i < cell->count; i++) {
		scoped(json_object) value = sandbox_cell_show(cell->links[i], shown);
		if (value)
			add_flat(values, value);
	}
	field->evaluating = false;
	return json_length(values) ? take(values) : NULL;
}

struct json_object *sandbox_compute_count(const struct sandbox_record *record, struct sandbox_field *field)
{
	struct sandbox_field *link = NULL;
	const struct sandbox_cell *cell = links_of(record, field, &link);

	return json_new_int(cell ? cell->count : 0);
}
