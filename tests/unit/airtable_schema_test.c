/* A base's schema: what is read, what is refused, what is said when the token may not see it. */
#include "airtable/schema.h"
#include "base/own.h"
#include "tests/fakes/http_server.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* As the service sends it, with a type and keys that nobody knows yet. */
static const char sample[] =
	"{\"tables\":[{\"id\":\"tblA\",\"name\":\"Items\",\"primaryFieldId\":\"fldN\",\"description\":\"d\","
	"\"fields\":["
	"{\"type\":\"singleLineText\",\"id\":\"fldN\",\"name\":\"Name\"},"
	"{\"type\":\"number\",\"options\":{\"precision\":2},\"id\":\"fldP\",\"name\":\"Price €\"},"
	"{\"type\":\"multipleRecordLinks\",\"options\":{\"linkedTableId\":\"tblB\",\"isReversed\":false,"
	"\"prefersSingleRecordLink\":true,\"inverseLinkFieldId\":\"fldI\"},\"id\":\"fldL\",\"name\":"
	"\"Collection\"},"
	"{\"type\":\"holographicText\",\"options\":{\"depth\":3},\"id\":\"fldH\",\"name\":\"Later\",\"new\":["
	"1]}],"
	"\"views\":[{\"id\":\"viwA\",\"name\":\"Grid "
	"view\",\"type\":\"grid\"}],\"dateDependencySettings\":{}},"
	"{\"id\":\"tblB\",\"name\":\"Collections\",\"primaryFieldId\":\"fldC\",\"fields\":[],\"views\":[]}]}";

struct refusal {
	const char *sentence, *json, *words;
};

static const struct refusal refusals[] = {
	{"no tables", "{}", "tables is missing"},
	{"tables is an object", "{\"tables\":{}}", "an array was expected"},
	{"a table that is null", "{\"tables\":[null]}", "id is missing"},
	{"a table without a name", "{\"tables\":[{\"id\":\"tblA\",\"primaryFieldId\":\"f\",\"fields\":[]}]}",
	 "table tblA"},
	{"a table without a primary field", "{\"tables\":[{\"id\":\"tblA\",\"name\":\"n\",\"fields\":[]}]}",
	 "primaryFieldId"},
	{"a table without fields", "{\"tables\":[{\"id\":\"tblA\",\"name\":\"n\",\"primaryFieldId\":\"f\"}]}",
	 "fields is missing"},
	{"a field that is a text",
	 "{\"tables\":[{\"id\":\"tblA\",\"name\":\"n\",\"primaryFieldId\":\"f\",\"fields\":[\"x\"]}]}",
	 "table tblA, field 1"},
	{"a field whose type is a number",
	 "{\"tables\":[{\"id\":\"tblA\",\"name\":\"n\",\"primaryFieldId\":\"f\",\"fields\":[{\"id\":\"f\","
	 "\"name\":\"n\",\"type\":"
	 "\"t\"},{\"id\":\"g\",\"name\":\"n\",\"type\":5}]}]}",
	 "table tblA, field 2"},
	{"the second table is damaged",
	 "{\"tables\":[{\"id\":\"tblA\",\"name\":\"n\",\"primaryFieldId\":\"f\",\"fields\":[]},{\"id\":"
	 "\"tblB\"}]}",
	 "table tblB"},
};

static void check_refusal(void **state)
{
	const struct refusal *row = *state;
	scoped(json_object) json = NULL;
	struct airtable_schema schema = {.table_count = 77};
	struct error error = {0};
	assert_true(json_read(row->json, strlen(row->json), &json, NULL, &error));
	assert_false(airtable_schema_from_json(json, &schema, &error));
	assert_int_equal(schema.table_count, 77);
	if (!strstr(error.text, row->words))
		fail_msg("'%s' lacks '%s'", error.text, row->words);
}

