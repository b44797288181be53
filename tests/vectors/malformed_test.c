/* Whatever a file of vectors holds, the runner and what it runs come to their ends: vectors that lack something or have it
 * of another type, and files that are cut or spoiled. How each ends does not matter here; that it does, and in words. */
#include "tests/fakes/spoil.h"
#include "tests/fakes/vector_file.h"
#include "tests/unit/cases.h"
#include "tests/vectors/vectors.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PLACES_OF_ONE 8    /* of a vector that are spoiled, evenly spread over it */
#define SPOILED_TEXTS 3000 /* files, each with some bytes changed */

static const char *const files[] = {
	"tests/vectors/epc.json",
	"tests/vectors/save-item.json",
	"tests/vectors/delete-and-history.json",
	"tests/vectors/to-airtable.json",
	"tests/vectors/from-airtable.json",
	"tests/vectors/images.json",
};

/* ---- vectors ---- */

static void run_spoiled(vector_run *run, struct json_object *vector, struct json_object *definitions,
			size_t place, const char *words)
{
	scoped(json_object) spoiled = json_copy(vector);
	struct vector_result result = {0};

	assert_true(spoil(spoiled, place, words));
	run(spoiled, definitions, &result);
	if (result.skipped)
		assert_string_not_equal(result.skipped_name, "");
}

static void spoil_vector(vector_run *run, struct json_object *vector, struct json_object *definitions)
{
	size_t places = spoil_places(vector), step = places / PLACES_OF_ONE + 1;

	for (size_t place = 0; place < places; place += step)
		for (size_t i = 0; i < spoil_count; i++)
			run_spoiled(run, vector, definitions,
				    place + i % step < places ? place + i % step : place, spoil_with[i]);
}

static void a_vector_that_lacks_something_comes_to_an_end(void **row)
{
	const char *path = *row;
	scoped(json_object) definitions = NULL;
	struct vector_file file;
	struct error error = {0};

	assert_true(vector_file_open(&file, path, &error));
	for (;;) {
		scoped(json_object) vector = NULL;
		struct json_flaws flaws = {0};
		enum vector_read read = vector_file_next(&file, &vector, &flaws, &error);
		json_flaws_done(&flaws);
		if (read == VECTOR_END)
			break;
		assert_int_equal(read, VECTOR_READ);
		if (strcmp(json_text_or(vector, "name", ""), "_definitions") == 0) {
			json_release(definitions);
			definitions = take(vector);
			continue;
		}
		spoil_vector(vector_kind(path), vector, definitions);
		spoil_vector(vector_kind(path), vector, NULL);
	}
	vector_file_done(&file);
}

/* ---- files ---- */

static const struct text_of_file {
	const char *sentence, *bytes;
	size_t read, broken; /* elements that were read, and that were not */
	const char *words;   /* of the last that was not */
} texts[] = {
	{"an empty file", "", 0, 1, "holds no list of vectors"},
	{"an object", "{\"name\":1}", 0, 1, "holds no list of vectors"},
	{"an empty list", " [ ] \n", 0, 0, ""},
	{"an element of each kind", "[1,\"a\",null,[],{}]", 5, 0, ""},
	{"brackets and quotes in texts", "[{\"a]\":\"[\\\"}\"},2]", 2, 0, ""},
	{"one broken element among good ones", "[{},{\"a\"},{}]", 2, 1, "expected"},
	{"a list that is cut", "[{},{\"a\":1}", 2, 1, "the list has no end"},
	{"a text that is cut", "[{},{\"a", 1, 2, "the list has no end"},
	{"something behind the list", "[{}] []", 1, 1, "something stands behind the list"},
	{"a comma at the end", "[{},]", 1, 1, ""},
	{"two lists in one", "[{}][{}]", 1, 1, "something stands behind the list"},
};

static void write_file(const char *path, const char *bytes, size_t length)
{
	FILE *stream = fopen(path, "wb");

	assert_non_null(stream);
	assert_int_equal(fwrite(bytes, 1, length, stream), length);
	assert_int_equal(fclose(stream), 0);
}

struct counts {
	size_t read, broken;
	struct error last;
};

static void count_elements(const char *path, struct counts *counts)
{
	struct vector_file file;

	*counts = (struct counts){0};
	if (!vector_file_open(&file, path, &counts->last)) {
		counts->broken++;
		vector_file_done(&file);
		return;
	}
	for (;;) {
		scoped(json_object) vector = NULL;
		struct json_flaws flaws = {0};
		enum vector_read read = vector_file_next(&file, &vector, &flaws, &counts->last);
		json_flaws_done(&flaws);
		if (read == VECTOR_END)
			break;
		counts->read += read == VECTOR_READ;
		counts->broken += read != VECTOR_READ;
		if (read != VECTOR_READ)
			assert_string_not_equal(counts->last.text, "");
	}
	vector_file_done(&file);
}

