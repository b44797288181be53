/* Which column of the base serves which field.
 *
 * A column is known by its id once it was bound, so a new name does no harm. For each field the first of these is
 * taken: the column bound before, if its type serves; one that is called as in the template, or as the former one
 * was last called, if its type serves; the column bound before, stopped; one of the template's name, stopped. */
#include "bridge/mapping.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A rounded value may lie exactly half a step off, give or take what doubles lose. */
#define HALF_A_STEP     (0.5 * (1 + 1e-9))
#define PRECISION_LIMIT 8 /* digits after the point, Airtable's own limit */

static void column_done(struct column *column)
{
	for (size_t i = 0; i < column->choice_count; i++) {
		free(column->choices[i].id);
		free(column->choices[i].name);
		free(column->choices[i].canonical);
	}
	free(column->choices);
	free(column->id);
	free(column->key);
	free(column->name);
	free(column->type);
	free(column->stopped_reason);
	free(column->linked_table_id);
	*column = (struct column){0};
}

void columns_done(struct columns *columns)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		column_done(&columns->of[field]);
	free(columns->table_id);
	free(columns->table_name);
	*columns = (struct columns){0};
}

/* ---- asking ---- */

bool columns_flow(const struct columns *columns, enum field field)
{
	return columns->of[field].id && !columns->of[field].stopped;
}

const char **columns_ids(const struct columns *columns, size_t *count_out)
{
	const char **ids = own_alloc(FIELD_COUNT * sizeof *ids);

	*count_out = 0;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (columns_flow(columns, (enum field)field))
			ids[(*count_out)++] = columns->of[field].id;
	return ids;
}

enum field columns_field_by_id(const struct columns *columns, const char *field_id)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (columns->of[field].id && strcmp(columns->of[field].id, field_id) == 0)
			return (enum field)field;
	return FIELD_COUNT;
}

const char *columns_key(const struct columns *columns, enum field field)
{
	const struct column *column = &columns->of[field];

	return column->key ? column->key : column->id;
}

enum field columns_field_by_key(const struct columns *columns, const char *key)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (columns->of[field].id && strcmp(columns_key(columns, (enum field)field), key) == 0)
			return (enum field)field;
	return FIELD_COUNT;
}

static bool type_is(const struct column *column, const char *type)
{
	return column->type && strcmp(column->type, type) == 0;
}

struct cell_equivalence columns_equivalence(const struct columns *columns, enum field field)
{
	const struct column *column = &columns->of[field];
	bool text = field_rule(field)->kind == KIND_TEXT && column->type;

	return (struct cell_equivalence){
		.tolerance = column->tolerance,
		.single_line = text && !type_is(column, "multilineText") && !type_is(column, "richText"),
		.trailing_break = type_is(column, "richText"),
	};
}

/* ---- one field of the schema ---- */

static const char *text_at(struct json_object *json, const char *key)
{
	return json_text_or(json, key, "");
}

static const char *linked_table(struct json_object *schema_field)
{
	return text_at(json_child(schema_field, "options", json_type_object), "linkedTableId");
}

static struct json_object *choices_of(struct json_object *schema_field)
{
	struct json_object *options = json_child(schema_field, "options", json_type_object);

	return strcmp(text_at(schema_field, "type"), "singleSelect") == 0
		       ? json_child(options, "choices", json_type_array)
		       : NULL;
}

/* " number currency ": with a space before and behind each. */
static bool type_among(const char *types, const char *type)
{
	size_t length = strlen(type);

	for (const char *at = types; length > 0 && (at = strstr(at, type)); at += length)
		if (at > types && at[-1] == ' ' && at[length] == ' ')
			return true;
	return false;
}

/* " number currency " as "number or currency". */
static char *types_in_words(const char *types)
{
	struct text words = {0};

	for (const char *at = types; at[1]; at = strchr(at + 1, ' ')) {
		text_add(&words, words.length > 0 ? " or " : "");
		text_add_bytes(&words, at + 1, (size_t)(strchr(at + 1, ' ') - at - 1));
	}
	return text_take(&words);
}

