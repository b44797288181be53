/* Listing, reading and writing rows against a small server that misbehaves in one way at a time. */
#include "airtable/records.h"
#include "base/clock.h"
#include "base/own.h"
#include "tests/fakes/http_server.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define CREATED "2026-04-24T15:22:24.000Z"
#define DATE    "Date: Fri, 24 Apr 2026 15:22:24 GMT\r\n"

enum { SPEED = 200 }; /* of the clock: a penalty of 30 s is 150 ms */

static int64_t real_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t fast_steady_ms(void *context)
{
	(void)context;
	return real_ms() * SPEED;
}

static void no_chance(void *context, void *bytes, size_t length)
{
	(void)context;
	memset(bytes, 0, length);
}

struct caller {
	struct fake_server *server;
	struct http *http;
	struct airtable_limiter *limiter;
	struct airtable_client *airtable;
};

static struct caller caller_open_with(fake_script *script, void *context, int deadline_ms, int per_second)
{
	static const struct clock_source source = {.steady_ms = fast_steady_ms, .random_bytes = no_chance};
	clock_replace(&source);
	struct caller caller = {.server = fake_server_open(script, context),
				.http = http_open("davenport-test")};
	struct airtable_address address = {fake_server_url(caller.server), "patTEST.0123456789", "appX",
					   deadline_ms, NULL};
	caller.limiter = airtable_limiter_open(per_second);
	caller.airtable = airtable_client_open(caller.http, &address, caller.limiter, NULL);
	return caller;
}

static struct caller caller_open(fake_script *script, void *context, int deadline_ms)
{
	return caller_open_with(script, context, deadline_ms, 1000);
}

static void caller_close(struct caller *caller)
{
	airtable_client_close(&caller->airtable);
	airtable_limiter_close(&caller->limiter);
	http_close(&caller->http);
	fake_server_close(&caller->server);
	clock_replace(NULL);
}

static struct json_object *parse(const char *words)
{
	struct json_object *json = NULL;
	struct error error = {0};
	if (!json_read(words, strlen(words), &json, NULL, &error))
		fail_msg("%s", error.text);
	return json;
}

/* ================================ listing ================================ */

enum quirk {
	PLAIN,
	REPEAT_A_ROW,  /* each page begins with the last row of the one before */
	LOSE_ITERATOR, /* on page 2, 'times' times */
	SAME_OFFSET,   /* page 2 points to itself, without rows */
	EMPTY_PAGES,   /* for ever, each with an offset of its own */
	OFFSET_NULL,   /* at the end */
	NO_RECORDS,
	NO_ID,
	LONG_ID,
	NO_CREATED,
	NO_FIELDS,
	RECORD_IS_NULL,
	FAIL_ONCE, /* 500 on page 2 */
	FORBID,
};

struct list_case {
	const char *sentence;
	enum quirk quirk;
	int times;
	int rows;
	size_t page_size, most;
	int formula_length; /* of padding; 0: no formula */
	const char *method; /* of every request */
	int requests;
	int given; /* rows that the visitor saw */
	enum error_kind kind;
	const char *words;
	int refuse_at; /* the visitor's own error at this row */
};

static const struct list_case list_cases[] = {
	{"list: an empty table", PLAIN, 0, 0, 0, 0, 0, "GET", 1, 0, ERROR_NONE, NULL, 0},
	{"list: one page", PLAIN, 0, 100, 0, 0, 0, "GET", 1, 100, ERROR_NONE, NULL, 0},
	{"list: 250 rows in three pages", PLAIN, 0, 250, 0, 0, 0, "GET", 3, 250, ERROR_NONE, NULL, 0},
	{"list: pages of another size", PLAIN, 0, 25, 10, 0, 0, "GET", 3, 25, ERROR_NONE, NULL, 0},
	{"list: a page size beyond the limit is the limit", PLAIN, 0, 250, 500, 0, 0, "GET", 3, 250,
	 ERROR_NONE, NULL, 0},
	{"list: no more than asked for", PLAIN, 0, 250, 0, 120, 0, "GET", 2, 120, ERROR_NONE, NULL, 0},
	{"list: with a short formula by GET", PLAIN, 0, 120, 0, 0, 100, "GET", 2, 120, ERROR_NONE, NULL, 0},
	{"list: with a long formula by POST", PLAIN, 0, 250, 0, 240, 15000, "POST", 3, 240, ERROR_NONE, NULL,
	 0},
	{"list: 20,000 rows, each once", PLAIN, 0, 20000, 0, 0, 0, "GET", 200, 20000, ERROR_NONE, NULL, 0},
	{"list: a row that a page repeats is given once", REPEAT_A_ROW, 0, 250, 0, 0, 0, "GET", 3, 250,
	 ERROR_NONE, NULL, 0},
	{"list: a lost iterator starts it again", LOSE_ITERATOR, 1, 250, 0, 0, 0, "GET", 5, 350, ERROR_NONE,
	 NULL, 0},
	{"list: a lost iterator starts it again, by POST too", LOSE_ITERATOR, 1, 250, 0, 0, 15000, "POST", 5,
	 350, ERROR_NONE, NULL, 0},
	{"list: three lost iterators are stood", LOSE_ITERATOR, 3, 150, 0, 0, 0, "GET", 8, 450, ERROR_NONE,
	 NULL, 0},
	{"list: the fourth lost iterator is an error", LOSE_ITERATOR, 4, 150, 0, 0, 0, "GET", 8, 400,
	 ERROR_LOST, "LIST_RECORDS_ITERATOR_NOT_AVAILABLE", 0},
	{"list: a failing page is asked for again", FAIL_ONCE, 1, 250, 0, 0, 0, "GET", 4, 250, ERROR_NONE,
	 NULL, 0},
	{"list: offset null is the end", OFFSET_NULL, 0, 100, 0, 0, 0, "GET", 1, 100, ERROR_NONE, NULL, 0},
	{"list: an offset that leads back to itself", SAME_OFFSET, 0, 250, 0, 0, 0, "GET", 2, 100,
	 ERROR_RETRY, "lead nowhere", 0},
	{"list: pages without rows for ever", EMPTY_PAGES, 0, 250, 0, 0, 0, "GET", 11, 100, ERROR_RETRY,
	 "lead nowhere", 0},
	{"list: an answer without records", NO_RECORDS, 0, 5, 0, 0, 0, "GET", 1, 0, ERROR_RETRY,
	 "has no records", 0},
	{"list: a record without an id", NO_ID, 0, 5, 0, 0, 0, "GET", 1, 0, ERROR_RETRY, "no usable id", 0},
	{"list: a record with an id that is too long", LONG_ID, 0, 5, 0, 0, 0, "GET", 1, 0, ERROR_RETRY,
	 "no usable id", 0},
	{"list: a record without a createdTime", NO_CREATED, 0, 5, 0, 0, 0, "GET", 1, 0, ERROR_RETRY,
	 "rec000003 has no createdTime", 0},
	{"list: a record without fields", NO_FIELDS, 0, 5, 0, 0, 0, "GET", 1, 0, ERROR_RETRY,
	 "rec000003 has no fields", 0},
	{"list: a record that is null", RECORD_IS_NULL, 0, 5, 0, 0, 0, "GET", 1, 0, ERROR_RETRY,
	 "is no object", 0},
	{"list: a base that is not granted", FORBID, 0, 5, 0, 0, 0, "GET", 1, 0, ERROR_FATAL,
	 "GET /v0/appX/tblY: HTTP 403", 0},
	{"list: the visitor's own error ends it", PLAIN, 0, 250, 0, 0, 0, "GET", 2, 150, ERROR_CONFLICT,
	 "enough", 150},
};

