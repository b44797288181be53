/* JSON on json-c's objects: strict reading, typed access with clear errors, exact writing.
 *
 * Some input would be changed without a word (integers beyond 64 bits, lone surrogates, doubled
 * keys, U+0000 in keys and texts, which C strings cut). Here such a text is either refused, or read with its flaws named, so that
 * one flawed document in a list of many can be set aside and never be written back. */
#pragma once
#include "base/error.h"
#include "base/json_value.h"
#include "base/own.h"
#include "base/text.h"
#include <stdint.h>

#define JSON_DEPTH_LIMIT  200
#define JSON_DEPTH_WORDS  "nested too deeply" /* of the flaw when a value is beyond it */
#define JSON_UNIT_MEMORY  ((size_t)24 << 20)  /* of the values of one document, as they are in memory */
#define JSON_FLAW_LIMIT   16
#define JSON_LENGTH_LIMIT ((size_t)512 << 20)

/* json_release() for scoped(json_object). */
void json_object_close(struct json_object **json);

/* A place whose value cannot be written back as it was read. */
struct json_flaw {
	char *path;     /* owned; RFC 6901: "/rows/3/doc/data/serial" */
	char what[120]; /* "the number 18446744073709551616 is out of range" */
};
struct json_flaws {
	size_t count; /* all of them; only the first JSON_FLAW_LIMIT are kept */
	struct json_flaw kept[JSON_FLAW_LIMIT];
};
void json_flaws_done(struct json_flaws *flaws);
/* The first kept flaw at or below 'path' ("/rows/3"), or NULL. When more flaws were found than kept,
 * a path that has none kept answers the catch-all flaw "more flaws than can be listed". */
const struct json_flaw *json_flaws_below(const struct json_flaws *flaws, const char *path);

/* Reads one JSON text. ERROR_REFUSED with line and column for anything that is no JSON (RFC 8259,
 * UTF-8, nothing behind it). A value below JSON_DEPTH_LIMIT is left out (null stands
 * for it), which is a flaw, and so is one whose values would take more than JSON_UNIT_MEMORY, where a document stands in a
 * list ("/rows/3/doc"). A whole text may take that and twice its length. With 'flaws' NULL a flaw refuses as well; else *flaws
 * is an output, set on success and ended with json_flaws_done(). Of a doubled key the last value is kept.
 * The literal null gives *json_out = NULL. Free with json_release(). */
must_use bool json_read(const char *bytes, size_t length, struct json_object **json_out,
			struct json_flaws *flaws, struct error *error);

/* Which members of an object are wanted. An array's elements are picked from alike; a value of another kind is wanted whole. */
struct json_pick_key;
struct json_pick {
	const struct json_pick_key *keys;
	size_t count;
	bool others; /* members that are not named are wanted, too */
};
struct json_pick_key {
	const char *name;
	const struct json_pick *below; /* of its value; NULL: all of it */
	bool dropped;                  /* not wanted */
};
/* The same, but what is not picked is passed over: checked as JSON, and neither kept nor searched for flaws. That costs a
 * tenth of keeping it. NULL picks everything. What was picked from must never be written back. */
must_use bool json_read_picked(const char *bytes, size_t length, const struct json_pick *pick,
			       struct json_object **json_out, struct json_flaws *flaws, struct error *error);

/* Numbers that a double or a 64-bit integer holds are written so that they read back equal: an
 * integer as such, a double in the shortest of %.15g %.16g %.17g, fractions that were read keep their text.
 * Slashes are not escaped. The caller frees. */
char *json_write(struct json_object *json);
void json_add_to(struct text *text, struct json_object *json);

/* A double that prints in its shortest form; a whole number within 2^53 becomes an integer, what is not finite NULL. */
struct json_object *json_number(double number);

/* Typed reading: NULL/false/0 'absent' is the caller's default. "where" names the object for the
 * sentence: "document item-1: data" gives "document item-1: data.name is a number, a string was
 * expected", "document item-1" gives "document item-1: name is ...". All are ERROR_REFUSED. */
must_use bool json_get_text(struct json_object *object, const char *key, const char **value_out,
			    const char *where, struct error *error); /* required */
must_use bool json_get_object(struct json_object *object, const char *key, struct json_object **value_out,
			      const char *where, struct error *error); /* required; borrowed */
must_use bool json_get_array(struct json_object *object, const char *key, struct json_object **value_out,
			     const char *where, struct error *error); /* required; borrowed */
must_use bool json_get_int(struct json_object *object, const char *key, int64_t *value_out, const char *where,
			   struct error *error); /* required; a whole number */
/* Without an error: the value when it is there with that type, else NULL / fallback. */
const char *json_text_or(struct json_object *object, const char *key, const char *fallback);
/* Into a place of 'size' bytes: what does not fit is cut where a character ends; "" when there is none. */
void json_text_into(struct json_object *object, const char *key, char *out, size_t size);
struct json_object *json_child(struct json_object *object, const char *key, enum json_type type);
bool json_bool_or(struct json_object *object, const char *key, bool fallback);
int64_t json_int_or(struct json_object *object, const char *key, int64_t fallback);
const char *json_type_word(struct json_object *value); /* "a string", "null", ... */

/* Same JSON: numbers by value, objects in any key order, arrays in order. */
bool json_equal(struct json_object *a, struct json_object *b);
void json_put_text(struct json_object *object, const char *key,
		   const char *value); /* NULL: nothing is added */
