/* Reading a record's JSON, and a set of record ids. */
#pragma once
#include "airtable/records.h"

/* {"id", "createdTime", "fields"}; other keys are allowed. Fields are shared with 'json', not copied. ERROR_RETRY
 * for anything else: the server's answer is damaged. */
must_use bool airtable_record_read(struct json_object *json, struct airtable_record *record_out,
				   struct error *error);

struct airtable_ids; /* grows as needed; ids are those of records, and copied */
struct airtable_ids *airtable_ids_open(void);
void airtable_ids_close(struct airtable_ids **ids);
/* False: it was there already. */
bool airtable_ids_add(struct airtable_ids *ids, const char *id);
