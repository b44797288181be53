/* json-c's objects, made and read without surprises. json-c itself asserts on NULL and on another type than it expects,
 * and answers NULL, which reads as JSON null, when there is no memory. Here each is harmless:
 *
 *   - what is absent or of another type has no members, no length and no text;
 *   - what is made is there, or the process ends as own_alloc() says.
 *
 * Nobody but base/json* calls json-c (tools/check-layers). JSON null is NULL. */
#pragma once
#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- making; each is released by json_release(), or by what it is put into ---- */

struct json_object *json_new_object(void);
struct json_object *json_new_array(void);
struct json_object *json_new_array_sized(size_t expected); /* with room for that many; it may grow */
struct json_object *json_new_text(const char *text);       /* NULL gives JSON null */
struct json_object *json_new_text_bytes(const char *bytes, size_t length);
struct json_object *json_new_int(int64_t number);
struct json_object *json_new_unsigned(uint64_t number);
struct json_object *json_new_bool(bool value);
struct json_object *json_new_double(double number);
struct json_object *json_new_fraction(double number, const char *text); /* written as 'text' */

/* A copy that shares nothing. */
struct json_object *json_copy(struct json_object *json);
/* Another owner of the same value; each owner releases it. */
struct json_object *json_share(struct json_object *json);
void json_release(struct json_object *json);

/* ---- what it is ---- */

bool json_is(const struct json_object *json, enum json_type type);
bool json_is_number(const struct json_object *json); /* whole or not */
enum json_type json_type_of(const struct json_object *json);

/* ---- single values ---- */

const char *json_text_of(struct json_object *json); /* borrowed; NULL: it is no text */
size_t json_text_length(struct json_object *json);  /* bytes; 0: it is no text */
bool json_bool_of(struct json_object *json);        /* false: it is no boolean */
double json_double_of(struct json_object *json);    /* 0: it is no number */
int64_t json_int_of(struct json_object *json);      /* a number cut to 64 bits; 0: it is none */
uint64_t json_unsigned_of(struct json_object *json);

const char *json_fraction_text(struct json_object *json); /* as it was given or read; NULL: it has none */

/* ---- arrays ---- */

size_t json_length(const struct json_object *array); /* 0: it is no array */
struct json_object *json_at(const struct json_object *array,
			    size_t place); /* borrowed; NULL beyond the end */
/* Take the value. The array must be one. */
void json_append(struct json_object *array, struct json_object *value);
void json_set_at(struct json_object *array, size_t place, struct json_object *value);
void json_remove_at(struct json_object *array, size_t place, size_t count);
/* compare: as for qsort(), of struct json_object ** */
void json_sort(struct json_object *array, int (*compare)(const void *, const void *));

/* ---- objects ---- */

/* Whether the key is there, also with null. value_out may be NULL; it is set to NULL when the key is not there. */
bool json_find(const struct json_object *object, const char *key, struct json_object **value_out);
size_t json_key_count(const struct json_object *object); /* 0: it is no object */
/* Takes the value; NULL is JSON null. The key is copied. The object must be one. */
void json_put(struct json_object *object, const char *key, struct json_object *value);
/* The same for a key that is known not to be there, which is quicker. */
void json_put_new(struct json_object *object, const char *key, struct json_object *value);
void json_remove(struct json_object *object, const char *key);

/* for each member, in order: json_each (object, key, value) { … }. The present member may be removed within. What is no
 * object has none. */
/* NOLINTBEGIN(bugprone-macro-parentheses): the macro declares the two names */
#define json_each(object, key, value)                                                                        \
	const char *key = NULL;                                                                              \
	struct json_object *value = NULL;                                                                    \
	for (struct lh_entry *key##_entry = json_first_entry(object), *key##_next = NULL;                    \
	     json_visit_entry(key##_entry, &key, &value, &key##_next); key##_entry = key##_next)
/* NOLINTEND(bugprone-macro-parentheses) */

/* For json_each() only. */
struct lh_entry *json_first_entry(const struct json_object *object);
bool json_visit_entry(struct lh_entry *entry, const char **key_out, struct json_object **value_out,
		      struct lh_entry **next_out);
