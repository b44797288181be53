#include "bridge/steps/apply_existence.h"

#include "base/clock.h"
#include "bridge/app/app_link.h"
#include "bridge/app/app_twins.h"
#include "bridge/diff/field_diff.h"
#include "bridge/documents/draft.h"
#include "bridge/documents/retire.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_log.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"
#include "bridge/job/refusal_messages.h"
#include "bridge/rows/row_draft.h"
#include "bridge/steps/expired.h"
#include "bridge/steps/leave_scope.h"

#include <stdio.h>
#include <string.h>

/* ---- from existence to work ---- */

static void nothing(struct batch *batch, struct job *job)
{
	struct ledger_entry *entry = &job->entry;

	job_ends(job);
	if (entry->state == ENTRY_PAIR || job->row.presence == RECORD_THERE ||
	    (!job->row_asked && job->pair->record_id[0]))
		return;
	intent_end(&entry->intents.row); /* to a row that is nobody's and is gone: whatever comes of it */
	if (entry->state != ENTRY_NONE)
		return;
	/* A row that waited to become a document, and is no more. */
	pairs_set_copy_of(&batch->sync->pairs, job->pair, NULL);
	own_free_text(&entry->shows);
	entry->record_id[0] = '\0';
	entry->next_try_ms = 0;
	pairs_set_record(&batch->sync->pairs, job->pair, "", false);
}

/* The pair's row, or one that is nobody's: what is wrong may be written into it. */
static bool is_own_row(const struct job *job)
{
	const struct ledger_entry *entry = &job->entry;

	return entry->state == ENTRY_NONE ||
	       (entry->state == ENTRY_PAIR && job->row.id && strcmp(job->row.id, entry->record_id) == 0);
}

/* A person has to decide, and reads why where they look: in the row. When documents are missing that were not deleted, the rows are
 * not written at all. */
static void hold(struct batch *batch, struct job *job)
{
	bool lost = job->document.presence == RECORD_MISSING && job->entry.state != ENTRY_NONE;

	(void)batch;
	job_problem(job, "%s.", job->plan->existence.reason);
	if (!lost && job->row.presence == RECORD_THERE && is_own_row(job))
		job_write_error_cell(job);
	else
		job_ends(job);
}

/* It has no row that could say so. */
static void hold_twin(struct batch *batch, struct job *job)
{
	(void)batch;
	app_twins_report(job);
	job_ends(job);
}

/* What a person did in the row, and what does not reach the document as long as nobody can read that. */
static void report_untaken(struct job *job)
{
	struct text names = {0};

	for (size_t field = 0; job->entry.state == ENTRY_PAIR && field < FIELD_COUNT; field++)
		if (job_field_moved(job, (enum field)field, false))
			text_format(&names, "%s%s", names.length ? ", " : "",
				    field_rule((enum field)field)->name);
	if (names.length)
		job_problem(job, "Edits of this row wait: %s.", text_or_empty(&names));
	if (job->airtable[FIELD_DELETE].kind == CELL_TRUE)
		job_problem(job, "Delete is not obeyed.");
	text_done(&names);
}

/* Nothing flows; the row says so, and what of it is not taken. */
static void park_unreadable(struct batch *batch, struct job *job)
{
	(void)batch;
	bool own = job->row.presence == RECORD_THERE && is_own_row(job);

	job_problem(job, "%s.", job->flaw.kind != ERROR_NONE ? job->flaw.text : job->plan->existence.reason);
	if (!own) {
		job_ends(job);
		return;
	}
	job_problem(job, "Nothing flows between it and this row until that is corrected.");
	report_untaken(job);
	job_write_error_cell(job);
}

static void forget(struct batch *batch, struct job *job)
{
	job_retire(batch, job, "forgotten");
	job->entry.state = ENTRY_FORGOTTEN;
	job_ends(job);
}

/* It is a problem of the pair, and is told in its row: until then it stays as it is. */
static void report_undeletable(struct job *job)
{
	if (is_own_row(job))
		job_write_error_cell(job);
	else
		job_ends(job);
}

/* The row that has the ID of what is retired may be another than the one that was. */
static void delete_row(struct batch *batch, struct job *job)
{
	if (job_lacks_right(batch, job, RIGHT_DELETE)) {
		report_undeletable(job);
		return;
	}
	snprintf(job->entry.record_id, sizeof job->entry.record_id, "%s", job->row.id);
	job->row_write.work = ROW_WORK_DELETE;
}

/* Nothing else is done before the base says that it is cleared: of a pair the tick would be meant. */
static void untick(struct batch *batch, struct job *job)
{
	(void)batch;
	snprintf(job->entry.record_id, sizeof job->entry.record_id, "%s", job->row.id);
	job_write_error_cell(job);
	job_comes_again(job);
}

static void delete_document(struct batch *batch, struct job *job)
{
	(void)batch;
	job_draft_delete(job);
	job->row_write.work = job->row.presence == RECORD_THERE ? ROW_WORK_DELETE : ROW_WORK_NONE;
}

static void report(struct job *job)
{
	if (job->plan->existence.reported)
		job_problem(job, "%s.", job->plan->existence.reason);
}

/* A box that is refused is as it was left; when it is unticked, the refusal is past. */
static void note_box(struct job *job)
{
	const struct cell unticked = {0};

	if (job->plan->existence.refuse_delete)
		ledger_entry_agree(&job->entry, FIELD_DELETE, &unticked, &job->airtable[FIELD_DELETE]);
	else
		ledger_entry_forget_field(&job->entry, FIELD_DELETE);
}

