#include "bridge/report/figures_of_sync.h"

#include <stdio.h>
#include <string.h>

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

static void name_problems(struct figures *figures, const struct sync *sync, bool past)
{
	for (size_t i = 0; i < sync->pairs.count && figures->named_count < FIGURES_NAMED_MOST; i++) {
		const struct pair *pair = sync->pairs.list[i];
		if (pair->has_problem && pair->only_reported == past &&
		    strlen(pair->full_id) < FIGURES_NAMED_SIZE)
			snprintf(figures->named[figures->named_count++], FIGURES_NAMED_SIZE, "%s",
				 pair->full_id);
	}
}

static void take_names(struct figures *figures, const struct sync *sync)
{
	figures->has_named = true;
	figures->named_count = 0;
	name_problems(figures, sync, false);
	name_problems(figures, sync, true);
	for (size_t table = 0; table < TABLE_COUNT; table++) {
		const char *id = sync->columns[table].table_id;
		snprintf(figures->table_ids[table], FIGURES_TABLE_SIZE, "%s", id ? id : "");
	}
}

void figures_count_pairs(struct figures *figures, const struct sync *sync, int64_t now_steady_ms)
{
	for (size_t table = 0; table < TABLE_COUNT; table++)
		figures->documents[table] = figures->rows[table] = 0;
	figures->problems = figures->waiting = figures->pictures_waiting = figures->documents_lag_ms = 0;
	for (size_t i = 0; i < sync->pairs.count; i++)
		count_pair(figures, sync->pairs.list[i], now_steady_ms);
	take_names(figures, sync);
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