/* Why this column cannot serve the field, or NULL. The caller frees. */
static char *objection(const struct field_rule *rule, struct json_object *schema_field, const char *table_id)
{
	const char *type = text_at(schema_field, "type");
	struct json_object *choices = choices_of(schema_field);

	if (!type_among(rule->types, type)) {
		scoped_text wanted = types_in_words(rule->types);
		bool date = strcmp(type, "date") == 0 && rule->kind == KIND_TIME;
		return own_format("its type is %s, %s is needed%s", type, wanted,
				  date ? " (switch on \"Include time\")" : "");
	}
	if (rule->kind == KIND_ITEM_LINK && strcmp(linked_table(schema_field), table_id) != 0)
		return own_format("it links to another table; it must link to rows of its own");
	if (choices && json_object_array_length(choices) > MAPPING_CHOICE_LIMIT)
		return own_format("it has %zu choices, at most %d can be followed",
				  json_object_array_length(choices), MAPPING_CHOICE_LIMIT);
	return NULL;
}

static bool serves(const struct field_rule *rule, struct json_object *schema_field, const char *table_id)
{
	scoped_text reason = objection(rule, schema_field, table_id);

	return !reason;
}

/* ---- choices ---- */

static struct column_choice *add_choice(struct column *column, const char *id, const char *name,
					const char *canonical, bool gone)
{
	column->choices = own_resize(column->choices, column->choice_count + 1, sizeof *column->choices);
	struct column_choice *choice = &column->choices[column->choice_count++];
	*choice = (struct column_choice){own_copy(id), own_copy(name), own_copy(canonical), gone};
	return choice;
}

static const struct column_choice *choice_by_id(const struct column *column, const char *id)
{
	for (size_t i = 0; i < column->choice_count; i++)
		if (strcmp(column->choices[i].id, id) == 0)
			return &column->choices[i];
	return NULL;
}

static const char *first_canonical(enum field field, const char *name)
{
	const char *template = field == FIELD_TYPE ? mapping_type_choice(name) : NULL;

	return template ? template : name;
}

/* Those that are there, then those that are no more: rows that were read before may still show them. */
static void bind_choices(struct column *column, const struct column *before, enum field field,
			 struct json_object *choices)
{
	size_t count = choices ? json_object_array_length(choices) : 0;

	for (size_t i = 0; i < count && i < MAPPING_CHOICE_LIMIT; i++) {
		struct json_object *shown = json_object_array_get_idx(choices, i);
		const char *id = text_at(shown, "id"), *name = text_at(shown, "name");
		const struct column_choice *known = choice_by_id(before, id);
		add_choice(column, id, name, known ? known->canonical : first_canonical(field, name), false);
	}
	for (size_t i = 0; i < before->choice_count && column->choice_count < MAPPING_CHOICE_LIMIT; i++) {
		const struct column_choice *former = &before->choices[i];
		if (!choice_by_id(column, former->id))
			add_choice(column, former->id, former->name, former->canonical, true);
	}
}

/* ---- whether anything changed ---- */

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_choices(const struct column *a, const struct column *b)
{
	if (a->choice_count != b->choice_count)
		return false;
	for (size_t i = 0; i < a->choice_count; i++) {
		const struct column_choice *one = &a->choices[i], *other = &b->choices[i];
		if (one->gone != other->gone || !same_text(one->id, other->id) ||
		    !same_text(one->name, other->name) || !same_text(one->canonical, other->canonical))
			return false;
	}
	return true;
}

