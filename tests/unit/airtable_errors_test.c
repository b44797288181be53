/* What an answer means: every status class, every body shape, every error that is known of Airtable, and
 * what the edge in front of it says. */
#include "airtable/answer.h"
#include "base/log.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct refusal {
	const char *sentence;
	int status;
	const char *body;
	enum error_kind kind;
	const char *code;
	const char *words; /* what our sentence has in it */
	int retry_after_ms;
};

#define OBJECT(type, message) "{\"error\":{\"type\":\"" type "\",\"message\":\"" message "\"}}"
#define LONG                  "éééééééééééééééééééééééééééééééééééééééééééééééééé"
#define NO_MODEL                                                                                             \
	"Invalid permissions, or the requested model was not found. Check that both your user and your "     \
	"token "                                                                                             \
	"have the required permissions, and that the model names and/or ids are correct."

static const struct refusal refusals[] = {
	/* The four shapes, and what is none of them. */
	{"shape: an object with type and message", 422, OBJECT("T_ONE", "what is wrong"), ERROR_REFUSED,
	 "T_ONE", "PATCH /v0/appX/tblY: HTTP 422 T_ONE: what is wrong", 0},
	{"shape: an object without a message", 422, "{\"error\":{\"type\":\"T_TWO\"}}", ERROR_REFUSED,
	 "T_TWO", "PATCH /v0/appX/tblY: HTTP 422 T_TWO", 0},
	{"shape: a bare string", 404, "{\"error\":\"NOT_FOUND\"}", ERROR_LOST, "NOT_FOUND",
	 "HTTP 404 NOT_FOUND", 0},
	{"shape: an array", 429, "{\"errors\":[{\"error\":\"RATE_LIMIT_REACHED\",\"message\":\"slower\"}]}",
	 ERROR_RETRY, "RATE_LIMIT_REACHED", "HTTP 429 RATE_LIMIT_REACHED: slower", 0},
	{"shape: an array with types", 422, "{\"errors\":[{\"type\":\"T\",\"message\":\"m\"}]}",
	 ERROR_REFUSED, "T", "HTTP 422 T: m", 0},
	{"shape: a bare string with a message beside it", 422, "{\"error\":\"T\",\"message\":\"m\"}",
	 ERROR_REFUSED, "T", "HTTP 422 T: m", 0},
	{"shape: further keys are ignored", 422,
	 "{\"error\":{\"type\":\"T\",\"message\":\"m\",\"x\":[1]},\"y\":null}", ERROR_REFUSED, "T",
	 "HTTP 422 T: m", 0},
	{"shape: an empty array of errors", 422, "{\"errors\":[]}", ERROR_REFUSED, "", "names no error", 0},
	{"shape: an array of something else", 422, "{\"errors\":[\"T\"]}", ERROR_REFUSED, "",
	 "names no error", 0},
	{"shape: error is null", 422, "{\"error\":null}", ERROR_REFUSED, "", "names no error", 0},
	{"shape: type is a number", 422, "{\"error\":{\"type\":5}}", ERROR_REFUSED, "", "names no error", 0},
	{"shape: an array at the root", 422, "[1,2]", ERROR_REFUSED, "", "names no error", 0},
	{"shape: a string at the root", 500, "\"oops\"", ERROR_RETRY, "", "names no error", 0},
	{"shape: null at the root", 500, "null", ERROR_RETRY, "", "names no error", 0},
	{"shape: an empty body", 502, "", ERROR_RETRY, "", "HTTP 502, and the answer (0 bytes", 0},
	{"shape: an HTML page from the edge", 502, "<html><h1>502 Bad Gateway</h1></html>", ERROR_RETRY, "",
	 "HTTP 502, and the answer (37 bytes, type 'text/html') names no error", 0},
	{"shape: half of a body", 503, "{\"error\":{\"type\":\"RETR", ERROR_RETRY, "", "names no error", 0},
	{"shape: bytes that are no UTF-8", 500, "{\"error\":\"\xff\"}", ERROR_RETRY, "", "names no error", 0},
	{"shape: a type of 80 characters is cut", 422,
	 "{\"error\":\"A2345678901234567890123456789012345678901234567890123456789012345678901234567890\"}",
	 ERROR_REFUSED, "A23456789012345678901234567890123456789012345678901234567890123", "HTTP 422 A23456",
	 0},

	{"shape: of a long message the beginning and the end are shown", 422,
	 OBJECT("INVALID_VALUE_FOR_COLUMN",
		"Cannot parse value \\\"" LONG LONG LONG LONG "\\\" for field Purchase Price"),
	 ERROR_REFUSED, "INVALID_VALUE_FOR_COLUMN", "ééé\" for field Purchase Price", 0},
	{"shape: a long message begins as it was", 422,
	 OBJECT("INVALID_VALUE_FOR_COLUMN",
		"Cannot parse value \\\"" LONG LONG LONG LONG "\\\" for field Purchase Price"),
	 ERROR_REFUSED, "INVALID_VALUE_FOR_COLUMN",
	 "HTTP 422 INVALID_VALUE_FOR_COLUMN: Cannot parse value \"ééé", 0},

	/* The catalogue. */
	{"400 INVALID_REQUEST_BODY", 400, OBJECT("INVALID_REQUEST_BODY", "Could not parse request body"),
	 ERROR_REFUSED, "INVALID_REQUEST_BODY", "Could not parse request body", 0},
	{"422 INVALID_REQUEST_BODY", 422, OBJECT("INVALID_REQUEST_BODY", "Could not parse request body"),
	 ERROR_REFUSED, "INVALID_REQUEST_BODY", "Could not parse request body", 0},
	{"401 AUTHENTICATION_REQUIRED", 401, OBJECT("AUTHENTICATION_REQUIRED", "Authentication required"),
	 ERROR_FATAL, "AUTHENTICATION_REQUIRED", "HTTP 401 AUTHENTICATION_REQUIRED: Authentication required",
	 0},
	{"401 UNAUTHORIZED", 401, OBJECT("UNAUTHORIZED", "Invalid token"), ERROR_FATAL, "UNAUTHORIZED",
	 "Invalid token", 0},
	{"403 for what is unknown or not granted", 403,
	 OBJECT("INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND", NO_MODEL), ERROR_FATAL,
	 "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND", "the requested model was not found", 0},
	{"403 for an operation", 403,
	 OBJECT("INVALID_PERMISSIONS", "You are not permitted to perform this operation"), ERROR_FATAL,
	 "INVALID_PERMISSIONS", "not permitted to perform", 0},
	{"403 for creating records in a table", 403,
	 OBJECT("INVALID_PERMISSIONS", "You are not permitted to create records in table Items (tblY)"),
	 ERROR_FATAL, "INVALID_PERMISSIONS", "create records in table Items", 0},
	{"403 for a field's cells", 403,
	 OBJECT("INVALID_PERMISSIONS", "You are not permitted to write cell values in field Name (fldN)"),
	 ERROR_FATAL, "INVALID_PERMISSIONS", "in field Name (fldN)", 0},
	{"404 of a route or a malformed id", 404, "{\"error\":\"NOT_FOUND\"}", ERROR_LOST, "NOT_FOUND",
	 "HTTP 404", 0},
	{"404 NOT_FOUND as an object", 404, "{\"error\":{\"type\":\"NOT_FOUND\"}}", ERROR_LOST, "NOT_FOUND",
	 "HTTP 404 NOT_FOUND", 0},
	{"404 MODEL_ID_NOT_FOUND of a record", 404, OBJECT("MODEL_ID_NOT_FOUND", "Record not found"),
	 ERROR_LOST, "MODEL_ID_NOT_FOUND", "Record not found", 0},
	{"404 MODEL_ID_NOT_FOUND of a table", 404, OBJECT("MODEL_ID_NOT_FOUND", "Table not found"),
	 ERROR_LOST, "MODEL_ID_NOT_FOUND", "Table not found", 0},
	{"406 of a refused agent", 406, "", ERROR_REFUSED, "", "HTTP 406", 0},
	{"413 without a body that is known", 413, "<html>too large</html>", ERROR_REFUSED, "", "HTTP 413", 0},
	{"414 of a URL that is too long", 414, "", ERROR_REFUSED, "", "HTTP 414", 0},
	{"422 INVALID_REQUEST_UNKNOWN", 422,
	 OBJECT("INVALID_REQUEST_UNKNOWN",
		"Invalid request: parameter validation failed. Check your request data."),
	 ERROR_REFUSED, "INVALID_REQUEST_UNKNOWN", "parameter validation failed", 0},
	{"422 INVALID_REQUEST_MISSING_FIELDS", 422,
	 OBJECT("INVALID_REQUEST_MISSING_FIELDS", "Could not find field \\\"fields\\\" in the request body"),
	 ERROR_REFUSED, "INVALID_REQUEST_MISSING_FIELDS", "field \"fields\" in the request", 0},
	{"422 INVALID_RECORDS of a create", 422,
	 OBJECT("INVALID_RECORDS",
		"A maximum of 10 records can be created per request but you have provided 11."),
	 ERROR_REFUSED, "INVALID_RECORDS", "A maximum of 10 records", 0},
	{"422 INVALID_RECORDS of an update", 422,
	 OBJECT("INVALID_RECORDS",
		"You must provide an array of up to 10 record objects, each with an \\\"id\\\" ID "
		"field and a \\\"fields\\\" object for cell values."),
	 ERROR_REFUSED, "INVALID_RECORDS", "up to 10 record objects", 0},
	{"422 UNKNOWN_FIELD_NAME", 422, OBJECT("UNKNOWN_FIELD_NAME", "Unknown field name: \\\"fldX\\\""),
	 ERROR_REFUSED, "UNKNOWN_FIELD_NAME", "Unknown field name: \"fldX\"", 0},
	{"422 INVALID_VALUE_FOR_COLUMN", 422,
	 OBJECT("INVALID_VALUE_FOR_COLUMN", "Field \\\"Price\\\" cannot accept the provided value"),
	 ERROR_REFUSED, "INVALID_VALUE_FOR_COLUMN", "Field \"Price\" cannot accept", 0},
	{"422 INVALID_VALUE_FOR_COLUMN of a computed field", 422,
	 OBJECT("INVALID_VALUE_FOR_COLUMN",
		"Field \\\"X\\\" cannot accept a value because the field is computed"),
	 ERROR_REFUSED, "INVALID_VALUE_FOR_COLUMN", "the field is computed", 0},
	{"422 INVALID_VALUE_FOR_COLUMN of a link cell", 422,
	 OBJECT("INVALID_VALUE_FOR_COLUMN", "Value is not an array of record IDs."), ERROR_REFUSED,
	 "INVALID_VALUE_FOR_COLUMN", "not an array of record IDs", 0},
	{"422 INVALID_MULTIPLE_CHOICE_OPTIONS", 422,
	 OBJECT("INVALID_MULTIPLE_CHOICE_OPTIONS",
		"Insufficient permissions to create new select option \\\"\\\\\\\"X\\\\\\\"\\\""),
	 ERROR_REFUSED, "INVALID_MULTIPLE_CHOICE_OPTIONS", "create new select option", 0},
	{"422 ROW_DOES_NOT_EXIST", 422,
	 OBJECT("ROW_DOES_NOT_EXIST", "Record ID recX does not exist in this table"), ERROR_REFUSED,
	 "ROW_DOES_NOT_EXIST", "Record ID recX does not exist", 0},
	{"422 INVALID_ATTACHMENT_OBJECT", 422,
	 OBJECT("INVALID_ATTACHMENT_OBJECT", "Invalid attachment object"), ERROR_REFUSED,
	 "INVALID_ATTACHMENT_OBJECT", "HTTP 422", 0},
	{"422 INVALID_FILTER_BY_FORMULA", 422,
	 OBJECT("INVALID_FILTER_BY_FORMULA",
		"The formula for filtering records is invalid: Unknown field names: foo"),
	 ERROR_REFUSED, "INVALID_FILTER_BY_FORMULA", "Unknown field names: foo", 0},
	{"422 INVALID_OFFSET_VALUE", 422, OBJECT("INVALID_OFFSET_VALUE", "The value of offset X is invalid"),
	 ERROR_REFUSED, "INVALID_OFFSET_VALUE", "offset X is invalid", 0},
	{"422 LIST_RECORDS_ITERATOR_NOT_AVAILABLE", 422,
	 "{\"error\":{\"type\":\"LIST_RECORDS_ITERATOR_NOT_AVAILABLE\"}}", ERROR_LOST,
	 "LIST_RECORDS_ITERATOR_NOT_AVAILABLE", "HTTP 422 LIST_RECORDS_ITERATOR_NOT_AVAILABLE", 0},
	{"422 VIEW_NAME_NOT_FOUND", 422, OBJECT("VIEW_NAME_NOT_FOUND", "View X not found"), ERROR_REFUSED,
	 "VIEW_NAME_NOT_FOUND", "View X not found", 0},
	{"422 VIEW_ID_NOT_FOUND", 422, OBJECT("VIEW_ID_NOT_FOUND", "View viwX not found"), ERROR_REFUSED,
	 "VIEW_ID_NOT_FOUND", "View viwX not found", 0},
	{"422 FAILED_STATE_CHECK", 422, "{\"error\":{\"type\":\"FAILED_STATE_CHECK\"}}", ERROR_REFUSED,
	 "FAILED_STATE_CHECK", "HTTP 422 FAILED_STATE_CHECK", 0},
	{"422 UNSUPPORTED_FIELD_TYPE_FOR_CREATE", 422,
	 OBJECT("UNSUPPORTED_FIELD_TYPE_FOR_CREATE",
		"Invalid options for T.F: Creating createdTime fields is not supported at this time"),
	 ERROR_REFUSED, "UNSUPPORTED_FIELD_TYPE_FOR_CREATE", "Creating createdTime fields", 0},
	{"422 DUPLICATE_OR_EMPTY_FIELD_NAME", 422, "{\"error\":{\"type\":\"DUPLICATE_OR_EMPTY_FIELD_NAME\"}}",
	 ERROR_REFUSED, "DUPLICATE_OR_EMPTY_FIELD_NAME", "HTTP 422", 0},
	{"422 DUPLICATE_TABLE_NAME", 422, OBJECT("DUPLICATE_TABLE_NAME", "taken"), ERROR_REFUSED,
	 "DUPLICATE_TABLE_NAME", "taken", 0},
	{"422 TOO_MANY_WEBHOOKS_IN_BASE", 422, OBJECT("TOO_MANY_WEBHOOKS_IN_BASE", "ten"), ERROR_REFUSED,
	 "TOO_MANY_WEBHOOKS_IN_BASE", "ten", 0},
	{"422 TOO_MANY_WEBHOOKS_IN_BASE_FOR_INTEGRATION", 422,
	 OBJECT("TOO_MANY_WEBHOOKS_IN_BASE_FOR_INTEGRATION", "two"), ERROR_REFUSED,
	 "TOO_MANY_WEBHOOKS_IN_BASE_FOR_INTEGRATION", "two", 0},
	{"422 INVALID_FILTERS", 422, OBJECT("INVALID_FILTERS", "m"), ERROR_REFUSED, "INVALID_FILTERS", "m",
	 0},
	{"422 an upsert that meets two rows", 422,
	 OBJECT("INVALID_REQUEST", "Cannot update more than one record with the same key"), ERROR_REFUSED,
	 "INVALID_REQUEST", "Cannot update more than one record", 0},
	{"429 RATE_LIMIT_REACHED", 429,
	 OBJECT("RATE_LIMIT_REACHED", "Rate limit exceeded. Please try again later"), ERROR_RETRY,
	 "RATE_LIMIT_REACHED", "Rate limit exceeded", 0},
	{"429 of a kind that nobody knows is one of pace", 429, "slow down", ERROR_RETRY, "", "HTTP 429", 0},
	{"429 with a Retry-After", 429, "", ERROR_RETRY, "", "HTTP 429", 7000},
	{"429 of the month's quota", 429,
	 OBJECT("PUBLIC_API_BILLING_LIMIT_EXCEEDED", "API billing plan limit exceeded"), ERROR_FATAL,
	 "PUBLIC_API_BILLING_LIMIT_EXCEEDED", "API billing plan limit exceeded", 0},
	{"429 of the month's quota, as an array", 429,
	 "{\"errors\":[{\"error\":\"PUBLIC_API_BILLING_LIMIT_EXCEEDED\",\"message\":\"m\"}]}", ERROR_FATAL,
	 "PUBLIC_API_BILLING_LIMIT_EXCEEDED", "HTTP 429", 0},
	{"500", 500, OBJECT("SERVER_ERROR", "m"), ERROR_RETRY, "SERVER_ERROR", "HTTP 500 SERVER_ERROR", 0},
	{"502", 502, "", ERROR_RETRY, "", "HTTP 502", 0},
	{"503 RETRIABLE_ERROR", 503,
	 OBJECT("RETRIABLE_ERROR",
		"Server encountered an error while processing your request, and it is safe to "
		"retry the request"),
	 ERROR_RETRY, "RETRIABLE_ERROR", "it is safe to retry the request", 0},
	{"503 with a Retry-After", 503, "", ERROR_RETRY, "", "HTTP 503", 4000},
	{"504", 504, "", ERROR_RETRY, "", "HTTP 504", 0},
	{"302 of a portal", 302, "<a href=\"login\">", ERROR_RETRY, "", "HTTP 302", 0},

	/* A success that is none leaves open what was done. */
	{"200 with HTML", 200, "<html>", ERROR_RETRY, "", "HTTP 200 with an answer that cannot be used", 0},
	{"200 with half of a body", 200, "{\"records\":[{\"id\":\"rec", ERROR_RETRY, "", "cannot be used", 0},
	{"200 with an array", 200, "[]", ERROR_RETRY, "", "an array where an object was expected", 0},
	{"200 with null", 200, "null", ERROR_RETRY, "", "null where an object was expected", 0},
	{"200 with an id that is half a character", 200, "{\"records\":[{\"id\":\"\\ud800\",\"fields\":{}}]}",
	 ERROR_RETRY, "", "/records/0/id", 0},
	{"200 with a key that comes twice outside of a cell", 200,
	 "{\"records\":[],\"offset\":\"a\",\"offset\":\"b\"}", ERROR_RETRY, "", "/offset", 0},
};

