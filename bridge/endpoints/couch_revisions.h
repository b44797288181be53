/* What the database knows of revisions of documents: leaves, and what they were made of. */
#pragma once
#include "bridge/endpoints/endpoint.h"
#include "couch/client.h"

/* As endpoint_ops.known. */
must_use bool couch_known_revisions(struct couch_client *source, struct endpoint_known *asked, size_t count,
				    struct error *error);
/* As endpoint_ops.read_revisions. */
must_use bool couch_read_revisions(struct couch_client *source, struct endpoint_revision *revisions,
				   size_t count, struct error *error);
