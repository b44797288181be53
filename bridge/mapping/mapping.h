/* Between documents, cells and rows. Pure.
 *
 * A row here is the JSON object {field id: value} as Airtable gives it (V1 values, empty cells absent). */
#pragma once
#include "bridge/fields/cell.h"
#include "bridge/fields/field.h"

#define MAPPING_TEXT_LIMIT 100000 /* UTF-16 units of a text cell */

/* Who is behind a link. Each answers NULL for "none". Borrowed texts. */
struct mapping_links {
	void *context;
	const char *(*record_of)(void *context, enum table table, const char *document_id);
	const char *(*document_of)(void *context, enum table table, const char *record_id);
	const char *(*collection_of)(void *context, const char *item_id); /* that an item's document names */
};

/* The collection of a row that names none: that of its container. NULL: the row names one, or its container is in none. */
const char *mapping_default_collection(const struct cell *collection, const struct cell *container,
				       const struct mapping_links *links);

/* What both directions share. */
#define MAPPING_EXACT_WHOLE 9007199254740992.0 /* 2^53: up to here a double holds every whole number */

const char *mapping_kind_words(enum field_kind kind); /* "a text" */
/* A stored price without the rounding noise of the app's arithmetic. */
double mapping_price_without_noise(double stored);
