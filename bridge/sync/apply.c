#include "bridge/sync/apply.h"

#include "base/clock.h"
#include "bridge/app/app_link.h"
#include "bridge/app/app_twins.h"
#include "bridge/diff/typing.h"
#include "bridge/documents/cascade.h"
#include "bridge/documents/documents.h"
#include "bridge/documents/draft.h"
#include "bridge/documents/late_history.h"
#include "bridge/documents/orphaned_history.h"
#include "bridge/documents/retire.h"
#include "bridge/documents/rounds.h"
#include "bridge/job/conflict_notice.h"
#include "bridge/job/expired.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_log.h"
#include "bridge/job/job_problem.h"
#include "bridge/job/notes.h"
#include "bridge/job/park.h"
#include "bridge/job/refusals.h"
#include "bridge/memory/app_twins_index.h"
#include "bridge/rows/dispatch.h"
#include "bridge/rows/row_draft.h"
#include "bridge/sync/leave_scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- from existence to work ---- */

static void nothing(struct batch *batch, struct job *job)
{
	struct ledger_entry *entry = &job->entry;

	job->finished = true;
	if (entry->state == ENTRY_PAIR || job->row.presence == RECORD_THERE ||
	    (!job->row_asked && job->pair->record_id[0]))
		return;
	ledger_entry_clear_sent(entry); /* to a row that is nobody's and is gone: whatever comes of it */
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
	(void)batch;
	job_problem(job, "%s.", job->existence.reason);
	job->finished = true;
	if (job->document.presence == RECORD_MISSING && job->entry.state != ENTRY_NONE)
		return;
	job->finished = job->row.presence != RECORD_THERE || !is_own_row(job);
	if (!job->finished)
		job_write_only_error_cell(job);
}

/* It has no row that could say so. */
static void hold_twin(struct batch *batch, struct job *job)
{
	(void)batch;
	app_twins_report(job);
	job->finished = true;
}

static bool is_untaken_edit(const struct batch *batch, const struct job *job, enum field field)
{
	const struct ledger_field *agreed = &job->entry.fields[field];
	struct cell_equivalence equivalence = job_equivalence(batch, job, field);

	return job_has_column(batch, job, field) && agreed->known &&
	       field_rule(field)->direction == DIRECTION_BOTH &&
	       !cell_equal(&agreed->airtable, &job->airtable[field], &equivalence);
}

/* What a person did in the row, and what does not reach the document as long as nobody can read that. */
static void report_untaken(struct batch *batch, struct job *job)
{
	struct text names = {0};

	for (size_t field = 0; job->entry.state == ENTRY_PAIR && field < FIELD_COUNT; field++)
		if (is_untaken_edit(batch, job, (enum field)field))
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
	bool own = job->row.presence == RECORD_THERE && is_own_row(job);

	job_problem(job, "%s.", job->flaw.kind != ERROR_NONE ? job->flaw.text : job->existence.reason);
	job->finished = !own;
	if (!own)
		return;
	job_problem(job, "Nothing flows between it and this row until that is corrected.");
	report_untaken(batch, job);
	job_write_only_error_cell(job);
}

static void forget(struct batch *batch, struct job *job)
{
	job_retire(batch, job, "forgotten");
	job->entry.state = ENTRY_FORGOTTEN;
	job->finished = true;
}

/* It is a problem of the pair, and is told in its row: until then it stays as it is. */
static void report_undeletable(struct job *job)
{
	job->finished = !is_own_row(job);
	if (!job->finished)
		job_write_only_error_cell(job);
}

/* The row that has the ID of what is retired may be another than the one that was. */
static void delete_row(struct batch *batch, struct job *job)
{
	if (job_lacks_right(batch, job, RIGHT_DELETE)) {
		report_undeletable(job);
		return;
	}
	snprintf(job->entry.record_id, sizeof job->entry.record_id, "%s", job->row.id);
	job->row_work = ROW_WORK_DELETE;
}

/* Nothing else is done before the base says that it is cleared: of a pair the tick would be meant. */
static void untick(struct batch *batch, struct job *job)
{
	(void)batch;
	job->existence.clear_delete = true;
	snprintf(job->entry.record_id, sizeof job->entry.record_id, "%s", job->row.id);
	job_write_only_error_cell(job);
	job->again = true;
}

