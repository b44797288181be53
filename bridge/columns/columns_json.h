/* Columns as the state database keeps them: {"table", "name", "columns": {the template's name: ...}}. */
#pragma once
#include "bridge/columns/columns.h"

/* As the state database keeps them. */
struct json_object *columns_to_json(const struct columns *columns);
must_use bool columns_from_json(struct json_object *json, struct columns *columns_out, struct error *error);
