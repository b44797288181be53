#include "bridge/job/batch.h"

#include "base/clock.h"
#include "bridge/job/job_images.h"
#include "bridge/job/job_outcome.h"
#include "bridge/limits.h"
#include "bridge/memory/turn_count.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct batch *batch_open(struct sync *sync, struct pair *const *pairs, size_t count)
{
	struct batch *batch = own_alloc(sizeof *batch);

	batch->sync = sync;
	batch->count = count;
	batch->pairings_before = sync->pairs.pairings;
	batch->jobs = own_alloc((count + 1) * sizeof *batch->jobs);
	batch->diffs = own_alloc((count + 1) * sizeof *batch->diffs);
	batch->plans = own_alloc((count + 1) * sizeof *batch->plans);
	for (size_t i = 0; i < count; i++) {
		batch->jobs[i].pair = pairs[i];
		batch->jobs[i].diff = &batch->diffs[i];
		batch->jobs[i].couch = batch->diffs[i].couch;
		batch->jobs[i].airtable = batch->diffs[i].airtable;
		batch->jobs[i].plan = &batch->plans[i];
		batch->jobs[i].reasons = pairs[i]->reasons;
		pairs[i]->reasons = 0;
		pairs[i]->under_way = true;
	}
	sync->counts.jobs += (int64_t)count;
	return batch;
}

struct diff *batch_diff_of(struct batch *batch, const struct job *job)
{
	assert(!batch->diffed);
	return &batch->diffs[job - batch->jobs];
}

struct plan *batch_plan_of(struct batch *batch, const struct job *job)
{
	assert(!batch->planned);
	return &batch->plans[job - batch->jobs];
}

static void cells_done(struct cell *cells)
{
	for (size_t field = 0; cells && field < FIELD_COUNT; field++)
		cell_done(&cells[field]);
}

static void take_cells(struct cell **taken, struct cell cells[FIELD_COUNT])
{
	cells_done(*taken);
	if (!*taken)
		*taken = own_alloc(FIELD_COUNT * sizeof **taken);
	memcpy(*taken, cells, FIELD_COUNT * sizeof *cells);
	memset(cells, 0, FIELD_COUNT * sizeof *cells);
}

void job_take_saved(struct job *job, struct cell cells[FIELD_COUNT])
{
	take_cells(&job->saved, cells);
	job->couch = job->saved;
}

void job_take_answered(struct job *job, struct cell cells[FIELD_COUNT])
{
	take_cells(&job->answered, cells);
	job->airtable = job->answered;
}

static void diff_done(struct diff *diff)
{
	cells_done(diff->couch);
	cells_done(diff->airtable);
	for (size_t link = 0; link < countof(diff->both_links); link++)
		cell_done(&diff->both_links[link]);
}

static void job_done(struct job *job)
{
	ledger_entry_done(&job->entry);
	endpoint_record_done(&job->document);
	endpoint_record_done(&job->row);
	cells_done(job->saved);
	free(job->saved);
	cells_done(job->answered);
	free(job->answered);
	cells_done(job->row_write.outgoing);
	text_done(&job->problem);
	datum_close(&job->document_write.given);
	datum_close(&job->document_write.cascade);
	json_release(job->blocked_by);
	json_release(job->grounds);
	json_release(job->document_write.body);
	json_release(job->document_write.awaits);
	json_release(job->document_write.histories);
	json_release(job->document_write.unrecorded);
	json_release(job->document_write.reused);
	json_release(job->row_write.body);
	job_images_done(&job->images);
}

static void queue_again(struct sync *sync, struct job *job, bool remembered)
{
	struct pair *pair = job->pair;
	bool kept = job_keeps_entry(job);

	/* What was found out is neither done nor remembered, and the checkpoint goes on all the same: what is known of both is older. */
	if (kept && pair->unstored)
		pair->in_step = false;

	pairs_set_unsettled(&sync->pairs, pair, !remembered || (kept && !pair->unstored));
	if (!remembered)
		pairs_queue(&sync->pairs, pair, job->reasons ? (enum job_reason)job->reasons : JOB_AGAIN);
	else if (job_comes_at_once(job) && sync_has_turns_left(sync, pair)) {
		pairs_queue(&sync->pairs, pair, JOB_AGAIN);
		if (job->outcome.with)
			pairs_queue(&sync->pairs, job->outcome.with, JOB_AGAIN);
	} else if (job_comes_by_itself(job))
		pairs_set_due(&sync->pairs, pair, DUE_AGAIN,
			      clock_steady_ms() +
				      (job->outcome.in_ms ? job->outcome.in_ms : SYNC_RETRY_FIRST_MS));
}

void batch_close(struct batch **batch)
{
	if (!*batch)
		return;
	struct batch *gone = take(*batch);
	struct error ignored;
	if (gone->ticket &&
	    !gone->sync->rows.ops->write_finish(gone->sync->rows.self, &gone->ticket, &ignored))
		log_debug(&gone->sync->log, "a batch was given up: %s", ignored.text);
	for (size_t i = 0; i < gone->count; i++) {
		struct job *job = &gone->jobs[i];
		job->pair->under_way = false;
		queue_again(gone->sync, job, gone->remembered);
		gone->sync->progress.done += !job->pair->queued && job->reasons != JOB_APP_LINK;
		job_done(job);
		diff_done(&gone->diffs[i]);
		cell_done(&gone->plans[i].default_collection);
	}
	endpoint_writes_done(gone->writes, gone->write_count);
	free(gone->writes);
	free(gone->jobs);
	free(gone->diffs);
	free(gone->plans);
	free(gone);
}

bool job_is_in_round(const struct job *job)
{
	return !job->document_write.rounds_done && !job->document_write.awaits;
}

struct job *batch_job_of(struct batch *batch, const struct pair *pair)
{
	for (size_t i = 0; i < batch->count; i++)
		if (batch->jobs[i].pair == pair)
			return &batch->jobs[i];
	return NULL;
}
