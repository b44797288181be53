/* Attachments: cells as Airtable was recorded to show them and as they may come damaged, and uploads against a small server. */
#include "airtable/attachments.h"
#include "base/base64.h"
#include "base/clock.h"
#include "tests/fakes/http_server.h"
#include "tests/unit/cases.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* ---- cells ---- */

#define RECORDED                                                                                             \
	"[{\"id\":\"attAAAAAAAAAAAAAA\",\"width\":832,\"height\":605,"                                       \
	"\"url\":\"https://v5.airtableusercontent.com/v3/u/52/52/1777053600000/x\",\"filename\":\"a.jpg\","  \
	"\"size\":274497,\"type\":\"image/jpeg\",\"thumbnails\":{\"small\":{\"url\":\"https://v5.air/s\","   \
	"\"width\":49,\"height\":36},\"large\":{\"url\":\"https://v5.air/l\",\"width\":704,\"height\":512}," \
	"\"full\":{\"url\":\"https://v5.air/f\",\"width\":832,\"height\":605}}}]"

struct cell_case {
	const char *sentence, *cell;
	const char
		*shown; /* "id filename type size width height; …", '-' for what is not told; NULL: damaged */
	const char *words; /* of the error */
};

static const struct cell_case cell_cases[] = {
	{"cell: as recorded", RECORDED, "attAAAAAAAAAAAAAA a.jpg image/jpeg 274497 832 605; ", NULL},
	{"cell: empty", "null", "", NULL},
	{"cell: no files", "[]", "", NULL},
	{"cell: being fetched", "[{\"id\":\"att1\",\"url\":\"https://h/x\",\"filename\":\"x\"}]",
	 "att1 x - -1 0 0; ", NULL},
	{"cell: being fetched, without an id", "[{\"url\":\"https://h/x\"}]", " - - -1 0 0; ", NULL},
	{"cell: nothing but the list", "[{}]", " - - -1 0 0; ", NULL},
	{"cell: no picture", "[{\"id\":\"att1\",\"filename\":\"t\",\"size\":11,\"type\":\"text/plain\"}]",
	 "att1 t text/plain 11 0 0; ", NULL},
	{"cell: an empty file is there", "[{\"id\":\"att1\",\"size\":0}]", "att1 - - 0 0 0; ", NULL},
	{"cell: several, in order", "[{\"id\":\"att2\"},{\"id\":\"att1\"},{\"id\":\"att3\"}]",
	 "att2 - - -1 0 0; att1 - - -1 0 0; att3 - - -1 0 0; ", NULL},
	{"cell: keys that are new or of another type",
	 "[{\"id\":\"att1\",\"size\":\"11\",\"filename\":5,\"x\":[1]}]", "att1 - - -1 0 0; ", NULL},
	{"cell: a text", "\"att1\"", NULL, "is no list"},
	{"cell: an object", "{\"error\":\"#ERROR\"}", NULL, "is no list"},
	{"cell: a list of ids", "[\"att1\"]", NULL, "is no object"},
	{"cell: a list with null", "[{\"id\":\"att1\"},null]", NULL, "is no object"},
	{"cell: an id that is too long", "[{\"id\":\"att45678901234567890123456789012\"}]", NULL,
	 "usable id"},
};

static struct json_object *parse(const char *words)
{
	struct json_object *json = NULL;

	assert_true(json_read(words, strlen(words), &json, NULL, NULL));
	return json;
}

static const char *or_dash(const char *words)
{
	return words ? words : "-";
}

static void check_cell(void **state)
{
	const struct cell_case *row = *state;
	scoped(json_object) cell = parse(row->cell);
	struct airtable_attachments attachments = {0};
	struct error error = {0};
	struct text shown = {0};
	bool good = airtable_attachments_read(cell, &attachments, &error);

	assert_int_equal(good, row->shown != NULL);
	for (size_t i = 0; i < attachments.count; i++) {
		const struct airtable_attachment *one = &attachments.list[i];
		text_format(&shown, "%s %s %s %lld %lld %lld; ", one->id, or_dash(one->filename),
			    or_dash(one->type), (long long)one->size, (long long)one->width,
			    (long long)one->height);
	}
	if (good)
		assert_string_equal(text_or_empty(&shown), row->shown);
	else
		assert_true(error.kind == ERROR_RETRY && strstr(error.text, row->words));
	text_done(&shown);
	airtable_attachments_done(&attachments);
}

/* ---- uploads ---- */

#define FILES                                                                                                \
	"[{\"id\":\"att1\",\"size\":3},{\"id\":\"att2\",\"url\":\"https://h/"                                \
	"x\",\"filename\":\"t.txt\",\"size\":11,\"type\":\"text/plain\"}]"
#define ANSWER(id)                                                                                           \
	"{\"id\":\"" id "\",\"createdTime\":\"2024-01-31T13:46:04.000Z\",\"fields\":{\"fldF\":" FILES "}}"

struct upload_case {
	const char *sentence;
	size_t size; /* of the file; 0: "Hello World" */
	int status;  /* 0: no answer */
	const char *answer;
	int requests;
	enum error_kind kind;
	const char *words;
};

