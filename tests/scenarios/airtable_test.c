/* airtable/ against the sandbox, whose program AIRTABLE_SANDBOX names. Each case begins with a base of its own making. What
 * no honest server does is in tests/unit/airtable_*_test.c. */
#include "airtable/records.h"
#include "airtable/schema.h"
#include "base/clock.h"
#include "base/own.h"
#include "tests/scenarios/servers.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define BASE    "appThingsAndKind1"
#define THINGS  "tblThings00000001"
#define KINDS   "tblKinds000000001"
#define ID      "fldThingId0000001"
#define NAME    "fldThingName00001"
#define NUMBER  "fldThingNumber001"
#define CHOICE  "fldThingChoice001"
#define NOTES   "fldThingNotes0001"
#define KIND    "fldThingKind00001"
#define TICK    "fldThingTick00001"
#define COUNTER "fldThingCounter01"
#define TOKEN   "patSCENARIO.0123456789"

enum {
	GUARD_SECONDS = 300, /* a case that hangs ends the program */
	SPEED = 100,         /* of the fast clock: a penalty of 30 s is 300 ms */
	MOST_WRITES = 600,
};

static const char state_json[] =
	"{\"bases\":[{\"id\":\"" BASE "\",\"name\":\"Things\",\"tables\":["
	"{\"id\":\"" THINGS "\",\"name\":\"Things\",\"primaryFieldId\":\"" NAME "\",\"fields\":["
	"{\"id\":\"" NAME "\",\"name\":\"Name\",\"type\":\"singleLineText\"},"
	"{\"id\":\"" ID "\",\"name\":\"ID\",\"type\":\"singleLineText\"},"
	"{\"id\":\"" NUMBER "\",\"name\":\"Number\",\"type\":\"number\",\"options\":{\"precision\":2}},"
	"{\"id\":\"" CHOICE "\",\"name\":\"Choice\",\"type\":\"singleSelect\",\"options\":{\"choices\":["
	"{\"id\":\"selRed00000000001\",\"name\":\"Red\"}]}},"
	"{\"id\":\"" NOTES "\",\"name\":\"Notes\",\"type\":\"multilineText\"},"
	"{\"id\":\"" TICK "\",\"name\":\"Tick\",\"type\":\"checkbox\"},"
	"{\"id\":\"" COUNTER "\",\"name\":\"#\",\"type\":\"autoNumber\"},"
	"{\"id\":\"" KIND
	"\",\"name\":\"Kind\",\"type\":\"multipleRecordLinks\",\"options\":{\"linkedTableId\":\"" KINDS
	"\"}}],\"records\":[]},"
	"{\"id\":\"" KINDS "\",\"name\":\"Kinds\",\"primaryFieldId\":\"fldKindName000001\",\"fields\":["
	"{\"id\":\"fldKindName000001\",\"name\":\"Name\",\"type\":\"singleLineText\"}],\"records\":[]}]}]}";

static const char *const all_fields[] = {NAME, ID, NUMBER, CHOICE, NOTES, TICK, KIND};

/* --- the sandbox --- */

static struct sandbox_program sandbox;

static int open_all(void **state)
{
	struct error error = {0};

	(void)state;
	if (sandbox_program_start(&sandbox, "on", &error))
		return 0;
	print_error("%s\n", error.text);
	return -1;
}

static int close_all(void **state)
{
	(void)state;
	return sandbox_program_end(&sandbox) ? 0 : -1;
}

/* --- a world for each case --- */

struct world {
	struct http *http, *control;
	struct airtable_limiter *base, *token;
	struct airtable_client *airtable;
	struct airtable_write writes[MOST_WRITES];
	char *ids[MOST_WRITES]; /* owned */
	size_t count;
	struct error error;
};

static void expect(struct world *world, bool good)
{
	if (!good)
		fail_msg("%s: %s", error_kind_name(world->error.kind), world->error.text);
}

/* The answer of a control path; the caller puts. */
static struct json_object *control(struct world *world, const char *method, const char *path,
				   const char *body)
{
	struct json_object *answer = NULL;

	expect(world,
	       sandbox_program_control(&sandbox, world->control, method, path, body, &answer, &world->error));
	return answer;
}

