#include "bridge/columns/columns_bind.h"

#include "bridge/columns/choices.h"
#include "bridge/columns/columns_change.h"
#include "bridge/columns/shown_column.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A rounded value may lie exactly half a step off, give or take what doubles lose. */
#define HALF_A_STEP     (0.5 * (1 + 1e-9))
#define PRECISION_LIMIT 8 /* digits after the point, Airtable's own limit */

/* ---- choices ---- */

static const char *first_canonical(enum field field, const char *name)
{
	const char *template = field == FIELD_TYPE ? mapping_type_choice(name) : NULL;

	return template ? template : name;
}

/* Those that are there, then those that are no more: rows that were read before may still show them. */
static void bind_choices(struct column *column, const struct column *before, enum field field,
			 struct json_object *choices)
{
	size_t count = choices ? json_length(choices) : 0;

	for (size_t i = 0; i < count && i < COLUMN_CHOICE_LIMIT; i++) {
		struct json_object *shown = json_at(choices, i);
		const char *id = json_text_or(shown, "id", ""), *name = json_text_or(shown, "name", "");
		const struct column_choice *known = column_choice_by_id(before, id);
		column_add_choice(column, id, name, known ? known->canonical : first_canonical(field, name),
				  false);
	}
	for (size_t i = 0; i < before->choice_count && column->choice_count < COLUMN_CHOICE_LIMIT; i++) {
		const struct column_choice *former = &before->choices[i];
		if (!column_choice_by_id(column, former->id))
			column_add_choice(column, former->id, former->name, former->canonical, true);
	}
}

/* ---- binding ---- */

struct binding {
	enum table table;
	const struct columns *before;
	struct shown_column *shown; /* owned */
	size_t shown_count;
	struct columns now;
};

static double tolerance_of(const struct shown_column *shown)
{
	int64_t precision = json_int_or(shown->options, "precision", PRECISION_LIMIT);

	if (precision < 0 || precision > PRECISION_LIMIT)
		precision = PRECISION_LIMIT;
	return HALF_A_STEP * pow(10, (double)-precision);
}

/* Another type makes another column of it, as far as agreement goes. */
static char *key_of(const struct column *before, const char *type)
{
	const char *count = before->key ? strchr(before->key, '#') : NULL;

	if (before->type && strcmp(before->type, type) != 0)
		return own_format("%s#%lu", before->id, count ? strtoul(count + 1, NULL, 10) + 1 : 1);
	return own_copy(before->key);
}

static void bind_column(struct binding *binding, enum field field, const struct shown_column *shown)
{
	const struct column *before = &binding->before->of[field];
	const struct column never = {0};
	struct column *column = &binding->now.of[field];
	bool same = before->id && strcmp(before->id, shown->id) == 0;

	column->id = own_copy(shown->id);
	column->name = own_copy(shown->name);
	column->type = own_copy(shown->type);
	column->key = same ? key_of(before, column->type) : NULL;
	column->stopped_reason = shown_column_objection(field_rule(field), shown, binding->now.table_id);
	column->stopped = column->stopped_reason != NULL;
	if (field_rule(field)->kind == KIND_NUMBER)
		column->tolerance = tolerance_of(shown);
	if (shown->linked_table[0])
		column->linked_table_id = own_copy(shown->linked_table);
	bind_choices(column, same ? before : &never, field, shown->choices);
}

/* A column that is no more keeps its id: what was agreed on is kept under it. */
static void bind_gone(struct binding *binding, enum field field)
{
	const struct column *before = &binding->before->of[field];
	struct column *column = &binding->now.of[field];

	column->id = own_copy(before->id);
	column->name = own_copy(before->name);
	column->type = own_copy(before->type);
	column->tolerance = before->tolerance;
	column->linked_table_id = own_copy(before->linked_table_id);
	column->stopped = true;
	column->key = own_copy(before->key);
	column->stopped_reason = own_copy("it is no longer among the table's columns");
	bind_choices(column, before, field, NULL);
}

static const struct shown_column *shown_by_id(const struct binding *binding, const char *id)
{
	for (size_t i = 0; id && i < binding->shown_count; i++)
		if (strcmp(binding->shown[i].id, id) == 0)
			return &binding->shown[i];
	return NULL;
}

static const struct shown_column *shown_by_name(const struct binding *binding, const char *name)
{
	for (size_t i = 0; name && i < binding->shown_count; i++)
		if (strcmp(binding->shown[i].name, name) == 0)
			return &binding->shown[i];
	return NULL;
}

