/* What undoing writes to CouchDB: documents, and what the app saves in the wake of a save (a deleted item takes its links and pictures
 * with it). */
#pragma once
#include "bridge/review/whole_inventory.h"
#include "couch/bulk.h"
#include "couch/client.h"
#include "inventory/save.h"

struct revert_writes {
	struct couch_client *couch;        /* borrowed */
	struct whole_inventory *inventory; /* borrowed; what the saves see and change */
	bool dry_run;                      /* nothing is written; every answer is as if it were */
};

struct inventory_source revert_source_now(void);

/* Writes 'count' bodies in one request; 'written' holds an answer for each. False: the request failed or one of its documents has no
 * answer, and the sentence says that undoing can be done again. */
must_use bool revert_write_bodies(const struct revert_writes *writes, struct json_object **bodies,
				  size_t count, struct couch_written *written, struct error *error);

/* Puts into 'cascade', by _id, what follows from the save, and what follows from that. What cannot be saved is left as it is. */
must_use bool revert_gather_cascade(const struct revert_writes *writes, const struct save_result *result,
				    struct json_object *cascade, struct error *error);

/* Writes all of it, if there is any; what was changed meanwhile is saved on what it is now, a few times. */
must_use bool revert_write_cascade(const struct revert_writes *writes, struct json_object *cascade,
				   struct error *error);
