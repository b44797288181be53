#include "sandbox/edit.h"
#include "sandbox/cells.h"
#include "sandbox/rights.h"
#include "sandbox/rows.h"
#include "sandbox/schema.h"
#include <stdlib.h>
#include <string.h>

#define ACTION_LIMIT 10000

struct action {
	struct sandbox_base *base;
	struct json_object *json;   /* its parameters; borrowed */
	struct json_object *result; /* borrowed */
	struct sandbox_table *table;
	struct sandbox_field *field;
	struct sandbox_choice *choice;
	bool touch;
};

static bool refuse(struct error *error, const char *what, const char *key)
{
	return error_set(error, ERROR_REFUSED, "there is no %s \"%s\"", what, key);
}

static bool run_create(struct action *action, struct error *error)
{
	struct json_object *fields = json_child(action->json, "fields", json_type_object);
	scoped(json_object) none = json_new_object();

	if (!sandbox_fields_check(action->table, NULL, fields ? fields : none, true, error))
		return false;
	struct sandbox_record *record = sandbox_add_record(action->table, NULL);
	sandbox_fields_write(record, fields ? fields : none, true, false);
	json_put_text(action->result, "id", record->id);
	return true;
}

static bool find_row(const struct action *action, const char *id, struct sandbox_record **record_out,
		     struct error *error)
{
	struct sandbox_record *record = sandbox_find_record(action->base, id);

	if (!record || record->table != action->table)
		return refuse(error, "row", id);
	*record_out = record;
	return true;
}

static bool run_update(struct action *action, struct error *error)
{
	struct json_object *fields = json_child(action->json, "fields", json_type_object);
	struct sandbox_record *record = NULL;

	if (!find_row(action, json_text_or(action->json, "record", ""), &record, error))
		return false;
	if (!fields)
		return error_set(error, ERROR_REFUSED, "an update needs \"fields\"");
	if (!sandbox_fields_check(action->table, record, fields, true, error))
		return false;
	sandbox_fields_write(record, fields, true, false);
	json_put_text(action->result, "id", record->id);
	return true;
}

static bool run_delete(struct action *action, struct error *error)
{
	struct json_object *many = json_child(action->json, "records", json_type_array);
	size_t count = many ? json_length(many) : 1;
	struct sandbox_record **records = own_alloc((count + 1) * sizeof(struct sandbox_record *));
	size_t found = 0;
	bool all = true;

	for (size_t i = 0; all && i < count; i++) {
		const char *id =
			many ? json_text_of(json_at(many, i)) : json_text_or(action->json, "record", "");
		struct sandbox_record *record = NULL;
		all = find_row(action, id ? id : "", &record, error);
		if (all)
			records[found++] = record;
	}
	if (all && found > 0)
		sandbox_rows_delete(records, found);
	free(records);
	return all;
}

static bool run_restore(struct action *action, struct error *error)
{
	const char *id = json_text_or(action->json, "record", "");
	struct sandbox_record *record = sandbox_find_trashed(action->base, id);

	if (!record || record->table != action->table)
		return refuse(error, "row in the trash", id);
	sandbox_row_restore(record);
	json_put_text(action->result, "id", record->id);
	return true;
}

static bool run_rename_table(struct action *action, struct error *error)
{
	return sandbox_rename_table(action->table, json_text_or(action->json, "name", ""), error);
}

static bool run_delete_table(struct action *action, struct error *error)
{
	(void)error;
	sandbox_delete_table(action->table, action->touch);
	return true;
}

static bool run_add_field(struct action *action, struct error *error)
{
	scoped(json_object) model = json_copy(action->json);
	struct sandbox_field *field = NULL;

	json_remove(model, "id");
	if (!sandbox_make_field(action->table, model, true, &field, error))
		return false;
	json_put_text(action->result, "id", field->id);
	return true;
}

static bool run_rename_field(struct action *action, struct error *error)
{
	return sandbox_rename_field(action->field, json_text_or(action->json, "name", ""), error);
}

static bool run_delete_field(struct action *action, struct error *error)
{
	return sandbox_delete_field(action->field, action->touch, error);
}

static bool run_retype_field(struct action *action, struct error *error)
{
	return sandbox_retype_field(action->field, json_text_or(action->json, "type", ""),
				    json_child(action->json, "options", json_type_object), action->touch,
				    error);
}

static bool run_rename_choice(struct action *action, struct error *error)
{
	return sandbox_rename_choice(action->field, action->choice, json_text_or(action->json, "name", ""),
				     error);
}

static bool run_delete_choice(struct action *action, struct error *error)
{
	(void)error;
	sandbox_delete_choice(action->field, action->choice, action->touch);
	return true;
}

static bool limit_table(struct sandbox_table *table, const char *what, unsigned words, struct error *error)
{
	if (strcmp(what, "create") == 0)
		table->limited_creates = words;
	else if (strcmp(what, "update") == 0)
		table->limited_updates = words;
	else if (strcmp(what, "delete") == 0)
		table->limited_deletes = words;
	else
		return refuse(error, "work", what);
	return true;
}

