/* The rate limit: five in any second, fifty for a token, then the penalty; and what the counts make of it. */
#include "base/json.h"
#include "sandbox/counts.h"
#include "sandbox/limits.h"
#include "tests/unit/cases.h"

#include <stdio.h>
#include <string.h>

struct arrival {
	int64_t at_us;
	int count; /* 0: the end */
	enum sandbox_limited answer;
	const char *base, *token; /* NULL: "app1", "pat1"; base "": none */
};

struct story {
	const char *sentence;
	double rate;
	struct arrival arrivals[12];
};

#define OK      LIMIT_ACCEPTED
#define NO      LIMIT_REFUSED
#define PENALTY LIMIT_PENALTY_BEGINS
#define S       1000000

static const struct story stories[] = {
	{"five at once are accepted, the sixth begins the penalty",
	 1,
	 {{0, 5, OK, NULL, NULL}, {1, 1, PENALTY, NULL, NULL}, {2, 3, NO, NULL, NULL}}},
	{"the sixth comes just within the second",
	 1,
	 {{0, 5, OK, NULL, NULL}, {S - 1, 1, PENALTY, NULL, NULL}}},
	{"the sixth comes a second after the first",
	 1,
	 {{0, 5, OK, NULL, NULL}, {S, 5, OK, NULL, NULL}, {S + 1, 1, PENALTY, NULL, NULL}}},
	{"it is any second, not the clock's",
	 1,
	 {{900000, 5, OK, NULL, NULL}, {1100000, 1, PENALTY, NULL, NULL}}},
	{"spread out, six in a second are one too many",
	 1,
	 {{0, 1, OK, NULL, NULL},
	  {100000, 1, OK, NULL, NULL},
	  {200000, 1, OK, NULL, NULL},
	  {300000, 1, OK, NULL, NULL},
	  {400000, 1, OK, NULL, NULL},
	  {999999, 1, PENALTY, NULL, NULL}}},
	{"spread out, one leaves the window as another comes",
	 1,
	 {{0, 1, OK, NULL, NULL},
	  {200000, 1, OK, NULL, NULL},
	  {400000, 1, OK, NULL, NULL},
	  {600000, 1, OK, NULL, NULL},
	  {800000, 1, OK, NULL, NULL},
	  {S, 1, OK, NULL, NULL},
	  {1200000, 1, OK, NULL, NULL}}},
	{"the penalty lasts 30 seconds",
	 1,
	 {{0, 5, OK, NULL, NULL},
	  {0, 1, PENALTY, NULL, NULL},
	  {30 * S - 1, 1, NO, NULL, NULL},
	  {30 * S, 5, OK, NULL, NULL},
	  {30 * S, 1, PENALTY, NULL, NULL}}},
	{"a request in the penalty does not prolong it",
	 1,
	 {{0, 5, OK, NULL, NULL},
	  {0, 1, PENALTY, NULL, NULL},
	  {20 * S, 50, NO, NULL, NULL},
	  {30 * S, 1, OK, NULL, NULL}}},
	{"refused ones do not count for the window",
	 1,
	 {{0, 5, OK, NULL, NULL},
	  {0, 1, PENALTY, NULL, NULL},
	  {29999999, 9, NO, NULL, NULL},
	  {30 * S, 5, OK, NULL, NULL}}},
	{"each base has its own",
	 1,
	 {{0, 5, OK, "app1", NULL},
	  {0, 5, OK, "app2", NULL},
	  {0, 1, PENALTY, "app1", NULL},
	  {S, 1, OK, "app2", NULL}}},
	{"a base's five are those of all tokens together",
	 1,
	 {{0, 3, OK, "app1", "pat1"}, {0, 2, OK, "app1", "pat2"}, {0, 1, PENALTY, "app1", "pat3"}}},
	{"a token has fifty over all its bases",
	 1,
	 {{0, 5, OK, "app1", NULL},
	  {0, 5, OK, "app2", NULL},
	  {0, 5, OK, "app3", NULL},
	  {0, 5, OK, "app4", NULL},
	  {0, 5, OK, "app5", NULL},
	  {0, 5, OK, "app6", NULL},
	  {0, 5, OK, "app7", NULL},
	  {0, 5, OK, "app8", NULL},
	  {0, 5, OK, "app9", NULL},
	  {0, 5, OK, "app10", NULL},
	  {0, 1, PENALTY, "app11", NULL},
	  {1, 1, NO, "app12", NULL}}},
	{"without a base only the token counts", 1, {{0, 50, OK, "", NULL}, {0, 1, PENALTY, "", NULL}}},
	{"ten times as fast",
	 10,
	 {{0, 5, OK, NULL, NULL},
	  {99999, 1, PENALTY, NULL, NULL},
	  {3099998, 1, NO, NULL, NULL},
	  {3099999, 5, OK, NULL, NULL}}},
	{"half as fast", 0.5, {{0, 5, OK, NULL, NULL}, {2 * S - 1, 1, PENALTY, NULL, NULL}}},
	{"off", 0, {{0, 1000, OK, NULL, NULL}}},
};

