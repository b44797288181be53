/* Which cell a refusal is about, in every form of words that Airtable was seen to have. */
#include "bridge/rows/cell_at_fault.h"
#include "tests/unit/cases.h"

#include <stdio.h>
#include <string.h>

struct blame_case {
	const char *sentence;
	const char *code, *message;
	enum field field; /* FIELD_COUNT: none is named */
};

#define REQUEST "PATCH /v0/appX/tblY: HTTP 422 "
#define BAD     "INVALID_VALUE_FOR_COLUMN"
#define NO      "INVALID_PERMISSIONS"

static const struct blame_case blame_cases[] = {
	{"the field in quotes", BAD, "Field \"Serial\" cannot accept the provided value", FIELD_SERIAL},
	{"a computed field", BAD, "Field \"Name\" cannot accept a value because the field is computed",
	 FIELD_NAME},
	{"the value in quotes, the field behind it without", BAD,
	 "Cannot parse value \"5000\" for field Serial", FIELD_SERIAL},
	{"a name that ends as another does", BAD, "Cannot parse value \"5\" for field Model Name",
	 FIELD_MODEL_NAME},
	{"a value that is called as another field", BAD, "Cannot parse value \"Notes\" for field Serial",
	 FIELD_SERIAL},
	{"a value that reads as a refusal of another field", BAD,
	 "Cannot parse value \"x for field Notes\" for field Serial", FIELD_SERIAL},
	{"a value that says which field it is not about", BAD,
	 "Cannot parse value \"Field \"Notes\" cannot accept \" for field Serial", FIELD_SERIAL},
	{"an old form without quotes", BAD, "Field Purchase Price can not accept value 41.884089",
	 FIELD_PRICE},
	{"a file", "INVALID_ATTACHMENT_OBJECT",
	 "Invalid attachment object for field Notes: {\"url\": \"Name\"}", FIELD_NOTES},
	{"a field that is no more, by its id", "UNKNOWN_FIELD_NAME", "Unknown field name: \"fldNotes\"",
	 FIELD_NOTES},
	{"a field that is no more, by its name", "UNKNOWN_FIELD_NAME", "Unknown field name: \"Notes\"",
	 FIELD_NOTES},
	{"a field that may not be written", NO,
	 "You are not permitted to write cell values in field Whatever (fldNotes)", FIELD_NOTES},
	{"a field that was configured", NO,
	 "You are not permitted to perform this operation because the field \"Notes\" (fldNotes) has been "
	 "configured to "
	 "limit who can perform this operation",
	 FIELD_NOTES},
	{"a field or a table that was configured", NO,
	 "You are not permitted to perform this operation because the field or table has been configured to "
	 "limit "
	 "who can perform this operation",
	 FIELD_COUNT},
	{"a table", NO, "You are not permitted to create records in table Name (tblY)", FIELD_COUNT},
	{"an operation", NO, "You are not permitted to perform this operation", FIELD_COUNT},
	{"a link that names nothing", BAD, "Value is not an array of record IDs.", FIELD_COUNT},
	{"a choice, by its name in two pairs of quotes", "INVALID_MULTIPLE_CHOICE_OPTIONS",
	 "Insufficient permissions to create new select option \"\\\"CHF\\\"\"", FIELD_CURRENCY},
	{"a choice, by its name in one pair of quotes", "INVALID_MULTIPLE_CHOICE_OPTIONS",
	 "Insufficient permissions to create new select option \"CHF\"", FIELD_CURRENCY},
	{"a choice that no cell has", "INVALID_MULTIPLE_CHOICE_OPTIONS",
	 "Insufficient permissions to create new select option \"\\\"Box\\\"\"", FIELD_COUNT},
	{"a row that a link points to", "ROW_DOES_NOT_EXIST",
	 "Record ID recTarget does not exist in this table", FIELD_CONTAINER},
	{"another row", "ROW_DOES_NOT_EXIST", "Record ID recSelf does not exist in this table", FIELD_COUNT},
	{"words that nobody has seen yet", "SOMETHING_NEW", "This is not possible in Notes", FIELD_COUNT},
	{"no words", "SOMETHING_NEW", "", FIELD_COUNT},
};

static void check_blame(void **state)
{
	static const struct {
		enum field field;
		const char *id;
	} sent[] = {{FIELD_NAME, "fldName"},   {FIELD_NOTES, "fldNotes"},    {FIELD_MODEL_NAME, "fldModel"},
		    {FIELD_SERIAL, "fldS"},    {FIELD_PRICE, "fldPrice"},    {FIELD_CURRENCY, "fldPpc"},
		    {FIELD_CONTAINER, "fldC"}, {FIELD_COLLECTION, "fldColl"}};
	const struct blame_case *row = *state;
	struct columns columns = {0};
	scoped(json_object) body = json_new_object();
	struct json_object *link = json_new_array();
	struct error refusal;
	field_set fields = 0;

	for (size_t i = 0; i < countof(sent); i++) {
		columns.of[sent[i].field].id = own_copy(sent[i].id);
		columns.of[sent[i].field].name = own_copy(field_rule(sent[i].field)->name);
		fields |= FIELD_BIT(sent[i].field);
	}
	json_put_text(body, "fldPpc", "CHF");
	json_put_text(body, "fldNotes", "recTarget");
	json_append(link, json_new_text("recTarget"));
	json_put(body, "fldC", link);
	error_set(&refusal, ERROR_REFUSED, REQUEST "%s%s%s", row->code, row->message[0] ? ": " : "",
		  row->message);
	snprintf(refusal.code, sizeof refusal.code, "%s", row->code);
	enum field found = blame_field(&refusal, &columns, fields, body);
	if (found != row->field)
		fail_msg("%s is blamed", found == FIELD_COUNT ? "nothing" : field_rule(found)->name);
	/* What was not sent is not blamed. */
	if (found != FIELD_COUNT)
		assert_int_equal(blame_field(&refusal, &columns, fields & ~FIELD_BIT(found), body),
				 FIELD_COUNT);
	columns_done(&columns);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, blame_cases, check_blame);
	return cases_run("blame", &cases);
}
