/*     hear ──> queue ──> groups of looks, two under way ──> checkpoint, when nothing is left
 *
 * While the rows of one group are being written, the next is read and decided: Airtable's five requests a second
 * are the narrow place, and are kept busy. A pair whose collection or container has no row yet waits for that: so containers
 * are made before their contents, and only circles need a second write for their links. */
#include "bridge/sync/cycle.h"

#include "base/clock.h"
#include "bridge/app/app_leftovers.h"
#include "bridge/diff/lost_links.h"
#include "bridge/diff/schema_effects.h"
#include "bridge/index/places.h"
#include "bridge/memory/bound_columns.h"
#include "bridge/memory/checkpoints.h"
#include "bridge/memory/retired_entries.h"
#include "bridge/memory/start.h"
#include "bridge/memory/turn_count.h"
#include "bridge/merge/merge.h"
#include "bridge/sync/apply.h"
#include "bridge/sync/commit.h"
#include "bridge/sync/decide.h"
#include "bridge/sync/intake.h"
#include "bridge/sync/load.h"
#include "bridge/sync/missing_rows.h"
#include "bridge/sync/recover.h"

#include <stdlib.h>
#include <string.h>

#define GROUPS_UNDER_WAY 2
#define GROUP_FIRST      40 /* looks of a group while none is under way: small, so that the rows are soon busy */
#define BATCH            10 /* rows that Airtable takes in one request */

struct pipeline {
	struct sync *sync;
	struct group *groups[GROUPS_UNDER_WAY];
	size_t count;
};

/* ---- order ---- */

/* Marks last; before them collections, then what has the most levels below it: so that nothing waits for the last of them. */
static int by_order(const void *left, const void *right)
{
	const struct pair *a = *(struct pair *const *)left, *b = *(struct pair *const *)right;
	bool mark_a = a->looks == LOOK_MARK, mark_b = b->looks == LOOK_MARK;

	if (mark_a != mark_b)
		return mark_a ? 1 : -1;
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
	return !is_coming(pair->stands[TABLE_COLLECTIONS].place) &&
	       !is_coming(pair->stands[TABLE_ITEMS].place);
}

/* Pairs out of the queue. With others under way only whole batches are taken, since more will be ready soon; with none under way
 * and none ready it is a circle, and all go. */
static size_t take_ready(struct sync *sync, const struct pass_wish *pass, bool others_under_way,
			 struct pair **taken)
{
	struct queue_wish wish = {
		.limit = pass->group_most   ? pass->group_most
			 : others_under_way ? GROUP_LIMIT
					    : GROUP_FIRST,
		.batch = others_under_way && !pass->group_most ? BATCH : 1,
		.is_ready = is_ready,
	};
	size_t count = queue_take(&sync->pairs.queue, &wish, taken);

	if (count == 0 && !others_under_way) {
		wish.is_ready = is_free;
		count = queue_take(&sync->pairs.queue, &wish, taken);
	}
	size_t kept = 0;
	for (size_t i = 0; i < count; i++)
		if (sync_may_look(sync, taken[i]))
			taken[kept++] = taken[i];
	if (kept > 1)
		qsort(taken, kept, sizeof *taken, by_order);
	return kept;
}

/* ---- the pipeline ---- */

static bool start_group(struct pipeline *pipeline, struct group *group, struct error *error)
{
	pipeline->groups[pipeline->count++] = group;
	return group_gather(group, error) && group_check_schema(group, error) && group_settle(group, error) &&
	       group_check_links(group, error) && group_decide(group, error) && group_carry(group, error);
}

static bool finish_oldest(struct pipeline *pipeline, struct error *error)
{
	struct group *group = pipeline->groups[0];

	for (size_t i = 1; i < pipeline->count; i++)
		pipeline->groups[i - 1] = pipeline->groups[i];
	pipeline->count--;
	bool ok = group_remember(group, error);
	group_close(&group);
	return ok;
}

/* Something failed. What other groups have sent is still heard and remembered where that can be done, so that as little as possible is
 * left in doubt. */
static void give_up(struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->count; i++) {
		struct group *group = pipeline->groups[i];
		struct error error = {0};
		if (group->ticket && !group_remember(group, &error))
			log_debug(&pipeline->sync->log, "what was sent stays in doubt: %s", error.text);
		group_close(&group);
	}
	pipeline->count = 0;
}

/* Steady time after which a pass begins nothing more; 0: there is none. */
static bool is_over(int64_t until_ms)
{
	return until_ms && clock_steady_ms() >= until_ms;
}

static bool work_off_queue(struct sync *sync, const struct pass_wish *wish, int64_t until_ms,
			   struct error *error)
{
	struct pipeline pipeline = {.sync = sync};
	struct pair *taken[GROUP_LIMIT];
	size_t begun = 0;
	bool ok = true;

	while (ok) {
		if (!sync_merge_conflicts(sync, error)) {
			ok = false;
			break;
		}
		/* With columns that are known to be stale nothing new is begun. */
		bool may_begin = !sync->schema_stale && (begun == 0 || !is_over(until_ms));
		size_t count = pipeline.count < GROUPS_UNDER_WAY && may_begin
				       ? take_ready(sync, wish, pipeline.count > 0, taken)
				       : 0;
		begun += count;
		if (count)
			ok = start_group(&pipeline, group_open(sync, taken, count), error);
		else if (pipeline.count)
			ok = finish_oldest(&pipeline, error);
		else
			break;
	}
	give_up(&pipeline);
	return ok;
}

