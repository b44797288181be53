/* Who holds no lease writes nothing: what the clients of both servers send when their permit refuses. Reads leave as ever. */
#include "airtable/request.h"
#include "couch/attachments.h"
#include "couch/bulk.h"
#include "couch/changes.h"
#include "couch/local.h"
#include "couch/server.h"
#include "tests/fakes/http_server.h"
#include "tests/unit/cases.h"

static struct scene {
	struct fake_server *server;
	struct http *http;
	struct couch_client *couch;
	struct airtable_limiter *limiter;
	struct airtable_client *airtable;
} scene;

static void say_little(void *context, struct fake_request *request)
{
	(void)context;
	fake_answer(request, 200, "", "{\"rows\":[],\"docs\":[]}");
}

static bool refuse(void *context, int total_ms)
{
	(void)context, (void)total_ms;
	return false;
}

static void open_scene(void)
{
	static const struct http_permit permit = {refuse, NULL, 0};

	scene.server = fake_server_open(say_little, NULL);
	scene.http = http_open("davenport-test/1");
	scene.limiter = airtable_limiter_open(AIRTABLE_BASE_PER_SECOND);
	scene.couch = couch_client_open(scene.http, &(struct couch_address){
							    .url = fake_server_url(scene.server),
							    .database = "inventory",
							    .once = true,
							    .permit = &permit,
						    });
	scene.airtable = airtable_client_open(scene.http,
					      &(struct airtable_address){
						      .endpoint = fake_server_url(scene.server),
						      .token = "patTEST.0123456789",
						      .base_id = "appX",
						      .permit = &permit,
					      },
					      scene.limiter, NULL);
}

static void close_scene(void)
{
	airtable_client_close(&scene.airtable);
	couch_client_close(&scene.couch);
	airtable_limiter_close(&scene.limiter);
	http_close(&scene.http);
	fake_server_close(&scene.server);
}

/* ---- calls ---- */

static bool read_one(struct error *error)
{
	scoped(json_object) body = NULL;

	return couch_document_read(scene.couch, "item-1", &body, error);
}

static bool read_many(struct error *error)
{
	const char *ids[] = {"item-1"};
	struct couch_documents documents = {0};
	bool ok = couch_documents_read(scene.couch, ids, 1, &documents, error);

	couch_documents_done(&documents);
	return ok;
}

static bool read_rows(struct error *error)
{
	struct airtable_call call = {.method = "POST", .path = "/v0/appX/tblY/listRecords", .read = true};

	return airtable_request(scene.airtable, &call, NULL, NULL, error);
}

static struct json_object *document(void)
{
	struct json_object *body = json_new_object();

	json_put_text(body, "_id", "item-1");
	return body;
}

static bool write_one(struct error *error)
{
	scoped(json_object) body = document();

	return couch_document_write(scene.couch, "item-1", body, NULL, error);
}

static bool write_many(struct error *error)
{
	scoped(json_object) body = document();
	struct couch_written written;

	return couch_documents_write(scene.couch, &body, 1, &written, error);
}

static bool delete_one(struct error *error)
{
	return couch_document_delete(scene.couch, "item-1", "1-a", error);
}

static bool make_database(struct error *error)
{
	return couch_database_create(scene.couch, false, error);
}

static bool write_attachment(struct error *error)
{
	char revision[80];

	return couch_attachment_write(scene.couch, "image-1", "1-a", "image", "image/png", "x", 1, revision,
				      error);
}

static bool write_rows(struct error *error)
{
	struct airtable_call call = {.method = "PATCH", .path = "/v0/appX/tblY"};

	return airtable_request(scene.airtable, &call, NULL, NULL, error);
}

static bool delete_rows(struct error *error)
{
	struct airtable_call call = {.method = "DELETE", .path = "/v0/appX/tblY?records[]=recZ"};

	return airtable_request(scene.airtable, &call, NULL, NULL, error);
}

static const struct call {
	const char *sentence;
	bool (*run)(struct error *error);
	bool writes;
} calls[] = {
	{"a document is read", read_one, false},
	{"documents are read, by a POST", read_many, false},
	{"rows are read, by a POST", read_rows, false},
	{"a document is not written", write_one, true},
	{"documents are not written", write_many, true},
	{"a document is not deleted", delete_one, true},
	{"a database is not made", make_database, true},
	{"an attachment is not written", write_attachment, true},
	{"rows are not written", write_rows, true},
	{"rows are not deleted", delete_rows, true},
};

static void test_call(void **state)
{
	const struct call *call = *state;
	struct error error = {0};

	open_scene();
	bool ok = call->run(&error);
	if (call->writes) {
		assert_false(ok);
		assert_string_equal(error_kind_name(error.kind), error_kind_name(ERROR_STOPPED));
	}
	assert_int_equal(fake_server_requests(scene.server), call->writes ? 0 : 1);
	close_scene();
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, calls, test_call);
	return cases_run("permit", &cases);
}
