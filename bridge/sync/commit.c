#include "bridge/sync/commit.h"

#include "base/clock.h"
#include "bridge/diff/typing.h"
#include "bridge/documents/retire.h"
#include "bridge/images/images_agreed.h"
#include "bridge/images/upload_images.h"
#include "bridge/index/scope.h"
#include "bridge/index/waits.h"
#include "bridge/job/conflict_notice.h"
#include "bridge/job/grounds.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_log.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"
#include "bridge/job/notes.h"
#include "bridge/job/park.h"
#include "bridge/memory/app_twins_index.h"
#include "bridge/rows/split_refused_row.h"
#include "bridge/state/ledger_io.h"
#include "bridge/steps/brake_batch.h"
#include "bridge/steps/row_results.h"
#include "bridge/steps/update_pair.h"
#include "inventory/leaf_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the ledger ---- */

/* It is tried again by itself, with growing pauses. */
static void schedule_retry(struct job *job)
{
	struct ledger_entry *entry = &job->entry;
	int64_t wait_ms = retry_pause_ms((unsigned)entry->failures);

	entry->failures++;
	entry->next_try_ms = clock_now_ms() + wait_ms;
	job_counts_as_given_up(job);
	job_comes_later(job, wait_ms);
	if (job->row_write.right_refused)
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
	if (is_other || !words)
		entry->problem_ms = words ? clock_now_ms() : 0;
	bool is_well = !words || ledger_entry_only_reports(entry); /* the merge was logged when it was made */
	if (is_other && !is_well)
		job_log_problem(batch, job, words);
	if (is_well && !was_well)
		job_log_recovered(batch, job);
	json_release(entry->blocked_by);
	entry->blocked_by = take(job->blocked_by);
	json_release(entry->grounds);
	entry->grounds = job_grounds(job);
	if (words && (job->problem_passes || job->outcome.end == END_GIVEN_UP)) {
		schedule_retry(job);
	} else if (words || job->document_write.written ||
		   (job->plan->existence.action != EXIST_CREATE_DOCUMENT &&
		    job->plan->existence.action != EXIST_UNDELETE)) {
		entry->failures = 0;
		entry->next_try_ms = 0;
	}
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

/* Called before the entry takes the document's revision, which job_first_seen_ms() compares. While something is open no time is noted but
 * a tombstone's: of others nothing would say which revision it is of. */
static void note_first_seen(const struct batch *batch, struct job *job)
{
	struct ledger_entry *entry = &job->entry;

	if (entry->synced != job->pair->leaves_hash &&
	    (job->document.presence == RECORD_TOMBSTONE || !job_is_open(job)))
		entry->seen_ms = job_first_seen_ms(batch, job);
}

static void note_synced(struct batch *batch, struct job *job)
{
	struct ledger_entry *entry = &job->entry;

	if (job->diff->went_back && !job->settles_back)
		return;
	job->pair->heard_in = batch->sync->polls_made;
	note_first_seen(batch, job);
	if (job->document.revision && job->document.presence != RECORD_MISSING)
		snprintf(entry->document, sizeof entry->document, "%s", job->document.revision);
	entry->ended = job->pair->ended;
	remember_bodies(batch, job);
	if (job_is_open(job)) {
		entry->synced = 0; /* it is open: also the next start looks at it */
		return;
	}
	job_note_notice(job);
	entry->synced = job->pair->leaves_hash;
}

/* Those jobs whose entries are taken are told to their pairs; the others are parked. Left in 'jobs' are those of which an entry is written
 * once more as it was, with the reason. */
static bool write_entries_of(struct batch *batch, struct job **jobs, size_t *count_inout, struct error *error)
{
	size_t count = *count_inout;
	struct ledger_entry **entries = own_alloc((count + 1) * sizeof *entries);
	struct store_result *results = own_alloc((count + 1) * sizeof *results);

	for (size_t i = 0; i < count; i++) {
		job_note_linked_rows(batch, jobs[i]);
		entries[i] = &jobs[i]->entry;
	}
	bool ok = ledger_write(&batch->sync->ledger, entries, count, results, error);
	*count_inout = 0;
	for (size_t i = 0; ok && i < count; i++)
		if (results[i].kind == ERROR_NONE) {
			job_update_pair(batch, jobs[i]);
		} else if (job_refuse_entry(batch, jobs[i], &results[i])) {
			note_problem(batch, jobs[i]);
			jobs[(*count_inout)++] = jobs[i];
		}
	free(entries);
	free(results);
	return ok;
}

static bool write_entries(struct batch *batch, struct error *error)
{
	struct job **jobs = own_alloc((batch->count + 1) * sizeof *jobs);
	size_t count = 0;
	bool ok = true;

	for (size_t i = 0; i < batch->count; i++)
		if (!job_keeps_entry(&batch->jobs[i]))
			jobs[count++] = &batch->jobs[i];
	while (ok && count)
		ok = write_entries_of(batch, jobs, &count, error);
	for (size_t i = 0; ok && i < batch->count; i++)
		if (job_keeps_entry(&batch->jobs[i]) && batch->jobs[i].stored != STORED_ALL)
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
		if (batch->jobs[i].row_write.request)
			job_take_result(batch, &batch->jobs[i]);
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
	bool finished = finish_writes(batch, &failure) && batch_upload_images(batch, &failure);
	if (!batch_retire_gone(batch, &unrecorded)) {
		failure = finished ? unrecorded : failure;
		finished = false;
	}

	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		job_note_brake(job);
		job_ends(job);
		if (job_keeps_entry(job))
			continue;
		if (job->outcome.end == END_GIVEN_UP || (job_was_answered(job) && !job->missed))
			note_problem(batch, job);
		app_twins_remember(job->pair, &job->entry);
		if (job_was_decided(job))
			job->entry.waits = job->waits;
		if (job_was_decided(job) && !job_is_unanswered(job))
			typing_commit(job);
		job_end_images(batch, job);
		note_synced(batch, job);
	}
	scope_update(batch->sync->config, &batch->sync->pairs);
	if (!write_entries(batch, error))
		return false;
	batch->remembered = true;
	requeue_waiting(batch);
	/* What was refused for a document that this very batch has written: the feed's word of that is no news any more. */
	for (size_t i = 0; i < batch->count; i++)
		if (batch->jobs[i].document_write.written)
			pairs_requeue_refused(&batch->sync->pairs, batch->jobs[i].pair);
	if (!finished)
		*error = failure;
	return finished;
}