/* ---- the pass ---- */

static bool refresh_columns(struct sync *sync, struct error *error)
{
	if (!sync->schema_stale)
		return true;
	log_info(&sync->log, "the base's fields or choices have changed: its schema is read again");
	return sync_bind(sync, error);
}

static bool work(struct sync *sync, const struct pass_wish *wish, int64_t until_ms, struct error *error)
{
	pairs_queue_due(&sync->pairs, clock_steady_ms());
	do {
		sort_queue(sync);
		if (!refresh_columns(sync, error) || !work_off_queue(sync, wish, until_ms, error))
			return false;
	} while (sync->pairs.queue.count && !is_over(until_ms));
	sync->unfinished = sync->pairs.queue.count > 0;
	return refresh_columns(sync, error);
}

static bool list_and_work(struct sync *sync, const struct pass_wish *wish, int64_t until_ms,
			  struct error *error)
{
	return refresh_columns(sync, error) && sync_list_rows(sync, error) &&
	       work(sync, wish, until_ms, error);
}

/* A person says once which side is meant. */
static void queue_held(struct sync *sync, const struct pass_wish *wish)
{
	sync->held_wins = wish->held_wins;
	for (size_t i = 0; wish->held_wins && i < sync->pairs.count; i++)
		if (sync->pairs.list[i]->went_back)
			pairs_look(&sync->pairs, sync->pairs.list[i], LOOK_AGAIN);
}

static void queue_twins(struct sync *sync, const struct pass_wish *wish)
{
	sync->removes_twins = wish->remove_twins;
	for (size_t i = 0; wish->remove_twins && i < sync->pairs.count; i++)
		if (sync->pairs.list[i]->twin_of || sync->pairs.list[i]->app_made)
			pairs_look(&sync->pairs, sync->pairs.list[i], LOOK_AGAIN);
}

static bool hear(struct sync *sync, const struct pass_wish *wish, struct error *error)
{
	bool list = wish->list_rows || !sync->contact_made || sync_wants_list(sync);

	queue_held(sync, wish);
	queue_twins(sync, wish);
	sync->pairs.hears = sync->unfinished;
	bool heard = sync_hear(sync, wish->wait_ms, wish->ask_rows && !list, error) &&
		     (!wish->check_rows || list || sync_check_rows(sync, error));
	sync->pairs.hears = false;
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

/* The schema is read again, which says what is gone; if nothing that is needed is, the pass begins anew, once. */
/* Columns that became others on the way: all rows are compared with them at once. */
static bool hear_and_work(struct sync *sync, const struct pass_wish *wish, struct error *error)
{
	if (!hear(sync, wish, error))
		return false;
	int64_t until_ms = wish->work_ms ? clock_steady_ms() + wish->work_ms : 0;
	return work(sync, wish, until_ms, error) &&
	       (!sync_wants_list(sync) || sync->unfinished || list_and_work(sync, wish, until_ms, error));
}

static bool run(struct sync *sync, const struct pass_wish *wish, struct error *error)
{
	sync->listed = sync->listed && sync->unfinished;
	sync->check_calls = 0;
	sync->pass++;
	if (hear_and_work(sync, wish, error))
		return true;
	if (!may_be_stale(error))
		return false;
	log_info(&sync->log, "the base may have changed: %s", error->text);
	if (!sync_bind(sync, error))
		return false;
	return hear_and_work(sync, wish, error);
}

static bool run_once(struct sync *sync, const struct pass_wish *wish, struct error *error)
{
	bool ok = run(sync, wish, error);

	sync->unfinished = ok && sync->unfinished;
	sync->listed = sync->listed && sync->unfinished;
	sync->bound = false;
	if (!ok)
		return false;
	if (sync->unfinished)
		return true;
	sync_drop_ended(sync);
	return left_behind_clear(sync, error) && (sync->pairs.unsettled > 0 || sync_checkpoint(sync, error));
}

int64_t pass_begins_in_ms(const struct sync *sync)
{
	int64_t left_ms = sync->shown_from_ms - clock_steady_ms();

	return left_ms > 0 ? left_ms : 0;
}

/* Without the ledger nobody knows what was written into a row last, and what it shows in that moment may be older: taken for an edit it
 * would be written into the document. */
static bool rows_show_all(const struct sync *sync, struct error *error)
{
	return pass_begins_in_ms(sync) == 0 ||
	       error_set(error, ERROR_RETRY,
			 "what was remembered is lost, and the rows may not show yet what was written into "
			 "them last: "
			 "they are compared in some seconds");
}

/* A place that was lost on the way is found again at once; so is a state that was. */
bool pass_run(struct sync *sync, const struct pass_wish *wish, struct error *error)
{
	if (!sync_start(sync, error) || !rows_show_all(sync, error))
		return false;
	if (run_once(sync, wish, error))
		return true;
	if (strcmp(error->code, STATE_LOST) == 0) {
		sync_forget_state(sync);
		return sync_start(sync, error) && sync_plant_checkpoint(sync, error) &&
		       rows_show_all(sync, error) && run_once(sync, wish, error);
	}
	return sync->place_lost && sync_start(sync, error) && run_once(sync, wish, error);
}

int64_t pass_next_due_ms(struct sync *sync)
{
	int64_t now_ms = clock_steady_ms();
	int64_t next_ms = pairs_queue_due(&sync->pairs, now_ms);

	return sync->pairs.queue.count ? now_ms : next_ms;
}
