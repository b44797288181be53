#include "bridge/app/app_link.h"

#include "base/clock.h"
#include "bridge/limits.h"
#include "bridge/memory/integration_settings.h"

#include <string.h>

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

void look_note_stale_mark(struct group *group, struct look *look, const char *record_id)
{
	const char *mark = look->document.presence == SIDE_THERE
				   ? document_mark(look->document.body, group->sync->config->id)
				   : NULL;

	look->entry.marked = look->entry.state == ENTRY_GRAVE && mark && strcmp(mark, record_id) == 0;
}
