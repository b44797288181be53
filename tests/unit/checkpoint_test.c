/* What the checkpoint in the source says against one that is remembered; what can be a place. */
#include "bridge/state/checkpoint.h"

#include "base/json.h"

#include "tests/unit/cases.h"

#include <string.h>

#define DATABASE "\"database\":\"3f1c0000-0000-4000-8000-000000000001\""
#define OTHER    "\"database\":\"3f1c0000-0000-4000-8000-000000000002\""

static struct json_object *parsed(const char *words)
{
	struct json_object *json = NULL;
	struct json_flaws flaws = {0};
	struct error error = {0};

	if (words)
		assert_true(json_read(words, strlen(words), &json, &flaws, &error));
	json_flaws_done(&flaws);
	return json;
}

static const struct judge_row {
	const char *sentence, *source, *remembered;
	enum checkpoint_finding finding;
} judge_rows[] = {
	{"nothing anywhere", NULL, NULL, CHECKPOINT_NONE},
	{"the state was lost", "{\"v\":1,\"count\":7," DATABASE "}", NULL, CHECKPOINT_NONE},
	{"both of the same write", "{\"v\":1,\"count\":7,\"session\":\"a\"," DATABASE "}",
	 "{\"v\":1,\"count\":7,\"session\":\"a\"," DATABASE "}", CHECKPOINT_KNOWN},
	{"a crash between both writes", "{\"v\":1,\"count\":8,\"session\":\"b\"," DATABASE "}",
	 "{\"v\":1,\"count\":7,\"session\":\"a\"," DATABASE "}", CHECKPOINT_KNOWN},
	{"the state was put back from a backup", "{\"v\":1,\"count\":90,\"session\":\"b\"," DATABASE "}",
	 "{\"v\":1,\"count\":7,\"session\":\"a\"," DATABASE "}", CHECKPOINT_KNOWN},
	{"the database was put back from a backup", "{\"v\":1,\"count\":6,\"session\":\"a\"," DATABASE "}",
	 "{\"v\":1,\"count\":7,\"session\":\"a\"," DATABASE "}", CHECKPOINT_BACK},
	{"the database was made anew", NULL, "{\"v\":1,\"count\":7,\"session\":\"a\"," DATABASE "}",
	 CHECKPOINT_ANEW},
	{"another database took its name", "{\"v\":1,\"count\":900,\"session\":\"a\"," OTHER "}",
	 "{\"v\":1,\"count\":7,\"session\":\"a\"," DATABASE "}", CHECKPOINT_ANEW},
	{"as many of another process: one was put back, and went on",
	 "{\"v\":1,\"count\":7,\"session\":\"b\"," DATABASE "}",
	 "{\"v\":1,\"count\":7,\"session\":\"a\"," DATABASE "}", CHECKPOINT_NONE},
	{"of a version that wrote no UUID", "{\"v\":1,\"count\":7,\"session\":\"a\"}",
	 "{\"v\":1,\"count\":7,\"session\":\"a\"}", CHECKPOINT_KNOWN},
	{"the first that has one reached the source alone",
	 "{\"v\":1,\"count\":8,\"session\":\"b\"," DATABASE "}", "{\"v\":1,\"count\":7,\"session\":\"a\"}",
	 CHECKPOINT_KNOWN},
	{"a backup of the version that wrote no UUID", "{\"v\":1,\"count\":6,\"session\":\"a\"}",
	 "{\"v\":1,\"count\":9,\"session\":\"b\"," DATABASE "}", CHECKPOINT_BACK},
	{"a count that is none", "{\"v\":1,\"count\":\"x\"}", "{\"v\":1,\"count\":7}", CHECKPOINT_NONE},
	{"a count below all", "{\"v\":1,\"count\":7}", "{\"v\":1,\"count\":-9223372036854775808}",
	 CHECKPOINT_NONE},
	{"a count beyond all", "{\"v\":1,\"count\":7}", "{\"v\":1,\"count\":9223372036854775807}",
	 CHECKPOINT_NONE},
	{"a newer version", "{\"v\":2,\"count\":7}", "{\"v\":2,\"count\":7}", CHECKPOINT_NONE},
	{"no object", "[]", "\"x\"", CHECKPOINT_NONE},
};

static void test_judge(void **state)
{
	const struct judge_row *row = *state;
	scoped(json_object) source = parsed(row->source);
	scoped(json_object) remembered = parsed(row->remembered);

	assert_int_equal(checkpoint_judge(source, remembered), row->finding);
}

static const struct place_row {
	const char *sentence, *checkpoint, *couch, *rows;
	int64_t listed_ms;
} place_rows[] = {
	{"both places", "{\"v\":1,\"count\":1,\"couch\":\"\\\"7-a\\\"\",\"rows\":{\"look\":5},\"listed\":9}",
	 "\"\\\"7-a\\\"\"", "{\"look\":5}", 9},
	{"a number", "{\"v\":1,\"count\":1,\"couch\":7}", "7", NULL, 0},
	{"none yet", "{\"v\":1,\"count\":1,\"couch\":null,\"rows\":null}", NULL, NULL, 0},
	{"nonsense", "{\"v\":1,\"count\":1,\"couch\":{},\"rows\":[],\"listed\":-5}", NULL, NULL, 0},
	{"a newer version", "{\"v\":2,\"count\":1,\"couch\":7,\"rows\":{}}", NULL, NULL, 0},
	{"none at all", NULL, NULL, NULL, 0},
};

static void expect_json(struct json_object *found, const char *expected)
{
	scoped_text words = found ? json_write(found) : NULL;

	assert_int_equal(found != NULL, expected != NULL);
	if (expected)
		assert_string_equal(words, expected);
}

static void test_places(void **state)
{
	const struct place_row *row = *state;
	scoped(json_object) checkpoint = parsed(row->checkpoint);

	expect_json(checkpoint_couch(checkpoint), row->couch);
	expect_json(checkpoint_rows(checkpoint), row->rows);
	assert_int_equal(checkpoint_listed_ms(checkpoint), row->listed_ms);
}

static const struct loss_row {
	const char *sentence, *source, *state;
	bool lost;
} loss_rows[] = {
	{"a first start has no ledger to lose", NULL, NULL, false},
	{"the state database is gone, or empty", "{\"v\":1,\"count\":7,\"couch\":5}", NULL, true},
	{"what a first start planted", "{\"v\":1,\"count\":1}", "{\"v\":1,\"count\":1}", false},
	{"what was planted anew, and nothing followed", "{\"v\":1,\"count\":8}", "{\"v\":1,\"count\":8}",
	 true},
	{"all was looked at since", "{\"v\":1,\"count\":9,\"couch\":5}", "{\"v\":1,\"count\":9,\"couch\":5}",
	 false},
	{"the database was made anew", NULL, "{\"v\":1,\"count\":9,\"couch\":5}", false},
};

static void test_loss(void **state)
{
	const struct loss_row *row = *state;
	scoped(json_object) source = parsed(row->source);
	scoped(json_object) remembered = parsed(row->state);

	assert_int_equal(checkpoint_is_ledger_lost(source, remembered), row->lost);
}

int main(void)
{
	struct cases cases = {0};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	cases_add_table(&cases, judge_rows, test_judge);
	cases_add_table(&cases, place_rows, test_places);
	cases_add_table(&cases, loss_rows, test_loss);
	return cases_run("the checkpoint", &cases);
}