static void order(struct world *world, const char *method, const char *path, const char *body)
{
	json_release(control(world, method, path, body));
}

static int64_t count_of(struct world *world, const char *key)
{
	scoped(json_object) counts = control(world, "GET", "counts", NULL);
	return json_int_or(counts, key, -1);
}

static struct airtable_client *open_client(struct world *world, const char *base, const char *token,
					   int deadline_ms)
{
	struct airtable_address address = {sandbox.url, token, base, deadline_ms, NULL};
	return airtable_client_open(world->http, &address, world->base, world->token);
}

static struct world *world_open(int per_second, int deadline_ms)
{
	struct world *world = own_alloc(sizeof(*world));
	world->http = http_open("davenport-test");
	world->control = http_open("davenport-test");
	world->base = airtable_limiter_open(per_second);
	world->token = airtable_limiter_open(
		per_second == AIRTABLE_BASE_PER_SECOND ? AIRTABLE_TOKEN_PER_SECOND : 1000);
	world->airtable = open_client(world, BASE, TOKEN, deadline_ms);
	order(world, "POST", "load", state_json);
	order(world, "DELETE", "faults", NULL);
	order(world, "POST", "options", "{\"latency_ms\":0,\"rate\":0}");
	order(world, "POST", "counts", "{}");
	return world;
}

static void forget_writes(struct world *world)
{
	airtable_writes_done(world->writes, world->count);
	for (size_t i = 0; i < world->count; i++) {
		json_release(world->writes[i].fields);
		own_free_text(&world->ids[i]);
	}
	world->count = 0;
}

static void world_close(struct world *world)
{
	forget_writes(world);
	airtable_client_close(&world->airtable);
	airtable_limiter_close(&world->base);
	airtable_limiter_close(&world->token);
	http_close(&world->http);
	http_close(&world->control);
	free(world);
	clock_replace(NULL);
}

static struct json_object *parse(const char *words)
{
	struct json_object *json = NULL;
	struct error error = {0};
	if (!json_read(words, strlen(words), &json, NULL, &error))
		fail_msg("%s: %s", error.text, words);
	return json;
}

/* 'fields' is JSON with the ids' macros; record_id NULL for an upsert. */
static struct airtable_write *add_write(struct world *world, const char *record_id, const char *fields)
{
	assert_true(world->count < MOST_WRITES);
	struct airtable_write *write = &world->writes[world->count];
	world->ids[world->count] = own_copy(record_id);
	*write = (struct airtable_write){.record_id = world->ids[world->count], .fields = parse(fields)};
	world->count++;
	return write;
}

static void add_upserts(struct world *world, int first, int count)
{
	for (int i = first; i < first + count; i++) {
		scoped_text fields = own_format(
			"{\"" ID "\":\"id-%04d\",\"" NAME "\":\"thing %d\",\"" NUMBER "\":%d}", i, i, i);
		add_write(world, NULL, fields);
	}
}

static bool write_all(struct world *world, enum airtable_write_kind kind)
{
	struct airtable_batch *batch =
		airtable_batch_start(world->airtable, THINGS, kind, kind == AIRTABLE_UPSERT ? ID : NULL,
				     false, world->writes, world->count);
	return airtable_batch_finish(&batch, &world->error);
}

static void expect_done(const struct world *world)
{
	for (size_t i = 0; i < world->count; i++) {
		if (world->writes[i].kind != ERROR_NONE)
			fail_msg("write %zu: %s", i, world->writes[i].error.text);
	}
}

/* Makes 'count' rows, forgets the writes. */
static void fill(struct world *world, int count)
{
	add_upserts(world, 0, count);
	expect(world, write_all(world, AIRTABLE_UPSERT));
	expect_done(world);
	forget_writes(world);
	order(world, "POST", "counts", "{}");
}

struct rows {
	size_t count;
	struct airtable_record list[1000];
};

static bool keep(void *context, struct airtable_records *page, struct error *error)
{
	struct rows *rows = context;
	(void)error;
	for (size_t i = 0; i < page->count; i++) {
		assert_true(rows->count < countof(rows->list));
		rows->list[rows->count] = page->list[i];
		rows->list[rows->count++].fields = take(page->list[i].fields);
	}
	return true;
}

