/* Histories that CouchDB did not take of what has happened: they are kept in the pair's entry and written by later looks. Only for
 * the engine's own files. */
#pragma once
#include "bridge/job/batch.h"

/* The history is kept, with why it was not taken. */
void look_keep_history(struct look *look, struct json_object *history, const char *why);
/* Writes what is kept, once a look. */
must_use bool group_write_kept_histories(struct group *group, struct error *error);
/* What is still kept is a problem, which is tried again. */
void look_tell_kept_histories(struct look *look);
