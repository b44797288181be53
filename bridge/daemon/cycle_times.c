#include "bridge/daemon/cycle_times.h"

void turns_begin(struct turns *turns, int64_t poll_ms, int64_t now_ms)
{
	*turns = (struct turns){.next_full_ms = now_ms + TURNS_FULL_MS};
	poll_schedule_begin(&turns->polls, poll_ms, now_ms);
}

static int64_t wait_ms_for(int64_t event_ms, int64_t now_ms, int64_t most_ms)
{
	if (event_ms <= now_ms)
		return 0;
	return event_ms - now_ms < most_ms ? event_ms - now_ms : most_ms;
}

struct cycle_wish turns_next(const struct turns *turns, int64_t due_ms, int64_t now_ms)
{
	int64_t poll_ms = poll_schedule_next_ms(&turns->polls);
	struct cycle_wish wish = {.list_rows = now_ms >= turns->next_full_ms,
				  .ask_rows = now_ms >= poll_ms,
				  .work_ms = TURNS_WORK_MS};

	wish.check_rows = wish.ask_rows && poll_schedule_wants_check(&turns->polls, now_ms);
	if (wish.ask_rows || wish.list_rows)
		return wish;
	wish.wait_ms = wait_ms_for(poll_ms, now_ms, TURNS_WAIT_MS);
	if (due_ms)
		wish.wait_ms = wait_ms_for(due_ms, now_ms, wish.wait_ms);
	return wish;
}

/* The day counts from the last full comparison, whichever process made it. */
static void note_listed(struct turns *turns, const struct sync *sync, int64_t now_ms, int64_t now_wall_ms)
{
	int64_t age_ms = sync->listed_ms ? now_wall_ms - sync->listed_ms : 0;

	turns->full_known = true;
	/* In the future: this machine's clock was set back. */
	turns->next_full_ms = now_ms + TURNS_FULL_MS - (age_ms > 0 ? age_ms : 0);
}

void turns_note(struct turns *turns, const struct sync *sync, const struct cycle_wish *wish, int64_t now_ms,
		int64_t now_wall_ms)
{
	if (sync->heard != turns->heard)
		poll_schedule_note_change(&turns->polls, now_ms);
	turns->heard = sync->heard;
	if (wish->ask_rows || wish->list_rows)
		poll_schedule_note_poll(&turns->polls, now_ms, sync->check_calls);
	if (wish->list_rows || !turns->full_known)
		note_listed(turns, sync, now_ms, now_wall_ms);
}
