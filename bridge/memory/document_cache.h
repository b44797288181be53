/* Documents that are known: as they were read, and over that as saves have made them.
 *
 * There is one for each use, and it is dropped with it:
 *
 *     whose                                   what is in it                                       how long
 *     saves (related.h)                       the batch's documents and what saves look up        a round of a batch's saves
 *     what follows from saves (cascade.c)     an item, its pictures and their links               one try of it
 *     undoing (review/whole_inventory.h)      whatever the saves of a command look up             the command
 *
 * Nothing tells when somebody writes a document at the server. So whatever is decided from here is written against the revision
 * that was read: a 409 says that it was stale, and it is read anew.
 *
 * Saves ask for documents one by one. One that is not known yet is noted, and answered as "none" for the time being; then all that
 * were noted are read in one request, and the saves are worked out anew. */
#pragma once
#include "base/json.h"
#include "inventory/document.h"

struct document_cache {
	struct json_object *stored; /* owned; {_id: body; null: there is none} */
	struct json_object *saved;  /* owned; likewise, over it; null or with _deleted: it is gone */
	struct json_object *wanted; /* owned; {_id: null}; to be read */
};

void document_cache_init(struct document_cache *cache);
void document_cache_done(struct document_cache *cache);
/* Forgets everything. */
void document_cache_clear(struct document_cache *cache);

/* ---- what is stored, and what is to be read ---- */

/* As it was read or written; 'body' is shared, NULL: there is none. */
void document_cache_put(struct document_cache *cache, const char *full_id, struct json_object *body);
/* So that it is read anew when it is wanted. */
void document_cache_forget(struct document_cache *cache, const char *full_id);
/* Notes one that is not known, so that it is read with the next. */
void document_cache_want(struct document_cache *cache, const char *full_id);
bool document_cache_wants(const struct document_cache *cache);
/* Reads all that are wanted: a body or NULL for each, which the cache then owns. As endpoint_ops.read_extras. */
typedef bool document_cache_reader(void *context, const char *const *full_ids, size_t count,
				   struct json_object **bodies_out, struct error *error);
must_use bool document_cache_read(struct document_cache *cache, document_cache_reader *reader, void *context,
				  struct error *error);

/* ---- saves ---- */

/* What a save makes of it; 'body' is shared, NULL: it deletes it. */
void document_cache_save(struct document_cache *cache, const char *full_id, struct json_object *body);
/* What is stored counts again: of one, of all. */
void document_cache_unsave(struct document_cache *cache, const char *full_id);
void document_cache_unsave_all(struct document_cache *cache);
bool document_cache_is_saved(const struct document_cache *cache, const char *full_id);
/* Whether it is known; *body_out is borrowed, NULL: there is none, or it was deleted. */
bool document_cache_find(const struct document_cache *cache, const char *full_id,
			 struct json_object **body_out);
/* The same; one that is not known is wanted, and NULL. */
struct json_object *document_cache_get(struct document_cache *cache, const char *full_id);

/* ---- by a value ---- */

/* Whether its data has this value. */
bool document_cache_has_value(struct json_object *body, const char *key, const char *value);
typedef void document_cache_visit(void *context, const char *full_id, struct json_object *body);
/* Those of a type that have a value: of the saved ones, or of the stored ones that no save has touched. */
void document_cache_each_saved(const struct document_cache *cache, enum document_type type, const char *key,
			       const char *value, document_cache_visit *visit, void *context);
void document_cache_each_stored(const struct document_cache *cache, enum document_type type, const char *key,
				const char *value, document_cache_visit *visit, void *context);
/* A list of bodies as inventory_view wants it. */
void document_cache_sort(struct json_object *bodies);
