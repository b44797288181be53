/* Runs files of vectors: what the app was seen to do. What a file holds is said by its name.
 *
 *   vectors_test            the copies in this folder, as cases of TAP
 *   vectors_test file...    these; failures and sums in words, at the end "N passed, N failed"
 *
 * Whatever a file holds, all of them are run to their ends. */
#include "tests/fakes/vector_file.h"
#include "tests/vectors/vectors.h"

#include <stdio.h>
#include <string.h>

struct sums {
	bool tap;
	size_t passed, failed, skipped, better;
	struct json_object *skipped_names; /* owned; {name: how many} */
};

/* ---- telling ---- */

static void tell_case(const struct sums *sums, const char *name, const struct vector_result *result)
{
	bool failed = result->words[0] != '\0';

	printf("%s %zu - %s", failed ? "not ok" : "ok", sums->passed + sums->failed + sums->skipped, name);
	if (result->skipped)
		printf(" # SKIP only the app has %s", result->skipped_name);
	else if (result->better && !failed)
		printf(": better, %s%s%s", result->better, *result->note ? ": " : "", result->note);
	printf("\n");
}

static void count(struct sums *sums, const char *path, const char *name, struct vector_result *result)
{
	if (result->skipped)
		result->words[0] = '\0';
	bool failed = result->words[0] != '\0', better = !failed && !result->skipped && result->better;

	sums->skipped += result->skipped;
	sums->better += better;
	sums->failed += failed;
	sums->passed += !failed && !result->skipped;
	if (result->skipped)
		json_put(sums->skipped_names, result->skipped_name,
			 json_new_int(json_int_or(sums->skipped_names, result->skipped_name, 0) + 1));
	if (sums->tap)
		tell_case(sums, name, result);
	else if (better)
		printf("better: %s › %s: %s%s%s\n", path, name, result->better, *result->note ? ": " : "",
		       result->note);
	if (failed)
		printf("%s%s › %s\n%s    %s\n", sums->tap ? "# " : "FAILED ", path, name,
		       sums->tap ? "#" : "", result->words);
}

static void tell_sums(const struct sums *sums)
{
	if (sums->tap) {
		printf("1..%zu\n", sums->passed + sums->failed + sums->skipped);
		return;
	}
	printf("%zu better than recorded; skipped, for only the app has it: %zu", sums->better,
	       sums->skipped);
	json_each (sums->skipped_names, name, times)
		printf(", %s %d times", name, (int)json_int_of(times));
	printf("\n%zu passed, %zu failed\n", sums->passed, sums->failed);
}

/* ---- running ---- */

static void run_vector(struct sums *sums, const char *path, struct json_object *vector,
		       struct json_object *definitions, const struct json_flaws *flaws)
{
	vector_run *run = vector_kind(path);
	struct vector_result result = {0};

	if (!json_is(vector, json_type_object))
		vector_fail(&result, "a vector is an object, this is %s", json_type_word(vector));
	else if (flaws->count > 0)
		vector_run_flawed(run, vector, definitions, flaws, &result);
	else
		run(vector, definitions, &result);
	count(sums, path, json_text_or(vector, "name", "without a name"), &result);
}

static void count_unread(struct sums *sums, const char *path, const char *name, const struct error *error,
			 bool deep)
{
	struct vector_result result = {0};

	if (deep)
		result.better = "what is nested deeper than can be read is set aside under its name";
	if (deep)
		snprintf(result.note, sizeof result.note, "%s", error->text);
	else
		vector_fail(&result, "%s", error->text);
	count(sums, path, name, &result);
}

static void run_all(struct sums *sums, const char *path, struct vector_file *file)
{
	scoped(json_object) definitions = NULL;

	for (;;) {
		scoped(json_object) vector = NULL;
		struct json_flaws flaws = {0};
		struct error error = {0};
		enum vector_read read = vector_file_next(file, &vector, &flaws, &error);
		if (read == VECTOR_END)
			return;
		scoped_text place = own_format("number %zu", file->count);
		if (read != VECTOR_READ)
			count_unread(sums, path, place, &error, read == VECTOR_DEEP);
		else if (strcmp(json_text_or(vector, "name", ""), "_definitions") == 0) {
			json_release(definitions);
			definitions = take(vector);
		} else
			run_vector(sums, path, vector, definitions, &flaws);
		json_flaws_done(&flaws);
	}
}

static void run_file(struct sums *sums, const char *path)
{
	struct vector_file file;
	struct error error = {0};

	if (!vector_kind(path))
		(void)error_set(&error, ERROR_REFUSED, "the file's name says no kind of vectors");
	if (*error.text || !vector_file_open(&file, path, &error)) {
		count_unread(sums, path, "the file", &error, false);
		return;
	}
	run_all(sums, path, &file);
	vector_file_done(&file);
}

int main(int count_of_words, char **words)
{
	static const char *const copies[] = {
		"tests/vectors/epc.json",
		"tests/vectors/save-item.json",
		"tests/vectors/delete-and-history.json",
		"tests/vectors/to-airtable.json",
		"tests/vectors/from-airtable.json",
		"tests/vectors/images.json",
	};
	struct sums sums = {.tap = count_of_words < 2, .skipped_names = json_new_object()};

	for (int i = 1; i < count_of_words; i++)
		run_file(&sums, words[i]);
	for (size_t i = 0; sums.tap && i < countof(copies); i++)
		run_file(&sums, copies[i]);
	tell_sums(&sums);
	json_release(sums.skipped_names);
	return sums.failed > 0;
}
