#include "bridge/steps/update_pair.h"

#include "base/clock.h"
#include "bridge/app/app_link.h"
#include "bridge/diff/back_in_time.h"
#include "bridge/images/images_cell.h"
#include "bridge/index/parents.h"
#include "bridge/index/waits.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_images.h"
#include "bridge/job/job_log.h"
#include "bridge/job/job_outcome.h"
#include "bridge/memory/expiry.h"
#include "bridge/steps/row_results.h"

#define LOOK_GRID_MS 2500 /* looks at rows whose pictures Airtable is fetching */
#define AWAITED_MOST                                                                                         \
	16 /* rows without a document that one row is noted to wait for; a link has one, or is not followed */

/* The row is not the pair's own, and says why. It came back and cannot become a document yet, or is not believed yet; or the document of
 * its ID is outside of the scope. The pair remembers its record id, so that it is looked at again. */
static bool stays_beside(const struct job *job)
{
	enum existence_action action = job->plan->existence.action;
	bool came_back = action == EXIST_UNDELETE || action == EXIST_ASK_AGAIN || action == EXIST_UNTICK;
	bool outside = action == EXIST_LEAVE || action == EXIST_LET_GO;

	return job->row.presence == RECORD_THERE && (came_back || outside);
}

/* Rows that a cell points to and that have no document. */
static size_t awaited_records(const struct cell *cell, const char **records, size_t most)
{
	size_t count = 0;

	for (size_t i = 0; cell->kind == CELL_LINKS && i < cell->id_count && count < most; i++)
		if (cell->ids[i][0] == CELL_UNKNOWN_LINK)
			records[count++] = cell->ids[i] + 1;
	return count;
}

/* A job that did not read the row knows no more than the last one did. */
static void report_waits(struct pairs *pairs, struct job *job)
{
	const char *records[AWAITED_MOST];
	size_t count = awaited_records(job_shown(job, FIELD_COLLECTION), records, countof(records));

	count += awaited_records(job_shown(job, FIELD_CONTAINER), records + count, countof(records) - count);
	if (count > 0 || job->entry.waits != job->pair->waits)
		pairs_set_waits(pairs, job->pair, job->entry.waits, records, count);
}

static void note_state(struct batch *batch, struct job *job)
{
	struct pairs *pairs = &batch->sync->pairs;
	struct pair *pair = job->pair;
	const struct ledger_entry *entry = &job->entry;
	bool paired = entry->state == ENTRY_PAIR;

	/* Also where the ledger knew it already, since its answer to a former cycle got lost. */
	job->paired = job->paired || (paired && pair->state != ENTRY_PAIR);
	if (!paired)
		pairs_requeue_twins(pairs, pair);
	if (pair->state == ENTRY_PAIR && !paired) {
		job_log_unpaired(batch, job);
		pairs_requeue_container(pairs, pair);
		pairs_requeue_contents(pairs, pair);
	}
	pair->state = entry->state;
	pair->synced = entry->synced;
	pair->retired_ms = entry_retired_ms(entry);
	if (pair->created_from_row != entry->created_from_row)
		pairs_doubt_scope(pairs, pair);
	pair->created_from_row = entry->created_from_row;
}

/* The document is to get the app's link, or to lose it. One that was refused waits for another job. */
static bool wants_app_link(const struct ledger_entry *entry)
{
	return entry->state == ENTRY_PAIR && !entry->has_app_link && !entry->app_link_refused;
}

static bool wants_app_link_gone(const struct ledger_entry *entry)
{
	return entry->state == ENTRY_RETIRED && entry->has_app_link && !entry->app_link_refused;
}

/* The entry was stored, so what was told of the ledger before is over. Not if this job has not tried to take the app link out: then it had
 * nothing to note that the ledger could refuse. */
static void end_unstored(struct batch *batch, struct job *job)
{
	bool goes_on = wants_app_link_gone(&job->entry) && job->pair->misses > JOB_MISSES_UNREPORTED &&
		       job->document.presence == RECORD_THERE && job->flaw.kind == ERROR_NONE;

	if (goes_on || !pairs_set_unstored(&batch->sync->pairs, job->pair, NULL))
		return;
	batch->sync->open_changed = true;
	job_comes_again(job); /* the row is not to say so any more */
}