static void check_sample(const struct airtable_schema *schema)
{
	assert_int_equal(schema->table_count, 2);
	const struct airtable_table *items = airtable_schema_table(schema, "tblA");
	assert_string_equal(items->name, "Items");
	assert_string_equal(items->primary_field_id, "fldN");
	assert_int_equal(items->field_count, 4);
	assert_string_equal(items->fields[0].type, "singleLineText");
	assert_null(items->fields[0].options);
	assert_string_equal(items->fields[1].name, "Price €");
	assert_int_equal(json_int_or(items->fields[1].options, "precision", -1), 2);
	assert_string_equal(json_text_or(items->fields[2].options, "inverseLinkFieldId", ""), "fldI");
	assert_string_equal(items->fields[3].id, "fldH");
	assert_string_equal(items->fields[3].type, "holographicText");
	assert_int_equal(json_int_or(items->fields[3].options, "depth", -1), 3);
	assert_int_equal(airtable_schema_table(schema, "tblB")->field_count, 0);
	assert_null(airtable_schema_table(schema, "Items"));
}

static void a_schema_is_read_with_what_is_new(void **state)
{
	(void)state;
	struct json_object *json = NULL;
	struct airtable_schema schema;
	assert_true(json_read(sample, strlen(sample), &json, NULL, NULL));
	assert_true(airtable_schema_from_json(json, &schema, NULL));
	json_release(json); /* nothing is shared */
	check_sample(&schema);
	airtable_schema_done(&schema);
	assert_int_equal(schema.table_count, 0);
	airtable_schema_done(&schema);
}

struct reply {
	int status;
	const char *body;
};

static void serve(void *context, struct fake_request *request)
{
	const struct reply *reply = context;
	bool expected = strcmp(request->method, "GET") == 0 &&
			strcmp(request->target, "/v0/meta/bases/appX/tables") == 0;
	fake_answer(request, expected ? reply->status : 404, "", reply->body);
}

static bool read_from(const struct reply *reply, struct airtable_schema *schema_out, struct error *error)
{
	struct fake_server *server = fake_server_open(serve, (void *)(uintptr_t)reply);
	struct http *http = http_open("davenport-test");
	struct airtable_limiter *limiter = airtable_limiter_open(100);
	struct airtable_address address = {fake_server_url(server), "patTEST.0123456789", "appX", 0, NULL};
	struct airtable_client *airtable = airtable_client_open(http, &address, limiter, NULL);
	bool good = airtable_schema_read(airtable, schema_out, error);
	airtable_client_close(&airtable);
	airtable_limiter_close(&limiter);
	http_close(&http);
	fake_server_close(&server);
	return good;
}

static void a_base_is_asked_for_it(void **state)
{
	(void)state;
	struct airtable_schema schema;
	struct error error = {0};
	assert_true(read_from(&(struct reply){200, sample}, &schema, &error));
	check_sample(&schema);
	airtable_schema_done(&schema);
}

static void a_refusal_names_the_base(void **state)
{
	(void)state;
	struct airtable_schema schema;
	struct error error = {0};
	assert_false(read_from(
		&(struct reply){403, "{\"error\":{\"type\":\"INVALID_PERMISSIONS\",\"message\":\"no\"}}"},
		&schema, &error));
	assert_int_equal(error.kind, ERROR_FATAL);
	assert_string_equal(error.code, "INVALID_PERMISSIONS");
	assert_non_null(strstr(error.text, "base appX"));
	assert_string_equal(error.server, AIRTABLE_SERVER);
}

static void a_damaged_answer_says_where(void **state)
{
	(void)state;
	struct airtable_schema schema;
	struct error error = {0};
	assert_false(read_from(&(struct reply){200, "{\"tables\":[{}]}"}, &schema, &error));
	assert_non_null(strstr(error.text, "base appX: "));
	assert_null(strstr(error.text, "schema.bases:read"));
	assert_false(read_from(&(struct reply){200, ""}, &schema, &error));
}

static const struct CMUnitTest programs[] = {
	cmocka_unit_test(a_schema_is_read_with_what_is_new),
	cmocka_unit_test(a_base_is_asked_for_it),
	cmocka_unit_test(a_refusal_names_the_base),
	cmocka_unit_test(a_damaged_answer_says_where),
};

static struct CMUnitTest tests[countof(refusals) + countof(programs)];
static size_t tests_count;

int main(void)
{
	for (size_t i = 0; i < countof(refusals); i++)
		tests[tests_count++] = (struct CMUnitTest){.name = refusals[i].sentence,
							   .test_func = check_refusal,
							   .initial_state = (void *)(uintptr_t)&refusals[i]};
	memcpy(tests + tests_count, programs, sizeof(programs));
	tests_count += countof(programs);
	return _cmocka_run_group_tests("airtable_schema", tests, tests_count, NULL, NULL);
}
