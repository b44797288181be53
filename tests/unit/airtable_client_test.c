/* One request against a server that follows a script, with a clock that runs 200 times as fast: 30 s of penalty
 * are 150 ms. Nothing is asserted about real time, and of the fast clock only what must at least have passed. */
#include "airtable/records.h"
#include "airtable/request.h"
#include "airtable/schema.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/own.h"
#include "tests/fakes/http_server.h"
#include "tests/fakes/log_lines.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { SPEED = 200, MOST_REQUESTS = 20 };
#define TOKEN      "patTESTTOKEN.abcdef0123456789"
#define OK_BODY    "{\"records\":[]}"
#define RATE_BODY  "{\"error\":{\"type\":\"RATE_LIMIT_REACHED\",\"message\":\"m\"}}"
#define QUOTA_BODY "{\"error\":{\"type\":\"PUBLIC_API_BILLING_LIMIT_EXCEEDED\",\"message\":\"m\"}}"

static int64_t real_start_ms;

static int64_t real_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t fast_steady_ms(void *context)
{
	(void)context;
	return 1000000 + (real_ms() - real_start_ms) * SPEED;
}

/* --- the script: one answer a request --- */

enum manner { ANSWER, CUT, HALF, SILENCE };
struct answer {
	int status;
	const char *body;
	const char *headers;
	enum manner manner;
};

struct world {
	struct fake_server *server;
	const struct answer *answers; /* the last one again and again */
	int answer_count;
	pthread_mutex_t mutex; /* what follows */
	int requests;
	int64_t arrivals_ms[MOST_REQUESTS];
	char *last_head; /* owned */
	char *last_body; /* owned */
};

static const struct answer *note_arrival(struct world *world, const struct fake_request *request)
{
	pthread_mutex_lock(&world->mutex);
	int number = world->requests++;
	if (number < MOST_REQUESTS)
		world->arrivals_ms[number] = clock_steady_ms();
	free(world->last_head);
	world->last_head = own_copy(request->head);
	free(world->last_body);
	world->last_body = own_copy(request->body);
	pthread_mutex_unlock(&world->mutex);
	return &world->answers[number < world->answer_count ? number : world->answer_count - 1];
}

static void answer_by_script(void *context, struct fake_request *request)
{
	const struct answer *answer = note_arrival(context, request);
	switch (answer->manner) {
	case ANSWER:
		fake_answer(request, answer->status, answer->headers ? answer->headers : "",
			    answer->body ? answer->body : "");
		break;
	case HALF:
		fake_say(request, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"records\"");
		fake_hang_up(request);
		break;
	case CUT:
		fake_hang_up(request);
		break;
	case SILENCE:
		fake_pause_ms(request, 10000);
		fake_hang_up(request);
		break;
	}
}

static void no_chance(void *context, void *bytes, size_t length)
{
	(void)context;
	memset(bytes, 0, length);
}

static struct world *world_open(const struct answer *answers, int count)
{
	static const struct clock_source source = {.steady_ms = fast_steady_ms, .random_bytes = no_chance};
	real_start_ms = real_ms();
	clock_replace(&source);
	struct world *world = own_alloc(sizeof(*world));
	pthread_mutex_init(&world->mutex, NULL);
	world->answers = answers;
	world->answer_count = count;
	world->server = fake_server_open(answer_by_script, world);
	return world;
}

static void world_close(struct world *world)
{
	fake_server_close(&world->server);
	pthread_mutex_destroy(&world->mutex);
	free(world->last_head);
	free(world->last_body);
	free(world);
	clock_replace(NULL);
}

struct caller {
	struct http *http;
	struct airtable_limiter *base, *token;
	struct airtable_client *airtable;
};

static struct caller caller_of_base(const char *endpoint, const char *base, int per_second, int deadline_ms)
{
	struct caller caller = {.http = http_open("davenport-test")};
	struct airtable_address address = {endpoint, TOKEN, base, deadline_ms, NULL};
	caller.base = airtable_limiter_open(per_second);
	caller.token = airtable_limiter_open(AIRTABLE_TOKEN_PER_SECOND);
	caller.airtable = airtable_client_open(caller.http, &address, caller.base, caller.token);
	return caller;
}

