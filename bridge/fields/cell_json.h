/* A cell in the ledger's form: null, "text", 1.5, true, {"t":ms}, {"s":"choice"}, {"l":["id"]}, {"w":"words"}. */
#pragma once
#include "bridge/fields/cell.h"

struct json_object *cell_to_json(const struct cell *cell);
must_use bool cell_from_json(struct json_object *json, struct cell *cell_out, struct error *error);
