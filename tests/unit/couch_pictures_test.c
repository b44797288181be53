/* What the public server is told of CouchDB's pictures, by a server with a script: what a document's stub says, and what each answer
 * means. */
#include "base/clock.h"
#include "base/json.h"
#include "base/md5.h"
#include "bridge/pictures/check_picture.h"
#include "bridge/pictures/couch_pictures.h"
#include "tests/fakes/http_server.h"
#include "tests/unit/cases.h"

#include <stdio.h>
#include <string.h>

#define DIGEST "md5-1B2M2Y8AsgTpgAmY7PhCfg=="

/* ---- stubs ---- */

static const struct stub_case {
	const char *sentence;
	const char *body;
	bool is_one;
} stub_cases[] = {
	{"a stub as CouchDB has it",
	 "{\"_rev\":\"1-a\",\"_attachments\":{\"image-1440\":{\"content_type\":\"image/png\",\"revpos\":1,"
	 "\"digest\":\"" DIGEST "\",\"length\":7,\"stub\":true}}}",
	 true},
	{"no attachments", "{\"_rev\":\"1-a\"}", false},
	{"another attachment",
	 "{\"_rev\":\"1-a\",\"_attachments\":{\"thumbnail-128\":{\"content_type\":\"image/png\",\"digest\":"
	 "\"" DIGEST "\",\"length\":7}}}",
	 false},
	{"no digest",
	 "{\"_rev\":\"1-a\",\"_attachments\":{\"image-1440\":{\"content_type\":\"image/png\",\"length\":7}}}",
	 false},
	{"a digest of another kind",
	 "{\"_rev\":\"1-a\",\"_attachments\":{\"image-1440\":{\"content_type\":\"image/png\",\"digest\":"
	 "\"sha1-1B2M2Y8AsgTpgAmY7PhCfg==\",\"length\":7}}}",
	 false},
	{"no length",
	 "{\"_rev\":\"1-a\",\"_attachments\":{\"image-1440\":{\"content_type\":\"image/png\",\"digest\":"
	 "\"" DIGEST "\"}}}",
	 false},
	{"a length below nought",
	 "{\"_rev\":\"1-a\",\"_attachments\":{\"image-1440\":{\"content_type\":\"image/png\",\"digest\":"
	 "\"" DIGEST "\",\"length\":-7}}}",
	 false},
	{"no type",
	 "{\"_rev\":\"1-a\",\"_attachments\":{\"image-1440\":{\"digest\":\"" DIGEST "\",\"length\":7}}}",
	 false},
	{"a type that is longer than any",
	 "{\"_rev\":\"1-a\",\"_attachments\":{\"image-1440\":{\"content_type\":\"image/"
	 "pngpngpngpngpngpngpngpngpngpngpngpngpngpngpngpngpngpngpngpng\",\"digest\":\"" DIGEST
	 "\",\"length\":7}}}",
	 false},
	{"no revision",
	 "{\"_attachments\":{\"image-1440\":{\"content_type\":\"image/png\",\"digest\":\"" DIGEST
	 "\",\"length\":7}}}",
	 false},
	{"attachments that are none", "{\"_rev\":\"1-a\",\"_attachments\":[]}", false},
};

static void check_stub(void **state)
{
	const struct stub_case *row = *state;
	scoped(json_object) body = NULL;
	struct image_picture picture = {.length = 99};

	assert_true(json_read(row->body, strlen(row->body), &body, NULL, NULL));
	assert_int_equal(couch_pictures_stub(body, &picture), row->is_one);
	assert_int_equal(picture.length, row->is_one ? 7 : 99);
	if (!row->is_one)
		return;
	assert_string_equal(picture.content_type, "image/png");
	assert_string_equal(picture.revision, "1-a");
	assert_int_equal(picture.digest.bytes[0], 0xd4);
}

/* ---- answers ---- */

#define GOOD                                                                                                 \
	"{\"_id\":\"zz20-image-x\",\"_rev\":\"1-a\",\"_attachments\":{\"image-1440\":{\"content_type\":"     \
	"\"image/png\",\"digest\":\"" DIGEST "\",\"length\":7,\"stub\":true}}}"

