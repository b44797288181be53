/* The tables, fields and choices of a base. */
#pragma once
#include "airtable/client.h"

struct airtable_field {
	char *id, *name, *type;
	struct json_object *options; /* owned copy, or NULL */
};
struct airtable_table {
	char *id, *name, *primary_field_id;
	size_t field_count;
	struct airtable_field *fields;
};
struct airtable_schema {
	size_t table_count;
	struct airtable_table *tables;
};
/* GET /v0/meta/bases/{base}/tables: the array of its tables, which the caller puts. Needs the scope schema.bases:read;
 * ERROR_FATAL says so on 403. */
must_use bool airtable_schema_tables(struct airtable_client *airtable, struct json_object **tables_out,
				     struct error *error);
/* The same, read into tables and fields. */
must_use bool airtable_schema_read(struct airtable_client *airtable, struct airtable_schema *schema_out,
				   struct error *error);
/* From the answer's JSON (tests, fakes). Unknown types and keys are kept as they are. */
must_use bool airtable_schema_from_json(struct json_object *json, struct airtable_schema *schema_out,
					struct error *error);
void airtable_schema_done(struct airtable_schema *schema);
const struct airtable_table *airtable_schema_table(const struct airtable_schema *schema, const char *id);
