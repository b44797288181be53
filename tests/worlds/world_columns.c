/* What people do to the columns of a base. Whether cells that lose their value so count as modified is not known of the real
 * one: in some worlds they do. */
#include "tests/worlds/world_columns.h"

#include "tests/worlds/observer.h"
#include "tests/worlds/transcript.h"
#include "tests/worlds/world_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct world_columns {
	struct json_object *schema; /* owned */
	bool gone[TABLE_COUNT][FIELD_COUNT], retyped[TABLE_COUNT][FIELD_COUNT];
	char ids[TABLE_COUNT][FIELD_COUNT][20]; /* "" none */
	int added;
};

/* ---- asking ---- */

struct json_object *world_columns_schema(const struct world *world)
{
	return world->columns ? world->columns->schema : world_schema();
}

static struct json_object *fields_of(struct json_object *schema, enum table table)
{
	return json_child(json_at(schema, table), "fields", json_type_array);
}

static const char *template_id(enum table table, enum field field)
{
	static const char *ids[TABLE_COUNT][FIELD_COUNT];
	static bool learnt;

	for (size_t each = 0; !learnt && each < TABLE_COUNT; each++) {
		struct json_object *fields = fields_of(world_schema(), (enum table)each);
		for (size_t i = 0; i < json_length(fields); i++) {
			struct json_object *one = json_at(fields, i);
			enum field named = field_by_name((enum table)each, json_text_or(one, "name", ""));
			if (named != FIELD_COUNT)
				ids[each][named] = json_text_or(one, "id", NULL);
		}
	}
	learnt = true;
	return ids[table][field];
}

const char *world_column_id(const struct world *world, enum table table, enum field field)
{
	const char *id = world->columns ? world->columns->ids[table][field] : template_id(table, field);

	return id && *id ? id : NULL;
}

bool world_column_flows(const struct world *world, enum table table, enum field field)
{
	return !world->columns ||
	       (!world->columns->gone[table][field] && !world->columns->retyped[table][field]);
}

static struct json_object *field_model(const struct world *world, enum table table, enum field field)
{
	struct json_object *fields = fields_of(world_columns_schema(world), table);
	const char *id = world_column_id(world, table, field);

	for (size_t i = 0; id && i < json_length(fields); i++) {
		struct json_object *model = json_at(fields, i);
		if (strcmp(json_text_or(model, "id", ""), id) == 0)
			return model;
	}
	return NULL;
}

static struct json_object *choices_of(struct json_object *model)
{
	return json_child(json_child(model, "options", json_type_object), "choices", json_type_array);
}

static struct json_object *choice_named(struct json_object *model, const char *name)
{
	struct json_object *choices = choices_of(model);

	for (size_t i = 0; choices && i < json_length(choices); i++) {
		struct json_object *choice = json_at(choices, i);
		if (strcmp(json_text_or(choice, "name", ""), name) == 0)
			return choice;
	}
	return NULL;
}

static const char *choice_id(struct json_object *model, const char *name)
{
	return json_text_or(choice_named(model, name), "id", "");
}

const char *world_choice_first_name(const struct world *world, enum field field, const char *name)
{
	struct json_object *fields = fields_of(world_schema(), TABLE_ITEMS);
	const char *id = choice_id(field_model(world, TABLE_ITEMS, field), name);

	for (size_t i = 0; world->columns && i < json_length(fields); i++) {
		struct json_object *choices = choices_of(json_at(fields, i));
		for (size_t c = 0; choices && c < json_length(choices); c++) {
			struct json_object *choice = json_at(choices, c);
			if (strcmp(json_text_or(choice, "id", "-"), id) == 0)
				return json_text_or(choice, "name", name);
		}
	}
	return name;
}

bool world_column_takes(const struct world *world, enum table table, enum field field,
			struct json_object *value)
{
	if (!value || (!world->columns && field_rule(field)->kind != KIND_CHOICE))
		return true;
	struct json_object *model = field_model(world, table, field);
	if (world->columns && world->columns->retyped[table][field])
		return json_is(value, json_type_string) != (field_rule(field)->kind == KIND_TEXT);
	return !choices_of(model) || !*json_object_get_string(value) ||
	       choice_named(model, json_object_get_string(value));
}

/* ---- editing ---- */

/* Who was shown the schema before keeps what he was shown. */
static struct world_columns *edited(struct world *world)
{
	struct world_columns *columns = world->columns;

