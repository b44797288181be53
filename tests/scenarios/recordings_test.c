/* Recorded syncs of the app, played by the bridge: each must end as recorded, or better by an entry that says why.
 *
 *   recordings_test [file...]    the files' scenarios, in sentences; without a file those of tests/vectors, as TAP */
#include "tests/fakes/vector_file.h"
#include "tests/scenarios/recording_better.h"
#include "tests/scenarios/recording_play.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_FILE "tests/vectors/sync-scenarios.json"

enum outcome { AS_RECORDED, BETTER, FAILED, SKIPPED, OUTCOME_COUNT };
static const char *const outcome_words[] = {"as recorded", "better", "failed", "skipped"};

struct run {
	struct stage *stage;
	bool tap;
	const char *only; /* part of a name, or NULL */
	int number;
	int counts[OUTCOME_COUNT];
	struct json_object *skipped; /* owned; {reason: count} */
};

static enum outcome play(struct run *run, const struct recording *recording, struct text *why)
{
	static const enum outcome of_verdict[] = {AS_RECORDED, BETTER, FAILED};
	const char *obstacle = recording_obstacle(recording);
	struct ends ends = {0};
	struct error error = {0};

	if (obstacle) {
		text_add(why, obstacle);
		return SKIPPED;
	}
	if (!recording_play(run->stage, recording, &ends, &error)) {
		text_add(why, error.text);
		return error.kind == ERROR_STOPPED ? SKIPPED : FAILED;
	}
	enum verdict verdict = recording_judge(recording, &ends, why);
	ends_done(&ends);
	return of_verdict[verdict];
}

static void tell(struct run *run, const char *name, enum outcome outcome, const struct text *why)
{
	const char *reason = text_or_empty(why);

	run->counts[outcome]++;
	run->number++;
	if (outcome == SKIPPED)
		json_put(run->skipped, reason, json_new_int(json_int_or(run->skipped, reason, 0) + 1));
	if (!run->tap)
		printf("%s: %s%s%s\n", outcome_words[outcome], name, *reason ? "\n    " : "", reason);
	else if (outcome == SKIPPED)
		printf("ok %d - %s # SKIP %s\n", run->number, name, reason);
	else
		printf("%sok %d - %s: %s%s%s\n", outcome == FAILED ? "not " : "", run->number, name,
		       outcome_words[outcome], *reason ? "\n# " : "", reason);
	fflush(stdout);
}

/* Whatever it ends like: what JSON can say and a document cannot keep is named where it is read, and is in nobody's way. */
static enum outcome judge_flawed(enum outcome outcome, const struct json_flaws *flaws, struct text *why)
{
	const struct json_flaw *flaw = json_flaws_below(flaws, "");

	if (outcome != FAILED || !flaw)
		return outcome;
	text_clear(why);
	text_format(why, "what cannot be kept as it is is set aside under its name: %s: %s",
		    flaw->path ? flaw->path : "", flaw->what);
	return BETTER;
}

static void run_one(struct run *run, struct json_object *json, struct json_object *shared,
		    const struct json_flaws *flaws)
{
	struct recording recording = {0};
	struct error error = {0};
	struct text why = {0};
	enum outcome outcome = FAILED;
	const char *name = json_text_or(json, "name", "a scenario without a name");

	if (run->only && !strstr(name, run->only))
		return;
	if (recording_read(json, shared, &recording, &error))
		outcome = judge_flawed(play(run, &recording, &why), flaws, &why);
	else
		text_add(&why, error.text);
	tell(run, name, outcome, &why);
	text_done(&why);
}

static void tell_unread(struct run *run, const char *name, const struct error *error)
{
	struct text why = {0};

	text_add(&why, error->text);
	tell(run, name, FAILED, &why);
	text_done(&why);
}

static void run_all(struct run *run, const char *path, struct vector_file *file)
{
	scoped(json_object) shared = NULL;

	for (;;) {
		scoped(json_object) json = NULL;
		struct json_flaws flaws = {0};
		struct error error = {0};
		enum vector_read read = vector_file_next(file, &json, &flaws, &error);
		if (read == VECTOR_END)
			return;
		scoped_text place = own_format("%s, number %zu", path, file->count);
		if (read != VECTOR_READ) {
			tell_unread(run, place, &error);
		} else if (strcmp(json_text_or(json, "name", ""), "_definitions") == 0) {
			json_release(shared);
			shared = take(json);
		} else {
			run_one(run, json, shared, &flaws);
		}
		json_flaws_done(&flaws);
	}
}

static void run_file(struct run *run, const char *path)
{
	struct vector_file file;
	struct error error = {0};

	if (vector_file_open(&file, path, &error))
		run_all(run, path, &file);
	else
		tell_unread(run, path, &error);
	vector_file_done(&file);
}

static void sum_up(const struct run *run)
{
	if (run->tap) {
		printf("1..%d\n", run->number);
		return;
	}
	printf("%d as recorded, %d better, %d failed, %d skipped\n", run->counts[AS_RECORDED],
	       run->counts[BETTER], run->counts[FAILED], run->counts[SKIPPED]);
	json_each (run->skipped, reason, count) {
		printf("    skipped %lld: %s\n", (long long)json_int_of(count), reason);
	}
	printf("%d passed, %d failed\n", run->counts[AS_RECORDED] + run->counts[BETTER], run->counts[FAILED]);
}

int main(int count, char **words)
{
	struct run run = {.tap = count < 2, .only = getenv("SCENARIO"), .skipped = json_new_object()};
	struct error error = {0};

	log_set_level(getenv("SCENARIO") ? LOG_INFO : LOG_ERROR);
	if (!stage_open(&run.stage, &error)) {
		printf("Bail out! %s\n", error.text);
		return 1;
	}
	if (run.tap)
		run_file(&run, DEFAULT_FILE);
	for (int i = 1; i < count; i++)
		run_file(&run, words[i]);
	sum_up(&run);
	stage_close(&run.stage);
	json_release(run.skipped);
	return run.counts[FAILED] > 0;
}
