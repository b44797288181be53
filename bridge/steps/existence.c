#include "bridge/steps/existence.h"

#include "bridge/diff/back_in_time.h"
#include "bridge/diff/field_diff.h"
#include "bridge/diff/scope_exit.h"
#include "bridge/index/parents.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_outcome.h"
#include "bridge/limits.h"
#include "bridge/rows/row_answer.h"
#include "bridge/steps/expired.h"

#include <string.h>

static enum document_state document_state(const struct batch *batch, const struct job *job)
{
	const struct pair *pair = job->pair;

	switch (job->document.presence) {
	case RECORD_TOMBSTONE:
		return job->diff->went_back ? DOCUMENT_WENT_BACK : DOCUMENT_TOMBSTONE;
	case RECORD_MISSING:
		return job->entry.state == ENTRY_PAIR ? DOCUMENT_MISSING : DOCUMENT_NONE;
	case RECORD_THERE:
		break;
	}
	if (job->flaw.kind != ERROR_NONE)
		return DOCUMENT_UNREADABLE;
	if (pair->in_scope)
		return DOCUMENT_IN_SCOPE;
	return job_left_scope(batch, job) && !job_parent_went_back(batch, job) ? DOCUMENT_LEFT_SCOPE
									       : DOCUMENT_OUT_OF_SCOPE;
}

/* Gone means not shown twice, a minute apart by the base's clock (sync-rules 2); a row that we deleted needs one job. */
static bool surely_gone(struct batch *batch, struct job *job)
{
	int64_t now_ms = batch->sync->rows.ops->now_ms(batch->sync->rows.self);
	struct ledger_entry *entry = &job->entry;

	if (!entry->unsure_since_ms) {
		entry->unsure_since_ms = now_ms;
		job_comes_later(job, SYNC_UNSURE_MS);
		return false;
	}
	if (now_ms - entry->unsure_since_ms >= SYNC_UNSURE_MS)
		return true;
	job_comes_later(job, SYNC_UNSURE_MS - (now_ms - entry->unsure_since_ms));
	return false;
}

static bool is_mixed_up(const struct pair *pair)
{
	return pair->claims || pair->claimants > 0;
}

/* What that waits for, nobody knows. */
static bool is_held(const struct pair *other)
{
	return other->claims || other->has_problem || !other->in_scope;
}

/* The paired row of another document shows this one's ID: a row that was made now would be written over that row (sync-rules 15). Where
 * the other is held, this one is told and tried again later; else it waits until the other's job has set the ID back. */
static bool is_shown_elsewhere(struct job *job)
{
	const struct pair *other = job->diff->id_shown_by;

	if (!other || job->document.presence != RECORD_THERE || job->flaw.kind != ERROR_NONE ||
	    !job->pair->in_scope)
		return false;
	if (is_held(other))
		job->problem_passes = true;
	else
		job_comes_later(job, SYNC_RETRY_FIRST_MS);
	return true;
}

static enum row_state paired_row_state(struct batch *batch, struct job *job)
{
	bool there = job->row.presence == RECORD_THERE;
	bool was_missing = job->pair->row_missing;

	job->pair->row_missing = !there || strcmp(job->row.id, job->entry.record_id) != 0;
	if (!job->pair->row_missing) {
		job->entry.unsure_since_ms = 0;
		job->paired = job->paired || was_missing; /* what waits for it may go on */
		return is_mixed_up(job->pair)  ? ROW_MIXED_UP
		       : job->pair->copies > 0 ? ROW_PAIRED_OTHERS
					       : ROW_PAIRED;
	}
	if (!surely_gone(batch, job))
		return ROW_UNSURE;
	if (is_mixed_up(job->pair))
		return ROW_MIXED_UP; /* a row made again would be written over the one that shows its ID */
	if (there)
		return ROW_GONE_ONE_FREE;
	return is_shown_elsewhere(job) ? ROW_SHOWS_ANOTHER : ROW_GONE;
}

/* For a while after its deletion a row may still be shown: it did not come back (sync-rules 6.4). */
static bool was_just_deleted(struct batch *batch, struct job *job)
{
	int64_t age_ms = batch->sync->rows.ops->now_ms(batch->sync->rows.self) - job->entry.retired_ms;

	if (job->entry.state == ENTRY_FORGOTTEN || strcmp(job->row.id, job->entry.record_id) != 0 ||
	    age_ms < 0 || age_ms >= SYNC_STALE_MS)
		return false;
	job_comes_later(job, SYNC_STALE_MS - age_ms);
	return true;
}

