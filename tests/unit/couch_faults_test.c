/* couch/ against servers that do wrong, or right in their own way: each answer stands in a script. What a good server
 * does is in tests/scenarios/couch_test.c. Waits between tries are made short by a chance that always draws 0. */
#include "base/clock.h"
#include "base/log.h"
#include "couch/attachments.h"
#include "couch/bulk.h"
#include "couch/changes.h"
#include "couch/documents.h"
#include "couch/local.h"
#include "couch/revisions.h"
#include "couch/server.h"
#include "tests/fakes/http_server.h"
#include "tests/fakes/log_lines.h"
#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* after what it wants declared */
#include <cmocka.h>

enum {
	NEWS_MS = 10000,
	GUARD_SECONDS = 120, /* a case that hangs ends the program */
	REMEMBERED = 64,
	MIB = 1 << 20,
};

/* ---- a server with a script ---- */

enum action { ANSWER, CUT, HANG_UP };

struct step {
	int status;
	const char *body;
	const char *headers; /* NULL: "Content-Type: application/json\r\n" */
	enum action action;
};

#define SAYS(number, words)                                                                                  \
	{                                                                                                    \
		.status = (number), .body = (words)                                                          \
	}
#define SAYS_AS(number, words, head)                                                                         \
	{                                                                                                    \
		.status = (number), .body = (words), .headers = (head)                                       \
	}
#define CUTS(words)                                                                                          \
	{                                                                                                    \
		.body = (words), .action = CUT                                                               \
	}
#define CUTS_AS(words, head)                                                                                 \
	{                                                                                                    \
		.body = (words), .headers = (head), .action = CUT                                            \
	}
#define HANGS_UP                                                                                             \
	{                                                                                                    \
		.action = HANG_UP                                                                            \
	}

/* The steps in the order of the requests, the last one for all further ones; or a function for what needs more. */
struct world {
	const struct step *steps;
	size_t count;
	void (*answer)(struct world *world, struct fake_request *request);
	const struct clock_source *chance; /* NULL: none */
	struct fake_server *server;
	struct http *http;
	struct couch_client *couch;
	struct error error;

	pthread_mutex_t lock;
	int requests, streams;   /* streams: of the continuous feed */
	char *asked[REMEMBERED]; /* owned; "GET /db/_changes?... {body}" */
	int numbers[8];          /* for the answering function's own use */
};

static int remember(struct world *world, struct fake_request *request)
{
	pthread_mutex_lock(&world->lock);
	int number = world->requests++;
	if (number < REMEMBERED)
		world->asked[number] =
			own_format("%s %s %.2000s", request->method, request->target, request->body);
	pthread_mutex_unlock(&world->lock);
	return number;
}

static int count_up(struct world *world, int *number)
{
	pthread_mutex_lock(&world->lock);
	int before = (*number)++;
	pthread_mutex_unlock(&world->lock);
	return before;
}

static void take_step(struct fake_request *request, const struct step *step)
{
	const char *headers = step->headers ? step->headers : "Content-Type: application/json\r\n";

	if (step->action == ANSWER) {
		fake_answer(request, step->status, headers, step->body ? step->body : "{}");
		return;
	}
	if (step->action == CUT)
		fake_say(request, "HTTP/1.1 200 OK\r\n%sContent-Length: 1000\r\n\r\n%s", headers, step->body);
	fake_hang_up(request);
}

static void script(void *context, struct fake_request *request)
{
	struct world *world = context;
	int number = remember(world, request);

	if (world->answer)
		world->answer(world, request);
	else
		take_step(request,
			  &world->steps[(size_t)number < world->count ? (size_t)number : world->count - 1]);
}

static void draw_zero(void *context, void *bytes, size_t length)
{
	(void)context;
	memset(bytes, 0, length);
}

static const struct clock_source without_chance = {.random_bytes = draw_zero};

static void world_open(struct world *world)
{
	alarm(GUARD_SECONDS);
	clock_replace(world->chance ? world->chance : &without_chance); /* before there are threads */
	pthread_mutex_init(&world->lock, NULL);
	world->server = fake_server_open(script, world);
	world->http = http_open("davenport-test");
	world->couch =
		couch_client_open(world->http, &(struct couch_address){.url = fake_server_url(world->server),
								       .user = "ann",
								       .password = "not-for-logs",
								       .database = "db"});
}

static void world_close(struct world *world)
{
	couch_client_close(&world->couch);
	http_close(&world->http);
	fake_server_close(&world->server);
	for (int i = 0; i < REMEMBERED; i++)
		free(world->asked[i]);
	pthread_mutex_destroy(&world->lock);
	clock_replace(NULL);
}

static void expect(struct world *world, bool good)
{
	if (!good)
		fail_msg("%s: %s", error_kind_name(world->error.kind), world->error.text);
}

static void expect_kind(struct world *world, bool good, enum error_kind kind)
{
	assert_false(good);
	if (world->error.kind != kind)
		fail_msg("expected %s, got %s: %s", error_kind_name(kind), error_kind_name(world->error.kind),
			 world->error.text);
}

static void expect_words(const char *words, const char *wanted)
{
	if (!words || !strstr(words, wanted))
		fail_msg("\"%s\" does not contain \"%s\"", words ? words : "", wanted);
}

/* Threads of the server may still count: only after the answer. */
static int requests(struct world *world)
{
	pthread_mutex_lock(&world->lock);
	int count = world->requests;
	pthread_mutex_unlock(&world->lock);
	return count;
}

static int asked_for(struct world *world, const char *words)
{
	int count = 0;

	pthread_mutex_lock(&world->lock);
	for (int i = 0; i < REMEMBERED && world->asked[i]; i++)
		count += strstr(world->asked[i], words) != NULL;
	pthread_mutex_unlock(&world->lock);
	return count;
}

static struct json_object *document_of(const char *id)
{
	struct json_object *document = json_new_object();

	json_put_text(document, "_id", id);
	return document;
}

/* ---- what a status means ---- */

struct status_case {
	const char *name;
	struct step step;
	enum error_kind kind;
	const char *code, *words;
};

#define PAGE_502 "<html><body><h1>502 Bad Gateway</h1></body></html>"
#define HTML     "Content-Type: text/html\r\n"

static const struct status_case status_cases[] = {
	{"400 is refused", SAYS(400, "{\"error\":\"bad_request\",\"reason\":\"invalid JSON\"}"),
	 ERROR_REFUSED, "bad_request", "POST db/_thing: HTTP 400, bad_request: invalid JSON"},
	{"401 is fatal",
	 SAYS(401, "{\"error\":\"unauthorized\",\"reason\":\"Name or password is incorrect.\"}"), ERROR_FATAL,
	 "unauthorized", "Name or password is incorrect (the CouchDB user or password is wrong"},
	{"403 of a locked account passes",
	 SAYS(403, "{\"error\":\"forbidden\",\"reason\":\"Account is temporarily locked due to multiple "
		   "authentication failures\"}"),
	 ERROR_RETRY, "forbidden",
	 "after several wrong passwords it lets nobody in as this user for some minutes"},
	{"403 is fatal", SAYS(403, "{\"error\":\"forbidden\",\"reason\":\"no\"}"), ERROR_FATAL, "forbidden",
	 "POST db/_thing: HTTP 403, forbidden: no"},
	{"404 is lost", SAYS(404, "{\"error\":\"not_found\",\"reason\":\"missing\"}"), ERROR_LOST,
	 "not_found", "HTTP 404, not_found: missing"},
	{"405 is fatal", SAYS(405, "{}"), ERROR_FATAL, "", "HTTP 405 (CouchDB does not answer so)"},
	{"408 may pass", SAYS(408, "{}"), ERROR_RETRY, "", "HTTP 408"},
	{"409 is a conflict", SAYS(409, "{\"error\":\"conflict\",\"reason\":\"Document update conflict.\"}"),
	 ERROR_CONFLICT, "conflict", "POST db/_thing: HTTP 409, conflict: Document update conflict"},
	{"412 is refused", SAYS(412, "{\"error\":\"missing_stub\"}"), ERROR_REFUSED, "missing_stub",
	 "HTTP 412, missing_stub"},
	{"413 is refused", SAYS(413, "{\"error\":\"document_too_large\",\"reason\":\"item-1\"}"),
	 ERROR_REFUSED, "document_too_large", "item-1"},
	{"415 is refused", SAYS(415, "{\"error\":\"bad_content_type\"}"), ERROR_REFUSED, "bad_content_type",
	 "HTTP 415"},
	{"425 may pass", SAYS(425, "{}"), ERROR_RETRY, "", "HTTP 425"},
	{"429 may pass", SAYS(429, "{\"error\":\"too_many_requests\"}"), ERROR_RETRY, "too_many_requests",
	 "HTTP 429"},
	{"500 may pass", SAYS(500, "{\"error\":\"internal_server_error\"}"), ERROR_RETRY,
	 "internal_server_error", "HTTP 500"},
	{"500 for a document that is none is refused", SAYS(500, "{\"error\":\"doc_validation\"}"),
	 ERROR_REFUSED, "doc_validation", "HTTP 500"},
	{"502 with a page of a proxy may pass", SAYS_AS(502, PAGE_502, HTML), ERROR_RETRY, "",
	 "POST db/_thing: HTTP 502"},
	{"503 without a body may pass", SAYS(503, ""), ERROR_RETRY, "", "HTTP 503"},
	{"a redirect is fatal", SAYS_AS(302, "", "Location: /elsewhere\r\n"), ERROR_FATAL, "", "HTTP 302"},
	{"no known status may pass", SAYS(799, "{}"), ERROR_RETRY, "", "no known status"},
	{"200 with a page is no JSON", SAYS_AS(200, PAGE_502, HTML), ERROR_RETRY, "",
	 "POST db/_thing: the answer is no JSON but text/html: CouchDB does not answer so"},
	{"200 with a page of somebody", SAYS_AS(200, PAGE_502, HTML "Server: nginx/1.22.1\r\n"), ERROR_RETRY,
	 "", "the answer is no JSON but text/html of nginx/1.22.1"},
	{"404 with a page of somebody", SAYS_AS(404, PAGE_502, HTML "Server: nginx/1.22.1\r\n"), ERROR_LOST,
	 "", "POST db/_thing: HTTP 404 with text/html of nginx/1.22.1"},
	{"200 with nothing is no JSON", SAYS(200, ""), ERROR_RETRY, "", "CouchDB does not answer so"},
	{"200 with broken JSON is refused", SAYS(200, "{\"a\":"), ERROR_REFUSED, "", "reading the answer"},
	{"an answer cut in the middle may pass", CUTS("{\"a\":1"), ERROR_RETRY, "", "db/_thing"},
	{"no answer at all may pass", HANGS_UP, ERROR_RETRY, "", "db/_thing"},
	{"words that are no text are not taken", SAYS(400, "{\"error\":7,\"reason\":[]}"), ERROR_REFUSED, "",
	 "HTTP 400"},
};