struct list_world {
	const struct list_case *row;
	pthread_mutex_t mutex;
	int requests, lost, failed;
	bool bad_request;
	char complaint[200];
};

static void complain(struct list_world *world, const char *what, const char *target)
{
	if (!world->bad_request)
		snprintf(world->complaint, sizeof(world->complaint), "%s: %.150s", what, target);
	world->bad_request = true;
}

/* What the request asks for, whichever way it came. */
struct asked {
	int first;
	int page_size, most;
};

static int number_behind(const char *words, const char *key, int fallback)
{
	const char *found = strstr(words, key);
	return found ? (int)strtol(found + strlen(key), NULL, 10) : fallback;
}

static struct asked read_get(struct list_world *world, const struct fake_request *request)
{
	const char *target = request->target;
	if (strncmp(target, "/v0/appX/tblY?", 14) != 0 || !strstr(target, "returnFieldsByFieldId=true") ||
	    !strstr(target, "fields%5B%5D=fldA&fields%5B%5D=fldB"))
		complain(world, "wrong GET", target);
	if ((world->row->formula_length > 0) !=
	    (strstr(target, "&filterByFormula=%7BfldA%7D%3D%27O%5C%27xxx") != NULL))
		complain(world, "formula", target);
	return (struct asked){number_behind(target, "offset=itr%2F", 0),
			      number_behind(target, "pageSize=", 0),
			      number_behind(target, "maxRecords=", 1 << 20)};
}

static struct asked read_post(struct list_world *world, const struct fake_request *request)
{
	scoped(json_object) body = parse(request->body);
	struct json_object *fields = json_child(body, "fields", json_type_array);
	if (strcmp(request->target, "/v0/appX/tblY/listRecords") != 0 ||
	    !json_bool_or(body, "returnFieldsByFieldId", false) || !fields || json_length(fields) != 2 ||
	    strcmp(json_object_get_string(json_at(fields, 0)), "fldA") != 0 ||
	    strncmp(json_text_or(body, "filterByFormula", ""), "{fldA}='O\\'xxx", 13) != 0)
		complain(world, "wrong POST", request->body);
	const char *offset = json_text_or(body, "offset", "itr/0");
	return (struct asked){(int)strtol(offset + 4, NULL, 10), (int)json_int_or(body, "pageSize", 0),
			      (int)json_int_or(body, "maxRecords", 1 << 20)};
}

static void add_record(struct text *body, const struct list_case *row, int number)
{
	bool odd = number == 3;
	if (number > 0 && body->bytes[body->length - 1] != '[')
		text_add(body, ",");
	if (odd && row->quirk == RECORD_IS_NULL) {
		text_add(body, "null");
		return;
	}
	text_add(body, "{");
	if (odd && row->quirk == LONG_ID)
		text_add(body, "\"id\":\"rec90123456789012345678901234567890\",");
	else if (!(odd && row->quirk == NO_ID))
		text_format(body, "\"id\":\"rec%06d\",", number);
	if (!(odd && row->quirk == NO_CREATED))
		text_add(body, "\"createdTime\":\"" CREATED "\",");
	if (!(odd && row->quirk == NO_FIELDS))
		text_format(body, "\"fields\":{\"fldA\":%d},", number);
	text_add(body, "\"commentCount\":0}");
}

static void send_page(struct fake_request *request, const struct list_case *row, const struct asked *asked)
{
	struct text body = {0};
	int end = asked->most < row->rows ? asked->most : row->rows;
	int last = asked->first + asked->page_size < end ? asked->first + asked->page_size : end;
	int first = row->quirk == REPEAT_A_ROW && asked->first > 0 ? asked->first - 1 : asked->first;
	bool empty = asked->first > 0 && (row->quirk == SAME_OFFSET || row->quirk == EMPTY_PAGES);
	text_add(&body, row->quirk == NO_RECORDS ? "{\"rows\":[" : "{\"records\":[");
	for (int i = first; i < last && !empty; i++)
		add_record(&body, row, i);
	text_add(&body, "]");
	if (empty)
		text_format(&body, ",\"offset\":\"itr/%d\"", asked->first + (row->quirk == EMPTY_PAGES));
	else if (last < end)
		text_format(&body, ",\"offset\":\"itr/%d\"", last);
	else if (row->quirk == OFFSET_NULL)
		text_add(&body, ",\"offset\":null");
	text_add(&body, "}");
	fake_answer(request, 200, DATE, text_or_empty(&body));
	text_done(&body);
}

static void serve_list(void *context, struct fake_request *request)
{
	struct list_world *world = context;
	const struct list_case *row = world->row;
	pthread_mutex_lock(&world->mutex);
	world->requests++;
	if (strcmp(request->method, row->method) != 0)
		complain(world, "method", request->method);
	struct asked asked =
		strcmp(request->method, "GET") == 0 ? read_get(world, request) : read_post(world, request);
	bool lose = row->quirk == LOSE_ITERATOR && asked.first > 0 && world->lost++ < row->times;
	bool fail = row->quirk == FAIL_ONCE && asked.first > 0 && world->failed++ < row->times;
	pthread_mutex_unlock(&world->mutex);
	if (row->quirk == FORBID)
		fake_answer(request, 403, "",
			    "{\"error\":{\"type\":\"INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND\"}}");
	else if (lose)
		fake_answer(request, 422, "",
			    "{\"error\":{\"type\":\"LIST_RECORDS_ITERATOR_NOT_AVAILABLE\"}}");
	else if (fail)
		fake_answer(request, 500, "", "");
	else
		send_page(request, row, &asked);
}

struct visitor {
	const struct list_case *row;
	int given;
	unsigned char *seen; /* owned; how often each row came */
};

static bool visit(void *context, struct airtable_records *page, struct error *error)
{
	struct visitor *visitor = context;
	int64_t created_ms = 0;
	assert_true(clock_from_iso(CREATED, &created_ms));
	assert_true(page->count > 0 && page->count <= AIRTABLE_PAGE_LIMIT);
	assert_int_equal(page->date_ms, created_ms);
	for (size_t i = 0; i < page->count; i++) {
		int64_t number = json_int_or(page->list[i].fields, "fldA", -1);
		char id[32];
		snprintf(id, sizeof(id), "rec%06d", (int)number);
		assert_string_equal(page->list[i].id, id);
		assert_int_equal(page->list[i].created_ms, created_ms);
		visitor->seen[number]++;
		if (++visitor->given == visitor->row->refuse_at)
			return error_set(error, ERROR_CONFLICT, "enough");
	}
	return true;
}