/* Its last cells have the tick, which was obeyed. What is ticked later is meant. */
static bool shows_obeyed_tick(const struct batch *batch, const struct job *job)
{
	const struct column *column = &batch->sync->columns[job->pair->table].of[FIELD_DELETE];

	return column->id && job->airtable[FIELD_DELETE].kind == CELL_TRUE &&
	       json_bool_or(job->entry.retired_cells, column->id, false);
}

static enum row_state retired_row_state(struct batch *batch, struct job *job)
{
	if (job->row.presence != RECORD_THERE)
		return ROW_NONE;
	if (job->document.presence == RECORD_THERE && strcmp(job->row.id, job->entry.record_id) != 0)
		return ROW_FREE;
	if (was_just_deleted(batch, job))
		return ROW_UNSURE;
	if (shows_obeyed_tick(batch, job))
		return ROW_OF_RETIRED_TICKED;
	if (job->airtable[FIELD_DELETE].kind != CELL_TRUE && job_has_column(batch, job, FIELD_DELETE))
		job_forget_obeyed_tick(batch, job);
	return ROW_OF_RETIRED;
}

static enum row_state row_state(struct batch *batch, struct job *job)
{
	bool there = job->row.presence == RECORD_THERE;

	if (!there && job->entry.state != ENTRY_PAIR && is_shown_elsewhere(job))
		return ROW_SHOWS_ANOTHER;
	switch (job->entry.state) {
	case ENTRY_PAIR:
		return paired_row_state(batch, job);
	case ENTRY_RETIRED:
	case ENTRY_FORGOTTEN:
	case ENTRY_DISCARDED:
		return retired_row_state(batch, job);
	case ENTRY_NONE:
		job->pair->row_missing = !there;
		break;
	}
	if (!there)
		return ROW_NONE;
	if (job->pair->copies > 0)
		return ROW_FREE_TWINS;
	return job->document.presence == RECORD_MISSING ? ROW_NEW : ROW_FREE;
}

/* What becomes of a document that went back in time without a word about its fields. */
static bool settles_back(enum existence_action action)
{
	return action == EXIST_RESTORE_ROW || action == EXIST_FORGET || action == EXIST_DELETE_DOCUMENT ||
	       action == EXIST_RETIRE;
}

struct existence job_decide_existence(struct batch *batch, struct job *job)
{
	struct pair *pair = job->pair;
	bool document_there = job->document.presence == RECORD_THERE && job->flaw.kind == ERROR_NONE;
	bool row_there = job->row.presence == RECORD_THERE;
	struct existence_views views = {
		.document = document_state(batch, job),
		.row = row_state(batch, job),
		.entry = job->entry.state,
		.on_row_deleted = batch->sync->config->on_row_deleted,
		.document_moved = document_there && job_any_moved(job, true),
		.row_moved = row_there && job->entry.state == ENTRY_PAIR && job_any_moved(job, false),
		.row_edit_newer = job->diff->row_edit_newer,
		.app_deleted = job->diff->app_deleted,
		.is_twin = pair->twin_of != NULL,
		.other_is_held = job->diff->id_shown_by && is_held(job->diff->id_shown_by),
		.twin_goes = job->diff->twin_goes,
		.retirement_over = job_retired_is_over(batch, job),
		.delete_ticked = row_there && job->airtable[FIELD_DELETE].kind == CELL_TRUE,
	};

	views.has_contents = (views.delete_ticked || views.on_row_deleted == ROW_DELETED_DELETE) &&
			     pair_has_contents(pair);
	if (views.document == DOCUMENT_LEFT_SCOPE || views.document == DOCUMENT_OUT_OF_SCOPE)
		job_view_scope_exit(batch, job, &views);
	struct existence found = plan_existence(&views);
	job->settles_back = job->diff->went_back && settles_back(found.action);
	if (views.place_open)
		job_comes_again(job);
	log_debug(&batch->sync->log, "%s: %s: %s", pair->full_id, existence_name(found.action), found.reason);
	return found;
}
