/* The plan of faults: which request is hit by which rule, and which rules are refused. What a fault does is tried over
 * HTTP in sandbox_server_test. */
#include "base/json.h"
#include "sandbox/faults.h"
#include "tests/unit/cases.h"

#include <string.h>
#include <unistd.h>

/* Requests 1 to 9 of every story. */
static const struct {
	const char *method, *uri;
	enum sandbox_kind kind;
} requests[] = {
	{"GET", "/v0/app1/Items", KIND_LIST},
	{"PATCH", "/v0/app1/Items", KIND_UPSERT},
	{"PATCH", "/v0/app1/Collections", KIND_UPDATE},
	{"GET", "/v0/app1/Collections", KIND_LIST},
	{"POST", "/v0/app1/Items/listRecords", KIND_LIST},
	{"DELETE", "/v0/app1/Items?records[]=rec1", KIND_DELETE},
	{"POST", "/v0/app1/Items", KIND_CREATE},
	{"GET", "/v0/meta/bases/app1/tables", KIND_SCHEMA},
	{"PATCH", "/v0/app1/Items", KIND_UPDATE},
};

struct plan {
	const char *sentence;
	const char *rules;
	const char *hits; /* the first letter of what each of the nine gets, '.' for nothing */
	int left;
};

static const struct plan plans[] = {
	{"no rules", "[]", ".........", 0},
	{"the third", "[{\"at\":3,\"fault\":\"cut\"}]", "..c......", 0},
	{"the third and the seventh", "[{\"at\":[3,7],\"fault\":\"cut\"}]", "..c...c..", 0},
	{"one beyond the end", "[{\"at\":10,\"fault\":\"cut\"}]", ".........", 1},
	{"the next", "[{\"fault\":\"timeout\"}]", "t........", 0},
	{"the next write", "[{\"write\":true,\"fault\":\"edit\"}]", ".e.......", 0},
	{"the next read", "[{\"write\":false,\"fault\":\"stale-read\"}]", "s........", 0},
	{"the third write", "[{\"write\":true,\"nth\":3,\"fault\":\"edit\"}]", ".....e...", 0},
	{"every second write", "[{\"write\":true,\"every\":2,\"fault\":\"edit\"}]", "..e...e..", 1},
	{"every second write, once", "[{\"write\":true,\"every\":2,\"times\":1,\"fault\":\"edit\"}]",
	 "..e......", 0},
	{"the first two writes", "[{\"write\":true,\"times\":2,\"fault\":\"edit\"}]", ".ee......", 0},
	{"by method", "[{\"method\":\"DELETE\",\"fault\":\"cut\"}]", ".....c...", 0},
	{"by path", "[{\"pathContains\":\"Collections\",\"fault\":\"cut\"}]", "..c......", 0},
	{"by path, the second", "[{\"pathContains\":\"Collections\",\"nth\":2,\"fault\":\"cut\"}]",
	 "...c.....", 0},
	{"by kind", "[{\"kind\":\"list\",\"nth\":3,\"fault\":\"skip-row\"}]", "....s....", 0},
	{"by filters in an object of their own",
	 "[{\"by\":{\"method\":\"POST\",\"write\":true},\"fault\":\"cut\"}]", "......c..", 0},
	{"by number and a filter that does not fit", "[{\"at\":1,\"write\":true,\"fault\":\"cut\"}]",
	 ".........", 1},
	{"two rules for one request: the first of the plan, then the other",
	 "[{\"at\":2,\"fault\":\"cut\"},{\"write\":true,\"nth\":2,\"fault\":\"hold\"}]", ".ch......", 0},
	{"two rules that wait for the same: both count it",
	 "[{\"write\":true,\"fault\":\"cut\"},{\"write\":true,\"fault\":\"timeout\"}]", ".ct......", 0},
	{"a status", "[{\"at\":1,\"fault\":\"503\"},{\"at\":2,\"fault\":\"429\"}]", "54.......", 0},
	{"a kill", "[{\"at\":4,\"fault\":\"kill\",\"pid\":99999,\"point\":\"applied\"}]", "...k.....", 0},
};

static struct json_object *parse(const char *words)
{
	struct json_object *json = NULL;
	struct error error = {0};

	if (!json_read(words, strlen(words), &json, NULL, &error))
		fail_msg("%s: %s", words, error.text);
	return json;
}

static void check_plan(void **state)
{
	const struct plan *plan = *state;
	struct sandbox_faults faults = {0};
	scoped(json_object) rules = parse(plan->rules);
	struct error error = {0};
	char hits[countof(requests) + 1] = "";

	/* Numbers count from the posting of the rules. */
	if (!sandbox_faults_add(&faults, rules, 100, true, &error))
		fail_msg("%s", error.text);
	for (size_t i = 0; i < countof(requests); i++) {
		struct sandbox_fault_request request = {101 + i, requests[i].kind, requests[i].method,
							requests[i].uri};
		struct sandbox_fault *fault = sandbox_faults_next(&faults, &request);
		hits[i] = fault ? *json_text_or(fault->json, "fault", "?") : '.';
		sandbox_fault_close(&fault);
	}
	assert_string_equal(hits, plan->hits);
	assert_int_equal(faults.count, plan->left);
	sandbox_faults_done(&faults);
}