static void delete_document(struct batch *batch, struct job *job)
{
	(void)batch;
	job_draft_delete(job);
	job->row_work = job->row.presence == RECORD_THERE ? ROW_WORK_DELETE : ROW_WORK_NONE;
}

static void report(struct job *job)
{
	if (job->existence.reported)
		job_problem(job, "%s.", job->existence.reason);
}

/* A box that is refused is as it was left; when it is unticked, the refusal is past. */
static void note_box(struct job *job)
{
	const struct cell unticked = {0};

	if (job->existence.refuse_delete)
		ledger_entry_agree(&job->entry, FIELD_DELETE, &unticked, &job->airtable[FIELD_DELETE]);
	else
		ledger_entry_forget_field(&job->entry, FIELD_DELETE);
}

static bool has_row_edits(const struct job *job)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (job->decisions[field].action & ACTION_TO_COUCH)
			return true;
	return false;
}

static void merge(struct batch *batch, struct job *job)
{
	typing_hold(batch, job);
	bool edits = has_row_edits(job);
	report(job);
	job->retry = job->existence.refuse_delete;
	note_box(job);
	if (edits && !job_draft_edit(batch, job))
		log_debug(&batch->sync->log, "%s: the row's edits are refused", job->pair->full_id);
	job->merges = true;
	job->row_work = ROW_WORK_UPDATE;
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
	for (size_t field = 0; field < FIELD_COUNT; field++)
		cell_done(&job->airtable[field]);
	report(job);
	if (job_lacks_right(batch, job, RIGHT_CREATE)) {
		job->finished = true;
		return;
	}
	job->row_work = job_fill_create(batch, job) ? ROW_WORK_CREATE : ROW_WORK_NONE;
	job->finished = job->row_work == ROW_WORK_NONE;
	if (!job->finished)
		refill(batch, job);
}

static void undelete(struct batch *batch, struct job *job)
{
	(void)batch;
	/* As a new row is taken in, against the tombstone's revision. */
	job->row_work = ROW_WORK_UPDATE;
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
	job->new_document = json_copy(job->document.body);
	document_set_app_link(table_document_type(job->pair->table), job->new_document,
			      batch->sync->config->id, job->entry.record_id, clock_now_ms());
	job->sets_app_link = true;
	job->document_work = DOCUMENT_WORK_WRITE;
}

/* Nothing that a row shows has changed: the ledger learns the leaves, the document perhaps its app link. */
static void acknowledge(struct batch *batch, struct job *job)
{
	if (job->entry.state != ENTRY_PAIR || job->entry.has_app_link || !(job->reasons & JOB_APP_LINK) ||
	    job->pair->leaves_hash != job->entry.synced) {
		job->finished = true;
		return;
	}
	write_app_link(batch, job);
}

/* The app link was refused, and nothing else is to be written into the document: it is tried by itself. Not beside edits of the row that
 * are refused: with a document that is written they would count as saved. */
static void try_app_link_again(struct batch *batch, struct job *job)
{
	if (!job->entry.app_link_refused || job->entry.state != ENTRY_PAIR || job->entry.has_app_link ||
	    job->given || has_row_edits(job) || job->document_work != DOCUMENT_WORK_NONE ||
	    job->document.presence != RECORD_THERE || job->flaw.kind != ERROR_NONE)
		return;
	write_app_link(batch, job);
}

/* Somebody's edit was made of a revision without it; or the app has marked another row since, which is no more. */
static bool lost_app_link(const struct job *job)
{
	return job->entry.state == ENTRY_PAIR && job->pair->in_scope &&
	       job->document.presence == RECORD_THERE && job->flaw.kind == ERROR_NONE;
}

/* The document carries the app link already: the app made the row, or an earlier ledger of ours knew of it. One of a second row that the app
 * made of it stays as long as that is there. */
static void note_app_link(struct batch *batch, struct job *job)
{
	const char *app_link = job->document.presence == RECORD_THERE && job->flaw.kind == ERROR_NONE
				       ? document_app_link(job->document.body, batch->sync->config->id)
				       : NULL;

	if (app_link && job->entry.state == ENTRY_PAIR &&
	    (strcmp(app_link, job->entry.record_id) == 0 ||
	     app_twins_keep_link(batch->sync, job->pair, app_link)))
		job->entry.has_app_link = true;
	else if (lost_app_link(job))
		job->entry.has_app_link = false;
	if (job->entry.state == ENTRY_RETIRED && job->entry.has_app_link)
		job_note_stale_app_link(batch, job, job->entry.record_id);
}