static struct caller caller_open(const char *endpoint, int per_second, int deadline_ms)
{
	return caller_of_base(endpoint, "appX", per_second, deadline_ms);
}

static void caller_close(struct caller *caller)
{
	airtable_client_close(&caller->airtable);
	airtable_limiter_close(&caller->base);
	airtable_limiter_close(&caller->token);
	http_close(&caller->http);
}

/* --- one request --- */

struct request_case {
	const char *sentence;
	bool read;
	struct answer answers[8];
	int requests;         /* that arrive */
	enum error_kind kind; /* ERROR_NONE: it works */
	const char *words;    /* of the error */
	int least_wait_ms;    /* fast clock: between the first and the last arrival */
	int deadline_ms;
};

#define GOOD                                                                                                 \
	{                                                                                                    \
		200, OK_BODY, "", ANSWER                                                                     \
	}

static const struct request_case cases[] = {
	{"a read that works is asked once", true, {GOOD}, 1, ERROR_NONE, NULL, 0, 0},
	{"a write that works is sent once", false, {GOOD}, 1, ERROR_NONE, NULL, 0, 0},
	{"a read is tried again after a 500", true, {{500, "", "", ANSWER}, GOOD}, 2, ERROR_NONE, NULL, 0, 0},
	{"a read is tried again after 502, 503 and 504",
	 true,
	 {{502, "<html>", "", ANSWER}, {503, "", "", ANSWER}, {504, "", "", ANSWER}, GOOD},
	 4,
	 ERROR_NONE,
	 NULL,
	 0,
	 0},
	{"a read is tried again after a cut", true, {{0, "", "", CUT}, GOOD}, 2, ERROR_NONE, NULL, 0, 0},
	{"a read is tried again after half an answer",
	 true,
	 {{0, "", "", HALF}, GOOD},
	 2,
	 ERROR_NONE,
	 NULL,
	 0,
	 0},
	{"a read is tried again after an answer that is no JSON",
	 true,
	 {{200, "<html>", "", ANSWER}, GOOD},
	 2,
	 ERROR_NONE,
	 NULL,
	 0,
	 0},
	{"a read is given up after six tries",
	 true,
	 {{500, "", "", ANSWER}},
	 6,
	 ERROR_RETRY,
	 "HTTP 500",
	 0,
	 0},
	{"a read that times out is tried again",
	 true,
	 {{0, "", "", SILENCE}, GOOD},
	 2,
	 ERROR_NONE,
	 NULL,
	 0,
	 800},
	{"a read waits for as long as a 503 asks",
	 true,
	 {{503, "", "Retry-After: 20\r\n", ANSWER}, {503, "", "Retry-After: 30\r\n", ANSWER}, GOOD},
	 3,
	 ERROR_NONE,
	 NULL,
	 50000,
	 0},
	{"a read does not sit out an hour",
	 true,
	 {{503, "", "Retry-After: 3600\r\n", ANSWER}, GOOD},
	 1,
	 ERROR_RETRY,
	 "HTTP 503",
	 0,
	 0},
	{"a read waits out the penalty of a 429",
	 true,
	 {{429, RATE_BODY, "", ANSWER}, GOOD},
	 2,
	 ERROR_NONE,
	 NULL,
	 30000,
	 0},
	{"a read stands two penalties",
	 true,
	 {{429, RATE_BODY, "", ANSWER}, {429, "?", "", ANSWER}, GOOD},
	 3,
	 ERROR_NONE,
	 NULL,
	 60000,
	 0},
	{"a read is not tried again after a 401",
	 true,
	 {{401, "", "", ANSWER}, GOOD},
	 1,
	 ERROR_FATAL,
	 "HTTP 401",
	 0,
	 0},
	{"a read is not tried again after a 403",
	 true,
	 {{403, "", "", ANSWER}, GOOD},
	 1,
	 ERROR_FATAL,
	 "HTTP 403",
	 0,
	 0},
	{"a read is not tried again after a 404",
	 true,
	 {{404, "", "", ANSWER}, GOOD},
	 1,
	 ERROR_LOST,
	 "HTTP 404",
	 0,
	 0},
	{"a read is not tried again after a 422",
	 true,
	 {{422, "", "", ANSWER}, GOOD},
	 1,
	 ERROR_REFUSED,
	 "HTTP 422",
	 0,
	 0},
	{"a read is not tried again when the month's quota is used up",
	 true,
	 {{429, QUOTA_BODY, "", ANSWER}, GOOD},
	 1,
	 ERROR_FATAL,
	 "PUBLIC_API_BILLING_LIMIT_EXCEEDED",
	 0,
	 0},
	{"a write is sent again after a 429, when the penalty is over",
	 false,
	 {{429, RATE_BODY, "", ANSWER}, GOOD},
	 2,
	 ERROR_NONE,
	 NULL,
	 30000,
	 0},
	{"a write is given up after six 429",
	 false,
	 {{429, RATE_BODY, "", ANSWER}},
	 6,
	 ERROR_RETRY,
	 "HTTP 429",
	 150000,
	 0},
	{"a write is not sent again when the month's quota is used up",
	 false,
	 {{429, QUOTA_BODY, "", ANSWER}, GOOD},
	 1,
	 ERROR_FATAL,
	 "PUBLIC_API_BILLING_LIMIT_EXCEEDED",
	 0,
	 0},
	{"a write is not sent again after a 500",
	 false,
	 {{500, "", "", ANSWER}, GOOD},
	 1,
	 ERROR_RETRY,
	 "HTTP 500",
	 0,
	 0},
	{"a write is not sent again after a 502",
	 false,
	 {{502, "", "", ANSWER}, GOOD},
	 1,
	 ERROR_RETRY,
	 "HTTP 502",
	 0,
	 0},
	{"a write is not sent again after a 503 that says it is safe",
	 false,
	 {{503, "{\"error\":{\"type\":\"RETRIABLE_ERROR\"}}", "Retry-After: 1\r\n", ANSWER}, GOOD},
	 1,
	 ERROR_RETRY,
	 "RETRIABLE_ERROR",
	 0,
	 0},
	{"a write is not sent again after a cut",
	 false,
	 {{0, "", "", CUT}, GOOD},
	 1,
	 ERROR_RETRY,
	 "PATCH http://127",
	 0,
	 0},
	{"a write is not sent again after half an answer",
	 false,
	 {{0, "", "", HALF}, GOOD},
	 1,
	 ERROR_RETRY,
	 "PATCH",
	 0,
	 0},
	{"a write that is not answered in time is in doubt",
	 false,
	 {{0, "", "", SILENCE}, GOOD},
	 1,
	 ERROR_RETRY,
	 "within 800 ms",
	 0,
	 800},
	{"a write that is answered with HTML is in doubt",
	 false,
	 {{200, "<html>", "", ANSWER}, GOOD},
	 1,
	 ERROR_RETRY,
	 "cannot be used",
	 0,
	 0},
	{"a write that is redirected is not followed",
	 false,
	 {{302, "", "Location: /\r\n", ANSWER}, GOOD},
	 1,
	 ERROR_RETRY,
	 "HTTP 302",
	 0,
	 0},
};

