/* A cell into a document's data, as a save puts it there: a new key takes its place in the app's order. */
#pragma once
#include "bridge/mapping/mapping_to.h"
#include "inventory/document.h"

static inline bool cell_into(enum table table, enum field field, const struct cell *cell,
			     struct json_object *body, struct error *error)
{
	const char *key = field_rule(field)->data_key[table];
	struct json_object *value = NULL;

	if (!mapping_to_document(table, field, cell, &value, error))
		return false;
	if (!value) {
		json_remove(document_data(body), key);
		return true;
	}
	bool is_new = !json_find(document_data(body), key, NULL);
	json_put(document_data(body), key, value);
	if (is_new)
		document_order_data(table_document_type(table), body);
	return true;
}
