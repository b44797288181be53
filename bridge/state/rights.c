#include "bridge/state/rights.h"

#include "base/clock.h"
#include "bridge/limits.h"

#define ROWS_ALONE 3

bool right_is_missing(const struct right *right)
{
	return right->refused && clock_steady_ms() < right->next_try_ms;
}

bool right_refuse(struct right *right)
{
	bool is_new = !right->refused;

	/* Those that were sent together are one try. */
	if (right_is_missing(right))
		return false;
	int64_t wait_ms = random_backoff_ms(right->failures, SYNC_RETRY_FIRST_MS, SYNC_RETRY_CAP_MS);
	if (wait_ms < SYNC_RETRY_FIRST_MS / 2)
		wait_ms = SYNC_RETRY_FIRST_MS / 2;
	right->refused = true;
	right->failures++;
	right->next_try_ms = clock_steady_ms() + wait_ms;
	return is_new;
}

void right_refuse_row(struct right *right)
{
	if (++right->rows >= ROWS_ALONE)
		(void)right_refuse(right);
}

bool right_was_given(const struct right *right)
{
	return !right->refused && right->given_ms && clock_steady_ms() - right->given_ms < SYNC_RETRY_CAP_MS;
}

bool right_give(struct right *right)
{
	bool was_refused = right->refused;

	*right = (struct right){.given_ms = clock_steady_ms()};
	return was_refused;
}
