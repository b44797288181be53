/* A record: reading its JSON, and a set of record ids. */
#pragma once
#include "base/error.h"
#include "base/json.h"

struct airtable_record {
	char id[32];
	int64_t created_ms;
	/* {field id: value}; owned. An absent key is an empty cell. A value that cannot be held exactly is {"error": why},
	 * as Airtable shows a formula's failure. */
	struct json_object *fields;
};

/* {"id", "createdTime", "fields"}; other keys are allowed. Fields are shared with 'json', not copied. ERROR_RETRY
 * for anything else: the server's answer is damaged. */
must_use bool airtable_record_read(struct json_object *json, struct airtable_record *record_out,
				   struct error *error);

struct airtable_ids; /* grows as needed; ids are those of records, and copied */
struct airtable_ids *airtable_ids_open(void);
void airtable_ids_close(struct airtable_ids **ids);
/* False: it was there already. */
bool airtable_ids_add(struct airtable_ids *ids, const char *id);
