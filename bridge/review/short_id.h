/* A short name for a change of the history, that people copy and type: 8 letters and digits made of its _id, so that every command and
 * page makes the same one. Of 100,000 changes some two may by chance have the same: whoever is asked for that one says so. */
#pragma once
#include "base/error.h"
#include "base/own.h"

struct couch_client;

enum short_id_limits { SHORT_ID_LENGTH = 8, SHORT_ID_SIZE = SHORT_ID_LENGTH + 1 };

void short_id_of(const char *full_id, char short_out[SHORT_ID_SIZE]);
/* Whether it can be one, and is no _id. */
bool short_id_is(const char *words);
/* The _id of the change that it stands for, which the caller frees; NULL: there is none. Reads the _ids of the whole history. Several:
 * ERROR_FATAL, with two of them. */
must_use bool short_id_find(struct couch_client *couch, const char *short_id, char **full_id_out,
			    struct error *error);
