#include "bridge/mapping/mapping_to.h"

#include "base/clock.h"
#include "base/text.h"
#include "bridge/columns/choices.h"
#include "inventory/document.h"

#include <assert.h>
#include <math.h>
#include <string.h>

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

/* The cell belongs to the field, and is empty or has a value. */
static bool check_cell(const char *name, const struct field_rule *rule, const struct cell *cell,
		       struct error *error)
{
	if (cell->kind == CELL_WRONG)
		return error_set(error, ERROR_REFUSED, "%s", cell->text);
	if (cell->kind == CELL_EMPTY || cell_fits(rule->kind, cell))
		return true;
	scoped_text why = own_format("cannot stand here, %s was expected", mapping_kind_words(rule->kind));
	return cell_refuse(error, name, cell, why);
}

/* ---- cell to row ---- */

/* Every line break as \n, or as a space; those at the end are left out, as Airtable does it (sync-rules 18). */
static char *with_plain_breaks(const char *words, bool single_line)
{
	const char *end = words + strlen(words);
	struct text plain = {0};

	while (end > words && (end[-1] == '\r' || end[-1] == '\n'))
		end--;
	while (words < end) {
		size_t length = strcspn(words, "\r\n");
		if (length > (size_t)(end - words))
			length = (size_t)(end - words);
		text_add_bytes(&plain, words, length);
		words += length;
		if (words == end)
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
	*value_out = *plain ? json_new_text(plain) : NULL;
	return true;
}

static bool time_to_row(const struct column *column, const struct cell *cell, struct json_object **value_out,
			struct error *error)
{
	char iso[CLOCK_ISO_SIZE];

	if (!clock_iso(cell->time_ms, iso))
		return cell_refuse(error, column->name, cell, "lies outside of the years 0 to 9999");
	*value_out = json_new_text(iso);
	return true;
}

static bool links_to_row(const struct column *column, enum table target, const struct cell *cell,
			 const struct mapping_links *links, struct json_object **value_out,
			 struct error *error)
{
	scoped(json_object) list = json_new_array();

	for (size_t i = 0; i < cell->id_count; i++) {
		bool unknown = cell->ids[i][0] == CELL_UNKNOWN_LINK;
		const char *record_id =
			links && !unknown ? links->record_of(links->context, target, cell->ids[i]) : NULL;
		if (!record_id)
			return error_set(error, ERROR_RETRY, "%s: \"%s\" has no row yet", column->name,
					 cell->ids[i] + (unknown ? 1 : 0));
		json_append(list, json_new_text(record_id));
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
			return cell_refuse(error, column->name, cell, "is no number that can be written");
		*value_out = json_number(cell->number);
		return true;
	case KIND_TRUTH:
		*value_out = json_new_bool(true);
		return true;
	case KIND_TIME:
		return time_to_row(column, cell, value_out, error);
	case KIND_CHOICE:
		return choice_to_row(column, rule->field, cell, value_out, error);
	case KIND_TEXT:
		return text_to_row(column, columns_equivalence(columns, rule->field).single_line, cell->text,
				   value_out, error);
	default:
		return links_to_row(column, field_linked_table(rule->field), cell, links, value_out, error);
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
	const struct cell_equivalence equivalence = columns_equivalence(columns, field);
	if (cell->kind == CELL_EMPTY || cell_hides_zero(&(struct cell){0}, cell, &equivalence)) {
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
		return cell_refuse(error, rule->name, cell, "are several, there is room for one");
	if (cell->ids[0][0] == CELL_UNKNOWN_LINK)
		return cell_refuse(error, rule->name, cell, "has no document yet");
	*value_out = json_new_text(cell->ids[0]);
	return true;
}

static bool number_to_document(const struct field_rule *rule, const struct cell *cell,
			       struct json_object **value_out, struct error *error)
{
	double number =
		rule->scale > 0 ? mapping_price_without_noise(cell->number * rule->scale) : cell->number;

	/* A document with such a number could not be read again: from there on a double does not hold every whole number. */
	if (!(fabs(number) < MAPPING_EXACT_WHOLE))
		return cell_refuse(error, rule->name, cell,
				   "is too large to be kept digit by digit; enter a smaller number");
	if (rule->field == FIELD_SERIAL && (number < 0 || number != floor(number)))
		return cell_refuse(error, rule->name, cell, "is no whole number from 0 on");
	*value_out = json_number(number);
	return true;
}

static bool type_to_document(const struct field_rule *rule, const struct cell *cell,
			     struct json_object **value_out, struct error *error)
{
	const char *word;

	if (mapping_type_word(cell->text, &word)) {
		*value_out = word ? json_new_text(word) : NULL;
		return true;
	}
	return cell_refuse(error, rule->name, cell,
			   "is unknown to the app; it knows \"Item\", \"Container\", \"Generic Container\", "
			   "\"Item with Parts\" and \"Consumable\"");
}

/* *value_out NULL: the key is to be removed. */
static bool value_to_document(const struct field_rule *rule, const struct cell *cell,
			      struct json_object **value_out, struct error *error)
{
	switch (cell->kind) {
	case CELL_TEXT:
		*value_out = json_new_text(cell->text);
		return true;
	case CELL_NUMBER:
		return number_to_document(rule, cell, value_out, error);
	case CELL_TRUE:
		*value_out = json_new_bool(true);
		return true;
	case CELL_TIME:
		*value_out = json_new_int(cell->time_ms);
		return true;
	case CELL_CHOICE:
		if (rule->field == FIELD_TYPE)
			return type_to_document(rule, cell, value_out, error);
		*value_out = json_new_text(cell->text);
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

bool mapping_to_document(enum table table, enum field field, const struct cell *cell,
			 struct json_object **value_out, struct error *error)
{
	const struct field_rule *rule = field_rule(field);
	const char *key = rule->data_key[table];

	if (!field_in_table(field, table) || !key)
		return error_set(error, ERROR_REFUSED, "%s is not taken from Airtable", rule->name);
	if (!check_cell(rule->name, rule, cell, error))
		return false;
	if (is_blank(cell) && document_needs(table_document_type(table), key))
		return error_set(error, ERROR_REFUSED, "%s is empty; %s needs one", rule->name,
				 table == TABLE_ITEMS ? "an item" : "a collection");
	*value_out = NULL;
	return value_to_document(rule, cell, value_out, error);
}
