/* Writing documents in bulk. */
#pragma once
#include "couch/documents.h"

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
