/* What may not be written, as a base's owner sets it in Airtable: a field, a row, or a table's rows may be kept from the
 * token's user. The schema and all reading stay as they are.
 *
 * Which words the API has for it varies, as has been seen: */
#pragma once
#include "base/error.h"
#include "sandbox/store.h"

enum sandbox_limited_words {
	WORDS_NONE, /* nothing is limited */
	WORDS_NAMED, /* "… write cell values in field NAME (fld…)", "… create records in table NAME (tbl…)" */
	WORDS_QUOTED, /* "… because the field "NAME" (fld…) has been configured to limit …" */
	WORDS_BARE,   /* "… because the field or table has been configured to limit …" */
};

/* "named", "quoted", "bare"; WORDS_NONE for anything else. */
enum sandbox_limited_words sandbox_words_named(const char *name);
/* Whether these cells may be written: of this row, or of a new one (NULL); 403 INVALID_PERMISSIONS else. */
must_use bool sandbox_rights_write(const struct sandbox_table *table, const struct sandbox_record *record,
				   struct json_object *fields, struct error *error);
must_use bool sandbox_rights_delete(const struct sandbox_record *record, struct error *error);