static int count_answers(const struct request_case *row)
{
	int count = 1;
	while (count < (int)countof(row->answers) &&
	       (row->answers[count].status || row->answers[count].manner))
		count++;
	return count;
}

static int count_refusals(const struct request_case *row)
{
	int last = count_answers(row) - 1, count = 0;
	for (int i = 0; i < row->requests; i++) {
		const struct answer *answer = &row->answers[i < last ? i : last];
		count += answer->status == 429 && strcmp(answer->body, QUOTA_BODY) != 0;
	}
	return count;
}

static void check_rate(const struct request_case *row, struct airtable_rate_counts rate)
{
	bool waited = count_refusals(row) > 0 && row->requests > 1;
	assert_int_equal(rate.refusals, count_refusals(row));
	assert_int_equal(rate.waits > 0, waited);
	assert_int_equal(rate.waited_ms > 0, waited);
}

static void check_case(void **state)
{
	const struct request_case *row = *state;
	struct world *world = world_open(row->answers, count_answers(row));
	struct caller caller = caller_open(fake_server_url(world->server), 1000, row->deadline_ms);
	enum airtable_purpose purpose = row->read ? AIRTABLE_FOR_NEWS : AIRTABLE_FOR_UPDATE;
	struct airtable_call call = {.method = row->read ? "GET" : "PATCH",
				     .path = "/v0/appX/tblY",
				     .purpose = purpose,
				     .read = row->read};
	scoped(json_object) answer = NULL;
	struct error error = {0};
	bool good = airtable_request(caller.airtable, &call, &answer, NULL, &error);
	int64_t calls = airtable_client_calls(caller.airtable);
	int64_t calls_for = airtable_client_calls_for(caller.airtable, purpose);
	struct airtable_rate_counts rate = airtable_client_rate(caller.airtable);
	caller_close(&caller);
	fake_server_close(&world->server);
	assert_string_equal(error_kind_name(good ? ERROR_NONE : error.kind), error_kind_name(row->kind));
	assert_true(good == (answer != NULL));
	if (row->words && !strstr(error.text, row->words))
		fail_msg("'%s' lacks '%s'", error.text, row->words);
	assert_int_equal(world->requests, row->requests);
	assert_int_equal(calls, row->requests);
	assert_int_equal(calls_for, row->requests);
	check_rate(row, rate);
	int64_t waited_ms = world->arrivals_ms[row->requests - 1] - world->arrivals_ms[0];
	if (waited_ms < row->least_wait_ms)
		fail_msg("it came after %d ms", (int)waited_ms);
	world_close(world);
}

