/* The inventory in a database, as saves look at it, and as it will be when what they say is written. For commands that start and
 * end; a sync knows the documents already. */
#pragma once
#include "couch/client.h"
#include "inventory/view.h"

struct whole_inventory;
struct whole_inventory *whole_inventory_open(struct couch_client *couch);
void whole_inventory_close(struct whole_inventory **inventory);

/* Reads these documents (anew) in one go, so that asking for one later costs no request. */
must_use bool whole_inventory_read(struct whole_inventory *inventory, const char *const *full_ids,
				   size_t count, struct error *error);
/* As last read or put; NULL: there is none. Borrowed until it is read or put again. */
struct json_object *whole_inventory_body(const struct whole_inventory *inventory, const char *full_id);
/* Why a document that was read must not be written now: it is in conflict, or holds what cannot be written back. NULL: it may. */
const char *whole_inventory_trouble(const struct whole_inventory *inventory, const char *full_id);
/* Takes note of what was written, or will be; a body with _deleted: it is gone. 'body' is held on to and must not change, but for
 * its _rev. */
void whole_inventory_put(struct whole_inventory *inventory, struct json_object *body);

/* The first search reads the whole inventory once, of which hashes are kept. */
struct inventory_view whole_inventory_view(struct whole_inventory *inventory);
