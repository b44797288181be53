/* An empty base with the tables that the Inventory app expects: Items and Collections.
 *
 * Fields, types and choices are those of the app's published template. Currencies: USD EUR TWD JPY GBP. Item's Container
 * links to Items without an inverse; Collection has the inverse Items in Collections. Record ID is the formula RECORD_ID(),
 * Container Record ID a lookup of it. All ids are new, but for the base's. */
#pragma once
#include "sandbox/store.h"

struct sandbox_base *sandbox_add_template(struct sandbox_store *store, const char *base_id);
