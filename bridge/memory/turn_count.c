#include "bridge/memory/turn_count.h"

#include "base/clock.h"
#include "bridge/limits.h"

#include <stdarg.h>

#define RESTLESS_MOST 8 /* doublings of the pause of a pair that a cycle would not stop looking at */

static void note_cycle(const struct sync *sync, struct pair *pair)
{
	if (pair->cycle == sync->cycle)
		return;
	if (pair->looked <= SYNC_JOBS_MOST)
		pair->restless = 0;
	pair->cycle = sync->cycle;
	pair->turns = pair->looked = 0;
}

bool sync_has_turns_left(struct sync *sync, struct pair *pair)
{
	note_cycle(sync, pair);
	return ++pair->turns < SYNC_TURNS;
}

bool sync_may_take(struct sync *sync, struct pair *pair)
{
	note_cycle(sync, pair);
	if (++pair->looked <= SYNC_JOBS_MOST)
		return true;
	bool first = pair->looked == SYNC_JOBS_MOST + 1;
	if (first && pair->restless < RESTLESS_MOST)
		pair->restless++;
	int64_t wait_ms = (int64_t)SYNC_RETRY_FIRST_MS << (pair->restless - 1);
	wait_ms = wait_ms < SYNC_RETRY_CAP_MS ? wait_ms : SYNC_RETRY_CAP_MS;
	pairs_set_due(&sync->pairs, pair, DUE_AGAIN, clock_steady_ms() + wait_ms);
	if (first) {
		scoped_text label = pair_label(pair);
		log_warn(&sync->log,
			 "%s: %d tries in a row did not finish it: retrying in %lld s. Others go on", label,
			 SYNC_JOBS_MOST, (long long)(wait_ms / 1000));
	}
	return false;
}
