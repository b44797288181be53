#include "bridge/sync/missing_rows.h"

#include "base/clock.h"
#include "bridge/plan/brake.h"

#include <stdlib.h>

static void note_present(void *context, const char *record_id)
{
	struct sync *sync = context;
	struct pair *pair = pairs_by_record(&sync->pairs, record_id);

	if (pair)
		pair->present_turn = sync->present_turn;
}

/* A row that the check before did not show either is asked for only once: the first check of a process counts all as shown. */
static void queue_vanished(struct sync *sync)
{
	int64_t now_ms = clock_steady_ms();

	for (size_t i = 0; i < sync->pairs.count; i++) {
		struct pair *pair = sync->pairs.list[i];
		if (pair->brake && brake_is_idle(pair->brake, now_ms))
			free(take(pair->brake)); /* all pairs are passed here anyway */
		if (pair->state == ENTRY_PAIR && pair->record_id[0] && !pair->row_missing &&
		    pair->present_turn + 1 == sync->present_turn) {
			scoped_text label = pair_label(pair);
			log_info(&sync->log,
				 "%s: its row seems to be gone from the base; it is asked for now and once "
				 "more in a minute",
				 label);
			pairs_queue(&sync->pairs, pair, JOB_ROW);
		}
	}
}

bool sync_check_rows(struct sync *sync, struct error *error)
{
	int64_t calls = 0;

	sync->present_turn++;
	if (!sync->rows.ops->present(sync->rows.self, note_present, sync, &calls, error)) {
		sync->present_turn--;
		return error_wrap(error, "asking which rows there are");
	}
	queue_vanished(sync);
	sync->check_calls = calls > 0 ? calls : 1;
	return true;
}