static void check_status(void **state)
{
	const struct status_case *one = *state;
	struct world world = {.steps = &one->step, .count = 1};
	struct couch_call call = {.method = "POST", .path = "_thing?long=query"};
	struct json_object *answer = NULL;

	world_open(&world);
	expect_kind(&world, couch_request(world.couch, &call, &answer, NULL, &world.error), one->kind);
	assert_null(answer);
	assert_string_equal(world.error.code, one->code);
	expect_words(world.error.text, one->words);
	assert_null(strstr(world.error.text, "<h1>"));
	assert_null(strstr(world.error.text, "not-for-logs"));
	assert_int_equal(requests(&world), 1); /* a write is sent once */
	world_close(&world);
}

/* ---- trying again ---- */

static void is_said_in_turn(const char *said, const char *const *words, size_t count)
{
	const char *from = said;

	for (size_t i = 0; i < count; i++) {
		const char *met = strstr(from, words[i]);
		if (!met)
			fail_msg("'%s' is not said there: %s", words[i], said);
		from = met + strlen(words[i]);
	}
}

static void read_is_tried_again(struct world *world)
{
	static const struct step steps[] = {SAYS(503, "{}"), SAYS_AS(502, PAGE_502, HTML), CUTS("{\"a\":1"),
					    SAYS(200, "{}")};
	struct couch_call call = {.path = "_thing", .read = true};
	scoped(json_object) answer = NULL;
	int status = 0;

	world->steps = steps;
	world->count = countof(steps);
	world_open(world);
	call.status_out = &status;
	log_set_level(LOG_DEBUG);
	struct log_lines *lines = log_lines_keep();
	bool good = couch_request(world->couch, &call, &answer, NULL, &world->error);
	scoped_text said = log_lines_take(&lines);
	log_set_level(LOG_INFO);
	expect(world, good);
	assert_non_null(answer);
	assert_int_equal(status, 200);
	assert_int_equal(requests(world), 4);
	/* Nobody else would know of the tries, so they are told to who debugs. */
	is_said_in_turn(said,
			(const char *const[]){"level=debug at=\"CouchDB\" msg=\"asked again in ",
					      " ms, after try 1 of 4: ", "HTTP 503",
					      " ms, after try 2 of 4: ", "HTTP 502",
					      " ms, after try 3 of 4: "},
			6);
}

static void read_gives_up(struct world *world)
{
	static const struct step step = SAYS(503, "{\"error\":\"busy\",\"reason\":\"later\"}");
	struct couch_call call = {.path = "_thing", .read = true};
	struct json_object *answer = NULL;

	world->steps = &step;
	world->count = 1;
	world_open(world);
	expect_kind(world, couch_request(world->couch, &call, &answer, NULL, &world->error), ERROR_RETRY);
	assert_string_equal(world->error.code, "busy");
	assert_int_equal(requests(world), COUCH_READ_TRIES);
}

static void long_retry_after_is_the_callers(struct world *world)
{
	static const struct step step = SAYS_AS(429, "{}", "Retry-After: 600\r\n");
	struct couch_call call = {.path = "_thing", .read = true};
	struct json_object *answer = NULL;

	world->steps = &step;
	world->count = 1;
	world_open(world);
	expect_kind(world, couch_request(world->couch, &call, &answer, NULL, &world->error), ERROR_RETRY);
	assert_int_equal(world->error.retry_after_ms, 60000); /* not believed beyond that */
	assert_int_equal(requests(world), 1);
}

static void server_that_is_down_may_come_back(struct world *world)
{
	struct couch_call call = {.path = "_thing", .read = true};
	struct json_object *answer = NULL;
	struct couch_changes *changes;
	struct couch_page page;

	static const struct step step = SAYS(200, "{}");
	world->steps = &step;
	world->count = 1;
	world_open(world);
	fake_server_close(&world->server);
	expect_kind(world, couch_request(world->couch, &call, &answer, NULL, &world->error), ERROR_RETRY);
	changes = couch_changes_open(world->couch, NULL, NULL);
	expect_kind(world, couch_changes_read(changes, 30, &page, &world->error), ERROR_RETRY);
	couch_changes_close(&changes);
}

static void stop_ends_the_tries(struct world *world)
{
	static const struct step step = SAYS(503, "{}");
	struct couch_call call = {.path = "_thing", .read = true};
	struct json_object *answer = NULL;

	world->steps = &step;
	world->count = 1;
	world_open(world);
	http_stop(world->http, 0);
	expect_kind(world, couch_request(world->couch, &call, &answer, NULL, &world->error), ERROR_STOPPED);
	assert_int_equal(requests(world), 0);
}

static void heads_are_as_they_must(struct world *world, struct fake_request *request)
{
	scoped_text accept = fake_header(request, "Accept");
	scoped_text authorization = fake_header(request, "Authorization");
	scoped_text type = fake_header(request, "Content-Type");
	bool good = accept && strcmp(accept, "application/json") == 0 && authorization && type &&
		    strcmp(authorization, "Basic YW5uOm5vdC1mb3ItbG9ncw==") == 0 &&
		    strcmp(type, "application/json") == 0 && strcmp(request->target, "/db/_thing") == 0;

	(void)world;
	fake_answer(request, good ? 200 : 400, "", good ? "{}" : request->head);
}

static void request_has_its_headers(struct world *world)
{
	scoped(json_object) body = json_new_object();
	struct couch_call call = {.method = "POST", .path = "_thing", .body = body};
	scoped(json_object) answer = NULL;

	world->answer = heads_are_as_they_must;
	world_open(world);
	expect(world, couch_request(world->couch, &call, &answer, NULL, &world->error));
}

/* ---- the server, the database ---- */

/* What answers GET / in CouchDB's place, and what is said of it. */
static const struct server_case {
	const char *sentence;
	struct step step;
	enum error_kind kind;
	const char *words;
} server_cases[] = {
	{"JSON of another server", SAYS(200, "{\"message\":\"hello\"}"), ERROR_FATAL,
	 " is no CouchDB server (JSON that CouchDB does not send)"},
	{"a database", SAYS(200, "{\"db_name\":\"inventory\",\"doc_count\":3,\"update_seq\":\"3-x\"}"),
	 ERROR_FATAL, " is the database 'inventory', and not the server as a whole: leave the database out"},
	{"a page", SAYS_AS(200, PAGE_502, HTML "Server: nginx/1.22.1\r\n"), ERROR_FATAL,
	 " is no CouchDB server (GET /: the answer is no JSON but text/html of nginx/1.22.1: CouchDB does "
	 "not answer "
	 "so)"},
	{"a page that is not there", SAYS_AS(404, PAGE_502, HTML), ERROR_FATAL,
	 " is no CouchDB server (GET /: HTTP 404 with text/html)"},
	{"a database that is not there", SAYS(404, "{\"error\":\"not_found\",\"reason\":\"no_db_file\"}"),
	 ERROR_FATAL, " is no CouchDB server (GET /: HTTP 404, not_found: no_db_file)"},
	{"a redirect", SAYS_AS(302, "", "Location: /elsewhere\r\n"), ERROR_FATAL,
	 " is no CouchDB server (GET /: HTTP 302"},
	{"a proxy whose server is away may pass", SAYS_AS(502, PAGE_502, HTML), ERROR_RETRY,
	 "GET /: HTTP 502 with text/html"},
	{"a user that is unknown is another matter",
	 SAYS(401, "{\"error\":\"unauthorized\",\"reason\":\"no\"}"), ERROR_FATAL,
	 "GET /: HTTP 401, unauthorized: no"},
	{"no answer may pass", HANGS_UP, ERROR_RETRY, "GET http://"},
};

static void check_server(void **state)
{
	const struct server_case *one = *state;
	struct world world = {.steps = &one->step, .count = 1};
	char version[32] = "untouched";

	world_open(&world);
	expect_kind(&world, couch_server_check(world.couch, version, &world.error), one->kind);
	expect_words(world.error.text, one->words);
	assert_string_equal(version, "untouched");
	world_close(&world);
}

static void server_without_version(struct world *world)
{
	static const struct step step = SAYS(200, "{\"couchdb\":\"Welcome\"}");
	char version[32] = "";

	world->steps = &step;
	world->count = 1;
	world_open(world);
	expect(world, couch_server_check(world->couch, version, &world->error));
	assert_string_equal(version, "?");
	assert_int_equal(asked_for(world, "GET / "), 1);
}

static void list_of_databases_must_be_one(struct world *world)
{
	static const struct step step = SAYS(200, "[\"a\",7]");
	struct json_object *names = NULL;

	world->steps = &step;
	world->count = 1;
	world_open(world);
	expect_kind(world, couch_database_list(world->couch, &names, &world->error), ERROR_RETRY);
	assert_null(names);
}

static void identity_needs_a_position(struct world *world)
{
	static const struct step step = SAYS(200, "{\"db_name\":\"db\"}");
	struct couch_identity identity;

	world->steps = &step;
	world->count = 1;
	world_open(world);
	expect_kind(world, couch_database_identity(world->couch, &identity, &world->error), ERROR_RETRY);
	expect_words(world->error.text, "update_seq");
}

static void identity_is_opaque(struct world *world)
{
	static const struct step step =
		SAYS(200, "{\"update_seq\":[7,\"g1\"],\"purge_seq\":\"0-x\",\"doc_count\":3,"
			  "\"instance_start_time\":\"1795471416\"}");
	struct couch_identity identity;

	world->steps = &step;
	world->count = 1;
	world_open(world);
	expect(world, couch_database_identity(world->couch, &identity, &world->error));
	assert_string_equal(identity.update_seq, "[7,\"g1\"]");
	assert_string_equal(identity.purge_seq, "\"0-x\"");
	assert_string_equal(identity.instance_start_time, "1795471416");
	assert_int_equal(identity.document_count, 3);
	couch_identity_done(&identity);
}