static void check_refusal(void **state)
{
	const struct refusal *row = *state;
	struct http_reply reply = {
		.status = row->status,
		.body = row->body,
		.body_length = strlen(row->body),
		.content_type = row->body[0] == '<' ? "text/html" : "application/json; charset=utf-8",
		.etag = "",
		.retry_after_ms = row->retry_after_ms,
	};
	struct json_object *answer = NULL;
	struct error error = {0};
	assert_false(airtable_answer_read(&reply, "PATCH /v0/appX/tblY", &answer, &error));
	assert_null(answer);
	assert_string_equal(error_kind_name(error.kind), error_kind_name(row->kind));
	assert_string_equal(error.code, row->code);
	assert_int_equal(error.status, row->status);
	assert_int_equal(error.retry_after_ms, row->retry_after_ms);
	assert_true(strncmp(error.text, "PATCH /v0/appX/tblY: HTTP ", 26) == 0);
	if (!strstr(error.text, row->words))
		fail_msg("'%s' lacks '%s'", error.text, row->words);
	assert_true(airtable_answer_is_rate(&error) == (row->status == 429 && row->kind == ERROR_RETRY));
	assert_true(airtable_answer_is_iterator_lost(&error) ==
		    (strcmp(row->code, "LIST_RECORDS_ITERATOR_NOT_AVAILABLE") == 0));
}

