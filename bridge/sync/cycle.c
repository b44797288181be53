/*     intake ──> queue ──> batches of jobs, two under way: ──> checkpoint, when nothing is left
 *                          load ──> recover ──> diff ──> decide ──> apply ──> commit
 *
 * While the rows of one batch are being written, the next is read and decided: Airtable's five requests a second
 * are the narrow place, and are kept busy. A pair whose collection or container has no row yet waits for that: so containers
 * are made before their contents, and only circles need a second write for their links. */
#include "bridge/sync/cycle.h"

#include "base/clock.h"
#include "bridge/app/app_leftovers.h"
#include "bridge/index/parents.h"
#include "bridge/memory/bound_columns.h"
#include "bridge/memory/checkpoints.h"
#include "bridge/memory/expiry.h"
#include "bridge/memory/heard_pictures.h"
#include "bridge/memory/progress_log.h"
#include "bridge/memory/turn_count.h"
#include "bridge/merge/merge.h"
#include "bridge/start/start.h"
#include "bridge/sync/apply.h"
#include "bridge/sync/commit.h"
#include "bridge/sync/diff_batch.h"
#include "bridge/sync/intake.h"
#include "bridge/sync/load.h"
#include "bridge/sync/missing_rows.h"
#include "bridge/sync/plan_batch.h"
#include "bridge/sync/recover.h"

#include <stdlib.h>
#include <string.h>

#define BATCHES_UNDER_WAY 2
#define BATCH_FIRST       40 /* jobs of a batch while none is under way: small, so that the rows are soon busy */
#define BATCH             10 /* rows that Airtable takes in one request */

struct pipeline {
	struct sync *sync;
	struct batch *batches[BATCHES_UNDER_WAY];
	size_t count;
};

/* ---- order ---- */

/* App links last; before them collections, then what has the most levels below it: so that nothing waits for the last of them. */
static int by_order(const void *left, const void *right)
{
	const struct pair *a = *(struct pair *const *)left, *b = *(struct pair *const *)right;
	bool app_link_a = a->reasons == JOB_APP_LINK, app_link_b = b->reasons == JOB_APP_LINK;

	if (app_link_a != app_link_b)
		return app_link_a ? 1 : -1;
	if (a->table != b->table)
		return a->table < b->table ? -1 : 1;
	if (a->height != b->height)
		return a->height > b->height ? -1 : 1;
	return strcmp(a->full_id, b->full_id);
}

static void sort_queue(struct sync *sync)
{
	if (queue_is_sorted(&sync->pairs.queue))
		return;
	pairs_measure(&sync->pairs);
	queue_sort(&sync->pairs.queue, by_order);
}

/* Whether the row of what it stands in is still to be made, by work that is queued or under way. */
static bool is_coming(const struct pair *place)
{
	return place && place->state != ENTRY_PAIR && place->in_scope && (place->queued || place->under_way);
}

static bool is_free(void *context, const struct pair *pair)
{
	(void)context;
	return !pair->under_way;
}

static bool is_ready(void *context, const struct pair *pair)
{
	if (!is_free(context, pair))
		return false;
	if (pair->state == ENTRY_PAIR || !pair->in_scope)
		return true;
	return !is_coming(pair->parents[TABLE_COLLECTIONS].parent) &&
	       !is_coming(pair->parents[TABLE_ITEMS].parent);
}

/* A look at pictures is all that it has this job for. */
static bool is_look(void *context, const struct pair *pair)
{
	return is_ready(context, pair) && pair->reasons == JOB_PICTURES;
}

/* Looks have few rows to write: a batch of nothing else is as large as a read may be. */
static size_t take_more_looks(struct sync *sync, struct pair **taken, size_t count)
{
	const struct queue_wish wish = {.limit = BATCH_LIMIT - count, .batch = 1, .is_ready = is_look};

	for (size_t i = 0; i < count; i++)
		if (taken[i]->reasons != JOB_PICTURES)
			return count;
	return count == 0 || count >= BATCH_LIMIT
		       ? count
		       : count + queue_take(&sync->pairs.queue, &wish, taken + count);
}

/* Pairs out of the queue. With others under way only whole batches are taken, since more will be ready soon; with none under way
 * and none ready it is a circle, and all go. */
static size_t take_ready(struct sync *sync, const struct cycle_wish *cycle, bool others_under_way,
			 struct pair **taken)
{
	struct queue_wish wish = {
		.limit = cycle->batch_most  ? cycle->batch_most
			 : others_under_way ? BATCH_LIMIT
					    : BATCH_FIRST,
		.batch = others_under_way && !cycle->batch_most ? BATCH : 1,
		.is_ready = is_ready,
	};
	size_t count = queue_take(&sync->pairs.queue, &wish, taken);