static void temporary(char path[64])
{
	snprintf(path, 64, "/tmp/davenport-vectors-XXXXXX");
	int descriptor = mkstemp(path);
	assert_true(descriptor >= 0);
	close(descriptor);
}

static void a_file_is_read_as_far_as_it_goes(void **row)
{
	const struct text_of_file *text = *row;
	struct counts counts;
	char path[64];

	temporary(path);
	write_file(path, text->bytes, strlen(text->bytes));
	count_elements(path, &counts);
	remove(path);
	assert_int_equal(counts.read, text->read);
	assert_int_equal(counts.broken, text->broken);
	if (text->broken && !strstr(counts.last.text, text->words))
		fail_msg("\"%s\" was expected to hold \"%s\"", counts.last.text, text->words);
}

static void a_file_that_is_not_there_is_said(void **unused)
{
	struct vector_file file;
	struct error error = {0};

	(void)unused;
	assert_false(vector_file_open(&file, "/tmp/davenport-is-not-there/epc.json", &error));
	assert_non_null(strstr(error.text, "cannot be opened"));
	vector_file_done(&file);
	assert_false(vector_file_open(&file, "/tmp", &error));
	assert_string_not_equal(error.text, "");
	vector_file_done(&file);
}

static void what_is_nested_too_deeply_is_told_from_what_is_broken(void **unused)
{
	struct text bytes = {0};
	struct vector_file file;
	struct error error = {0};
	struct json_object *vector = NULL;
	struct json_flaws flaws = {0};
	char path[64];

	(void)unused;
	text_add(&bytes, "[");
	for (int i = 0; i < 100000; i++)
		text_add(&bytes, "[");
	for (int i = 0; i < 100000; i++)
		text_add(&bytes, "]");
	text_add(&bytes, ",{}]");
	temporary(path);
	write_file(path, text_or_empty(&bytes), bytes.length);
	assert_true(vector_file_open(&file, path, &error));
	assert_int_equal(vector_file_next(&file, &vector, &flaws, &error), VECTOR_DEEP);
	assert_int_equal(vector_file_next(&file, &vector, &flaws, &error), VECTOR_READ);
	json_release(vector);
	json_flaws_done(&flaws);
	assert_int_equal(vector_file_next(&file, &vector, &flaws, &error), VECTOR_END);
	vector_file_done(&file);
	remove(path);
	text_done(&bytes);
}

static uint64_t state = 1;

static size_t below(size_t limit)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (size_t)((state >> 33) % limit);
}

static void a_file_that_is_spoiled_comes_to_an_end(void **unused)
{
	static const char bytes[] =
		"[{\"a\":[1,2.5,{\"b\":\"c\\u00e9\\\"\"}],\"d\":null},{\"e\":\"\\ud83d\\ude00\"},"
		"[true,false],\"\",-0.1e5,{\"f\":{\"g\":{\"h\":[[[]]]}}}]";
	static const char odd[] = "[]{}\",:\\0eE-+.u\0\xff\xc3 n";
	char path[64], spoiled[sizeof bytes];
	struct counts counts;

	(void)unused;
	temporary(path);
	for (int i = 0; i < SPOILED_TEXTS; i++) {
		size_t length = below(4) == 0 ? below(sizeof bytes) : sizeof bytes - 1;
		memcpy(spoiled, bytes, sizeof bytes);
		for (size_t changes = below(6); changes > 0; changes--)
			spoiled[below(sizeof bytes - 1)] = odd[below(sizeof odd - 1)];
		write_file(path, spoiled, length);
		count_elements(path, &counts);
		assert_true(counts.read + counts.broken <= sizeof bytes);
	}
	remove(path);
}

int main(void)
{
	struct cases cases = {0};

	for (size_t i = 0; i < countof(files); i++)
		cases_add(&cases, own_format("each vector of %s, with some place spoiled", files[i]),
			  a_vector_that_lacks_something_comes_to_an_end, files[i]);
	cases_add_table(&cases, texts, a_file_is_read_as_far_as_it_goes);
	cases_add(&cases, own_copy("a file that is not there"), a_file_that_is_not_there_is_said, NULL);
	cases_add(&cases, own_copy("an element that is nested too deeply"),
		  what_is_nested_too_deeply_is_told_from_what_is_broken, NULL);
	cases_add(&cases, own_copy("files with changed bytes"), a_file_that_is_spoiled_comes_to_an_end, NULL);
	return cases_run("vectors that are malformed", &cases);
}