static void check_list(void **state)
{
	const struct list_case *row = *state;
	struct list_world world = {.row = row, .mutex = PTHREAD_MUTEX_INITIALIZER};
	struct caller caller = caller_open(serve_list, &world, 0);
	static const char *const fields[] = {"fldA", "fldB"};
	struct text formula = {0};
	text_add(&formula, "{fldA}='O\\'");
	for (int i = 0; i < row->formula_length; i++)
		text_add(&formula, "x");
	text_add(&formula, "'");
	struct airtable_list list = {"tblY",
				     fields,
				     2,
				     row->formula_length > 0 ? formula.bytes : NULL,
				     row->page_size,
				     row->most,
				     AIRTABLE_FOR_LIST};
	struct visitor visitor = {.row = row, .seen = own_alloc((size_t)row->rows + 1)};
	struct error error = {0};
	int64_t date_ms = -1, expected_ms = 0;
	assert_true(clock_from_iso(CREATED, &expected_ms));
	bool good = airtable_records_list(caller.airtable, &list, visit, &visitor, &date_ms, &error);
	text_done(&formula);
	caller_close(&caller);
	if (world.bad_request)
		fail_msg("%s", world.complaint);
	assert_string_equal(error_kind_name(good ? ERROR_NONE : error.kind), error_kind_name(row->kind));
	if (row->words && !strstr(error.text, row->words))
		fail_msg("'%s' lacks '%s'", error.text, row->words);
	assert_int_equal(date_ms, good ? expected_ms : -1);
	assert_int_equal(world.requests, row->requests);
	assert_int_equal(visitor.given, row->given);
	int end = row->most > 0 && (int)row->most < row->rows ? (int)row->most : row->rows;
	for (int i = 0; good && i < end; i++)
		assert_true(visitor.seen[i] >= 1 && (row->quirk == LOSE_ITERATOR || visitor.seen[i] == 1));
	free(visitor.seen);
}

/* ================================ reading by id ================================ */

struct read_case {
	const char *sentence;
	int count;     /* of ids asked for; every fifth does not exist */
	int id_length; /* longer ids make longer questions */
	const char *method;
	int requests;
	bool foreign; /* the server answers with a row that nobody asked for */
};

static const struct read_case read_cases[] = {
	{"read: nothing is no request", 0, 9, "GET", 0, false},
	{"read: one row", 1, 9, "GET", 1, false},
	{"read: a hundred in one request", 100, 17, "GET", 1, false},
	{"read: 250 in three requests", 250, 17, "GET", 3, false},
	{"read: long questions go by POST", 100, 170, "POST", 1, false},
	{"read: a row that nobody asked for is no answer", 10, 9, "GET", 1, true},
};

struct read_world {
	const struct read_case *row;
	pthread_mutex_t mutex;
	int requests;
	bool wrong_method;
};

static void serve_read(void *context, struct fake_request *request)
{
	struct read_world *world = context;
	struct text body = {0};
	const char *separator = "";
	pthread_mutex_lock(&world->mutex);
	world->requests++;
	world->wrong_method |= strcmp(request->method, world->row->method) != 0;
	pthread_mutex_unlock(&world->mutex);
	bool by_get = strcmp(request->method, "GET") == 0;
	const char *begin = by_get ? "RECORD_ID%28%29%3D%27rec" : "RECORD_ID()='rec";
	text_add(&body, "{\"records\":[");
	for (const char *at = strstr(by_get ? request->target : request->body, begin); at;
	     at = strstr(at, begin)) {
		at += strlen(begin);
		if (strtol(at, NULL, 10) % 5 == 4)
			continue;
		text_format(&body, "%s{\"id\":\"rec%.*s\",\"createdTime\":\"" CREATED "\",\"fields\":{}}",
			    separator, (int)strcspn(at, "%'"), at);
		separator = ",";
	}
	if (world->row->foreign)
		text_add(&body, ",{\"id\":\"recFOREIGN\",\"createdTime\":\"" CREATED "\",\"fields\":{}}");
	text_add(&body, "]}");
	fake_answer(request, 200, DATE, text_or_empty(&body));
	text_done(&body);
}

static void check_read(void **state)
{
	const struct read_case *row = *state;
	struct read_world world = {.row = row, .mutex = PTHREAD_MUTEX_INITIALIZER};
	struct caller caller = caller_open(serve_read, &world, 0);
	static const char *const fields[] = {"fldA"};
	char **ids = own_alloc((size_t)(row->count + 1) * sizeof(*ids));
	for (int i = 0; i < row->count; i++) {
		ids[i] = own_format("rec%06d", i);
		if (row->id_length > 31) { /* such an id is none of Airtable's, and never comes back */
			free(ids[i]);
			ids[i] = own_format("rec%0*d4", row->id_length - 4, i);
		}
	}
	struct airtable_records records = {0};
	struct error error = {0};
	bool good = airtable_records_read(caller.airtable, "tblY", fields, 1, (const char *const *)ids,
					  (size_t)row->count, &records, &error);
	caller_close(&caller);
	assert_int_equal(world.requests, row->requests);
	assert_false(world.wrong_method);
	if (row->foreign) {
		assert_false(good);
		assert_int_equal(error.kind, ERROR_RETRY);
		assert_non_null(strstr(error.text, "nobody asked for record recFOREIGN"));
	} else {
		assert_true(good);
		int there = row->id_length > 31 ? 0 : row->count - row->count / 5;
		assert_int_equal(records.count, there);
		assert_true((records.date_ms > 0) == (row->count > 0));
		for (size_t i = 0; i < records.count; i++)
			assert_true(records.list[i].fields != NULL &&
				    strtol(records.list[i].id + 3, NULL, 10) % 5 != 4);
	}
	airtable_records_done(&records);
	for (int i = 0; i < row->count; i++)
		free(ids[i]);
	free(ids);
}

/* ================================ writing ================================
 *
 * What a record is called says what the server makes of it:
 *   bad refused (422)   big too large (413)   odd refused (400)   twin 422 of an upsert that meets two
 *   gone no such row    link a cell names a row that is gone      lost applied, never answered
 *   fail 500, not applied    slow a 429 the first time   forb 403   quot the month's quota   nota 404 of the table
 *   agnt 406   tabl 403 of the table   othe 403 of another table   limd 403 of field fldL   nomo 403 of the base
 * and what the answer is like, when it is applied:
 *   less one record short   more one too many   othr another id   nofd without fields   noti without createdTime
 *   html no JSON   same the id of 'same' for all such   nolt in neither list   both in both   name without the merge
 *   field   swap in reverse order   nodl not said to be deleted   meet an upsert that met a row
 * A number behind it tells records apart. */

enum { MOST_WRITES = 2000, NAME_LENGTH = 4 };

struct write_case {
	const char *sentence;
	enum airtable_write_kind kind;
	const char *names; /* in order, blank between; "500*good" for many */
	const char *
		fates; /* one a record: . done, m done and met a row, r refused, x refused since the row is missing,
	                         * T refused for the whole table, ? in doubt, s never left, f fatal; "*." for all, "r*." for
	                         * all but the first */
	int requests; /* -1: any */
	enum error_kind kind_of_all;
	const char *words; /* in the first error of a record that is not done */
};

