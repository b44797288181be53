#include "bridge/mapping/mapping_from.h"

#include "base/clock.h"
#include "bridge/columns/choices.h"
#include "inventory/document.h"

#include <math.h>
#include <string.h>

/* A word that a later app may have brought: "some_new_type" shows as "Some New Type". */
static struct cell type_from_word(const char *word)
{
	const char *known = mapping_type_choice(*word ? word : MAPPING_TYPE_ITEM);
	scoped_text name = own_copy(word);
	bool begins = true;

	if (known)
		return cell_choice(known);
	for (char *at = name; *at; at++) {
		if (*at == '_')
			*at = ' ';
		else if (begins && *at >= 'a' && *at <= 'z')
			*at = (char)(*at - 'a' + 'A');
		begins = *at == ' ';
	}
	return cell_choice(name);
}

/* ---- of either side ---- */

static const char *value_words(struct json_object *value)
{
	static const char *const words[] = {
		[json_type_null] = "empty",       [json_type_boolean] = "true or false",
		[json_type_double] = "a number",  [json_type_int] = "a number",
		[json_type_object] = "an object", [json_type_array] = "a list",
		[json_type_string] = "a text",
	};

	return words[json_type_of(value)];
}

static struct cell wrong_kind(const char *name, struct json_object *value, enum field_kind kind)
{
	return cell_wrong("%s is %s, %s was expected", name, value_words(value), mapping_kind_words(kind));
}

/* The text of a string, or NULL when a cell could not hold all of it. */
static const char *whole_text(struct json_object *value)
{
	const char *words = json_text_of(value);

	return strlen(words) == json_text_length(value) ? words : NULL;
}

static struct cell cut_text(const char *name)
{
	return cell_wrong("%s has the character U+0000 in it, which cannot be kept", name);
}

static bool zero_is_empty(enum field field)
{
	return field == FIELD_EXPIRE_SOON_DAYS;
}

static struct cell number_cell(enum field field, double number)
{
	if (number == 0 && zero_is_empty(field))
		return (struct cell){0};
	return cell_number(number);
}

static bool is_link(enum field_kind kind)
{
	return kind == KIND_COLLECTION_LINK || kind == KIND_ITEM_LINK;
}

/* ---- document to cells ---- */

static struct cell number_from_document(const struct field_rule *rule, struct json_object *value)
{
	double number = json_double_of(value);

	if (json_is(value, json_type_int) && fabs(number) >= MAPPING_EXACT_WHOLE)
		return cell_wrong("%s has more digits than can be carried over exactly", rule->name);
	if (rule->scale > 0)
		number = mapping_price_without_noise(number) / rule->scale;
	return number_cell(rule->field, number);
}

static struct cell time_from_document(const struct field_rule *rule, struct json_object *value)
{
	double ms = trunc(json_double_of(value));

	if (!(fabs(ms) < MAPPING_EXACT_WHOLE)) {
		scoped_text words = json_write(value);
		return cell_wrong("%s is no date: %s ms since 1970", rule->name, words);
	}
	return cell_time((int64_t)ms);
}

static struct cell text_from_document(const struct field_rule *rule, struct json_object *value)
{
	const char *words = whole_text(value);

	if (!words)
		return cut_text(rule->name);
	if (rule->kind == KIND_TEXT)
		return cell_text(words);
	if (is_link(rule->kind))
		return cell_link(words);
	return rule->field == FIELD_TYPE ? type_from_word(words) : cell_choice(words);
}

static bool document_value_fits(enum field_kind kind, struct json_object *value)
{
	if (kind == KIND_NUMBER || kind == KIND_TIME)
		return json_is_number(value);
	return json_is(value, kind == KIND_TRUTH ? json_type_boolean : json_type_string);
}

static struct cell from_document(const struct field_rule *rule, struct json_object *value)
{
	if (!value)
		return rule->field == FIELD_TYPE ? cell_choice(MAPPING_TYPE_ITEM) : (struct cell){0};
	if (!document_value_fits(rule->kind, value))
		return wrong_kind(rule->name, value, rule->kind);
	switch (rule->kind) {
	case KIND_NUMBER:
		return number_from_document(rule, value);
	case KIND_TIME:
		return time_from_document(rule, value);
	case KIND_TRUTH:
		return cell_truth(json_bool_of(value));
	default:
		return text_from_document(rule, value);
	}
}

bool mapping_check_id(enum table table, const char *id, struct error *error)
{
	const char *at = id;

	while (*at == '\t' || (unsigned char)*at >= ' ')
		at++;
	if (!*at)
		return true;
	struct cell cell = cell_text(id);
	char shown[256];
	cell_show(&cell, shown, sizeof shown);
	cell_done(&cell);
	return error_set(error, ERROR_REFUSED,
			 "the id %s of this %s has a line break or another control character in it, "
			 "which the ID cell cannot show: it gets no row. Make it anew in the app",
			 shown, table == TABLE_ITEMS ? "item" : "collection");
}

