/* What stands around one conversion between a document and a row. */
#pragma once
#include "bridge/columns/columns.h"
#include "bridge/mapping/mapping.h"
#include "tests/vectors/vectors.h"

struct conversion {
	enum table table;
	const char *integration;
	struct json_object *input, *expected, *definitions; /* borrowed from the vector */
	struct json_object *documents;                      /* borrowed; of the database, or NULL */
	struct vector_result *result;
};

/* The list at 'key' of the input, or that of the definitions which has its name. */
struct json_object *conversion_list(const struct conversion *conversion, const char *key);
/* The columns of the vector's table; 'used' are cells whose choices it must have, by column names. */
struct columns conversion_columns(struct conversion *conversion, struct json_object *available,
				  struct json_object *used);
struct mapping_links conversion_links(struct conversion *conversion);
struct json_object *conversion_document(const struct conversion *conversion, size_t place);
/* The document that the app pairs with a row, or NULL. */
struct json_object *conversion_paired(const struct conversion *conversion, enum document_type type,
				      const char *record_id);
void conversion_compare(struct conversion *conversion, const char *name, struct json_object *ours,
			struct json_object *theirs);
