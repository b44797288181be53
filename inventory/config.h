/* The config document of an inventory: prefixes of numbers and tags, the uuid that its documents carry. Pure. */
#pragma once
#include "inventory/datum.h"
#include "inventory/view.h"

/* What saves go by. ERROR_REFUSED with a sentence when there is none or it does not fit the schema: nothing can be saved
 * then. Other errors are the view's. The caller closes. */
must_use bool config_read(const struct inventory_view *view, struct datum **config_out, struct error *error);
