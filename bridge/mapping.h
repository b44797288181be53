/* Between documents, cells and rows. Pure.
 *
 * A row here is the JSON object {field id: value} as Airtable gives it (V1 values, empty cells absent). */
#pragma once
#include "base/error.h"
#include "bridge/cell.h"
#include "bridge/field.h"

#define MAPPING_TEXT_LIMIT   100000 /* UTF-16 units of a text cell */
#define MAPPING_CHOICE_LIMIT 500    /* choices of one select that are kept */

/* A choice of a select. */
struct column_choice {
	char *id;        /* "sel..." */
	char *name;      /* as it is called now */
	char *canonical; /* as it was called when first seen; of Type: the template's name for it */
	bool gone;       /* no longer among the column's choices */
};

/* One column of the base that serves one of our fields. Bound by name once, by id ever after. */
struct column {
	char *id;              /* owned; NULL: the table has no such column */
	char *key;             /* owned; what cells agreed on are kept under; NULL: under the id */
	char *name;            /* owned; as it is called now, for messages */
	char *type;            /* owned; Airtable's type */
	bool stopped;          /* gone or retyped: this field does not flow */
	char *stopped_reason;  /* owned */
	double tolerance;      /* half of the column's precision */
	char *linked_table_id; /* owned; of a link column: the table that it points to */
	size_t choice_count;
	struct column_choice *choices; /* owned */
};
struct columns {
	char *table_id;
	char *table_name;
	bool renewed; /* the last binding made something flow that did not, or anew: all cells are to be compared */
	struct column of[FIELD_COUNT];
};
void columns_done(struct columns *columns);
/* Ids of all columns that flow, for `fields[]`; the caller frees the array only. */
const char **columns_ids(const struct columns *columns, size_t *count_out);
enum field columns_field_by_id(const struct columns *columns, const char *field_id); /* FIELD_COUNT: none */
/* What was agreed on about a column is kept under its id and, from the first change of its type on, how often that changed:
 * so what a new type made of the cells is no edit of them (sync-rules 1). NULL: there is no column. */
const char *columns_key(const struct columns *columns, enum field field);
enum field columns_field_by_key(const struct columns *columns, const char *key); /* FIELD_COUNT: none */
struct cell_equivalence columns_equivalence(const struct columns *columns, enum field field);

/* Binding to one table as the base schema shows it (the JSON of one table). 'columns' is {0}, or what
 * was bound before (from the state database): columns bound before are found by id; a column that is gone or
 * whose type no longer serves is stopped with its reason, until one that serves has its name; one that was
 * never bound is bound by its name. A stopped column keeps its id.
 * Choices keep their canonical names by id. ERROR_FATAL when a required column is missing or has a wrong
 * type: the sentence names table and column, what was found and what to do. changed_out: whether anything
 * differs from before. */
must_use bool columns_bind(struct columns *columns, enum table table, struct json_object *schema_table,
			   bool *changed_out, struct error *error);
/* Both tables ('of_tables' has TABLE_COUNT) to the base's schema (the array of its tables), and whether the Collection
 * column links to the Collections table. A table is found by its id, before it was ever bound by its name. ERROR_FATAL
 * as above, and when a table is missing. */
must_use bool columns_bind_all(struct columns *of_tables, struct json_object *schema_tables,
			       bool *changed_out, struct error *error);
/* Whether this field is taken from and written to the table: it has a column that is not stopped. */
bool columns_flow(const struct columns *columns, enum field field);
struct json_object *columns_to_json(const struct columns *columns);
must_use bool columns_from_json(struct json_object *json, struct columns *columns_out, struct error *error);

/* The template's name for a choice of Type, whatever its case ("item_with_parts" too gives "Item with
 * Parts"); NULL when it is none of the five. */
const char *mapping_type_choice(const char *name);

/* Who is behind a link. Either answers NULL for "none". Borrowed texts. */
struct mapping_links {
	void *context;
	const char *(*record_of)(void *context, enum table table, const char *document_id);
	const char *(*document_of)(void *context, enum table table, const char *record_id);
};

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
 * waits. Texts: \r is left out; a single line has no breaks. */
must_use bool mapping_to_row(enum table table, const struct columns *columns, enum field field,
			     const struct cell *cell, const struct mapping_links *links,
			     struct json_object **value_out, struct error *error);

/* Writes one cell into the document's data ('body' is the caller's copy): an empty cell removes the key (a
 * stored false that is still unticked is not touched by anyone: callers write only what changed). Type names
 * become the app's words ("Generic Container" → generic_container, "Item" → absent); the price is stored in
 * thousandths, rounded to three digits after their point. A new key takes its place in the app's order.
 * ERROR_REFUSED for cells a document cannot hold (CELL_WRONG, two links in a single link, an unknown link,
 * an empty required field, a number that is no whole number where the app wants one). */
must_use bool mapping_to_document(enum table table, enum field field, const struct cell *cell,
				  struct json_object *body, struct error *error);
