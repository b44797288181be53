#include "sandbox/rights.h"
#include "base/json.h"
#include "sandbox/refusal.h"
#include <string.h>

#define NO       "You are not permitted to "
#define BECAUSE  NO "perform this operation because the "
#define LIMITED  " has been configured to limit who can perform this operation"
#define TYPE_403 403, "INVALID_PERMISSIONS"

enum sandbox_limited_words sandbox_words_named(const char *name)
{
	static const char *const names[] = {
		[WORDS_NAMED] = "named", [WORDS_QUOTED] = "quoted", [WORDS_BARE] = "bare"};

	for (size_t i = WORDS_NAMED; i < countof(names); i++) {
		if (strcmp(names[i], name) == 0)
			return (enum sandbox_limited_words)i;
	}
	return WORDS_NONE;
}

static bool refuse_field(const struct sandbox_field *field, struct error *error)
{
	switch (field->limited) {
	case WORDS_NONE:
		return true;
	case WORDS_NAMED:
		return sandbox_refuse(error, TYPE_403, NO "write cell values in field %s (%s)", field->name,
				      field->id);
	case WORDS_QUOTED:
		return sandbox_refuse(error, TYPE_403, BECAUSE "field \"%s\" (%s)" LIMITED, field->name,
				      field->id);
	case WORDS_BARE:
		break;
	}
	return sandbox_refuse(error, TYPE_403, BECAUSE "field or table" LIMITED);
}

static bool refuse_table(const struct sandbox_table *table, enum sandbox_limited_words words,
			 const char *what, struct error *error)
{
	switch (words) {
	case WORDS_NONE:
		return true;
	case WORDS_NAMED:
		return sandbox_refuse(error, TYPE_403, NO "%s records in table %s (%s)", what, table->name,
				      table->id);
	case WORDS_QUOTED:
		return sandbox_refuse(error, TYPE_403, BECAUSE "table \"%s\" (%s)" LIMITED, table->name,
				      table->id);
	case WORDS_BARE:
		break;
	}
	return sandbox_refuse(error, TYPE_403, NO "perform this operation");
}

static bool refuse_record(const struct sandbox_record *record, struct error *error)
{
	return !record || !record->limited || sandbox_refuse(error, TYPE_403, NO "perform this operation");
}

bool sandbox_rights_write(const struct sandbox_table *table, const struct sandbox_record *record,
			  struct json_object *fields, struct error *error)
{
	if (!refuse_table(table, record ? table->limited_updates : table->limited_creates,
			  record ? "update" : "create", error) ||
	    !refuse_record(record, error))
		return false;
	for (size_t i = 0; i < table->field_count; i++) {
		const struct sandbox_field *field = table->fields[i];
		if ((json_find(fields, field->name, NULL) || json_find(fields, field->id, NULL)) &&
		    !refuse_field(field, error))
			return false;
	}
	return true;
}

bool sandbox_rights_delete(const struct sandbox_record *record, struct error *error)
{
	return refuse_table(record->table, record->table->limited_deletes, "delete", error) &&
	       refuse_record(record, error);
}
