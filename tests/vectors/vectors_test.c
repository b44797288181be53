/* Runs files of vectors: what the app was seen to do. What a file holds is said by its name.
 *
 *   vectors_test            the copies in this folder, as cases of TAP
 *   vectors_test file...    these; failures and sums in words, at the end "N passed, N failed" */
#include "tests/unit/vectors.h"
#include "tests/vectors/vectors.h"

#include <string.h>

static const struct {
	const char *part; /* of the file's name */
	vector_run *run;
} kinds[] = {
	{"epc", vector_run_epc},
	{"save-item", vector_run_steps},
	{"delete-and-history", vector_run_steps},
	{"to-airtable", vector_run_to_airtable},
	{"from-airtable", vector_run_from_airtable},
};

struct sums {
	bool tap;
	size_t passed, failed, skipped, better;
	struct text skipped_names;
};

static vector_run *kind_of(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < countof(kinds); i++)
		if (strstr(name, kinds[i].part))
			return kinds[i].run;
	return NULL;
}

static void count(struct sums *sums, const char *path, const char *name, const struct vector_result *result)
{
	bool failed = result->words[0] != '\0' && !result->skipped;

	sums->skipped += result->skipped;
	sums->better += !failed && result->better != NULL;
	sums->failed += failed;
	sums->passed += !failed && !result->skipped;
	if (result->skipped)
		text_format(&sums->skipped_names, "%s%s", sums->skipped > 1 ? ", " : "", name);
	if (sums->tap)
		printf("%s %zu - %s%s%s%s\n", failed ? "not ok" : "ok",
		       sums->passed + sums->failed + sums->skipped, name, result->skipped ? " # SKIP " : "",
		       result->better && !failed ? ": better, " : "",
		       result->skipped             ? "only the app has it"
		       : result->better && !failed ? result->better
						   : "");
	else if (result->better && !failed)
		printf("better: %s › %s: %s\n", path, name, result->better);
	if (failed)
		printf("%s%s › %s\n%s    %s\n", sums->tap ? "# " : "FAILED ", path, name,
		       sums->tap ? "#" : "", result->words);
}

static void run_file(struct sums *sums, const char *path)
{
	scoped(json_object) vectors = vectors_read(path);
	struct json_object *definitions = NULL;
	vector_run *run = kind_of(path);

	for (size_t i = 0; i < json_length(vectors); i++) {
		struct json_object *vector = json_at(vectors, i);
		const char *name = json_text_or(vector, "name", "without a name");
		struct vector_result result = {0};
		if (strcmp(name, "_definitions") == 0) {
			definitions = vector;
			continue;
		}
		if (run)
			run(vector, definitions, &result);
		else
			vector_fail(&result, "the file's name says no kind of vectors");
		count(sums, path, name, &result);
	}
}

int main(int count_of_words, char **words)
{
	static const char *const copies[] = {
		"tests/vectors/epc.json",
		"tests/vectors/save-item.json",
		"tests/vectors/delete-and-history.json",
		"tests/vectors/to-airtable.json",
		"tests/vectors/from-airtable.json",
	};
	struct sums sums = {.tap = count_of_words < 2};

	for (int i = 1; i < count_of_words; i++)
		run_file(&sums, words[i]);
	for (size_t i = 0; sums.tap && i < countof(copies); i++)
		run_file(&sums, copies[i]);
	if (sums.tap)
		printf("1..%zu\n", sums.passed + sums.failed + sums.skipped);
	else
		printf("%zu better than recorded; skipped, for only the app has it: %zu%s%s\n%zu passed, %zu "
		       "failed\n",
		       sums.better, sums.skipped, sums.skipped > 0 ? ": " : "",
		       text_or_empty(&sums.skipped_names), sums.passed, sums.failed);
	text_done(&sums.skipped_names);
	return sums.failed > 0;
}
