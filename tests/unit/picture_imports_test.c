/* The importer: what becomes of each file, how many are under way at once, and that whoever forgets or closes waits for nobody. Files come
 * from a server of the test, which stands for an Airtable of the operator's own; decoders are children of this program. */
#include "base/clock.h"
#include "base/md5.h"
#include "bridge/pictures/picture_imports.h"
#include "photos/child.h"
#include "tests/fakes/http_server.h"
#include "tests/unit/cases.h"

#include <stdatomic.h>
#include <string.h>

#define PATIENCE_MS 30000
#define PAUSE_MS    2
#define MANY        7

/* 96 x 48 pixels, four quarters, without metadata: kept as it is. */
static const unsigned char picture[] = {
	0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
	0x00, 0x00, 0x00, 0x60, 0x00, 0x00, 0x00, 0x30, 0x08, 0x02, 0x00, 0x00, 0x00, 0x61, 0x74, 0xe8,
	0x98, 0x00, 0x00, 0x00, 0x74, 0x49, 0x44, 0x41, 0x54, 0x68, 0x81, 0xed, 0xd0, 0x31, 0x0d, 0xc0,
	0x30, 0x10, 0x04, 0xb0, 0x80, 0x78, 0xfe, 0x78, 0x8a, 0x24, 0x73, 0x20, 0x64, 0xef, 0x52, 0x75,
	0xba, 0x1b, 0x2c, 0x19, 0x81, 0xd7, 0x9e, 0xa9, 0x32, 0x4f, 0x97, 0x15, 0x1f, 0x11, 0x24, 0x48,
	0x90, 0xa0, 0x22, 0xf1, 0x11, 0x41, 0x82, 0x04, 0x09, 0x2a, 0x22, 0x48, 0x90, 0x20, 0x41, 0x82,
	0x04, 0x09, 0x12, 0x24, 0xa8, 0x44, 0x7c, 0x44, 0x90, 0x20, 0x41, 0x82, 0x8a, 0x08, 0xfa, 0x0a,
	0x4a, 0x87, 0xbc, 0x9d, 0x33, 0x55, 0x04, 0x09, 0x12, 0x24, 0x48, 0x90, 0x20, 0x41, 0x82, 0x04,
	0x95, 0x88, 0x8f, 0x08, 0x12, 0x24, 0x48, 0x50, 0x11, 0x41, 0x82, 0x04, 0x09, 0x12, 0x24, 0x48,
	0x90, 0x20, 0x41, 0x25, 0xe2, 0x23, 0x82, 0xfe, 0xb9, 0x26, 0xe7, 0x81, 0x4b, 0x00, 0xa7, 0xe3,
	0xd2, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
};

/* ---- the server ---- */

static atomic_int at_once, most_at_once;