static const struct write_case write_cases[] = {
	{"write: nothing is no request", AIRTABLE_UPDATE, "", "", 0, ERROR_NONE, NULL},
	{"update: one record", AIRTABLE_UPDATE, "good", ".", 1, ERROR_NONE, NULL},
	{"update: ten in one request", AIRTABLE_UPDATE, "10*good", "*.", 1, ERROR_NONE, NULL},
	{"update: eleven in two", AIRTABLE_UPDATE, "11*good", "*.", 2, ERROR_NONE, NULL},
	{"update: 1,500 in 150, more than are kept ready", AIRTABLE_UPDATE, "1500*good", "*.", 150,
	 ERROR_NONE, NULL},
	{"upsert: new rows", AIRTABLE_UPSERT, "10*good", "*.", 1, ERROR_NONE, NULL},
	{"upsert: one that meets a row says so", AIRTABLE_UPSERT, "good meet good", ".m.", 1, ERROR_NONE,
	 NULL},
	{"delete: ten in one request", AIRTABLE_DELETE, "10*good", "*.", 1, ERROR_NONE, NULL},
	{"delete: 25 in three", AIRTABLE_DELETE, "25*good", "*.", 3, ERROR_NONE, NULL},

	{"a bad record stands alone in the end", AIRTABLE_UPDATE,
	 "good good good bad_ good good good good good good", "...r......", 9, ERROR_NONE,
	 "INVALID_VALUE_FOR_COLUMN"},
	{"a bad record alone is one request", AIRTABLE_UPDATE, "bad_", "r", 1, ERROR_NONE,
	 "INVALID_VALUE_FOR_COLUMN"},
	{"a bad record does not touch other requests", AIRTABLE_UPSERT, "bad_ 19*good",
	 "r...................", 8, ERROR_NONE, "cannot accept"},
	{"ten bad records are ten refusals", AIRTABLE_UPDATE, "10*bad_", "*r", 19, ERROR_NONE, "HTTP 422"},
	{"records that are too large together are written apart", AIRTABLE_UPDATE, "big_ big_ good good",
	 "rr..", 5, ERROR_NONE, "HTTP 413"},
	{"a record that cannot be read there stands alone", AIRTABLE_UPDATE, "good odd_", ".r", 3, ERROR_NONE,
	 "INVALID_REQUEST_BODY"},
	{"an upsert that meets two rows stands alone", AIRTABLE_UPSERT, "good twin good", ".r.", 5,
	 ERROR_NONE, "Cannot update more than one record"},
	{"update: a row that is gone stands alone", AIRTABLE_UPDATE, "good good gone", "..x", 5, ERROR_NONE,
	 "ROW_DOES_NOT_EXIST"},
	{"update: the target of a link that is gone is another matter", AIRTABLE_UPDATE, "good link", ".r", 3,
	 ERROR_NONE, "ROW_DOES_NOT_EXIST"},
	{"delete: a row that is gone stands alone", AIRTABLE_DELETE, "good gone good good", ".x..", 5,
	 ERROR_NONE, "NOT_FOUND"},
	{"delete: several rows that are gone", AIRTABLE_DELETE, "gone gone gone", "xxx", 5, ERROR_NONE,
	 "NOT_FOUND"},
	{"a refusal that is nobody's fault is not split", AIRTABLE_UPDATE, "good good agnt", "rrr", 1,
	 ERROR_NONE, "HTTP 406"},

	{"applied and not answered: in doubt, not sent again", AIRTABLE_UPSERT, "good lost good", "???", 1,
	 ERROR_NONE, NULL},
	{"applied and not answered: other requests go on", AIRTABLE_UPDATE, "10*good lost 9*good 10*good",
	 "..........??????????..........", 3, ERROR_NONE, NULL},
	{"a 500: in doubt, not sent again", AIRTABLE_UPDATE, "fail good", "??", 1, ERROR_NONE, "HTTP 500"},
	{"delete: applied and not answered", AIRTABLE_DELETE, "good lost", "??", 1, ERROR_NONE, NULL},
	{"a 429 is waited out and sent again", AIRTABLE_UPDATE, "slow good", "..", 2, ERROR_NONE, NULL},
	{"a 429 on one of many: all arrive once", AIRTABLE_UPSERT, "20*good slow 79*good", "*.", 11,
	 ERROR_NONE, NULL},
	{"a 429 on halves of a refused request", AIRTABLE_UPDATE, "bad_ slow", "r.", 4, ERROR_NONE,
	 "HTTP 422"},
	{"five failures in a row: nobody is there, nothing more is sent", AIRTABLE_UPDATE, "1000*fail", NULL,
	 -1, ERROR_RETRY, "HTTP 500"},
	{"four failures in a row and a success: all the rest is sent", AIRTABLE_UPDATE,
	 "fail 9*good fail 9*good fail 9*good", "*?", 3, ERROR_NONE, "HTTP 500"},

	{"not permitted: the record stands alone", AIRTABLE_UPDATE, "forb good", "r.", 3, ERROR_NONE,
	 "INVALID_PERMISSIONS"},
	{"not permitted: the others are written", AIRTABLE_UPSERT, "forb 999*good", "r*.", -1, ERROR_NONE,
	 "INVALID_PERMISSIONS"},
	{"not permitted, without words: after three alone and none taken nothing more is sent",
	 AIRTABLE_DELETE, "10*forb", "rrrTTTTTTT", 7, ERROR_NONE, "INVALID_PERMISSIONS"},
	{"not permitted, without words: one that is taken tells that it is not the table", AIRTABLE_DELETE,
	 "forb forb good forb forb", "rr.rr", 9, ERROR_NONE, "INVALID_PERMISSIONS"},
	{"not permitted in this table: the first refusal is enough", AIRTABLE_UPSERT, "10*tabl", "*T", 1,
	 ERROR_NONE, "create records in table"},
	{"not permitted in this table: 1,000 records are not asked for one by one", AIRTABLE_UPDATE,
	 "1000*tabl", "*T", -1, ERROR_NONE, "INVALID_PERMISSIONS"},
	{"not permitted in another table: the record stands alone", AIRTABLE_UPDATE, "good othe good", ".r.",
	 5, ERROR_NONE, "INVALID_PERMISSIONS"},
	{"a field that may not be written: those without it are written at once", AIRTABLE_UPDATE,
	 "limd good limd good good limd", "r.r..r", 3, ERROR_NONE, "write cell values in field"},
	{"a field that may not be written, in all of ten: one request", AIRTABLE_UPSERT, "10*limd", "*r", 1,
	 ERROR_NONE, "write cell values in field"},
	{"a token without the right: every write ends", AIRTABLE_UPDATE, "nomo good", "ff", 1, ERROR_FATAL,
	 "MODEL_NOT_FOUND"},
	{"a token without the right: what did not leave does not leave", AIRTABLE_UPSERT, "nomo 999*good",
	 NULL, -1, ERROR_FATAL, "MODEL_NOT_FOUND"},
	{"the month's quota is used up", AIRTABLE_DELETE, "quot good", "ff", 1, ERROR_FATAL,
	 "PUBLIC_API_BILLING_LIMIT_EXCEEDED"},
	{"the table is not there", AIRTABLE_UPDATE, "nota good", "ff", 1, ERROR_FATAL, "HTTP 404"},

	{"an answer that is no JSON", AIRTABLE_UPDATE, "good html", "??", 1, ERROR_NONE, "cannot be used"},
	{"an answer that is one record short", AIRTABLE_UPDATE, "good less", "??", 1, ERROR_NONE,
	 "shows 1 record where 2"},
	{"an answer that is one record long", AIRTABLE_UPSERT, "good more", "??", 1, ERROR_NONE,
	 "shows 3 records where 2"},
	{"update: an answer in another order", AIRTABLE_UPDATE, "swap good", "??", 1, ERROR_NONE,
	 "shows recgood0001 where recswap0000"},
	{"upsert: an answer in another order", AIRTABLE_UPSERT, "swap good", "??", 1, ERROR_NONE,
	 "shown with another fldN"},
	{"update: an answer with another id", AIRTABLE_UPDATE, "good othr", "??", 1, ERROR_NONE,
	 "shows recOTHER where"},
	{"delete: an answer with another id", AIRTABLE_DELETE, "good othr", "??", 1, ERROR_NONE,
	 "does not say that"},
	{"delete: an answer that says no", AIRTABLE_DELETE, "good nodl", "??", 1, ERROR_NONE,
	 "does not say that"},
	{"an answer without fields", AIRTABLE_UPDATE, "good nofd", "??", 1, ERROR_NONE, "has no fields"},
	{"an answer without createdTime", AIRTABLE_UPSERT, "good noti", "??", 1, ERROR_NONE,
	 "has no createdTime"},
	{"upsert: an id in neither list", AIRTABLE_UPSERT, "good nolt", "??", 1, ERROR_NONE,
	 "created or updated"},
	{"upsert: an id in both lists", AIRTABLE_UPSERT, "good both", "??", 1, ERROR_NONE,
	 "created or updated"},
	{"upsert: fields by name instead of id", AIRTABLE_UPSERT, "good name", "??", 1, ERROR_NONE,
	 "is shown without fldN"},
	{"upsert: one id for two records of a request", AIRTABLE_UPSERT, "same good same", "?.?", 1,
	 ERROR_NONE, "the same record recSAME"},
	{"upsert: one id for two records of two requests", AIRTABLE_UPSERT, "same 12*good same",
	 "?............?", 2, ERROR_NONE, "the same record recSAME"},
};

