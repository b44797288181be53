#include "bridge/daemon/poll_schedule.h"

static bool is_active(const struct poll_schedule *schedule, int64_t now_ms)
{
	return now_ms < schedule->active_until_ms;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void poll_schedule_begin(struct poll_schedule *schedule, int64_t poll_ms, int64_t now_ms)
{
	*schedule = (struct poll_schedule){
		.poll_ms = poll_ms,
		.interval_ms = poll_ms,
		.active_until_ms = now_ms + POLL_ACTIVE_MS,
		.polled_ms = now_ms - poll_ms,
		.checked_ms = now_ms,
		.check_calls = 1,
	};
}

void poll_schedule_note_change(struct poll_schedule *schedule, int64_t now_ms)
{
	schedule->active_until_ms = now_ms + POLL_ACTIVE_MS;
	schedule->interval_ms = schedule->poll_ms;
}

int64_t poll_schedule_next_ms(const struct poll_schedule *schedule)
{
	return schedule->polled_ms + schedule->interval_ms;
}

bool poll_schedule_wants_check(const struct poll_schedule *schedule, int64_t now_ms)
{
	int64_t active_ms = POLL_CHECK_ACTIVE_POLLS * schedule->poll_ms;
	/* Where polls are slower than this anyway, checks need not be faster. */
	int64_t each_ms =
		is_active(schedule, now_ms) ? smaller(active_ms, POLL_CHECK_IDLE_MS) : POLL_CHECK_IDLE_MS;

	return now_ms - schedule->checked_ms >= each_ms * schedule->check_calls;
}

void poll_schedule_note_poll(struct poll_schedule *schedule, int64_t now_ms, int64_t check_calls)
{
	int64_t slowest_ms = larger(POLL_IDLE_MS, schedule->poll_ms);

	schedule->polled_ms = now_ms;
	schedule->interval_ms = is_active(schedule, now_ms) ? schedule->poll_ms
							    : smaller(2 * schedule->interval_ms, slowest_ms);
	if (check_calls <= 0)
		return;
	schedule->checked_ms = now_ms;
	schedule->check_calls = check_calls;
}
