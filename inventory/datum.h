/* A document as the app has it in memory: flat, its keys in the order in which they came, where a key that is there
 * without a value keeps its place. Pure.
 *
 * Keys that begin with two underscores are the app's own ("__id", "__rev"), never data. */
#pragma once
#include "inventory/document.h"

struct datum_key {
	char *key;                 /* owned */
	struct json_object *value; /* owned; NULL is JSON null */
	bool there;                /* false: undefined, as in {notes: undefined} */
};
struct datum {
	enum document_type type;
	char *id;                       /* owned; NULL: none yet */
	char *rev;                      /* owned; NULL: not stored, or not said */
	bool deleted;                   /* __deleted: to be deleted */
	struct json_object *created_at; /* owned; NULL: absent */
	struct json_object *updated_at; /* owned; NULL: absent */
	size_t count;
	struct datum_key *keys; /* owned */
};

struct datum *datum_new(enum document_type type, const char *id); /* 'id' NULL: none yet */
/* Of the config document the keys are its own. A body without 'data' has no keys. */
struct datum *datum_of_document(struct json_object *body);
struct datum *datum_copy(const struct datum *datum);
void datum_close(struct datum **datum);

bool datum_has(const struct datum *datum, const char *key);
/* Borrowed; NULL for JSON null as well. */
struct json_object *datum_get(const struct datum *datum, const char *key);
const char *datum_text(const struct datum *datum, const char *key); /* NULL: absent or no text */
/* 'value' is taken; NULL is JSON null. Keys of the app's own are not put. */
void datum_put(struct datum *datum, const char *key, struct json_object *value);
void datum_put_text(struct datum *datum, const char *key, const char *words); /* NULL: unset */
/* Undefined from now on; a key that is new takes its place. */
void datum_unset(struct datum *datum, const char *key);

/* What must be given so that 'before' becomes 'after', two bodies of one document: keys that differ are set, keys that
 * are gone unset. 'before' NULL: all of it. */
struct datum *datum_difference(struct json_object *before, struct json_object *after);
/* What is given goes over what is there, as {...datum, ...given}. */
void datum_merge(struct datum *datum, const struct datum *given);
/* All that have a value, in the order of memory but for indexes, which come first; the caller frees. */
struct json_object *datum_data(const struct datum *datum);
/* Whether both are undefined, or equal: the same JSON type and the same JSON text. */
bool datum_same(const struct datum *a, const struct datum *b, const char *key);