/* A column of this name that is no other field's. */
static const struct shown_column *free_column_named(const struct binding *binding, enum field field,
						    const char *name)
{
	const struct shown_column *found = shown_by_name(binding, name);

	if (!found || columns_field_by_id(&binding->now, found->id) != FIELD_COUNT)
		return NULL;
	enum field owner = columns_field_by_id(binding->before, found->id);
	return owner == FIELD_COUNT || owner == field ? found : NULL;
}

static const struct shown_column *candidate(const struct binding *binding, enum field field, size_t place)
{
	const struct column *before = &binding->before->of[field];

	if (place == 0)
		return shown_by_id(binding, before->id);
	return free_column_named(binding, field, place == 1 ? field_rule(field)->name : before->name);
}

static void bind_field(struct binding *binding, enum field field)
{
	const struct field_rule *rule = field_rule(field);
	const struct column *before = &binding->before->of[field];
	const struct shown_column *candidates[3];

	for (size_t i = 0; i < countof(candidates); i++) {
		candidates[i] = candidate(binding, field, i);
		if (candidates[i] && shown_column_serves(rule, candidates[i], binding->now.table_id)) {
			bind_column(binding, field, candidates[i]);
			return;
		}
	}
	if (candidates[0] || (!before->id && candidates[1]))
		bind_column(binding, field, candidates[0] ? candidates[0] : candidates[1]);
	else if (before->id)
		bind_gone(binding, field);
}

/* By its name, by its id ever after, as long as its type serves. */
static void bind_beside(const struct binding *binding, const struct column *before, const char *name,
			const char *type, struct column *column)
{
	const struct shown_column *shown = shown_by_id(binding, before->id);

	if (!shown || strcmp(shown->type, type) != 0)
		shown = shown_by_name(binding, name);
	if (!shown || strcmp(shown->type, type) != 0)
		return;
	column->id = own_copy(shown->id);
	column->name = own_copy(shown->name);
	column->type = own_copy(shown->type);
}

static bool same_id(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void bind_pictures(struct binding *binding)
{
	const struct columns *before = binding->before;

	if (binding->table != TABLE_ITEMS)
		return;
	bind_beside(binding, &before->images, COLUMN_IMAGES, "multipleAttachments", &binding->now.images);
	bind_beside(binding, &before->remove_images, COLUMN_REMOVE_IMAGES, "checkbox",
		    &binding->now.remove_images);
	/* Rows that were read with other columns would seem emptied. */
	binding->now.with_pictures = before->with_pictures &&
				     same_id(before->images.id, binding->now.images.id) &&
				     same_id(before->remove_images.id, binding->now.remove_images.id);
}

/* The sentence for a table that cannot be synced. */
static bool refuse_table(const struct binding *binding, const struct field_rule *rule, struct error *error)
{
	const struct column *column = &binding->now.of[rule->field];
	scoped_text wanted = shown_column_types_in_words(rule->types);

	if (!column->id)
		return error_set(error, ERROR_FATAL, "table \"%s\" has no column \"%s\"; add one of type %s",
				 binding->now.table_name, rule->name, wanted);
	if (!shown_by_id(binding, column->id))
		return error_set(error, ERROR_FATAL,
				 "table \"%s\": the column \"%s\" was removed; undo that, or add a column "
				 "\"%s\" of type "
				 "%s",
				 binding->now.table_name, column->name, rule->name, wanted);
	return error_set(error, ERROR_FATAL,
			 "table \"%s\": the column \"%s\" cannot be used: %s; change it in Airtable",
			 binding->now.table_name, column->name, column->stopped_reason);
}

/* A table's JSON, as far as it is used here. */
static bool read_schema(struct binding *binding, struct json_object *schema_table, struct error *error)
{
	static const char where[] = "a table's schema";
	struct json_object *fields;
	const char *id, *name;

	if (!json_get_text(schema_table, "id", &id, where, error) ||
	    !json_get_text(schema_table, "name", &name, where, error) ||
	    !json_get_array(schema_table, "fields", &fields, where, error))
		return false;
	size_t count = json_length(fields);
	binding->shown = own_alloc((count + 1) * sizeof *binding->shown);
	for (; binding->shown_count < count; binding->shown_count++) {
		size_t at = binding->shown_count;
		if (!shown_column_read(json_at(fields, at), &binding->shown[at], name, at + 1, error))
			return false;
	}
	binding->now.table_id = own_copy(id);
	binding->now.table_name = own_copy(name);
	return true;
}

static bool bind_fields(struct binding *binding, struct error *error)
{
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const struct field_rule *rule = field_rule((enum field)field);
		if (!field_in_table(rule->field, binding->table))
			continue;
		bind_field(binding, rule->field);
		if (rule->required && !columns_flow(&binding->now, rule->field))
			return refuse_table(binding, rule, error);
	}
	bind_pictures(binding);
	return true;
}

