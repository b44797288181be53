/* The state as a text, to and fro; states that are refused; the template; ids; targets; the clock; the command line. */
#include "sandbox/options.h"
#include "sandbox/rows.h"
#include "sandbox/template.h"
#include "tests/unit/sandbox_steps.h"

#include <unistd.h>

static char *written(const struct sandbox_store *store)
{
	struct text text = {0};

	sandbox_store_write(store, &text);
	return text_take(&text);
}

static struct sandbox_store *read_back(const char *words)
{
	scoped(json_object) json = NULL;
	struct sandbox_store *store = NULL;
	struct error error = {0};

	if (!json_read(words, strlen(words), &json, NULL, &error) ||
	    !sandbox_store_read(json, STEPS_NOW_MS, &store, &error))
		fail_msg("%s", error.text);
	return store;
}

/* Everything of every type survives, twice. */
static void check_round_trip(void **state)
{
	static const struct step steps[] = {
		{"PATCH /v0/app00000000000001/Things",
		 "{\"typecast\":true,\"records\":[{\"id\":\"recA0000000000001\",\"fields\":{\"Notes\":"
		 "\"é\\n😀\\\"\",\"Count\":0.1,"
		 "\"Done\":true,\"Kind\":\"New\",\"Tags\":[\"y\",\"z\"],\"Day\":\"1969-12-31\",\"When\":"
		 "\"2026-01-01T00:00:00.001Z\","
		 "\"Place\":[\"recQ0000000000001\",\"recP0000000000001\"],\"Inside\":[\"recA0000000000001\"],"
		 "\"Files\":[{\"url\":\"http://e.example/"
		 "a\"}],\"Rating\":2,\"Who\":{\"email\":\"a@e.example\"}}}]}",
		 200, NULL},
		{"DELETE /v0/app00000000000001/Things?records[]=recC0000000000001", NULL, 200, NULL},
		{"POST /_sandbox/edit",
		 "{\"actions\":[{\"deleteField\":{\"table\":\"Things\",\"field\":\"Rating\"}},{"
		 "\"deleteChoice\":{\"table\":\"Things\","
		 "\"field\":\"Tags\",\"choice\":\"x\"}},{\"create\":{\"table\":\"Things\",\"fields\":{}}}]}",
		 200, NULL},
	};
	struct sandbox sandbox;

	(void)state;
	steps_open(&sandbox);
	steps_tell(&sandbox, steps, countof(steps));
	scoped_text first = written(sandbox.store);
	struct sandbox_store *copy = read_back(first);
	scoped_text second = written(copy);
	assert_string_equal(first, second);
	assert_non_null(strstr(first, "\"number\":4"));
	struct sandbox_base *base = sandbox_find_base(copy, "app00000000000001");
	struct sandbox_record *record = sandbox_find_record(base, "recA0000000000001");
	assert_int_equal(record->modified_ms, STEPS_NOW_MS);
	sandbox_store_close(&copy);
	sandbox_done(&sandbox);
}

static void check_file(void **state)
{
	struct sandbox sandbox;
	struct sandbox_store *store = NULL;
	struct error error = {0};
	char path[] = "/tmp/sandbox-store-XXXXXX";

	(void)state;
	steps_open(&sandbox);
	int file = mkstemp(path);
	assert_true(file >= 0);
	close(file);
	if (!sandbox_store_save(sandbox.store, path, &error) ||
	    !sandbox_store_load(path, STEPS_NOW_MS, &store, &error))
		fail_msg("%s", error.text);
	scoped_text first = written(sandbox.store);
	scoped_text second = written(store);
	assert_string_equal(first, second);
	unlink(path);
	assert_false(sandbox_store_load(path, STEPS_NOW_MS, &store, &error));
	assert_int_equal(error.kind, ERROR_FATAL);
	assert_false(sandbox_store_save(store, "/nowhere/at/all", &error));
	sandbox_store_close(&store);
	sandbox_done(&sandbox);
}

struct wrong_state {
	const char *sentence, *state, *words;
};

