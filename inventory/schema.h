/* The keys of the app's documents: what they are like, which are needed, and the order in which the app writes them. Pure. */
#pragma once
#include "base/json.h"
#include "inventory/document_type.h"

enum schema_shape { SCHEMA_TEXT, SCHEMA_NUMBER, SCHEMA_TRUTH, SCHEMA_OBJECT, SCHEMA_TEXTS };
enum schema_need { SCHEMA_OPTIONAL, SCHEMA_NEEDED, SCHEMA_NOT_EMPTY };

struct schema_key {
	const char *key;
	enum schema_shape shape;
	enum schema_need need;
	const char *words; /* as people know it; NULL: they never see it */
};

/* Ended by an entry without a key; of types without 'data' (but the config document) there is none. */
const struct schema_key *schema_of(enum document_type type);
int schema_place(enum document_type type, const char *key); /* -1: not in the schema */
/* As the Airtable row calls it; where it has no such column, the key. */
const char *schema_words(enum document_type type, const char *key);

bool schema_has_shape(struct json_object *value, enum schema_shape shape);
const char *schema_shape_words(enum schema_shape shape); /* "a string" */