static struct rows *list_rows(struct world *world, const char *formula)
{
	struct rows *rows = own_alloc(sizeof(*rows));
	struct airtable_list list = {.table_id = THINGS,
				     .field_ids = all_fields,
				     .field_count = countof(all_fields),
				     .formula = formula};
	expect(world, airtable_records_list(world->airtable, &list, keep, rows, NULL, &world->error));
	return rows;
}

static void rows_close(struct rows **rows)
{
	for (size_t i = 0; *rows && i < (*rows)->count; i++)
		json_release((*rows)->list[i].fields);
	free(take(*rows));
}

static size_t row_count(struct world *world)
{
	scoped(rows) rows = list_rows(world, NULL);
	return rows->count;
}

static int64_t fast_steady_ms(void *context)
{
	(void)context;
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return ((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000) * SPEED;
}

static void use_fast_clock(void)
{
	static const struct clock_source source = {.steady_ms = fast_steady_ms};
	clock_replace(&source);
}

/* --- rows come, change and go --- */

static void a_row_is_made_read_changed_and_deleted(void **state)
{
	(void)state;
	struct world *world = world_open(1000, 0);
	struct airtable_write *write =
		add_write(world, NULL,
			  "{\"" ID "\":\"id-1\",\"" NAME "\":\"Größe 大 😀\",\"" NUMBER "\":12.5,\"" CHOICE
			  "\":\"Red\",\"" NOTES "\":\"a\\nb\",\"" TICK "\":true}");
	expect(world, write_all(world, AIRTABLE_UPSERT));
	expect_done(world);
	assert_false(write->updated_existing);
	assert_true(write->answer.created_ms > 0 && write->date_ms > 0);
	assert_string_equal(json_text_or(write->answer.fields, NAME, ""), "Größe 大 😀");
	assert_string_equal(json_text_or(write->answer.fields, CHOICE, ""), "Red");
	scoped_text record_id = own_copy(write->answer.id);
	forget_writes(world);

	write = add_write(world, record_id, "{\"" CHOICE "\":null,\"" TICK "\":false,\"" NUMBER "\":0}");
	expect(world, write_all(world, AIRTABLE_UPDATE));
	expect_done(world);
	assert_string_equal(write->answer.id, record_id);
	assert_string_equal(json_text_or(write->answer.fields, NOTES, ""),
			    "a\nb"); /* a whole row comes back */
	assert_false(json_find(write->answer.fields, CHOICE, NULL));
	assert_false(json_find(write->answer.fields, TICK, NULL));
	assert_true(json_find(write->answer.fields, NUMBER, NULL));
	forget_writes(world);

	struct airtable_records records = {0};
	const char *const wanted[] = {record_id, "recNobodyKnowsMe1"};
	expect(world, airtable_records_read(world->airtable, THINGS, all_fields, countof(all_fields), wanted,
					    2, &records, &world->error));
	assert_int_equal(records.count, 1);
	assert_string_equal(records.list[0].id, record_id);
	airtable_records_done(&records);

	add_write(world, record_id, "{}");
	expect(world, write_all(world, AIRTABLE_DELETE));
	expect_done(world);
	assert_int_equal(row_count(world), 0);
	world_close(world);
}

static void an_upsert_twice_makes_no_twin(void **state)
{
	(void)state;
	struct world *world = world_open(1000, 0);
	fill(world, 15);
	scoped(rows) before = list_rows(world, NULL);
	add_upserts(world, 10, 10);
	expect(world, write_all(world, AIRTABLE_UPSERT));
	expect_done(world);
	for (size_t i = 0; i < world->count; i++)
		assert_int_equal(world->writes[i].updated_existing, i < 5);
	assert_int_equal(row_count(world), 20);
	for (size_t i = 0; i < before->count; i++) {
		for (size_t k = 0; k < 5; k++) {
			bool same_row = strcmp(before->list[i].id, world->writes[k].answer.id) == 0;
			bool same_id = strcmp(json_text_or(before->list[i].fields, ID, ""),
					      json_text_or(world->writes[k].fields, ID, "?")) == 0;
			assert_true(same_row == same_id);
		}
	}
	world_close(world);
}

static void two_rows_with_one_id_stop_only_that_upsert(void **state)
{
	(void)state;
	struct world *world = world_open(1000, 0);
	fill(world, 2);
	scoped(rows) rows = list_rows(world, NULL);
	for (size_t i = 0; i < 2; i++)
		add_write(world, rows->list[i].id, "{\"" ID "\":\"id-0007\"}");
	expect(world, write_all(world, AIRTABLE_UPDATE));
	expect_done(world);
	forget_writes(world);
	add_upserts(world, 0, 10);
	expect(world, write_all(world, AIRTABLE_UPSERT));
	for (size_t i = 0; i < world->count; i++)
		assert_int_equal(world->writes[i].kind, i == 7 ? ERROR_REFUSED : ERROR_NONE);
	assert_non_null(strstr(world->writes[7].error.text, "Cannot update more than one record"));
	assert_int_equal(row_count(world), 11);
	world_close(world);
}

/* --- lists --- */

struct paging {
	const char *sentence;
	int rows;
	size_t page_size;
	bool by_post;
	int requests;
};

static const struct paging pagings[] = {
	{"250 rows in three pages by GET", 250, 0, false, 3},
	{"250 rows in three pages by POST", 250, 0, true, 3},
	{"25 rows in pages of ten", 25, 10, false, 3},
	{"no rows", 0, 0, false, 1},
};

static void check_paging(void **state)
{
	const struct paging *row = *state;
	struct world *world = world_open(1000, 0);
	struct text formula = {0};
	fill(world, row->rows);
	text_add(&formula, "OR({" ID "}!='nobody'");
	while (row->by_post && formula.length < AIRTABLE_URL_LIMIT)
		text_add(&formula, ",{" ID "}='nobody'");
	text_add(&formula, ")");
	scoped(rows) rows = own_alloc(sizeof(*rows));
	struct airtable_list list = {.table_id = THINGS,
				     .field_ids = all_fields,
				     .field_count = countof(all_fields),
				     .formula = text_or_empty(&formula),
				     .page_size = row->page_size};
	int64_t date_ms = 0;
	expect(world, airtable_records_list(world->airtable, &list, keep, rows, &date_ms, &world->error));
	text_done(&formula);
	assert_true(date_ms > 0);
	assert_int_equal(rows->count, row->rows);
	assert_int_equal(count_of(world, "total"), row->requests);
	unsigned char seen[1000] = {0};
	for (size_t i = 0; i < rows->count; i++)
		seen[json_int_or(rows->list[i].fields, NUMBER, 999)]++;
	for (int i = 0; i < row->rows; i++)
		assert_int_equal(seen[i], 1);
	world_close(world);
}

struct loser {
	struct world *world;
	struct rows *rows;
	int times;
};

static bool keep_and_lose(void *context, struct airtable_records *page, struct error *error)
{
	struct loser *loser = context;
	if (loser->times-- > 0)
		order(loser->world, "DELETE", "iterators", NULL);
	return keep(loser->rows, page, error);
}

static void a_lost_iterator_starts_the_list_again(void **state)
{
	(void)state;
	struct world *world = world_open(1000, 0);
	fill(world, 250);
	scoped(rows) rows = own_alloc(sizeof(*rows));
	struct loser loser = {world, rows, 2};
	struct airtable_list list = {
		.table_id = THINGS, .field_ids = all_fields, .field_count = countof(all_fields)};
	expect(world,
	       airtable_records_list(world->airtable, &list, keep_and_lose, &loser, NULL, &world->error));
	assert_int_equal(rows->count, 100 + 100 + 250);
	assert_int_equal(count_of(world, "total"), 2 + 2 + 3);
	world_close(world);
}

static void a_list_of_a_field_that_is_gone_is_refused(void **state)
{
	(void)state;
	struct world *world = world_open(1000, 0);
	static const char *const fields[] = {NAME, "fldNobodyKnows001"};
	struct airtable_list list = {.table_id = THINGS, .field_ids = fields, .field_count = 2};
	scoped(rows) rows = own_alloc(sizeof(*rows));
	assert_false(airtable_records_list(world->airtable, &list, keep, rows, NULL, &world->error));
	assert_int_equal(world->error.kind, ERROR_REFUSED);
	assert_string_equal(world->error.code, "UNKNOWN_FIELD_NAME");
	world_close(world);
}

static const struct {
	const char *sentence, *id;
} quoted[] = {
	{"a formula finds O'Neil", "O\\u0027Neil"},
	{"a formula finds back\\slashes and \"quotes\"", "a\\\\b\\\"c\\\\"},
	{"a formula finds braces, commas and percent signs", "{x}, 100%+&="},
	{"a formula finds other scripts", "Größe 大きさ 😀"},
};

static void check_quoted(void **state)
{
	const char *id = *state;
	struct world *world = world_open(1000, 0);
	fill(world, 3);
	scoped_text fields = own_format("{\"" ID "\":\"%s\"}", id);
	struct airtable_write *write = add_write(world, NULL, fields);
	expect(world, write_all(world, AIRTABLE_UPSERT));
	expect_done(world);
	struct text formula = {0};
	text_add(&formula, "{" ID "}=");
	airtable_formula_text(&formula, json_text_or(write->fields, ID, ""));
	scoped(rows) rows = list_rows(world, text_or_empty(&formula));
	text_done(&formula);
	assert_int_equal(rows->count, 1);
	assert_string_equal(rows->list[0].id, write->answer.id);
	world_close(world);
}

/* --- refusals: the bad one in the middle of ten --- */

struct refusal {
	const char *sentence;
	const char *fields; /* of the bad one, beside its ID */
	const char *code, *words;
};

static const struct refusal refusals[] = {
	{"a text in a number's cell stops only itself", "\"" NUMBER "\":\"x\"", "INVALID_VALUE_FOR_COLUMN",
	 "Number"},
	{"a number in a text's cell stops only itself", "\"" NAME "\":5", "INVALID_VALUE_FOR_COLUMN", "Name"},
	{"an unknown choice stops only itself", "\"" CHOICE "\":\"Blue\"", "INVALID_MULTIPLE_CHOICE_OPTIONS",
	 "Blue"},
	{"an unknown field stops only itself", "\"fldNobodyKnows001\":\"x\"", "UNKNOWN_FIELD_NAME",
	 "fldNobodyKnows001"},
	{"a computed field stops only itself", "\"" COUNTER "\":5", "INVALID_VALUE_FOR_COLUMN", "computed"},
	{"a link to a row that is gone stops only itself", "\"" KIND "\":[\"recNobodyKnowsMe1\"]",
	 "ROW_DOES_NOT_EXIST", "recNobodyKnowsMe1"},
	{"a link that is a text stops only itself", "\"" KIND "\":\"Tools\"", "INVALID_VALUE_FOR_COLUMN",
	 "array of record IDs"},
};

static void check_refusal(void **state)
{
	const struct refusal *row = *state;
	struct world *world = world_open(1000, 0);
	add_upserts(world, 0, 4);
	scoped_text fields = own_format("{\"" ID "\":\"bad\",%s}", row->fields);
	struct airtable_write *bad = add_write(world, NULL, fields);
	add_upserts(world, 4, 5);
	expect(world, write_all(world, AIRTABLE_UPSERT));
	assert_int_equal(bad->kind, ERROR_REFUSED);
	assert_string_equal(bad->error.code, row->code);
	assert_false(bad->row_missing);
	if (!strstr(bad->error.text, row->words))
		fail_msg("'%s' lacks '%s'", bad->error.text, row->words);
	for (size_t i = 0; i < world->count; i++)
		assert_true((world->writes[i].kind == ERROR_NONE) == (&world->writes[i] != bad));
	assert_true(count_of(world, "total") <= 9);
	assert_int_equal(row_count(world), 9);
	world_close(world);
}

static void check_missing(enum airtable_write_kind kind, const char *code)
{
	struct world *world = world_open(1000, 0);
	fill(world, 5);
	scoped(rows) rows = list_rows(world, NULL);
	for (size_t i = 0; i < 5; i++)
		add_write(world, i == 3 ? "recNobodyKnowsMe1" : rows->list[i].id, "{\"" NAME "\":\"new\"}");
	expect(world, write_all(world, kind));
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(world->writes[i].kind, i == 3 ? ERROR_REFUSED : ERROR_NONE);
		assert_int_equal(world->writes[i].row_missing, i == 3);
	}
	assert_string_equal(world->writes[3].error.code, code);
	world_close(world);
}