/* --- cells that cannot be held --- */

struct cell {
	const char *sentence;
	const char *fields;   /* of the second of two records */
	const char *expected; /* what they read as; "*" stands for {"error": ...} */
};

static const struct cell cells[] = {
	{"cell: all kinds that can be held",
	 "{\"a\":1,\"b\":0.1,\"c\":\"x\",\"d\":[1,\"y\"],\"e\":true,\"f\":{\"g\":null}}",
	 "{\"a\":1,\"b\":0.1,\"c\":\"x\",\"d\":[1,\"y\"],\"e\":true,\"f\":{\"g\":null}}"},
	{"cell: a number beyond 64 bits", "{\"a\":100000000000000000000,\"b\":2}", "{\"a\":\"*\",\"b\":2}"},
	{"cell: a number that no double holds", "{\"a\":1e999,\"b\":2}", "{\"a\":\"*\",\"b\":2}"},
	{"cell: half of a surrogate pair", "{\"a\":\"x\\ud83d\",\"b\":\"\\ud83d\\ude00\"}",
	 "{\"a\":\"*\",\"b\":\"😀\"}"},
	{"cell: a NUL", "{\"a\":\"x\\u0000y\",\"b\":2}", "{\"a\":\"*\",\"b\":2}"},
	{"cell: deep inside a list", "{\"a\":[{\"id\":\"att\",\"filename\":\"\\udc00\"}],\"b\":2}",
	 "{\"a\":\"*\",\"b\":2}"},
	{"cell: a key that comes twice", "{\"a\":1,\"a\":2,\"b\":3}", "{\"a\":\"*\",\"b\":3}"},
	{"cell: a field whose name needs escapes in a path", "{\"a/b~c\":\"\\ud800\",\"b\":2}",
	 "{\"a/b~c\":\"*\",\"b\":2}"},
	{"cell: a field whose name begins like another's", "{\"fldA\":1,\"fldAB\":\"\\ud800\"}",
	 "{\"fldA\":1,\"fldAB\":\"*\"}"},
	{"cell: more than can be listed, each is found",
	 "{\"a\":1e999,\"b\":1e999,\"c\":1e999,\"d\":1e999,\"e\":1e999,\"f\":1e999,\"g\":1e999,\"h\":1e999,"
	 "\"i\":1e999,"
	 "\"j\":1e999,\"k\":1e999,\"l\":1e999,\"m\":1e999,\"n\":1e999,\"o\":1e999,\"p\":1e999,\"q\":1e999,"
	 "\"r\":\"\\ud800\","
	 "\"s\":[{\"t\":\"a\\u0000\"}],\"t\":100000000000000000000,\"u\":\"good\",\"v\":[{\"w\":7.5}]}",
	 "{\"a\":\"*\",\"b\":\"*\",\"c\":\"*\",\"d\":\"*\",\"e\":\"*\",\"f\":\"*\",\"g\":\"*\",\"h\":\"*\","
	 "\"i\":\"*\",\"j\":\"*\","
	 "\"k\":\"*\",\"l\":\"*\",\"m\":\"*\",\"n\":\"*\",\"o\":\"*\",\"p\":\"*\",\"q\":\"*\",\"r\":\"*\","
	 "\"s\":\"*\",\"t\":\"*\","
	 "\"u\":\"good\",\"v\":[{\"w\":7.5}]}"},
};

