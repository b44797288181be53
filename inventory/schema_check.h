/* What the app asks of the values in its documents. Pure. */
#pragma once
#include "inventory/datum.h"
#include "inventory/refusal.h"

/* Adds a sentence for everything that does not fit, in the schema's order. */
void schema_check(const struct datum *datum, struct refusal *refusal);
/* Whether the app would read this body as a valid document. */
bool schema_is_valid(struct json_object *body);
