/* Reads the history in a database by ranges of _ids, in pages: however long it is, only so much is held in memory. */
#pragma once
#include "couch/client.h"

#define HISTORY_READ_MOST 100000 /* entries that a command holds in memory */

/* Changes that were made together. */
struct history_read_batch {
	char *created_by; /* owned; NULL: nobody is named */
	int64_t batch;    /* its number, a time in ms */
	size_t entries;
	bool cut; /* there may be more entries than were counted (newest_batches.h) */
};
struct history_batches {
	size_t count;
	struct history_read_batch *list; /* owned */
};
void history_batches_done(struct history_batches *batches);

/* The newest batches, the newest first, 'most' of them at the most. 'created_by' NULL: everybody's. Reads the _ids of the
 * whole history. */
must_use bool history_list_batches(struct couch_client *couch, const char *created_by, size_t most,
				   struct history_batches *batches_out, struct error *error);

/* An entry's whole body, borrowed; false ends the reading with its error. */
typedef bool history_visit(void *context, struct json_object *entry, struct error *error);
struct history_wish {
	const char *created_by; /* NULL: everybody's, for which the _ids of the whole history are read */
	int64_t batch;
	size_t most; /* entries that are visited; no more bodies are read, but for one that tells whether there are more */
};
/* The entries of a batch, document by document. *more_out: there are more than that. */
must_use bool history_read_batch(struct couch_client *couch, const struct history_wish *wish,
				 history_visit *visit, void *context, bool *more_out, struct error *error);
/* The newest entries of one document ("item-i1"), the newest first, an array that the caller frees. Reads the _ids of the whole history. */
must_use bool history_of_one(struct couch_client *couch, const char *created_by, const char *full_id,
			     size_t most, struct json_object **entries_out, struct error *error);
/* *entry_out: NULL when there is no such entry. */
must_use bool history_read_entry(struct couch_client *couch, const char *entry_id,
				 struct json_object **entry_out, struct error *error);

/* An entry names only what it changed: gives the others (history_message_entry()) the names that their documents have now. */
must_use bool history_read_names(struct couch_client *couch, struct json_object *entries,
				 struct error *error);