static void check_cell(void **state)
{
	const struct cell *row = *state;
	scoped_text body = own_format(
		"{\"records\":[{\"id\":\"rec1\",\"fields\":{\"a\":1}},{\"id\":\"rec2\",\"fields\":%s}],"
		"\"offset\":\"itr/rec\"}",
		row->fields);
	struct http_reply reply = {
		.status = 200, .body = body, .body_length = strlen(body), .content_type = ""};
	struct error error = {0};
	scoped(json_object) answer = NULL;
	scoped(json_object) expected = NULL;
	if (!airtable_answer_read(&reply, "GET /v0", &answer, &error))
		fail_msg("%s", error.text);
	assert_true(json_read(row->expected, strlen(row->expected), &expected, NULL, &error));
	struct json_object *records = json_child(answer, "records", json_type_array);
	struct json_object *first = json_child(json_at(records, 0), "fields", json_type_object);
	struct json_object *fields = json_child(json_at(records, 1), "fields", json_type_object);
	assert_int_equal(json_int_or(first, "a", 0), 1);
	assert_int_equal(json_key_count(fields), json_key_count(expected));
	json_each (expected, key, value) {
		struct json_object *seen = NULL;
		assert_true(json_find(fields, key, &seen));
		if (json_is(value, json_type_string) && strcmp(json_object_get_string(value), "*") == 0) {
			assert_true(json_is(seen, json_type_object));
			assert_int_equal(json_key_count(seen), 1);
			assert_true(strlen(json_text_or(seen, "error", "")) > 5);
		} else if (!json_equal(seen, value)) {
			fail_msg("%s is %s", key, json_object_to_json_string(seen));
		}
	}
}