struct refusal {
	const char *sentence, *rules, *words;
};

static const struct refusal refusals[] = {
	{"a plan that is no array", "{}", "an array of faults is needed"},
	{"a plan that is null", "null", "an array of faults is needed"},
	{"a rule that is no object", "[1]", "fault 1 is no object"},
	{"a rule without a fault", "[{\"at\":1}]", "a fault's name cannot be \"\""},
	{"a fault that is none", "[{\"fault\":\"explode\"}]", "a fault's name cannot be \"explode\""},
	{"a status that is none", "[{\"fault\":\"200\"}]", "a fault's name cannot be \"200\""},
	{"a number before the first", "[{\"at\":0,\"fault\":\"cut\"}]", "a fault's at cannot be \"0\""},
	{"a number that is none", "[{\"at\":\"1\",\"fault\":\"cut\"}]", "a fault's at cannot be \""},
	{"numbers of which one is none", "[{\"at\":[1,null],\"fault\":\"cut\"}]",
	 "a fault's at cannot be \""},
	{"a negative nth", "[{\"nth\":-1,\"fault\":\"cut\"}]",
	 "a fault's nth or every cannot be \"negative\""},
	{"a time out of range", "[{\"ms\":-5,\"fault\":\"hold\"}]", "a fault's ms cannot be \"that\""},
	{"a point that is none", "[{\"point\":\"between\",\"fault\":\"hold\"}]",
	 "a fault's point cannot be \"between\""},
	{"a kill of nobody", "[{\"fault\":\"kill\"}]", "a fault's pid cannot be \"that\""},
	{"a kill of init", "[{\"fault\":\"kill\",\"pid\":1}]", "a fault's pid cannot be \"that\""},
	{"a kill of a group of processes", "[{\"fault\":\"kill\",\"pid\":-2}]",
	 "a fault's pid cannot be \"that\""},
};

static void check_refusal(void **state)
{
	const struct refusal *row = *state;
	struct sandbox_faults faults = {0};
	scoped(json_object) rules = parse(row->rules);
	struct error error = {0};

	assert_false(sandbox_faults_add(&faults, rules, 0, true, &error));
	if (strncmp(error.text, row->words, strlen(row->words)) != 0)
		fail_msg("%s", error.text);
	assert_int_equal(faults.count, 0);
	sandbox_faults_done(&faults);
}

/* One wrong rule: none of the plan is taken. */
static void check_whole(void **state)
{
	struct sandbox_faults faults = {0};
	scoped(json_object) rules = parse("[{\"at\":[1,2],\"fault\":\"cut\"},{\"fault\":\"no\"}]");

	(void)state;
	assert_false(sandbox_faults_add(&faults, rules, 0, true, NULL));
	assert_int_equal(faults.count, 0);
	sandbox_faults_done(&faults);
}

static void check_kill(void **state)
{
	struct sandbox_faults faults = {0};
	struct error error = {0};
	scoped(json_object) rules = parse("[{\"fault\":\"kill\",\"pid\":99999}]");
	scoped_text words = own_format("[{\"fault\":\"kill\",\"pid\":%d}]", (int)getpid());
	scoped(json_object) own = parse(words);

	(void)state;
	assert_false(sandbox_faults_add(&faults, rules, 0, false, &error));
	assert_string_equal(error.text, "the fault \"kill\" needs the option --allow-kill");
	assert_false(sandbox_faults_add(&faults, own, 0, true, &error));
	sandbox_faults_done(&faults);
}

static void check_shown(void **state)
{
	struct sandbox_faults faults = {0};
	scoped(json_object) rules =
		parse("[{\"every\":1,\"fault\":\"cut\"},{\"at\":5000,\"fault\":\"hold\"}]");

	(void)state;
	assert_true(sandbox_faults_add(&faults, rules, 0, false, NULL));
	for (size_t i = 0; i < SANDBOX_FIRED_LIMIT + 10; i++) {
		struct sandbox_fault_request request = {i + 1, KIND_LIST, "GET", "/v0/x"};
		struct sandbox_fault *fault = sandbox_faults_next(&faults, &request);
		assert_non_null(fault);
		sandbox_fault_close(&fault);
	}
	scoped(json_object) json = sandbox_faults_show(&faults);
	struct json_object *fired = json_child(json, "fired", json_type_array);
	assert_int_equal(json_length(json_child(json, "waiting", json_type_array)), 2);
	assert_int_equal(json_length(fired), SANDBOX_FIRED_LIMIT);
	assert_int_equal(json_int_or(json, "fired_total", 0), SANDBOX_FIRED_LIMIT + 10);
	assert_int_equal(json_int_or(json_at(fired, 0), "request", 0), 11);
	assert_string_equal(json_text_or(json_at(fired, 0), "path", ""), "/v0/x");
	sandbox_faults_done(&faults);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, plans, check_plan);
	cases_add_table(&cases, refusals, check_refusal);
	cases_add(&cases, own_copy("one wrong rule: none is taken"), check_whole, NULL);
	cases_add(&cases, own_copy("a kill only when allowed, and never the sandbox itself"), check_kill,
		  NULL);
	cases_add(&cases, own_copy("what waits and what fired is shown, within bounds"), check_shown, NULL);
	return cases_run("sandbox faults", &cases);
}