#define TABLE(inner) "{\"bases\":[{\"id\":\"app1\",\"tables\":[{\"name\":\"T\",\"id\":\"tbl1\"," inner "}]}]}"
#define NAME_FIELD   "{\"id\":\"fld1\",\"name\":\"Name\",\"type\":\"singleLineText\"}"

static const struct wrong_state wrong_states[] = {
	{"no object", "[]", "an object with \"bases\" or \"templates\" is needed"},
	{"null", "null", "an object with \"bases\" or \"templates\" is needed"},
	{"a base without an id", "{\"bases\":[{\"tables\":[]}]}", "a base needs an id of its own"},
	{"two bases of one id",
	 "{\"bases\":[{\"id\":\"app1\",\"tables\":[]},{\"id\":\"app1\",\"tables\":[]}]}",
	 "a base needs an id of its own"},
	{"a base id with a slash", "{\"bases\":[{\"id\":\"a/b\",\"tables\":[]}]}",
	 "a base needs an id of its own"},
	{"a base without tables", "{\"bases\":[{\"id\":\"app1\"}]}", "no tables, or too many, in app1"},
	{"a base that is no object", "{\"bases\":[5]}", "a base needs an id of its own"},
	{"a table without fields", TABLE("\"fields\":[]"), "base app1: no fields in T"},
	{"a field without a type", TABLE("\"fields\":[{\"name\":\"Name\"}]"),
	 "base app1: table \"T\": field \"Name\" has no type"},
	{"two fields of one name",
	 TABLE("\"fields\":[" NAME_FIELD ",{\"name\":\"name\",\"type\":\"number\"}]"),
	 "base app1: table \"T\": the field name \"name\" is taken or empty"},
	{"an unknown primary field", TABLE("\"primaryFieldId\":\"fld9\",\"fields\":[" NAME_FIELD "]"),
	 "base app1: an unknown primaryFieldId in T"},
	{"a link to nowhere",
	 TABLE("\"fields\":[" NAME_FIELD ",{\"name\":\"L\",\"type\":\"multipleRecordLinks\"}]"),
	 "base app1: table \"T\": field \"L\" links to a table \"\" that is not there"},
	{"an inverse that is no link",
	 TABLE("\"fields\":[" NAME_FIELD
	       ",{\"name\":\"L\",\"type\":\"multipleRecordLinks\",\"options\":{\"linkedTableId\":\"tbl1\","
	       "\"inverseLinkFieldId\":\"fld1\"}}]"),
	 "base app1: table \"T\": field \"L\": the inverse \"fld1\" is no link of \"T\""},
	{"a row that is no object", TABLE("\"fields\":[" NAME_FIELD "],\"records\":[5]"),
	 "base app1: a record that is none in T"},
	{"two rows of one id",
	 TABLE("\"fields\":[" NAME_FIELD "],\"records\":[{\"id\":\"rec1\"},{\"id\":\"rec1\"}]"),
	 "base app1: record \"rec1\" is there twice"},
	{"a row of no time",
	 TABLE("\"fields\":[" NAME_FIELD "],\"records\":[{\"id\":\"rec1\",\"createdTime\":\"now\"}]"),
	 "base app1: record \"rec1\": createdTime is no time"},
	{"a row with an unknown field",
	 TABLE("\"fields\":[" NAME_FIELD "],\"records\":[{\"id\":\"rec1\",\"fields\":{\"N\":1}}]"),
	 "base app1: record \"rec1\": there is no field \"N\""},
	{"a row with a wrong cell",
	 TABLE("\"fields\":[" NAME_FIELD "],\"records\":[{\"id\":\"rec1\",\"fields\":{\"Name\":{}}}]"),
	 "base app1: record \"rec1\": Field \"Name\" cannot accept the provided value"},
	{"a template without an id", "{\"templates\":[5,\"\"]}", "a template needs a base id of its own"},
};

static void check_wrong(void **state)
{
	const struct wrong_state *row = *state;
	scoped(json_object) json = NULL;
	struct sandbox_store *store = NULL;
	struct error error = {0};

	assert_true(json_read(row->state, strlen(row->state), &json, NULL, &error));
	assert_false(sandbox_store_read(json, STEPS_NOW_MS, &store, &error));
	assert_string_equal(error.text, row->words);
	assert_null(store);
}

