#include "bridge/steps/leave_scope.h"

#include "bridge/app/app_link.h"
#include "bridge/diff/field_diff.h"
#include "bridge/documents/draft.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"
#include "bridge/limits.h"
#include "bridge/memory/integration_settings.h"
#include "bridge/rows/row_draft.h"
#include "bridge/state/retired_entry.h"

/* ---- what stays ---- */

static void drop_app_link(struct batch *batch, struct job *job)
{
	bool is_time = (job->reasons & JOB_APP_LINK) || job->entry.app_link_refused;

	if (job->entry.state != ENTRY_RETIRED || !job->entry.has_app_link || !is_time)
		return;
	job->document_write.body = json_copy(job->document.body);
	document_drop_app_link(job->document_write.body, batch->sync->config->id);
	job->document_write.drops_app_link = true;
	job->document_write.work = DOCUMENT_WORK_WRITE;
}

/* Nothing flows. Said where a row stands for it; a document that never had one is nobody's problem. */
void job_leave(struct batch *batch, struct job *job)
{
	drop_app_link(batch, job);
	if (job->row.presence != RECORD_THERE) {
		if (job->document_write.work == DOCUMENT_WORK_NONE)
			job_ends(job);
		return;
	}
	job_problem(job, "%s.", job->plan->existence.reason);
	job_write_error_cell(job);
}

/* ---- what goes ---- */

void job_merge_out(struct batch *batch, struct job *job)
{
	bool edits = false;

	for (size_t field = 0; field < FIELD_COUNT; field++)
		edits = edits || (job->plan->decisions[field].action & ACTION_TO_COUCH);
	if (edits && !job_draft_edit(batch, job))
		log_debug(&batch->sync->log, "%s: the row's edits are refused", job->pair->full_id);
	job->document_write.merges = true;
	job->row_write.work = ROW_WORK_UPDATE;
}

/* An edit of the row that lost to the document is in the history. If the document comes back into the scope before the row is gone, its value
 * is one that the row has yet to show; what was agreed on about its place stays (job_agreed_couch() knows). */
static void agree_on_loser(struct job *job, enum field field, const struct cell *shown)
{
	bool place = field == FIELD_COLLECTION || field == FIELD_CONTAINER;
	struct cell couch = cell_copy(place ? &job->entry.fields[field].couch : shown);

	ledger_entry_agree(&job->entry, field, &couch, shown);
	cell_done(&couch);
}

static bool take_merged(struct job *job, enum field field)
{
	unsigned action = job_row_action(job, field);
	const struct cell *shown = job_shown(job, field); /* it is not written: it goes on showing this */

	if (action & ACTION_MOVE_BASE) {
		ledger_entry_agree(&job->entry, field, &job->couch[field], shown);
		return true;
	}
	if ((action & ACTION_TO_COUCH) && job->document_write.written) {
		/* What a save made of it goes to the row if that comes back into the scope. */
		ledger_entry_agree(&job->entry, field, &job->airtable[field], shown);
		return true;
	}
	if (!(action & ACTION_TO_AIRTABLE))
		return false;
	agree_on_loser(job, field, shown);
	return true;
}

void job_take_merged_out(struct job *job)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (job_field_moved(job, (enum field)field, false) && take_merged(job, (enum field)field))
			job_comes_again(job);
	if (!job_comes_at_once(job) && !job->problem.length)
		job_problem(job, "%s, but they wait for something else.", job->plan->existence.reason);
	/* Airtable itself may take back what is refused, when it empties a link. */
	job->problem_passes = job->problem_passes || !job_comes_at_once(job);
	job_write_error_cell(job);
}

void job_let_go(struct batch *batch, struct job *job)
{
	ledger_entry_retire(&job->entry, "left the scope",
			    batch->sync->rows.ops->now_ms(batch->sync->rows.self),
			    json_share(job->entry.retired_cells));
	job_note_stale_app_link(batch, job, job->entry.record_id);
	job_ends(job);
	/* Its own row is gone, so this one is another with its ID: the next job tells it so. */
	if (job->row.presence == RECORD_THERE)
		job_comes_again(job);
}

/* ---- whether the scope is still what it was ---- */

static bool is_removed(const struct job *job)
{
	return job->plan->existence.action == EXIST_REMOVE_ROW && job->row_write.work == ROW_WORK_DELETE &&
	       !job_has_ended(job);
}

bool batch_confirm_scope(struct batch *batch, struct error *error)
{
	struct sync *sync = batch->sync;
	bool any = false, same = false;

	for (size_t i = 0; i < batch->count; i++)
		any = any || is_removed(&batch->jobs[i]);
	if (!any)
		return true;
	if (!sync_check_settings(sync, &same, error) || same)
		return same || error_wrap(error, "before rows are deleted");
	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (!is_removed(job))
			continue;
		job->row_write.work = ROW_WORK_NONE;
		job_leave_untouched(job, SYNC_RETRY_FIRST_MS);
	}
	return true;
}
