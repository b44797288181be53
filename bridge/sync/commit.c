#include "bridge/sync/commit.h"

#include "base/clock.h"
#include "bridge/app/app_link.h"
#include "bridge/diff/back_in_time.h"
#include "bridge/diff/typing.h"
#include "bridge/documents/retire.h"
#include "bridge/index/parents.h"
#include "bridge/index/scope.h"
#include "bridge/index/waits.h"
#include "bridge/job/conflict_notice.h"
#include "bridge/job/grounds.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_log.h"
#include "bridge/job/job_problem.h"
#include "bridge/job/notes.h"
#include "bridge/job/park.h"
#include "bridge/job/refusals.h"
#include "bridge/limits.h"
#include "bridge/memory/app_twins_index.h"
#include "bridge/memory/retired_entries.h"
#include "bridge/rows/row_draft.h"
#include "bridge/rows/row_search.h"
#include "bridge/state/ledger_io.h"
#include "bridge/sync/brake_batch.h"
#include "inventory/leaf_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AWAITED_MOST                                                                                         \
	16 /* rows without a document that one row is noted to wait for; a link has one, or is not followed */

/* ---- results ---- */

static void take_created(struct batch *batch, struct job *job)
{
	struct ledger_entry *entry = &job->entry;
	const char *record_id = job->row_write->answer.id;

	const struct pair *owner = pairs_by_record(&batch->sync->pairs, record_id);

	if (job->row_write->met_existing && owner && owner != job->pair && owner->state == ENTRY_PAIR) {
		/* A paired row that shows this ID: it keeps its pair, whose job sets the cell back (rule 13). */
		ledger_entry_clear_sent(entry);
		job->again_in_ms = SYNC_RETRY_FIRST_MS;
		pairs_queue(&batch->sync->pairs, pairs_by_record(&batch->sync->pairs, record_id), JOB_ROW);
		return;
	}
	if (job->row_write->met_existing) {
		/* Somebody made it in between: it is adopted by the next job, as any row that was found (rule 15). */
		ledger_entry_clear_sent(entry);
		if (entry->state == ENTRY_PAIR)
			entry->state = ENTRY_NONE;
		entry->record_id[0] = '\0';
		pairs_set_record(&batch->sync->pairs, job->pair, record_id, true);
		job->again = true;
		return;
	}
	for (size_t field = 0; field < FIELD_COUNT; field++)
		ledger_entry_forget_field(entry, (enum field)field);
	ledger_entry_pair(entry, record_id);
	entry->unsure_since_ms = 0;
	job->pair->row_missing = false;
	job->paired = true;
	batch->sync->counts.rows_created++;
	job_log_row_written(batch, job);
	job_take_answer(batch, job);
}

static void take_done(struct batch *batch, struct job *job)
{
	job_note_taken(batch, job);
	switch (job->row_work) {
	case ROW_WORK_CREATE:
		take_created(batch, job);
		break;
	case ROW_WORK_UPDATE:
		batch->sync->counts.rows_updated++;
		job_log_row_written(batch, job);
		job_take_answer(batch, job);
		break;
	case ROW_WORK_DELETE:
		job->row_gone = true;
		batch->sync->counts.rows_deleted++;
		job_log_row_written(batch, job);
		break;
	case ROW_WORK_NONE:
		break;
	}
}

static void take_refused(struct batch *batch, struct job *job)
{
	if (job->row_write->row_missing && job->row_work == ROW_WORK_DELETE) {
		job->row_gone = true;
		return;
	}
	ledger_entry_clear_sent(&job->entry);
	if (job->row_write->row_missing) {
		job->again = true; /* the job that follows finds out whether it is */
		return;
	}
	if (!job->error_cell_alone)
		job_take_refusal(batch, job);
}

static void take_result(struct batch *batch, struct job *job)
{
	switch (job->row_write->result) {
	case ERROR_NONE:
		take_done(batch, job);
		break;
	case ERROR_REFUSED:
		take_refused(batch, job);
		break;
	case ERROR_RETRY:
		/* In doubt: the note stays, the next jobs settle it. */
		job_log_doubt(batch, job, "the row", &job->row_write->error);
		job->again_in_ms = 2000;
		break;
	default:
		/* It never left. */
		job->pair->unsent_ms = job->entry.sent.at_ms;
		ledger_entry_clear_sent(&job->entry);
		job->again = true;
		break;
	}
}