/* --- what else is promised --- */

static const struct answer good[] = {GOOD};

static void the_request_is_as_it_should_be(void **state)
{
	(void)state;
	struct world *world = world_open(good, 1);
	struct caller caller = caller_open(fake_server_url(world->server), 1000, 0);
	scoped(json_object) body = json_new_object();
	json_put_text(body, "filterByFormula", "{F}='ü/\"'");
	struct airtable_call call = {
		.method = "POST", .path = "/v0/appX/tblY/listRecords", .body = body, .read = true};
	assert_true(airtable_request(caller.airtable, &call, NULL, NULL, NULL));
	caller_close(&caller);
	fake_server_close(&world->server);
	assert_true(strncmp(world->last_head, "POST /v0/appX/tblY/listRecords HTTP/1.1\r\n", 41) == 0);
	assert_non_null(strstr(world->last_head, "\r\nAuthorization: Bearer " TOKEN "\r\n"));
	assert_non_null(strstr(world->last_head, "\r\nContent-Type: application/json\r\n"));
	assert_non_null(strstr(world->last_head, "\r\nUser-Agent: davenport-test\r\n"));
	assert_string_equal(world->last_body, "{\"filterByFormula\":\"{F}='ü/\\\"'\"}");
	world_close(world);
}

/* --- ids that would be more of a path than they are --- */

#define CLIMBING_BASE "app/../../v0/meta?x=#%"
#define ENCODED_BASE  "app%2F..%2F..%2Fv0%2Fmeta%3Fx%3D%23%25"
#define CLIMBING_ID   "a/b?c"
#define ENCODED_ID    "a%2Fb%3Fc"

static bool pass_over(void *context, struct airtable_records *page, struct error *error)
{
	(void)context;
	(void)page;
	(void)error;
	return true;
}

static bool list_with(struct airtable_client *airtable, const char *formula)
{
	static const char *const fields[] = {CLIMBING_ID};
	struct airtable_list list = {
		.table_id = CLIMBING_ID, .field_ids = fields, .field_count = 1, .formula = formula};
	return airtable_records_list(airtable, &list, pass_over, NULL, NULL, NULL);
}