	if (columns) {
		struct json_object *shown = columns->schema;
		columns->schema = json_copy(shown);
		json_release(shown);
		return columns;
	}
	columns = own_alloc(sizeof *columns);
	columns->schema = json_copy(world_schema());
	for (size_t table = 0; table < TABLE_COUNT; table++)
		for (size_t field = 0; field < FIELD_COUNT; field++)
			if (template_id((enum table)table, (enum field)field))
				snprintf(columns->ids[table][field], sizeof columns->ids[table][field], "%s",
					 template_id((enum table)table, (enum field)field));
	world->columns = columns;
	return columns;
}

void world_columns_done(struct world *world)
{
	if (!world->columns)
		return;
	json_release(world->columns->schema);
	free(take(world->columns));
}

/* With the type and options of the model, or without. The choices get ids of their own on every side. */
static void write_down(struct world *world, const char *what, enum table table, enum field field,
		       struct json_object *model)
{
	struct json_object *action = transcript_action(world, what, table);
	struct json_object *options = model ? json_child(model, "options", json_type_object) : NULL;

	if (!action)
		return;
	json_put_text(action, strcmp(what, "addField") == 0 ? "name" : "field", field_rule(field)->name);
	json_put(action, "touch", json_new_bool(world->schema_touches));
	if (model)
		json_put_text(action, "type", json_text_or(model, "type", ""));
	if (options) {
		options = json_copy(options);
		struct json_object *choices = json_child(options, "choices", json_type_array);
		for (size_t i = 0; choices && i < json_length(choices); i++)
			json_remove(json_at(choices, i), "id");
		json_put(action, "options", options);
	}
	transcript_edit(world, action);
}

static struct world_columns *begin_edit(struct world *world, const char *what, enum table table,
					enum field field)
{
	world_note(world, "person: %s %s of %s", what, field_rule(field)->name, table_name(table));
	world->moment++;
	return edited(world);
}

/* 'change' makes of a cell's value, which may be NULL, another one. */
static void change_cells(struct world *world, enum table table, enum field field,
			 struct json_object *(*change)(struct json_object *value, const void *context),
			 const void *context, bool touch)
{
	for (size_t i = 0; i < world->row_count; i++) {
		struct world_row *row = &world->rows[i];
		struct world_picture *pictures[] = {&row->now, &row->former};
		if (row->table != table)
			continue;
		for (size_t p = 0; p < countof(pictures); p++) {
			struct json_object **cell = &pictures[p]->cells[field];
			struct json_object *changed = *cell ? change(*cell, context) : NULL;
			bool same = json_equal(*cell, changed);
			if (!same && touch)
				pictures[p]->modified_ms[field] = pictures[p]->last_ms =
					world_base_now_ms(world);
			if ((!same || !*cell) && pictures[p] == &row->now)
				observer_cell_lost(world, row, field, true);
			json_release(*cell);
			*cell = changed;
		}
	}
}

static struct json_object *nothing_left(struct json_object *value, const void *context)
{
	(void)value;
	(void)context;
	return NULL;
}

static struct json_object *as_text(struct json_object *value, const void *context)
{
	(void)context;
	return json_new_text(json_object_get_string(value));
}

static struct json_object *as_number(struct json_object *value, const void *context)
{
	const char *words = json_object_get_string(value);
	char *end;
	double number = strtod(words, &end);

	(void)context;
	return end == words || *end ? NULL : json_number(number);
}

struct names {
	const char *from, *to; /* 'to' NULL: deleted */
};

static struct json_object *with_name(struct json_object *value, const void *context)
{
	const struct names *names = context;

	if (strcmp(json_object_get_string(value), names->from) != 0)
		return json_share(value);
	return names->to ? json_new_text(names->to) : NULL;
}

void world_person_deletes_column(struct world *world, enum table table, enum field field)
{
	struct world_columns *columns = begin_edit(world, "deletes the column", table, field);
	struct json_object *fields = fields_of(columns->schema, table);

	write_down(world, "deleteField", table, field, NULL);
	change_cells(world, table, field, nothing_left, NULL, world->schema_touches);
	for (size_t i = 0; i < json_length(fields); i++)
		if (strcmp(json_text_or(json_at(fields, i), "id", ""), columns->ids[table][field]) == 0)
			json_remove_at(fields, i, 1);
	columns->ids[table][field][0] = '\0';
	columns->gone[table][field] = true;
	columns->retyped[table][field] = false;
}

/* No cell of the new column was ever edited. */
static void forget_times(struct world *world, enum table table, enum field field)
{
	for (size_t i = 0; i < world->row_count; i++)
		if (world->rows[i].table == table)
			world->rows[i].now.modified_ms[field] = world->rows[i].former.modified_ms[field] = 0;
}

