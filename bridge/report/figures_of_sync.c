#include "bridge/report/figures_of_sync.h"

/* A revision that nobody has looked at yet; what is parked was looked at. */
static bool is_unhandled(const struct pair *pair)
{
	return pair->in_scope && pair->synced != pair->leaves_hash &&
	       (pair->under_way || (pair->reasons & JOB_DOCUMENT));
}

static void count_pair(struct figures *figures, const struct pair *pair, int64_t now_steady_ms)
{
	bool paired = pair->state == ENTRY_PAIR;

	figures->documents[pair->table] += pair->in_scope && pair->document == PAIR_DOCUMENT_THERE;
	figures->rows[pair->table] += paired && pair->record_id[0] && !pair->row_missing;
	figures->problems += pair->has_problem && !pair->only_reported;
	figures->waiting += pair_due_ms(pair, DUE_AGAIN) != 0 || pair->waits;
	figures->pictures_waiting += pair_due_ms(pair, DUE_PICTURES) != 0;
	if (is_unhandled(pair) && now_steady_ms - pair->seen_at_ms > figures->documents_lag_ms)
		figures->documents_lag_ms = now_steady_ms - pair->seen_at_ms;
}

void figures_count_pairs(struct figures *figures, const struct sync *sync, int64_t now_steady_ms)
{
	for (size_t table = 0; table < TABLE_COUNT; table++)
		figures->documents[table] = figures->rows[table] = 0;
	figures->problems = figures->waiting = figures->pictures_waiting = figures->documents_lag_ms = 0;
	for (size_t i = 0; i < sync->pairs.count; i++)
		count_pair(figures, sync->pairs.list[i], now_steady_ms);
}

void figures_take_progress(struct figures *figures, const struct sync *sync, int64_t now_steady_ms)
{
	const struct progress *progress = &sync->progress;
	int64_t took_ms = now_steady_ms - progress->begun_ms;

	figures->queued = (int64_t)sync->pairs.queue.count;
	figures->done = progress->begun_ms ? progress->done : 0;
	figures->left = sync->unfinished ? figures->queued : 0;
	figures->left_ms = figures->done && took_ms > 0 ? figures->left * took_ms / figures->done : -1;
}

static void take_change(struct figures_change *change, int64_t count, int64_t now_wall_ms)
{
	if (count > 0)
		*change = (struct figures_change){now_wall_ms, count};
}

void figures_take_changes(struct figures *figures, const struct sync_counts *before,
			  const struct sync_counts *now, int64_t now_wall_ms)
{
	int64_t rows = now->rows_created + now->rows_updated + now->rows_deleted - before->rows_created -
		       before->rows_updated - before->rows_deleted;
	int64_t documents = now->documents_written - now->app_links_written - before->documents_written +
			    before->app_links_written;

	take_change(&figures->to_airtable, rows, now_wall_ms);
	take_change(&figures->to_couchdb, documents, now_wall_ms);
	spans_add(&figures->spans, SPAN_TO_AIRTABLE, rows, now_wall_ms);
	spans_add(&figures->spans, SPAN_TO_COUCHDB, documents, now_wall_ms);
	spans_add(&figures->spans, SPAN_CONFLICTS, now->conflicts - before->conflicts, now_wall_ms);
}