/* The template holds what the app asks of a base. */
static void check_template(void **state)
{
	struct sandbox_store *store = sandbox_store_open();
	struct sandbox_base *base = sandbox_add_template(store, "appMine");
	struct sandbox_table *items = sandbox_find_table(base, "Items");
	struct sandbox_table *collections = sandbox_find_table(base, "Collections");
	struct sandbox_field *collection = sandbox_find_field(items, "Collection");

	(void)state;
	assert_int_equal(items->field_count, 37);
	assert_int_equal(collections->field_count, 8);
	assert_ptr_equal(collection->inverse, sandbox_find_field(collections, "Items"));
	assert_ptr_equal(collection->inverse->inverse, collection);
	assert_null(sandbox_find_field(items, "Container")->inverse);
	assert_string_equal(sandbox_find_field(items, "ID")->type_name, "singleLineText");
	assert_string_equal(sandbox_find_field(items, "Modified At")->type_name, "lastModifiedTime");
	assert_non_null(sandbox_find_choice(sandbox_find_field(items, "PPC"), "TWD"));
	for (size_t i = 0; i < items->field_count; i++)
		assert_true(sandbox_id_shaped(items->fields[i]->id, "fld"));
	assert_true(sandbox_id_shaped(items->id, "tbl"));
	scoped_text first = written(store);
	struct sandbox_store *copy = read_back(first);
	scoped_text second = written(copy);
	assert_string_equal(first, second);
	sandbox_store_close(&copy);
	sandbox_store_close(&store);
}

static void check_seed(void **state)
{
	char ids[3][SANDBOX_ID_SIZE];
	static const uint64_t seeds[3] = {7, 7, 8};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct sandbox_store *store = sandbox_store_open();
		sandbox_store_seed(store, seeds[i]);
		sandbox_mint(store, "rec", ids[i]);
		assert_true(sandbox_id_shaped(ids[i], "rec"));
		sandbox_store_close(&store);
	}
	assert_string_equal(ids[0], ids[1]);
	assert_string_not_equal(ids[0], ids[2]);
}

static void check_seed_again(void **state)
{
	struct sandbox_store *store = sandbox_store_open();
	struct sandbox_table *table = sandbox_find_table(sandbox_add_template(store, "app1"), "Items");

	(void)state;
	for (int i = 0; i < 3; i++) {
		sandbox_store_seed(store, 7);
		sandbox_add_record(table, NULL);
	}
	assert_int_equal(table->base->map_count, 3);
	assert_string_not_equal(table->records[0]->id, table->records[1]->id);
	assert_string_not_equal(table->records[1]->id, table->records[2]->id);
	sandbox_store_close(&store);
}

/* More than the trash holds: the oldest are gone for good. */
static void check_trash(void **state)
{
	struct sandbox_store *store = sandbox_store_open();
	struct sandbox_table *table = sandbox_find_table(sandbox_add_template(store, "app1"), "Collections");
	char first[SANDBOX_ID_SIZE] = "", last[SANDBOX_ID_SIZE] = "";

	(void)state;
	for (size_t i = 0; i < SANDBOX_TRASH_LIMIT + 1; i++) {
		struct sandbox_record *record = sandbox_add_record(table, NULL);
		memcpy(i ? last : first, record->id, SANDBOX_ID_SIZE);
	}
	struct sandbox_record **all = own_alloc(table->record_count * sizeof(struct sandbox_record *));
	size_t count = table->record_count;
	memcpy(all, table->records, count * sizeof(struct sandbox_record *));
	sandbox_rows_delete(all, count);
	free(all);
	assert_int_equal(table->record_count, 0);
	assert_int_equal(table->trash_count, SANDBOX_TRASH_LIMIT);
	assert_null(sandbox_find_trashed(table->base, first));
	assert_non_null(sandbox_find_trashed(table->base, last));
	sandbox_row_restore(sandbox_find_trashed(table->base, last));
	assert_non_null(sandbox_find_record(table->base, last));
	sandbox_store_close(&store);
}