void mapping_from_document(enum table table, const char *id, struct json_object *body, struct cell *cells)
{
	struct json_object *data = document_data(body);

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const struct field_rule *rule = field_rule((enum field)field);
		struct json_object *value = NULL;
		if (!field_in_table(rule->field, table) || !rule->data_key[table])
			continue;
		if (data)
			json_find(data, rule->data_key[table], &value);
		cells[field] = from_document(rule, value);
	}
	cells[FIELD_ID] = cell_text(id);
	if (field_in_table(FIELD_CREATED_AT, table) && document_created_at(body))
		cells[FIELD_CREATED_AT] = cell_time(document_created_at(body));
	if (field_in_table(FIELD_UPDATED_AT, table) && document_updated_at(body))
		cells[FIELD_UPDATED_AT] = cell_time(document_updated_at(body));
}

/* ---- row to cells ---- */

struct row_reading {
	const struct columns *columns;
	const struct mapping_links *links;
	bool unknown_choice;
};

/* Airtable may end a rich text with a line break of its own. */
static struct cell rich_text(const char *words)
{
	size_t length = strlen(words);

	if (length > 0 && words[length - 1] == '\n')
		length--;
	scoped_text plain = own_copy_bytes(words, length);
	return cell_text(plain);
}

static struct cell text_from_row(struct row_reading *reading, const struct field_rule *rule,
				 struct json_object *value)
{
	const struct column *column = &reading->columns->of[rule->field];
	const char *words = whole_text(value);
	int64_t time_ms;

	if (!words)
		return cut_text(column->name);
	if (rule->kind == KIND_CHOICE)
		return choice_from_row(column, rule->field, words, &reading->unknown_choice);
	if (rule->kind == KIND_TEXT)
		return strcmp(column->type, "richText") == 0 ? rich_text(words) : cell_text(words);
	if (clock_from_iso(words, &time_ms))
		return cell_time(time_ms);
	struct cell shown = cell_text(words);
	char show[64];
	cell_show(&shown, show, sizeof show);
	cell_done(&shown);
	return cell_wrong("%s is %s, a date with time and zone was expected", column->name, show);
}

static struct cell links_from_row(struct row_reading *reading, const struct field_rule *rule,
				  struct json_object *list)
{
	const struct mapping_links *links = reading->links;
	struct cell cell = {0};

	for (size_t i = 0; i < json_length(list); i++) {
		struct json_object *value = json_at(list, i);
		const char *record_id = json_is(value, json_type_string) ? whole_text(value) : NULL;
		if (!record_id) {
			cell_done(&cell);
			return cell_wrong("%s is a list with other things than links",
					  reading->columns->of[rule->field].name);
		}
		const char *id =
			links ? links->document_of(links->context, field_linked_table(rule->field), record_id)
			      : NULL;
		scoped_text unknown = id ? NULL : own_format("%c%s", CELL_UNKNOWN_LINK, record_id);
		cell_links_add(&cell, id ? id : unknown);
	}
	return cell;
}

static bool row_value_fits(enum field_kind kind, struct json_object *value)
{
	if (kind == KIND_NUMBER)
		return json_is_number(value);
	if (kind == KIND_TRUTH)
		return json_is(value, json_type_boolean);
	return json_is(value, is_link(kind) ? json_type_array : json_type_string);
}

/* null, "", [] and false are empty in whatever column. */
static bool row_value_is_empty(struct json_object *value)
{
	switch (json_type_of(value)) {
	case json_type_null:
		return true;
	case json_type_boolean:
		return !json_bool_of(value);
	case json_type_string:
		return json_text_length(value) == 0;
	case json_type_array:
		return json_length(value) == 0;
	default:
		return false;
	}
}

static struct cell from_row(struct row_reading *reading, const struct field_rule *rule,
			    struct json_object *value)
{
	if (row_value_is_empty(value))
		return rule->field == FIELD_TYPE ? cell_choice(MAPPING_TYPE_ITEM) : (struct cell){0};
	if (!row_value_fits(rule->kind, value))
		return wrong_kind(reading->columns->of[rule->field].name, value, rule->kind);
	switch (rule->kind) {
	case KIND_NUMBER:
		return number_cell(rule->field, json_double_of(value));
	case KIND_TRUTH:
		return cell_truth(true);
	case KIND_COLLECTION_LINK:
	case KIND_ITEM_LINK:
		return links_from_row(reading, rule, value);
	default:
		return text_from_row(reading, rule, value);
	}
}

void mapping_from_row(enum table table, const struct columns *columns, struct json_object *row,
		      const struct mapping_links *links, struct cell *cells, bool *unknown_choice_out)
{
	struct row_reading reading = {.columns = columns, .links = links};

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		struct json_object *value = NULL;
		if (!field_in_table((enum field)field, table) || !columns_flow(columns, (enum field)field))
			continue;
		if (json_is(row, json_type_object))
			json_find(row, columns->of[field].id, &value);
		cells[field] = from_row(&reading, field_rule((enum field)field), value);
	}
	if (reading.unknown_choice)
		*unknown_choice_out = true;
}
