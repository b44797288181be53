#include "bridge/columns/shown_column.h"

#include "bridge/columns/columns.h"

#include <string.h>

bool shown_column_read(struct json_object *json, struct shown_column *shown_out, const char *table,
		       size_t number, struct error *error)
{
	struct shown_column shown = {.options = json_child(json, "options", json_type_object)};

	if (!json_get_text(json, "id", &shown.id, NULL, error) ||
	    !json_get_text(json, "name", &shown.name, NULL, error) ||
	    !json_get_text(json, "type", &shown.type, NULL, error))
		return error_wrap(error, "table \"%s\": column %zu", table, number);
	shown.linked_table = json_text_or(shown.options, "linkedTableId", "");
	if (strcmp(shown.type, "singleSelect") == 0)
		shown.choices = json_child(shown.options, "choices", json_type_array);
	*shown_out = shown;
	return true;
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

char *shown_column_types_in_words(const char *types)
{
	struct text words = {0};

	for (const char *at = types; at[1]; at = strchr(at + 1, ' ')) {
		text_add(&words, words.length > 0 ? " or " : "");
		text_add_bytes(&words, at + 1, (size_t)(strchr(at + 1, ' ') - at - 1));
	}
	return text_take(&words);
}

char *shown_column_objection(const struct field_rule *rule, const struct shown_column *shown,
			     const char *table_id)
{
	if (!type_among(rule->types, shown->type)) {
		scoped_text wanted = shown_column_types_in_words(rule->types);
		bool date = strcmp(shown->type, "date") == 0 && rule->kind == KIND_TIME;
		return own_format("its type is %s, %s is needed%s", shown->type, wanted,
				  date ? " (switch on \"Include time\")" : "");
	}
	if (rule->kind == KIND_ITEM_LINK && strcmp(shown->linked_table, table_id) != 0)
		return own_format("it links to another table; it must link to rows of its own");
	if (shown->choices && json_length(shown->choices) > COLUMN_CHOICE_LIMIT)
		return own_format("it has %zu choices, at most %d can be followed",
				  json_length(shown->choices), COLUMN_CHOICE_LIMIT);
	return NULL;
}

bool shown_column_serves(const struct field_rule *rule, const struct shown_column *shown,
			 const char *table_id)
{
	scoped_text reason = shown_column_objection(rule, shown, table_id);

	return !reason;
}
