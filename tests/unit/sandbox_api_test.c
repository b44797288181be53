/* The routes of the API, each request with the answer word for word: order of the checks, shapes of the errors, batches,
 * upserts, single forms, the schema. */
#include "tests/unit/sandbox_steps.h"

#define BASE    "/v0/app00000000000001"
#define THINGS  BASE "/Things"
#define A       "recA0000000000001"
#define B       "recB0000000000001"
#define P       "recP0000000000001"
#define UNKNOWN "recZ0000000000001"

#define ERROR(type, message) "{\"error\":{\"type\":\"" type "\",\"message\":\"" message "\"}}"
#define BARE(type)           "{\"error\":{\"type\":\"" type "\",\"message\":\"-\"}}"
#define NOT_FOUND            404, "{\"error\":\"NOT_FOUND\"}"
#define MODEL                                                                                                \
	403, ERROR("INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND",                                                 \
		   "Invalid permissions, or the requested model was not found. Check that both your user "   \
		   "and your "                                                                               \
		   "token have the required permissions, and that the model names and/or ids are correct.")
#define INVALID                                                                                              \
	422, ERROR("INVALID_REQUEST_UNKNOWN",                                                                \
		   "Invalid request: parameter validation failed. Check your request data.")
#define MISSING                                                                                              \
	422, ERROR("INVALID_REQUEST_MISSING_FIELDS",                                                         \
		   "Could not find field \\\"fields\\\" in the request body")
#define UPDATES                                                                                              \
	422, ERROR("INVALID_RECORDS", "You must provide an array of up to 10 record objects, each with an "  \
				      "\\\"id\\\" ID field and a "                                           \
				      "\\\"fields\\\" object for cell values.")
#define ABSENT(id) 422, ERROR("ROW_DOES_NOT_EXIST", "Record ID " id " does not exist in this table")
#define GONE       404, ERROR("MODEL_ID_NOT_FOUND", "Record not found")
#define NAMES(...) 200, "{\"records\":[" __VA_ARGS__ "]}"
#define NAME(name) "{\"fields\":{\"Name\":\"" name "\"}}"
/* What is there afterwards: nothing was written. */
#define UNTOUCHED                                                                                            \
	{                                                                                                    \
		"GET /_sandbox/rows?base=app00000000000001&table=Things", NULL, 200,                         \
			"{\"records\":[{\"fields\":{\"Name\":\"a\",\"Count\":2}},{\"fields\":{\"Name\":"     \
			"\"b\"}},"                                                                           \
			"{\"fields\":{\"Name\":\"C\"}}]}"                                                    \
	}
#define TEN(one)        one "," one "," one "," one "," one "," one "," one "," one "," one "," one
#define LIMIT(what)     "POST /_sandbox/edit", "{\"actions\":[{\"limit\":{\"table\":\"Things\"," what "}}]}"
#define UPSERT(records) "{\"performUpsert\":{\"fieldsToMergeOn\":[\"Name\"]},\"records\":[" records "]}"