void world_person_adds_column(struct world *world, enum table table, enum field field)
{
	struct world_columns *columns = begin_edit(world, "adds a column", table, field);
	struct json_object *template = fields_of(world_schema(), table);

	if (!columns->gone[table][field])
		return;
	for (size_t i = 0; i < json_length(template); i++) {
		struct json_object *model = json_at(template, i);
		if (strcmp(json_text_or(model, "id", ""), template_id(table, field)) != 0)
			continue;
		model = json_copy(model);
		forget_times(world, table, field);
		snprintf(columns->ids[table][field], sizeof columns->ids[table][field], "fldAdded%09d",
			 ++columns->added);
		write_down(world, "addField", table, field, model);
		json_put_text(model, "id", columns->ids[table][field]);
		json_append(fields_of(columns->schema, table), model);
	}
	columns->gone[table][field] = false;
}

/* A select that comes back has its choices by other ids. */
static void renew_choices(struct world_columns *columns, struct json_object *model)
{
	struct json_object *choices = choices_of(model);

	for (size_t i = 0; choices && i < json_length(choices); i++) {
		char id[20];
		snprintf(id, sizeof id, "selAdded%09d", ++columns->added);
		json_put_text(json_at(choices, i), "id", id);
	}
}

/* A text becomes a number, anything else a text. */
static void retype(struct world *world, enum table table, enum field field, struct json_object *model)
{
	bool text = field_rule(field)->kind == KIND_TEXT;

	change_cells(world, table, field, text ? as_number : as_text, NULL, world->schema_touches);
	json_remove(model, "options");
	json_put_text(model, "type", text ? "number" : "singleLineText");
	if (!text)
		return;
	struct json_object *options = json_new_object();
	json_put(options, "precision", json_new_int(0));
	json_put(model, "options", options);
}

static void retype_back(struct world *world, enum table table, enum field field, struct json_object *model)
{
	struct json_object *template = fields_of(world_schema(), table);
	enum field_kind kind = field_rule(field)->kind;

	if (kind == KIND_TEXT || kind == KIND_NUMBER)
		change_cells(world, table, field, kind == KIND_TEXT ? as_text : as_number, NULL,
			     world->schema_touches);
	json_remove(model, "options");
	for (size_t i = 0; i < json_length(template); i++) {
		struct json_object *one = json_at(template, i);
		struct json_object *options = json_child(one, "options", json_type_object);
		if (strcmp(json_text_or(one, "id", ""), template_id(table, field)) != 0)
			continue;
		json_put_text(model, "type", json_text_or(one, "type", ""));
		if (options)
			json_put(model, "options", json_copy(options));
	}
	renew_choices(world->columns, model);
}

void world_person_retypes_column(struct world *world, enum table table, enum field field, bool back)
{
	struct world_columns *columns =
		begin_edit(world, back ? "gives its type back to" : "gives another type to", table, field);
	struct json_object *model = field_model(world, table, field);

	if (!model || columns->retyped[table][field] == !back)
		return;
	columns->retyped[table][field] = !back;
	if (back)
		retype_back(world, table, field, model);
	else
		retype(world, table, field, model);
	write_down(world, "retypeField", table, field, model);
}

static void write_down_choice(struct world *world, enum field field, const struct names *names)
{
	const char *what = names->to ? "renameChoice" : "deleteChoice";
	struct json_object *action = transcript_action(world, what, TABLE_ITEMS);

	if (action) {
		json_put_text(action, "field", field_rule(field)->name);
		json_put_text(action, "choice", names->from);
		json_put_text(action, "name", names->to);
		json_put(action, "touch", json_new_bool(world->schema_touches));
	}
	transcript_edit(world, action);
}

static bool name_choice(struct world *world, enum field field, const struct names *names)
{
	begin_edit(world, names->to ? "renames a choice of" : "deletes a choice of", TABLE_ITEMS, field);
	struct json_object *model = field_model(world, TABLE_ITEMS, field);
	struct json_object *choices = choices_of(model), *choice = choice_named(model, names->from);

	if (!choice || (names->to && choice_named(model, names->to)))
		return false;
	write_down_choice(world, field, names);
	if (names->to)
		json_put_text(choice, "name", names->to);
	for (size_t i = 0; !names->to && i < json_length(choices); i++)
		if (json_at(choices, i) == choice) {
			json_remove_at(choices, i, 1);
			break;
		}
	change_cells(world, TABLE_ITEMS, field, with_name, names, !names->to && world->schema_touches);
	return true;
}

bool world_person_renames_choice(struct world *world, enum field field, const char *from, const char *to)
{
	const struct names names = {from, to};

	return name_choice(world, field, &names);
}

bool world_person_deletes_choice(struct world *world, enum field field, const char *name)
{
	const struct names names = {name, NULL};

	return name_choice(world, field, &names);
}
