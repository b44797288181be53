#include "bridge/sync/apply.h"

#include "bridge/app/app_link.h"
#include "bridge/documents/cascade.h"
#include "bridge/documents/documents.h"
#include "bridge/documents/late_history.h"
#include "bridge/documents/orphaned_history.h"
#include "bridge/documents/rounds.h"
#include "bridge/images/image_links.h"
#include "bridge/images/images_agreed.h"
#include "bridge/images/images_problem.h"
#include "bridge/job/conflict_notice.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"
#include "bridge/job/notes.h"
#include "bridge/job/park.h"
#include "bridge/job/refusal_messages.h"
#include "bridge/rows/dispatch.h"
#include "bridge/rows/row_draft.h"
#include "bridge/state/retired_entry.h"
#include "bridge/steps/apply_existence.h"
#include "bridge/steps/leave_scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- rows ---- */

static void pair_up(struct batch *batch, struct job *job)
{
	if (job->entry.state == ENTRY_PAIR && strcmp(job->entry.record_id, job->row.id) == 0)
		return;
	ledger_entry_pair(&job->entry, job->row.id);
	job->paired = true;
	job->pair->row_missing = false;
	job->entry.has_app_link = job->document_write.sets_app_link && job->document_write.written;
	job_note_app_link(batch, job);
	/* What the box asks for is asked of a pair. */
	if (job->airtable[FIELD_DELETE].kind == CELL_TRUE)
		job_comes_again(job);
}

/* No pair, or not yet: only its error cell is ours. */
static void wait_without_pair(struct job *job)
{
	if (job->entry.state == ENTRY_DISCARDED)
		ledger_entry_let_go(&job->entry); /* it is there again, as a new one */
	if (job->plan->existence.action != EXIST_LEAVE || job->entry.state == ENTRY_NONE)
		snprintf(job->entry.record_id, sizeof job->entry.record_id, "%s", job->row.id);
	job_write_error_cell(job);
}

/* What was to be written stays to be written. */
static bool withhold(struct batch *batch, struct job *job)
{
	if (!job_lacks_right(batch, job, RIGHT_UPDATE))
		return false;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (job->row_write.writes[field])
			job_unfill(batch, job, (enum field)field);
	return true;
}

static void prepare_row(struct batch *batch, struct job *job)
{
	enum existence_action action = job->plan->existence.action;
	bool new_document = action == EXIST_CREATE_DOCUMENT || action == EXIST_UNDELETE;

	if (job_has_ended(job) || job->needs_no_row || job->row_write.work != ROW_WORK_UPDATE)
		return;
	if (job->row_write.mode == ROW_WRITE_GIVEN_UP) {
		if (job->entry.state != ENTRY_PAIR)
			wait_without_pair(job);
		return;
	}
	if (action == EXIST_MERGE_OUT) {
		job_take_merged_out(job);
	} else if ((new_document && job->document_write.work == DOCUMENT_WORK_NONE) || action == EXIST_HOLD ||
		   action == EXIST_PARK || action == EXIST_LEAVE || action == EXIST_DISCARD_ROW) {
		wait_without_pair(job);
	} else if (action != EXIST_UNTICK) {
		job->entry.created_from_row = job->entry.created_from_row || new_document;
		pair_up(batch, job);
	}
	if (!job_fill_update(batch, job) || withhold(batch, job))
		job->row_write.work = ROW_WORK_NONE;
}

/* What is sent without a note is drafted here all the same. */
static bool wants_note(struct batch *batch, struct job *job)
{
	if (job->row_write.work == ROW_WORK_NONE || job_has_ended(job) || job->row_write.noted)
		return false;
	if (job->row_write.mode == ROW_WRITE_GIVEN_UP && !job_fill_given_up(batch, job))
		return false;
	return job->stored != STORED_NOTHING;
}

/* What is to be sent to rows and is not noted yet. */
static size_t collect_unnoted(struct batch *batch, struct job **jobs)
{
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (!wants_note(batch, job))
			continue;
		job->row_write.noted = true;
		job_note_row(batch, job);
		jobs[count++] = job;
	}
	return count;
}

/* Of what the ledger does not take only the words are left, which are noted in another round. */
static bool note_sent(struct batch *batch, struct error *error)
{
	struct job **jobs = own_alloc((batch->count + 1) * sizeof *jobs);
	bool ok = true;

	for (size_t count = 1; ok && count;) {
		count = collect_unnoted(batch, jobs);
		ok = count == 0 || batch_write_notes(batch, jobs, count, error);
	}
	free(jobs);
	return ok;
}

bool batch_apply(struct batch *batch, struct error *error)
{
	for (size_t i = 0; i < batch->count; i++)
		if (!job_has_ended(&batch->jobs[i]) && batch->jobs[i].row_write.mode != ROW_WRITE_GIVEN_UP)
			job_apply_existence(batch, &batch->jobs[i]);
	if (!batch_write_in_rounds(batch, error) || !batch_save_cascades(batch, error) ||
	    !batch_write_image_links(batch, error))
		return false;
	for (size_t i = 0; i < batch->count; i++) {
		job_report_left_open(&batch->jobs[i]);
		job_report_kept_histories(&batch->jobs[i]);
		job_report_unstored(&batch->jobs[i]);
		job_report_notice(batch, &batch->jobs[i]);
		job_settle_images(batch, &batch->jobs[i]);
		job_report_images(&batch->jobs[i]);
		prepare_row(batch, &batch->jobs[i]);
	}
	/* A row whose last edits the history does not take stays, and says so: a second note is of these words. */
	if (!batch_read_last_cells(batch, error) || !batch_confirm_scope(batch, error) ||
	    !note_sent(batch, error) || !batch_write_last_edits(batch, error) || !note_sent(batch, error))
		return false;
	batch_start_rows(batch);
	return true;
}