struct write_world {
	const struct write_case *row;
	pthread_mutex_t mutex;
	int requests;
	char complaint[200];
	int applied[MOST_WRITES], refused_slow[MOST_WRITES];
};

/* One record as it came: "good0007" in the fields of an upsert, "recgood0007" as id of the others. */
struct wanted {
	char name[NAME_LENGTH + 1];
	int number;
};
struct arrived {
	int count;
	struct wanted list[AIRTABLE_BATCH_LIMIT];
};

static void not_as_it_should(struct write_world *world, const char *what)
{
	pthread_mutex_lock(&world->mutex);
	if (!world->complaint[0])
		snprintf(world->complaint, sizeof(world->complaint), "%.190s", what);
	pthread_mutex_unlock(&world->mutex);
}

static void add_wanted(struct write_world *world, struct arrived *arrived, const char *words)
{
	if (arrived->count == AIRTABLE_BATCH_LIMIT) {
		not_as_it_should(world, "more than ten records");
		return;
	}
	struct wanted *wanted = &arrived->list[arrived->count++];
	memcpy(wanted->name, words, NAME_LENGTH);
	wanted->number = (int)strtol(words + NAME_LENGTH, NULL, 10);
}

static struct arrived read_delete(struct write_world *world, const struct fake_request *request)
{
	struct arrived arrived = {0};
	static const char key[] = "records%5B%5D=rec";
	if (strcmp(request->method, "DELETE") != 0 || strncmp(request->target, "/v0/appX/tblY?", 14) != 0 ||
	    request->body_length)
		not_as_it_should(world, request->head);
	for (const char *at = strstr(request->target, key); at; at = strstr(at, key)) {
		at += strlen(key);
		add_wanted(world, &arrived, at);
	}
	return arrived;
}

static void check_root(struct write_world *world, struct json_object *body)
{
	struct json_object *upsert = json_child(body, "performUpsert", json_type_object);
	struct json_object *merge = json_child(upsert, "fieldsToMergeOn", json_type_array);
	bool is_upsert = world->row->kind == AIRTABLE_UPSERT;
	if (!json_bool_or(body, "returnFieldsByFieldId", false) ||
	    json_bool_or(body, "typecast", false) != is_upsert || (upsert != NULL) != is_upsert ||
	    (is_upsert &&
	     (json_length(merge) != 1 || strcmp(json_object_get_string(json_at(merge, 0)), "fldN") != 0)))
		not_as_it_should(world, json_object_to_json_string(body));
}

static struct arrived read_patch(struct write_world *world, const struct fake_request *request)
{
	struct arrived arrived = {0};
	scoped(json_object) body = parse(request->body);
	struct json_object *records = json_child(body, "records", json_type_array);
	if (strcmp(request->method, "PATCH") != 0 || strcmp(request->target, "/v0/appX/tblY") != 0)
		not_as_it_should(world, request->head);
	check_root(world, body);
	for (size_t i = 0; i < json_length(records); i++) {
		struct json_object *record = json_at(records, i);
		const char *name = json_text_or(json_child(record, "fields", json_type_object), "fldN", "");
		const char *id = json_text_or(record, "id", "");
		if (strlen(name) < NAME_LENGTH ||
		    (world->row->kind == AIRTABLE_UPSERT ? id[0] : strcmp(id + (id[0] ? 3 : 0), name)) != 0)
			not_as_it_should(world, json_object_to_json_string(record));
		else
			add_wanted(world, &arrived, name);
	}
	return arrived;
}

struct refusal {
	const char *name;
	int status;
	const char *body; /* one %d: the number */
};

static const struct refusal patch_refusals[] = {
	{"bad_", 422,
	 "{\"error\":{\"type\":\"INVALID_VALUE_FOR_COLUMN\",\"message\":\"Field \\\"F%d\\\" cannot "
	 "accept\"}}"},
	{"big_", 413, "<html>%d</html>"},
	{"odd_", 400, "{\"error\":{\"type\":\"INVALID_REQUEST_BODY\",\"message\":\"Could not parse %d\"}}"},
	{"twin", 422,
	 "{\"error\":{\"type\":\"INVALID_REQUEST\",\"message\":\"Cannot update more than one record %d\"}}"},
	{"gone", 422,
	 "{\"error\":{\"type\":\"ROW_DOES_NOT_EXIST\",\"message\":\"Record ID recgone%04d does not exist in "
	 "this "
	 "table\"}}"},
	{"link", 422,
	 "{\"error\":{\"type\":\"ROW_DOES_NOT_EXIST\",\"message\":\"Record ID recTARGET%d does not exist in "
	 "this "
	 "table\"}}"},
	{"agnt", 406, "%d"},
	{"fail", 500, "%d"},
	{"forb", 403,
	 "{\"error\":{\"type\":\"INVALID_PERMISSIONS\",\"message\":\"You are not permitted %d\"}}"},
	{"tabl", 403,
	 "{\"error\":{\"type\":\"INVALID_PERMISSIONS\",\"message\":\"You are not permitted to create records "
	 "in table "
	 "T%d (tblY)\"}}"},
	{"othe", 403,
	 "{\"error\":{\"type\":\"INVALID_PERMISSIONS\",\"message\":\"You are not permitted to create records "
	 "in table "
	 "T%d (tblZ)\"}}"},
	{"limd", 403,
	 "{\"error\":{\"type\":\"INVALID_PERMISSIONS\",\"message\":\"You are not permitted to write cell "
	 "values in "
	 "field L%d (fldL)\"}}"},
	{"nomo", 403,
	 "{\"error\":{\"type\":\"INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND\",\"message\":\"Invalid permissions "
	 "%d\"}}"},
	{"quot", 429, "{\"error\":{\"type\":\"PUBLIC_API_BILLING_LIMIT_EXCEEDED\",\"message\":\"%d\"}}"},
	{"nota", 404, "{\"error\":\"NOT_FOUND\",\"x\":%d}"},
};
static const struct refusal delete_refusals[] = {
	{"gone", 404, "{\"error\":{\"type\":\"NOT_FOUND\",\"x\":%d}}"},
	{"forb", 403,
	 "{\"error\":{\"type\":\"INVALID_PERMISSIONS\",\"message\":\"You are not permitted %d\"}}"},
	{"quot", 429, "{\"error\":{\"type\":\"PUBLIC_API_BILLING_LIMIT_EXCEEDED\",\"message\":\"%d\"}}"},
};

