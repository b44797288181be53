/* Cells of their own value: texts, numbers, boxes, times. */
#include "sandbox/cells_read.h"
#include "base/clock.h"
#include "sandbox/normalise.h"
#include "sandbox/refusal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Types whose refusals were seen to quote the value and not the field. */
static bool is_parsed(const struct sandbox_reading *reading)
{
	static const char *const types[] = {"number",   "currency", "percent",
					    "duration", "rating",   "singleSelect"};

	for (size_t i = 0; i < countof(types); i++)
		if (strcmp(types[i], reading->field->type_name) == 0)
			return true;
	return false;
}

bool sandbox_refuse_value(const struct sandbox_reading *reading, struct json_object *value,
			  struct error *error)
{
	const struct sandbox_field *field = reading->field;
	scoped_text words =
		json_is(value, json_type_string) ? own_copy(json_text_of(value)) : json_write(value);

	if (is_parsed(reading) && !field->table->base->store->quoted_refusals)
		return sandbox_refuse(error, 422, "INVALID_VALUE_FOR_COLUMN",
				      "Cannot parse value \"%s\" for field %s", words, field->name);
	return sandbox_refuse(error, 422, "INVALID_VALUE_FOR_COLUMN",
			      "Field \"%s\" cannot accept the provided value", field->name);
}

bool sandbox_words_of(const struct sandbox_reading *reading, struct json_object *value, char **words_out,
		      struct error *error)
{
	if (json_is(value, json_type_string)) {
		*words_out = own_copy(json_text_of(value));
		return true;
	}
	if (!reading->typecast || !(json_is_number(value) || json_is(value, json_type_boolean)))
		return sandbox_refuse_value(reading, value, error);
	*words_out = json_write(value);
	return true;
}

bool sandbox_read_text(const struct sandbox_reading *reading, struct json_object *value,
		       struct sandbox_cell *cell_out, struct error *error)
{
	scoped_text words = NULL;

	if (!sandbox_words_of(reading, value, &words, error))
		return false;
	if (text_utf16_length(words) > SANDBOX_TEXT_LIMIT)
		return sandbox_refuse_value(reading, value, error);
	if (!reading->field->table->base->store->keep_text) {
		char *kept = sandbox_normalise(reading->field->type->name, words);
		free(words);
		words = kept;
	}
	*cell_out = *words ? (struct sandbox_cell){.kind = CELL_TEXT, .text = take(words)}
			   : (struct sandbox_cell){0};
	return true;
}

/* "1,234.5", "12 %". */
static bool number_of_words(const char *words, double *number_out)
{
	char digits[64];
	size_t length = 0;
	double scale = 1;
	char *end;

	for (; *words; words++) {
		if (*words == ',' || *words == ' ')
			continue;
		if (*words == '%' && words[1] == '\0')
			scale = 100;
		else if (strchr("0123456789+-.eE", *words) && length + 1 < sizeof(digits))
			digits[length++] = *words;
		else
			return false;
	}
	digits[length] = '\0';
	double number = strtod(digits, &end) / scale;
	if (length == 0 || *end || !isfinite(number))
		return false;
	*number_out = number;
	return true;
}

bool sandbox_read_number(const struct sandbox_reading *reading, struct json_object *value,
			 struct sandbox_cell *cell_out, struct error *error)
{
	double number = 0;

	if (json_is_number(value)) {
		number = json_double_of(value);
	} else if (reading->typecast && json_is(value, json_type_string)) {
		if (json_text_length(value) == 0) {
			*cell_out = (struct sandbox_cell){0};
			return true;
		}
		if (!number_of_words(json_text_of(value), &number))
			return sandbox_refuse_value(reading, value, error);
	} else {
		return sandbox_refuse_value(reading, value, error);
	}
	*cell_out = (struct sandbox_cell){.kind = CELL_NUMBER, .number = number};
	return true;
}

bool sandbox_read_rating(const struct sandbox_reading *reading, struct json_object *value,
			 struct sandbox_cell *cell_out, struct error *error)
{
	struct sandbox_cell cell = {0};

	if (!sandbox_read_number(reading, value, &cell, error))
		return false;
	double most = (double)json_int_or(reading->field->options, "max", 5);
	if (cell.kind == CELL_NUMBER &&
	    (cell.number != floor(cell.number) || cell.number < 1 || cell.number > most))
		return sandbox_refuse_value(reading, value, error);
	*cell_out = cell;
	return true;
}

