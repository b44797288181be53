/* Makes cells of documents and rows, by kind of field. Where the app and Airtable say the same thing in two ways both become the
 * same cell:
 *
 * - Type: a document without one and a row with an empty cell are both an "Item".
 * - Expire Soon Prior Days: 0 says what an empty cell says.
 * - Min Stock Level: a document's 0 is shown as an empty cell, as the app shows it; a 0 that is typed is a value.
 * - Purchase Price: the document has thousandths, with the noise of the app's arithmetic (2009.9999999999998).
 * - An unticked box is an empty cell, whether the document says false or nothing. */
#pragma once
#include "bridge/columns/columns.h"
#include "bridge/mapping/mapping.h"

/* Whether a cell can show the document's id, and rows be known by that: of a line break it makes a space,
 * and then shows the id of another. ERROR_REFUSED with a sentence. */
must_use bool mapping_check_id(enum table table, const char *id, struct error *error);
/* The cells of a document that passed document_check(). FIELD_ERROR and FIELD_DELETE stay empty. A value
 * that cannot be shown is CELL_WRONG. cells[FIELD_COUNT] is {0} before. Price: purchase_price_x1000, rounded
 * to three digits after its point, / 1000. */
void mapping_from_document(enum table table, const char *id, struct json_object *body, struct cell *cells);
/* The cells of a row. Wrong JSON types become CELL_WRONG with words ("Purchase Price is a text, a number was
 * expected"). A select's unknown name sets *unknown_choice_out (the schema should be read again) and gives
 * CELL_CHOICE with that name. */
void mapping_from_row(enum table table, const struct columns *columns, struct json_object *row,
		      const struct mapping_links *links, struct cell *cells, bool *unknown_choice_out);