static void start_job(struct batch *batch, struct job *job)
{
	enum existence_action action = job->existence.action;

	note_app_link(batch, job);
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

/* ---- rows ---- */

static void pair_up(struct batch *batch, struct job *job)
{
	if (job->entry.state == ENTRY_PAIR && strcmp(job->entry.record_id, job->row.id) == 0)
		return;
	ledger_entry_pair(&job->entry, job->row.id);
	job->paired = true;
	job->pair->row_missing = false;
	job->entry.has_app_link = job->sets_app_link && job->document_written;
	note_app_link(batch, job);
	/* What the box asks for is asked of a pair. */
	job->again = job->again || job->airtable[FIELD_DELETE].kind == CELL_TRUE;
}

/* No pair, or not yet: only its error cell is ours. */
static void wait_without_pair(struct job *job)
{
	if (job->entry.state == ENTRY_DISCARDED)
		ledger_entry_let_go(&job->entry); /* it is there again, as a new one */
	if (job->existence.action != EXIST_LEAVE || job->entry.state == ENTRY_NONE)
		snprintf(job->entry.record_id, sizeof job->entry.record_id, "%s", job->row.id);
	job_write_only_error_cell(job);
}

/* What was to be written stays to be written. */
static bool withhold(struct batch *batch, struct job *job)
{
	if (!job_lacks_right(batch, job, RIGHT_UPDATE))
		return false;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (job->writes[field])
			job_unfill(batch, job, (enum field)field);
	return true;
}

static void prepare_row(struct batch *batch, struct job *job)
{
	enum existence_action action = job->existence.action;
	bool new_document = action == EXIST_CREATE_DOCUMENT || action == EXIST_UNDELETE;

	if (job->finished || job->needs_no_row || job->row_work != ROW_WORK_UPDATE)
		return;
	if (job->only_error_cell) {
		if (job->entry.state != ENTRY_PAIR)
			wait_without_pair(job);
		return;
	}
	if (action == EXIST_MERGE_OUT) {
		job_take_merged_out(batch, job);
	} else if ((new_document && job->document_work == DOCUMENT_WORK_NONE) || action == EXIST_HOLD ||
		   action == EXIST_PARK || action == EXIST_LEAVE || action == EXIST_DISCARD_ROW) {
		wait_without_pair(job);
	} else if (action != EXIST_UNTICK) {
		job->entry.created_from_row = job->entry.created_from_row || new_document;
		pair_up(batch, job);
	}
	if (!job_fill_update(batch, job) || withhold(batch, job))
		job->row_work = ROW_WORK_NONE;
}

/* What is to be sent to rows and is not noted yet. */
static size_t collect_unnoted(struct batch *batch, struct job **jobs)
{
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (job->only_error_cell && !job->error_cell_filled && !job->finished)
			job_fill_only_error_cell(batch, job);
		if (job->row_work == ROW_WORK_NONE || job->finished || job->noted || job->unnoted)
			continue;
		job->noted = true;
		job_note_sent(batch, job);
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
		if (!batch->jobs[i].finished && !batch->jobs[i].only_error_cell)
			start_job(batch, &batch->jobs[i]);
	if (!batch_write_in_rounds(batch, error) || !batch_save_cascades(batch, error))
		return false;
	for (size_t i = 0; i < batch->count; i++) {
		job_report_left_open(&batch->jobs[i]);
		job_report_kept_histories(&batch->jobs[i]);
		job_report_unstored(&batch->jobs[i]);
		job_report_notice(batch, &batch->jobs[i]);
		prepare_row(batch, &batch->jobs[i]);
	}
	/* A row whose last edits the history does not take stays, and says so: a second note is of these words. */
	if (!batch_read_last_cells(batch, error) || !batch_confirm_scope(batch, error) ||
	    !note_sent(batch, error) || !batch_write_last_edits(batch, error) || !note_sent(batch, error))
		return false;
	batch_start_rows(batch);
	return true;
}
