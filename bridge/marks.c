#include "bridge/marks.h"

#include "base/clock.h"

#define DAY_MS INT64_C(86400000)

bool marks_go_at_once(const struct sync *sync)
{
	int64_t age_ms = clock_now_ms() - sync->app_synced_ms;

	return sync->app_synced_ms && age_ms < MARKS_APP_SYNCED_DAYS * DAY_MS;
}

int64_t marks_quiet_ms(const struct sync *sync)
{
	return marks_go_at_once(sync) ? 0 : SYNC_MARK_QUIET_MS;
}

static void hurry(struct sync *sync)
{
	for (size_t i = 0; i < sync->pairs.count; i++)
		if (pair_due_ms(sync->pairs.list[i], DUE_MARK))
			pairs_set_due(&sync->pairs, sync->pairs.list[i], DUE_MARK, clock_steady_ms());
}

void marks_note_app_sync(struct sync *sync, int64_t synced_ms)
{
	bool moved = sync->app_synced_ms && synced_ms > sync->app_synced_ms;
	bool first = !sync->app_synced_ms && synced_ms;

	if (!moved && !first)
		return;
	sync->app_synced_ms = synced_ms;
	sync->pairs.marks_first = marks_go_at_once(sync);
	if (!sync->pairs.marks_first || !sync->started)
		return;
	hurry(sync);
	if (!sync->app_sync_told)
		log_warn(&sync->log,
			 "the app's own Airtable sync ran beside this one. Nothing is lost by that, but "
			 "it is not needed any more, and a press of its button before the phone has "
			 "what was written here makes items and rows twice: `davenport problems` "
			 "names them");
	sync->app_sync_told = true;
}

/* Its leaves were seen for so long, by this process or by one before it. */
static bool is_quiet(const struct look *look)
{
	return clock_steady_ms() - look->pair->seen_at_ms >= SYNC_MARK_QUIET_MS ||
	       (look->entry.seen_ms && clock_now_ms() - look->entry.seen_ms >= SYNC_MARK_QUIET_MS);
}

/* Until it is quiet; where it is, and could not be written, as long again. */
static int64_t wait_ms(const struct look *look)
{
	int64_t left_ms = look->pair->seen_at_ms + SYNC_MARK_QUIET_MS - clock_steady_ms();

	return left_ms > 0 && left_ms < SYNC_MARK_QUIET_MS ? left_ms : SYNC_MARK_QUIET_MS;
}

/* Its document cannot be used, or a save of it goes on failing and is told. The next look comes when something changes, or after a pause
 * that grows, and takes the mark along. */
static bool waits_for_more(const struct look *look)
{
	return look->flaw.kind != ERROR_NONE || (look->missed && look->parked);
}

/* A mark that was due beside another reason to look gets a look of its own. One that could not be written waits. */
void marks_schedule(struct sync *sync, const struct look *look)
{
	struct pairs *pairs = &sync->pairs;
	struct pair *pair = look->pair;
	bool was_due = look->reasons & LOOK_MARK && look->reasons != LOOK_MARK;
	bool at_once = marks_go_at_once(sync) && look->reasons != LOOK_MARK;

	if (waits_for_more(look))
		return;
	if (at_once || (was_due && is_quiet(look)))
		pairs_look(pairs, pair, LOOK_MARK);
	else if (!pair_due_ms(pair, DUE_MARK))
		pairs_set_due(pairs, pair, DUE_MARK, clock_steady_ms() + wait_ms(look));
}
