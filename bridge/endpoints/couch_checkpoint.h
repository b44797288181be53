/* The checkpoint (checkpoint.h) as a local document of a database, the source or the state database.
 *
 * Apache CouchDB does not compare the revision of a local document when it is written. So a database that is made anew just
 * before the write would take the old checkpoint. Therefore each checkpoint says when its database was made ("born"), where the
 * server knows that, and does not count in another database. And the server is asked once more after each write. */
#pragma once
#include "couch/local.h"

struct couch_checkpoint;
/* The client is borrowed. */
struct couch_checkpoint *couch_checkpoint_open(struct couch_client *couch, const char *integration_id);
void couch_checkpoint_close(struct couch_checkpoint **place);
/* *checkpoint_out is the caller's; NULL: this database has none. */
must_use bool couch_checkpoint_read(struct couch_checkpoint *place, struct json_object **checkpoint_out,
				    struct error *error);
/* Writes it where 'judge' permits to replace what stands there now. If the database was made anew meanwhile, 'judge' is asked
 * about NULL. */
must_use bool couch_checkpoint_write(struct couch_checkpoint *place, struct json_object *checkpoint,
				     couch_local_judge *judge, void *context, struct error *error);
