/* Between documents, cells and rows. Pure.
 *
 * A row here is the JSON object {field id: value} as Airtable gives it (V1 values, empty cells absent). */
#pragma once
#include "base/error.h"
#include "bridge/columns.h"

#define MAPPING_TEXT_LIMIT 100000 /* UTF-16 units of a text cell */

/* Who is behind a link. Each answers NULL for "none". Borrowed texts. */
struct mapping_links {
	void *context;
	const char *(*record_of)(void *context, enum table table, const char *document_id);
	const char *(*document_of)(void *context, enum table table, const char *record_id);
	const char *(*collection_of)(void *context, const char *item_id); /* that an item's document names */
};

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

/* Whether the cell can be shown in this column, and its JSON value for a write (NULL = JSON null, which
 * clears). ERROR_REFUSED with a sentence for what the column cannot hold: text over MAPPING_TEXT_LIMIT, a
 * choice that the select does not have, a wrong cell. A link whose target has no row is ERROR_RETRY: it
 * waits. Texts: \r is left out, and so are line breaks at the
 * end; a single line has no breaks. */
must_use bool mapping_to_row(enum table table, const struct columns *columns, enum field field,
			     const struct cell *cell, const struct mapping_links *links,
			     struct json_object **value_out, struct error *error);

/* The collection of a row that names none: that of its container. NULL: it names one, or has no container that is in one. */
const char *mapping_default_collection(const struct cell *collection, const struct cell *container,
				       const struct mapping_links *links);

/* Writes one cell into the document's data ('body' is the caller's copy): an empty cell removes the key (a
 * stored false that is still unticked is not touched by anyone: callers write only what changed). Type names
 * become the app's words ("Generic Container" → generic_container, "Item" → absent); the price is stored in
 * thousandths, rounded to three digits after their point. A new key takes its place in the app's order.
 * ERROR_REFUSED for cells a document cannot hold (CELL_WRONG, two links in a single link, an unknown link,
 * an empty required field, a number that is no whole number where the app wants one, a number that
 * mapping_from_document() could not read again: from 2^53 on, of a price in thousandths). */
must_use bool mapping_to_document(enum table table, enum field field, const struct cell *cell,
				  struct json_object *body, struct error *error);

/* mapping.c: what both directions share. */
#define MAPPING_TYPE_ITEM   "Item"             /* of a document without a type, and of an empty cell */
#define MAPPING_EXACT_WHOLE 9007199254740992.0 /* 2^53: up to here a double holds every whole number */

/* The template's name for a choice of Type, whatever its case ("item_with_parts" too gives "Item with
 * Parts"); NULL when it is none of the five. */
const char *mapping_type_choice(const char *name);
/* The template's names of all types, one after the other; NULL behind the last. */
const char *mapping_type_at(size_t place);
/* The document's word for that choice, NULL where it has none; false when it is none of the five. */
must_use bool mapping_type_word(const char *choice, const char **word_out);
const char *mapping_kind_words(enum field_kind kind); /* "a text" */
/* A stored price without what the app's arithmetic left behind. */
double mapping_price_without_noise(double stored);
