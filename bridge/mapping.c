/* Conversions, by kind of field. Where the app and Airtable say the same thing in two ways, one cell is meant:
 *
 * - Type: a document without one and a row with an empty cell are both an "Item".
 * - Expire Soon Prior Days and Min Stock Level: 0 says what an empty cell says.
 * - Purchase Price: the document has thousandths, with the noise of the app's arithmetic (2009.9999999999998).
 * - An unticked box is an empty cell, whether the document says false or nothing. */
#include "bridge/mapping.h"

#include "base/clock.h"
#include "base/text.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_WHOLE 9007199254740992.0 /* 2^53: up to here a double holds every whole number */
#define NOISE_STEPS 1000.0 /* a thousandth of a stored price is smaller than any price, larger than noise */

/* ---- the words of Type ---- */

static const struct {
	const char *choice; /* in the template */
	const char *word;   /* in the document; NULL: absent */
} types[] = {
	{"Item", NULL},
	{"Container", "container"},
	{"Generic Container", "generic_container"},
	{"Item with Parts", "item_with_parts"},
	{"Consumable", "consumable"},
};
#define TYPE_ITEM types[0].choice

static char folded(char byte)
{
	if (byte == '_')
		return ' ';
	return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

static bool same_folded(const char *a, const char *b)
{
	while (*a && folded(*a) == folded(*b)) {
		a++;
		b++;
	}
	return !*a && !*b;
}

const char *mapping_type_choice(const char *name)
{
	for (size_t i = 0; i < countof(types); i++)
		if (same_folded(types[i].choice, name))
			return types[i].choice;
	return NULL;
}

/* A word that a later app may have brought: "some_new_type" shows as "Some New Type". */
static struct cell type_from_word(const char *word)
{
	const char *known = mapping_type_choice(*word ? word : TYPE_ITEM);
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

static struct cell choice_cell(enum field field, const char *name)
{
	if (field != FIELD_TYPE)
		return cell_choice(name);
	return cell_choice(
		*name && !mapping_type_choice(name) ? name : mapping_type_choice(*name ? name : TYPE_ITEM));
}

/* ---- shared by both directions ---- */

static const char *value_words(struct json_object *value)
{
	static const char *const words[] = {
		[json_type_null] = "empty",       [json_type_boolean] = "true or false",
		[json_type_double] = "a number",  [json_type_int] = "a number",
		[json_type_object] = "an object", [json_type_array] = "a list",
		[json_type_string] = "a text",
	};

	return words[json_object_get_type(value)];
}

static const char *kind_words(enum field_kind kind)
{
	static const char *const words[] = {
		[KIND_TEXT] = "a text",
		[KIND_NUMBER] = "a number",
		[KIND_TRUTH] = "a box that is ticked or not",
		[KIND_TIME] = "a date",
		[KIND_CHOICE] = "a choice",
		[KIND_COLLECTION_LINK] = "a link to a collection",
		[KIND_ITEM_LINK] = "a link to an item",
	};

	return words[kind];
}

static struct cell wrong_kind(const char *name, struct json_object *value, enum field_kind kind)
{
	return cell_wrong("%s is %s, %s was expected", name, value_words(value), kind_words(kind));
}

/* The text of a string, or NULL when a cell could not hold all of it. */
static const char *whole_text(struct json_object *value)
{
	const char *words = json_object_get_string(value);

	return strlen(words) == (size_t)json_object_get_string_len(value) ? words : NULL;
}

static struct cell cut_text(const char *name)
{
	return cell_wrong("%s has the character U+0000 in it, which cannot be kept", name);
}

static bool zero_is_empty(enum field field)
{
	return field == FIELD_EXPIRE_SOON_DAYS || field == FIELD_MIN_STOCK;
}

static struct cell number_cell(enum field field, double number)
{
	if (number == 0 && zero_is_empty(field))
		return (struct cell){0};
	return cell_number(number);
}

/* A stored price without what the app's arithmetic left behind. Past 2^53 steps there is no room for a fraction. */
static double without_noise(double stored)
{
	if (fabs(stored) >= EXACT_WHOLE / NOISE_STEPS)
		return round(stored);
	return round(stored * NOISE_STEPS) / NOISE_STEPS;
}

static bool is_link(enum field_kind kind)
{
	return kind == KIND_COLLECTION_LINK || kind == KIND_ITEM_LINK;
}

static enum table linked_table(enum field_kind kind)
{
	return kind == KIND_COLLECTION_LINK ? TABLE_COLLECTIONS : TABLE_ITEMS;
}

/* ---- document to cells ---- */

static struct cell number_from_document(const struct field_rule *rule, struct json_object *value)
{
	double number = json_object_get_double(value);

	if (json_object_is_type(value, json_type_int) && fabs(number) >= EXACT_WHOLE)
		return cell_wrong("%s has more digits than can be carried over exactly", rule->name);
	if (rule->scale > 0)
		number = without_noise(number) / rule->scale;
	return number_cell(rule->field, number);
}

static struct cell time_from_document(const struct field_rule *rule, struct json_object *value)
{
	double ms = trunc(json_object_get_double(value));

	if (!(fabs(ms) < EXACT_WHOLE))
		return cell_wrong("%s is no date: %s ms since 1970", rule->name,
				  json_object_get_string(value));
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
	return json_object_is_type(value, kind == KIND_TRUTH ? json_type_boolean : json_type_string);
}

static struct cell from_document(const struct field_rule *rule, struct json_object *value)
{
	if (!value)
		return rule->field == FIELD_TYPE ? cell_choice(TYPE_ITEM) : (struct cell){0};
	if (!document_value_fits(rule->kind, value))
		return wrong_kind(rule->name, value, rule->kind);
	switch (rule->kind) {
	case KIND_NUMBER:
		return number_from_document(rule, value);
	case KIND_TIME:
		return time_from_document(rule, value);
	case KIND_TRUTH:
		return cell_truth(json_object_get_boolean(value));
	default:
		return text_from_document(rule, value);
	}
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
			json_object_object_get_ex(data, rule->data_key[table], &value);
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

static struct cell choice_from_row(struct row_reading *reading, enum field field, const char *name)
{
	const struct column *column = &reading->columns->of[field];

	if (!column->type || strcmp(column->type, "singleSelect") != 0 || !*name)
		return choice_cell(field, name);
	for (size_t gone = 0; gone < 2; gone++)
		for (size_t i = 0; i < column->choice_count; i++)
			if (column->choices[i].gone == (gone == 1) &&
			    strcmp(column->choices[i].name, name) == 0)
				return cell_choice(column->choices[i].canonical);
	reading->unknown_choice = true;
	return choice_cell(field, name);
}

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
		return choice_from_row(reading, rule->field, words);
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

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *value = json_object_array_get_idx(list, i);
		const char *record_id =
			json_object_is_type(value, json_type_string) ? whole_text(value) : NULL;
		if (!record_id) {
			cell_done(&cell);
			return cell_wrong("%s is a list with other things than links",
					  reading->columns->of[rule->field].name);
		}
		const char *id =
			links ? links->document_of(links->context, linked_table(rule->kind), record_id)
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
		return json_object_is_type(value, json_type_boolean);
	return json_object_is_type(value, is_link(kind) ? json_type_array : json_type_string);
}

/* null, "", [] and false are empty in whatever column. */
static bool row_value_is_empty(struct json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_null:
		return true;
	case json_type_boolean:
		return !json_object_get_boolean(value);
	case json_type_string:
		return json_object_get_string_len(value) == 0;
	case json_type_array:
		return json_object_array_length(value) == 0;
	default:
		return false;
	}
}

static struct cell from_row(struct row_reading *reading, const struct field_rule *rule,
			    struct json_object *value)
{
	if (row_value_is_empty(value))
		return rule->field == FIELD_TYPE ? cell_choice(TYPE_ITEM) : (struct cell){0};
	if (!row_value_fits(rule->kind, value))
		return wrong_kind(reading->columns->of[rule->field].name, value, rule->kind);
	switch (rule->kind) {
	case KIND_NUMBER:
		return number_cell(rule->field, json_object_get_double(value));
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
		if (json_object_is_type(row, json_type_object))
			json_object_object_get_ex(row, columns->of[field].id, &value);
		cells[field] = from_row(&reading, field_rule((enum field)field), value);
	}
	if (reading.unknown_choice)
		*unknown_choice_out = true;
}

/* ---- cell to row ---- */

static bool cell_fits(enum field_kind kind, const struct cell *cell)
{
	static const enum cell_kind expected[] = {
		[KIND_TEXT] = CELL_TEXT,       [KIND_NUMBER] = CELL_NUMBER,
		[KIND_TRUTH] = CELL_TRUE,      [KIND_TIME] = CELL_TIME,
		[KIND_CHOICE] = CELL_CHOICE,   [KIND_COLLECTION_LINK] = CELL_LINKS,
		[KIND_ITEM_LINK] = CELL_LINKS,
	};

	return cell->kind == expected[kind];
}

/* What stands in the cell, in the sentence of a refusal. */
static bool refuse(struct error *error, const char *name, const struct cell *cell, const char *why)
{
	char shown[256];

	cell_show(cell, shown, sizeof shown);
	return error_set(error, ERROR_REFUSED, "%s: %s %s", name, shown, why);
}

/* The cell belongs to the field, and is empty or has a value. */
static bool check_cell(const char *name, const struct field_rule *rule, const struct cell *cell,
		       struct error *error)
{
	if (cell->kind == CELL_WRONG)
		return error_set(error, ERROR_REFUSED, "%s", cell->text);
	if (cell->kind == CELL_EMPTY || cell_fits(rule->kind, cell))
		return true;
	scoped_text why = own_format("cannot stand here, %s was expected", kind_words(rule->kind));
	return refuse(error, name, cell, why);
}

/* Every line break as \n, or as a space. */
static char *with_plain_breaks(const char *words, bool single_line)
{
	struct text plain = {0};

	while (*words) {
		size_t length = strcspn(words, "\r\n");
		text_add_bytes(&plain, words, length);
		words += length;
		if (!*words)
			break;
		text_add(&plain, single_line ? " " : "\n");
		words += words[0] == '\r' && words[1] == '\n' ? 2 : 1;
	}
	return text_take(&plain);
}

static bool text_to_row(const struct column *column, bool single_line, const char *words,
			struct json_object **value_out, struct error *error)
{
	scoped_text plain = with_plain_breaks(words, single_line);
	size_t units = text_utf16_length(plain);

	if (units > MAPPING_TEXT_LIMIT)
		return error_set(error, ERROR_REFUSED, "%s is %zu characters long, an Airtable cell holds %d",
				 column->name, units, MAPPING_TEXT_LIMIT);
	*value_out = json_object_new_string(plain);
	return true;
}

static bool time_to_row(const struct column *column, const struct cell *cell, struct json_object **value_out,
			struct error *error)
{
	char iso[CLOCK_ISO_SIZE];

	if (!clock_iso(cell->time_ms, iso))
		return refuse(error, column->name, cell, "lies outside of the years 0 to 9999");
	*value_out = json_object_new_string(iso);
	return true;
}

/* Airtable takes a choice by the name that it has now. */
static bool choice_to_row(const struct column *column, enum field field, const struct cell *cell,
			  struct json_object **value_out, struct error *error)
{
	const char *name = NULL;

	assert(cell->text);
	if (strcmp(column->type, "singleSelect") != 0)
		name = cell->text;
	for (size_t i = 0; i < column->choice_count && !name; i++)
		if (!column->choices[i].gone && strcmp(column->choices[i].canonical, cell->text) == 0)
			name = column->choices[i].name;
	if (!name && (field != FIELD_TYPE || strcmp(cell->text, TYPE_ITEM) != 0))
		return refuse(error, column->name, cell,
			      "is not among the column's choices; add it there, or choose another value");
	*value_out = name ? json_object_new_string(name) : NULL; /* an empty Type says "Item" too */
	return true;
}

static bool links_to_row(const struct column *column, enum table target, const struct cell *cell,
			 const struct mapping_links *links, struct json_object **value_out,
			 struct error *error)
{
	scoped(json_object) list = json_object_new_array();

	for (size_t i = 0; i < cell->id_count; i++) {
		bool unknown = cell->ids[i][0] == CELL_UNKNOWN_LINK;
		const char *record_id =
			links && !unknown ? links->record_of(links->context, target, cell->ids[i]) : NULL;
		if (!record_id)
			return error_set(error, ERROR_RETRY, "%s: \"%s\" has no row yet", column->name,
					 cell->ids[i] + (unknown ? 1 : 0));
		json_object_array_add(list, json_object_new_string(record_id));
	}
	*value_out = take(list);
	return true;
}

static bool value_to_row(const struct columns *columns, const struct field_rule *rule,
			 const struct cell *cell, const struct mapping_links *links,
			 struct json_object **value_out, struct error *error)
{
	const struct column *column = &columns->of[rule->field];

	switch (rule->kind) {
	case KIND_NUMBER:
		if (!isfinite(cell->number))
			return refuse(error, column->name, cell, "is no number that can be written");
		*value_out = json_number(cell->number);
		return true;
	case KIND_TRUTH:
		*value_out = json_object_new_boolean(true);
		return true;
	case KIND_TIME:
		return time_to_row(column, cell, value_out, error);
	case KIND_CHOICE:
		return choice_to_row(column, rule->field, cell, value_out, error);
	case KIND_TEXT:
		return text_to_row(column, columns_equivalence(columns, rule->field).single_line, cell->text,
				   value_out, error);
	default:
		return links_to_row(column, linked_table(rule->kind), cell, links, value_out, error);
	}
}

bool mapping_to_row(enum table table, const struct columns *columns, enum field field,
		    const struct cell *cell, const struct mapping_links *links,
		    struct json_object **value_out, struct error *error)
{
	const struct field_rule *rule = field_rule(field);
	const struct column *column = &columns->of[field];

	if (!field_in_table(field, table) || !column->id)
		return error_set(error, ERROR_REFUSED, "table \"%s\" has no column \"%s\"", table_name(table),
				 rule->name);
	if (column->stopped)
		return error_set(error, ERROR_REFUSED, "the column \"%s\" does not flow: %s", column->name,
				 column->stopped_reason);
	if (!check_cell(column->name, rule, cell, error))
		return false;
	if (cell->kind == CELL_EMPTY) {
		*value_out = NULL;
		return true;
	}
	return value_to_row(columns, rule, cell, links, value_out, error);
}

/* ---- cell to document ---- */

static bool link_to_document(const struct field_rule *rule, const struct cell *cell,
			     struct json_object **value_out, struct error *error)
{
	if (cell->id_count > 1)
		return refuse(error, rule->name, cell, "are several, there is room for one");
	if (cell->ids[0][0] == CELL_UNKNOWN_LINK)
		return refuse(error, rule->name, cell, "has no document yet");
	*value_out = json_object_new_string(cell->ids[0]);
	return true;
}

static bool number_to_document(const struct field_rule *rule, const struct cell *cell,
			       struct json_object **value_out, struct error *error)
{
	double number = rule->scale > 0 ? without_noise(cell->number * rule->scale) : cell->number;

	if (!isfinite(number))
		return refuse(error, rule->name, cell, "is too large");
	if (rule->field == FIELD_SERIAL && (number < 0 || number != floor(number)))
		return refuse(error, rule->name, cell, "is no whole number from 0 on");
	*value_out = json_number(number);
	return true;
}

static bool type_to_document(const struct field_rule *rule, const struct cell *cell,
			     struct json_object **value_out, struct error *error)
{
	for (size_t i = 0; i < countof(types); i++) {
		if (same_folded(types[i].choice, cell->text)) {
			*value_out = types[i].word ? json_object_new_string(types[i].word) : NULL;
			return true;
		}
	}
	return refuse(
		error, rule->name, cell,
		"is unknown to the app; it knows Item, Container, Generic Container, Item with Parts and "
		"Consumable");
}

/* *value_out NULL: the key is to be removed. */
static bool value_to_document(const struct field_rule *rule, const struct cell *cell,
			      struct json_object **value_out, struct error *error)
{
	switch (cell->kind) {
	case CELL_TEXT:
		*value_out = json_object_new_string(cell->text);
		return true;
	case CELL_NUMBER:
		return number_to_document(rule, cell, value_out, error);
	case CELL_TRUE:
		*value_out = json_object_new_boolean(true);
		return true;
	case CELL_TIME:
		*value_out = json_object_new_int64(cell->time_ms);
		return true;
	case CELL_CHOICE:
		if (rule->field == FIELD_TYPE)
			return type_to_document(rule, cell, value_out, error);
		*value_out = json_object_new_string(cell->text);
		return true;
	case CELL_LINKS:
		return link_to_document(rule, cell, value_out, error);
	default:
		*value_out = NULL;
		return true;
	}
}

static bool is_blank(const struct cell *cell)
{
	return cell->kind == CELL_EMPTY || (cell->kind == CELL_TEXT && document_text_is_blank(cell->text));
}

static void set_key(enum document_type type, struct json_object *body, const char *key,
		    struct json_object *value)
{
	struct json_object *data = document_data(body);
	bool is_new = !json_object_object_get_ex(data, key, NULL);

	if (!value) {
		json_object_object_del(data, key);
		return;
	}
	json_put(data, key, value);
	if (is_new)
		document_order_data(type, body);
}

bool mapping_to_document(enum table table, enum field field, const struct cell *cell,
			 struct json_object *body, struct error *error)
{
	const struct field_rule *rule = field_rule(field);
	const char *key = rule->data_key[table];
	struct json_object *value = NULL;

	if (!field_in_table(field, table) || !key)
		return error_set(error, ERROR_REFUSED, "%s is not taken from Airtable", rule->name);
	if (!document_data(body))
		return error_set(error, ERROR_REFUSED, "the document has no data");
	if (!check_cell(rule->name, rule, cell, error))
		return false;
	if (is_blank(cell) && document_needs(table_document_type(table), key))
		return error_set(error, ERROR_REFUSED, "%s is empty; %s needs one", rule->name,
				 table == TABLE_ITEMS ? "an item" : "a collection");
	if (!value_to_document(rule, cell, &value, error))
		return false;
	set_key(table_document_type(table), body, key, value);
	return true;
}
