#include "airtable/purpose.h"

const char *airtable_purpose_name(enum airtable_purpose purpose)
{
	static const char *const names[AIRTABLE_PURPOSES] = {
		[AIRTABLE_FOR_OTHER] = "other",   [AIRTABLE_FOR_SCHEMA] = "schema",
		[AIRTABLE_FOR_NEWS] = "news",     [AIRTABLE_FOR_CHECK] = "check",
		[AIRTABLE_FOR_LIST] = "list",     [AIRTABLE_FOR_ROWS] = "rows",
		[AIRTABLE_FOR_TIMES] = "times",   [AIRTABLE_FOR_CREATE] = "create",
		[AIRTABLE_FOR_UPDATE] = "update", [AIRTABLE_FOR_DELETE] = "delete",
		[AIRTABLE_FOR_UPLOAD] = "upload",
	};

	return names[purpose];
}
