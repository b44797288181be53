/* JavaScript's values. */
#include "inventory/script.h"

#include "base/text.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- white space ---- */

uint32_t script_character(const char *bytes, size_t size)
{
	static const unsigned char first_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
	uint32_t character = (unsigned char)bytes[0] & first_bits[size];

	for (size_t i = 1; i < size; i++)
		character = character << 6 | ((unsigned char)bytes[i] & 0x3F);
	return character;
}

bool script_is_white_space(uint32_t character)
{
	static const struct {
		uint32_t first, last;
	} spaces[] = {
		{0x09, 0x0D},     {0x20, 0x20},     {0xA0, 0xA0},     {0x1680, 0x1680}, {0x2000, 0x200A},
		{0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF},
	};

	for (size_t i = 0; i < countof(spaces); i++)
		if (character >= spaces[i].first && character <= spaces[i].last)
			return true;
	return false;
}

char *script_trim(const char *words)
{
	size_t length = strlen(words), first = length, behind = 0;

	for (size_t at = 0, size; at < length; at += size) {
		size = text_utf8_character(words + at, length - at);
		bool space = size > 0 && script_is_white_space(script_character(words + at, size));
		size = size > 0 ? size : 1;
		if (space)
			continue;
		first = at < first ? at : first;
		behind = at + size;
	}
	return behind > first ? own_copy_bytes(words + first, behind - first) : own_copy("");
}

bool script_is_blank(const char *words)
{
	scoped_text rest = script_trim(words);

	return !*rest;
}

/* ---- numbers ---- */

#define WHOLE_LIMIT 0x1p53 /* below it whole numbers are written in all their digits */

/* The fewest digits that read back equal, without their point, and where it stands. */
static void shortest_digits(double number, char digits_out[24], int *point_out)
{
	char words[40];

	for (int precision = 0; precision < 17; precision++) {
		snprintf(words, sizeof words, "%.*e", precision, number);
		if (strtod(words, NULL) == number)
			break;
	}
	char *exponent = strchr(words, 'e');
	size_t count = 0;
	for (const char *at = words; at < exponent; at++)
		if (*at != '.')
			digits_out[count++] = *at;
	while (count > 1 && digits_out[count - 1] == '0')
		count--;
	digits_out[count] = '\0';
	*point_out = (int)strtol(exponent + 1, NULL, 10) + 1;
}

/* ECMA-262, Number::toString. */
static void write_positive(double number, char *out, size_t size)
{
	char digits[24];
	int point = 0;

	shortest_digits(number, digits, &point);
	int count = (int)strlen(digits);
	if (point > 21 || point < -5)
		snprintf(out, size, "%.1s%s%se%+d", digits, count > 1 ? "." : "", digits + 1, point - 1);
	else if (point >= count)
		snprintf(out, size, "%s%.*s", digits, point - count, "000000000000000000000");
	else if (point > 0)
		snprintf(out, size, "%.*s.%s", point, digits, digits + point);
	else
		snprintf(out, size, "0.%.*s%s", -point, "00000", digits);
}

void script_number(double number, char words_out[SCRIPT_NUMBER_SIZE])
{
	bool negative = number < 0;

	if (isnan(number))
		snprintf(words_out, SCRIPT_NUMBER_SIZE, "NaN");
	else if (isinf(number))
		snprintf(words_out, SCRIPT_NUMBER_SIZE, "%sInfinity", negative ? "-" : "");
	else if (fabs(number) < WHOLE_LIMIT && number == trunc(number))
		snprintf(words_out, SCRIPT_NUMBER_SIZE, "%" PRId64, (int64_t)number); /* -0, too, is 0 */
	else {
		words_out[0] = '-';
		write_positive(fabs(number), words_out + negative, SCRIPT_NUMBER_SIZE - negative);
	}
}

/* Decimal only: what strtod() takes besides ("0x1p3", "nan") is not there to be read. */
double script_number_of_text(const char *words)
{
	scoped_text rest = script_trim(words);
	char *end = rest;

	if (!*rest)
		return 0;
	if (rest[strspn(rest, "0123456789+-.eE")])
		return NAN;
	double number = strtod(rest, &end);
	return *end ? NAN : number;
}

double script_number_of(struct json_object *value)
{
	switch (json_type_of(value)) {
	case json_type_null:
		return 0;
	case json_type_boolean:
		return json_bool_of(value);
	case json_type_int:
	case json_type_double:
		return json_double_of(value);
	case json_type_string:
		return script_number_of_text(json_text_of(value));
	default:
		return NAN;
	}
}

bool script_is_true(struct json_object *value)
{
	switch (json_type_of(value)) {
	case json_type_null:
		return false;
	case json_type_boolean:
		return json_bool_of(value);
	case json_type_int:
	case json_type_double:
		return json_double_of(value) != 0 && !isnan(json_double_of(value));
	case json_type_string:
		return json_text_length(value) > 0;
	default:
		return true;
	}
}

/* ---- objects ---- */

bool script_is_index(const char *key, uint64_t *index_out)
{
	uint64_t index = 0;

	if (!*key || (key[0] == '0' && key[1]) || strlen(key) > 10)
		return false;
	for (; *key; key++) {
		if (*key < '0' || *key > '9')
			return false;
		index = index * 10 + (uint64_t)(*key - '0');
	}
	if (index >= UINT32_MAX)
		return false;
	*index_out = index;
	return true;
}

static void add_value(struct text *text, struct json_object *value);

/* A member, and where it stands: indexes by their numbers, before all others. */
struct member {
	uint64_t place;
	const char *key;
	struct json_object *value;
};

static int compare_members(const void *left, const void *right)
{
	const struct member *a = left, *b = right;

	return a->place < b->place ? -1 : a->place > b->place;
}

static void add_object(struct text *text, struct json_object *object)
{
	size_t count = (size_t)json_key_count(object), at = 0;
	struct member *members = own_alloc((count + 1) * sizeof *members);

	json_each (object, key, value) {
		uint64_t place = UINT32_MAX + at;
		(void)script_is_index(key, &place);
		members[at++] = (struct member){place, key, value};
	}
	if (at > 1)
		qsort(members, at, sizeof *members, compare_members);
	text_add(text, "{");
	for (size_t i = 0; i < at; i++) {
		scoped(json_object) name = json_new_text(members[i].key);
		text_add(text, i > 0 ? "," : "");
		json_add_to(text, name);
		text_add(text, ":");
		add_value(text, members[i].value);
	}
	text_add(text, "}");
	free(members);
}

static void add_array(struct text *text, struct json_object *array)
{
	text_add(text, "[");
	for (size_t i = 0; i < json_length(array); i++) {
		text_add(text, i > 0 ? "," : "");
		add_value(text, json_at(array, i));
	}
	text_add(text, "]");
}

static void add_value(struct text *text, struct json_object *value)
{
	char number[SCRIPT_NUMBER_SIZE];

	switch (json_type_of(value)) {
	case json_type_int:
	case json_type_double:
		script_number(json_double_of(value), number);
		text_add(text, isfinite(json_double_of(value)) ? number : "null");
		break;
	case json_type_object:
		add_object(text, value);
		break;
	case json_type_array:
		add_array(text, value);
		break;
	default:
		json_add_to(text, value);
	}
}

char *script_json(struct json_object *value)
{
	struct text text = {.ceiling = SIZE_MAX / 2}; /* cut short, two values could look the same */

	add_value(&text, value);
	return text_take(&text);
}
