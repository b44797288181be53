/* What is not permitted is left alone, longer each time, at most an hour. */
#include "base/clock.h"
#include "bridge/limits.h"
#include "bridge/state/rights.h"
#include "tests/unit/cases.h"

#include <string.h>

static int64_t moment_ms;

static int64_t steady_ms(void *context)
{
	(void)context;
	return moment_ms;
}

static void all_ones(void *context, void *bytes, size_t length)
{
	(void)context;
	memset(bytes, 0xff, length);
}

static void set_clock(void)
{
	static const struct clock_source source = {.steady_ms = steady_ms, .random_bytes = all_ones};

	moment_ms = 1000000;
	clock_replace(&source);
}

static int64_t pause_ms(const struct right *right)
{
	int64_t began_ms = moment_ms;

	while (right_is_missing(right))
		moment_ms += 1000;
	return moment_ms - began_ms;
}

static void check_pauses(void **state)
{
	struct right right = {0};
	int64_t longest_ms = 0;

	(void)state;
	set_clock();
	assert_false(right_is_missing(&right));
	for (int try = 0; try < 20; try++) {
		assert_int_equal(right_refuse(&right), try == 0);
		int64_t wait_ms = pause_ms(&right);
		assert_true(wait_ms >= SYNC_RETRY_FIRST_MS / 2 && wait_ms <= SYNC_RETRY_CAP_MS + 1000);
		longest_ms = wait_ms > longest_ms ? wait_ms : longest_ms;
	}
	assert_true(longest_ms > 10 * SYNC_RETRY_FIRST_MS);
	clock_replace(NULL);
}

/* What was sent together with the first that was refused is one try with it. */
static void check_together(void **state)
{
	struct right right = {0};

	(void)state;
	set_clock();
	for (int i = 0; i < 10; i++)
		right_refuse(&right);
	assert_int_equal(right.failures, 1);
	clock_replace(NULL);
}

static void check_given(void **state)
{
	struct right right = {0};

	(void)state;
	set_clock();
	assert_false(right_give(&right));
	right_refuse(&right);
	assert_true(right_is_missing(&right));
	assert_true(right_give(&right));
	assert_false(right_is_missing(&right));
	assert_true(right_refuse(&right));
	clock_replace(NULL);
}

/* A row or two that are refused are not the table; three in a row, with none taken, are. */
static void check_rows(void **state)
{
	struct right right = {0};

	(void)state;
	set_clock();
	right_refuse_row(&right);
	right_refuse_row(&right);
	assert_false(right_is_missing(&right));
	right_give(&right);
	right_refuse_row(&right);
	right_refuse_row(&right);
	assert_false(right_is_missing(&right));
	right_refuse_row(&right);
	assert_true(right_is_missing(&right));
	clock_replace(NULL);
}

int main(void)
{
	struct cases cases = {0};

	cases_add(&cases, own_copy("pauses grow, up to an hour"), check_pauses, NULL);
	cases_add(&cases, own_copy("those that were sent together are one try"), check_together, NULL);
	cases_add(&cases, own_copy("what is given may be refused anew"), check_given, NULL);
	cases_add(&cases, own_copy("three rows with none taken are the table"), check_rows, NULL);
	return cases_run("rights", &cases);
}
