/* The item that somebody means by its name. */
#pragma once
#include "base/error.h"
#include "base/own.h"

struct couch_client;

/* Goes through the names of all items; capitals do not matter where no item has the name as it is written. *full_id_out: "item-…", the caller
 * frees; NULL: none has it. ERROR_FATAL: several have it, which are named with their IDs. */
must_use bool item_by_name(struct couch_client *couch, const char *name, char **full_id_out,
			   struct error *error);