static void note_row(struct pairs *pairs, const struct job *job)
{
	const struct ledger_entry *entry = &job->entry;

	if (entry->state == ENTRY_PAIR)
		pairs_set_record(pairs, job->pair, entry->record_id, false);
	else if (entry->state != ENTRY_NONE)
		pairs_set_record(pairs, job->pair, stays_beside(job) ? job->row.id : "", true);
}

static void note_app_link(struct batch *batch, struct job *job)
{
	const struct ledger_entry *entry = &job->entry;
	bool wants = wants_app_link(entry) || wants_app_link_gone(entry);

	if (!job->missed && !wants && (job_was_answered(job) || job->needs_no_row))
		job->pair->misses = 0;
	if (wants)
		app_link_schedule(batch->sync, job);
	if (entry->state == ENTRY_PAIR && entry->has_app_link)
		pairs_set_due(&batch->sync->pairs, job->pair, DUE_APP_LINK, 0);
}

/* On a grid of time, so that rows which were written one after the other are looked at together. */
static int64_t look_at_ms(int64_t wait_ms)
{
	int64_t at_ms = clock_steady_ms() + wait_ms;

	return (at_ms + LOOK_GRID_MS - 1) / LOOK_GRID_MS * LOOK_GRID_MS;
}

static void note_pictures(struct batch *batch, struct job *job)
{
	const struct endpoint *rows = &batch->sync->rows;
	const struct ledger_pictures *agreed = &job->entry.pictures;
	bool looks = job->entry.state == ENTRY_PAIR && batch->sync->pictures && job->pair->in_scope;
	bool planned = job->images && job->images->planned;
	enum pictures_look look = planned                         ? PICTURES_LOOKED
				  : (job->reasons & JOB_PICTURES) ? PICTURES_IN_VAIN
								  : PICTURES_UNSEEN;
	int64_t now_ms = rows->ops->now_ms(rows->self);
	int64_t at_ms = planned ? job->images->planned_ms : now_ms;
	int64_t wait_ms = looks ? ledger_pictures_due_ms(agreed, at_ms, look) : -1;

	if (wait_ms >= 0)
		wait_ms = wait_ms > now_ms - at_ms ? wait_ms - (now_ms - at_ms) : 0;

	/* Its document was made without them: now there is an item that they can belong to. */
	if (looks && job->paired && !job->images && job->row.presence == RECORD_THERE &&
	    images_row_differs(batch->sync, job->pair, &job->entry, job->row.body))
		wait_ms = 0;
	job->pair->links_handled = agreed->handled;
	pairs_set_due(&batch->sync->pairs, job->pair, DUE_PICTURES, wait_ms < 0 ? 0 : look_at_ms(wait_ms));
}

void job_update_pair(struct batch *batch, struct job *job)
{
	struct pairs *pairs = &batch->sync->pairs;
	struct pair *pair = job->pair;
	const struct ledger_entry *entry = &job->entry;
	bool paired = entry->state == ENTRY_PAIR;

	note_state(batch, job);
	end_unstored(batch, job);
	pair->has_problem = entry->problem != NULL || pair->unstored;
	pair->only_reported = ledger_entry_only_reports(entry);
	pair->in_step = ledger_entry_is_settled(entry) && !job_comes_by_itself(job);
	pair->went_back = paired && job_is_apart(job);
	note_row(pairs, job);
	report_waits(pairs, job);
	pairs_set_blocked_by(pairs, pair, entry->blocked_by);
	sync_note_agreed(batch->sync, pair, entry);
	/* It became a pair, or moved, while it is outside of the scope: that is to be told. */
	if (paired && !pair->in_scope && !entry->problem && pair->document == PAIR_DOCUMENT_THERE)
		job_comes_again(job);
	note_app_link(batch, job);
	note_pictures(batch, job);
}
