/* The inventory in a database, as saves look at it, and as it will be when what they say is written. For commands that start and
 * end; a sync knows the documents already. */
#pragma once
#include "couch/client.h"
#include "inventory/view.h"

struct document_cache;
struct document_cache *document_cache_open(struct couch_client *couch);
void document_cache_close(struct document_cache **stock);

/* Reads these documents (anew) in one go, so that asking for one later costs no request. */
must_use bool document_cache_read(struct document_cache *stock, const char *const *full_ids, size_t count,
				  struct error *error);
/* As last read or put; NULL: there is none. Borrowed until it is read or put again. */
struct json_object *document_cache_body(const struct document_cache *stock, const char *full_id);
/* Why a document that was read must not be written now: it is in conflict, or holds what cannot be written back. NULL: it may. */
const char *document_cache_trouble(const struct document_cache *stock, const char *full_id);
/* Takes note of what was written, or will be; a body with _deleted: it is gone. 'body' is held on to and must not change, but for
 * its _rev. */
void document_cache_put(struct document_cache *stock, struct json_object *body);

/* The first search reads the whole inventory once, of which hashes are kept. */
struct inventory_view document_cache_view(struct document_cache *stock);