static void private_database_is_left_as_it_is(struct world *world)
{
	static const struct step steps[] = {SAYS(412, "{\"error\":\"file_exists\"}"),
					    SAYS(200, "{\"members\":{\"names\":[\"ann\"]}}")};

	world->steps = steps;
	world->count = countof(steps);
	world_open(world);
	expect(world, couch_database_create(world->couch, true, &world->error));
	assert_int_equal(requests(world), 2);
}

static void open_database_is_closed(struct world *world)
{
	static const struct step steps[] = {SAYS(201, "{\"ok\":true}"), SAYS(200, "{}"),
					    SAYS(200, "{\"ok\":true}")};

	world->steps = steps;
	world->count = countof(steps);
	world_open(world);
	expect(world, couch_database_create(world->couch, true, &world->error));
	assert_int_equal(asked_for(world,
				   "PUT /db/_security {\"admins\":{\"names\":[],\"roles\":[\"_admin\"]},"
				   "\"members\":{\"names\":[],\"roles\":[\"_admin\"]}}"),
			 1);
}

/* ---- reading documents ---- */

struct rows_case {
	const char *name;
	const char *body;
	enum error_kind kind; /* ERROR_NONE: it is read, and 'words' is the first document's flaw, or "" */
	const char *words;
};

#define ROW(id)                                                                                              \
	"{\"id\":\"" id "\",\"key\":\"" id "\",\"value\":{\"rev\":\"1-a\"},\"doc\":{\"_id\":\"" id           \
	"\",\"_rev\":\"1-a\"}}"

static const struct rows_case rows_cases[] = {
	{"two rows", "{\"rows\":[" ROW("a") "," ROW("b") "]}", ERROR_NONE, ""},
	{"a missing one", "{\"rows\":[" ROW("a") ",{\"key\":\"b\",\"error\":\"not_found\"}]}", ERROR_NONE,
	 ""},
	{"a tombstone",
	 "{\"rows\":[" ROW("a") ",{\"id\":\"b\",\"key\":\"b\",\"value\":{\"rev\":\"2-b\",\"deleted\":true},"
				"\"doc\":null}]}",
	 ERROR_NONE, ""},
	{"a flaw in the first",
	 "{\"rows\":[{\"id\":\"a\",\"key\":\"a\",\"value\":{\"rev\":\"1-a\"},\"doc\":{\"_id\":\"a\","
	 "\"_rev\":\"1-a\",\"data\":{\"n\":1e999}}}," ROW("b") "]}",
	 ERROR_NONE, "data.n: "},
	{"no rows", "{\"total_rows\":2}", ERROR_RETRY, "rows"},
	{"too few rows", "{\"rows\":[" ROW("a") "]}", ERROR_RETRY, "1 rows for 2 ids"},
	{"rows in another order", "{\"rows\":[" ROW("b") "," ROW("a") "]}", ERROR_RETRY,
	 "'b' where 'a' was asked for"},
	{"a row with another error", "{\"rows\":[" ROW("a") ",{\"key\":\"b\",\"error\":\"timeout\"}]}",
	 ERROR_RETRY, "'b' has no rev (timeout)"},
	{"a row without its document",
	 "{\"rows\":[{\"id\":\"a\",\"key\":\"a\",\"value\":{\"rev\":\"1-a\"},\"doc\":null}," ROW("b") "]}",
	 ERROR_RETRY, "changed while it was read"},
	{"a row that is a number", "{\"rows\":[7,8]}", ERROR_RETRY, "where 'a' was asked for"},
	{"an answer that is a list", "[1,2]", ERROR_RETRY, "rows"},
};

static void check_rows(void **state)
{
	const struct rows_case *one = *state;
	const struct step step = SAYS(200, one->body);
	struct world world = {.steps = &step, .count = 1};
	static const char *const ids[] = {"a", "b"};
	struct couch_documents documents;

	world_open(&world);
	bool good = couch_documents_read(world.couch, ids, 2, &documents, &world.error);
	if (one->kind == ERROR_NONE) {
		expect(&world, good);
		assert_string_equal(documents.list[0].id, "a");
		assert_non_null(documents.list[0].body);
		assert_string_equal(documents.list[1].id, "b");
		assert_null(documents.list[1].flaw);
		assert_int_equal(documents.list[0].flaw != NULL, *one->words != '\0');
		if (*one->words)
			expect_words(documents.list[0].flaw, one->words);
		couch_documents_done(&documents);
	} else {
		expect_kind(&world, good, one->kind);
		expect_words(world.error.text, one->words);
	}
	world_close(&world);
}

