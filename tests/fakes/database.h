/* A database in memory that answers as the one of the recordings did: revisions are counted, tombstones stay, and
 * what an attachment is follows from its bytes. */
#pragma once
#include "base/error.h"
#include "base/json.h"
#include "inventory/view.h"

struct database {
	struct json_object *documents; /* owned; {_id: body}, tombstones with _deleted */
};

void database_init(struct database *database);
void database_done(struct database *database);
/* What is there and not deleted; borrowed. */
struct json_object *database_get(const struct database *database, const char *id);
/* false: a conflict, or no document: an object with an _id. */
bool database_put(struct database *database, struct json_object *body);
/* All that are there, by _id; the caller frees. */
struct json_object *database_all(const struct database *database);
struct inventory_view database_view(struct database *database);
