/* How a world ended: words by place, so that two worlds can be compared. Left out is what may differ: revisions,
 * exact times, the ids of history documents. */
#pragma once
#include "tests/worlds/world.h"

/* 'ending' is a JSON object, {place: words}. A body of NULL is a tombstone. */
void ending_document(struct json_object *ending, enum table table, const char *id, struct json_object *body,
		     const char *integration_id);
void ending_cell(struct json_object *ending, enum table table, const char *record_id, enum field field,
		 struct json_object *value);
void ending_history(struct json_object *ending, struct json_object *body);
/* A document of the state database; those that are no pair's are left out. */
void ending_entry(struct json_object *ending, struct json_object *document);

/* JSON with its keys in order and its numbers by value; the caller frees. */
char *ending_words(struct json_object *value);
/* The whole of it; the caller puts. */
struct json_object *ending_of(struct world *world);
/* How many places differ; what each says is added to 'words'. */
size_t ending_compare(struct json_object *expected, struct json_object *found, struct text *words);