static bool list_shortly(struct airtable_client *airtable)
{
	return list_with(airtable, NULL);
}

static bool list_at_length(struct airtable_client *airtable)
{
	scoped_text formula = own_alloc(AIRTABLE_URL_LIMIT + 1);
	memset(formula, '1', AIRTABLE_URL_LIMIT);
	return list_with(airtable, formula);
}

static bool write_one(struct airtable_client *airtable, enum airtable_write_kind kind)
{
	scoped(json_object) cells = json_new_object();
	struct airtable_write write = {.record_id = CLIMBING_ID, .fields = cells};
	struct airtable_batch *batch =
		airtable_batch_start(airtable, CLIMBING_ID, kind, NULL, false, &write, 1);
	bool all = airtable_batch_finish(&batch, NULL);
	airtable_writes_done(&write, 1);
	return all;
}

static bool update_one(struct airtable_client *airtable)
{
	return write_one(airtable, AIRTABLE_UPDATE);
}

static bool delete_one(struct airtable_client *airtable)
{
	return write_one(airtable, AIRTABLE_DELETE);
}

static bool read_schema(struct airtable_client *airtable)
{
	scoped(json_object) tables = NULL;
	return airtable_schema_tables(airtable, &tables, NULL);
}

struct path_case {
	const char *sentence;
	bool (*ask)(struct airtable_client *airtable); /* whether it works does not matter */
	const char *line;                              /* that the request begins with */
};

static const struct path_case path_cases[] = {
	{"ids are encoded where rows are listed", list_shortly,
	 "GET /v0/" ENCODED_BASE "/" ENCODED_ID
	 "?returnFieldsByFieldId=true&pageSize=100&fields%5B%5D=" ENCODED_ID " HTTP/1.1\r\n"},
	{"ids are encoded where rows are listed by POST", list_at_length,
	 "POST /v0/" ENCODED_BASE "/" ENCODED_ID "/listRecords HTTP/1.1\r\n"},
	{"ids are encoded where rows are updated", update_one,
	 "PATCH /v0/" ENCODED_BASE "/" ENCODED_ID " HTTP/1.1\r\n"},
	{"ids are encoded where rows are deleted", delete_one,
	 "DELETE /v0/" ENCODED_BASE "/" ENCODED_ID "?records%5B%5D=" ENCODED_ID " HTTP/1.1\r\n"},
	{"ids are encoded where the schema is read", read_schema,
	 "GET /v0/meta/bases/" ENCODED_BASE "/tables HTTP/1.1\r\n"},
};

static void check_path(void **state)
{
	const struct path_case *row = *state;
	struct world *world = world_open(good, 1);
	struct caller caller = caller_of_base(fake_server_url(world->server), CLIMBING_BASE, 1000, 0);
	(void)row->ask(caller.airtable);
	caller_close(&caller);
	fake_server_close(&world->server);
	assert_non_null(world->last_head);
	if (strncmp(world->last_head, row->line, strlen(row->line)) != 0)
		fail_msg("'%.300s' does not begin with '%s'", world->last_head, row->line);
	world_close(world);
}

/* --- what else the server tells --- */

static void the_server_s_clock_is_heard(void **state)
{
	(void)state;
	static const struct answer dated[] = {
		{200, OK_BODY, "Date: Fri, 24 Apr 2026 15:22:24 GMT\r\n", ANSWER}};
	struct world *world = world_open(dated, 1);
	struct caller caller = caller_open(fake_server_url(world->server), 1000, 0);
	struct airtable_call call = {.method = "GET", .path = "/v0/appX/tblY", .read = true};
	int64_t date_ms = 0, expected_ms = 0;
	assert_true(clock_from_iso("2026-04-24T15:22:24Z", &expected_ms));
	assert_int_equal(airtable_client_now_ms(caller.airtable), 0);
	assert_true(airtable_request(caller.airtable, &call, NULL, &date_ms, NULL));
	assert_int_equal(date_ms, expected_ms);
	int64_t first_ms = airtable_client_now_ms(caller.airtable);
	assert_true(first_ms >= expected_ms);
	int64_t before_ms = clock_steady_ms();
	while (clock_steady_ms() < before_ms + 1000)
		sched_yield();
	assert_true(airtable_client_now_ms(caller.airtable) >= first_ms + 1000);
	caller_close(&caller);
	world_close(world);
}