	if (count == 0 && !others_under_way) {
		wish.is_ready = is_free;
		count = queue_take(&sync->pairs.queue, &wish, taken);
	}
	if (!others_under_way && !cycle->batch_most)
		count = take_more_looks(sync, taken, count);
	size_t kept = 0;
	for (size_t i = 0; i < count; i++)
		if (sync_may_take(sync, taken[i]))
			taken[kept++] = taken[i];
	if (kept > 1)
		qsort(taken, kept, sizeof *taken, by_order);
	return kept;
}

/* ---- the pipeline ---- */

/* A batch goes through its steps in this order. Between the last two its rows are written, while another batch goes through the first
 * ones. */
static bool start_batch(struct pipeline *pipeline, struct batch *batch, struct error *error)
{
	pipeline->batches[pipeline->count++] = batch;
	return batch_load(batch, error) && batch_recover(batch, error) && batch_diff(batch, error) &&
	       batch_plan(batch, error) && batch_apply(batch, error);
}

static bool finish_oldest(struct pipeline *pipeline, struct error *error)
{
	struct batch *batch = pipeline->batches[0];

	for (size_t i = 1; i < pipeline->count; i++)
		pipeline->batches[i - 1] = pipeline->batches[i];
	pipeline->count--;
	bool ok = batch_commit(batch, error);
	batch_close(&batch);
	sync_progress_report(pipeline->sync);
	return ok;
}

/* Something failed. What other batches have sent is still heard and remembered where that can be done, so that as little as possible is
 * left in doubt. */
static void give_up(struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->count; i++) {
		struct batch *batch = pipeline->batches[i];
		struct error error = {0};
		if (batch->ticket && !batch_commit(batch, &error))
			log_debug(&pipeline->sync->log, "what was sent stays in doubt: %s", error.text);
		batch_close(&batch);
	}
	pipeline->count = 0;
}

/* Steady time after which a cycle begins nothing more; 0: there is none. */
static bool is_over(int64_t until_ms)
{
	return until_ms && clock_steady_ms() >= until_ms;
}

static bool work_off_queue(struct sync *sync, const struct cycle_wish *wish, int64_t until_ms,
			   struct error *error)
{
	struct pipeline pipeline = {.sync = sync};
	struct pair *taken[BATCH_LIMIT];
	size_t begun = 0;
	bool ok = true;

	while (ok) {
		if (!sync_merge_conflicts(sync, error)) {
			ok = false;
			break;
		}
		/* With columns that are known to be stale nothing new is begun. */
		bool may_begin = !sync->schema_stale && (begun == 0 || !is_over(until_ms));
		size_t count = pipeline.count < BATCHES_UNDER_WAY && may_begin
				       ? take_ready(sync, wish, pipeline.count > 0, taken)
				       : 0;
		begun += count;
		if (count)
			ok = start_batch(&pipeline, batch_open(sync, taken, count), error);
		else if (pipeline.count)
			ok = finish_oldest(&pipeline, error);
		else
			break;
	}
	give_up(&pipeline);
	return ok;
}

/* ---- the cycle ---- */

static bool refresh_columns(struct sync *sync, struct error *error)
{
	if (!sync->schema_stale)
		return true;
	log_info(&sync->log, "the base's fields or choices have changed: its schema is read again");
	return sync_bind(sync, error);
}

static bool work(struct sync *sync, const struct cycle_wish *wish, int64_t until_ms, struct error *error)
{
	pairs_queue_due(&sync->pairs, clock_steady_ms());
	sync_progress_begin(sync);
	do {
		sort_queue(sync);
		if (!refresh_columns(sync, error) || !work_off_queue(sync, wish, until_ms, error))
			return false;
	} while (sync->pairs.queue.count && !is_over(until_ms));
	sync->unfinished = sync->pairs.queue.count > 0;
	return refresh_columns(sync, error);
}

static bool list_and_work(struct sync *sync, const struct cycle_wish *wish, int64_t until_ms,
			  struct error *error)
{
	return refresh_columns(sync, error) && sync_list_rows(sync, error) &&
	       work(sync, wish, until_ms, error);
}

/* A person says once which side is meant. */
static void queue_held(struct sync *sync, const struct cycle_wish *wish)
{
	sync->held_wins = wish->held_wins;
	for (size_t i = 0; wish->held_wins && i < sync->pairs.count; i++)
		if (sync->pairs.list[i]->went_back)
			pairs_queue(&sync->pairs, sync->pairs.list[i], JOB_AGAIN);
}

static void queue_twins(struct sync *sync, const struct cycle_wish *wish)
{
	sync->removes_twins = wish->remove_twins;
	for (size_t i = 0; wish->remove_twins && i < sync->pairs.count; i++)
		if (sync->pairs.list[i]->twin_of || sync->pairs.list[i]->app_made)
			pairs_queue(&sync->pairs, sync->pairs.list[i], JOB_AGAIN);
}

