#include "bridge/documents/retire.h"

#include "bridge/app/app_link.h"
#include "bridge/documents/draft.h"
#include "bridge/documents/extra_results.h"
#include "bridge/documents/late_history.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"
#include "bridge/limits.h"
#include "bridge/memory/seen_row.h"
#include "bridge/state/retired_entry.h"

#include <stdlib.h>
#include <string.h>

void job_retire(struct batch *batch, struct job *job, const char *reason)
{
	bool own = job->row.presence == RECORD_THERE && strcmp(job->row.id, job->entry.record_id) == 0;
	struct json_object *cells = own ? json_copy(job->row.body) : json_share(job->entry.retired_cells);

	ledger_entry_retire(&job->entry, reason, batch->sync->rows.ops->now_ms(batch->sync->rows.self),
			    cells);
}

/* The row that was found is not the pair's own but a copy with its ID, which was there before both ended. The pair has its own record id
 * again, and the copy is looked at as a row by itself. */
static void leave_copy(struct batch *batch, const struct job *job)
{
	struct pairs *pairs = &batch->sync->pairs;

	if (job->row.presence != RECORD_THERE || strcmp(job->row.id, job->entry.record_id) == 0)
		return;
	pairs_set_record(pairs, job->pair, job->entry.record_id, false);
	pairs_queue(pairs, sync_pair_of_row(batch->sync, &job->row), JOB_ROW);
}

void job_retire_deleted(struct batch *batch, struct job *job)
{
	leave_copy(batch, job);
	job_retire(batch, job, "document deleted");
	job_ends(job);
}

static void retire(struct batch *batch, struct job *job)
{
	bool left = job->document.presence == RECORD_THERE;

	ledger_entry_retire(&job->entry, left ? "left the scope" : "document deleted",
			    batch->sync->rows.ops->now_ms(batch->sync->rows.self),
			    json_share(job->entry.retired_cells));
	job_note_stale_app_link(batch, job, job->entry.record_id);
	/* It was a copy, perhaps: the others with its ID are fewer now. */
	pairs_set_copy_of(&batch->sync->pairs, job->pair, NULL);
	own_free_text(&job->entry.shows);
	job->row_write.gone = false;
}

/* It stays in the ledger that the row was to be deleted: the next job finds that it is gone. */
static void leave_noted(struct job *job)
{
	job->row_write.gone = false;
	job_ends(job);
}

static void record_soon(struct job *job)
{
	leave_noted(job);
	job_comes_later(job, SYNC_RETRY_FIRST_MS);
}

/* A person is told, and it is tried again, at most hourly: until then the row's last cells are in the note of its deletion. */
static void report_unrecorded(struct job *job, const struct endpoint_write *write)
{
	job_problem(job,
		    "Its row was deleted, and CouchDB does not take the history of that: %s. The row's last "
		    "cells "
		    "are kept in the state database, and it is tried again later.",
		    write->error.text);
	leave_noted(job);
	job_counts_as_given_up(job);
}

/* A document that is there waits for nothing: it may be to get another row. */
static void retire_unrecorded(struct batch *batch, struct job *job, const struct endpoint_write *write)
{
	job_keep_history(job, write->body, write->error.text);
	retire(batch, job);
}

static void take_recorded(struct batch *batch, struct job *job, const struct endpoint_write *write)
{
	bool refused = write->result == ERROR_REFUSED || job->pair->misses >= JOB_MISSES_UNREPORTED;

	if (write->result == ERROR_NONE) {
		retire(batch, job);
	} else if (!refused) {
		job->pair->misses++;
		record_soon(job);
	} else if (job->document.presence == RECORD_THERE) {
		retire_unrecorded(batch, job, write);
	} else {
		report_unrecorded(job, write);
	}
}

static bool record(struct batch *batch, struct job **jobs, struct endpoint_write *writes, size_t count,
		   struct error *error)
{
	struct endpoint *couch = &batch->sync->couch;

	if (count == 0)
		return true;
	struct endpoint_ticket *ticket = couch->ops->write_start(couch->self, writes, count);
	bool ok = couch->ops->write_finish(couch->self, &ticket, error);
	if (ok)
		batch_find_unanswered(batch, writes, count);
	for (size_t i = 0; i < count; i++)
		if (ok)
			take_recorded(batch, jobs[i], &writes[i]);
		else
			record_soon(jobs[i]);
	return ok || error_wrap(error, "keeping the last cells of rows that were deleted");
}

bool batch_retire_gone(struct batch *batch, struct error *error)
{
	struct job **jobs = own_alloc((batch->count + 1) * sizeof *jobs);
	struct endpoint_write *writes = own_alloc((batch->count + 1) * sizeof *writes);
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (!job->row_write.gone)
			continue;
		struct json_object *history = job_row_history(batch, job);
		if (!history) {
			retire(batch, job);
			continue;
		}
		jobs[count] = job;
		writes[count++] = (struct endpoint_write){
			.kind = WRITE_EXTRA, .table = job->pair->table, .id = job->pair->id, .body = history};
	}
	bool ok = record(batch, jobs, writes, count, error);
	for (size_t i = 0; i < count; i++)
		json_release(writes[i].body);
	endpoint_writes_done(writes, count);
	free(writes);
	free(jobs);
	return ok;
}
