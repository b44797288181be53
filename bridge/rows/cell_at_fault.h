/* Finds which cell of a row a refusal is about, by Airtable's words. */
#pragma once
#include "bridge/columns/columns.h"

/* A set of fields. */
typedef uint64_t field_set;
#define FIELD_BIT(field) ((field_set)1 << (field))

/* The field among 'sent' that the refusal names: by its column's id or name in one of the forms that Airtable has for it, or
 * by the choice or the row that 'body' ({column id: value}) has in it. FIELD_COUNT: it names none. */
enum field blame_field(const struct error *refusal, const struct columns *columns, field_set sent,
		       struct json_object *body);
