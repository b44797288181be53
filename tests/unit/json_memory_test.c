/* What a JSON text may take in memory: few bytes of text can stand for many values. */
#include "base/json.h"
#include "tests/unit/cases.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define DOCUMENT_BYTES ((size_t)8000000) /* the largest document that CouchDB takes by itself */
#define MOST_KIB       (64 << 10)

/* 'before', then 'part' until the text has the length of a document, then 'after'. */
static char *filled(const char *before, const char *part, const char *last, const char *after)
{
	struct text text = {.ceiling = 2 * DOCUMENT_BYTES};

	text_add(&text, before);
	while (text.length < DOCUMENT_BYTES)
		text_add(&text, part);
	text_add(&text, last);
	text_add(&text, after);
	return text_take(&text);
}

static const struct dense {
	const char *sentence, *part, *last;
} dense[] = {
	{"objects", "{},", "{}"},
	{"arrays", "[],", "[]"},
	{"objects with a member", "{\"a\":0},", "{}"},
	{"texts", "\"\",", "\"\""},
	{"numbers", "0,", "0"},
	{"fractions", "1.5,", "1.5"},
	{"nulls", "null,", "null"},
	{"arrays of arrays", "[[[[]]]],", "[]"},
};

/* In a process of its own, whose memory was never larger than what is asked about. */
static void check_dense(void **state)
{
	const struct dense *test = *state;
	pid_t child = fork();
	struct rusage usage;
	int status = 0;

	assert_true(child >= 0);
	if (child == 0) {
		struct json_object *json = NULL;
		struct error error;
		scoped_text text = filled("{\"_id\":\"item-1\",\"data\":[", test->part, test->last, "]}");
		bool good = json_read(text, strlen(text), &json, NULL, &error);
		_exit(good ? 1 : strstr(error.text, "memory") ? 0 : 2);
	}
	assert_int_equal(wait4(child, &status, 0, &usage), child);
	assert_true(WIFEXITED(status));
	/* What is sparse enough may be read. */
	assert_in_range(WEXITSTATUS(status), 0, strcmp(test->part, "null,") == 0 ? 1 : 0);
#ifndef __SANITIZE_ADDRESS__
	assert_in_range(usage.ru_maxrss, 0, MOST_KIB);
#endif
}

/* In a list it is the document that is left out, and named; its neighbours are read. */
static void check_neighbours(void **state)
{
	const struct dense *test = *state;
	struct json_flaws flaws = {0};
	struct json_object *json = NULL;
	struct error error;
	scoped_text text = filled("{\"rows\":[{\"doc\":{\"_id\":\"item-1\"}},{\"id\":\"item-2\",\"doc\":[",
				  test->part, test->last, "]},{\"doc\":{\"_id\":\"item-3\"}}]}");

	assert_true(json_read(text, strlen(text), &json, &flaws, &error));
	struct json_object *rows = json_child(json, "rows", json_type_array);
	assert_int_equal(json_length(rows), 3);
	if (strcmp(test->part, "null,") != 0) {
		const struct json_flaw *flaw = json_flaws_below(&flaws, "/rows/1/doc");
		assert_non_null(flaw);
		assert_non_null(strstr(flaw->what, "memory"));
		assert_string_equal(json_text_or(json_at(rows, 1), "id", ""), "item-2");
		assert_null(json_child(json_at(rows, 1), "doc", json_type_array));
	}
	for (size_t i = 0; i < 3; i += 2) {
		scoped_text path = own_format("/rows/%zu", i);
		struct json_object *document = json_child(json_at(rows, i), "doc", json_type_object);
		assert_null(json_flaws_below(&flaws, path));
		assert_string_equal(json_text_or(document, "_id", ""), i == 0 ? "item-1" : "item-3");
	}
	json_flaws_done(&flaws);
	json_release(json);
}

/* A long text is no amplification: a document of the largest size is read. */
static void check_long_text(void **state)
{
	struct json_object *json = NULL;
	struct error error;
	scoped_text text = filled("{\"_id\":\"item-1\",\"data\":{\"notes\":\"", "x", "", "\"}}");

	(void)state;
	assert_true(json_read(text, strlen(text), &json, NULL, &error));
	json_release(json);
}

/* A value that is too deep is left out of its document, which is named, and its neighbours are read. */
static void check_depth_in_list(void **state)
{
	struct json_flaws flaws = {0};
	struct json_object *json = NULL;
	struct text text = {0};
	struct error error;

	(void)state;
	text_add(&text, "{\"rows\":[{\"doc\":{\"deep\":");
	for (int i = 0; i < JSON_DEPTH_LIMIT; i++)
		text_add(&text, "[\"]}\",");
	text_add(&text, "0");
	for (int i = 0; i < JSON_DEPTH_LIMIT; i++)
		text_add(&text, "]");
	text_add(&text, "}},{\"doc\":{\"_id\":\"item-2\"}}]}");
	assert_true(json_read(text_or_empty(&text), text.length, &json, &flaws, &error));
	const struct json_flaw *flaw = json_flaws_below(&flaws, "/rows/0");
	assert_non_null(flaw);
	assert_non_null(strstr(flaw->what, "nested too deeply"));
	assert_null(json_flaws_below(&flaws, "/rows/1"));
	struct json_object *rows = json_child(json, "rows", json_type_array);
	assert_string_equal(json_text_or(json_child(json_at(rows, 1), "doc", json_type_object), "_id", ""),
			    "item-2");
	json_flaws_done(&flaws);
	json_release(json);
	text_done(&text);
}

/* What is left out must still come to its end. */
static void check_depth_without_end(void **state)
{
	struct json_flaws flaws = {0};
	struct json_object *json = NULL;
	struct text text = {0};
	struct error error;

	(void)state;
	for (int i = 0; i < 2 * JSON_DEPTH_LIMIT; i++)
		text_add(&text, "[");
	assert_false(json_read(text_or_empty(&text), text.length, &json, &flaws, &error));
	text_done(&text);
}

int main(void)
{
	struct cases cases = {0};

	for (size_t i = 0; i < countof(dense); i++) {
		cases_add(&cases,
			  own_format("a document full of %s is refused, in few bytes", dense[i].sentence),
			  check_dense, &dense[i]);
		cases_add(&cases,
			  own_format("beside a document full of %s others are read", dense[i].sentence),
			  check_neighbours, &dense[i]);
	}
	cases_add(&cases, own_copy("a document of one long text is read"), check_long_text, NULL);
	cases_add(&cases, own_copy("a document that is nested too deeply stops only itself"),
		  check_depth_in_list, NULL);
	cases_add(&cases, own_copy("what is nested too deeply has to have an end"), check_depth_without_end,
		  NULL);
	return cases_run("json memory", &cases);
}
