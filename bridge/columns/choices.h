/* The choices of a select, such as a colour: which one a document's value is in a row, and back (sync-rules 1, 18). A cell has a choice by its
 * canonical name, as it was when the column was bound; the row shows and takes the name that it has now. */
#pragma once
#include "bridge/columns/columns.h"

#define MAPPING_TYPE_ITEM "Item" /* of a document without a type, and of an empty cell */

/* The choice that a row shows. 'unknown_out' is set where the column has none of this name. */
struct cell choice_from_row(const struct column *column, enum field field, const char *name,
			    bool *unknown_out);
/* The name that the column has for it now, for a row. False: the column lacks it. */
must_use bool choice_to_row(const struct column *column, enum field field, const struct cell *cell,
			    struct json_object **value_out, struct error *error);
/* The template's name for a choice of Type, whatever its case ("item_with_parts" too gives "Item with
 * Parts"); NULL when it is none of the five. */
const char *mapping_type_choice(const char *name);
/* The template's names of all types, one after the other; NULL behind the last. */
const char *mapping_type_at(size_t place);
/* The document's word for that choice, NULL where it has none; false when it is none of the five. */
must_use bool mapping_type_word(const char *choice, const char **word_out);