static bool poll(struct sync *sync, const struct cycle_wish *wish, struct error *error)
{
	bool list = wish->list_rows || !sync->contact_made || sync_wants_list(sync);

	queue_held(sync, wish);
	queue_twins(sync, wish);
	sync->pairs.polls = sync->unfinished;
	bool heard = sync_poll(sync, wish->wait_ms, wish->ask_rows && !list, error) &&
		     (!wish->check_rows || list || sync_check_rows(sync, error));
	sync->pairs.polls = false;
	if (!heard)
		return false;
	/* A full reconcile looks at the schema as well (sync-rules 1). */
	if (wish->list_rows && !sync->bound && !sync_bind(sync, error))
		return false;
	return !list || (refresh_columns(sync, error) && sync_list_rows(sync, error));
}

/* What Airtable answers about a column or a table that was changed or deleted under us. */
static bool may_be_stale(const struct error *error)
{
	static const char *const codes[] = {"UNKNOWN_FIELD_NAME", "INVALID_FILTER_BY_FORMULA",
					    "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND", "TABLE_NOT_FOUND",
					    "NOT_FOUND"};

	for (size_t i = 0; i < countof(codes); i++)
		if (strcmp(error->code, codes[i]) == 0)
			return true;
	return false;
}

/* The schema is read again, which says what is gone; if nothing that is needed is, the cycle begins anew, once. */
/* Columns that became others on the way: all rows are compared with them at once. */
static bool poll_and_work(struct sync *sync, const struct cycle_wish *wish, struct error *error)
{
	if (!sync_begin_pictures(sync, error) || !poll(sync, wish, error))
		return false;
	int64_t until_ms = wish->work_ms ? clock_steady_ms() + wish->work_ms : 0;
	return work(sync, wish, until_ms, error) &&
	       (!sync_wants_list(sync) || sync->unfinished || list_and_work(sync, wish, until_ms, error));
}

static bool run(struct sync *sync, const struct cycle_wish *wish, struct error *error)
{
	sync->listed = sync->listed && sync->unfinished;
	sync->check_calls = 0;
	sync->cycle++;
	if (poll_and_work(sync, wish, error))
		return true;
	if (!may_be_stale(error))
		return false;
	log_info(&sync->log, "the base may have changed: %s", error->text);
	if (!sync_bind(sync, error))
		return false;
	return poll_and_work(sync, wish, error);
}

static bool run_once(struct sync *sync, const struct cycle_wish *wish, struct error *error)
{
	bool ok = run(sync, wish, error);

	if (!ok || !sync->unfinished)
		sync_progress_end(sync);
	sync->unfinished = ok && sync->unfinished;
	sync->listed = sync->listed && sync->unfinished;
	sync->bound = false;
	if (!ok)
		return false;
	if (sync->unfinished)
		return true;
	sync->first_contact = false;
	sync_drop_ended(sync);
	return app_leftovers_clear(sync, error) &&
	       (sync->pairs.unsettled > 0 || sync_checkpoint(sync, error));
}

int64_t cycle_begins_in_ms(const struct sync *sync)
{
	int64_t left_ms = sync->shown_from_ms - clock_steady_ms();

	return left_ms > 0 ? left_ms : 0;
}

/* Without the ledger nobody knows what was written into a row last, and what it shows in that moment may be older: taken for an edit it
 * would be written into the document. */
static bool rows_show_all(const struct sync *sync, struct error *error)
{
	return cycle_begins_in_ms(sync) == 0 ||
	       error_set(error, ERROR_RETRY,
			 "what was remembered is lost, and the rows may not show yet what was written into "
			 "them last: "
			 "they are compared in some seconds");
}

/* A place that was lost on the way is found again at once; so is a state that was. */
bool cycle_run(struct sync *sync, const struct cycle_wish *wish, struct error *error)
{
	if (!sync_start(sync, error) || !rows_show_all(sync, error)) {
		sync_progress_end(sync);
		return false;
	}
	if (run_once(sync, wish, error))
		return true;
	if (strcmp(error->code, STATE_LOST) == 0) {
		sync_forget_state(sync);
		return sync_start(sync, error) && sync_plant_checkpoint(sync, error) &&
		       rows_show_all(sync, error) && run_once(sync, wish, error);
	}
	return sync->position_lost && sync_start(sync, error) && run_once(sync, wish, error);
}

int64_t cycle_next_due_ms(struct sync *sync)
{
	int64_t now_ms = clock_steady_ms();
	int64_t next_ms = pairs_queue_due(&sync->pairs, now_ms);

	return sync->pairs.queue.count ? now_ms : next_ms;
}