/* Documents by the keys asked for; "huge" has 17 MiB, "deep" is nested 300 deep, "dense" has a million objects in 3 MB. */
static void add_document(struct text *body, const char *id)
{
	text_format(body, "{\"_id\":\"%s\",\"_rev\":\"1-a\",\"data\":", id);
	if (strcmp(id, "huge") == 0) {
		text_add(body, "\"");
		for (int i = 0; i < 17 * MIB / 64; i++)
			text_add(body, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
		text_add(body, "\"}");
		return;
	}
	if (strcmp(id, "dense") == 0) {
		text_add(body, "[");
		for (int i = 0; i < 1000000; i++)
			text_add(body, "{},");
		text_add(body, "{}]}");
		return;
	}
	int depth = strcmp(id, "deep") == 0 ? 300 : 1;
	for (int i = 0; i < depth; i++)
		text_add(body, "[");
	for (int i = 0; i < depth; i++)
		text_add(body, "]");
	text_add(body, "}");
}

static void answer_by_keys(struct world *world, struct fake_request *request)
{
	struct json_object *asked = NULL;
	struct text body = {0};
	bool bodies = strstr(request->target, "include_docs=true") != NULL;

	(void)world;
	if (!json_read(request->body, request->body_length, &asked, NULL, NULL))
		return;
	struct json_object *keys = json_child(asked, "keys", json_type_array);
	text_add(&body, "{\"rows\":[");
	for (size_t i = 0; keys && i < json_length(keys); i++) {
		const char *id = json_object_get_string(json_at(keys, i));
		text_format(&body, "%s{\"id\":\"%s\",\"key\":\"%s\",\"value\":{\"rev\":\"1-a\"}",
			    i ? "," : "", id, id);
		if (bodies) {
			text_add(&body, ",\"doc\":");
			add_document(&body, id);
		}
		text_add(&body, "}");
	}
	text_add(&body, "]}");
	fake_say(request, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", body.length);
	fake_send(request, body.bytes, body.length);
	text_done(&body);
	json_release(asked);
}

static void check_unreadable(struct world *world, const char *const *ids, size_t count, const char *words)
{
	struct couch_documents documents;

	world->answer = answer_by_keys;
	world_open(world);
	expect(world, couch_documents_read(world->couch, ids, count, &documents, &world->error));
	for (size_t i = 0; i < count; i++) {
		struct couch_document *found = &documents.list[i];
		bool left_out = strcmp(ids[i], "huge") == 0 || strcmp(ids[i], "dense") == 0;
		bool flawed = left_out || strcmp(ids[i], "deep") == 0;
		assert_string_equal(found->id, ids[i]);
		assert_string_equal(found->rev, "1-a");
		assert_int_equal(found->body == NULL, left_out);
		assert_int_equal(found->flaw != NULL, flawed);
		if (flawed)
			expect_words(found->flaw, words);
	}
	couch_documents_done(&documents);
}

static void huge_document_stands_alone(struct world *world)
{
	static const char *const ids[] = {"a", "b", "huge", "c", "d"};

	check_unreadable(world, ids, countof(ids), "larger than allowed");
}

static void deep_document_stands_alone(struct world *world)
{
	static const char *const ids[] = {"a", "deep", "b"};

	check_unreadable(world, ids, countof(ids), "nested too deeply");
}

static void dense_document_stands_alone(struct world *world)
{
	static const char *const ids[] = {"a", "dense", "b"};

	check_unreadable(world, ids, countof(ids), "too much memory");
}

static void answer_to_a_walk(struct world *world, struct fake_request *request)
{
	const char *start = strstr(request->target, "startkey=%22");
	bool bodies = strstr(request->target, "include_docs=true") != NULL;
	long limit = strtol(strstr(request->target, "limit=") + 6, NULL, 10);
	static const char *const ids[] = {"a", "b", "deep", "e", "f"};
	struct text body = {0};
	int rows = 0;

	(void)world;
	text_add(&body, "{\"rows\":[");
	for (size_t i = 0; i < countof(ids) && rows < limit; i++) {
		/* Behind the start, which ends with an encoded \u0000 once a row was met. */
		int order = strncmp(ids[i], start + 12, strlen(ids[i]));
		bool behind = order > 0 || (order == 0 && !strstr(start, "%5Cu0000"));
		if (!behind)
			continue;
		text_format(&body, "%s{\"id\":\"%s\",\"key\":\"%s\",\"value\":{\"rev\":\"1-a\"}",
			    rows++ ? "," : "", ids[i], ids[i]);
		if (bodies) {
			text_add(&body, ",\"doc\":");
			add_document(&body, ids[i]);
		}
		text_add(&body, "}");
	}
	text_add(&body, "]}");
	fake_answer(request, 200, "", body.bytes);
	text_done(&body);
}

static bool note_walked(void *context, struct couch_document *document, struct error *error)
{
	(void)error;
	text_format(context, "%s%s ", document->id, document->flaw ? "!" : "");
	return true;
}

static void walk_passes_an_unreadable_document(struct world *world)
{
	struct text walked = {0};

	world->answer = answer_to_a_walk;
	world_open(world);
	expect(world,
	       couch_documents_walk(world->couch, "a", "z", 0, false, note_walked, &walked, &world->error));
	assert_string_equal(text_or_empty(&walked), "a b deep! e f ");
	text_done(&walked);
}

/* Two rows whatever is asked for. */
static void answer_always_the_same(struct world *world, struct fake_request *request)
{
	(void)world;
	fake_answer(request, 200, "",
		    "{\"rows\":[{\"id\":\"a\",\"key\":\"a\",\"value\":{\"rev\":\"1-a\"}},"
		    "{\"id\":\"b\",\"key\":\"b\",\"value\":{\"rev\":\"1-a\"}}]}");
}

static void walk_that_leads_nowhere_ends(struct world *world)
{
	struct text walked = {0};

	world->answer = answer_always_the_same;
	world_open(world);
	expect_kind(
		world,
		couch_documents_walk(world->couch, "a", "z", 2, true, note_walked, &walked, &world->error),
		ERROR_RETRY);
	expect_words(world->error.text, "lead nowhere");
	assert_int_equal(requests(world), 2);
	text_done(&walked);
}

/* Asked for without bodies, after the one with its body was too much. */
static void answer_with_a_flawed_body(struct world *world, struct fake_request *request)
{
	(void)world;
	if (strstr(request->target, "include_docs=true"))
		fake_answer(request, 200, "", "{\"rows\":[{\"id\":");
	else
		fake_answer(request, 200, "",
			    "{\"rows\":[{\"id\":\"a\",\"key\":\"a\",\"value\":{\"rev\":\"1-a\"},"
			    "\"doc\":{\"_id\":\"a\",\"_rev\":\"1-a\",\"n\":1e999}}]}");
}

static void flawed_body_may_come_unasked(struct world *world)
{
	static const char *const ids[] = {"a"};
	struct couch_documents found;

	world->answer = answer_with_a_flawed_body;
	world_open(world);
	expect(world, couch_documents_read(world->couch, ids, countof(ids), &found, &world->error));
	assert_non_null(found.list[0].flaw);
	couch_documents_done(&found);
}

static void revisions_in_every_dialect(struct world *world)
{
	/* PouchDB merges the revisions of one document, and says "missing" in two ways; CouchDB says "error". */
	static const struct step step = SAYS(
		200,
		"{\"results\":[{\"id\":\"a\",\"docs\":[{\"ok\":{\"_id\":\"a\",\"_rev\":\"1-b\",\"n\":2}},"
		"{\"missing\":\"1-c\"},{\"ok\":{\"_id\":\"a\",\"_rev\":\"1-a\",\"n\":1}}]},{\"id\":\"b\","
		"\"docs\":[{}]},"
		"{\"id\":\"c\",\"docs\":[{\"error\":{\"id\":\"c\",\"error\":\"not_found\"}}]},{\"id\":\"d\"}]"
		"}");
	static const struct couch_revision wanted[] = {{"a", "1-a"}, {"b", "1-a"}, {"a", "1-b"}, {"a", "1-c"},
						       {"c", "1-a"}, {"a", "1-a"}, {"d", "1-a"}};
	static const int expected[] = {1, 0, 2, 0, 0, 1, 0};
	struct couch_documents documents;

	world->steps = &step;
	world->count = 1;
	world_open(world);
	expect(world,
	       couch_revisions_read(world->couch, wanted, countof(wanted), false, &documents, &world->error));
	for (size_t i = 0; i < countof(wanted); i++) {
		assert_int_equal(documents.list[i].missing, expected[i] == 0);
		assert_int_equal(json_int_or(documents.list[i].body, "n", 0), expected[i]);
	}
	/* Each is its own. */
	json_put_text(documents.list[0].body, "name", "changed");
	assert_null(json_text_or(documents.list[5].body, "name", NULL));
	couch_documents_done(&documents);
}

/* ---- writing in bulk ---- */

struct bulk_case {
	const char *name;
	struct step step;
	bool good;
	enum error_kind first, second; /* the rows' */
	const char *words;             /* of the second row, or of the error */
};

#define GOOD_ROW      "{\"ok\":true,\"id\":\"a\",\"rev\":\"1-a\"}"
#define BAD_ROW(word) "[" GOOD_ROW ",{\"id\":\"b\",\"error\":\"" word "\",\"reason\":\"because\"}]"

static const struct bulk_case bulk_cases[] = {
	{"conflict", SAYS(201, BAD_ROW("conflict")), true, ERROR_NONE, ERROR_CONFLICT, "conflict: because"},
	{"a revision that is not there", SAYS(201, BAD_ROW("not_found")), true, ERROR_NONE, ERROR_CONFLICT,
	 "not_found"},
	{"forbidden", SAYS(201, BAD_ROW("forbidden")), true, ERROR_NONE, ERROR_REFUSED, "forbidden: because"},
	{"unauthorized", SAYS(201, BAD_ROW("unauthorized")), true, ERROR_NONE, ERROR_REFUSED, "unauthorized"},
	{"doc_validation", SAYS(201, BAD_ROW("doc_validation")), true, ERROR_NONE, ERROR_REFUSED,
	 "doc_validation"},
	{"too_large", SAYS(201, BAD_ROW("too_large")), true, ERROR_NONE, ERROR_REFUSED, "too_large"},
	{"missing_stub", SAYS(201, BAD_ROW("missing_stub")), true, ERROR_NONE, ERROR_REFUSED, "missing_stub"},
	{"timeout", SAYS(201, BAD_ROW("timeout")), true, ERROR_NONE, ERROR_RETRY, "timeout"},
	{"a word that nobody knows", SAYS(201, BAD_ROW("hiccup")), true, ERROR_NONE, ERROR_RETRY, "hiccup"},
	{"accepted, not yet by all", SAYS(202, "[" GOOD_ROW ",{\"ok\":true,\"id\":\"b\",\"rev\":\"1-b\"}]"),
	 true, ERROR_NONE, ERROR_NONE, ""},
	{"rows in another order",
	 SAYS(201, "[{\"id\":\"b\",\"error\":\"conflict\",\"reason\":\"because\"}," GOOD_ROW "]"), true,
	 ERROR_NONE, ERROR_CONFLICT, "conflict"},
	{"an error without its id", SAYS(201, "[" GOOD_ROW ",{\"error\":\"conflict\"}]"), true, ERROR_NONE,
	 ERROR_CONFLICT, "no reason given"},
	{"one row for two", SAYS(201, "[" GOOD_ROW "]"), false, ERROR_RETRY, ERROR_RETRY,
	 "did not answer with 2 rows"},
	{"a row of somebody else", SAYS(201, "[" GOOD_ROW ",{\"ok\":true,\"id\":\"z\",\"rev\":\"1-z\"}]"),
	 false, ERROR_NONE, ERROR_RETRY, "makes no sense"},
	{"a row without a revision", SAYS(201, "[" GOOD_ROW ",{\"ok\":true,\"id\":\"b\"}]"), false,
	 ERROR_NONE, ERROR_RETRY, "makes no sense"},
	{"an object", SAYS(201, "{\"ok\":true}"), false, ERROR_RETRY, ERROR_RETRY,
	 "did not answer with 2 rows"},
	{"a page", SAYS_AS(200, PAGE_502, HTML), false, ERROR_RETRY, ERROR_RETRY, "no JSON"},
	{"broken JSON", SAYS(201, "[" GOOD_ROW), false, ERROR_RETRY, ERROR_RETRY, "reading the answer"},
	{"503", SAYS(503, "{}"), false, ERROR_RETRY, ERROR_RETRY, "HTTP 503"},
	{"500", SAYS(500, "{\"error\":\"timeout\"}"), false, ERROR_RETRY, ERROR_RETRY, "HTTP 500, timeout"},
	{"401", SAYS(401, "{\"error\":\"unauthorized\"}"), false, ERROR_RETRY, ERROR_RETRY, "HTTP 401"},
	{"a missing database", SAYS(404, "{\"error\":\"not_found\"}"), false, ERROR_RETRY, ERROR_RETRY,
	 "HTTP 404"},
	{"an answer that is cut", CUTS("[" GOOD_ROW), false, ERROR_RETRY, ERROR_RETRY, "_bulk_docs"},
	{"no answer", HANGS_UP, false, ERROR_RETRY, ERROR_RETRY, "_bulk_docs"},
};

static void check_bulk(void **state)
{
	const struct bulk_case *one = *state;
	struct world world = {.steps = &one->step, .count = 1};
	struct json_object *documents[] = {document_of("a"), document_of("b")};
	struct couch_written written[2];

	world_open(&world);
	bool good = couch_documents_write(world.couch, documents, 2, written, &world.error);
	if (one->good)
		expect(&world, good);
	assert_int_equal(good, one->good);
	assert_string_equal(error_kind_name(written[0].kind), error_kind_name(one->first));
	assert_string_equal(error_kind_name(written[1].kind), error_kind_name(one->second));
	assert_int_equal(written[0].rev[0] != '\0', written[0].kind == ERROR_NONE);
	expect_words(good ? written[1].text : world.error.text, one->words);
	/* Where the server stumbled each is asked for alone. */
	bool stumbled = one->step.status == 500 || (!good && strcmp(one->words, "_bulk_docs") == 0);
	assert_int_equal(requests(&world), stumbled ? 3 : 1);
	json_release(documents[0]);
	json_release(documents[1]);
	world_close(&world);
}

/* Refuses any request that holds "item-3"; counts what it took. */
static void refuse_item_3(struct world *world, struct fake_request *request)
{
	struct json_object *asked = NULL;
	struct text body = {0};

	if (strstr(request->body, "\"item-3\"")) {
		fake_answer(request, world->numbers[0], "",
			    "{\"error\":\"document_too_large\",\"reason\":\"item-3\"}");
		return;
	}
	if (!json_read(request->body, request->body_length, &asked, NULL, NULL))
		return;
	struct json_object *docs = json_child(asked, "docs", json_type_array);
	text_add(&body, "[");
	for (size_t i = 0; docs && i < json_length(docs); i++) {
		text_format(&body, "%s{\"ok\":true,\"id\":\"%s\",\"rev\":\"1-x\"}", i ? "," : "",
			    json_text_or(json_at(docs, i), "_id", ""));
		count_up(world, &world->numbers[1]);
	}
	text_add(&body, "]");
	fake_answer(request, 201, "", body.bytes);
	text_done(&body);
	json_release(asked);
}

static void check_halving(struct world *world, int status, enum error_kind kind)
{
	struct json_object *documents[7];
	struct couch_written written[7];

	world->answer = refuse_item_3;
	world->numbers[0] = status;
	world_open(world);
	for (int i = 0; i < 7; i++) {
		scoped_text id = own_format("item-%d", i);
		documents[i] = document_of(id);
	}
	expect(world, couch_documents_write(world->couch, documents, 7, written, &world->error));
	for (int i = 0; i < 7; i++) {
		assert_int_equal(written[i].kind, i == 3 ? kind : ERROR_NONE);
		json_release(documents[i]);
	}
	expect_words(written[3].text, "document_too_large");
	assert_int_equal(world->numbers[1], 6); /* each was taken once */
}

static void too_large_bulk_is_halved(struct world *world)
{
	check_halving(world, 413, ERROR_REFUSED);
}

static void refused_bulk_is_halved(struct world *world)
{
	check_halving(world, 400, ERROR_REFUSED);
}

static void bulk_over_which_the_server_stumbles_is_halved(struct world *world)
{
	check_halving(world, 500, ERROR_RETRY);
}

static void server_that_stumbles_is_not_asked_for_ever(struct world *world)
{
	static const struct step step = SAYS(500, "{}");
	struct json_object *documents[100];
	struct couch_written written[100];

	world->steps = &step;
	world->count = 1;
	world_open(world);
	for (int i = 0; i < 100; i++)
		documents[i] = document_of("a");
	expect_kind(world, couch_documents_write(world->couch, documents, 100, written, &world->error),
		    ERROR_RETRY);
	assert_in_range(requests(world), 2, 60);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(written[i].kind, ERROR_RETRY);
		json_release(documents[i]);
	}
}

static void rest_is_not_sent_after_a_failure(struct world *world)
{
	static const struct step step = SAYS(503, "{}");
	enum { COUNT = COUCH_BULK_LIMIT + 1 };
	struct json_object *documents[COUNT];
	struct couch_written written[COUNT];

	world->steps = &step;
	world->count = 1;
	world_open(world);
	for (int i = 0; i < COUNT; i++)
		documents[i] = document_of("a");
	expect_kind(world, couch_documents_write(world->couch, documents, COUNT, written, &world->error),
		    ERROR_RETRY);
	assert_int_equal(requests(world), 1);
	assert_int_equal(written[0].kind, ERROR_RETRY);
	assert_string_equal(written[COUNT - 1].text, "not sent");
	for (int i = 0; i < COUNT; i++)
		json_release(documents[i]);
}

/* ---- _local ---- */

struct local_case {
	const char *name;
	struct step steps[6];
	enum error_kind kind;
	int requests;
};

#define STORED(n) "{\"_id\":\"_local/checkpoint\",\"_rev\":\"0-" #n "\",\"n\":" #n "}"
#define WRITTEN   "{\"ok\":true,\"id\":\"_local/checkpoint\",\"rev\":\"0-9\"}"

static const struct local_case local_cases[] = {
	{"the first one",
	 {SAYS(404, "{}"), SAYS(200, "{\"db_name\":\"db\"}"), SAYS(201, WRITTEN)},
	 ERROR_NONE,
	 3},
	{"the next one", {SAYS(200, STORED(6)), SAYS(201, WRITTEN)}, ERROR_NONE, 2},
	{"the same one again is not written", {SAYS(200, STORED(7))}, ERROR_NONE, 1},
	{"a conflict with the write whose answer was lost",
	 {SAYS(200, STORED(6)), SAYS(409, "{}"), SAYS(200, STORED(7))},
	 ERROR_NONE,
	 3},
	{"a conflict, and then free",
	 {SAYS(200, STORED(5)), SAYS(409, "{}"), SAYS(200, STORED(6)), SAYS(201, WRITTEN)},
	 ERROR_NONE,
	 4},
	{"a conflict with somebody else",
	 {SAYS(200, STORED(5)), SAYS(409, "{}"), SAYS(200, STORED(6)), SAYS(409, "{}")},
	 ERROR_CONFLICT,
	 4},
	{"a missing database", {SAYS(404, "{}"), SAYS(404, "{}")}, ERROR_LOST, 2},
	{"a write without an answer", {SAYS(200, STORED(6)), HANGS_UP}, ERROR_RETRY, 2},
	{"a write with an answer of no sense",
	 {SAYS(200, STORED(6)), SAYS(201, "{\"ok\":true}")},
	 ERROR_RETRY,
	 2},
	{"a list where the document was expected", {SAYS(200, "[]")}, ERROR_RETRY, 1},
};

static void check_local(void **state)
{
	const struct local_case *one = *state;
	struct world world = {.steps = one->steps, .count = countof(one->steps)};
	scoped(json_object) body = json_new_object();

	json_put(body, "n", json_new_int(7));
	world_open(&world);
	bool good = couch_local_write(world.couch, "checkpoint", body, &world.error);
	if (one->kind == ERROR_NONE)
		expect(&world, good);
	else
		expect_kind(&world, good, one->kind);
	assert_int_equal(requests(&world), one->requests);
	world_close(&world);
}

/* ---- attachments ---- */

static bool count_bytes(void *context, const char *bytes, size_t length)
{
	(void)bytes;
	*(size_t *)context += length;
	return true;
}

static void attachment_is_tried_again_before_its_first_byte(struct world *world)
{
	static const struct step steps[] = {
		SAYS(503, "{}"), SAYS_AS(200, "picture", "Content-Type: image/png\r\nETag: \"x\"\r\n")};
	struct couch_attachment attachment;
	size_t length = 0;

	world->steps = steps;
	world->count = countof(steps);
	world_open(world);
	expect(world, couch_attachment_read(world->couch, "image-1", "1-a", "image", count_bytes, &length,
					    &attachment, &world->error));
	assert_int_equal(length, strlen("picture"));
	assert_int_equal(attachment.length, strlen("picture"));
	assert_string_equal(attachment.etag, "\"x\"");
	assert_int_equal(asked_for(world, "GET /db/image-1/image?rev=1-a"), 2);
}

static void attachment_cut_in_the_middle_is_not_read_again(struct world *world)
{
	static const struct step step = CUTS_AS("pic", "Content-Type: image/png\r\n");
	struct couch_attachment attachment;
	size_t length = 0;

	world->steps = &step;
	world->count = 1;
	world_open(world);
	expect_kind(world,
		    couch_attachment_read(world->couch, "image-1", NULL, "image", count_bytes, &length,
					  &attachment, &world->error),
		    ERROR_RETRY);
	assert_int_equal(length, strlen("pic"));
	assert_int_equal(requests(world), 1);
}

/* ---- the feed: how far it is, by a page ---- */

struct page_case {
	const char *name;
	struct step step;
	enum error_kind kind;
	const char *words; /* of the error; or the ids of the page */
	const char *next_since;
	bool caught_up;
};

#define CHANGE(seq, id)                                                                                      \
	"{\"seq\":" seq ",\"id\":\"" id "\",\"changes\":[{\"rev\":\"1-a\"}],\"doc\":{\"_id\":\"" id          \
	"\",\"_rev\":\"1-a\",\"n\":1}}"
#define PAGE(rows, rest) "{\"results\":[" rows "]," rest "}"

static const struct page_case page_cases[] = {
	{"rows", SAYS(200, PAGE(CHANGE("1", "a") "," CHANGE("2", "b"), "\"last_seq\":2")), ERROR_NONE, "a b ",
	 "2", true},
	{"pending says how it is, not the number of rows",
	 SAYS(200, PAGE(CHANGE("1", "a"), "\"last_seq\":1,\"pending\":5")), ERROR_NONE, "a ", "1", false},
	{"a row between has no seq",
	 SAYS(200,
	      PAGE(CHANGE("null", "a") "," CHANGE("\"2-b\"", "b"), "\"last_seq\":\"2-b\",\"pending\":0")),
	 ERROR_NONE, "a b ", "\"2-b\"", true},
	{"seq may be anything",
	 SAYS(200, PAGE(CHANGE("[1,{\"x\":\"y\"}]", "a"), "\"last_seq\":[1,{\"x\":\"y\"}]")), ERROR_NONE,
	 "a ", "[1,{\"x\":\"y\"}]", true},
	{"nothing", SAYS(200, PAGE("", "\"last_seq\":\"0\",\"pending\":0")), ERROR_NONE, "", "\"0\"", true},
	{"changes are pending, and none comes", SAYS(200, PAGE("", "\"last_seq\":\"9-x\",\"pending\":3")),
	 ERROR_RETRY, "lead nowhere: 3 changes are pending, but none of them came", NULL, false},
	{"changes are pending, and the place stays the same",
	 SAYS(200, PAGE(CHANGE("\"7-x\"", "a"), "\"last_seq\":\"7-x\",\"pending\":3")), ERROR_RETRY,
	 "lead nowhere: 3 changes are pending, but the place stays the same", NULL, false},
	{"a tombstone without a document",
	 SAYS(200, PAGE("{\"seq\":1,\"id\":\"a\",\"changes\":[{\"rev\":\"2-a\"}],\"deleted\":true}",
			"\"last_seq\":1")),
	 ERROR_NONE, "a- ", "1", true},
	{"a bare tombstone",
	 SAYS(200, PAGE("{\"seq\":1,\"id\":\"a\",\"changes\":[{\"rev\":\"2-a\"}],\"deleted\":true,"
			"\"doc\":{\"_id\":\"a\",\"_rev\":\"2-a\",\"_deleted\":true}}",
			"\"last_seq\":1")),
	 ERROR_NONE, "a- ", "1", true},
	{"no last_seq", SAYS(200, PAGE(CHANGE("1", "a"), "\"x\":1")), ERROR_RETRY,
	 "without results or last_seq", NULL, false},
	{"no results", SAYS(200, "{\"last_seq\":1}"), ERROR_RETRY, "without results or last_seq", NULL,
	 false},
	{"a row without an id",
	 SAYS(200, PAGE("{\"seq\":1,\"changes\":[{\"rev\":\"1-a\"}]}", "\"last_seq\":1")), ERROR_RETRY,
	 "row 0 of a page", NULL, false},
	{"a row without a revision",
	 SAYS(200, PAGE(CHANGE("1", "a") ",{\"seq\":2,\"id\":\"b\",\"changes\":[]}", "\"last_seq\":2")),
	 ERROR_RETRY, "row 1 of a page", NULL, false},
	{"a row without a seq",
	 SAYS(200, PAGE("{\"id\":\"b\",\"changes\":[{\"rev\":\"1-a\"}]}", "\"last_seq\":2")), ERROR_RETRY,
	 "row 0 of a page", NULL, false},
	{"a row that is text", SAYS(200, PAGE("\"a\"", "\"last_seq\":1")), ERROR_RETRY, "row 0 of a page",
	 NULL, false},
	{"a page of a proxy", SAYS_AS(200, PAGE_502, HTML), ERROR_RETRY, "no JSON", NULL, false},
	{"a cut answer", CUTS("{\"results\":["), ERROR_RETRY, "_changes", NULL, false},
	{"a list", SAYS(200, "[]"), ERROR_RETRY, "without results or last_seq", NULL, false},
	{"a place that is unknown there",
	 SAYS(400, "{\"error\":\"bad_request\",\"reason\":\"Malformed sequence\"}"), ERROR_LOST,
	 "reading changes since \"7-x\": GET db/_changes: HTTP 400, bad_request: Malformed sequence", NULL,
	 false},
	{"a wrong password", SAYS(401, "{\"error\":\"unauthorized\"}"), ERROR_FATAL,
	 "the CouchDB user or password is wrong", NULL, false},
	{"no right to read", SAYS(403, "{\"error\":\"forbidden\"}"), ERROR_FATAL, "HTTP 403, forbidden", NULL,
	 false},
	{"a database that is gone", SAYS(404, "{\"error\":\"not_found\"}"), ERROR_LOST, "HTTP 404", NULL,
	 false},
	{"a server in trouble", SAYS(500, "{}"), ERROR_RETRY, "HTTP 500", NULL, false},
	{"a proxy in trouble", SAYS_AS(502, PAGE_502, HTML), ERROR_RETRY, "HTTP 502", NULL, false},
	{"too many requests", SAYS_AS(429, "{}", "Retry-After: 60\r\n"), ERROR_RETRY, "HTTP 429", NULL,
	 false},
};

/* "a b- " for a document and a tombstone, '!' behind one with a flaw. */
static void note_page(struct text *ids, const struct couch_page *page)
{
	for (size_t i = 0; i < page->count; i++) {
		const struct couch_document *document = &page->changes[i].document;
		text_format(ids, "%s%s%s ", document->id, document->deleted ? "-" : "",
			    document->flaw ? "!" : "");
		assert_non_null(document->rev);
		assert_true(document->body || document->deleted || document->flaw);
	}
}

static void check_page(void **state)
{
	const struct page_case *one = *state;
	struct world world = {.steps = &one->step, .count = 1};
	struct couch_page page;
	struct text ids = {0};

	world_open(&world);
	struct couch_changes *changes = couch_changes_open(world.couch, "\"7-x\"", NULL);
	bool good = couch_changes_read(changes, 0, &page, &world.error);
	if (one->kind == ERROR_NONE) {
		expect(&world, good);
		note_page(&ids, &page);
		assert_string_equal(text_or_empty(&ids), one->words);
		assert_string_equal(page.next_since, one->next_since);
		assert_int_equal(page.caught_up, one->caught_up);
		couch_page_done(&page);
	} else {
		expect_kind(&world, good, one->kind);
		expect_words(world.error.text, one->words);
		assert_int_equal(requests(&world), 1);
	}
	text_done(&ids);
	couch_changes_close(&changes);
	world_close(&world);
}

/* ---- how since is sent ---- */

struct since_case {
	const char *since, *sent;
};

static const struct since_case since_cases[] = {
	{NULL, "&since=0 "},
	{"17", "&since=17 "},
	{"\"12-g1AA+/=&?#\"", "&since=12-g1AA%2B%2F%3D%26%3F%23 "},
	{"[3,\"a b\"]", "&since=%5B3%2C%22a%20b%22%5D "},
	{"{\"n\":1}", "&since=%7B%22n%22%3A1%7D "},
	{"12-not-quoted", "&since=12-not-quoted "},
	{"36893488147419103232", "&since=36893488147419103232 "},
};

static void check_since(void **state)
{
	const struct since_case *one = *state;
	static const struct step step = SAYS(200, PAGE("", "\"last_seq\":\"9-z\""));
	struct world world = {.steps = &step, .count = 1};
	struct couch_page page;

	world_open(&world);
	struct couch_changes *changes = couch_changes_open(world.couch, one->since, NULL);
	expect(&world, couch_changes_read(changes, 0, &page, &world.error));
	assert_int_equal(asked_for(&world, one->sent), 1);
	couch_page_done(&page);
	couch_changes_close(&changes);
	world_close(&world);
}

/* ---- the open request ---- */

/* Every page is empty and stays where the feed is; streams[n] is what the n-th open request brings, a '|' is a
 * break of a moment, and a last '~' keeps it open. */
static const char *const *streams;

static void say_stream(struct fake_request *request, const char *stream)
{
	for (const char *at = stream; *at;) {
		size_t length = strcspn(at, "|~");
		fake_send(request, at, length);
		at += length;
		while (*at == '~' && fake_pause_ms(request, 1000))
			continue;
		if (*at == '|')
			fake_pause_ms(request, 5);
		at += *at != '\0';
	}
	fake_hang_up(request);
}

static char *since_of(const struct fake_request *request)
{
	const char *since = strstr(request->target, "since=") + strlen("since=");

	return own_copy_bytes(since, strcspn(since, "& "));
}

static void empty_page(struct fake_request *request)
{
	scoped_text since = since_of(request);
	scoped_text body = own_format("{\"results\":[],\"last_seq\":\"%s\"}", since);

	fake_answer(request, 200, "", body);
}

static void say_head(struct fake_request *request)
{
	fake_say(request, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
}

static void answer_feed(struct world *world, struct fake_request *request)
{
	if (!strstr(request->target, "feed=continuous")) {
		empty_page(request);
		return;
	}
	int number = count_up(world, &world->streams);
	say_head(request);
	const char *const *stream = streams;
	while (number-- > 0 && stream[1])
		stream++;
	say_stream(request, *stream);
}

static struct couch_changes *follow(struct world *world,
				    void (*answer)(struct world *, struct fake_request *))
{
	struct couch_page page;

	world->answer = answer;
	world_open(world);
	struct couch_changes *changes = couch_changes_open(world->couch, "\"s0\"", NULL);
	couch_changes_set_heartbeat(changes, NEWS_MS);
	expect(world, couch_changes_read(changes, 0, &page, &world->error));
	assert_int_equal(page.count, 0);
	couch_page_done(&page);
	return changes;
}

/* Pages go through, and bring a row after two feeds. */
static void answer_in_pages(struct world *world, struct fake_request *request)
{
	pthread_mutex_lock(&world->lock);
	bool late = world->streams == 2 && world->numbers[0]++ > 0;
	pthread_mutex_unlock(&world->lock);
	if (late)
		fake_answer(request, 200, "", PAGE(CHANGE("\"s1\"", "a"), "\"last_seq\":\"s1\""));
	else
		empty_page(request);
}

/* A proxy that gathers what the feed says: it never has enough of it. */
static void answer_held_back(struct world *world, struct fake_request *request)
{
	if (!strstr(request->target, "feed=continuous")) {
		answer_in_pages(world, request);
		return;
	}
	count_up(world, &world->streams);
	while (fake_pause_ms(request, 1000))
		continue;
	fake_hang_up(request);
}

/* Bytes come all the time, and never a line. */
static void answer_dripping(struct world *world, struct fake_request *request)
{
	if (!strstr(request->target, "feed=continuous")) {
		answer_in_pages(world, request);
		return;
	}
	count_up(world, &world->streams);
	say_head(request);
	for (fake_say(request, "{"); fake_pause_ms(request, 10);)
		fake_say(request, " ");
	fake_hang_up(request);
}

static void is_asked_for_in_pages(struct world *world, void (*answer)(struct world *, struct fake_request *))
{
	struct couch_page page;

	world->answer = answer;
	world_open(world);
	struct couch_changes *changes = couch_changes_open(world->couch, "\"s0\"", NULL);
	couch_changes_set_heartbeat(changes, 150);
	struct log_lines *lines = log_lines_keep();
	size_t rows = 0;
	while (rows == 0 && couch_changes_read(changes, NEWS_MS, &page, &world->error)) {
		rows = page.count;
		couch_page_done(&page);
	}
	scoped_text said = log_lines_take(&lines);
	expect(world, rows > 0);
	assert_int_equal(world->streams, 2);
	static const char told[] =
		"level=warn at=\"CouchDB\" msg=\"the changes of database db do not come through";
	is_said_in_turn(said,
			(const char *const[]){told, "a proxy before CouchDB seems to hold them back",
					      "They are asked for every ", "proxy_buffering off"},
			4);
	assert_null(strstr(strstr(said, told) + 1, told)); /* once, however many pages are asked for */
	couch_changes_close(&changes);
}

static void held_back_feed_is_asked_for_in_pages(struct world *world)
{
	is_asked_for_in_pages(world, answer_held_back);
}

static void dripping_feed_is_asked_for_in_pages(struct world *world)
{
	is_asked_for_in_pages(world, answer_dripping);
}

/* Until so many rows came; their ids. */
static char *await(struct world *world, struct couch_changes *changes, size_t count)
{
	struct text ids = {0};
	struct couch_page page;

	for (size_t met = 0; met < count; met += page.count) {
		expect(world, couch_changes_read(changes, NEWS_MS, &page, &world->error));
		note_page(&ids, &page);
		size_t rows = page.count;
		couch_page_done(&page);
		page.count = rows;
	}
	return text_take(&ids);
}

struct stream_case {
	const char *name;
	const char *streams[4];
	size_t rows;
	const char *ids;
	const char *asked; /* of some later request, or NULL */
};

#define LINE(seq, id) CHANGE("\"" seq "\"", id) "\n"

static const struct stream_case stream_cases[] = {
	{"a row", {LINE("s1", "a") "~"}, 1, "a ", NULL},
	{"a row in pieces",
	 {"{\"seq\":\"s1\",|\"id\":|\"a|b\",\"changes\":[{\"rev\"|:\"1-a\"}],\"doc\":{\"_id\":\"ab\",|\"_"
	  "rev\":\"1-a\",\"n\":1}}|\n~"},
	 1,
	 "ab ",
	 NULL},
	{"several rows and heartbeats in one piece",
	 {"\n\n" LINE("s1", "a") "\n" LINE("s2", "b") LINE("s3", "c") "\n~"},
	 3,
	 "a b c ",
	 NULL},
	{"lines that end as in old days",
	 {CHANGE("\"s1\"", "a") "\r\n\r\n" CHANGE("\"s2\"", "b") "\r\n~"},
	 2,
	 "a b ",
	 NULL},
	{"a connection cut between rows",
	 {LINE("s1", "a"), LINE("s2", "b") "~"},
	 2,
	 "a b ",
	 "feed=normal&limit=500&seq_interval=500"
	 "&style=all_docs&include_docs=true&conflicts=true&since=s1 "},
	{"a row cut in the middle comes again",
	 {LINE("s1", "a") "{\"seq\":\"s2\",\"id\":\"b\",\"chan", LINE("s2", "b") "~"},
	 2,
	 "a b ",
	 "feed=continuous&heartbeat=10000&style=all_docs&include_docs=true&conflicts=true&since=s1 "},
	{"a row cut before the end of its line comes again",
	 {LINE("s1", "a") CHANGE("\"s2\"", "b"), LINE("s2", "b") "~"},
	 2,
	 "a b ",
	 "&since=s1 "},
	{"an error in the middle",
	 {LINE("s1", "a") "{\"error\":\"timeout\",\"reason\":\"shard\"}\n" LINE("s9", "never"),
	  LINE("s2", "b") "~"},
	 2,
	 "a b ",
	 "&since=s1 "},
	{"a line that is no JSON",
	 {LINE("s1", "a") "oops\n" LINE("s9", "never"), LINE("s2", "b") "~"},
	 2,
	 "a b ",
	 "&since=s1 "},
	{"a line that is no row",
	 {LINE("s1", "a") "{\"hello\":1}\n", LINE("s2", "b") "~"},
	 2,
	 "a b ",
	 "&since=s1 "},
	{"a line that is a number", {LINE("s1", "a") "7\n", LINE("s2", "b") "~"}, 2, "a b ", "&since=s1 "},
	{"the server's own end",
	 {LINE("s1", "a") "{\"last_seq\":\"s5\",\"pending\":0}\n", LINE("s6", "b") "~"},
	 2,
	 "a b ",
	 "&since=s5 "},
	{"an end without a row", {"\n", "", LINE("s1", "a") "~"}, 1, "a ", "&since=s0 "},
	{"a flaw",
	 {"{\"seq\":\"s1\",\"id\":\"a\",\"changes\":[{\"rev\":\"1-a\"}],\"doc\":{\"_id\":\"a\",\"_rev\":\"1-"
	  "a\",\"n\":1e999}}\n" LINE("s2", "b") "~"},
	 2,
	 "a! b ",
	 NULL},
};

static void check_stream(void **state)
{
	const struct stream_case *one = *state;
	struct world world = {0};

	streams = one->streams;
	struct couch_changes *changes = follow(&world, answer_feed);
	scoped_text ids = await(&world, changes, one->rows);
	assert_string_equal(ids, one->ids);
	if (one->asked)
		assert_true(asked_for(&world, one->asked) > 0);
	couch_changes_close(&changes);
	world_close(&world);
}

static void answer_byte_by_byte(struct world *world, struct fake_request *request)
{
	static const char stream[] = LINE("s1", "a") "\n" LINE("s2", "b");

	if (!strstr(request->target, "feed=continuous")) {
		empty_page(request);
		return;
	}
	count_up(world, &world->streams);
	say_head(request);
	for (const char *at = stream; *at && fake_pause_ms(request, 1); at++)
		fake_send(request, at, 1);
	while (fake_pause_ms(request, 1000))
		continue;
}

static void rows_come_byte_by_byte(struct world *world)
{
	struct couch_changes *changes = follow(world, answer_byte_by_byte);
	scoped_text ids = await(world, changes, 2);

	assert_string_equal(ids, "a b ");
	assert_int_equal(world->streams, 1);
	couch_changes_close(&changes);
}

enum { LATE_MS = 8000 }; /* many times what the client may wait */

/* The first open request says one row and then nothing, not even a heartbeat; the second not even headers. Who waits
 * for them gets what nobody should. */
static void answer_and_fall_silent(struct world *world, struct fake_request *request)
{
	if (!strstr(request->target, "feed=continuous")) {
		empty_page(request);
		return;
	}
	int number = count_up(world, &world->streams);
	if (number != 1)
		say_head(request);
	if (number == 0)
		fake_say(request, "%s", LINE("s1", "a"));
	if (number < 2 && fake_pause_ms(request, LATE_MS)) {
		if (number == 1)
			say_head(request);
		fake_say(request, "%s", LINE("s9", "late"));
	}
	if (number >= 2)
		fake_say(request, "%s", LINE("s2", "b"));
	while (fake_pause_ms(request, 5))
		fake_say(request, "\n");
}

static void silent_feed_is_dead(struct world *world)
{
	struct couch_page page;

	world->answer = answer_and_fall_silent;
	world_open(world);
	struct couch_changes *changes = couch_changes_open(world->couch, "\"s0\"", NULL);
	couch_changes_set_heartbeat(changes, 50);
	expect(world, couch_changes_read(changes, 0, &page, &world->error));
	couch_page_done(&page);
	scoped_text ids = await(world, changes, 2);
	assert_string_equal(ids, "a b ");
	assert_int_equal(world->streams, 3);
	couch_changes_close(&changes);
}

static void check_encoding(struct world *world, struct fake_request *request)
{
	scoped_text accepted = fake_header(request, "Accept-Encoding");

	if (strstr(request->target, "feed=continuous") && accepted)
		fake_answer(request, 400, "", "{\"error\":\"gzip\"}");
	else
		answer_feed(world, request);
}

static void feed_is_not_compressed(struct world *world)
{
	static const char *const one[] = {LINE("s1", "a") "~", NULL};

	streams = one;
	struct couch_changes *changes = follow(world, check_encoding);
	scoped_text ids = await(world, changes, 1);
	assert_string_equal(ids, "a ");
	couch_changes_close(&changes);
}

/* Draws the longest wait of each backoff from 500 ms to 4 s: one less than a multiple of 501, 1001, 2001 and 4001. */
static void draw_most(void *context, void *bytes, size_t length)
{
	const uint64_t number = (uint64_t)501 * 1001 * 2001 * 4001 - 1;

	(void)context;
	assert_true(length <= sizeof(number));
	memcpy(bytes, &number, length);
}

static void every_stream_ends_at_once(struct world *world)
{
	static const char *const none[] = {"", NULL};
	static const struct clock_source longest = {.random_bytes = draw_most};
	struct couch_page page;

	streams = none;
	world->chance = &longest;
	struct couch_changes *changes = follow(world, answer_feed);
	int64_t until_ms = clock_steady_ms() + 2600;
	while (clock_steady_ms() < until_ms) {
		expect(world,
		       couch_changes_read(changes, until_ms - clock_steady_ms(), &page, &world->error));
		assert_int_equal(page.count, 0);
		couch_page_done(&page);
	}
	/* At 0, 0.5 and 1.5 s, and not at 3.5. */
	assert_true(world->streams <= 3);
	couch_changes_close(&changes);
}

static void answer_status_to_streams(struct world *world, struct fake_request *request)
{
	if (strstr(request->target, "feed=continuous"))
		fake_answer(request, world->numbers[0], "", "{\"error\":\"x\",\"reason\":\"y\"}");
	else
		empty_page(request);
}

static void check_stream_status(struct world *world, int status, enum error_kind kind)
{
	struct couch_page page;
	bool good;

	world->numbers[0] = status;
	struct couch_changes *changes = follow(world, answer_status_to_streams);
	while ((good = couch_changes_read(changes, kind == ERROR_RETRY ? 0 : NEWS_MS, &page, &world->error)))
		couch_page_done(&page);
	expect_kind(world, good, kind);
	assert_int_equal(world->error.status, status);
	couch_changes_close(&changes);
}

static void open_request_may_be_fatal(struct world *world)
{
	check_stream_status(world, 401, ERROR_FATAL);
}

static void open_request_may_be_lost(struct world *world)
{
	check_stream_status(world, 404, ERROR_LOST);
}

static void open_request_may_be_lost_by_its_place(struct world *world)
{
	check_stream_status(world, 400, ERROR_LOST);
}

static void open_request_may_fail(struct world *world)
{
	check_stream_status(world, 503, ERROR_RETRY);
}

static void failure_that_passes_is_no_error(struct world *world)
{
	static const struct step steps[] = {SAYS(503, "{}"), HANGS_UP, SAYS(500, "{}"),
					    SAYS(200, PAGE(CHANGE("1", "a"), "\"last_seq\":1"))};

	world->steps = steps;
	world->count = countof(steps);
	world_open(world);
	struct couch_changes *changes = couch_changes_open(world->couch, NULL, NULL);
	scoped_text ids = await(world, changes, 1);
	assert_string_equal(ids, "a ");
	couch_changes_close(&changes);
}

static void new_connection_says_rejoined(struct world *world)
{
	static const char *const two[] = {LINE("s1", "a"), LINE("s2", "b") "~", NULL};
	struct couch_page page;
	size_t met = 0;

	streams = two;
	struct couch_changes *changes = follow(world, answer_feed);
	while (met < 2) {
		expect(world, couch_changes_read(changes, NEWS_MS, &page, &world->error));
		if (page.count > 0 && strcmp(page.changes[0].document.id, "a") == 0)
			assert_false(page.rejoined);
		else if (page.rejoined)
			world->numbers[1]++;
		met += page.count;
		couch_page_done(&page);
	}
	assert_int_equal(world->numbers[1], 1);
	couch_changes_close(&changes);
}

/* ---- rows that need more ---- */

static void answer_gaps(struct world *world, struct fake_request *request)
{
	(void)world;
	if (strstr(request->target, "_changes"))
		fake_answer(request, 200, "",
			    PAGE(CHANGE("1", "a") ",{\"seq\":2,\"id\":\"b\",\"changes\":[{\"rev\":\"1-b\"}],"
						  "\"doc\":null},"
						  "{\"seq\":3,\"id\":\"purged\",\"changes\":[{\"rev\":\"1-"
						  "c\"}]}," CHANGE("4", "d"),
				 "\"last_seq\":4"));
	else if (strstr(request->body, "purged"))
		fake_answer(request, 200, "", "{\"rows\":[{\"key\":\"purged\",\"error\":\"not_found\"}]}");
	else
		fake_answer(request, 200, "", "{\"rows\":[" ROW("b") "]}");
}

static void row_without_its_document_is_read(struct world *world)
{
	struct couch_page page;
	struct text ids = {0};

	world->answer = answer_gaps;
	world_open(world);
	struct couch_changes *changes = couch_changes_open(world->couch, NULL, NULL);
	expect(world, couch_changes_read(changes, 0, &page, &world->error));
	note_page(&ids, &page);
	assert_string_equal(text_or_empty(&ids), "a b d ");
	assert_string_equal(page.next_since, "4");
	text_done(&ids);
	couch_page_done(&page);
	couch_changes_close(&changes);
}

/* Rows 1 to 5 of which the third is 'world->numbers[0]': 0 huge, 1 deep; in pages, and the open request alike. */
static void answer_unreadable(struct world *world, struct fake_request *request)
{
	const char *odd = world->numbers[0] == 0 ? "huge" : "deep";
	scoped_text since = since_of(request);
	long first = strtol(since, NULL, 10) + 1;
	bool feed = strstr(request->target, "feed=continuous") != NULL,
	     bodies = strstr(request->target, "include_docs=true") != NULL;
	long limit = feed ? 5 : strtol(strstr(request->target, "limit=") + 6, NULL, 10), last = first - 1;
	struct text body = {0};

	if (!feed && asked_for(world, "feed=continuous") == 0) {
		empty_page(request);
		return;
	}
	text_add(&body, feed ? "" : "{\"results\":[");
	for (long row = first; row <= 5 && row < first + limit; last = row++) {
		scoped_text id = row == 3 ? own_copy(odd) : own_format("item-%ld", row);
		text_format(&body, "%s{\"seq\":%ld,\"id\":\"%s\",\"changes\":[{\"rev\":\"1-a\"}]",
			    row > first && !feed ? "," : "", row, id);
		if (bodies) {
			text_add(&body, ",\"doc\":");
			add_document(&body, id);
		}
		text_add(&body, feed ? "}\n" : "}");
	}
	if (!feed)
		text_format(&body, "],\"last_seq\":%ld,\"pending\":%ld}", last, 5 - last);
	if (feed)
		say_head(request);
	else
		fake_say(request, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", body.length);
	fake_send(request, body.bytes, body.length);
	text_done(&body);
	while (feed && fake_pause_ms(request, 1000))
		continue;
}

static void check_unreadable_row(struct world *world, int odd, const char *expected)
{
	struct couch_page page;
	struct text ids = {0};
	size_t met = 0;

	world->numbers[0] = odd;
	world->answer = answer_unreadable;
	world_open(world);
	struct couch_changes *changes = couch_changes_open(world->couch, "0", NULL);
	couch_changes_set_heartbeat(changes, NEWS_MS);
	while (met < 5) {
		expect(world, couch_changes_read(changes, NEWS_MS, &page, &world->error));
		note_page(&ids, &page);
		met += page.count;
		couch_page_done(&page);
	}
	assert_string_equal(text_or_empty(&ids), expected);
	text_done(&ids);
	couch_changes_close(&changes);
}

static void huge_row_does_not_stop_the_feed(struct world *world)
{
	check_unreadable_row(world, 0, "item-1 item-2 huge! item-4 item-5 ");
}

static void deep_row_does_not_stop_the_feed(struct world *world)
{
	check_unreadable_row(world, 1, "item-1 item-2 deep! item-4 item-5 ");
}

/* ---- a flood ---- */

enum { FLOOD_ROWS = 100000, FLOOD_WORDS = 400 };

static void answer_flood(struct world *world, struct fake_request *request)
{
	char words[FLOOD_WORDS + 1];

	if (!strstr(request->target, "feed=continuous")) {
		empty_page(request);
		return;
	}
	count_up(world, &world->streams);
	memset(words, 'x', FLOOD_WORDS);
	words[FLOOD_WORDS] = '\0';
	say_head(request);
	for (int row = 1; row <= FLOOD_ROWS; row++) {
		fake_say(request,
			 "{\"seq\":%d,\"id\":\"item-%d\",\"changes\":[{\"rev\":\"1-a\"}],"
			 "\"doc\":{\"_id\":\"item-%d\",\"_rev\":\"1-a\",\"words\":\"%s\"}}\n",
			 row, row, row, words);
		pthread_mutex_lock(&world->lock);
		world->numbers[0] = row;
		pthread_mutex_unlock(&world->lock);
	}
	while (fake_pause_ms(request, 1000))
		continue;
}

static int rows_said(struct world *world)
{
	pthread_mutex_lock(&world->lock);
	int rows = world->numbers[0];
	pthread_mutex_unlock(&world->lock);
	return rows;
}

static void flood_is_held_back(struct world *world)
{
	struct couch_changes *changes = follow(world, answer_flood);
	struct couch_page page;
	int met = 0;

	couch_changes_set_heartbeat(changes, 60000);
	/* The thread is busy with something else for a while: the queue fills, and no further. */
	expect(world, couch_changes_read(changes, NEWS_MS, &page, &world->error));
	met += (int)page.count;
	couch_page_done(&page);
	for (int before = -1; before != rows_said(world);) {
		before = rows_said(world);
		for (int64_t until_ms = clock_steady_ms() + 300; clock_steady_ms() < until_ms;)
			http_run(world->http, until_ms - clock_steady_ms());
	}
	assert_true(rows_said(world) < FLOOD_ROWS / 2);
	assert_true(couch_changes_waiting(changes));
	size_t most = 0;
	while (met < FLOOD_ROWS) {
		expect(world, couch_changes_read(changes, NEWS_MS, &page, &world->error));
		assert_true(page.count <= COUCH_PAGE_LIMIT);
		for (size_t i = 0; i < page.count; i++)
			assert_int_equal(strtol(page.changes[i].document.id + strlen("item-"), NULL, 10),
					 ++met);
		if (page.count > 0)
			assert_int_equal(strtol(page.next_since, NULL, 10), met);
		size_t used = mallinfo2().uordblks;
		most = used > most ? used : most;
		couch_page_done(&page);
	}
	/* A page and the queue behind it, by any means; 100,000 rows would be 100 MB and more. */
	assert_true(most < (size_t)16 * MIB);
	assert_int_equal(world->streams, 1);
	couch_changes_close(&changes);
}

/* ---- all of them ---- */

struct plain_case {
	const char *name;
	void (*run)(struct world *world);
};

static const struct plain_case plain_cases[] = {
	{"a read is tried again", read_is_tried_again},
	{"a read gives up after five tries", read_gives_up},
	{"a long Retry-After is the caller's", long_retry_after_is_the_callers},
	{"a server that is down may come back", server_that_is_down_may_come_back},
	{"a stop ends the tries", stop_ends_the_tries},
	{"a request has its headers", request_has_its_headers},
	{"a server that does not say its version", server_without_version},
	{"a list of databases must be one", list_of_databases_must_be_one},
	{"an identity needs a position", identity_needs_a_position},
	{"an identity is opaque", identity_is_opaque},
	{"a private database is left as it is", private_database_is_left_as_it_is},
	{"an open database is closed", open_database_is_closed},
	{"a document of 17 MiB stands alone", huge_document_stands_alone},
	{"a document nested 300 deep stands alone", deep_document_stands_alone},
	{"a document of a million objects stands alone", dense_document_stands_alone},
	{"a walk passes an unreadable document", walk_passes_an_unreadable_document},
	{"a feed that is held back is asked for in pages", held_back_feed_is_asked_for_in_pages},
	{"a feed that drips, and never ends a line, is asked for in pages",
	 dripping_feed_is_asked_for_in_pages},
	{"a walk that leads nowhere ends", walk_that_leads_nowhere_ends},
	{"a body with a flaw may come unasked", flawed_body_may_come_unasked},
	{"revisions in every dialect", revisions_in_every_dialect},
	{"a bulk with one that is too large is halved", too_large_bulk_is_halved},
	{"a bulk with one that is refused is halved", refused_bulk_is_halved},
	{"a bulk with one that the server stumbles over is halved",
	 bulk_over_which_the_server_stumbles_is_halved},
	{"a server that stumbles over everything is not asked for ever",
	 server_that_stumbles_is_not_asked_for_ever},
	{"the rest is not sent after a failure", rest_is_not_sent_after_a_failure},
	{"an attachment is tried again before its first byte",
	 attachment_is_tried_again_before_its_first_byte},
	{"an attachment cut in the middle is not read again", attachment_cut_in_the_middle_is_not_read_again},
	{"rows come byte by byte", rows_come_byte_by_byte},
	{"a silent feed is dead, before the headers too", silent_feed_is_dead},
	{"the feed is not compressed", feed_is_not_compressed},
	{"streams that end at once are not asked for in a hot loop", every_stream_ends_at_once},
	{"the open request may be fatal", open_request_may_be_fatal},
	{"the open request may say that the database is gone", open_request_may_be_lost},
	{"the open request may not know our place", open_request_may_be_lost_by_its_place},
	{"the open request may fail", open_request_may_fail},
	{"a failure that passes within the wait is no error", failure_that_passes_is_no_error},
	{"a new connection is told once", new_connection_says_rejoined},
	{"a row without its document is read, or dropped", row_without_its_document_is_read},
	{"a row of 17 MiB does not stop the feed", huge_row_does_not_stop_the_feed},
	{"a row nested 300 deep does not stop the feed", deep_row_does_not_stop_the_feed},
	{"a flood of 100,000 rows is held back", flood_is_held_back},
};

static void check_plain(void **state)
{
	const struct plain_case *one = *state;
	struct world world = {0};

	one->run(&world);
	world_close(&world);
}

static void add_test(struct CMUnitTest *test, char *name, CMUnitTestFunction run, const void *one)
{
	*test = (struct CMUnitTest){name, run, NULL, NULL, (void *)(uintptr_t)one};
}

#define ADD(table, format, member, run)                                                                      \
	for (size_t i = 0; i < countof(table); i++, count++)                                                 \
	add_test(&tests[count], own_format(format, (table)[i].member), run, &(table)[i])

int main(void)
{
	struct CMUnitTest tests[countof(status_cases) + countof(plain_cases) + countof(rows_cases) +
				countof(bulk_cases) + countof(local_cases) + countof(page_cases) +
				countof(since_cases) + countof(stream_cases) + countof(server_cases)];
	size_t count = 0;

	ADD(status_cases, "an answer: %s", name, check_status);
	ADD(server_cases, "in the server's place: %s", sentence, check_server);
	ADD(rows_cases, "documents by ids: %s", name, check_rows);
	ADD(bulk_cases, "a bulk: %s", name, check_bulk);
	ADD(local_cases, "a _local document: %s", name, check_local);
	ADD(page_cases, "a page of changes: %s", name, check_page);
	ADD(since_cases, "since is sent as%s", sent, check_since);
	ADD(stream_cases, "the open request: %s", name, check_stream);
	ADD(plain_cases, "%s", name, check_plain);
	int failed = cmocka_run_group_tests_name("couch faults", tests, NULL, NULL);
	for (size_t i = 0; i < count; i++)
		free((void *)(uintptr_t)tests[i].name);
	return failed;
}
