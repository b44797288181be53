/* What is remembered of the revisions of a document that were handled: enough to say later what a leaf has moved since one of them,
 * when the database has compacted its body away. Pure; a JSON object that its owner stores:
 *
 *     {"type": "item", "keys": 46: of the schema that "packed" follows,
 *      "packed": 8 characters for each key of the schema, a hash or "--------" for one that is not there,
 *      "others": {path: hash}: what is not in the schema, and LEAF_TIME; or absent,
 *      "revisions": [{"rev": "4-…", "was": {path: its hash then, or null: it was not there}}, …, {"rev": the last}]}
 *
 * 'was' has what the revision behind it has changed. Of an item about 500 bytes, and about 100 for
 * each revision after the first that moves one key. A memory of an earlier version has no LEAF_TIME in "others" and 'was'. */
#pragma once
#include "inventory/document.h"

#define LEAF_MEMORY_REVISIONS 12 /* that are remembered; the oldest go */

/* 'memory' with this revision as the last one, unless it is remembered already; NULL: there was none. It is taken, and the result is
 * the caller's. */
struct json_object *leaf_memory_add(struct json_object *memory, enum document_type type, const char *revision,
				    struct json_object *body);
/* The digest (leaves.h) of this revision; NULL: it is not remembered. The caller puts. */
struct json_object *leaf_memory_digest(struct json_object *memory, const char *revision);