static void serve(void *context, struct fake_request *request)
{
	(void)context;
	if (strcmp(request->target, "/silent") == 0) {
		fake_pause_ms(request, PATIENCE_MS);
		fake_hang_up(request);
	} else if (strcmp(request->target, "/gone") == 0) {
		fake_answer(request, 404, "", "no");
	} else if (strcmp(request->target, "/busy") == 0) {
		fake_answer(request, 503, "", "later");
	} else if (strcmp(request->target, "/text") == 0) {
		fake_answer(request, 200, "", "Dear all,");
	} else {
		int now = atomic_fetch_add(&at_once, 1) + 1;
		if (now > atomic_load(&most_at_once))
			atomic_store(&most_at_once, now);
		fake_pause_ms(request, 20);
		atomic_fetch_sub(&at_once, 1);
		fake_say(request, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", sizeof picture);
		fake_send(request, picture, sizeof picture);
	}
}

struct stage {
	struct fake_server *server;
	struct picture_imports *imports;
	const struct picture_importer *importer;
	atomic_int woken;
};

static void over(void *context)
{
	atomic_fetch_add(&((struct stage *)context)->woken, 1);
}

static void begin(struct stage *stage, const char *program)
{
	*stage = (struct stage){.server = fake_server_open(serve, NULL)};
	const struct picture_imports_setup setup = {
		.own_airtable = fake_server_url(stage->server),
		.program = program,
		.over = over,
		.context = stage,
	};
	stage->imports = picture_imports_open(&setup);
	stage->importer = picture_imports_interface(stage->imports);
}

static void end(struct stage *stage)
{
	picture_imports_close(&stage->imports);
	fake_server_close(&stage->server);
}

static bool order(struct stage *stage, const char *attachment_id, const char *target)
{
	scoped_text url = own_format("%s%s", fake_server_url(stage->server), target);
	scoped_text name = own_format("%s.jpg", attachment_id);
	const struct picture_order wanted = {attachment_id, url, name, "item"};

	return stage->importer->order(stage->importer->self, &wanted);
}

static struct picture_import look(const struct stage *stage, const char *attachment_id)
{
	struct picture_import told;

	stage->importer->look(stage->importer->self, attachment_id, &told);
	return told;
}

static struct picture_import await(const struct stage *stage, const char *attachment_id)
{
	struct picture_import told = look(stage, attachment_id);

	for (int waited = 0; told.end == IMPORT_UNDER_WAY && waited < PATIENCE_MS; waited += PAUSE_MS) {
		clock_sleep_ms(PAUSE_MS);
		told = look(stage, attachment_id);
	}
	return told;
}

/* ---- what becomes of it ---- */

static void a_picture_is_ready(void **state)
{
	struct stage stage;
	char digest[MD5_TEXT_SIZE];

	(void)state;
	begin(&stage, NULL);
	assert_true(order(&stage, "att1", "/picture"));
	struct picture_import told = await(&stage, "att1");
	assert_int_equal(told.end, IMPORT_READY);
	assert_string_equal(told.words, "");
	md5_text(picture, sizeof picture, digest);
	assert_string_equal(told.digest, digest);
	assert_true(told.size > (int64_t)sizeof picture);

	scoped(json_object) both = stage.importer->renditions(stage.importer->self, "att1");
	struct json_object *large = json_child(both, "image-1440", json_type_object);
	assert_string_equal(json_text_or(large, "content_type", ""), "image/png");
	assert_int_equal(strlen(json_text_or(large, "data", "")), (sizeof picture + 2) / 3 * 4);
	assert_non_null(json_child(both, "thumbnail-128", json_type_object));

	assert_true(atomic_load(&stage.woken) > 0);
	scoped_text whose = stage.importer->next_over(stage.importer->self);
	assert_string_equal(whose, "item");
	assert_null(stage.importer->next_over(stage.importer->self));
	assert_false(picture_imports_are_under_way(stage.imports));

	stage.importer->forget(stage.importer->self, "att1");
	assert_int_equal(look(&stage, "att1").end, IMPORT_UNKNOWN);
	assert_null(stage.importer->renditions(stage.importer->self, "att1"));
	end(&stage);
}

static const struct end_case {
	const char *sentence;
	const char *target, *program;
	enum import_end end;
	const char *words;
} end_cases[] = {
	{"what is no picture is refused", "/text", NULL, IMPORT_REFUSED,
	 "“att1.jpg” could not be read as a picture"},
	{"what is gone is lost", "/gone", NULL, IMPORT_LOST, "“att1.jpg” could not be fetched"},
	{"what a busy server did not give failed", "/busy", NULL, IMPORT_FAILED,
	 "“att1.jpg” could not be fetched"},
	{"what crashes the decoder is refused", "/picture", "/bin/false", IMPORT_REFUSED,
	 "the decoder crashed on it"},
	{"without a decoder it failed", "/picture", "/nowhere/davenport", IMPORT_FAILED,
	 "the decoder cannot be started"},
};

static void check_end(void **state)
{
	const struct end_case *row = *state;
	struct stage stage;

	begin(&stage, row->program);
	assert_true(order(&stage, "att1", row->target));
	struct picture_import told = await(&stage, "att1");
	assert_int_equal(told.end, row->end);
	if (!strstr(told.words, row->words) || strstr(told.words, row->target))
		fail_msg("%s", told.words);
	assert_null(told.digest);
	end(&stage);
}

/* ---- how many ---- */

static void what_is_ordered_twice_is_fetched_once(void **state)
{
	struct stage stage;

	(void)state;
	begin(&stage, NULL);
	assert_true(order(&stage, "att1", "/picture"));
	assert_true(order(&stage, "att1", "/picture"));
	assert_int_equal(await(&stage, "att1").end, IMPORT_READY);
	assert_true(order(&stage, "att1", "/picture"));
	assert_int_equal(look(&stage, "att1").end, IMPORT_READY);
	assert_int_equal(fake_server_requests(stage.server), 1);
	end(&stage);
}

static void few_are_fetched_at_once(void **state)
{
	struct stage stage;

	(void)state;
	atomic_store(&most_at_once, 0);
	begin(&stage, "/bin/false");
	for (int i = 0; i < MANY; i++) {
		scoped_text id = own_format("att%d", i);
		assert_true(order(&stage, id, "/picture"));
	}
	for (int i = 0; i < MANY; i++) {
		scoped_text id = own_format("att%d", i);
		assert_int_equal(await(&stage, id).end, IMPORT_REFUSED);
	}
	assert_in_range(atomic_load(&most_at_once), 1, IMPORTS_AT_ONCE);
	assert_int_equal(fake_server_requests(stage.server), MANY);
	end(&stage);
}

static void so_many_may_wait(void **state)
{
	struct stage stage;

	(void)state;
	begin(&stage, NULL);
	for (int i = 0; i < IMPORTS_ORDERED_MOST; i++) {
		scoped_text id = own_format("att%d", i);
		assert_true(order(&stage, id, "/silent"));
	}
	assert_false(order(&stage, "one more", "/silent"));
	assert_int_equal(look(&stage, "one more").end, IMPORT_UNKNOWN);
	end(&stage);
}

/* ---- who goes away ---- */

static void what_is_forgotten_is_not_told(void **state)
{
	struct stage stage;

	(void)state;
	begin(&stage, NULL);
	assert_true(order(&stage, "att1", "/silent"));
	assert_true(picture_imports_are_under_way(stage.imports));
	stage.importer->forget(stage.importer->self, "att1");
	assert_int_equal(look(&stage, "att1").end, IMPORT_UNKNOWN);
	assert_false(picture_imports_are_under_way(stage.imports));
	assert_true(order(&stage, "att1", "/text"));
	assert_int_equal(await(&stage, "att1").end, IMPORT_REFUSED);
	end(&stage);
}

static void whoever_closes_waits_for_no_server(void **state)
{
	struct stage stage;

	(void)state;
	begin(&stage, NULL);
	assert_true(order(&stage, "att1", "/silent"));
	while (fake_server_requests(stage.server) == 0)
		clock_sleep_ms(PAUSE_MS);
	picture_imports_close(&stage.imports);
	assert_null(stage.imports);
	end(&stage);
}

int main(int count, char **words)
{
	struct cases cases = {0};

	if (photo_child_is_asked(count, words))
		photo_child_run();
	cases_add(&cases, own_copy("a picture is ready"), a_picture_is_ready, NULL);
	cases_add_table(&cases, end_cases, check_end);
	cases_add(&cases, own_copy("what is ordered twice is fetched once"),
		  what_is_ordered_twice_is_fetched_once, NULL);
	cases_add(&cases, own_copy("few are fetched at once"), few_are_fetched_at_once, NULL);
	cases_add(&cases, own_copy("so many may wait"), so_many_may_wait, NULL);
	cases_add(&cases, own_copy("what is forgotten is not told"), what_is_forgotten_is_not_told, NULL);
	cases_add(&cases, own_copy("whoever closes waits for no server"), whoever_closes_waits_for_no_server,
		  NULL);
	return cases_run("picture_imports", &cases);
}