static bool refuse_one(struct write_world *world, struct fake_request *request, const struct wanted *wanted)
{
	bool is_delete = world->row->kind == AIRTABLE_DELETE;
	const struct refusal *list = is_delete ? delete_refusals : patch_refusals;
	size_t count = is_delete ? countof(delete_refusals) : countof(patch_refusals);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(wanted->name, list[i].name) != 0)
			continue;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		scoped_text body = own_format(list[i].body, wanted->number);
#pragma GCC diagnostic pop
		fake_answer(request, list[i].status, "", body);
		return true;
	}
	if (strcmp(wanted->name, "slow") == 0 && world->refused_slow[wanted->number]++ == 0) {
		fake_answer(request, 429, "",
			    "{\"error\":{\"type\":\"RATE_LIMIT_REACHED\",\"message\":\"m\"}}");
		return true;
	}
	return false;
}

static bool is_named(const struct wanted *wanted, const char *name)
{
	return strcmp(wanted->name, name) == 0;
}

static void add_id(struct text *body, const struct wanted *wanted, enum airtable_write_kind kind)
{
	if (is_named(wanted, "othr"))
		text_add(body, "\"recOTHER\"");
	else if (is_named(wanted, "same"))
		text_add(body, "\"recSAME\"");
	else
		text_format(body, "\"rec%s%s%04d\"", kind == AIRTABLE_UPSERT ? "NEW" : "", wanted->name,
			    wanted->number);
}

static void add_answer(struct text *body, const struct wanted *wanted, enum airtable_write_kind kind)
{
	text_add(body, body->bytes[body->length - 1] == '[' ? "{\"id\":" : ",{\"id\":");
	add_id(body, wanted, kind);
	if (kind == AIRTABLE_DELETE) {
		text_format(body, ",\"deleted\":%s}", is_named(wanted, "nodl") ? "false" : "true");
		return;
	}
	if (!is_named(wanted, "noti"))
		text_add(body, ",\"createdTime\":\"" CREATED "\"");
	if (!is_named(wanted, "nofd"))
		text_format(body, ",\"fields\":{\"%s\":\"%s%04d\",\"fldOther\":7}",
			    is_named(wanted, "name") ? "Name" : "fldN", wanted->name, wanted->number);
	text_add(body, "}");
}

static void add_ids_of(struct text *body, const struct arrived *arrived, bool met)
{
	for (int i = 0; i < arrived->count; i++) {
		const struct wanted *wanted = &arrived->list[i];
		bool listed = is_named(wanted, "both") ||
			      (!is_named(wanted, "nolt") && is_named(wanted, "meet") == met);
		if (!listed)
			continue;
		if (body->bytes[body->length - 1] != '[')
			text_add(body, ",");
		add_id(body, wanted, AIRTABLE_UPSERT);
	}
}

static void answer_applied(struct write_world *world, struct fake_request *request,
			   const struct arrived *arrived)
{
	enum airtable_write_kind kind = world->row->kind;
	struct text body = {0};
	bool html = false, swap = is_named(&arrived->list[0], "swap");
	text_add(&body, "{\"records\":[");
	for (int i = 0; i < arrived->count; i++) {
		const struct wanted *wanted = &arrived->list[swap ? arrived->count - 1 - i : i];
		html |= is_named(wanted, "html");
		if (!is_named(wanted, "less"))
			add_answer(&body, wanted, kind);
		if (is_named(wanted, "more"))
			add_answer(&body, wanted, kind);
	}
	text_add(&body, "]");
	if (kind == AIRTABLE_UPSERT) {
		text_add(&body, ",\"createdRecords\":[");
		add_ids_of(&body, arrived, false);
		text_add(&body, "],\"updatedRecords\":[");
		add_ids_of(&body, arrived, true);
		text_add(&body, "]");
	}
	text_add(&body, "}");
	fake_answer(request, 200, DATE, html ? "<html>" : text_or_empty(&body));
	text_done(&body);
}

static void serve_write(void *context, struct fake_request *request)
{
	struct write_world *world = context;
	struct arrived arrived = world->row->kind == AIRTABLE_DELETE ? read_delete(world, request)
								     : read_patch(world, request);
	bool lost = false;
	pthread_mutex_lock(&world->mutex);
	world->requests++;
	bool refused = false;
	for (int i = 0; i < arrived.count && !refused; i++) {
		refused = refuse_one(world, request, &arrived.list[i]);
		lost |= is_named(&arrived.list[i], "lost");
	}
	for (int i = 0; i < arrived.count && !refused; i++)
		world->applied[arrived.list[i].number]++;
	pthread_mutex_unlock(&world->mutex);
	if (refused)
		return;
	if (lost)
		fake_hang_up(request);
	else
		answer_applied(world, request, &arrived);
}

struct writes {
	size_t count;
	struct airtable_write *list;
	char **ids;
};

static void add_write(struct writes *writes, enum airtable_write_kind kind, const char *name)
{
	size_t at = writes->count++;
	writes->list = own_resize(writes->list, writes->count, sizeof(*writes->list));
	writes->ids = own_resize(writes->ids, writes->count, sizeof(*writes->ids));
	writes->ids[at] = own_format("rec%.4s%04zu", name, at);
	struct json_object *fields = json_new_object();
	json_put_text(fields, "fldN", writes->ids[at] + 3);
	if (strncmp(name, "limd", NAME_LENGTH) == 0)
		json_put_text(fields, "fldL", "x");
	memset(&writes->list[at], 0x55,
	       sizeof(writes->list[at])); /* what is out need not be set by the caller */
	writes->list[at].record_id = kind == AIRTABLE_UPSERT ? NULL : writes->ids[at];
	writes->list[at].fields = kind == AIRTABLE_DELETE ? NULL : fields;
	if (kind == AIRTABLE_DELETE)
		json_release(fields);
}

static struct writes make_writes(const struct write_case *row)
{
	struct writes writes = {.list = own_alloc(1)};
	for (const char *at = row->names; *at; at += strspn(at, " ")) {
		char *after = NULL;
		long times = strtol(at, &after, 10);
		const char *name = times > 0 ? after + 1 : at;
		for (long i = 0; i < (times > 0 ? times : 1); i++)
			add_write(&writes, row->kind, name);
		at = name + NAME_LENGTH;
	}
	for (size_t i = 0; i < writes.count; i++) /* the array has stopped moving */
		writes.list[i].record_id = row->kind == AIRTABLE_UPSERT ? NULL : writes.ids[i];
	return writes;
}

static void writes_done(struct writes *writes)
{
	airtable_writes_done(writes->list, writes->count);
	for (size_t i = 0; i < writes->count; i++) {
		json_release(writes->list[i].fields);
		free(writes->ids[i]);
	}
	free(writes->list);
	free(writes->ids);
}

static char fate_of(const struct airtable_write *write)
{
	switch (write->kind) {
	case ERROR_NONE:
		return write->updated_existing ? 'm' : '.';
	case ERROR_RETRY:
		return '?';
	case ERROR_REFUSED:
		return write->row_missing ? 'x' : write->of_table ? 'T' : 'r';
	case ERROR_STOPPED:
		return 's';
	case ERROR_FATAL:
		return 'f';
	default:
		return '!';
	}
}