/* ---- targets ---- */

struct target_case {
	const char *sentence, *uri;
	const char *path;  /* segments joined by '|' */
	const char *query; /* name>value joined by '|' */
	bool bad_path, bad_query;
};

static const struct target_case target_cases[] = {
	{"the root", "/", "", "", false, false},
	{"a path", "/v0/app1/Items", "v0|app1|Items", "", false, false},
	{"a closing slash", "/v0/app1/", "v0|app1", "", false, false},
	{"an empty part", "/v0//Items", "v0||Items", "", false, false},
	{"a slash within a part", "/v0/a%2Fb", "v0|a/b", "", false, false},
	{"a plus in a path stays", "/a+b", "a+b", "", false, false},
	{"a plus in a query is a space", "/?a+b=c+d", "", "a b>c d", false, false},
	{"a percent sign that encodes nothing", "/100%/%zz/%2", "100%|%zz|%2", "", false, false},
	{"capital and small digits", "/%c3%A9", "é", "", false, false},
	{"no path", "", "", "", true, false},
	{"a path without a slash", "*", "", "", true, false},
	{"an absolute address", "http://e.example/v0", "", "", true, false},
	{"a bare question mark", "/a?", "a", "", false, false},
	{"names without values", "/a?b&c=&=d", "a", "b>|c>|>d", false, false},
	{"empty pairs", "/a?&&b=1&", "a", "b>1", false, false},
	{"an equals sign in a value", "/a?b=c=d", "a", "b>c=d", false, false},
	{"a fragment", "/a?b=1#c", "a", "b>1", false, false},
	{"a NUL in the path", "/a%00b", "a", "", true, false},
	{"a NUL in the query", "/a?b=%00", "a", "b>", false, true},
	{"no UTF-8 in the path", "/%80", "\x80", "", true, false},
	{"no UTF-8 in a name", "/?%c3=1", "", "\xc3>1", false, true},
	{"too many parts", "/1/2/3/4/5/6/7/8/9", "1|2|3|4|5|6|7|8", "", true, false},
};

static void check_target(void **state)
{
	const struct target_case *row = *state;
	struct sandbox_target target = {0};
	struct text path = {0}, query = {0};

	sandbox_target_read(row->uri, &target);
	for (size_t i = 0; i < target.count; i++)
		text_format(&path, "%s%s", i ? "|" : "", target.segments[i]);
	for (size_t i = 0; i < target.pair_count; i++)
		text_format(&query, "%s%s>%s", i ? "|" : "", target.pairs[i].name, target.pairs[i].value);
	assert_string_equal(text_or_empty(&path), row->path);
	assert_string_equal(text_or_empty(&query), row->query);
	assert_int_equal(target.bad_path, row->bad_path);
	assert_int_equal(target.bad_query, row->bad_query);
	text_done(&path);
	text_done(&query);
	sandbox_target_done(&target);
}

/* ---- control paths that have no test of their own elsewhere ---- */