static void an_update_of_a_row_that_is_gone_stops_only_itself(void **state)
{
	(void)state;
	check_missing(AIRTABLE_UPDATE, "ROW_DOES_NOT_EXIST");
}

static void a_delete_of_a_row_that_is_gone_stops_only_itself(void **state)
{
	(void)state;
	check_missing(AIRTABLE_DELETE, "NOT_FOUND");
}

static void ten_long_notes_are_written_in_parts(void **state)
{
	(void)state;
	struct world *world = world_open(1000, 0);
	for (int i = 0; i < 10; i++) {
		struct text fields = {0};
		text_format(&fields, "{\"" ID "\":\"id-%d\",\"" NOTES "\":\"", i);
		for (int k = 0; k < 90000; k++)
			text_add(&fields, "大");
		text_add(&fields, "\"}");
		add_write(world, NULL, text_or_empty(&fields));
		text_done(&fields);
	}
	expect(world, write_all(world, AIRTABLE_UPSERT)); /* 2.7 MB, and the sandbox takes 1 MB */
	expect_done(world);
	assert_int_equal(row_count(world), 10);
	world_close(world);
}

/* --- faults --- */

struct fault_case {
	const char *sentence;
	const char *rule;
	bool read; /* list 150 rows instead of writing 30 */
	int deadline_ms;
	const char *fates; /* one a request of ten: . done, ? in doubt; NULL for reads */
	int requests;      /* that the sandbox has seen */
	int rows;          /* that are there in the end */
};