static bool has_row_edits(const struct job *job)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (job->plan->decisions[field].action & ACTION_TO_COUCH)
			return true;
	return false;
}

static void merge(struct batch *batch, struct job *job)
{
	bool edits = has_row_edits(job);
	report(job);
	job->problem_passes = job->problem_passes || job->plan->existence.refuse_delete;
	note_box(job);
	if (edits && !job_draft_edit(batch, job))
		log_debug(&batch->sync->log, "%s: the row's edits are refused", job->pair->full_id);
	job->document_write.merges = true;
	job->row_write.work = ROW_WORK_UPDATE;
}

/* A row of a document that was brought back gets what its former row had in columns of people's own. */
static void refill(struct batch *batch, struct job *job)
{
	struct endpoint *rows = &batch->sync->rows;
	scoped(json_object) tables = json_share(batch->sync->schema_seen);
	struct error error;

	if (job->entry.state != ENTRY_RETIRED || !job->entry.retired_cells)
		return;
	if (tables || rows->ops->schema(rows->self, &tables, &error))
		job_refill(batch, job, tables);
	else
		job_log_unfilled(batch, job, &error);
}

static void create_row(struct batch *batch, struct job *job)
{
	struct cell nothing_yet[FIELD_COUNT] = {0};

	job_take_answered(job, nothing_yet);
	report(job);
	if (job_lacks_right(batch, job, RIGHT_CREATE)) {
		job_ends(job);
		return;
	}
	job->row_write.work = job_fill_create(batch, job) ? ROW_WORK_CREATE : ROW_WORK_NONE;
	if (job->row_write.work == ROW_WORK_NONE)
		job_ends(job);
	else
		refill(batch, job);
}

static void undelete(struct batch *batch, struct job *job)
{
	(void)batch;
	/* As a new row is taken in, against the tombstone's revision. */
	job->row_write.work = ROW_WORK_UPDATE;
}

static void (*const existence_work[])(struct batch *batch, struct job *job) = {
	[EXIST_NOTHING] = nothing,
	[EXIST_ASK_AGAIN] = nothing,
	[EXIST_HOLD] = hold,
	[EXIST_DELETE_TWIN] = delete_document,
	[EXIST_HOLD_TWIN] = hold_twin,
	[EXIST_PARK] = park_unreadable,
	[EXIST_RETIRE] = job_retire_deleted,
	[EXIST_DELETE_ROW] = delete_row,
	[EXIST_DISCARD_ROW] = delete_row,
	[EXIST_UNTICK] = untick,
	[EXIST_UNDELETE] = undelete,
	[EXIST_MERGE] = merge,
	[EXIST_MERGE_OTHERS] = merge,
	[EXIST_PAIR_FREE] = merge,
	[EXIST_CREATE_ROW] = create_row,
	[EXIST_RESTORE_ROW] = create_row,
	[EXIST_DELETE_DOCUMENT] = delete_document,
	[EXIST_FORGET] = forget,
	[EXIST_ADOPT] = merge,
	[EXIST_CREATE_DOCUMENT] = undelete,
	[EXIST_LEAVE] = job_leave,
	[EXIST_MERGE_OUT] = job_merge_out,
	[EXIST_REMOVE_ROW] = delete_row,
	[EXIST_LET_GO] = job_let_go,
	[EXIST_EXPIRE] = job_expire,
};

static void write_app_link(struct batch *batch, struct job *job)
{
	job->document_write.body = json_copy(job->document.body);
	document_set_app_link(table_document_type(job->pair->table), job->document_write.body,
			      batch->sync->config->id, job->entry.record_id, clock_now_ms());
	job->document_write.sets_app_link = true;
	job->document_write.work = DOCUMENT_WORK_WRITE;
}

/* Nothing that a row shows has changed: the ledger learns the leaves, the document perhaps its app link. */
static void acknowledge(struct batch *batch, struct job *job)
{
	if (job->entry.state != ENTRY_PAIR || job->entry.has_app_link || !(job->reasons & JOB_APP_LINK) ||
	    job->pair->leaves_hash != job->entry.synced) {
		job_ends(job);
		return;
	}
	write_app_link(batch, job);
}

/* The app link was refused, and nothing else is to be written into the document: it is tried by itself. Not beside edits of the row that
 * are refused: with a document that is written they would count as saved. */
static void try_app_link_again(struct batch *batch, struct job *job)
{
	if (!job->entry.app_link_refused || job->entry.state != ENTRY_PAIR || job->entry.has_app_link ||
	    job->document_write.given || has_row_edits(job) ||
	    job->document_write.work != DOCUMENT_WORK_NONE || job->document.presence != RECORD_THERE ||
	    job->flaw.kind != ERROR_NONE)
		return;
	write_app_link(batch, job);
}

void job_apply_existence(struct batch *batch, struct job *job)
{
	enum existence_action action = job->plan->existence.action;

	job_note_app_link(batch, job);
	if (job->needs_no_row) {
		acknowledge(batch, job);
		return;
	}
	existence_work[action](batch, job);
	if ((action == EXIST_CREATE_DOCUMENT || action == EXIST_UNDELETE) && !job_draft_new(batch, job))
		log_debug(&batch->sync->log, "%s: the row is no document yet", job->pair->full_id);
	if (action == EXIST_MERGE || action == EXIST_MERGE_OTHERS)
		try_app_link_again(batch, job);
}