static void an_answer_without_a_date_has_none(void **state)
{
	(void)state;
	struct world *world = world_open(good, 1);
	struct caller caller = caller_open(fake_server_url(world->server), 1000, 0);
	struct airtable_call call = {.method = "GET", .path = "/v0/appX/tblY", .read = true};
	int64_t date_ms = 77;
	assert_true(airtable_request(caller.airtable, &call, NULL, &date_ms, NULL));
	assert_int_equal(date_ms, 0);
	assert_int_equal(airtable_client_now_ms(caller.airtable), 0);
	caller_close(&caller);
	world_close(world);
}

static void nobody_there_costs_no_slot(void **state)
{
	(void)state;
	struct world *world = world_open(good, 1);
	scoped_text url = own_copy(fake_server_url(world->server));
	fake_server_close(&world->server);
	struct caller caller = caller_open(url, 1, 0);
	for (int i = 0; i < 3; i++) {
		struct airtable_call call = {"PATCH", "/v0/appX/tblY", NULL, .read = false};
		struct error error = {0};
		assert_false(airtable_request(caller.airtable, &call, NULL, NULL, &error));
		assert_int_equal(error.kind, ERROR_RETRY);
		assert_non_null(strstr(error.text, "not sent: PATCH "));
	}
	assert_int_equal(airtable_client_calls(caller.airtable), 0);
	assert_int_equal(airtable_limiter_take(caller.base), 0);
	airtable_limiter_give_back(caller.base);
	for (int i = 0; i < AIRTABLE_TOKEN_PER_SECOND; i++)
		assert_int_equal(airtable_limiter_take(caller.token), 0);
	caller_close(&caller);
	world_close(world);
}

static void the_token_is_in_no_error(void **state)
{
	(void)state;
	static const struct answer echo[] = {
		{401, "{\"error\":{\"type\":\"UNAUTHORIZED\",\"message\":\"Invalid token " TOKEN "\"}}", "",
		 ANSWER}};
	struct world *world = world_open(echo, 1);
	struct caller caller = caller_open(fake_server_url(world->server), 1000, 0);
	struct airtable_call call = {"GET", "/v0/appX/tblY?x=" TOKEN, NULL, .read = true};
	struct error error = {0};
	assert_false(airtable_request(caller.airtable, &call, NULL, NULL, &error));
	assert_null(strstr(error.text, "TESTTOKEN"));
	assert_non_null(strstr(error.text, "Invalid token ***"));
	caller_close(&caller);
	world_close(world);
}

struct stopper {
	struct http *http;
	struct world *world;
	int grace_ms;
};

static void *stop_later(void *context)
{
	struct stopper *stopper = context;
	int requests = 0;
	while (requests == 0) {
		struct timespec pause = {0, 2000000};
		nanosleep(&pause, NULL);
		pthread_mutex_lock(&stopper->world->mutex);
		requests = stopper->world->requests;
		pthread_mutex_unlock(&stopper->world->mutex);
	}
	http_stop(stopper->http, stopper->grace_ms);
	return NULL;
}

/* The stop comes once the request has arrived; within the grace its answer is heard. */
static struct error stop_during(const struct answer *answers, bool read, int grace_ms)
{
	struct world *world = world_open(answers, 1);
	struct caller caller = caller_open(fake_server_url(world->server), 1000, 0);
	struct stopper stopper = {caller.http, world, grace_ms};
	struct airtable_call call = {read ? "GET" : "PATCH", "/v0/appX/tblY", NULL, .read = read};
	struct error error = {0};
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, stop_later, &stopper), 0);
	assert_false(airtable_request(caller.airtable, &call, NULL, NULL, &error));
	pthread_join(thread, NULL);
	assert_int_equal(airtable_client_calls(caller.airtable), 1);
	caller_close(&caller);
	world_close(world);
	return error;
}