static const struct fault_case faults[] = {
	{"a 429 on a write: sent again when the penalty is over",
	 "{\"fault\":\"429\",\"write\":true,\"nth\":2}", false, 0, "...", 4, 30},
	{"a 500 before a write: in doubt, and not done", "{\"fault\":\"500\",\"write\":true,\"nth\":1}",
	 false, 0, "?..", 3, 20},
	{"a 503 before a write: in doubt, and not done",
	 "{\"fault\":\"503\",\"write\":true,\"nth\":1,\"retryAfter\":1}", false, 0, "?..", 3, 20},
	{"a write that is applied and not answered: in doubt, done once",
	 "{\"fault\":\"applied-unanswered\",\"write\":true,\"nth\":1}", false, 0, "?..", 3, 30},
	{"half an answer to a write: in doubt, done once", "{\"fault\":\"cut\",\"write\":true,\"nth\":1}",
	 false, 0, "?..", 3, 30},
	{"a write that is not answered in time: in doubt", "{\"fault\":\"timeout\",\"write\":true,\"nth\":1}",
	 false, 1000, "?..", 3, 20},
	{"a page that fails is asked for again", "{\"fault\":\"502\",\"kind\":\"list\",\"nth\":2}", true, 0,
	 NULL, 3, 150},
	{"a page that is cut is asked for again", "{\"fault\":\"cut\",\"kind\":\"list\",\"nth\":1}", true, 0,
	 NULL, 3, 150},
	{"a page that is refused for its pace is asked for again",
	 "{\"fault\":\"429\",\"kind\":\"list\",\"nth\":1}", true, 0, NULL, 3, 150},
	{"a page that does not come is asked for again",
	 "{\"fault\":\"timeout\",\"kind\":\"list\",\"nth\":1}", true, 1000, NULL, 3, 150},
};