static bool same_column(const struct column *a, const struct column *b)
{
	return same_text(a->id, b->id) && same_text(a->key, b->key) && same_text(a->name, b->name) &&
	       same_text(a->type, b->type) && same_text(a->stopped_reason, b->stopped_reason) &&
	       same_text(a->linked_table_id, b->linked_table_id) && a->tolerance == b->tolerance &&
	       same_choices(a, b);
}

/* In all that is stored of them. */
static bool columns_equal(const struct columns *a, const struct columns *b)
{
	bool same = same_text(a->table_id, b->table_id) && same_text(a->table_name, b->table_name);

	for (size_t field = 0; same && field < FIELD_COUNT; field++)
		same = same_column(&a->of[field], &b->of[field]);
	return same;
}

/* Its choices are the same ones, whatever they are called. */
static bool keeps_choices(const struct column *before, const struct column *now)
{
	if (before->choice_count != now->choice_count)
		return false;
	for (size_t i = 0; i < now->choice_count; i++) {
		const struct column_choice *former = choice_by_id(before, now->choices[i].id);
		if (!former || former->gone != now->choices[i].gone)
			return false;
	}
	return true;
}

static bool any_renewed(const struct columns *before, const struct columns *now)
{
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const char *former = columns_key(before, (enum field)field);
		if (columns_flow(now, (enum field)field) &&
		    (!columns_flow(before, (enum field)field) ||
		     !same_text(former, columns_key(now, (enum field)field)) ||
		     !keeps_choices(&before->of[field], &now->of[field])))
			return true;
	}
	return false;
}

/* ---- binding ---- */

/* A column as the schema shows it. */
struct shown_column {
	const char *id, *name; /* borrowed, as all of it */
	struct json_object *json;
};

struct binding {
	enum table table;
	const struct columns *before;
	struct shown_column *shown; /* owned */
	size_t shown_count;
	struct columns now;
};

