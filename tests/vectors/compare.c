/* Values of the vectors, compared. */
#include "tests/vectors/vectors.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PRICE_NOISE 1e-6

void vector_fail(struct vector_result *result, const char *format, ...)
{
	va_list arguments;

	if (result->words[0])
		return;
	va_start(arguments, format);
	vsnprintf(result->words, sizeof result->words, format, arguments);
	va_end(arguments);
}

void vector_skip(struct vector_result *result, const char *name)
{
	result->skipped = true;
	snprintf(result->skipped_name, sizeof result->skipped_name, "%s", name);
}

bool vector_is_undefined(struct json_object *value)
{
	return json_is(value, json_type_object) && json_find(value, "$undefined", NULL);
}

static struct json_object *array_value(struct json_object *recorded)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < json_length(recorded); i++)
		json_append(array, vector_value(json_at(recorded, i)));
	return array;
}

struct json_object *vector_value(struct json_object *recorded)
{
	if (json_is(recorded, json_type_array))
		return array_value(recorded);
	if (!json_is(recorded, json_type_object))
		return json_copy(recorded);
	if (json_find(recorded, "$number", NULL))
		return json_new_double(NAN);
	struct json_object *object = json_new_object();
	json_each (recorded, key, value) {
		if (!vector_is_undefined(value))
			json_put(object, key, vector_value(value));
	}
	return object;
}

/* Equal but for the order of keys; numbers to 'noise'. */
static bool same(struct json_object *a, struct json_object *b, double noise);

static bool same_members(struct json_object *a, struct json_object *b, double noise)
{
	if (json_key_count(a) != json_key_count(b))
		return false;
	json_each (a, key, value) {
		struct json_object *other;
		if (!json_find(b, key, &other) || !same(value, other, noise))
			return false;
	}
	return true;
}

static bool same_elements(struct json_object *a, struct json_object *b, double noise)
{
	if (json_length(a) != json_length(b))
		return false;
	for (size_t i = 0; i < json_length(a); i++)
		if (!same(json_at(a, i), json_at(b, i), noise))
			return false;
	return true;
}

static bool same(struct json_object *a, struct json_object *b, double noise)
{
	if (json_is_number(a) && json_is_number(b)) {
		double left = json_double_of(a), right = json_double_of(b);
		return left == right || fabs(left - right) <= noise || (isnan(left) && isnan(right));
	}
	if (json_type_of(a) != json_type_of(b))
		return false;
	if (json_is(a, json_type_object))
		return same_members(a, b, noise);
	if (json_is(a, json_type_array))
		return same_elements(a, b, noise);
	return json_equal(a, b);
}

/* In their order, each as JSON text. The caller frees. */
static char *keys_of(struct json_object *object)
{
	scoped(json_object) keys = json_new_array();

	json_each (object, key, value) {
		(void)value;
		json_append(keys, json_new_text(key));
	}
	return json_write(keys);
}

bool vector_same_order(struct json_object *a, struct json_object *b)
{
	scoped_text left = keys_of(a);
	scoped_text right = keys_of(b);

	return strcmp(left, right) == 0;
}

void vector_compare(struct vector_result *result, const char *where, struct json_object *ours,
		    struct json_object *theirs)
{
	scoped_text our_words = json_write(ours);
	scoped_text their_words = json_write(theirs);

	if (!same(ours, theirs, PRICE_NOISE))
		vector_fail(result, "%s: %.400s, recorded was %.400s", where, our_words, their_words);
}