static void check_fates(const struct world *world, const char *fates)
{
	for (size_t i = 0; i < world->count; i++) {
		enum error_kind expected = fates[i / AIRTABLE_BATCH_LIMIT] == '?' ? ERROR_RETRY : ERROR_NONE;
		if (world->writes[i].kind != expected)
			fail_msg("write %zu: %s", i, world->writes[i].error.text);
	}
}

static void check_fault(void **state)
{
	const struct fault_case *row = *state;
	struct world *world = world_open(1000, row->deadline_ms);
	scoped_text rules = own_format("[%s]", row->rule);
	fill(world, row->read ? row->rows : 0);
	use_fast_clock();
	order(world, "POST", "faults", rules);
	if (row->read) {
		assert_int_equal(row_count(world), row->rows);
	} else {
		/* One request at a time, so that it is known which one is hit. */
		for (size_t i = 0; i < 3; i++) {
			add_upserts(world, (int)i * 10, 10);
			struct airtable_batch *batch =
				airtable_batch_start(world->airtable, THINGS, AIRTABLE_UPSERT, ID, false,
						     world->writes + i * 10, 10);
			expect(world, airtable_batch_finish(&batch, &world->error));
		}
		check_fates(world, row->fates);
	}
	assert_int_equal(count_of(world, "total"), row->requests);
	scoped(json_object) plan = control(world, "GET", "faults", NULL);
	assert_int_equal(json_int_or(plan, "fired_total", 0), 1);
	assert_int_equal(row_count(world), row->rows);
	world_close(world);
}

