/* The checkpoint (checkpoint.h) as a local document of a database, the source or the state database.
 *
 * Apache CouchDB does not compare the revision of a local document that is written, so that a database that is made anew just before the
 * write takes the old checkpoint for its own. Therefore each says when its database was made ("born"), where the server tells that; in
 * another database it is none. And the server is asked once more behind each write. */
#pragma once
#include "couch/local.h"

struct couch_checkpoint;
/* The client is borrowed. */
struct couch_checkpoint *couch_checkpoint_open(struct couch_client *couch, const char *integration_id);
void couch_checkpoint_close(struct couch_checkpoint **place);
/* *checkpoint_out is the caller's; NULL: there is none of this database. */
must_use bool couch_checkpoint_read(struct couch_checkpoint *place, struct json_object **checkpoint_out,
				    struct error *error);
/* Over what 'judge' lets be written over. Where the database was made anew meanwhile it is asked about NULL. */
must_use bool couch_checkpoint_write(struct couch_checkpoint *place, struct json_object *checkpoint,
				     couch_local_judge *judge, void *context, struct error *error);