static bool run_limit(struct action *action, struct error *error)
{
	const char *field = json_text_or(action->json, "field", NULL);
	const char *record = json_text_or(action->json, "record", NULL);
	unsigned words = sandbox_words_named(json_text_or(action->json, "words", "named"));
	struct sandbox_record *found = NULL;

	if (field) {
		action->field = sandbox_find_field(action->table, field);
		if (!action->field)
			return refuse(error, "field", field);
		action->field->limited = words;
		return true;
	}
	if (!record)
		return limit_table(action->table, json_text_or(action->json, "what", ""), words, error);
	if (!find_row(action, record, &found, error))
		return false;
	found->limited = words != WORDS_NONE;
	return true;
}

static const struct kind {
	const char *name;
	bool (*run)(struct action *action, struct error *error);
	bool field, choice; /* what it is done to, besides the table */
} kinds[] = {
	{"create", run_create, false, false},
	{"update", run_update, false, false},
	{"delete", run_delete, false, false},
	{"restore", run_restore, false, false},
	{"limit", run_limit, false, false},
	{"renameTable", run_rename_table, false, false},
	{"deleteTable", run_delete_table, false, false},
	{"addField", run_add_field, false, false},
	{"renameField", run_rename_field, true, false},
	{"deleteField", run_delete_field, true, false},
	{"retypeField", run_retype_field, true, false},
	{"renameChoice", run_rename_choice, true, true},
	{"deleteChoice", run_delete_choice, true, true},
};

/* {"create":{…}} or {"action":"create",…} */
static const struct kind *kind_of(struct json_object *json, struct json_object **parameters_out)
{
	const char *name = json_text_or(json, "action", NULL);

	for (size_t i = 0; i < countof(kinds); i++) {
		struct json_object *inner = json_child(json, kinds[i].name, json_type_object);
		if (name ? strcmp(name, kinds[i].name) == 0 : inner != NULL) {
			*parameters_out = name ? json : inner;
			return &kinds[i];
		}
	}
	return NULL;
}

static bool find_things(struct action *action, const struct kind *kind, struct error *error)
{
	const char *table = json_text_or(action->json, "table", "");
	const char *field = json_text_or(action->json, "field", "");
	const char *choice = json_text_or(action->json, "choice", "");

	action->touch = json_bool_or(action->json, "touch", true);
	action->table = sandbox_find_table(action->base, table);
	if (!action->table)
		return refuse(error, "table", table);
	action->field = kind->field ? sandbox_find_field(action->table, field) : NULL;
	if (kind->field && !action->field)
		return refuse(error, "field", field);
	action->choice = kind->choice ? sandbox_find_choice(action->field, choice) : NULL;
	return kind->choice && !action->choice ? refuse(error, "choice", choice) : true;
}

static bool run_action(struct sandbox_base *base, struct json_object *json, struct json_object *results,
		       struct error *error)
{
	struct action action = {.base = base, .result = json_new_object()};
	const struct kind *kind = kind_of(json, &action.json);

	json_append(results, action.result);
	if (!kind)
		return error_set(error, ERROR_REFUSED, "no such action");
	if (!find_things(&action, kind, error) || !kind->run(&action, error))
		return error_wrap(error, "%s", kind->name);
	return true;
}

static struct sandbox_base *base_of(struct sandbox_store *store, struct json_object *json)
{
	const char *id = json_text_or(json, "base", NULL);

	if (id)
		return sandbox_find_base(store, id);
	return store->base_count ? store->bases[0] : NULL;
}

bool sandbox_edit(struct sandbox_store *store, struct json_object *request, struct json_object *results,
		  struct error *error)
{
	struct sandbox_base *base = base_of(store, request);
	struct json_object *actions = json_child(request, "actions", json_type_array);

	if (!base)
		return refuse(error, "base", json_text_or(request, "base", ""));
	if (!actions || json_length(actions) > ACTION_LIMIT)
		return error_set(error, ERROR_REFUSED, "\"actions\" must be an array of at most %d",
				 ACTION_LIMIT);
	for (size_t i = 0; i < json_length(actions); i++) {
		if (!run_action(base, json_at(actions, i), results, error))
			return json_length(actions) > 1 ? error_wrap(error, "action %zu", i + 1) : false;
	}
	return true;
}

static bool row_matches(const struct sandbox_record *record, struct json_object *match)
{
	json_each (match, key, value) {
		struct sandbox_field *field = sandbox_find_field(record->table, key);
		scoped(json_object) shown = field ? sandbox_cell_show(record, field) : NULL;
		if (!field || !json_equal(shown, value))
			return false;
	}
	return true;
}

bool sandbox_edit_by_rule(struct sandbox_store *store, struct json_object *rule, struct error *error)
{
	struct json_object *match = json_child(rule, "match", json_type_object);
	scoped(json_object) results = json_new_array();
	scoped(json_object) update = json_new_object();
	struct sandbox_base *base = base_of(store, rule);
	const char *name = json_text_or(rule, "table", "");

	if (json_child(rule, "actions", json_type_array))
		return sandbox_edit(store, rule, results, error);
	struct sandbox_table *table = base ? sandbox_find_table(base, name) : NULL;
	if (!table)
		return refuse(error, "table", name);
	json_put_text(update, "action", "update");
	json_put_text(update, "table", table->id);
	json_put_text(update, "record", json_text_or(rule, "record", NULL));
	json_put(update, "fields", json_share(json_child(rule, "fields", json_type_object)));
	for (size_t i = 0; match && i < table->record_count; i++) {
		if (row_matches(table->records[i], match)) {
			json_put_text(update, "record", table->records[i]->id);
			break;
		}
	}
	return run_action(base, update, results, error);
}
