/* Reading and writing documents, one by one and in bulk. */
#pragma once
#include "couch/client.h"

#define COUCH_BULK_LIMIT 500 /* documents a request at the most; larger jobs are cut by these functions */

/* A document as read. 'deleted' means a tombstone, never a 404 (couchdb-rules 23). */
struct couch_document {
	char *id;     /* owned */
	char *rev;    /* owned; NULL when missing */
	bool missing; /* the database does not know the id */
	bool deleted; /* a tombstone */
	struct json_object *
		body; /* owned; whole, with _id, _rev, _attachments stubs; NULL when missing or a bare tombstone */
	struct json_object *conflicts; /* owned array of the losing leaves' revs, or NULL */
	char *flaw;                    /* owned; why the body cannot be written back exactly, or NULL */
};
void couch_document_done(struct couch_document *document);
struct couch_documents {
	size_t count;
	struct couch_document *list; /* owned */
};
void couch_documents_done(struct couch_documents *documents);

/* The documents of these ids in this order, bodies and tombstones included (_all_docs by keys with include_docs and
 * conflicts). Ids may repeat. A tombstone comes without its body: that is what couch_revisions_read() and the feed give. */
must_use bool couch_documents_read(struct couch_client *couch, const char *const *ids, size_t count,
				   struct couch_documents *documents_out, struct error *error);

/* Walks the ids from 'first' to 'last' (both included) in order, 'page' documents a request (0: 500), bodies included
 * unless 'ids_only'. The visitor borrows; false ends the walk with its error. A visitor may use
 * the same client. As a snapshot: couch_database_identity() first, and then the feed from its update_seq
 * (couchdb-rules 14), for what changes under the walk may be met or not. */
typedef bool couch_visit(void *context, struct couch_document *document, struct error *error);
must_use bool couch_documents_walk(struct couch_client *couch, const char *first, const char *last,
				   size_t page, bool ids_only, couch_visit *visit, void *context,
				   struct error *error);

/* One revision or several leaves: _bulk_get. Each request's answer is a document; one that is not there is 'missing'. */
struct couch_revision {
	const char *id, *rev;
};
must_use bool couch_revisions_read(struct couch_client *couch, const struct couch_revision *wanted,
				   size_t count, bool with_ancestors, struct couch_documents *documents_out,
				   struct error *error);

/* Result of writing one document of a bulk. */
struct couch_written {
	enum error_kind
		kind; /* ERROR_NONE, ERROR_CONFLICT, ERROR_REFUSED (forbidden, too large), ERROR_RETRY (in doubt) */
	char rev[80];   /* the new revision */
	char text[200]; /* the reason */
};
/* _bulk_docs, read row by row (couchdb-rules 19). Documents carry _id and, unless new, the _rev they were merged
 * on; _deleted makes a tombstone. An undelete carries no _rev: Apache CouchDB refuses that of a tombstone as a
 * conflict, for ever, and goes on from the tombstone by itself. False when a request as a whole failed: written_out
 * then says per document what is known (ERROR_RETRY = in doubt). A request that the server refuses as a whole for one of its
 * documents (400, 412, 413, 415) is halved down to that one, which alone is ERROR_REFUSED. Only a 412 may have written
 * some of the others: they answer ERROR_CONFLICT then, and reading them again tells. Else nothing is sent twice. */
must_use bool couch_documents_write(struct couch_client *couch, struct json_object *const *documents,
				    size_t count, struct couch_written *written_out, struct error *error);
/* The same in two steps, so that other requests run meanwhile; count at most COUCH_BULK_LIMIT. */
struct couch_bulk;
struct couch_bulk *couch_bulk_start(struct couch_client *couch, struct json_object *const *documents,
				    size_t count);
must_use bool couch_bulk_finish(struct couch_bulk **bulk, struct couch_written *written_out,
				struct error *error);

/* Single documents. Read: ERROR_LOST when missing or deleted. Write: rev_out at least 80 bytes, may be NULL. */
must_use bool couch_document_read(struct couch_client *couch, const char *id, struct json_object **body_out,
				  struct error *error);
must_use bool couch_document_write(struct couch_client *couch, const char *id, struct json_object *body,
				   char *rev_out, struct error *error);
must_use bool couch_document_delete(struct couch_client *couch, const char *id, const char *rev,
				    struct error *error);

/* _local documents: never replicated, not in the feed. Read: *body_out NULL when there is none. The write
 * reads the present _rev itself; on 409 it reads again: the same body means that an earlier write
 * worked and its answer was lost (couchdb-rules 6). */
must_use bool couch_local_read(struct couch_client *couch, const char *name, struct json_object **body_out,
			       struct error *error);
must_use bool couch_local_write(struct couch_client *couch, const char *name, struct json_object *body,
				struct error *error);
/* Revisions of ours that the database does not know (_revs_diff): {id: [revs]} in, {id: {missing: [...]}} out. */
must_use bool couch_revisions_unknown(struct couch_client *couch, struct json_object *wanted,
				      struct json_object **unknown_out, struct error *error);