static void check_done(const struct write_case *row, const struct writes *writes, size_t at)
{
	const struct airtable_write *write = &writes->list[at];
	assert_int_equal(write->error.kind, ERROR_NONE);
	assert_true(write->date_ms > 0);
	if (row->kind == AIRTABLE_DELETE) {
		assert_null(write->answer.fields);
		return;
	}
	assert_string_equal(json_text_or(write->answer.fields, "fldN", ""), writes->ids[at] + 3);
	assert_int_equal(json_int_or(write->answer.fields, "fldOther", 0), 7);
	assert_true(write->answer.created_ms > 0 && strncmp(write->answer.id, "rec", 3) == 0);
}

/* What holds for every write, whatever happens: what the fate says is what was done. */
static void check_truth(const struct write_case *row, const struct write_world *world,
			const struct writes *writes)
{
	for (size_t i = 0; i < writes->count; i++) {
		const struct airtable_write *write = &writes->list[i];
		int applied = world->applied[i];
		assert_true(applied <= 1);
		switch (fate_of(write)) {
		case '.':
		case 'm':
			assert_int_equal(applied, 1);
			check_done(row, writes, i);
			break;
		case '?':
			break;
		default:
			assert_int_equal(applied, 0);
		}
		if (write->kind != ERROR_NONE) {
			assert_int_equal(write->error.kind, write->kind);
			assert_true(strlen(write->error.text) > 20);
			assert_null(write->answer.fields);
		}
	}
}

static void check_fates(const struct write_case *row, const struct writes *writes)
{
	const char *wanted = row->fates;
	for (size_t i = 0; wanted && i < writes->count; i++) {
		const char *all = strchr(wanted, '*');
		char fate = all && wanted + i >= all ? all[1] : wanted[i];
		if (fate_of(&writes->list[i]) != fate)
			fail_msg("write %zu is '%c' (%s), '%c' was expected", i, fate_of(&writes->list[i]),
				 writes->list[i].error.text, fate);
	}
	if (wanted && !strchr(wanted, '*'))
		assert_int_equal(strlen(wanted), writes->count);
	for (size_t i = 0; row->words && i < writes->count; i++) {
		if (writes->list[i].kind == ERROR_NONE)
			continue;
		if (!strstr(writes->list[i].error.text, row->words))
			fail_msg("'%s' lacks '%s'", writes->list[i].error.text, row->words);
		return;
	}
	assert_null(row->words);
}

/* Many were to be sent when the reason came to send no more: some never left, a request's worth at least, and none is missing. */
static void check_cut_short(const struct writes *writes)
{
	size_t never_left = 0;
	for (size_t i = 0; i < writes->count; i++)
		never_left += fate_of(&writes->list[i]) == 's';
	if (never_left < AIRTABLE_BATCH_LIMIT) /* how many are under way by then is the machine's affair */
		fail_msg("only %zu never left", never_left);
}

static void check_write(void **state)
{
	const struct write_case *row = *state;
	struct write_world world = {.row = row, .mutex = PTHREAD_MUTEX_INITIALIZER};
	/* Where the first answer is to stop the rest, only a few may have left when it comes. */
	struct caller caller =
		caller_open_with(serve_write, &world, 0, row->fates ? 1000 : AIRTABLE_BASE_PER_SECOND);
	struct writes writes = make_writes(row);
	bool is_upsert = row->kind == AIRTABLE_UPSERT;
	struct error error = {0};
	struct airtable_batch *batch =
		airtable_batch_start(caller.airtable, "tblY", row->kind, is_upsert ? "fldN" : NULL, is_upsert,
				     writes.list, writes.count);
	bool good = airtable_batch_finish(&batch, &error);
	assert_null(batch);
	int64_t calls = airtable_client_calls(caller.airtable);
	caller_close(&caller);
	if (world.complaint[0])
		fail_msg("%s", world.complaint);
	assert_string_equal(error_kind_name(good ? ERROR_NONE : error.kind),
			    error_kind_name(row->kind_of_all));
	check_truth(row, &world, &writes);
	check_fates(row, &writes);
	if (!row->fates)
		check_cut_short(&writes);
	if (row->requests >= 0)
		assert_int_equal(world.requests, row->requests);
	assert_int_equal(world.requests, calls);
	writes_done(&writes);
}

/* --- what takes more than a row --- */

/* A second batch and a read while the first is in the air: one thread, all of them at once. */
static void batches_and_reads_run_side_by_side(void **state)
{
	(void)state;
	static const struct write_case row = {.kind = AIRTABLE_UPDATE, .names = "60*good"};
	struct write_world world = {.row = &row, .mutex = PTHREAD_MUTEX_INITIALIZER};
	struct caller caller = caller_open(serve_write, &world, 0);
	struct writes first = make_writes(&row), second = make_writes(&row);
	struct airtable_batch *one = airtable_batch_start(caller.airtable, "tblY", AIRTABLE_UPDATE, NULL,
							  false, first.list, first.count);
	struct airtable_batch *two = airtable_batch_start(caller.airtable, "tblY", AIRTABLE_UPDATE, NULL,
							  false, second.list, second.count);
	while (!airtable_batch_is_over(two))
		http_run(caller.http, 100);
	assert_true(airtable_batch_finish(&one, NULL));
	assert_true(airtable_batch_finish(&two, NULL));
	caller_close(&caller);
	assert_int_equal(world.requests, 12);
	for (size_t i = 0; i < first.count; i++) {
		assert_int_equal(world.applied[i], 2);
		assert_true(first.list[i].kind == ERROR_NONE && second.list[i].kind == ERROR_NONE);
	}
	writes_done(&first);
	writes_done(&second);
}

/* Nobody is answered before five are here: one at a time would wait in vain. */
static void serve_five_together(void *context, struct fake_request *request)
{
	atomic_bool *in_vain = context;
	if (!fake_wait_requests(request, 5))
		atomic_store(in_vain, true);
	fake_answer(request, 500, "", "");
}

static void several_requests_are_in_flight(void **state)
{
	(void)state;
	static const struct write_case row = {.kind = AIRTABLE_UPDATE, .names = "50*good"};
	atomic_bool in_vain = false;
	struct caller caller = caller_open(serve_five_together, &in_vain, 0);
	struct writes writes = make_writes(&row);
	struct airtable_batch *batch = airtable_batch_start(caller.airtable, "tblY", AIRTABLE_UPDATE, NULL,
							    false, writes.list, writes.count);
	struct error error = {0};
	assert_false(airtable_batch_finish(&batch, &error));
	caller_close(&caller);
	assert_false(atomic_load(&in_vain));
	writes_done(&writes);
}

static void serve_silence(void *context, struct fake_request *request)
{
	struct http *http = *(struct http **)context;
	if (request->number == 3)
		http_stop(http, 0);
	fake_pause_ms(request, 10000);
	fake_hang_up(request);
}