static void check_story(void **state)
{
	const struct story *story = *state;
	struct sandbox_limits limits = {0};

	sandbox_limits_set(&limits, story->rate);
	for (size_t i = 0; i < countof(story->arrivals) && story->arrivals[i].count; i++) {
		const struct arrival *arrival = &story->arrivals[i];
		const char *base = arrival->base ? arrival->base : "app1";
		for (int j = 0; j < arrival->count; j++) {
			enum sandbox_limited answer = sandbox_limits_take(
				&limits, *base ? base : NULL, arrival->token ? arrival->token : "pat1",
				arrival->at_us + S);
			if (answer != arrival->answer)
				fail_msg("arrival %zu, number %d: %d", i + 1, j + 1, (int)answer);
		}
	}
	sandbox_limits_done(&limits);
}

/* Whatever comes when: no second holds more than five that were accepted. */
static void check_random(void **state)
{
	struct sandbox_limits limits = {0};
	int64_t accepted_us[5] = {-S, -S, -S, -S, -S}, now_us = S;
	uint64_t random = (uint64_t)(uintptr_t)*state;
	size_t accepted = 0;

	sandbox_limits_set(&limits, 1);
	for (int i = 0; i < 20000; i++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		now_us += (int64_t)((random >> 40) % 400000);
		if (sandbox_limits_take(&limits, "app1", "pat1", now_us) != LIMIT_ACCEPTED)
			continue;
		assert_true(now_us - accepted_us[accepted % 5] >= S);
		accepted_us[accepted++ % 5] = now_us;
	}
	assert_true(accepted > 100);
	sandbox_limits_done(&limits);
}

static void check_keys(void **state)
{
	struct sandbox_limits limits = {0};
	char token[32];

	(void)state;
	sandbox_limits_set(&limits, 1);
	for (int i = 0; i < 5; i++)
		assert_int_equal(sandbox_limits_take(&limits, "app1", "pat1", S), LIMIT_ACCEPTED);
	for (int i = 0; i < 10 * SANDBOX_LIMITED_KEYS; i++) {
		snprintf(token, sizeof(token), "pat%d", i + 2);
		sandbox_limits_take(&limits, NULL, token, S + 1 + i);
		/* Used all the time, and so not forgotten. */
		assert_int_not_equal(sandbox_limits_take(&limits, "app1", "pat1", S + 1 + i), LIMIT_ACCEPTED);
	}
	assert_int_equal(limits.count, SANDBOX_LIMITED_KEYS);
	sandbox_limits_done(&limits);
}