/* ---- the ledger ---- */

/* It is tried again by itself, with growing pauses. */
static void schedule_retry(struct job *job)
{
	struct ledger_entry *entry = &job->entry;
	int64_t wait_ms = retry_pause_ms((unsigned)entry->failures);

	entry->failures++;
	entry->next_try_ms = clock_now_ms() + wait_ms;
	job_wait(job, wait_ms);
	if (job->right_refused)
		job->pair->refused_until_ms = clock_steady_ms() + wait_ms;
}

static void note_problem(struct batch *batch, struct job *job)
{
	struct ledger_entry *entry = &job->entry;
	const char *words = job->problem.length ? text_or_empty(&job->problem) : NULL;

	bool was_well = !entry->problem || ledger_entry_only_reports(entry);
	bool is_other = words && (!entry->problem || strcmp(entry->problem, words) != 0);
	own_free_text(&entry->problem);
	entry->problem = own_copy(words);
	bool is_well = !words || ledger_entry_only_reports(entry); /* the merge was logged when it was made */
	if (is_other && !is_well)
		job_log_problem(batch, job, words);
	if (is_well && !was_well)
		job_log_recovered(batch, job);
	json_release(entry->blocked_by);
	entry->blocked_by = take(job->blocked_by);
	json_release(entry->grounds);
	entry->grounds = job_grounds(job);
	if (words && job->retry) {
		schedule_retry(job);
	} else if (words || job->document_written ||
		   (job->existence.action != EXIST_CREATE_DOCUMENT &&
		    job->existence.action != EXIST_UNDELETE)) {
		entry->failures = 0;
		entry->next_try_ms = 0;
	}
}

/* What was planned was not tried, or is in doubt: it is not known whether all is well. */
static bool is_unanswered(const struct job *job)
{
	return job->row_write && job->row_write->result != ERROR_NONE &&
	       job->row_write->result != ERROR_REFUSED;
}

/* Nothing new is known of what needed no row, or waits for the deadline of a write. */
static bool was_decided(const struct job *job)
{
	return job->existence.reason != NULL;
}

/* What was planned was done, or was refused for good. */
static bool was_answered(const struct job *job)
{
	return was_decided(job) && job->existence.action != EXIST_ASK_AGAIN && !is_unanswered(job);
}

static void remember_body(struct job *job, const char *revision, struct json_object *body)
{
	struct ledger_entry *entry = &job->entry;

	entry->revisions =
		leaf_memory_add(entry->revisions, table_document_type(job->pair->table), revision, body);
}

/* A device may go on from a leaf that was merged long ago. */
static void remember_bodies(struct batch *batch, struct job *job)
{
	scoped(json_object) merged = conflict_take_merged(&batch->sync->pairs.conflicts, job->pair);

	for (size_t i = 0; i < json_length(merged); i++)
		remember_body(job, json_text_or(json_at(merged, i), "_rev", ""), json_at(merged, i));
	if (job->document.body && job->document.revision && !job->document.flaw)
		remember_body(job, job->document.revision, job->document.body);
}

/* Something is still to be done: the entry names nothing as handled. */
static bool is_open(const struct job *job)
{
	return job->again || job->open;
}

/* Called before the entry takes the document's revision, which job_first_seen_ms() compares. While something is open no time is noted but
 * a tombstone's: of others nothing would say which revision it is of. */
static void note_first_seen(const struct batch *batch, struct job *job)
{
	struct ledger_entry *entry = &job->entry;

	if (entry->synced != job->pair->leaves_hash &&
	    (job->document.presence == RECORD_TOMBSTONE || !is_open(job)))
		entry->seen_ms = job_first_seen_ms(batch, job);
}

