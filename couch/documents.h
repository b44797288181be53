/* Documents: reading them in bulk, reading and writing them one by one. */
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
	struct json_object
		*ended; /* owned array of deleted leaves' revs, which the feed alone tells; or NULL */
	char *flaw;     /* owned; why the body cannot be written back exactly, or NULL */
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
/* The same for all ids that begin with 'prefix', whatever stands behind it; its last byte is an ASCII character. */
/* With 'pick' only these members of the bodies, which must not be written back; NULL: all. */
must_use bool couch_documents_walk_picked(struct couch_client *couch, const char *prefix, size_t page,
					  const struct json_pick *pick, couch_visit *visit, void *context,
					  struct error *error);
must_use bool couch_documents_walk_prefix(struct couch_client *couch, const char *prefix, size_t page,
					  bool ids_only, couch_visit *visit, void *context,
					  struct error *error);

/* Single documents. Read: ERROR_LOST when missing or deleted. Write: rev_out at least 80 bytes, may be NULL. */
must_use bool couch_document_read(struct couch_client *couch, const char *id, struct json_object **body_out,
				  struct error *error);
must_use bool couch_document_write(struct couch_client *couch, const char *id, struct json_object *body,
				   char *rev_out, struct error *error);
must_use bool couch_document_delete(struct couch_client *couch, const char *id, const char *rev,
				    struct error *error);

/* ---- only for the files of couch/ ---- */

/* A document out of a row's "doc": takes its id, rev, conflicts and flaws ('path' is the doc's place in the answer)
 * and holds on to the body. False, and untouched, when 'doc' is no object with _id and _rev. */
bool couch_document_fill(struct couch_document *document, struct json_object *doc,
			 const struct json_flaws *flaws, const char *path);

/* What is wrong with the document at 'path', in words for a person; owned by the caller, NULL: nothing. */
char *couch_flaw_words(const struct json_flaws *flaws, const char *path);

/* The array of an answer; ERROR_RETRY where there is none, which is the server's fault and not the documents'. */
struct json_object *couch_answer_rows(struct json_object *answer, const char *key, const char *where,
				      struct error *error);
void couch_documents_forget(struct couch_document *list, size_t count);
/* False when it is longer than any revision is. */
bool couch_copy_rev(const char *rev, char rev_out[80]);