/* --- the real limits --- */

static void check_pace(struct world *world, int requests)
{
	scoped(json_object) counts = control(world, "GET", "counts", NULL);
	print_message("# %s\n", json_object_to_json_string(counts));
	assert_int_equal(json_int_or(counts, "total", 0), requests);
	assert_int_equal(json_int_or(counts, "refused_429", -1), 0);
	assert_int_equal(json_int_or(counts, "penalties", -1), 0);
}

static void sixty_requests_in_flight_earn_no_429(void **state)
{
	(void)state;
	struct world *world = world_open(AIRTABLE_BASE_PER_SECOND, 0);
	order(world, "POST", "options", "{\"rate\":1,\"latency_ms\":300}");
	add_upserts(world, 0, 600);
	expect(world, write_all(world, AIRTABLE_UPSERT));
	expect_done(world);
	check_pace(world, 60);
	order(world, "POST", "options", "{\"rate\":0,\"latency_ms\":0}");
	assert_int_equal(row_count(world), 600);
	world_close(world);
}

struct sharer {
	struct world *world;
	pthread_t thread;
	int answered;
};

/* A thread has an http and a client of its own; the slots are shared. */
static void *ask_ten_times(void *context)
{
	struct sharer *sharer = context;
	struct http *http = http_open("davenport-test");
	struct airtable_address address = {sandbox.url, TOKEN, BASE, 0, NULL};
	struct airtable_client *airtable =
		airtable_client_open(http, &address, sharer->world->base, sharer->world->token);
	for (int i = 0; i < 10; i++) {
		struct airtable_schema schema;
		if (airtable_schema_read(airtable, &schema, NULL)) {
			airtable_schema_done(&schema);
			sharer->answered++;
		}
	}
	airtable_client_close(&airtable);
	http_close(&http);
	return NULL;
}

static void three_threads_on_one_base_earn_no_429(void **state)
{
	(void)state;
	struct world *world = world_open(AIRTABLE_BASE_PER_SECOND, 0);
	order(world, "POST", "options", "{\"rate\":1,\"latency_ms\":50}");
	struct sharer sharers[3];
	for (size_t i = 0; i < countof(sharers); i++) {
		sharers[i] = (struct sharer){.world = world};
		assert_int_equal(pthread_create(&sharers[i].thread, NULL, ask_ten_times, &sharers[i]), 0);
	}
	for (size_t i = 0; i < countof(sharers); i++) {
		pthread_join(sharers[i].thread, NULL);
		assert_int_equal(sharers[i].answered, 10);
	}
	check_pace(world, 30);
	world_close(world);
}

/* --- schema, rights, clock --- */

static void the_schema_is_read(void **state)
{
	(void)state;
	struct world *world = world_open(1000, 0);
	struct airtable_schema schema;
	expect(world, airtable_schema_read(world->airtable, &schema, &world->error));
	const struct airtable_table *things = airtable_schema_table(&schema, THINGS);
	assert_non_null(things);
	assert_non_null(airtable_schema_table(&schema, KINDS));
	assert_string_equal(things->primary_field_id, NAME);
	assert_int_equal(things->field_count, 8);
	for (size_t i = 0; i < things->field_count; i++) {
		if (strcmp(things->fields[i].id, CHOICE) == 0)
			assert_int_equal(json_length(json_child(things->fields[i].options, "choices",
								json_type_array)),
					 1);
	}
	airtable_schema_done(&schema);
	world_close(world);
}