static const struct story stories[] = {
	/* routes and ids */
	{"a route that is none", {{"GET /v0/unknown", NULL, NOT_FOUND}}},
	{"a method that is none", {{"PATCH /v0/meta/whoami", "{}", NOT_FOUND}}},
	{"a base id of the wrong shape", {{"GET /v0/app1/Things", NULL, NOT_FOUND}}},
	{"an unknown base", {{"GET /v0/appZZZZZZZZZZZZZZ/Things", NULL, MODEL}}},
	{"an unknown table", {{"GET " BASE "/Nothing", NULL, MODEL}}},
	{"an unknown table by id", {{"GET " BASE "/tblZZZZZZZZZZZZZZ", NULL, MODEL}}},
	{"a table by id", {{"GET " BASE "/tblThings00000001", NULL, 200, NULL}}},
	{"a table by name, with %2F and spaces", {{"GET " BASE "/Places%20%2F%20all", NULL, 200, NULL}}},
	{"a slash that is no part of the name", {{"GET " BASE "/Places%20/%20all", NULL, NOT_FOUND}}},
	{"a name in other letters is another", {{"GET " BASE "/things", NULL, MODEL}}},
	{"a closing slash and a bare question mark", {{"GET " THINGS "/?", NULL, 200, NULL}}},
	{"a record id of the wrong shape", {{"GET " THINGS "/rec1", NULL, NOT_FOUND}}},
	{"a NUL in the path", {{"GET " THINGS "%00", NULL, NOT_FOUND}}},
	{"no UTF-8 in the path", {{"GET " BASE "/%ff", NULL, NOT_FOUND}}},
	{"a path of many parts", {{"GET /v0/a/b/c/d/e/f/g/h/i/j", NULL, NOT_FOUND}}},
	/* getting one */
	{"a row",
	 {{"GET " THINGS "/" A, NULL, 200,
	   "{\"id\":\"" A
	   "\",\"createdTime\":\"2026-01-01T00:00:00.000Z\",\"fields\":{\"Name\":\"a\",\"Count\":2,"
	   "\"Done\":\"-\",\"Notes\":\"-\",\"Place\":\"-\",\"#\":1}}"}}},
	{"a row by ids of fields",
	 {{"GET " THINGS "/" A "?returnFieldsByFieldId=1&timeZone=utc", NULL, 200,
	   "{\"fields\":{\"fldName\":\"a\",\"Name\":\"-\"}}"}}},
	{"a row of another table is found",
	 {{"GET " THINGS "/" P, NULL, 200, "{\"fields\":{\"Name\":\"here\"}}"}}},
	{"an unknown row", {{"GET " THINGS "/" UNKNOWN, NULL, MODEL}}},
	{"fields[] is not for a single row", {{"GET " THINGS "/" A "?fields[]=Name", NULL, INVALID}}},
	/* creating */
	{"one row",
	 {{"POST " THINGS "/?", "{\"fields\":{\"Name\":\"n\",\"fldCount\":0}}", 200,
	   "{\"id\":\"/"
	   "rec\",\"createdTime\":\"2026-11-23T10:00:00.000Z\",\"fields\":{\"Name\":\"n\",\"Count\":0}}"}}},
	{"rows, in the order asked for",
	 {{"POST " THINGS, "{\"records\":[" NAME("z") "," NAME("y") "]}", NAMES(NAME("z") "," NAME("y"))}}},
	{"rows by ids of fields",
	 {{"POST " THINGS, "{\"records\":[" NAME("z") "],\"returnFieldsByFieldId\":true}", 200,
	   "{\"records\":[{\"fields\":{\"fldName\":\"z\"}}]}"}}},
	{"an empty row",
	 {{"POST " THINGS, "{\"records\":[{\"fields\":{}}]}", 200, "{\"records\":[{\"id\":\"/rec\"}]}"}}},
	{"ten rows", {{"POST " THINGS, "{\"records\":[" TEN(NAME("z")) "]}", 200, NULL}}},
	{"eleven rows",
	 {{"POST " THINGS, "{\"records\":[" TEN(NAME("z")) "," NAME("z") "]}", 422,
	   ERROR("INVALID_RECORDS",
		 "A maximum of 10 records can be created per request but you have provided 11.")},
	  UNTOUCHED}},
	{"no rows",
	 {{"POST " THINGS, "{\"records\":[]}", 422, "{\"error\":{\"type\":\"INVALID_RECORDS\"}}"}}},
	{"rows that are no array",
	 {{"POST " THINGS, "{\"records\":{}}", 422, "{\"error\":{\"type\":\"INVALID_RECORDS\"}}"}}},
	{"an id for a new row",
	 {{"POST " THINGS, "{\"records\":[{\"id\":\"" A "\",\"fields\":{}}]}", INVALID}}},
	{"neither fields nor records", {{"POST " THINGS, "{\"typecast\":true}", MISSING}}},
	{"both fields and records", {{"POST " THINGS, "{\"fields\":{},\"records\":[]}", INVALID}}},
	{"an unknown key in the body", {{"POST " THINGS, "{\"fields\":{},\"foo\":1}", INVALID}}},
	{"a typecast that is no truth", {{"POST " THINGS, "{\"fields\":{},\"typecast\":\"yes\"}", INVALID}}},
	{"an unknown field",
	 {{"POST " THINGS, "{\"fields\":{\"Nmae\":\"x\"}}", 422,
	   ERROR("UNKNOWN_FIELD_NAME", "Unknown field name: \\\"Nmae\\\"")}}},
	{"a field by name and by id at once",
	 {{"POST " THINGS, "{\"fields\":{\"Name\":\"x\",\"fldName\":\"y\"}}", INVALID}}},
	{"one wrong row of two: none is written",
	 {{"POST " THINGS, "{\"records\":[" NAME("z") ",{\"fields\":{\"Count\":\"x\"}}]}", 422,
	   ERROR("INVALID_VALUE_FOR_COLUMN", "Cannot parse value \\\"x\\\" for field Count")},
	  UNTOUCHED}},
	{"a choice that a refused batch would have made is not made",
	 {{"POST " THINGS,
	   "{\"typecast\":true,\"records\":[{\"fields\":{\"Kind\":\"New\"}},{\"fields\":{\"#\":1}}]}", 422,
	   NULL},
	  {"POST " THINGS, "{\"fields\":{\"Kind\":\"New\"}}", 422,
	   "{\"error\":{\"type\":\"INVALID_MULTIPLE_CHOICE_OPTIONS\"}}"}}},
	/* bodies */
	{"a body that is no JSON",
	 {{"POST " THINGS, "{\"fields\":", 422,
	   ERROR("INVALID_REQUEST_BODY", "Could not parse request body")}}},
	{"no body",
	 {{"POST " THINGS, NULL, 422, ERROR("INVALID_REQUEST_BODY", "Could not parse request body")}}},
	{"a body that is an array", {{"POST " THINGS, "[]", INVALID}}},
	{"a body that is null", {{"POST " THINGS, "null", 422, NULL}}},
	/* updating */
	{"some cells of rows",
	 {{"PATCH " THINGS,
	   "{\"records\":[{\"id\":\"" B "\",\"fields\":{\"Kind\":null}},{\"id\":\"" A
	   "\",\"fields\":{\"Name\":\"x\"}}]}",
	   NAMES("{\"id\":\"" B "\",\"fields\":{\"Name\":\"b\",\"Kind\":\"-\"}},{\"id\":\"" A
		 "\",\"fields\":{\"Name\":\"x\",\"Count\":2}}")}}},
	{"an update's answer has no lists of an upsert",
	 {{"PATCH " THINGS, "{\"records\":[{\"id\":\"" B "\",\"fields\":{}}]}", 200,
	   "{\"createdRecords\":\"-\",\"updatedRecords\":\"-\"}"}}},
	{"all cells of a row, clearing what is not named",
	 {{"PUT " THINGS, "{\"records\":[{\"id\":\"" A "\",\"fields\":{\"Notes\":\"n\"}}]}",
	   NAMES("{\"fields\":{\"Name\":\"-\",\"Count\":\"-\",\"Notes\":\"n\",\"#\":1}}")}}},
	{"an update without an id", {{"PATCH " THINGS, "{\"records\":[" NAME("x") "]}", UPDATES}}},
	{"an update without fields", {{"PATCH " THINGS, "{\"records\":[{\"id\":\"" A "\"}]}", UPDATES}}},
	{"an update of eleven",
	 {{"PATCH " THINGS, "{\"records\":[" TEN(NAME("x")) "," NAME("x") "]}", UPDATES}}},
	{"an update with an unknown key",
	 {{"PATCH " THINGS, "{\"records\":[{\"id\":\"" A "\",\"fields\":{},\"x\":1}]}", INVALID}}},
	{"an update without records", {{"PATCH " THINGS, "{}", MISSING}}},
	{"an update of an unknown row: none is written",
	 {{"PATCH " THINGS,
	   "{\"records\":[{\"id\":\"" A "\",\"fields\":{\"Name\":\"x\"}},{\"id\":\"" UNKNOWN
	   "\",\"fields\":{}}]}",
	   ABSENT(UNKNOWN)},
	  UNTOUCHED}},
	{"an update of another table's row",
	 {{"PATCH " THINGS, "{\"records\":[{\"id\":\"" P "\",\"fields\":{}}]}", ABSENT(P)}}},
	{"an update of a row twice",
	 {{"PATCH " THINGS,
	   "{\"records\":[{\"id\":\"" A "\",\"fields\":{}},{\"id\":\"" A "\",\"fields\":{}}]}", 422,
	   "{\"error\":{\"type\":\"INVALID_RECORDS\"}}"}}},
	{"a single update",
	 {{"PATCH " THINGS "/" A "?", "{\"fields\":{\"Count\":3}}", 200,
	   "{\"fields\":{\"Name\":\"a\",\"Count\":3}}"}}},
	{"a single replacement",
	 {{"PUT " THINGS "/" A, "{\"fields\":{\"Count\":3}}", 200,
	   "{\"fields\":{\"Name\":\"-\",\"Count\":3}}"}}},
	{"a single update writes to another table's row",
	 {{"PATCH " THINGS "/" P, "{\"fields\":{\"Name\":\"x\"}}", 200,
	   "{\"id\":\"" P "\",\"fields\":{\"Name\":\"x\"}}"}}},
	{"a single update of an unknown row", {{"PATCH " THINGS "/" UNKNOWN, "{\"fields\":{}}", GONE}}},
	{"a single update without fields", {{"PATCH " THINGS "/" A, "{}", MISSING}}},
	{"a single update with records",
	 {{"PATCH " THINGS "/" A, "{\"fields\":{},\"records\":[]}", INVALID}}},
	/* upserts */
	{"an upsert of a new and a known key",
	 {{"PATCH " THINGS, UPSERT(NAME("new") ",{\"fields\":{\"Name\":\"a\",\"Count\":9}}"),
	   NAMES("{\"id\":\"/rec\",\"fields\":{\"Name\":\"new\"}},{\"id\":\"" A
		 "\",\"fields\":{\"Name\":\"a\",\"Count\":9}}")},
	  {"PATCH " THINGS, UPSERT("{\"fields\":{\"Name\":\"new\",\"Count\":1}}"), 200,
	   "{\"createdRecords\":[],\"updatedRecords\":[\"$id\"],\"records\":[{\"fields\":{\"Count\":1}}]}"}}},
	{"an upsert's lists",
	 {{"PATCH " THINGS, UPSERT(NAME("a") "," NAME("new")), 200,
	   "{\"createdRecords\":[\"*\"],\"updatedRecords\":[\"" A "\"],\"records\":[{\"id\":\"" A
	   "\"},\"*\"]}"}}},
	{"an upsert by the field's id",
	 {{"PATCH " THINGS,
	   "{\"performUpsert\":{\"fieldsToMergeOn\":[\"fldName\"]},\"records\":[{\"fields\":{\"fldName\":"
	   "\"a\"}}]}",
	   200, "{\"updatedRecords\":[\"" A "\"]}"}}},
	{"an upsert that replaces clears what is not named",
	 {{"PUT " THINGS, UPSERT(NAME("a")), 200,
	   "{\"updatedRecords\":[\"" A "\"],\"records\":[{\"fields\":{\"Count\":\"-\"}}]}"}}},
	{"an upsert in other letters makes a row",
	 {{"PATCH " THINGS, UPSERT(NAME("A")), 200, "{\"updatedRecords\":[]}"}}},
	{"an upsert on two fields",
	 {{"PATCH " THINGS,
	   "{\"performUpsert\":{\"fieldsToMergeOn\":[\"Name\",\"Count\"]},\"records\":[{\"fields\":{\"Name\":"
	   "\"a\",\"Count\":2}},"
	   "{\"fields\":{\"Name\":\"a\",\"Count\":3}}]}",
	   200, "{\"updatedRecords\":[\"" A "\"],\"createdRecords\":[\"*\"]}"}}},
	{"an upsert on a choice",
	 {{"PATCH " THINGS,
	   "{\"performUpsert\":{\"fieldsToMergeOn\":[\"Kind\"]},\"records\":[{\"fields\":{\"Kind\":\"Apple\"}"
	   "}]}",
	   200, "{\"updatedRecords\":[\"" B "\"]}"}}},
	{"an upsert with an id does not look at the key",
	 {{"PATCH " THINGS, UPSERT("{\"id\":\"" B "\",\"fields\":{\"Name\":\"a\"}}"), 200,
	   "{\"updatedRecords\":[\"" B "\"]}"}}},
	{"an upsert with an unknown id",
	 {{"PATCH " THINGS, UPSERT("{\"id\":\"" UNKNOWN "\",\"fields\":{\"Name\":\"q\"}}"),
	   ABSENT(UNKNOWN)}}},
	{"an upsert of an empty key makes a row",
	 {{"PATCH " THINGS, UPSERT("{\"fields\":{\"Name\":null}}"), 200, "{\"createdRecords\":[\"*\"]}"}}},
	{"an upsert of an empty key does not meet a row without one",
	 {{"POST " THINGS, "{\"fields\":{}}", 200, NULL},
	  {"PATCH " THINGS, UPSERT("{\"fields\":{\"Name\":\"\"}}"), 200,
	   "{\"createdRecords\":[\"*\"],\"updatedRecords\":[]}"}}},
	{"an upsert without its key: none is written",
	 {{"PATCH " THINGS, UPSERT(NAME("q") ",{\"fields\":{\"Count\":1}}"), 422,
	   "{\"error\":{\"type\":\"INVALID_RECORDS\"}}"},
	  UNTOUCHED}},
	{"an upsert that meets two rows: none is written",
	 {{"PATCH " THINGS, "{\"records\":[{\"id\":\"" B "\",\"fields\":{\"Name\":\"a\"}}]}", 200, NULL},
	  {"PATCH " THINGS, UPSERT(NAME("q") "," NAME("a")), 422,
	   "{\"error\":{\"type\":\"INVALID_RECORDS\",\"message\":\"/Cannot update more than one record\"}}"},
	  {"GET " THINGS "?filterByFormula=Name%3D'q'", NULL, 200, "{\"records\":[]}"}}},
	{"an upsert after an upsert meets what rows show by then",
	 {{"PATCH " THINGS, UPSERT(NAME("a")), 200, "{\"updatedRecords\":[\"" A "\"]}"},
	  {"PATCH " THINGS, "{\"records\":[{\"id\":\"" B "\",\"fields\":{\"Name\":\"a\"}}]}", 200, NULL},
	  {"PATCH " THINGS, UPSERT(NAME("a")), 422, "{\"error\":{\"type\":\"INVALID_RECORDS\"}}"},
	  {"DELETE " THINGS "/" A, NULL, 200, NULL},
	  {"PATCH " THINGS, UPSERT(NAME("a")), 200, "{\"updatedRecords\":[\"" B "\"]}"},
	  {"PATCH " THINGS, UPSERT(NAME("b")), 200, "{\"createdRecords\":[\"*\"]}"},
	  {"PATCH " THINGS, UPSERT(NAME("b")), 200, "{\"updatedRecords\":[\"$id\"]}"},
	  {"POST /_sandbox/edit",
	   "{\"actions\":[{\"action\":\"restore\",\"table\":\"Things\",\"record\":\"" A "\"}]}", 200, NULL},
	  {"PATCH " THINGS, UPSERT(NAME("a")), 422, "{\"error\":{\"type\":\"INVALID_RECORDS\"}}"},
	  {"PATCH " THINGS, "{\"records\":[{\"id\":\"" B "\",\"fields\":{\"Name\":\"z\"}}]}", 200, NULL},
	  {"PATCH " THINGS, UPSERT(NAME("a")), 200, "{\"updatedRecords\":[\"" A "\"]}"}}},
	{"two new records with one key are two rows",
	 {{"PATCH " THINGS, UPSERT(NAME("q") "," NAME("q")), 200, "{\"createdRecords\":[\"*\",\"*\"]}"}}},
	{"two records for one row are refused",
	 {{"PATCH " THINGS, UPSERT(NAME("a") "," NAME("a")), 422,
	   "{\"error\":{\"type\":\"INVALID_RECORDS\"}}"}}},
	{"an upsert on a computed field",
	 {{"PATCH " THINGS,
	   "{\"performUpsert\":{\"fieldsToMergeOn\":[\"#\"]},\"records\":[{\"fields\":{\"Name\":\"a\"}}]}",
	   INVALID}}},
	{"an upsert on an unknown field",
	 {{"PATCH " THINGS,
	   "{\"performUpsert\":{\"fieldsToMergeOn\":[\"Key\"]},\"records\":[{\"fields\":{\"Name\":\"a\"}}]}",
	   422, ERROR("UNKNOWN_FIELD_NAME", "Unknown field name: \\\"Key\\\"")}}},
	{"an upsert without the field to merge on",
	 {{"PATCH " THINGS, UPSERT("{\"fields\":{\"Count\":1}}"), 422,
	   ERROR("INVALID_RECORDS", "Record must include columns to merge on")}}},
	{"a field that is limited refuses its cells, and no others",
	 {{LIMIT("\"field\":\"Count\""), 200, NULL},
	  {"PATCH " THINGS "/" A, "{\"fields\":{\"Name\":\"x\",\"Count\":1}}", 403,
	   ERROR("INVALID_PERMISSIONS",
		 "You are not permitted to write cell values in field Count (fldCount)")},
	  {"PATCH " THINGS "/" A, "{\"fields\":{\"Name\":\"x\"}}", 200, NULL},
	  {LIMIT("\"field\":\"Count\",\"words\":\"\""), 200, NULL},
	  {"PATCH " THINGS "/" A, "{\"fields\":{\"Count\":1}}", 200, NULL}}},
	{"a limited field may be named in quotes",
	 {{LIMIT("\"field\":\"Count\",\"words\":\"quoted\""), 200, NULL},
	  {"PATCH " THINGS "/" A, "{\"fields\":{\"Count\":1}}", 403,
	   ERROR("INVALID_PERMISSIONS",
		 "You are not permitted to perform this operation because the field \\\"Count\\\" "
		 "(fldCount) has been configured to limit who can perform this operation")}}},
	{"a limited field may not be named",
	 {{LIMIT("\"field\":\"Count\",\"words\":\"bare\""), 200, NULL},
	  {"PATCH " THINGS "/" A, "{\"fields\":{\"Count\":1}}", 403,
	   ERROR("INVALID_PERMISSIONS",
		 "You are not permitted to perform this operation because the field or table has "
		 "been configured to limit who can perform this operation")}}},
	{"a table that is limited takes no new rows, and others all the same",
	 {{LIMIT("\"what\":\"create\""), 200, NULL},
	  {"POST " THINGS, "{\"records\":[" NAME("n") "]}", 403,
	   "{\"error\":{\"type\":\"INVALID_PERMISSIONS\"}}"},
	  {"PATCH " THINGS "/" A, "{\"fields\":{\"Count\":1}}", 200, NULL}}},
	{"a table that is limited lets no row be deleted",
	 {{LIMIT("\"what\":\"delete\",\"words\":\"bare\""), 200, NULL},
	  {"DELETE " THINGS "?records[]=" A, NULL, 403,
	   ERROR("INVALID_PERMISSIONS", "You are not permitted to perform this operation")},
	  UNTOUCHED}},
	{"a row that is limited is neither written nor deleted",
	 {{LIMIT("\"record\":\"" A "\""), 200, NULL},
	  {"DELETE " THINGS "?records[]=" A, NULL, 403, "{\"error\":{\"type\":\"INVALID_PERMISSIONS\"}}"},
	  {"PATCH " THINGS "/" A, "{\"fields\":{\"Count\":1}}", 403,
	   "{\"error\":{\"type\":\"INVALID_PERMISSIONS\"}}"}}},
	{"an upsert on no field",
	 {{"PATCH " THINGS, "{\"performUpsert\":{\"fieldsToMergeOn\":[]},\"records\":[" NAME("a") "]}",
	   INVALID}}},
	{"an upsert on four fields",
	 {{"PATCH " THINGS,
	   "{\"performUpsert\":{\"fieldsToMergeOn\":[\"Name\",\"Notes\",\"Count\",\"Kind\"]},\"records\":"
	   "[" NAME("a") "]}",
	   INVALID}}},
	/* deleting */
	{"a single row",
	 {{"DELETE " THINGS "/" A "?", NULL, 200, "{\"deleted\":true,\"id\":\"" A "\"}"},
	  {"GET " THINGS "/" A, NULL, MODEL},
	  {"DELETE " THINGS "/" A, NULL, GONE}}},
	{"a single delete of another table's row",
	 {{"DELETE " THINGS "/" P, NULL, 200, "{\"deleted\":true}"}}},
	{"rows, in the order asked for",
	 {{"DELETE " THINGS "?records%5B%5D=" B "&records[]=" A, NULL, 200,
	   "{\"records\":[{\"deleted\":true,\"id\":\"" B "\"},{\"deleted\":true,\"id\":\"" A "\"}]}"},
	  {"GET " THINGS, NULL, NAMES(NAME("C"))}}},
	{"rows by other spellings", {{"DELETE " THINGS "?records=" B "&records[1]=" A, NULL, 200, NULL}}},
	{"an unknown row among others: none is deleted",
	 {{"DELETE " THINGS "?records[]=" A "&records[]=" UNKNOWN, NULL, 404, BARE("NOT_FOUND")}, UNTOUCHED}},
	{"another table's row: none is deleted",
	 {{"DELETE " THINGS "?records[]=" A "&records[]=" P, NULL, 404, BARE("NOT_FOUND")}, UNTOUCHED}},
	{"a delete of what is no record's id",
	 {{"DELETE " THINGS "?records[]=" A "&records[]=rec1", NULL, 422,
	   ERROR("INVALID_RECORDS", "You must provide an array of up to 10 record IDs to delete.")},
	  UNTOUCHED}},
	{"an update of what is no record's id",
	 {{"PATCH " THINGS, "{\"records\":[{\"id\":\"rec1\",\"fields\":{}}]}", 422,
	   "{\"error\":{\"type\":\"INVALID_RECORDS\"}}"},
	  UNTOUCHED}},
	{"metadata asked for by one name",
	 {{"POST " THINGS "/listRecords", "{\"recordMetadata\":\"commentCount\"}", 200,
	   "{\"records\":[\"*\",\"*\",\"*\"]}"}}},
	{"metadata asked for by another name",
	 {{"POST " THINGS "/listRecords", "{\"recordMetadata\":\"likes\"}", INVALID}}},
	{"a row twice: none is deleted",
	 {{"DELETE " THINGS "?records[]=" A "&records[]=" A, NULL, 422,
	   "{\"error\":{\"type\":\"INVALID_RECORDS\"}}"},
	  UNTOUCHED}},
	{"no rows to delete", {{"DELETE " THINGS, NULL, 422, "{\"error\":{\"type\":\"INVALID_RECORDS\"}}"}}},
	{"an unknown key to delete", {{"DELETE " THINGS "?ids[]=" A, NULL, INVALID}}},
	/* meta */
	{"who am I", {{"GET /v0/meta/whoami", NULL, 200, "{\"id\":\"/usr\"}"}}},
	{"the bases",
	 {{"GET /v0/meta/bases", NULL, 200,
	   "{\"bases\":[{\"id\":\"app00000000000001\",\"name\":\"Base\",\"permissionLevel\":\"create\"}]}"}}},
	{"the schema",
	 {{"GET /v0/meta/bases/app00000000000001/tables?include[]=visibleFieldIds", NULL, 200,
	   "{\"tables\":[{\"id\":\"tblThings00000001\",\"name\":\"Things\",\"primaryFieldId\":\"fldName\","
	   "\"fields\":\"*\","
	   "\"views\":[{\"id\":\"/viw\",\"name\":\"Grid view\",\"type\":\"grid\"}]},"
	   "{\"name\":\"Places / all\",\"primaryFieldId\":\"fldPlaceName\",\"fields\":["
	   "{\"type\":\"singleLineText\",\"id\":\"fldPlaceName\",\"name\":\"Name\",\"options\":\"-\"},"
	   "{\"type\":\"multipleRecordLinks\",\"options\":{\"linkedTableId\":\"tblThings00000001\","
	   "\"isReversed\":false,"
	   "\"prefersSingleRecordLink\":false,\"inverseLinkFieldId\":\"fldPlace\"}}]}]}"}}},
	{"a self link has no inverse",
	 {{"GET /_sandbox/bases", NULL, 200,
	   "{\"bases\":[{\"tables\":[{\"fields\":[\"*\",\"*\",\"*\",\"*\",\"*\",\"*\",\"*\",\"*\",\"*\","
	   "{\"name\":\"Inside\",\"options\":{\"linkedTableId\":\"tblThings00000001\",\"inverseLinkFieldId\":"
	   "\"-\"}},"
	   "\"*\",\"*\",\"*\",\"*\",\"*\",\"*\",\"*\",\"*\",\"*\",\"*\"]},\"*\"]}]}"}}},
	{"the schema of an unknown base", {{"GET /v0/meta/bases/appZZZZZZZZZZZZZZ/tables", NULL, MODEL}}},
	{"the schema of a malformed base id", {{"GET /v0/meta/bases/x/tables", NULL, NOT_FOUND}}},
};

