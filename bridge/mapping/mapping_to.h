/* Writes cells into rows and documents, or refuses them with a sentence. */
#pragma once
#include "bridge/columns/columns.h"
#include "bridge/mapping/mapping.h"

/* Whether the cell can be shown in this column, and its JSON value for a write (NULL = JSON null, which
 * clears). ERROR_REFUSED with a sentence for what the column cannot hold: text over MAPPING_TEXT_LIMIT, a
 * choice that the select does not have, a wrong cell. A link whose target has no row is ERROR_RETRY: it
 * waits. Texts: \r is left out, and so are line breaks at the
 * end; a single line has no breaks. */
must_use bool mapping_to_row(enum table table, const struct columns *columns, enum field field,
			     const struct cell *cell, const struct mapping_links *links,
			     struct json_object **value_out, struct error *error);
/* What the document's data is to have for one cell, which the caller puts; NULL: the key is to go, as for an empty cell (a
 * stored false that is still unticked is not touched by anyone: callers write only what changed). Type names
 * become the app's words ("Generic Container" → generic_container, "Item" → absent); the price is stored in
 * thousandths, rounded to three digits after their point.
 * ERROR_REFUSED for cells a document cannot hold (CELL_WRONG, two links in a single link, an unknown link,
 * an empty required field, a number that is no whole number where the app wants one, a number that
 * mapping_from_document() could not read again: from 2^53 on, of a price in thousandths). */
must_use bool mapping_to_document(enum table table, enum field field, const struct cell *cell,
				  struct json_object **value_out, struct error *error);