static void check_punished(void **state)
{
	struct sandbox_limits limits = {0};

	(void)state;
	sandbox_limits_set(&limits, 0);
	sandbox_limits_punish(&limits, "app1", 5 * S, S);
	assert_int_equal(sandbox_limits_left(&limits, S), 4 * S);
	assert_int_equal(sandbox_limits_take(&limits, "app1", "pat1", 5 * S - 1), LIMIT_REFUSED);
	assert_int_equal(sandbox_limits_take(&limits, "app2", "pat1", 5 * S - 1), LIMIT_ACCEPTED);
	assert_int_equal(sandbox_limits_take(&limits, "app1", "pat1", 5 * S), LIMIT_ACCEPTED);
	assert_int_equal(sandbox_limits_left(&limits, 5 * S), 0);
	sandbox_limits_done(&limits);
}

/* ---- counts ---- */

static int64_t shown(const struct sandbox_counts *counts, const char *key)
{
	scoped(json_object) json = sandbox_counts_show(counts);

	return json_int_or(json, key, -1);
}

static void check_counts(void **state)
{
	struct sandbox_counts counts = {0};

	(void)state;
	sandbox_counts_reset(&counts, 5 * S);
	for (int i = 0; i < 4; i++)
		sandbox_counts_arrived(&counts, KIND_LIST, "app1", 5 * S + i * 400000);
	sandbox_counts_arrived(&counts, KIND_UPSERT, "app2", 6 * S);
	sandbox_counts_answered(&counts, KIND_UPSERT, 7 * S);
	sandbox_counts_answered(&counts, KIND_LIST, 8 * S);
	sandbox_counts_arrived(&counts, KIND_OTHER, NULL, 7 * S);
	assert_int_equal(shown(&counts, "total"), 6);
	assert_int_equal(shown(&counts, "list"), 4);
	assert_int_equal(shown(&counts, "upsert"), 1);
	assert_int_equal(shown(&counts, "other"), 1);
	assert_int_equal(shown(&counts, "max_in_any_second"), 3);
	assert_int_equal(shown(&counts, "first_write_arrived_ms"), 1000);
	assert_int_equal(shown(&counts, "last_write_answered_ms"), 2000);
	sandbox_counts_reset(&counts, 9 * S);
	assert_int_equal(shown(&counts, "total"), 0);
	assert_int_equal(shown(&counts, "max_in_any_second"), 0);
	assert_int_equal(shown(&counts, "first_write_arrived_ms"), -1);
	sandbox_counts_done(&counts);
}

static void check_second(void **state)
{
	struct sandbox_counts counts = {0};

	(void)state;
	sandbox_counts_arrived(&counts, KIND_LIST, "app1", S);
	sandbox_counts_arrived(&counts, KIND_LIST, "app1", 2 * S);
	assert_int_equal(shown(&counts, "max_in_any_second"), 1);
	sandbox_counts_arrived(&counts, KIND_LIST, "app1", 3 * S - 1);
	assert_int_equal(shown(&counts, "max_in_any_second"), 2);
	sandbox_counts_done(&counts);
}

static void check_flood(void **state)
{
	struct sandbox_counts counts = {0};
	char base[16];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		snprintf(base, sizeof(base), "app%d", i % 50);
		sandbox_counts_arrived(&counts, KIND_LIST, base, S + i);
	}
	assert_int_equal(shown(&counts, "total"), 20000);
	assert_int_equal(shown(&counts, "max_in_any_second"), SANDBOX_WINDOW_CEILING);
	sandbox_counts_done(&counts);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, stories, check_story);
	for (uintptr_t seed = 1; seed <= 5; seed++)
		cases_add(&cases,
			  own_format("any arrivals, seed %d: no second with more than five", (int)seed),
			  check_random, (const void *)seed);
	cases_add(&cases, own_copy("more tokens than are remembered: the longest unused is forgotten"),
		  check_keys, NULL);
	cases_add(&cases, own_copy("a penalty out of turn, without a limit"), check_punished, NULL);
	cases_add(&cases, own_copy("counts by kind, and the most in a second for a base"), check_counts,
		  NULL);
	cases_add(&cases, own_copy("a second later is another second"), check_second, NULL);
	cases_add(&cases, own_copy("a flood over many bases is counted within bounds"), check_flood, NULL);
	return cases_run("sandbox limits", &cases);
}