struct stranger {
	const char *sentence, *base, *token;
	int status;
	const char *code;
};

static const struct stranger strangers[] = {
	{"a token that is none is told", BASE, "nonsense-nonsense", 401, "AUTHENTICATION_REQUIRED"},
	{"a base that is not there is told", "appNobodyKnows001", TOKEN, 403,
	 "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND"},
};

static void check_stranger(void **state)
{
	const struct stranger *row = *state;
	struct world *world = world_open(1000, 0);
	struct airtable_client *stranger = open_client(world, row->base, row->token, 0);
	struct airtable_schema schema;
	assert_false(airtable_schema_read(stranger, &schema, &world->error));
	assert_int_equal(world->error.kind, ERROR_FATAL);
	assert_int_equal(world->error.status, row->status);
	assert_string_equal(world->error.code, row->code);
	assert_null(strstr(world->error.text, row->token));
	add_upserts(world, 0, 30);
	struct airtable_batch *batch = airtable_batch_start(stranger, THINGS, AIRTABLE_UPSERT, ID, false,
							    world->writes, world->count);
	assert_false(airtable_batch_finish(&batch, &world->error));
	assert_int_equal(world->error.kind, ERROR_FATAL);
	for (size_t i = 0; i < world->count; i++)
		assert_true(world->writes[i].kind == ERROR_FATAL || world->writes[i].kind == ERROR_STOPPED);
	assert_int_equal(row_count(world), 0);
	airtable_client_close(&stranger);
	world_close(world);
}

static const struct CMUnitTest programs[] = {
	cmocka_unit_test(a_row_is_made_read_changed_and_deleted),
	cmocka_unit_test(an_upsert_twice_makes_no_twin),
	cmocka_unit_test(two_rows_with_one_id_stop_only_that_upsert),
	cmocka_unit_test(a_lost_iterator_starts_the_list_again),
	cmocka_unit_test(a_list_of_a_field_that_is_gone_is_refused),
	cmocka_unit_test(an_update_of_a_row_that_is_gone_stops_only_itself),
	cmocka_unit_test(a_delete_of_a_row_that_is_gone_stops_only_itself),
	cmocka_unit_test(ten_long_notes_are_written_in_parts),
	cmocka_unit_test(sixty_requests_in_flight_earn_no_429),
	cmocka_unit_test(three_threads_on_one_base_earn_no_429),
	cmocka_unit_test(the_schema_is_read),
};

static struct CMUnitTest tests[countof(pagings) + countof(quoted) + countof(refusals) + countof(faults) +
			       countof(strangers) + countof(programs)];
static size_t tests_count;

static void add_test(const char *name, CMUnitTestFunction run, const void *row)
{
	tests[tests_count++] =
		(struct CMUnitTest){.name = name, .test_func = run, .initial_state = (void *)(uintptr_t)row};
}

int main(void)
{
	alarm(GUARD_SECONDS);
	for (size_t i = 0; i < countof(pagings); i++)
		add_test(pagings[i].sentence, check_paging, &pagings[i]);
	for (size_t i = 0; i < countof(quoted); i++)
		add_test(quoted[i].sentence, check_quoted, quoted[i].id);
	for (size_t i = 0; i < countof(refusals); i++)
		add_test(refusals[i].sentence, check_refusal, &refusals[i]);
	for (size_t i = 0; i < countof(faults); i++)
		add_test(faults[i].sentence, check_fault, &faults[i]);
	for (size_t i = 0; i < countof(strangers); i++)
		add_test(strangers[i].sentence, check_stranger, &strangers[i]);
	memcpy(tests + tests_count, programs, sizeof(programs));
	tests_count += countof(programs);
	return _cmocka_run_group_tests("airtable", tests, tests_count, open_all, close_all);
}