static const struct story stories[] = {
	{"the clock is moved",
	 {{"POST /_sandbox/clock", "{\"advance_ms\":60000}", 200,
	   "{\"now\":\"2026-11-23T10:01:00.500Z\",\"frozen\":false}"},
	  {"WAIT 1000", NULL, 0, NULL},
	  {"GET /_sandbox/clock", NULL, 200,
	   "{\"now\":\"2026-11-23T10:01:01.500Z\",\"now_ms\":1795428061500}"}}},
	{"the clock is set, and what is made has its time",
	 {{"POST /_sandbox/clock", "{\"set\":\"2027-01-01T00:00:00.250Z\"}", 200, NULL},
	  {"POST /v0/app00000000000001/Things", "{\"fields\":{\"Name\":\"n\"}}", 200,
	   "{\"createdTime\":\"2027-01-01T00:00:00.000Z\",\"fields\":{\"Changed\":\"2027-01-01T00:00:00."
	   "250Z\"}}"},
	  {"GET /v0/app00000000000001/Things?filterByFormula=IS_AFTER(NOW(),'2026-12-31')&fields[]=Name",
	   NULL, 200, "{\"records\":[\"*\",\"*\",\"*\",\"*\"]}"}}},
	{"the clock stands still and goes on from there",
	 {{"POST /_sandbox/clock", "{\"freeze\":true}", 200, "{\"frozen\":true}"},
	  {"WAIT 1000", NULL, 0, NULL},
	  {"POST /_sandbox/clock", "{\"advance_ms\":5}", 200,
	   "{\"now\":\"2026-11-23T10:00:00.505Z\",\"frozen\":true}"},
	  {"POST /_sandbox/clock", "{\"freeze\":false}", 200, "{\"now\":\"2026-11-23T10:00:00.505Z\"}"},
	  {"WAIT 1000", NULL, 0, NULL},
	  {"GET /_sandbox/clock", NULL, 200, "{\"now\":\"2026-11-23T10:00:01.505Z\"}"}}},
	{"a time that is none",
	 {{"POST /_sandbox/clock", "{\"set\":\"noon\"}", 422,
	   "{\"error\":{\"message\":\"\\\"noon\\\" is no time\"}}"}}},
	{"a time before 1970", {{"POST /_sandbox/clock", "{\"advance_ms\":-9000000000000}", 422, NULL}}},
	{"all rows, and nothing more while nothing changed",
	 {{"GET /_sandbox/rows?base=app00000000000001&table=Things", NULL, 200,
	   "{\"version\":\"*\",\"records\":[\"*\",\"*\",\"*\"]}"},
	  {"GET /_sandbox/rows?base=app00000000000001&table=Things&since=0", NULL, 200,
	   "{\"records\":[\"*\",\"*\",\"*\"]}"}}},
	{"rows of a table that is not there",
	 {{"GET /_sandbox/rows?base=app00000000000001&table=No", NULL, 422, NULL}}},
	{"bases and how many rows they have",
	 {{"GET /_sandbox/bases", NULL, 200,
	   "{\"bases\":[{\"id\":\"app00000000000001\",\"name\":\"Base\"}],\"rows\":{\"tblThings00000001\":3,"
	   "\"tblPlaces00000001\":2}}"}}},
	{"another state is loaded, and is what the API shows",
	 {{"POST /_sandbox/load", "{\"templates\":[\"appOther\"]}", 200,
	   "{\"bases\":[{\"id\":\"appOther\"}]}"},
	  {"GET /v0/app00000000000001/Things", NULL, 403, NULL},
	  {"POST /v0/appOther/Items", "{\"fields\":{\"Name\":\"n\"}}", 200,
	   "{\"fields\":{\"Name\":\"n\",\"#\":1}}"}}},
	{"a state that is refused changes nothing",
	 {{"POST /_sandbox/load", "{\"bases\":[{}]}", 422, NULL},
	  {"GET /v0/app00000000000001/Things", NULL, 200, NULL}}},
	{"no file to save to", {{"POST /_sandbox/save", "{}", 422, NULL}}},
	{"the state",
	 {{"GET /_sandbox/save", NULL, 200,
	   "{\"bases\":[{\"tables\":[{\"records\":[\"*\",\"*\",\"*\"]},\"*\"]}]}"}}},
	{"options out of range",
	 {{"POST /_sandbox/options", "{\"latency_ms\":-1}", 422, NULL},
	  {"POST /_sandbox/options", "{\"rate\":5000}", 422, NULL}}},
	{"options",
	 {{"POST /_sandbox/options", "{\"latency_ms\":5,\"rate\":0}", 200, "{\"latency_ms\":5,\"rate\":0}"}}},
	{"a control path that is none", {{"GET /_sandbox/secrets", NULL, 404, "{\"error\":\"NOT_FOUND\"}"}}},
	{"a control path by another method", {{"DELETE /_sandbox/rows", NULL, 404, NULL}}},
	{"a control body that is no JSON", {{"POST /_sandbox/edit", "{", 422, NULL}}},
	{"a control body that is null",
	 {{"POST /_sandbox/edit", "null", 422, NULL},
	  {"POST /_sandbox/faults", "null", 422, NULL},
	  {"POST /_sandbox/load", "null", 422, NULL},
	  {"POST /_sandbox/options", "null", 200, NULL},
	  {"POST /_sandbox/clock", "null", 200, NULL}}},
	{"the plan of faults",
	 {{"POST /_sandbox/faults", "[{\"at\":2,\"fault\":\"503\"}]", 200,
	   "{\"waiting\":[{\"at\":2,\"fault\":\"503\"}],\"fired\":[]}"},
	  {"DELETE /_sandbox/faults", NULL, 200, "{\"waiting\":[]}"}}},
};

