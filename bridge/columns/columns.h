/* Which column of the base serves which field. */
#pragma once
#include "bridge/fields/cell.h"
#include "bridge/fields/field.h"

#define COLUMN_CHOICE_LIMIT  500      /* choices of one select that are kept */
#define COLUMN_IMAGES        "Images" /* the template's names of the two columns of pictures */
#define COLUMN_REMOVE_IMAGES "Remove All Images"

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
	/* Of items: the pictures and the command that removes them, which are no cells with a value. 'id' NULL: the table has no such
	 * column, or its type does not serve. */
	struct column images, remove_images;
	bool with_pictures; /* both are read and written: their columns are among columns_ids() */
};
/* Whether the table has what pictures need. */
bool columns_have_pictures(const struct columns *columns);

void columns_done(struct columns *columns);
/* Whether this field is taken from and written to the table: it has a column that is not stopped. */
bool columns_flow(const struct columns *columns, enum field field);
/* Ids of all columns that flow, and of those of pictures where they do, for `fields[]`; the caller frees the array only. */
const char **columns_ids(const struct columns *columns, size_t *count_out);
enum field columns_field_by_id(const struct columns *columns, const char *field_id); /* FIELD_COUNT: none */
/* The key under which the ledger keeps what is agreed about a column: its id and, once its type has changed, how often it did. So
 * what a new type made of the cells is no edit of them (sync-rules 1). NULL: there is no column. */
const char *columns_key(const struct columns *columns, enum field field);
enum field columns_field_by_key(const struct columns *columns, const char *key); /* FIELD_COUNT: none */
struct cell_equivalence columns_equivalence(const struct columns *columns, enum field field);
void column_add_choice(struct column *column, const char *id, const char *name, const char *canonical,
		       bool gone);
const struct column_choice *column_choice_by_id(const struct column *column, const char *id); /* or NULL */
