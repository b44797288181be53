/* _local documents: never replicated, not in the feed. */
#pragma once
#include "couch/client.h"

/* *body_out is NULL when there is none. */
must_use bool couch_local_read(struct couch_client *couch, const char *name, struct json_object **body_out,
			       struct error *error);
/* Reads the present _rev itself; on 409 it reads again: the same body means that an earlier write worked and its answer
 * was lost (couchdb-rules 6). */
must_use bool couch_local_write(struct couch_client *couch, const char *name, struct json_object *body,
				struct error *error);
/* The same over what 'judge' lets be written over: it is shown what stands there, or NULL, right before each try. Where it
 * says no its error is the write's. Servers that write unconditionally (Apache CouchDB) leave a gap of one
 * request's way. */
typedef bool couch_local_judge(void *context, struct json_object *present, struct error *error);
must_use bool couch_local_write_over(struct couch_client *couch, const char *name, struct json_object *body,
				     couch_local_judge *judge, void *context, struct error *error);