static bool truth_of_words(const char *words, bool *truth_out)
{
	static const char *const yes[] = {"true", "checked", "yes", "1", "on"};
	static const char *const no[] = {"", "false", "unchecked", "no", "0", "off"};

	for (size_t i = 0; i < countof(yes); i++) {
		if (strcasecmp(words, yes[i]) == 0) {
			*truth_out = true;
			return true;
		}
	}
	for (size_t i = 0; i < countof(no); i++) {
		if (strcasecmp(words, no[i]) == 0) {
			*truth_out = false;
			return true;
		}
	}
	return false;
}

bool sandbox_read_checkbox(const struct sandbox_reading *reading, struct json_object *value,
			   struct sandbox_cell *cell_out, struct error *error)
{
	bool truth = false;

	if (json_is(value, json_type_boolean)) {
		truth = json_bool_of(value);
	} else {
		scoped_text words = NULL;
		if (!sandbox_words_of(reading, value, &words, error))
			return false;
		if (!reading->typecast || !truth_of_words(words, &truth))
			return sandbox_refuse_value(reading, value, error);
	}
	*cell_out = (struct sandbox_cell){.kind = truth ? CELL_TRUE : CELL_EMPTY};
	return true;
}

/* "2026-04-24", with typecast also with a time behind. */
bool sandbox_read_date(const struct sandbox_reading *reading, struct json_object *value,
		       struct sandbox_cell *cell_out, struct error *error)
{
	char day[11];
	int64_t time_ms = 0;
	const char *words = json_text_of(value);

	if (!json_is(value, json_type_string))
		return sandbox_refuse_value(reading, value, error);
	if (reading->typecast && !*words) {
		*cell_out = (struct sandbox_cell){0};
		return true;
	}
	size_t length = strnlen(words, sizeof(day));
	if (length < sizeof(day) - 1 || (length >= sizeof(day) && !(reading->typecast && words[10] == 'T')))
		return sandbox_refuse_value(reading, value, error);
	memcpy(day, words, sizeof(day) - 1);
	day[sizeof(day) - 1] = '\0';
	if (!clock_from_iso(day, &time_ms))
		return sandbox_refuse_value(reading, value, error);
	*cell_out = (struct sandbox_cell){.kind = CELL_TIME, .time_ms = time_ms};
	return true;
}

/* Milliseconds since 1970. */
static bool read_moment(const struct sandbox_reading *reading, struct json_object *value,
			struct sandbox_cell *cell_out, struct error *error)
{
	double time_ms = json_double_of(value);
	char iso[CLOCK_ISO_SIZE];

	if (!(fabs(time_ms) < 0x1p53) || !clock_iso((int64_t)time_ms, iso))
		return sandbox_refuse_value(reading, value, error);
	*cell_out = (struct sandbox_cell){.kind = CELL_TIME, .time_ms = (int64_t)time_ms};
	return true;
}

bool sandbox_read_time(const struct sandbox_reading *reading, struct json_object *value,
		       struct sandbox_cell *cell_out, struct error *error)
{
	int64_t time_ms = 0;
	const char *words = json_text_of(value);

	if (json_is_number(value))
		return read_moment(reading, value, cell_out, error);
	if (!json_is(value, json_type_string))
		return sandbox_refuse_value(reading, value, error);
	if (reading->typecast && !*words) {
		*cell_out = (struct sandbox_cell){0};
		return true;
	}
	if (strlen(words) > 40)
		return sandbox_refuse_value(reading, value, error);
	scoped_text with_zone = own_format("%sZ", words);
	if (!clock_from_iso(words, &time_ms) && !clock_from_iso(with_zone, &time_ms))
		return sandbox_refuse_value(reading, value, error);
	*cell_out = (struct sandbox_cell){.kind = CELL_TIME, .time_ms = time_ms};
	return true;
}

/* Kept as it was given, when it has what is needed to know whom or what it means. */
bool sandbox_read_raw(const struct sandbox_reading *reading, struct json_object *value,
		      struct sandbox_cell *cell_out, struct error *error)
{
	bool many = strcmp(reading->field->type->name, "multipleCollaborators") == 0;
	bool barcode = strcmp(reading->field->type->name, "barcode") == 0;
	size_t count = many && json_is(value, json_type_array) ? json_length(value) : 1;

	if (many != json_is(value, json_type_array))
		return sandbox_refuse_value(reading, value, error);
	for (size_t i = 0; i < count; i++) {
		struct json_object *one = many ? json_at(value, i) : value;
		bool named = barcode ? json_text_or(one, "text", NULL) != NULL
				     : json_text_or(one, "id", NULL) || json_text_or(one, "email", NULL);
		if (!named && !(many && json_is(one, json_type_string)))
			return sandbox_refuse_value(reading, value, error);
	}
	*cell_out = count == 0 ? (struct sandbox_cell){0}
			       : (struct sandbox_cell){.kind = CELL_RAW, .text = json_write(value)};
	return true;
}
