/* The inventory in a database as saves look at it, and as it will be once what they say is written. For commands, which
 * come and go; a sync knows the documents already. */
#pragma once
#include "couch/client.h"
#include "inventory/view.h"

struct couch_stock;
struct couch_stock *couch_stock_open(struct couch_client *couch);
void couch_stock_close(struct couch_stock **stock);

/* Reads these documents (anew), so that asking for them costs no request each. */
must_use bool couch_stock_read(struct couch_stock *stock, const char *const *full_ids, size_t count,
			       struct error *error);
/* As last read or put; NULL: there is none. Borrowed until it is read or put again. */
struct json_object *couch_stock_body(const struct couch_stock *stock, const char *full_id);
/* Why a document that was read must not be written now: it is in conflict, or holds what cannot be written back. NULL: it may. */
const char *couch_stock_trouble(const struct couch_stock *stock, const char *full_id);
/* What was written, or will be; a body with _deleted: it is gone. 'body' is held on to and must not change, but for its _rev. */
void couch_stock_put(struct couch_stock *stock, struct json_object *body);

/* The first search reads the whole inventory once, of which hashes are kept. */
struct inventory_view couch_stock_view(struct couch_stock *stock);
