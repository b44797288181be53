/* Whatever a file of recorded scenarios holds, reading and judging one comes to an end: each scenario with some place
 * dropped or of another type, judged against its own recorded end. */
#include "tests/fakes/spoil.h"
#include "tests/fakes/vector_file.h"
#include "tests/scenarios/recording_better.h"
#include "tests/unit/cases.h"

#include <string.h>

#define FILE_NAME     "tests/vectors/sync-scenarios.json"
#define PLACES_OF_ONE 25 /* of a scenario that are spoiled, evenly spread over it */

/* What our end might be: theirs. */
static struct ends ends_of(struct json_object *json)
{
	struct json_object *documents = json_child(json, "final_docs", json_type_array);
	struct json_object *rows = json_child(json, "final_records", json_type_object);

	return (struct ends){documents ? json_copy(documents) : json_new_array(),
			     rows ? json_copy(rows) : json_new_object()};
}

static void judge_spoiled(struct json_object *good, struct json_object *shared, size_t place,
			  const char *instead)
{
	scoped(json_object) json = json_copy(good);
	struct ends ends = ends_of(good);
	struct recording recording = {0};
	struct error error = {0};
	struct text why = {0};

	assert_true(spoil(json, place, instead));
	if (!recording_read(json, shared, &recording, &error))
		assert_string_not_equal(error.text, "");
	else if (!recording_obstacle(&recording) &&
		 recording_judge(&recording, &ends, &why) == VERDICT_FAILED)
		assert_true(why.length > 0);
	text_done(&why);
	ends_done(&ends);
}

static void a_scenario_that_lacks_something_comes_to_an_end(void **unused)
{
	scoped(json_object) shared = NULL;
	struct vector_file file;
	struct error error = {0};

	(void)unused;
	assert_true(vector_file_open(&file, FILE_NAME, &error));
	for (;;) {
		scoped(json_object) json = NULL;
		struct json_flaws flaws = {0};
		enum vector_read read = vector_file_next(&file, &json, &flaws, &error);
		json_flaws_done(&flaws);
		if (read == VECTOR_END)
			break;
		assert_int_equal(read, VECTOR_READ);
		if (strcmp(json_text_or(json, "name", ""), "_definitions") == 0) {
			json_release(shared);
			shared = take(json);
			continue;
		}
		size_t places = spoil_places(json), step = places / PLACES_OF_ONE + 1;
		for (size_t place = 0; place < places; place += step)
			for (size_t i = 0; i < spoil_count; i++)
				judge_spoiled(json, shared, place, spoil_with[i]);
	}
	vector_file_done(&file);
}

/* ---- ids ---- */

static const struct translated {
	const char *sentence, *from, *to; /* with "a" of theirs for "uuid" of ours, "recT" for "recO" */
} translations[] = {
	{"an id alone", "\"a\"", "\"uuid\""},
	{"behind its type", "{\"_id\":\"item-a\"}", "{\"_id\":\"item-uuid\"}"},
	{"in a list of links", "[\"recT\",\"recX\"]", "[\"recO\",\"recX\"]"},
	{"within an id", "\"zzd-history-x-1-item-a-sync-2-3\"", "\"zzd-history-x-1-item-uuid-sync-2-3\""},
	{"a table in front", "\"Items/recT\"", "\"Items/recO\""},
	{"as a key", "{\"recT\":{\"a\":1}}", "{\"recO\":{\"uuid\":1}}"},
	{"not inside of words", "\"Item and a half: what a day\"", "\"Item and a half: what a day\""},
	{"not the beginning of another", "\"ab\"", "\"ab\""},
	{"not the end of another", "\"ba\"", "\"ba\""},
	{"numbers and truths stay", "[1,2.5,true,null,{}]", "[1,2.5,true,null,{}]"},
	{"quotes and breaks", "\"\\\"a\\\"\\n\"", "\"\\\"a\\\"\\n\""},
};

static struct json_object *parsed(const char *words)
{
	struct json_object *json = NULL;

	assert_true(json_read(words, strlen(words), &json, NULL, NULL));
	return json;
}

static void ids_are_the_others(void **row)
{
	const struct translated *case_ = *row;
	scoped(json_object) from = parsed(case_->from);
	scoped(json_object) to = parsed(case_->to);
	struct ids ids = {0};

	ids_pair(&ids, "uuid", "a");
	ids_pair(&ids, "recO", "recT");
	scoped(json_object) ours = ids_to_ours(&ids, from);
	scoped(json_object) theirs = ids_to_theirs(&ids, to);
	assert_true(json_equal(ours, to));
	assert_true(json_equal(theirs, from));
	ids_done(&ids);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, translations, ids_are_the_others);
	cases_add(&cases, own_copy("each scenario, with some place spoiled"),
		  a_scenario_that_lacks_something_comes_to_an_end, NULL);
	return cases_run("recordings that are malformed", &cases);
}