static void a_stop_ends_the_wait_for_a_penalty(void **state)
{
	(void)state;
	static const struct answer rate[] = {{429, RATE_BODY, "", ANSWER}};
	assert_int_equal(stop_during(rate, false, 20000).kind, ERROR_STOPPED);
}

static void a_stop_ends_the_wait_between_tries(void **state)
{
	(void)state;
	static const struct answer busy[] = {{503, "", "Retry-After: 40\r\n", ANSWER}};
	assert_int_equal(stop_during(busy, true, 20000).kind, ERROR_STOPPED);
}

static void a_write_that_left_before_the_stop_is_in_doubt(void **state)
{
	(void)state;
	static const struct answer silent[] = {{0, "", "", SILENCE}};
	assert_int_equal(stop_during(silent, false, 0).kind, ERROR_RETRY);
	assert_int_equal(stop_during(silent, true, 0).kind, ERROR_STOPPED);
}

/* Nobody else would know that a server is asked so often. */
static void a_try_that_is_not_the_last_is_told_for_the_curious(void **state)
{
	(void)state;
	static const struct answer late[] = {
		{503, "", "Retry-After: 20\r\n", ANSWER}, {0, "", "", CUT}, GOOD};
	struct world *world = world_open(late, countof(late));
	struct caller caller = caller_open(fake_server_url(world->server), 1000, 0);
	struct airtable_call call = {.method = "GET", .path = "/v0/appX/tblY", .read = true};
	log_set_level(LOG_DEBUG);
	struct log_lines *lines = log_lines_keep();
	bool works = airtable_request(caller.airtable, &call, NULL, NULL, NULL);
	scoped_text said = log_lines_take(&lines);
	log_set_level(LOG_INFO);
	caller_close(&caller);
	world_close(world);
	assert_true(works);
	const char *first =
		strstr(said, "level=debug at=\"Airtable\" msg=\"asked again in 20000 ms, after try 1 of 6: "
			     "GET /v0/appX/tblY: HTTP 503");
	const char *second =
		first ? strstr(first, "level=debug at=\"Airtable\" msg=\"asked again in ") : NULL;
	if (!second || !strstr(second, " ms, after try 2 of 6: "))
		fail_msg("it says '%s'", said);
	assert_null(strstr(said, TOKEN));
}

static const struct CMUnitTest programs[] = {
	cmocka_unit_test(a_try_that_is_not_the_last_is_told_for_the_curious),
	cmocka_unit_test(the_request_is_as_it_should_be),
	cmocka_unit_test(the_server_s_clock_is_heard),
	cmocka_unit_test(an_answer_without_a_date_has_none),
	cmocka_unit_test(nobody_there_costs_no_slot),
	cmocka_unit_test(the_token_is_in_no_error),
	cmocka_unit_test(a_stop_ends_the_wait_for_a_penalty),
	cmocka_unit_test(a_stop_ends_the_wait_between_tries),
	cmocka_unit_test(a_write_that_left_before_the_stop_is_in_doubt),
};

static struct CMUnitTest tests[countof(cases) + countof(path_cases) + countof(programs)];
static size_t tests_count;

int main(void)
{
	for (size_t i = 0; i < countof(cases); i++)
		tests[tests_count++] = (struct CMUnitTest){.name = cases[i].sentence,
							   .test_func = check_case,
							   .initial_state = (void *)(uintptr_t)&cases[i]};
	for (size_t i = 0; i < countof(path_cases); i++)
		tests[tests_count++] =
			(struct CMUnitTest){.name = path_cases[i].sentence,
					    .test_func = check_path,
					    .initial_state = (void *)(uintptr_t)&path_cases[i]};
	memcpy(tests + tests_count, programs, sizeof(programs));
	tests_count += countof(programs);
	return _cmocka_run_group_tests("airtable_client", tests, tests_count, NULL, NULL);
}