static double tolerance_of(struct json_object *schema_field)
{
	int64_t precision = json_int_or(json_child(schema_field, "options", json_type_object), "precision",
					PRECISION_LIMIT);

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

static void bind_column(struct binding *binding, enum field field, struct json_object *schema_field)
{
	const struct column *before = &binding->before->of[field];
	const struct column never = {0};
	struct column *column = &binding->now.of[field];
	const char *id = text_at(schema_field, "id");
	bool same = before->id && strcmp(before->id, id) == 0;

	column->id = own_copy(id);
	column->name = own_copy(text_at(schema_field, "name"));
	column->type = own_copy(text_at(schema_field, "type"));
	column->key = same ? key_of(before, column->type) : NULL;
	column->stopped_reason = objection(field_rule(field), schema_field, binding->now.table_id);
	column->stopped = column->stopped_reason != NULL;
	if (field_rule(field)->kind == KIND_NUMBER)
		column->tolerance = tolerance_of(schema_field);
	if (*linked_table(schema_field))
		column->linked_table_id = own_copy(linked_table(schema_field));
	bind_choices(column, same ? before : &never, field, choices_of(schema_field));
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

static struct json_object *candidate(const struct binding *binding, enum field field, size_t place)
{
	const struct column *before = &binding->before->of[field];
	const struct shown_column *found =
		place == 0   ? shown_by_id(binding, before->id)
		: place == 1 ? free_column_named(binding, field, field_rule(field)->name)
			     : free_column_named(binding, field, before->name);

	return found ? found->json : NULL;
}

static void bind_field(struct binding *binding, enum field field)
{
	const struct field_rule *rule = field_rule(field);
	const struct column *before = &binding->before->of[field];
	struct json_object *candidates[3];

	for (size_t i = 0; i < countof(candidates); i++) {
		candidates[i] = candidate(binding, field, i);
		if (candidates[i] && serves(rule, candidates[i], binding->now.table_id)) {
			bind_column(binding, field, candidates[i]);
			return;
		}
	}
	if (candidates[0] || (!before->id && candidates[1]))
		bind_column(binding, field, candidates[0] ? candidates[0] : candidates[1]);
	else if (before->id)
		bind_gone(binding, field);
}

/* The sentence for a table that cannot be synced. */
static bool refuse_table(const struct binding *binding, const struct field_rule *rule, struct error *error)
{
	const struct column *column = &binding->now.of[rule->field];
	scoped_text wanted = types_in_words(rule->types);

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

static bool read_shown(struct json_object *json, struct shown_column *shown_out, const char *table,
		       size_t number, struct error *error)
{
	struct shown_column shown = {.json = json};
	const char *type;

	if (json_get_text(json, "id", &shown.id, NULL, error) &&
	    json_get_text(json, "name", &shown.name, NULL, error) &&
	    json_get_text(json, "type", &type, NULL, error)) {
		*shown_out = shown;
		return true;
	}
	return error_wrap(error, "table \"%s\": column %zu", table, number);
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
	size_t count = json_object_array_length(fields);
	binding->shown = own_alloc((count + 1) * sizeof *binding->shown);
	for (; binding->shown_count < count; binding->shown_count++) {
		size_t at = binding->shown_count;
		if (!read_shown(json_object_array_get_idx(fields, at), &binding->shown[at], name, at + 1,
				error))
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

bool columns_bind(struct columns *columns, enum table table, struct json_object *schema_table,
		  bool *changed_out, struct error *error)
{
	struct binding binding = {.table = table, .before = columns};

	bool ok = read_schema(&binding, schema_table, error) && is_same_table(&binding, error) &&
		  bind_fields(&binding, error);
	free(binding.shown);
	if (!ok) {
		columns_done(&binding.now);
		return false;
	}
	*changed_out = !columns_equal(columns, &binding.now);
	binding.now.renewed = any_renewed(columns, &binding.now);
	columns_done(columns);
	*columns = binding.now;
	return true;
}

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
	for (size_t i = 0; i < json_object_array_length(tables); i++) {
		struct json_object *table = json_object_array_get_idx(tables, i);
		if (strcmp(json_text_or(table, key, ""), value) == 0)
			return table;
	}
	return NULL;
}

static bool bind_one(struct columns *columns, enum table table, struct json_object *tables, bool *changed_out,
		     struct error *error)
{
	struct json_object *found = columns->table_id ? find_table(tables, "id", columns->table_id)
						      : find_table(tables, "name", table_name(table));

	if (found)
		return columns_bind(columns, table, found, changed_out, error);
	if (columns->table_id)
		return error_set(
			error, ERROR_FATAL,
			"the table \"%s\" (%s) is gone; bring it back from the base's trash, or make it anew "
			"and begin with a new integration",
			columns->table_name, columns->table_id);
	return error_set(
		error, ERROR_FATAL,
		"there is no table named \"%s\"; make one after the app's template, or give the token "
		"access to it",
		table_name(table));
}

bool columns_bind_all(struct columns *of_tables, struct json_object *schema_tables, bool *changed_out,
		      struct error *error)
{
	bool any_changed = false;

	for (size_t table = 0; table < TABLE_COUNT; table++) {
		bool changed = false;
		if (!bind_one(&of_tables[table], (enum table)table, schema_tables, &changed, error))
			return false;
		any_changed = any_changed || changed;
	}
	if (!check_links(of_tables, error))
		return false;
	*changed_out = any_changed;
	return true;
}

/* ---- storing ---- */

static struct json_object *choices_to_json(const struct column *column)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < column->choice_count; i++) {
		const struct column_choice *choice = &column->choices[i];
		struct json_object *json = json_object_new_object();
		json_put_text(json, "id", choice->id);
		json_put_text(json, "name", choice->name);
		json_put_text(json, "canonical", choice->canonical);
		if (choice->gone)
			json_put(json, "gone", json_object_new_boolean(true));
		json_object_array_add(list, json);
	}
	return list;
}

static struct json_object *column_to_json(const struct column *column)
{
	struct json_object *json = json_object_new_object();

	json_put_text(json, "id", column->id);
	json_put_text(json, "key", column->key);
	json_put_text(json, "name", column->name);
	json_put_text(json, "type", column->type);
	json_put_text(json, "stopped", column->stopped_reason);
	json_put_text(json, "links_to", column->linked_table_id);
	if (column->tolerance > 0)
		json_put(json, "tolerance", json_number(column->tolerance));
	if (column->choice_count > 0)
		json_put(json, "choices", choices_to_json(column));
	return json;
}

/* {"table", "name", "columns": {the template's name: ...}} */
struct json_object *columns_to_json(const struct columns *columns)
{
	struct json_object *json = json_object_new_object(), *list = json_object_new_object();

	json_put_text(json, "table", columns->table_id);
	json_put_text(json, "name", columns->table_name);
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (columns->of[field].id)
			json_put(list, field_rule((enum field)field)->name,
				 column_to_json(&columns->of[field]));
	json_put(json, "columns", list);
	return json;
}

static bool choices_from_json(struct json_object *list, struct column *column, const char *where,
			      struct error *error)
{
	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *json = json_object_array_get_idx(list, i);
		const char *id, *name, *canonical;
		if (!json_get_text(json, "id", &id, where, error) ||
		    !json_get_text(json, "name", &name, where, error) ||
		    !json_get_text(json, "canonical", &canonical, where, error))
			return false;
		add_choice(column, id, name, canonical, json_bool_or(json, "gone", false));
	}
	return true;
}

static bool column_from_json(struct json_object *json, struct column *column, const char *where,
			     struct error *error)
{
	struct json_object *tolerance = NULL;
	const char *id, *name, *type;

	if (!json_get_text(json, "id", &id, where, error) ||
	    !json_get_text(json, "name", &name, where, error) ||
	    !json_get_text(json, "type", &type, where, error))
		return false;
	column->id = own_copy(id);
	column->name = own_copy(name);
	column->type = own_copy(type);
	column->key = own_copy(json_text_or(json, "key", NULL));
	column->stopped_reason = own_copy(json_text_or(json, "stopped", NULL));
	column->stopped = column->stopped_reason != NULL;
	column->linked_table_id = own_copy(json_text_or(json, "links_to", NULL));
	if (json_object_object_get_ex(json, "tolerance", &tolerance) && json_is_number(tolerance))
		column->tolerance = json_object_get_double(tolerance);
	return choices_from_json(json_child(json, "choices", json_type_array), column, where, error);
}

/* The field of this template name, in whichever table. */
static enum field field_named(const char *name)
{
	enum field field = field_by_name(TABLE_ITEMS, name);

	return field == FIELD_COUNT ? field_by_name(TABLE_COLLECTIONS, name) : field;
}

static bool list_from_json(struct json_object *list, struct columns *columns, struct error *error)
{
	json_object_object_foreach (list, name, json) {
		scoped_text where = own_format("bound column \"%s\"", name);
		enum field field = field_named(name);
		if (field == FIELD_COUNT)
			return error_set(error, ERROR_REFUSED, "%s: no field has this name", where);
		if (!column_from_json(json, &columns->of[field], where, error))
			return false;
	}
	return true;
}

bool columns_from_json(struct json_object *json, struct columns *columns_out, struct error *error)
{
	static const char where[] = "bound columns";
	struct columns columns = {0};
	struct json_object *list;
	const char *table_id, *table_name;

	if (!json_get_text(json, "table", &table_id, where, error) ||
	    !json_get_text(json, "name", &table_name, where, error) ||
	    !json_get_object(json, "columns", &list, where, error))
		return false;
	columns.table_id = own_copy(table_id);
	columns.table_name = own_copy(table_name);
	if (!list_from_json(list, &columns, error)) {
		columns_done(&columns);
		return false;
	}
	*columns_out = columns;
	return true;
}
