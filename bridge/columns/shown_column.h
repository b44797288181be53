/* A column as the base's schema shows it, and whether it can serve a field. */
#pragma once
#include "base/json.h"
#include "bridge/fields/field.h"

/* A column as the schema shows it; all of it is borrowed. */
struct shown_column {
	const char *id, *name, *type;
	const char *linked_table;    /* its id; "" of what is no link */
	struct json_object *options; /* or NULL */
	struct json_object *choices; /* of one that has them, or NULL */
};

/* The column of this number of a table. False: it is none. */
must_use bool shown_column_read(struct json_object *json, struct shown_column *shown_out, const char *table,
				size_t number, struct error *error);
/* Why it cannot serve the field, in words that the caller frees; NULL: it can. 'table_id' is that of the table that a link has to lead to. */
char *shown_column_objection(const struct field_rule *rule, const struct shown_column *shown,
			     const char *table_id);
bool shown_column_serves(const struct field_rule *rule, const struct shown_column *shown,
			 const char *table_id);
/* A rule's types, " number currency ", as "number or currency". The caller frees. */
char *shown_column_types_in_words(const char *types);
