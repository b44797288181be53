/* Airtable's words were seen in these forms (V is the value, X the field's name, fld… its id):
 *
 *     Field "X" cannot accept the provided value              Field "X" cannot accept a value because the field is computed
 *     Cannot parse value "V" for field X                      Field X can not accept value V
 *     Invalid attachment object for field X: {…}              Unknown field name: "X"
 *     … write cell values in field X (fld…)                   … because the field "X" (fld…) has been configured …
 *     … create new select option "\"V\""                      Record ID V does not exist in this table
 *     Value is not an array of record IDs.
 *
 * A value may be anything, so may a name: either counts only where a form has it. */
#include "bridge/rows/cell_at_fault.h"

#include <string.h>

/* What the service said, behind the request and the status that our sentence begins with. */
static const char *said(const struct error *refusal)
{
	const char *status = strstr(refusal->text, "HTTP ");
	const char *message = status ? strstr(status, ": ") : NULL;

	return message ? message + 2 : refusal->text;
}

static bool ends_with(const char *words, const char *end)
{
	size_t length = strlen(words), end_length = strlen(end);

	return length >= end_length && strcmp(words + length - end_length, end) == 0;
}

static bool begins_with(const char *words, const char *begin)
{
	return strncmp(words, begin, strlen(begin)) == 0;
}

static bool names(const char *words, const struct column *column)
{
	const char *name = column->name ? column->name : "";
	scoped_text quoted = own_format("Field \"%s\" cannot accept ", name);
	scoped_text bare = own_format("Field %s can not accept ", name);
	scoped_text parsed = own_format(" for field %s", name);
	scoped_text attachment = own_format("Invalid attachment object for field %s: ", name);
	scoped_text unknown = own_format("Unknown field name: \"%s\"", name);
	scoped_text unknown_id = own_format("Unknown field name: \"%s\"", column->id);
	scoped_text id = own_format(" (%s)", column->id);

	return strstr(words, id) || begins_with(words, unknown_id) || begins_with(words, quoted) ||
	       begins_with(words, bare) ||
	       (begins_with(words, "Cannot parse value ") && ends_with(words, parsed)) ||
	       begins_with(words, attachment) || begins_with(words, unknown);
}

/* The text in quotes, with backslashes before the quotes or without. */
static bool quotes(const char *words, const char *value)
{
	scoped_text escaped = own_format("\\\"%s\\\"", value);
	scoped_text plain = own_format("\"%s\"", value);

	return strstr(words, escaped) || strstr(words, plain);
}

/* The refusal is about a choice or a row, and the cell has that. */
static bool has_value(const struct error *refusal, struct json_object *value)
{
	const char *words = said(refusal);

	if (strcmp(refusal->code, "INVALID_MULTIPLE_CHOICE_OPTIONS") == 0)
		return json_is(value, json_type_string) && quotes(words, json_text_of(value));
	if (strcmp(refusal->code, "ROW_DOES_NOT_EXIST") != 0 || !json_is(value, json_type_array))
		return false;
	for (size_t i = 0; i < json_length(value); i++) {
		struct json_object *one = json_at(value, i);
		if (json_is(one, json_type_string) && strstr(words, json_text_of(one)))
			return true;
	}
	return false;
}

enum field blame_field(const struct error *refusal, const struct columns *columns, field_set sent,
		       struct json_object *body)
{
	enum field found = FIELD_COUNT;

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const struct column *column = &columns->of[field];
		struct json_object *value = NULL;
		if (!(sent & FIELD_BIT(field)) || !column->id)
			continue;
		json_find(body, column->id, &value);
		if (names(said(refusal), column))
			return (enum field)field;
		if (found == FIELD_COUNT && has_value(refusal, value))
			found = (enum field)field;
	}
	return found;
}