static void note_synced(struct batch *batch, struct job *job)
{
	struct ledger_entry *entry = &job->entry;

	if (job->went_back && !job->settles_back)
		return;
	job->pair->heard_in = batch->sync->polls_made;
	note_first_seen(batch, job);
	if (job->document.revision && job->document.presence != RECORD_MISSING)
		snprintf(entry->document, sizeof entry->document, "%s", job->document.revision);
	entry->ended = job->pair->ended;
	remember_bodies(batch, job);
	if (is_open(job)) {
		entry->synced = 0; /* it is open: also the next start looks at it */
		return;
	}
	job_note_notice(job);
	entry->synced = job->pair->leaves_hash;
}

/* The row is not the pair's own, and says why. It came back and cannot become a document yet, or is not believed yet; or the document of
 * its ID is outside of the scope. The pair remembers its record id, so that it is looked at again. */
static bool stays_beside(const struct job *job)
{
	enum existence_action action = job->existence.action;
	bool came_back = action == EXIST_UNDELETE || action == EXIST_ASK_AGAIN || action == EXIST_UNTICK;
	bool outside = action == EXIST_LEAVE || action == EXIST_LET_GO;

	return job->row.presence == RECORD_THERE && (came_back || outside);
}

/* Where a row was to be made there was one already: that is what the next job reads, whatever a list says. */
static bool met_row(const struct job *job)
{
	return job->row_write && job->row_write->result == ERROR_NONE && job->row_write->met_existing &&
	       job->again;
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

static void update_pair(struct batch *batch, struct job *job)
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
		pairs_requeue_container(pairs, pair);
		pairs_requeue_contents(pairs, pair);
	}
	pair->state = entry->state;
	pair->synced = entry->synced;
	pair->retired_ms = entry_retired_ms(entry);
	if (pair->created_from_row != entry->created_from_row)
		pairs_doubt_scope(pairs, pair);
	pair->created_from_row = entry->created_from_row;
	/* An app link that was refused waits for another job. */
	bool wants_app_link = paired && !entry->has_app_link && !entry->app_link_refused;
	bool wants_app_link_gone =
		entry->state == ENTRY_RETIRED && entry->has_app_link && !entry->app_link_refused;
	/* This job has not tried to take the app link out, so it had nothing to note that the ledger could refuse: what was told of the
	 * ledger before is not over by that. */
	bool goes_on = wants_app_link_gone && pair->misses > JOB_MISSES_UNREPORTED &&
		       job->document.presence == RECORD_THERE && job->flaw.kind == ERROR_NONE;
	if (!goes_on && pairs_set_unstored(pairs, pair, NULL))
		job->again = batch->sync->open_changed = true; /* the row is not to say so any more */
	pair->has_problem = entry->problem != NULL || pair->unstored;
	pair->only_reported = ledger_entry_only_reports(entry);
	pair->in_step = ledger_entry_is_settled(entry) && !job->again && !job->again_in_ms;
	pair->went_back = paired && job_is_apart(job);
	if (paired)
		pairs_set_record(pairs, pair, entry->record_id, false);
	else if (entry->state != ENTRY_NONE && !met_row(job))
		pairs_set_record(pairs, pair, stays_beside(job) ? job->row.id : "", true);
	report_waits(pairs, job);
	pairs_set_blocked_by(pairs, pair, entry->blocked_by);
	sync_note_agreed(batch->sync, pair, entry);
	/* It became a pair, or moved, while it is outside of the scope: that is to be told. */
	job->again = job->again ||
		     (paired && !pair->in_scope && !entry->problem && pair->document == PAIR_DOCUMENT_THERE);
	if (!job->missed && !wants_app_link && !wants_app_link_gone &&
	    (was_answered(job) || job->needs_no_row))
		pair->misses = 0;
	if (wants_app_link || wants_app_link_gone)
		app_link_schedule(batch->sync, job);
	if (paired && entry->has_app_link)
		pairs_set_due(pairs, pair, DUE_APP_LINK, 0);
}

/* Those jobs whose entries are taken are told to their pairs; the others are parked. */
static bool write_entries_of(struct batch *batch, struct job **jobs, size_t count, struct error *error)
{
	struct ledger_entry **entries = own_alloc((count + 1) * sizeof *entries);
	struct store_result *results = own_alloc((count + 1) * sizeof *results);

	for (size_t i = 0; i < count; i++) {
		job_note_linked_rows(batch, jobs[i]);
		entries[i] = &jobs[i]->entry;
	}
	bool ok = ledger_write(&batch->sync->ledger, entries, count, results, error);
	for (size_t i = 0; ok && i < count; i++)
		if (results[i].kind == ERROR_NONE)
			update_pair(batch, jobs[i]);
		else
			job_refuse_entry(batch, jobs[i], &results[i]);
	free(entries);
	free(results);
	return ok;
}