/* Three left and are in doubt; the others, which wait for slots or were never started, say that they never left. */
static void a_stop_tells_doubt_from_never_left(void **state)
{
	(void)state;
	static const struct write_case row = {.kind = AIRTABLE_UPDATE, .names = "800*good"};
	struct http *http = NULL;
	struct caller caller = caller_open(serve_silence, (void *)&http, 0);
	struct airtable_limiter *three = airtable_limiter_open(3);
	struct airtable_address address = {fake_server_url(caller.server), "patTEST.0123456789", "appX", 0,
					   NULL};
	struct airtable_client *airtable = airtable_client_open(caller.http, &address, three, NULL);
	struct writes writes = make_writes(&row);
	struct error error = {0};
	http = caller.http;
	clock_replace(NULL); /* the second is a real one: no fourth slot before the stop */
	struct airtable_batch *batch = airtable_batch_start(airtable, "tblY", AIRTABLE_UPDATE, NULL, false,
							    writes.list, writes.count);
	assert_false(airtable_batch_finish(&batch, &error));
	assert_int_equal(error.kind, ERROR_STOPPED);
	int left = (int)airtable_client_calls(airtable), doubts = 0, never = 0;
	for (size_t i = 0; i < writes.count; i++) {
		doubts += fate_of(&writes.list[i]) == '?';
		never += fate_of(&writes.list[i]) == 's';
	}
	assert_true(left >= 3);
	assert_int_equal(doubts, left * AIRTABLE_BATCH_LIMIT);
	assert_int_equal(never, (int)writes.count - doubts);
	airtable_client_close(&airtable);
	airtable_limiter_close(&three);
	fake_server_close(&caller.server); /* its thread has stopped us: before we go, it has */
	caller_close(&caller);
	writes_done(&writes);
}

/* What was decided on too long ago is not sent; the others are, and the whole is no failure. */
static void late_writes_do_not_leave(void **state)
{
	(void)state;
	static const struct write_case row = {.kind = AIRTABLE_UPDATE, .names = "30*good"};
	struct write_world world = {.row = &row, .mutex = PTHREAD_MUTEX_INITIALIZER};
	struct caller caller = caller_open(serve_write, &world, 0);
	struct writes writes = make_writes(&row);
	writes.list[14].leave_by_ms = 1;
	struct airtable_batch *batch = airtable_batch_start(caller.airtable, "tblY", AIRTABLE_UPDATE, NULL,
							    false, writes.list, writes.count);
	assert_true(airtable_batch_finish(&batch, NULL));
	caller_close(&caller);
	assert_int_equal(world.requests, 2);
	for (size_t i = 0; i < writes.count; i++)
		assert_int_equal(fate_of(&writes.list[i]), i / 10 == 1 ? 's' : '.');
	writes_done(&writes);
}

/* Six failures, but never five without an answer in between. */
static void failures_that_are_no_outage(void **state)
{
	(void)state;
	static const struct write_case row = {
		.kind = AIRTABLE_UPDATE,
		.names = "fail 39*good fail 39*good fail 39*good fail 39*good fail 39*good fail 39*good"};
	struct write_world world = {.row = &row, .mutex = PTHREAD_MUTEX_INITIALIZER};
	struct caller caller = caller_open(serve_write, &world, 0);
	struct writes writes = make_writes(&row);
	struct airtable_batch *batch = airtable_batch_start(caller.airtable, "tblY", AIRTABLE_UPDATE, NULL,
							    false, writes.list, writes.count);
	assert_true(airtable_batch_finish(&batch, NULL));
	caller_close(&caller);
	assert_int_equal(world.requests, 24);
	for (size_t i = 0; i < writes.count; i++)
		assert_int_equal(fate_of(&writes.list[i]), i % 40 < 10 ? '?' : '.');
	writes_done(&writes);
}

static void large_bodies_are_not_all_kept_ready(void **state)
{
	(void)state;
	static const struct write_case row = {.kind = AIRTABLE_UPDATE, .names = "120*good"};
	struct write_world world = {.row = &row, .mutex = PTHREAD_MUTEX_INITIALIZER};
	struct caller caller = caller_open(serve_write, &world, 0);
	struct writes writes = make_writes(&row);
	char *note = own_alloc(100001);
	memset(note, 'x', 100000);
	for (size_t i = 0; i < writes.count; i++)
		json_put_text(writes.list[i].fields, "fldNotes", note);
	free(note);
	struct airtable_batch *batch = airtable_batch_start(caller.airtable, "tblY", AIRTABLE_UPDATE, NULL,
							    false, writes.list, writes.count);
	assert_true(airtable_batch_finish(&batch, NULL));
	assert_int_equal(world.requests, 12);
	caller_close(&caller);
	for (size_t i = 0; i < writes.count; i++)
		assert_int_equal(writes.list[i].kind, ERROR_NONE);
	writes_done(&writes);
}

/* --- formulas --- */

struct literal {
	const char *sentence, *words, *formula;
};
static const struct literal literals[] = {
	{"formula: plain words", "O Neil", "'O Neil'"},
	{"formula: nothing", "", "''"},
	{"formula: a quote", "O'Neil", "'O\\'Neil'"},
	{"formula: a backslash", "a\\b", "'a\\\\b'"},
	{"formula: a backslash before a quote", "\\'", "'\\\\\\''"},
	{"formula: double quotes and braces stand for themselves", "\"{x}\"", "'\"{x}\"'"},
	{"formula: other scripts", "Größe 大きさ 😀", "'Größe 大きさ 😀'"},
};

static void check_literal(void **state)
{
	const struct literal *row = *state;
	struct text formula = {0};
	airtable_formula_text(&formula, row->words);
	assert_string_equal(text_or_empty(&formula), row->formula);
	text_done(&formula);
}

static void formula_of_records(void **state)
{
	(void)state;
	static const char *const ids[] = {"recA", "recB'"};
	struct text formula = {0};
	airtable_formula_any_record(&formula, ids, 1);
	assert_string_equal(text_or_empty(&formula), "OR(RECORD_ID()='recA')");
	text_clear(&formula);
	airtable_formula_any_record(&formula, ids, 2);
	assert_string_equal(text_or_empty(&formula), "OR(RECORD_ID()='recA',RECORD_ID()='recB\\'')");
	text_done(&formula);
}

static const struct CMUnitTest programs[] = {
	cmocka_unit_test(batches_and_reads_run_side_by_side),
	cmocka_unit_test(several_requests_are_in_flight),
	cmocka_unit_test(a_stop_tells_doubt_from_never_left),
	cmocka_unit_test(failures_that_are_no_outage),
	cmocka_unit_test(late_writes_do_not_leave),
	cmocka_unit_test(large_bodies_are_not_all_kept_ready),
	cmocka_unit_test(formula_of_records),
};

static struct CMUnitTest tests[countof(list_cases) + countof(read_cases) + countof(write_cases) +
			       countof(literals) + countof(programs)];
static size_t tests_count;

static void add_test(const char *name, CMUnitTestFunction run, const void *row)
{
	tests[tests_count++] =
		(struct CMUnitTest){.name = name, .test_func = run, .initial_state = (void *)(uintptr_t)row};
}

int main(void)
{
	for (size_t i = 0; i < countof(list_cases); i++)
		add_test(list_cases[i].sentence, check_list, &list_cases[i]);
	for (size_t i = 0; i < countof(read_cases); i++)
		add_test(read_cases[i].sentence, check_read, &read_cases[i]);
	for (size_t i = 0; i < countof(write_cases); i++)
		add_test(write_cases[i].sentence, check_write, &write_cases[i]);
	for (size_t i = 0; i < countof(literals); i++)
		add_test(literals[i].sentence, check_literal, &literals[i]);
	memcpy(tests + tests_count, programs, sizeof(programs));
	tests_count += countof(programs);
	return _cmocka_run_group_tests("airtable_records", tests, tests_count, NULL, NULL);
}
