#include "base/json_value.h"

#include "base/own.h"

#include <assert.h>
#include <string.h>

/* json-c answers NULL only where it found no memory. */
static struct json_object *made(struct json_object *json)
{
	if (!json)
		own_out_of_memory();
	return json;
}

static void worked(int result)
{
	if (result < 0)
		own_out_of_memory();
}

struct json_object *json_new_object(void)
{
	return made(json_object_new_object());
}

struct json_object *json_new_array(void)
{
	return made(json_object_new_array());
}

struct json_object *json_new_array_sized(size_t expected)
{
	assert(expected <= INT32_MAX);
	return made(json_object_new_array_ext((int)expected));
}

struct json_object *json_new_text(const char *text)
{
	return text ? json_new_text_bytes(text, strlen(text)) : NULL;
}

struct json_object *json_new_text_bytes(const char *bytes, size_t length)
{
	assert(length < INT32_MAX);
	return made(json_object_new_string_len(bytes, (int)length));
}

struct json_object *json_new_int(int64_t number)
{
	return made(json_object_new_int64(number));
}

struct json_object *json_new_unsigned(uint64_t number)
{
	return made(json_object_new_uint64(number));
}

struct json_object *json_new_bool(bool value)
{
	return made(json_object_new_boolean(value));
}

struct json_object *json_new_double(double number)
{
	return made(json_object_new_double(number));
}

struct json_object *json_new_fraction(double number, const char *text)
{
	return made(json_object_new_double_s(number, text));
}

struct json_object *json_share(struct json_object *json)
{
	return json_object_get(json);
}

void json_release(struct json_object *json)
{
	json_object_put(json);
}

struct json_object *json_copy(struct json_object *json)
{
	struct json_object *copy = NULL;

	/* Fails only for want of memory, or for a serializer that is not json-c's: none is set here. */
	if (json)
		worked(json_object_deep_copy(json, &copy, NULL));
	return copy;
}

bool json_is(const struct json_object *json, enum json_type type)
{
	return json_object_is_type(json, type);
}

enum json_type json_type_of(const struct json_object *json)
{
	return json_object_get_type(json);
}

const char *json_text_of(struct json_object *json)
{
	return json_is(json, json_type_string) ? json_object_get_string(json) : NULL;
}

size_t json_text_length(struct json_object *json)
{
	return json_is(json, json_type_string) ? (size_t)json_object_get_string_len(json) : 0;
}

bool json_bool_of(struct json_object *json)
{
	return json_is(json, json_type_boolean) && json_object_get_boolean(json);
}

bool json_is_number(const struct json_object *json)
{
	return json_is(json, json_type_int) || json_is(json, json_type_double);
}

double json_double_of(struct json_object *json)
{
	return json_is_number(json) ? json_object_get_double(json) : 0;
}

int64_t json_int_of(struct json_object *json)
{
	return json_is_number(json) ? json_object_get_int64(json) : 0;
}

uint64_t json_unsigned_of(struct json_object *json)
{
	return json_is_number(json) ? json_object_get_uint64(json) : 0;
}

const char *json_fraction_text(struct json_object *json)
{
	return json_is(json, json_type_double) ? json_object_get_userdata(json) : NULL;
}

size_t json_length(const struct json_object *array)
{
	return json_is(array, json_type_array) ? json_object_array_length(array) : 0;
}

struct json_object *json_at(const struct json_object *array, size_t place)
{
	return json_is(array, json_type_array) ? json_object_array_get_idx(array, place) : NULL;
}

void json_append(struct json_object *array, struct json_object *value)
{
	assert(json_is(array, json_type_array));
	worked(json_object_array_add(array, value));
}

void json_set_at(struct json_object *array, size_t place, struct json_object *value)
{
	assert(json_is(array, json_type_array));
	worked(json_object_array_put_idx(array, place, value));
}

void json_remove_at(struct json_object *array, size_t place, size_t count)
{
	if (place < json_length(array) && count <= json_length(array) - place)
		json_object_array_del_idx(array, place, count);
}

void json_sort(struct json_object *array, int (*compare)(const void *, const void *))
{
	if (json_length(array) > 1)
		json_object_array_sort(array, compare);
}

bool json_find(const struct json_object *object, const char *key, struct json_object **value_out)
{
	if (json_is(object, json_type_object))
		return json_object_object_get_ex(object, key, value_out);
	if (value_out)
		*value_out = NULL;
	return false;
}

size_t json_key_count(const struct json_object *object)
{
	return json_is(object, json_type_object) ? (size_t)json_object_object_length(object) : 0;
}

void json_put(struct json_object *object, const char *key, struct json_object *value)
{
	assert(json_is(object, json_type_object));
	worked(json_object_object_add(object, key, value));
}

void json_put_new(struct json_object *object, const char *key, struct json_object *value)
{
	assert(json_is(object, json_type_object));
	worked(json_object_object_add_ex(object, key, value, JSON_C_OBJECT_ADD_KEY_IS_NEW));
}

void json_remove(struct json_object *object, const char *key)
{
	if (json_is(object, json_type_object))
		json_object_object_del(object, key);
}

struct lh_entry *json_first_entry(const struct json_object *object)
{
	return json_is(object, json_type_object) ? json_object_get_object(object)->head : NULL;
}

bool json_visit_entry(struct lh_entry *entry, const char **key_out, struct json_object **value_out,
		      struct lh_entry **next_out)
{
	if (!entry)
		return false;
	*key_out = lh_entry_k(entry);
	*value_out = (struct json_object *)(uintptr_t)lh_entry_v(entry);
	*next_out = entry->next;
	return true;
}
