/* What the files of the CouchDB in memory share: its documents, its feed, the state database. */
#pragma once
#include "tests/worlds/world.h"

#define COUCH_COST_MS 3

/* What went over the wire is not changed any more by either end: but for where the sanitizers look, both have the
 * same. The second is for an end that puts something of its own beside it. */
struct json_object *world_wire(struct json_object *json);
struct json_object *world_picked(struct json_object *json, const struct json_pick *pick);
struct json_object *world_wire_apart(struct json_object *json);

/* The beginning and the end of a call of the bridge; false and an error. */
/* A document that is neither an item nor a collection; borrowed, or NULL. The others put one in the place of what has its _id, and take
 * it away. */
struct json_object *world_extra(struct world *world, const char *full_id);
void world_extra_replace(struct world *world, struct json_object *body);
void world_extra_remove(struct world *world, const char *full_id);
bool world_couch_begins(struct world *world, enum world_fault fault, struct error *error);
bool world_couch_ends(struct world *world, struct error *error);

struct world_document *world_want_document(struct world *world, enum table table, const char *id);
/* As Apache CouchDB: without a revision only where nothing lives; with that of a tombstone never. NULL: 409. 'body' is
 * taken. */
struct world_leaf *world_couch_put(struct world *world, struct world_document *document, const char *revision,
				   struct json_object *body, bool deleted);
/* Of the tombstone of a leaf that was merged the leaf that was shown then; else NULL. */
const char *world_couch_merged_into(const struct world_document *document, const char *revision);
/* A revision comes from another server, as it is made there of 'parent_revision'. What is here already is not put twice. 'body' is
 * taken; NULL, or the body of a tombstone: a deletion. The revision is borrowed until the document's next. */
const char *world_couch_replicates(struct world *world, struct world_document *document,
				   const char *parent_revision, int generation, struct json_object *body);