static bool is_same_table(const struct binding *binding, struct error *error)
{
	const struct columns *before = binding->before, *now = &binding->now;

	if (!before->table_id || strcmp(before->table_id, now->table_id) == 0)
		return true;
	return error_set(error, ERROR_FATAL, "table \"%s\" (%s) is another than the one that was synced (%s)",
			 now->table_name, now->table_id, before->table_id);
}

/* What the table is bound to now; 'before' stays as it is. */
static bool bind_table(const struct columns *before, enum table table, struct json_object *schema_table,
		       struct columns *now_out, struct error *error)
{
	struct binding binding = {.table = table, .before = before};

	bool ok = read_schema(&binding, schema_table, error) && is_same_table(&binding, error) &&
		  bind_fields(&binding, error);
	free(binding.shown);
	if (!ok) {
		columns_done(&binding.now);
		return false;
	}
	binding.now.renewed = columns_any_renewed(before, &binding.now);
	*now_out = binding.now;
	return true;
}

/* Takes 'now'; true when it is another. */
static bool take_bound(struct columns *columns, struct columns *now)
{
	bool changed = !columns_equal(columns, now);

	columns_done(columns);
	*columns = *now;
	*now = (struct columns){0};
	return changed;
}

bool columns_bind(struct columns *columns, enum table table, struct json_object *schema_table,
		  bool *changed_out, struct error *error)
{
	struct columns now = {0};

	if (!bind_table(columns, table, schema_table, &now, error))
		return false;
	*changed_out = take_bound(columns, &now);
	return true;
}

/* ---- all of the base ---- */

static bool check_links(const struct columns *of_tables, struct error *error)
{
	const struct columns *items = &of_tables[TABLE_ITEMS], *collections = &of_tables[TABLE_COLLECTIONS];
	const char *linked = items->of[FIELD_COLLECTION].linked_table_id;

	if (linked && collections->table_id && strcmp(linked, collections->table_id) == 0)
		return true;
	return error_set(error, ERROR_FATAL, "table \"%s\": the column \"%s\" must link to the table \"%s\"",
			 items->table_name, items->of[FIELD_COLLECTION].name, collections->table_name);
}

static struct json_object *find_table(struct json_object *tables, const char *key, const char *value)
{
	for (size_t i = 0; i < json_length(tables); i++) {
		struct json_object *table = json_at(tables, i);
		if (strcmp(json_text_or(table, key, ""), value) == 0)
			return table;
	}
	return NULL;
}

static bool bind_one(const struct columns *before, enum table table, struct json_object *tables,
		     struct columns *now_out, struct error *error)
{
	struct json_object *found = before->table_id ? find_table(tables, "id", before->table_id)
						     : find_table(tables, "name", table_name(table));

	if (found)
		return bind_table(before, table, found, now_out, error);
	if (before->table_id)
		return error_set(
			error, ERROR_FATAL,
			"the table \"%s\" (%s) is gone; bring it back from the base's trash, or make it anew "
			"and begin with a new integration",
			before->table_name, before->table_id);
	return error_set(
		error, ERROR_FATAL,
		"there is no table named \"%s\"; make one after the app's template, or give the token "
		"access to it",
		table_name(table));
}

/* All tables or none: a base that is only half right must not leave the other half bound to a state that nobody uses. */
bool columns_bind_all(struct columns *of_tables, struct json_object *schema_tables, bool *changed_out,
		      struct error *error)
{
	struct columns now[TABLE_COUNT] = {0};
	bool ok = true, any_changed = false;

	for (size_t table = 0; ok && table < TABLE_COUNT; table++)
		ok = bind_one(&of_tables[table], (enum table)table, schema_tables, &now[table], error);
	ok = ok && check_links(now, error);
	for (size_t table = 0; table < TABLE_COUNT; table++) {
		if (ok && take_bound(&of_tables[table], &now[table]))
			any_changed = true;
		columns_done(&now[table]);
	}
	if (ok)
		*changed_out = any_changed;
	return ok;
}
