/* Writing JSON, and typed access with clear errors. Reading: json_read.c. */
#include "base/json.h"
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHOLE_LIMIT  9007199254740992.0     /* 2^53: below it every whole number has a double of its own */
#define INT64_LIMIT  9223372036854775808.0  /* 2^63 */
#define UINT64_LIMIT 18446744073709551616.0 /* 2^64 */

void json_object_close(struct json_object **json)
{
	json_release(*json);
	*json = NULL;
}

/* The first of three that reads back equal. */
static void shortest_double(double number, char out[32])
{
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(out, 32, "%.*g", digits, number);
		if (strtod(out, NULL) == number)
			return;
	}
}

static void write_double(struct text *text, struct json_object *json)
{
	const char *kept = json_fraction_text(json);
	double number = json_double_of(json);
	char words[32];

	if (kept) {
		text_add(text, kept);
	} else if (isfinite(number)) {
		shortest_double(number, words);
		text_add(text, words);
	} else {
		text_add(text, "null"); /* as JavaScript does: JSON has no word for it */
	}
}

static void write_string(struct text *text, const char *bytes, size_t length)
{
	static const char *const escapes[0x20] = {
		['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f", ['\r'] = "\\r",
	};
	const char *end = bytes + length, *plain = bytes;

	text_add_bytes(text, "\"", 1);
	for (const char *at = bytes; at < end; at++) {
		unsigned char byte = (unsigned char)*at;
		if (byte >= 0x20 && byte != '"' && byte != '\\')
			continue;
		text_add_bytes(text, plain, (size_t)(at - plain));
		plain = at + 1;
		if (byte >= 0x20)
			text_add_bytes(text, (char[]){'\\', *at}, 2);
		else if (escapes[byte])
			text_add(text, escapes[byte]);
		else
			text_format(text, "\\u%04x", byte);
	}
	text_add_bytes(text, plain, (size_t)(end - plain));
	text_add_bytes(text, "\"", 1);
}

static void write_object(struct text *text, struct json_object *json)
{
	const char *before = "{";

	json_each (json, key, value) {
		text_add_bytes(text, before, 1);
		before = ",";
		write_string(text, key, strlen(key));
		text_add_bytes(text, ":", 1);
		json_add_to(text, value);
	}
	text_add(text, *before == '{' ? "{}" : "}");
}

static void write_array(struct text *text, struct json_object *json)
{
	size_t count = json_length(json);

	text_add_bytes(text, "[", 1);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			text_add_bytes(text, ",", 1);
		json_add_to(text, json_at(json, i));
	}
	text_add_bytes(text, "]", 1);
}

/* Above INT64_MAX json-c answers an int64 that is clamped, below 0 an uint64 that is. */
static bool whole_of(struct json_object *json, uint64_t *magnitude_out)
{
	int64_t number = json_int_of(json);

	*magnitude_out = number < 0 ? 0 - (uint64_t)number : json_unsigned_of(json);
	return number < 0;
}

static void write_whole(struct text *text, struct json_object *json)
{
	uint64_t magnitude;
	bool negative = whole_of(json, &magnitude);

	text_format(text, "%s%" PRIu64, negative ? "-" : "", magnitude);
}

void json_add_to(struct text *text, struct json_object *json)
{
	switch (json_type_of(json)) {
	case json_type_null:
		text_add(text, "null");
		break;
	case json_type_boolean:
		text_add(text, json_bool_of(json) ? "true" : "false");
		break;
	case json_type_double:
		write_double(text, json);
		break;
	case json_type_int:
		write_whole(text, json);
		break;
	case json_type_object:
		write_object(text, json);
		break;
	case json_type_array:
		write_array(text, json);
		break;
	case json_type_string:
		write_string(text, json_text_of(json), json_text_length(json));
		break;
	}
}

char *json_write(struct json_object *json)
{
	/* What is in memory has passed a ceiling already; half a JSON text would be worse than a long one. */
	struct text text = {.ceiling = SIZE_MAX / 2};

	json_add_to(&text, json);
	return text_take(&text);
}

struct json_object *json_number(double number)
{
	char words[32];

	if (!isfinite(number))
		return NULL;
	if (number == floor(number) && fabs(number) <= WHOLE_LIMIT)
		return json_new_int((int64_t)number);
	shortest_double(number, words);
	return json_new_fraction(number, words);
}

const char *json_type_word(struct json_object *value)
{
	static const char *const words[] = {
		[json_type_null] = "null",        [json_type_boolean] = "true or false",
		[json_type_double] = "a number",  [json_type_int] = "a number",
		[json_type_object] = "an object", [json_type_array] = "an array",
		[json_type_string] = "a string",
	};

	return words[json_type_of(value)];
}

/* A missing object is one without the key. */
static bool find(struct json_object *object, const char *key, struct json_object **value_out)
{
	return json_is(object, json_type_object) && json_find(object, key, value_out);
}

/* "document item-1: data" and "name" are "document item-1: data.name"; "document item-1" and "name" are
 * "document item-1: name". */
static bool refuse(struct error *error, const char *where, const char *key, const char *complaint)
{
	const char *joint = ": ";

	if (!where || !*where)
		joint = "";
	else if (strstr(where, ": "))
		joint = ".";
	return error_set(error, ERROR_REFUSED, "%s%s%s %s", where ? where : "", joint, key, complaint);
}

static bool find_typed(struct json_object *object, const char *key, enum json_type type,
		       const char *type_word, struct json_object **value_out, const char *where,
		       struct error *error)
{
	struct json_object *value;