static const struct upload_case upload_cases[] = {
	{"upload: the new file comes last", 0, 200, ANSWER("recA"), 1, ERROR_NONE, NULL},
	{"upload: the largest", AIRTABLE_UPLOAD_LIMIT, 200, ANSWER("recA"), 1, ERROR_NONE, NULL},
	{"upload: one byte more is not sent", AIRTABLE_UPLOAD_LIMIT + 1, 200, ANSWER("recA"), 0,
	 ERROR_REFUSED, "the file has 5000001 bytes, and Airtable takes 5000000 at most"},
	{"upload: an answer about another record", 0, 200, ANSWER("recB"), 1, ERROR_RETRY, "another record"},
	{"upload: an answer without fields", 0, 200,
	 "{\"id\":\"recA\",\"createdTime\":\"2024-01-31T13:46:04.000Z\"}", 1, ERROR_RETRY, "has no fields"},
	{"upload: no answer is in doubt, and not sent again", 0, 0, NULL, 1, ERROR_RETRY, ""},
	{"upload: a server that stumbles is in doubt, too", 0, 503,
	 "{\"error\":{\"type\":\"RETRIABLE_ERROR\"}}", 1, ERROR_RETRY, "HTTP 503"},
	{"upload: too large for Airtable", 0, 413, "{}", 1, ERROR_REFUSED, "HTTP 413"},
	{"upload: refused", 0, 422, "{\"error\":{\"type\":\"UNKNOWN_FIELD_NAME\",\"message\":\"m\"}}", 1,
	 ERROR_REFUSED, "POST /v0/appX/recA/fldF/uploadAttachment: HTTP 422 UNKNOWN_FIELD_NAME: m"},
	{"upload: the row is gone", 0, 403,
	 "{\"error\":{\"type\":\"INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND\"}}", 1, ERROR_FATAL, "HTTP 403"},
};

struct upload_world {
	const struct upload_case *row;
	pthread_mutex_t mutex;
	char *method, *target, *body; /* owned; of the latest request */
};

static void serve(void *context, struct fake_request *request)
{
	struct upload_world *world = context;

	pthread_mutex_lock(&world->mutex);
	free(world->method);
	free(world->target);
	free(world->body);
	world->method = own_copy(request->method);
	world->target = own_copy(request->target);
	world->body = own_copy_bytes(request->body, request->body_length);
	pthread_mutex_unlock(&world->mutex);
	if (world->row->status)
		fake_answer(request, world->row->status, "", world->row->answer);
	else
		fake_hang_up(request);
}

static void check_request(const struct upload_world *world, const struct airtable_upload *upload)
{
	scoped(json_object) body = parse(world->body);
	struct json_object *file = json_child(body, "file", json_type_string);
	scoped_text bytes = NULL;
	size_t size = 0;

	assert_string_equal(world->method, "POST");
	assert_string_equal(world->target, "/v0/appX/recA/fldF/uploadAttachment");
	assert_int_equal(json_key_count(body), 3);
	assert_string_equal(json_text_or(body, "contentType", ""), "text/plain");
	assert_string_equal(json_text_or(body, "filename", ""), "tü \"x\".txt");
	assert_true(base64_read(json_text_of(file), json_text_length(file), &bytes, &size));
	assert_int_equal(size, upload->size);
	assert_memory_equal(bytes, upload->bytes, size);
}

static void check_answer(const struct airtable_record *record)
{
	struct airtable_attachments attachments = {0};

	assert_string_equal(record->id, "recA");
	assert_true(airtable_attachments_read(json_child(record->fields, "fldF", json_type_array),
					      &attachments, NULL));
	assert_int_equal(attachments.count, 2);
	assert_string_equal(attachments.list[1].id, "att2");
	assert_int_equal(attachments.list[1].size, 11);
	airtable_attachments_done(&attachments);
}

static void check_upload(void **state)
{
	const struct upload_case *row = *state;
	struct upload_world world = {.row = row, .mutex = PTHREAD_MUTEX_INITIALIZER};
	struct fake_server *server = fake_server_open(serve, &world);
	struct http *http = http_open("davenport-test");
	struct airtable_address address = {fake_server_url(server), "patTEST.0123456789", "appX", 0, NULL};
	struct airtable_limiter *limiter = airtable_limiter_open(1000);
	struct airtable_client *airtable = airtable_client_open(http, &address, limiter, NULL);
	scoped_text bytes = row->size ? own_alloc(row->size) : own_copy("Hello World");
	struct airtable_upload upload = {.record_id = "recA",
					 .field_id = "fldF",
					 .filename = "tü \"x\".txt",
					 .content_type = "text/plain",
					 .bytes = bytes,
					 .size = row->size ? row->size : strlen(bytes)};
	struct airtable_record record = {0};
	struct error error = {0};
	int64_t date_ms = 0;
	bool good = airtable_attachment_upload(airtable, &upload, &record, &date_ms, &error);

	assert_int_equal(airtable_client_calls(airtable), row->requests);
	airtable_client_close(&airtable);
	airtable_limiter_close(&limiter);
	http_close(&http);
	assert_int_equal(fake_server_requests(server), row->requests);
	fake_server_close(&server);
	assert_string_equal(error_kind_name(good ? ERROR_NONE : error.kind), error_kind_name(row->kind));
	if (row->requests)
		check_request(&world, &upload);
	if (good)
		check_answer(&record);
	else if (!strstr(error.text, row->words) || strstr(error.text, "tü"))
		fail_msg("'%s' lacks '%s'", error.text, row->words);
	json_release(record.fields);
	free(world.method);
	free(world.target);
	free(world.body);
}

/* ---- where files go ---- */

static const struct {
	const char *sentence, *endpoint, *content;
} hosts[] = {
	{"host: Airtable's own for files", "https://api.airtable.com", "https://content.airtable.com"},
	{"host: the sandbox itself", "http://127.0.0.1:8792", "http://127.0.0.1:8792"},
	{"host: whatever else there is", "https://api.airtable.com.example",
	 "https://api.airtable.com.example"},
};

static void check_host(void **state)
{
	const __typeof__(hosts[0]) *row = *state;

	assert_string_equal(airtable_content_endpoint(row->endpoint), row->content);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, cell_cases, check_cell);
	cases_add_table(&cases, upload_cases, check_upload);
	cases_add_table(&cases, hosts, check_host);
	return cases_run("airtable attachments", &cases);
}
