/* What the app computes when a document is saved, before it checks it. Pure. */
#pragma once
#include "inventory/datum.h"
#include "inventory/view.h"

/* Where what differs each time comes from. */
struct inventory_source {
	void *context;
	int64_t now_ms;
	void (*uuid)(void *context, char uuid_out[37]);
	unsigned (*four_digits)(
		void *context); /* the end of a history's id; NULL: it follows from what it holds */
};

/* In the app's order. ERROR_REFUSED with a sentence when something cannot be computed (the app names no field then);
 * other errors are the view's. */
must_use bool derive(struct datum *datum, const struct datum *config, const struct inventory_view *view,
		     const struct inventory_source *source, struct error *error);