static const struct answer_case {
	const char *sentence;
	int status;
	const char *body;
	enum image_answer found;
} answer_cases[] = {
	{"a document with its picture is there", 200, GOOD, IMAGE_THERE},
	{"a document without one is none", 200, "{\"_id\":\"zz20-image-x\",\"_rev\":\"1-a\"}",
	 IMAGE_NOT_THERE},
	{"what CouchDB does not know is not there", 404, "{\"error\":\"not_found\",\"reason\":\"missing\"}",
	 IMAGE_NOT_THERE},
	{"what was deleted is not there", 404, "{\"error\":\"not_found\",\"reason\":\"deleted\"}",
	 IMAGE_NOT_THERE},
	{"a refusal of our user is no word about the picture", 401,
	 "{\"error\":\"unauthorized\",\"reason\":\"no\"}", IMAGE_UNKNOWN},
	{"a server in trouble is no word about the picture", 503, "{\"error\":\"busy\",\"reason\":\"later\"}",
	 IMAGE_UNKNOWN},
	{"a page is no word about the picture", 200, "<html>", IMAGE_UNKNOWN},
};

static void answer(void *context, struct fake_request *request)
{
	const struct answer_case *row = context;

	fake_answer(request, row->status, "Content-Type: application/json\r\n", row->body);
}

static void check_answer(void **state)
{
	const struct answer_case *row = *state;
	struct fake_server *server = fake_server_open(answer, (void *)(uintptr_t)row);
	scoped_text url = own_copy(fake_server_url(server));
	const struct bridge_settings settings = {.couchdb_url = url};
	const struct settings_now now = {&settings};
	struct image_source source = couch_pictures_source(&now);
	struct image_picture picture = {0};
	struct error error = {0};

	void *worker = source.open(source.context);
	enum image_answer found = source.find(worker, "inventory", "x", &picture, &error);
	int requests = fake_server_requests(server);
	source.close(worker);
	fake_server_close(&server);
	assert_int_equal(found, row->found);
	assert_int_equal(requests, 1); /* whoever wants it asks again */
}

static void test_interrupted(void **state)
{
	const struct bridge_settings settings = {.couchdb_url = (char *)(uintptr_t) "http://127.0.0.1:9"};
	const struct settings_now now = {&settings};
	struct image_source source = couch_pictures_source(&now);
	struct image_picture picture = {0};
	struct error error = {0};

	(void)state;
	void *worker = source.open(source.context);
	source.interrupt(worker);
	assert_int_equal(source.find(worker, "inventory", "x", &picture, &error), IMAGE_UNKNOWN);
	assert_int_equal(error.kind, ERROR_STOPPED);
	source.close(worker);
}

/* ---- the picture of our own ---- */

static bool keep(void *data, const char *bytes, size_t length)
{
	struct text *text = data;

	text_add_bytes(text, bytes, length);
	return true;
}

static void test_own_picture(void **state)
{
	const struct bridge_settings settings = {.couchdb_url = (char *)(uintptr_t) "http://127.0.0.1:9"};
	const struct settings_now now = {&settings};
	struct image_source source = couch_pictures_source(&now);
	struct image_picture picture = {0};
	struct text bytes = {0};
	struct image_digest digest;
	char words[MD5_TEXT_SIZE];

	(void)state;
	void *worker = source.open(source.context);
	assert_int_equal(source.find(worker, CHECK_PICTURE_DATABASE, CHECK_PICTURE_IMAGE, &picture, NULL),
			 IMAGE_THERE);
	assert_int_equal(source.read(worker, CHECK_PICTURE_DATABASE, CHECK_PICTURE_IMAGE, &picture, keep,
				     &bytes, NULL),
			 IMAGE_THERE);
	source.close(worker);
	assert_int_equal(bytes.length, picture.length);
	md5_text((const unsigned char *)bytes.bytes, bytes.length, words);
	assert_true(image_digest_from_couch(words, &digest));
	assert_memory_equal(&digest, &picture.digest, sizeof digest);
	text_done(&bytes);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, stub_cases, check_stub);
	cases_add_table(&cases, answer_cases, check_answer);
	cases_add(&cases, own_copy("an interrupted worker asks nobody any more"), test_interrupted, NULL);
	cases_add(&cases, own_copy("the picture of our own is whole, and CouchDB is not asked"),
		  test_own_picture, NULL);
	return cases_run("couch_pictures", &cases);
}