/* ---- the command line ---- */

struct command_case {
	const char *sentence;
	const char *words[8];
	const char *error; /* NULL: taken */
};

static const struct command_case command_cases[] = {
	{"nothing", {NULL}, NULL},
	{"a port and a latency", {"--port", "0", "--latency=300"}, NULL},
	{"an address and port in one", {"--listen", "127.0.0.1:9999"}, NULL},
	{"an IPv6 address", {"--listen", "::1"}, NULL},
	{"a template and a seed", {"--template", "appX", "--seed", "5"}, NULL},
	{"the rate off", {"--rate", "off"}, NULL},
	{"the rate scaled", {"--rate", "10"}, NULL},
	{"tokens", {"--token", "a=app1,app2", "--token", "b"}, NULL},
	{"an unknown option", {"--prot", "1"}, "there is no option \"--prot\"; see --help"},
	{"a word that is no option", {"run"}, "there is no option \"run\"; see --help"},
	{"an option without its value", {"--port"}, "--port needs a value"},
	{"a value where none belongs", {"--bump-equal=1"}, "--bump-equal takes no value"},
	{"a port that is none", {"--port", "70000"}, "--port: \"70000\" will not do"},
	{"a port that is no number", {"--port", "http"}, "--port: \"http\" will not do"},
	{"a rate that is none", {"--rate", "fast"}, "--rate: \"fast\" will not do"},
	{"an empty token", {"--token", ""}, "--token: a token is empty, or they are too many"},
	{"a template that no path can hold", {"--template", "a/b"}, "--template: \"a/b\" will not do"},
	{"saving always, but not where", {"--save-always"}, "--save-always needs --save"},
	{"a level that is none", {"--log", "loud"}, "--log: \"loud\" will not do"},
	{"a file that is not there", {"--load", "/nowhere"}, "/nowhere: No such file or directory"},
};

static void check_command(void **state)
{
	const struct command_case *row = *state;
	char *words[9] = {own_copy("airtable-sandbox")};
	int count = 1;
	struct sandbox sandbox;
	enum sandbox_command command;
	struct error error = {0};

	sandbox_init(&sandbox);
	for (; row->words[count - 1]; count++)
		words[count] = own_copy(row->words[count - 1]);
	bool taken = sandbox_options_read(&sandbox, count, words, &command, &error);
	if (row->error)
		assert_string_equal(error.text, row->error);
	if (taken != (row->error == NULL))
		fail_msg("%s", error.text);
	if (strcmp(row->sentence, "an address and port in one") == 0) {
		assert_string_equal(sandbox.options.listen, "127.0.0.1");
		assert_int_equal(sandbox.options.port, 9999);
	}
	for (int i = 0; i < count; i++)
		free(words[i]);
	sandbox_done(&sandbox);
}

int main(void)
{
	struct cases cases = {0};

	cases_add(&cases, own_copy("a state written, read and written again is the same"), check_round_trip,
		  NULL);
	cases_add(&cases, own_copy("a state in a file"), check_file, NULL);
	cases_add_table(&cases, wrong_states, check_wrong);
	cases_add(&cases, own_copy("the template has the app's tables"), check_template, NULL);
	cases_add(&cases, own_copy("ids follow from the seed"), check_seed, NULL);
	cases_add(&cases, own_copy("a seed used again makes other rows"), check_seed_again, NULL);
	cases_add(&cases, own_copy("the trash has an end"), check_trash, NULL);
	cases_add_table(&cases, target_cases, check_target);
	cases_add_table(&cases, stories, steps_run);
	cases_add_table(&cases, command_cases, check_command);
	return cases_run("sandbox store", &cases);
}
