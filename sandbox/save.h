/* Everything the sandbox holds as one JSON text, to and fro:
 *
 *     {"bases":[{"id","name","tables":[{"id","name","description","primaryFieldId",
 *       "fields":[{"id","name","type","description","options"}],
 *       "records":[{"id","createdTime","number","modifiedAny","fields":{field id: value},"modified":{field id: ms}}]}]}],
 *      "templates":["app…"]}
 *
 * A table is also what the meta API shows of one. Only ids and names of bases and tables, and names and types of fields, are
 * needed; ids may have any shape. "templates" adds bases with the schema of template.h. Attached files are as save_files.h has them. The trash is not saved. */
#pragma once
#include "base/text.h"
#include "sandbox/store.h"

#define SANDBOX_STATE_CEILING ((size_t)2 << 30)

/* ERROR_REFUSED says where it is wrong. */
must_use bool sandbox_store_read(struct json_object *json, int64_t now_ms, struct sandbox_store **store_out,
				 struct error *error);
void sandbox_store_write(const struct sandbox_store *store, struct text *text);
/* The same with everything, for looking back at it. */
struct sandbox_store *sandbox_store_copy(const struct sandbox_store *store);

must_use bool sandbox_store_load(const char *path, int64_t now_ms, struct sandbox_store **store_out,
				 struct error *error);
/* Written aside and moved into place. */
must_use bool sandbox_store_save(const struct sandbox_store *store, const char *path, struct error *error);
