/* Attached files in the text that everything is saved in: {"id","url","filename","type","content"}, the content in base64. One
 * without content is shown as it was given, and is not fetched, unless it is "fetching":true. "broken": what its address
 * answers. */
#pragma once
#include "sandbox/store.h"

/* NULL: the cell holds none. */
struct json_object *sandbox_files_save(const struct sandbox_cell *cell, const struct sandbox_store *store);
/* Files come with their ids, which no write of the API may have. Into the cell of a row that is loaded. */
must_use bool sandbox_files_load(struct json_object *value, struct sandbox_record *record,
				 struct sandbox_field *field, struct sandbox_cell *cell_out,
				 struct error *error);
