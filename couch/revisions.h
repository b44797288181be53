/* Revisions of documents: reading them, and asking which are known. */
#pragma once
#include "couch/documents.h"

/* One revision or several leaves: _bulk_get. Each request's answer is a document; one that is not there is 'missing'. */
struct couch_revision {
	const char *id, *rev;
};
must_use bool couch_revisions_read(struct couch_client *couch, const struct couch_revision *wanted,
				   size_t count, bool with_ancestors, struct couch_documents *documents_out,
				   struct error *error);
/* Revisions of ours that the database does not know (_revs_diff): {id: [revs]} in, {id: {missing: [...]}} out. */
must_use bool couch_revisions_unknown(struct couch_client *couch, struct json_object *wanted,
				      struct json_object **unknown_out, struct error *error);
