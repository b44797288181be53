#include "bridge/lease/couch_lease.h"

#include "couch/documents.h"
#include "couch/server.h"

/* A database that is not there answers 404 as well, and is something else. */
static bool has_database(struct couch_client *couch, struct error *error)
{
	struct couch_identity identity = {0};
	bool there = couch_database_identity(couch, &identity, error);

	couch_identity_done(&identity);
	return there;
}

static bool read_document(void *self, const char *id, struct json_object **document_out, struct error *error)
{
	struct error failure = {0};

	*document_out = NULL;
	if (couch_document_read(self, id, document_out, &failure))
		return true;
	if (failure.kind == ERROR_LOST)
		return has_database(self, error);
	*error = failure;
	return false;
}

static bool write_document(void *self, const char *id, struct json_object *document, char rev_out[80],
			   struct error *error)
{
	return couch_document_write(self, id, document, rev_out, error);
}

struct lease_store couch_lease_store(struct couch_client *couch)
{
	return (struct lease_store){read_document, write_document, couch};
}