	if (!find(object, key, &value)) {
		scoped_text complaint = own_format("is missing, %s was expected", type_word);
		return refuse(error, where, key, complaint);
	}
	if (!json_is(value, type) && !(type == json_type_int && json_is_number(value))) {
		scoped_text complaint =
			own_format("is %s, %s was expected", json_type_word(value), type_word);
		return refuse(error, where, key, complaint);
	}
	*value_out = value;
	return true;
}

bool json_get_text(struct json_object *object, const char *key, const char **value_out, const char *where,
		   struct error *error)
{
	struct json_object *value;

	if (!find_typed(object, key, json_type_string, "a string", &value, where, error))
		return false;
	if (strlen(json_text_of(value)) != json_text_length(value))
		return refuse(error, where, key, "has the character U+0000");
	*value_out = json_text_of(value);
	return true;
}

bool json_get_object(struct json_object *object, const char *key, struct json_object **value_out,
		     const char *where, struct error *error)
{
	return find_typed(object, key, json_type_object, "an object", value_out, where, error);
}

bool json_get_array(struct json_object *object, const char *key, struct json_object **value_out,
		    const char *where, struct error *error)
{
	return find_typed(object, key, json_type_array, "an array", value_out, where, error);
}

/* 1.0 and 1e3 are whole numbers too. */
static bool as_int64(struct json_object *value, int64_t *number_out)
{
	if (json_is(value, json_type_int)) {
		uint64_t magnitude;
		if (!whole_of(value, &magnitude) && magnitude > INT64_MAX)
			return false;
		*number_out = json_int_of(value);
		return true;
	}
	double number = json_double_of(value);
	bool fits = fabs(number) < INT64_LIMIT || number == -INT64_LIMIT;
	if (!fits || number != floor(number))
		return false;
	*number_out = (int64_t)number;
	return true;
}

bool json_get_int(struct json_object *object, const char *key, int64_t *value_out, const char *where,
		  struct error *error)
{
	struct json_object *value;

	if (!find_typed(object, key, json_type_int, "a whole number", &value, where, error))
		return false;
	if (!as_int64(value, value_out))
		return refuse(error, where, key, "is no whole number of 64 bits");
	return true;
}

const char *json_text_or(struct json_object *object, const char *key, const char *fallback)
{
	struct json_object *value = json_child(object, key, json_type_string);

	return value ? json_text_of(value) : fallback;
}

void json_text_into(struct json_object *object, const char *key, char *out, size_t size)
{
	const char *words = json_text_or(object, key, "");
	size_t kept = text_utf8_prefix(words, strlen(words), size - 1);

	memcpy(out, words, kept);
	out[kept] = '\0';
}

struct json_object *json_child(struct json_object *object, const char *key, enum json_type type)
{
	struct json_object *value;

	return find(object, key, &value) && json_is(value, type) ? value : NULL;
}

bool json_bool_or(struct json_object *object, const char *key, bool fallback)
{
	struct json_object *value = json_child(object, key, json_type_boolean);

	return value ? json_bool_of(value) : fallback;
}

int64_t json_int_or(struct json_object *object, const char *key, int64_t fallback)
{
	struct json_object *value;
	int64_t number;

	if (!find(object, key, &value) || !json_is_number(value) || !as_int64(value, &number))
		return fallback;
	return number;
}

/* Exact: a double that is whole is compared as the integer that it is, not the integer as a double. */
static bool whole_equals_double(struct json_object *whole, double number)
{
	uint64_t magnitude;
	bool negative = whole_of(whole, &magnitude);
	double size = fabs(number);

	if (number != floor(number) || size >= UINT64_LIMIT)
		return false;
	return (uint64_t)size == magnitude && (magnitude == 0 || negative == (number < 0));
}

static bool numbers_equal(struct json_object *a, struct json_object *b)
{
	bool a_whole = json_is(a, json_type_int), b_whole = json_is(b, json_type_int);
	uint64_t a_magnitude, b_magnitude;

	if (a_whole && b_whole)
		return whole_of(a, &a_magnitude) == whole_of(b, &b_magnitude) && a_magnitude == b_magnitude;
	if (a_whole)
		return whole_equals_double(a, json_double_of(b));
	if (b_whole)
		return whole_equals_double(b, json_double_of(a));
	return json_double_of(a) == json_double_of(b);
}

static bool objects_equal(struct json_object *a, struct json_object *b)
{
	struct json_object *other;

	if (json_key_count(a) != json_key_count(b))
		return false;
	json_each (a, key, value) {
		if (!json_find(b, key, &other) || !json_equal(value, other))
			return false;
	}
	return true;
}

static bool arrays_equal(struct json_object *a, struct json_object *b)
{
	size_t count = json_length(a);

	if (count != json_length(b))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!json_equal(json_at(a, i), json_at(b, i)))
			return false;
	return true;
}

bool json_equal(struct json_object *a, struct json_object *b)
{
	if (a == b)
		return true;
	if (json_is_number(a) && json_is_number(b))
		return numbers_equal(a, b);
	if (json_type_of(a) != json_type_of(b))
		return false;
	switch (json_type_of(a)) {
	case json_type_boolean:
		return json_bool_of(a) == json_bool_of(b);
	case json_type_object:
		return objects_equal(a, b);
	case json_type_array:
		return arrays_equal(a, b);
	case json_type_string:
		return json_text_length(a) == json_text_length(b) &&
		       memcmp(json_text_of(a), json_text_of(b), json_text_length(a)) == 0;
	default:
		return true; /* null; numbers are above */
	}
}

void json_put_text(struct json_object *object, const char *key, const char *value)
{
	if (value)
		json_put(object, key, json_new_text(value));
}