static void an_empty_success_is_null(void **state)
{
	(void)state;
	struct http_reply reply = {.status = 200, .body = "", .content_type = ""};
	struct json_object *answer = json_new_object(), *before = answer;
	struct error error = {0};
	assert_true(airtable_answer_read(&reply, "POST /v0", &answer, &error));
	assert_null(answer);
	json_release(before);
}

static void a_token_in_a_message_is_masked(void **state)
{
	(void)state;
	static const char body[] =
		OBJECT("AUTHENTICATION_REQUIRED", "the token patSECRET.0123456789 is not known");
	log_secret("patSECRET.0123456789");
	struct http_reply reply = {
		.status = 401, .body = body, .body_length = strlen(body), .content_type = ""};
	struct json_object *answer = NULL;
	struct error error = {0};
	assert_false(airtable_answer_read(&reply, "GET /v0", &answer, &error));
	assert_null(strstr(error.text, "patSECRET"));
	assert_non_null(strstr(error.text, "the token *** is not known"));
}

static void an_error_is_not_wanted(void **state)
{
	(void)state;
	struct http_reply reply = {.status = 422, .body = "{", .body_length = 1, .content_type = ""};
	struct json_object *answer = NULL;
	assert_false(airtable_answer_read(&reply, "GET /v0", &answer, NULL));
	reply.status = 200;
	assert_false(airtable_answer_read(&reply, "GET /v0", &answer, NULL));
}

static const struct CMUnitTest programs[] = {
	cmocka_unit_test(an_empty_success_is_null),
	cmocka_unit_test(a_token_in_a_message_is_masked),
	cmocka_unit_test(an_error_is_not_wanted),
};

static struct CMUnitTest tests[countof(refusals) + countof(cells) + countof(programs)];
static size_t tests_count;

static void add_test(const char *name, CMUnitTestFunction run, const void *row)
{
	tests[tests_count++] =
		(struct CMUnitTest){.name = name, .test_func = run, .initial_state = (void *)(uintptr_t)row};
}

int main(void)
{
	for (size_t i = 0; i < countof(refusals); i++)
		add_test(refusals[i].sentence, check_refusal, &refusals[i]);
	for (size_t i = 0; i < countof(cells); i++)
		add_test(cells[i].sentence, check_cell, &cells[i]);
	memcpy(tests + tests_count, programs, sizeof(programs));
	tests_count += countof(programs);
	return _cmocka_run_group_tests("airtable_errors", tests, tests_count, NULL, NULL);
}
