/* What requests are made for: they are counted by it, since a base has only so many a month. */
#pragma once

enum airtable_purpose {
	AIRTABLE_FOR_OTHER,  /* none was given */
	AIRTABLE_FOR_SCHEMA, /* tables, fields and choices */
	AIRTABLE_FOR_NEWS,   /* which rows have changed */
	AIRTABLE_FOR_CHECK,  /* which rows there are */
	AIRTABLE_FOR_LIST,   /* all rows of a table */
	AIRTABLE_FOR_ROWS,   /* certain rows */
	AIRTABLE_FOR_TIMES,  /* when cells were edited */
	AIRTABLE_FOR_CREATE, /* upserts */
	AIRTABLE_FOR_UPDATE,
	AIRTABLE_FOR_DELETE,
	AIRTABLE_FOR_UPLOAD, /* files */
	AIRTABLE_PURPOSES,
};

/* "schema", "create", …: for documents and figures. */
const char *airtable_purpose_name(enum airtable_purpose purpose);
