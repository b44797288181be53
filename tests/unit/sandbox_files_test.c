/* Attached files of the sandbox: the size that a picture's header tells, how a file is shown, its addresses, and what becomes of a
 * file that is to be fetched, without a network. What goes over HTTP is in scenarios/sandbox_pictures_test. */
#include "sandbox/fetches.h"
#include "sandbox/picture_size.h"
#include "tests/unit/sandbox_steps.h"

#include <string.h>

#define THINGS  "/v0/app00000000000001/Things"
#define ROW     THINGS "/recA0000000000001"
#define FETCHED "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\3\x40\0\0\2\x5d" /* 832 × 605 */

/* ---- the size of a picture ---- */

static const struct {
	const char *sentence, *bytes;
	size_t length;
	const char *type; /* NULL: no picture */
	uint32_t width, height;
} pictures[] = {
#define BYTES(words) words, sizeof(words) - 1
	{"a PNG", BYTES(FETCHED), "image/png", 832, 605},
	{"a PNG whose header ends early", BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\3\x40\0\0\2"), NULL, 0, 0},
	{"a PNG without width", BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\2\x5d"), NULL, 0, 0},
	{"a GIF", BYTES("GIF89a\x40\3\x5d\2"), "image/gif", 832, 605},
	{"an old GIF", BYTES("GIF87a\1\0\2\0"), "image/gif", 1, 2},
	{"a JPEG, its frame first", BYTES("\xFF\xD8\xFF\xC0\0\x11\x08\2\x5d\3\x40"), "image/jpeg", 832, 605},
	{"a progressive JPEG behind another segment",
	 BYTES("\xFF\xD8\xFF\xE0\0\4ab\xFF\xC2\0\x11\x08\2\x5d\3\x40"), "image/jpeg", 832, 605},
	{"a JPEG with filling between segments", BYTES("\xFF\xD8\xFF\xFF\xFF\xC0\0\x11\x08\2\x5d\3\x40"),
	 "image/jpeg", 832, 605},
	{"a table of a JPEG is no frame", BYTES("\xFF\xD8\xFF\xC4\0\x11\x08\2\x5d\3\x40"), NULL, 0, 0},
	{"a JPEG whose frame never comes", BYTES("\xFF\xD8\xFF\xE0\xFF\xFF\x08\2\x5d\3\x40"), NULL, 0, 0},
	{"a lossy WebP", BYTES("RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\1\x2a\x40\x83\x5d\2"), "image/webp",
	 832, 605},
	{"a lossless WebP", BYTES("RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x3f\x03\x97\0\0\0\0\0\0"), "image/webp",
	 832, 605},
	{"an extended WebP", BYTES("RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x3f\3\0\x5c\2\0"), "image/webp", 832,
	 605},
	{"a WebP of no known form", BYTES("RIFF\0\0\0\0WEBPVP9 \0\0\0\0\0\0\0\0\x3f\3\0\x5c\2\0"), NULL, 0,
	 0},
	{"words", BYTES("This is no picture at all, but long enough to be one."), NULL, 0, 0},
	{"nothing", BYTES(""), NULL, 0, 0},
};

static void check_picture(void **state)
{
	const __typeof__(pictures[0]) *picture = *state;
	struct sandbox_picture_size size = {0};
	/* Just these bytes: what is read beyond is found by the address sanitizer. */
	char *bytes =
		memcpy(own_alloc(picture->length ? picture->length : 1), picture->bytes, picture->length);
	bool found = sandbox_picture_size(bytes, picture->length, &size);

	free(bytes);
	assert_int_equal(found, picture->type != NULL);
	if (!found)
		return;
	assert_string_equal(size.type, picture->type);
	assert_int_equal(size.width, picture->width);
	assert_int_equal(size.height, picture->height);
}

/* ---- thumbnails ---- */

static const struct {
	const char *sentence;
	uint32_t width, height, small[2], large[2];
} thumbnails[] = {
	{"as recorded", 832, 605, {49, 36}, {704, 512}},
	{"one that is small already", 20, 30, {20, 30}, {20, 30}},
	{"one between the two", 100, 100, {36, 36}, {100, 100}},
	{"a panorama", 8000, 600, {480, 36}, {6826, 512}},
	{"a tower is one pixel wide at least", 4, 4000, {1, 36}, {1, 512}},
};

static void check_side(struct json_object *json, const char *name, const uint32_t size[2])
{
	struct json_object *one = json_child(json, name, json_type_object);

	assert_int_equal(json_int_or(one, "width", 0), size[0]);
	assert_int_equal(json_int_or(one, "height", 0), size[1]);
	assert_non_null(json_text_or(one, "url", NULL));
}

static void check_thumbnails(void **state)
{
	const __typeof__(thumbnails[0]) *row = *state;
	struct sandbox_files files = {0};
	struct sandbox_file *file = sandbox_file_open("att1", NULL, "x");
	uint32_t full[2] = {row->width, row->height};

	sandbox_file_store(file, own_copy(""), 0, "image/png");
	file->width = row->width;
	file->height = row->height;
	scoped(json_object) json = sandbox_file_show(&files, file, STEPS_NOW_MS);
	struct json_object *shown = json_child(json, "thumbnails", json_type_object);
	check_side(shown, "small", row->small);
	check_side(shown, "large", row->large);
	check_side(shown, "full", full);
	sandbox_file_close(&file);
	sandbox_files_done(&files);
}

/* ---- types and names ---- */

static const struct {
	const char *sentence, *url, *filename, *content_type, *bytes, *type, *name;
} stored[] = {
	{"its type as told, without parameters", "http://e/a.txt", NULL, "text/plain; charset=utf-8", "x",
	 "text/plain", "a.txt"},
	{"a type that says nothing", "http://e/a", "b", "application/octet-stream", "GIF89a\1\1\1\1",
	 "image/gif", "b"},
	{"no type, no picture", "http://e/a", "b", "", "x", "application/octet-stream", "b"},
	{"a type that no header can hold", NULL, "b", "text/\nplain", "x", "application/octet-stream", "b"},
	{"no name in the URL", "http://e/?x", NULL, "image/jpeg", "x", "image/jpeg", "a.jpg"},
	{"a name without an ending stays", "http://e/x/y?z", NULL, "image/webp", "x", "image/webp", "y"},
	{"a name that was given stays", "http://e/x", "y", "image/webp", "x", "image/webp", "y"},
	{"a type whose ending is unknown", "http://e/x", NULL, "font/woff", "x", "font/woff", "x"},
};

static void check_stored(void **state)
{
	const __typeof__(stored[0]) *row = *state;
	struct sandbox_file *file = sandbox_file_open("att1", row->url, row->filename);

	sandbox_file_store(file, own_copy(row->bytes), strlen(row->bytes), row->content_type);
	assert_string_equal(file->type, row->type);
	assert_string_equal(file->filename, row->name);
	sandbox_file_close(&file);
}

/* ---- addresses ---- */

static int look_up(const struct sandbox_files *files, const char *uri, int64_t now_ms)
{
	struct sandbox_target target = {0};
	const struct sandbox_file *file = NULL;

	sandbox_target_read(uri, &target);
	int status = sandbox_files_look_up(files, target.segments, target.count, now_ms, &file);
	assert_int_equal(status == 200, file && file->state == FILE_STORED);
	sandbox_target_done(&target);
	return status;
}

/* An address as it is, and with one character of it changed, anywhere but in the name at its end. */
static void check_address(void **state)
{
	struct sandbox_files files = {.address = "http://h:1"};
	struct sandbox_file *file = sandbox_file_open("attA", NULL, "a b/ü.png");

	(void)state;
	sandbox_file_store(file, own_copy("x"), 1, NULL);
	sandbox_files_add(&files, file);
	scoped(json_object) json = sandbox_file_show(&files, file, STEPS_NOW_MS);
	scoped_text uri = own_copy(json_text_or(json, "url", "") + strlen("http://h:1"));
	assert_int_equal(look_up(&files, uri, STEPS_NOW_MS), 200);
	assert_int_equal(look_up(&files, uri, STEPS_NOW_MS + SANDBOX_FILE_URL_MS - 1), 200);
	assert_int_equal(look_up(&files, uri, STEPS_NOW_MS + SANDBOX_FILE_URL_MS), 410);
	size_t end = (size_t)(strrchr(uri, '/') - uri);
	for (size_t i = strlen("/v3/"); i < end; i++) {
		char was = uri[i];
		uri[i] = was == '0' ? '1' : '0';
		assert_int_equal(look_up(&files, uri, STEPS_NOW_MS), 404);
		uri[i] = was;
	}
	uri[end] = '\0';
	assert_int_equal(look_up(&files, uri, STEPS_NOW_MS), 200);
	assert_int_equal(look_up(&files, "/v3/u", STEPS_NOW_MS), 404);
	sandbox_file_close(&file);
	sandbox_files_done(&files);
}

static void check_sweep(void **state)
{
	struct sandbox_files files = {0};
	struct sandbox_file *file = sandbox_file_open("attA", NULL, "x");

	(void)state;
	sandbox_file_store(file, own_copy("x"), 1, NULL);
	sandbox_files_add(&files, file);
	sandbox_files_sweep(&files, STEPS_NOW_MS);
	assert_ptr_equal(sandbox_files_find(&files, "attA"), file); /* a cell has it */
	json_release(sandbox_file_show(&files, file, STEPS_NOW_MS));
	sandbox_file_close(&file);
	sandbox_files_sweep(&files, STEPS_NOW_MS + SANDBOX_FILE_URL_MS - 1);
	assert_non_null(sandbox_files_find(&files, "attA")); /* an address leads to it */
	sandbox_files_sweep(&files, STEPS_NOW_MS + SANDBOX_FILE_URL_MS);
	assert_null(sandbox_files_find(&files, "attA"));
	sandbox_files_done(&files);
}

/* ---- uploads ---- */

#define UPLOAD(where) "POST /v0/app00000000000001/" where "/uploadAttachment"
#define NOTE          "{\"contentType\":\"text/plain\",\"filename\":\"t.txt\",\"file\":\"SGVsbG8gV29ybGQ=\"}"

static const struct story uploads[] = {
	{"an upload appends, and its answer has that cell alone",
	 {{UPLOAD("recC0000000000001/fldFiles"), NOTE, 200,
	   "{\"id\":\"recC0000000000001\",\"createdTime\":\"*\",\"fields\":{\"fldName\":\"-\",\"fldFiles\":["
	   "{\"id\":\"attC0000000000001\",\"size\":\"-\"},"
	   "{\"id\":\"/att\",\"filename\":\"t.txt\",\"size\":11,\"type\":\"text/plain\",\"url\":\"//v3/u/\","
	   "\"thumbnails\":\"-\"}]}}"},
	  {UPLOAD("recC0000000000001/Files"), NOTE, 200, "{\"fields\":{\"fldFiles\":[\"*\",\"*\",\"*\"]}}"}}},
	{"an upload is an edit of the row",
	 {{"WAIT 5000", NULL, 0, NULL},
	  {UPLOAD("recA0000000000001/Files"), NOTE, 200, NULL},
	  {"GET " ROW, NULL, 200, "{\"fields\":{\"Changed\":\"2026-11-23T10:00:05.500Z\"}}"}}},
	{"uploaded files can be kept by their id",
	 {{UPLOAD("recA0000000000001/Files"), NOTE, 200, NULL},
	  {"PATCH " ROW, "{\"fields\":{\"Files\":[]}}", 200, "{\"fields\":{\"Files\":\"-\"}}"}}},
	{"an upload without a name",
	 {{UPLOAD("recA0000000000001/Files"),
	   "{\"contentType\":\"image/png\",\"filename\":\"\",\"file\":\"\"}", 200,
	   "{\"fields\":{\"fldFiles\":[{\"filename\":\"a.png\",\"size\":0}]}}"}}},
	{"an upload to a row that is not there",
	 {{UPLOAD("recZ0000000000001/Files"), NOTE, 403,
	   "{\"error\":{\"type\":\"INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND\"}}"}}},
	{"an upload to what is no row's id",
	 {{UPLOAD("Things/Files"), NOTE, 404, "{\"error\":\"NOT_FOUND\"}"}}},
	{"an upload to a field that is not there",
	 {{UPLOAD("recA0000000000001/None"), NOTE, 422, "{\"error\":{\"type\":\"UNKNOWN_FIELD_NAME\"}}"}}},
	{"an upload to a field's name beyond ASCII",
	 {{UPLOAD("recA0000000000001/B%C3%BCder"), NOTE, 404,
	   "{\"error\":{\"type\":\"NOT_FOUND\",\"message\":\"-\"}}"}}},
	{"an upload to a field of another type",
	 {{UPLOAD("recA0000000000001/Name"), NOTE, 422,
	   "{\"error\":{\"type\":\"INVALID_VALUE_FOR_COLUMN\"}}"}}},
	{"an upload that is no base64",
	 {{UPLOAD("recA0000000000001/Files"),
	   "{\"contentType\":\"text/plain\",\"filename\":\"t\",\"file\":\"SGV\"}", 422,
	   "{\"error\":{\"type\":\"INVALID_REQUEST_UNKNOWN\"}}"}}},
	{"an upload without a file",
	 {{UPLOAD("recA0000000000001/Files"), "{\"contentType\":\"text/plain\",\"filename\":\"t\"}", 422,
	   "{\"error\":{\"type\":\"INVALID_REQUEST_UNKNOWN\"}}"}}},
	{"an upload with a key too many",
	 {{UPLOAD("recA0000000000001/Files"),
	   "{\"contentType\":\"text/plain\",\"filename\":\"t\",\"file\":\"\",\"url\":\"\"}", 422,
	   "{\"error\":{\"type\":\"INVALID_REQUEST_UNKNOWN\"}}"}}},
	{"an upload to a field that the token may not write",
	 {{"POST /_sandbox/edit", "{\"actions\":[{\"limit\":{\"table\":\"Things\",\"field\":\"Files\"}}]}",
	   200, NULL},
	  {UPLOAD("recA0000000000001/Files"), NOTE, 403, "{\"error\":{\"type\":\"INVALID_PERMISSIONS\"}}"}}},
	{"an upload has no other method",
	 {{"PUT /v0/app00000000000001/recA0000000000001/Files/uploadAttachment", NOTE, 404, NULL}}},
	{"a file that a person chooses",
	 {{"POST /_sandbox/file",
	   "{\"base\":\"app00000000000001\",\"record\":\"recA0000000000001\",\"field\":\"Files\","
	   "\"filename\":\"t.txt\",\"contentType\":\"text/plain\",\"file\":\"SGVsbG8gV29ybGQ=\"}",
	   200, "{\"id\":\"/att\"}"},
	  {"GET " ROW, NULL, 200, "{\"fields\":{\"Files\":[{\"id\":\"$id\",\"size\":11}]}}"}}},
	{"a file for a cell that takes none",
	 {{"POST /_sandbox/file",
	   "{\"base\":\"app00000000000001\",\"record\":\"recA0000000000001\",\"field\":\"Name\",\"file\":"
	   "\"\"}",
	   422, NULL}}},
};

/* ---- fetching ---- */

static int64_t now_us(void)
{
	return steps_now_ms * 1000;
}

static void tell(struct sandbox *sandbox, const char *request, const char *body, const char *answer)
{
	struct step step = {request, body, 200, answer};

	steps_tell(sandbox, &step, 1);
}

static void wait_ms(int64_t ms)
{
	steps_now_ms += ms;
}

/* The number of what is to be fetched now, 0: nothing is; in_ms_out: until it is worth asking again, -1: without end. */
static uint64_t take_next(struct sandbox *sandbox, int64_t *in_ms_out)
{
	struct sandbox_fetch_order order = {0};
	int64_t next_us = 0;
	bool taken = sandbox_fetches_take(sandbox, now_us(), &order, &next_us);

	free(order.url);
	if (in_ms_out)
		*in_ms_out = next_us == INT64_MAX ? -1 : (next_us - now_us()) / 1000;
	return taken ? order.number : 0;
}

static void finish(struct sandbox *sandbox, uint64_t number, bool good)
{
	char *bytes = good ? own_copy_bytes(FETCHED, sizeof(FETCHED) - 1) : NULL;

	sandbox_fetches_finish(sandbox, number, bytes, sizeof(FETCHED) - 1, "image/png", now_us());
}

#define GIVE "{\"fields\":{\"Files\":[{\"url\":\"http://e.example/1.png\"}]}}"
#define GIVEN                                                                                                \
	"{\"fields\":{\"Files\":[{\"id\":\"/att\",\"url\":\"http://e.example/"                               \
	"1.png\",\"filename\":\"1.png\",\"size\":\"-\"}]}}"
#define STORED "{\"fields\":{\"Files\":[{\"id\":\"/att\",\"url\":\"//v3/u/\",\"width\":832,\"size\":24}]}}"
#define EMPTY  "{\"fields\":{\"Files\":\"-\"}}"

static void check_fetched(void **state)
{
	struct sandbox sandbox;
	int64_t in_ms = 0;

	(void)state;
	steps_open(&sandbox);
	assert_int_equal(take_next(&sandbox, &in_ms), 0); /* what was loaded stays as it is */
	assert_int_equal(in_ms, -1);
	tell(&sandbox, "PATCH " ROW, GIVE, GIVEN);
	uint64_t number = take_next(&sandbox, NULL);
	assert_int_not_equal(number, 0);
	assert_int_equal(take_next(&sandbox, NULL), 0); /* it is under way */
	tell(&sandbox, "GET " ROW, NULL, GIVEN);
	finish(&sandbox, number, true);
	tell(&sandbox, "GET " ROW, NULL, STORED);
	finish(&sandbox, number, false); /* nobody waits for that any more */
	tell(&sandbox, "GET " ROW, NULL, STORED);
	sandbox_done(&sandbox);
}

/* A file that stays is not fetched again, also when it is given before it was fetched. */
static void check_kept(void **state)
{
	struct sandbox sandbox;

	(void)state;
	steps_open(&sandbox);
	tell(&sandbox, "PATCH " THINGS "/recC0000000000001",
	     "{\"fields\":{\"Files\":[{\"id\":\"attC0000000000001\"},{\"url\":\"http://e.example/2\"}]}}",
	     NULL);
	uint64_t number = take_next(&sandbox, NULL);
	assert_int_not_equal(number, 0);
	tell(&sandbox, "PATCH " THINGS "/recC0000000000001",
	     "{\"fields\":{\"Files\":[{\"id\":\"attC0000000000001\"}]}}", NULL);
	assert_int_equal(take_next(&sandbox, NULL), 0);
	finish(&sandbox, number, true); /* it has left the cell meanwhile */
	tell(&sandbox, "GET " THINGS "/recC0000000000001", NULL,
	     "{\"fields\":{\"Files\":[{\"id\":\"attC0000000000001\",\"url\":\"http://e.example/c\"}]}}");
	sandbox_done(&sandbox);
}

/* What happens to the cell, the row and the field while a fetch is under way that fails. */
static const struct {
	const char *sentence, *request, *body;
} meanwhile[] = {
	{"the row is deleted", "DELETE " ROW, NULL},
	{"the cell is emptied", "PATCH " ROW, "{\"fields\":{\"Files\":[]}}"},
	{"the field is deleted", "POST /_sandbox/edit",
	 "{\"actions\":[{\"deleteField\":{\"table\":\"Things\",\"field\":\"Files\"}}]}"},
	{"the field becomes a text", "POST /_sandbox/edit",
	 "{\"actions\":[{\"retypeField\":{\"table\":\"Things\",\"field\":\"Files\",\"type\":"
	 "\"singleLineText\"}}]}"},
	{"the table is deleted", "POST /_sandbox/edit",
	 "{\"actions\":[{\"deleteTable\":{\"table\":\"Things\"}}]}"},
	{"another state is loaded", "POST /_sandbox/load", "{\"templates\":[\"app00000000000009\"]}"},
};

static void check_meanwhile(void **state)
{
	const __typeof__(meanwhile[0]) *row = *state;

	for (int good = 0; good < 2; good++) {
		struct sandbox sandbox;
		steps_open(&sandbox);
		tell(&sandbox, "PATCH " ROW, GIVE, NULL);
		uint64_t number = take_next(&sandbox, NULL);
		tell(&sandbox, row->request, row->body, NULL);
		finish(&sandbox, number, good);
		assert_int_equal(take_next(&sandbox, NULL), 0);
		sandbox_done(&sandbox);
	}
}

static void check_restored(void **state)
{
	struct sandbox sandbox;

	(void)state;
	steps_open(&sandbox);
	tell(&sandbox, "PATCH " ROW, GIVE, NULL);
	uint64_t number = take_next(&sandbox, NULL);
	tell(&sandbox, "DELETE " ROW, NULL, NULL);
	finish(&sandbox, number, false);
	tell(&sandbox, "POST /_sandbox/edit",
	     "{\"actions\":[{\"restore\":{\"table\":\"Things\",\"record\":\"recA0000000000001\"}}]}", NULL);
	tell(&sandbox, "GET " ROW, NULL, EMPTY);
	sandbox_done(&sandbox);
}

/* Two objects of one URL: each fetched, the one that fails leaves alone, and order is kept. */
static void check_order(void **state)
{
	struct sandbox sandbox;

	(void)state;
	steps_open(&sandbox);
	tell(&sandbox, "PATCH " ROW,
	     "{\"fields\":{\"Files\":[{\"url\":\"http://e.example/1\",\"filename\":\"x\"},"
	     "{\"url\":\"http://e.example/1\",\"filename\":\"y\"},{\"url\":\"http://e.example/"
	     "2\",\"filename\":\"z\"}]}}",
	     NULL);
	uint64_t first = take_next(&sandbox, NULL), second = take_next(&sandbox, NULL),
		 third = take_next(&sandbox, NULL);
	finish(&sandbox, third, true);
	finish(&sandbox, second, false);
	finish(&sandbox, first, true);
	tell(&sandbox, "GET " ROW, NULL,
	     "{\"fields\":{\"Files\":[{\"filename\":\"x\",\"size\":24},{\"filename\":\"z\",\"size\":24}]}}");
	sandbox_done(&sandbox);
}

static void check_failures(void **state)
{
	static const char other[] = "{\"fields\":{\"Files\":[{\"url\":\"http://e.example/2.png\"}]}}";
	struct sandbox sandbox;

	(void)state;
	steps_open(&sandbox);
	for (int i = 0; i < SANDBOX_FETCH_FAILURES; i++) {
		tell(&sandbox, "PATCH " ROW, GIVE, "{\"details\":\"-\"}");
		finish(&sandbox, take_next(&sandbox, NULL), false);
		tell(&sandbox, "GET " ROW, NULL, EMPTY);
		wait_ms(1000);
	}
	tell(&sandbox, "PATCH " ROW, GIVE,
	     "{\"fields\":{\"Files\":\"-\",\"Name\":\"a\"},"
	     "\"details\":{\"message\":\"partialSuccess\",\"reasons\":[\"attachmentsFailedUploading\"]}}");
	assert_int_equal(take_next(&sandbox, NULL), 0);
	tell(&sandbox, "PATCH " ROW, other, "{\"details\":\"-\"}"); /* another address is tried */
	assert_int_not_equal(take_next(&sandbox, NULL), 0);
	wait_ms(SANDBOX_FETCH_FAILURES_MS - 3000); /* the first failure is too long ago */
	tell(&sandbox, "PATCH " ROW, GIVE, "{\"details\":\"-\"}");
	sandbox_done(&sandbox);
}

/* ---- faults ---- */

static void plan(struct sandbox *sandbox, const char *rules)
{
	tell(sandbox, "POST /_sandbox/faults", rules, NULL);
}

static void check_fails(void **state)
{
	struct sandbox sandbox;
	int64_t in_ms = 0;

	(void)state;
	steps_open(&sandbox);
	plan(&sandbox, "[{\"fault\":\"fetch-fails\",\"ms\":500}]");
	tell(&sandbox, "PATCH " ROW, GIVE, GIVEN);
	assert_int_equal(take_next(&sandbox, &in_ms), 0);
	assert_int_equal(in_ms, 500);
	tell(&sandbox, "GET " ROW, NULL, GIVEN);
	wait_ms(500);
	assert_int_equal(take_next(&sandbox, NULL), 0);
	tell(&sandbox, "GET " ROW, NULL, EMPTY);
	sandbox_done(&sandbox);
}

static void check_broken(void **state)
{
	struct sandbox sandbox;

	(void)state;
	steps_open(&sandbox);
	plan(&sandbox, "[{\"fault\":\"fetch-broken\"}]");
	tell(&sandbox, "PATCH " ROW, GIVE, GIVEN);
	assert_int_equal(take_next(&sandbox, NULL), 0);
	tell(&sandbox, "GET " ROW, NULL,
	     "{\"fields\":{\"Files\":[{\"id\":\"/att\",\"url\":\"//v3/u/"
	     "\",\"filename\":\"1.png\",\"size\":\"-\","
	     "\"type\":\"-\"}]}}");
	struct sandbox_files *files = &sandbox.store->files;
	scoped(json_object) json = sandbox_file_show(files, files->list[files->count - 1], steps_now_ms);
	assert_int_equal(look_up(files, json_text_or(json, "url", ""), steps_now_ms), SANDBOX_BROKEN_STATUS);
	sandbox_done(&sandbox);
}

static void check_lost(void **state)
{
	struct sandbox sandbox;
	int64_t in_ms = 0;

	(void)state;
	steps_open(&sandbox);
	plan(&sandbox, "[{\"fault\":\"fetch-lost\",\"ms\":700}]");
	tell(&sandbox, "PATCH " ROW, GIVE, GIVEN);
	finish(&sandbox, take_next(&sandbox, NULL), true);
	tell(&sandbox, "GET " ROW, NULL, STORED);
	assert_int_equal(take_next(&sandbox, &in_ms), 0);
	assert_int_equal(in_ms, 700);
	wait_ms(700);
	assert_int_equal(take_next(&sandbox, NULL), 0);
	tell(&sandbox, "GET " ROW, NULL, EMPTY);
	sandbox_done(&sandbox);
}

static void check_hold(void **state)
{
	struct sandbox sandbox;
	int64_t in_ms = 0;

	(void)state;
	steps_open(&sandbox);
	plan(&sandbox,
	     "[{\"fault\":\"fetch-hold\",\"times\":2},{\"fault\":\"fetch-hold\",\"nth\":3,\"ms\":300}]");
	tell(&sandbox, "PATCH " ROW, GIVE, GIVEN);
	tell(&sandbox, "PATCH " THINGS "/recB0000000000001", GIVE, NULL);
	assert_int_equal(take_next(&sandbox, &in_ms), 0);
	assert_int_equal(in_ms, -1);
	tell(&sandbox, "POST /_sandbox/faults/release", NULL, NULL);
	assert_int_not_equal(take_next(&sandbox, NULL), 0);
	assert_int_not_equal(take_next(&sandbox, NULL), 0);
	tell(&sandbox, "PATCH " ROW, GIVE, GIVEN);
	assert_int_equal(take_next(&sandbox, &in_ms), 0);
	assert_int_equal(in_ms, 300);
	wait_ms(300);
	assert_int_not_equal(take_next(&sandbox, NULL), 0);
	sandbox_done(&sandbox);
}

/* Which fetch a rule hits: requests do not count for it, nor fetches for a rule of requests. */
static void check_which(void **state)
{
	struct sandbox sandbox;

	(void)state;
	steps_open(&sandbox);
	plan(&sandbox, "[{\"fault\":\"cut\",\"nth\":1000},{\"fault\":\"fetch-refused\",\"nth\":2,"
		       "\"pathContains\":\"1.png\"}]");
	tell(&sandbox, "PATCH " ROW, GIVE, "{\"details\":\"-\"}");
	tell(&sandbox, "PATCH " ROW, "{\"fields\":{\"Files\":[{\"url\":\"http://e.example/2\"}]}}",
	     "{\"details\":\"-\"}");
	tell(&sandbox, "PATCH " ROW, GIVE, "{\"details\":{\"reasons\":[\"attachmentsFailedUploading\"]}}");
	tell(&sandbox, "GET /_sandbox/faults", NULL,
	     "{\"waiting\":[{\"fault\":\"cut\"}],\"fired\":[{\"fault\":\"fetch-refused\",\"path\":"
	     "\"http://e.example/1.png\"}]}");
	sandbox_done(&sandbox);
}

/* Nothing is looked at while nothing is fetched. */
static void check_off(void **state)
{
	struct sandbox sandbox;

	(void)state;
	steps_open(&sandbox);
	plan(&sandbox, "[{\"fault\":\"fetch-refused\"}]");
	tell(&sandbox, "POST /_sandbox/options", "{\"fetch\":false}", NULL);
	tell(&sandbox, "PATCH " ROW, GIVE, GIVEN);
	assert_int_equal(take_next(&sandbox, NULL), 0);
	tell(&sandbox, "GET " ROW, NULL, GIVEN);
	tell(&sandbox, "POST /_sandbox/options", "{\"fetch\":true}", NULL);
	assert_int_equal(take_next(&sandbox, NULL), 0);
	tell(&sandbox, "GET " ROW, NULL, EMPTY);
	sandbox_done(&sandbox);
}

/* Another page with the same state: a stale read's addresses lead to the file as well. */
static void check_copy(void **state)
{
	struct sandbox sandbox;

	(void)state;
	steps_open(&sandbox);
	tell(&sandbox, "PATCH " ROW, GIVE, NULL);
	finish(&sandbox, take_next(&sandbox, NULL), true);
	tell(&sandbox, "GET " ROW, NULL, STORED);
	struct sandbox_store *copy = sandbox_store_copy(sandbox.store);
	const struct sandbox_files *files = &sandbox.store->files;
	struct sandbox_file *file = sandbox_files_find(&copy->files, files->list[files->count - 1]->id);
	scoped(json_object) json = sandbox_file_show(&copy->files, file, steps_now_ms);
	assert_int_equal(json_int_or(json, "size", 0), sizeof(FETCHED) - 1);
	assert_int_equal(look_up(&sandbox.store->files, json_text_or(json, "url", ""), steps_now_ms), 200);
	sandbox_store_close(&copy);
	sandbox_done(&sandbox);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, pictures, check_picture);
	cases_add_table(&cases, thumbnails, check_thumbnails);
	cases_add_table(&cases, stored, check_stored);
	cases_add(&cases, own_copy("an address leads to its file for two hours, and none can be made up"),
		  check_address, NULL);
	cases_add(&cases, own_copy("a file goes when its cell and its last address are gone"), check_sweep,
		  NULL);
	cases_add_table(&cases, uploads, steps_run);
	cases_add(&cases, own_copy("a file is given, taken to be fetched, and stored"), check_fetched, NULL);
	cases_add(&cases, own_copy("a file that stays is not fetched again"), check_kept, NULL);
	cases_add_table(&cases, meanwhile, check_meanwhile);
	cases_add(&cases, own_copy("a file fails while its row is in the trash"), check_restored, NULL);
	cases_add(&cases, own_copy("several files keep their order"), check_order, NULL);
	cases_add(&cases, own_copy("an address that failed three times is not tried again for a while"),
		  check_failures, NULL);
	cases_add(&cases, own_copy("fault: a fetch fails later"), check_fails, NULL);
	cases_add(&cases, own_copy("fault: the object stays with a broken address"), check_broken, NULL);
	cases_add(&cases, own_copy("fault: a file is lost after it was shown"), check_lost, NULL);
	cases_add(&cases, own_copy("fault: a fetch is held"), check_hold, NULL);
	cases_add(&cases, own_copy("fault: which fetch a rule hits"), check_which, NULL);
	cases_add(&cases, own_copy("without fetching files stay as they were given"), check_off, NULL);
	cases_add(&cases, own_copy("a copy of the store has the files"), check_copy, NULL);
	return cases_run("sandbox files", &cases);
}
