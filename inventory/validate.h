/* What the app refuses of a document that has the schema's form. Pure. */
#pragma once
#include "inventory/datum.h"
#include "inventory/refusal.h"
#include "inventory/view.h"

/* Adds a reason for everything at fault, in the app's order. false: the view failed. */
must_use bool validate(const struct datum *datum, const struct datum *config,
		       const struct inventory_view *view, struct refusal *refusal, struct error *error);
/* The same for a delete: what contains something stays, and what others share without leave to write. */
must_use bool validate_delete(const struct datum *datum, const struct datum *config,
			      const struct inventory_view *view, struct refusal *refusal,
			      struct error *error);