/* An entry that was refused is written once more as it was, with the reason. */
static size_t take_refused_entries(struct batch *batch, struct job **jobs, size_t count)
{
	size_t refused = 0;

	for (size_t i = 0; i < count; i++) {
		if (!jobs[i]->entry_refused || jobs[i]->keep_ledger)
			continue;
		jobs[i]->entry_refused = false;
		note_problem(batch, jobs[i]);
		jobs[refused++] = jobs[i];
	}
	return refused;
}

static bool write_entries(struct batch *batch, struct error *error)
{
	struct job **jobs = own_alloc((batch->count + 1) * sizeof *jobs);
	size_t count = 0;
	bool ok = true;

	for (size_t i = 0; i < batch->count; i++)
		if (!batch->jobs[i].keep_ledger)
			jobs[count++] = &batch->jobs[i];
	while (ok && count) {
		ok = write_entries_of(batch, jobs, count, error);
		count = take_refused_entries(batch, jobs, count);
	}
	for (size_t i = 0; ok && i < batch->count; i++)
		if (batch->jobs[i].keep_ledger && batch->jobs[i].note_refused)
			job_note_unstored(batch, &batch->jobs[i]);
	free(jobs);
	return ok;
}

/* Each write says its own fate, also when the whole has failed. */
static bool finish_writes(struct batch *batch, struct error *error)
{
	struct endpoint *rows = &batch->sync->rows;

	if (!batch->ticket)
		return true;
	bool ok = rows->ops->write_finish(rows->self, &batch->ticket, error) &&
		  batch_write_without_refused(batch, error);
	for (size_t i = 0; i < batch->count; i++)
		if (batch->jobs[i].row_write)
			take_result(batch, &batch->jobs[i]);
	return ok || error_wrap(error, "writing rows");
}

/* Those that wait for what has paired; those of this batch that wait for what paired while they were under way. What the ledger did not
 * take has not: each job would pair it anew. */
static void requeue_waiting(struct batch *batch)
{
	struct pairs *pairs = &batch->sync->pairs;

	for (size_t i = 0; i < batch->count; i++)
		if (batch->jobs[i].paired && batch->jobs[i].pair->state == ENTRY_PAIR) {
			pairs->pairings++;
			pairs_requeue_waiting(pairs, batch->jobs[i].pair);
		}
	if (pairs->pairings == batch->pairings_before)
		return;
	for (size_t i = 0; i < batch->count; i++)
		if (batch->jobs[i].entry.waits)
			pairs_requeue_if_free(pairs, batch->jobs[i].pair);
}

bool batch_commit(struct batch *batch, struct error *error)
{
	struct error failure = {0};
	struct error unrecorded = {0};
	bool finished = finish_writes(batch, &failure);
	if (!batch_retire_gone(batch, &unrecorded)) {
		failure = finished ? unrecorded : failure;
		finished = false;
	}

	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		job_note_brake(job);
		job->finished = true;
		if (job->keep_ledger)
			continue;
		if (job->parked || (was_answered(job) && !job->missed))
			note_problem(batch, job);
		app_twins_remember(job->pair, &job->entry);
		if (was_decided(job))
			job->entry.waits = job->waits;
		if (was_decided(job) && !is_unanswered(job))
			typing_commit(job);
		note_synced(batch, job);
	}
	scope_update(batch->sync->config, &batch->sync->pairs);
	if (!write_entries(batch, error))
		return false;
	batch->remembered = true;
	requeue_waiting(batch);
	/* What was refused for a document that this very batch has written: the feed's word of that is no news any more. */
	for (size_t i = 0; i < batch->count; i++)
		if (batch->jobs[i].document_written)
			pairs_requeue_refused(&batch->sync->pairs, batch->jobs[i].pair);
	if (!finished)
		*error = failure;
	return finished;
}
