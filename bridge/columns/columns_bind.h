/* Which column of the base serves which field.
 *
 * A column is known by its id once it was bound, so a new name does no harm. For each field the first of these is
 * taken: the column bound before, if its type serves; one that is called as in the template, or as the former one
 * was last called, if its type serves; the column bound before, stopped; one of the template's name, stopped. */
#pragma once
#include "bridge/columns/columns.h"

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
 * as above, and when a table is missing; then none of them is bound anew. */
must_use bool columns_bind_all(struct columns *of_tables, struct json_object *schema_tables,
			       bool *changed_out, struct error *error);