/* ---- tokens ---- */

struct token_case {
	const char *sentence, *token, *authorization, *uri;
	int status;
};

static const struct token_case token_cases[] = {
	{"no token", NULL, NULL, THINGS, 401},
	{"a token that is not called Bearer", NULL, "Basic pat1", THINGS, 401},
	{"any token that begins with pat", NULL, "Bearer pat1", THINGS, 200},
	{"a token that does not begin with pat", NULL, "Bearer key1", THINGS, 401},
	{"the token asked for", "secret", "Bearer secret", THINGS, 200},
	{"another than the token asked for", "secret", "Bearer pat1", THINGS, 401},
	{"a token for this base", "secret=app1,app00000000000001", "Bearer secret", THINGS, 200},
	{"a token for another base", "secret=app1", "Bearer secret", THINGS, 403},
	{"a token for another base and the schema", "secret=app1", "Bearer secret",
	 "/v0/meta/bases/app00000000000001/tables", 403},
	{"the token is looked at before the table", NULL, NULL, BASE "/Nothing", 401},
	{"the route is looked at before the token", NULL, NULL, "/v0/app1/Things", 404},
};

static void check_token(void **state)
{
	const struct token_case *row = *state;
	struct sandbox sandbox;
	struct sandbox_target target = {0};
	const char *equals = row->token ? strchr(row->token, '=') : NULL;

	steps_open(&sandbox);
	if (row->token) {
		sandbox.options.token_count = 1;
		sandbox.options.tokens[0] = (struct sandbox_token){
			equals ? own_copy_bytes(row->token, (size_t)(equals - row->token))
			       : own_copy(row->token),
			equals ? own_copy(equals + 1) : NULL};
	}
	sandbox_target_read(row->uri, &target);
	struct sandbox_call call = {.sandbox = &sandbox,
				    .method = "GET",
				    .target = &target,
				    .authorization = row->authorization,
				    .body = ""};
	sandbox_call_read(&call);
	sandbox_call_run(&call);
	assert_int_equal(call.answer.status, row->status);
	if (row->status == 401)
		assert_string_equal(call.answer.body.bytes,
				    "{\"error\":{\"type\":\"AUTHENTICATION_REQUIRED\",\"message\":"
				    "\"Authentication required\"}}");
	sandbox_call_done(&call);
	sandbox_target_done(&target);
	sandbox_done(&sandbox);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, stories, steps_run);
	cases_add_table(&cases, token_cases, check_token);
	return cases_run("sandbox api", &cases);
}
