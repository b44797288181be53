#include "bridge/steps/row_results.h"

#include "bridge/images/images_agreed.h"
#include "bridge/job/job_log.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/refusal_messages.h"
#include "bridge/limits.h"
#include "bridge/rows/row_answer.h"

static void take_created(struct batch *batch, struct job *job)
{
	struct ledger_entry *entry = &job->entry;
	const char *record_id = job->row_write.request->answer.id;

	const struct pair *owner = pairs_by_record(&batch->sync->pairs, record_id);

	if (job->row_write.request->met_existing && owner && owner != job->pair &&
	    owner->state == ENTRY_PAIR) {
		/* A paired row that shows this ID: it keeps its pair, whose job sets the cell back (rule 13). */
		intent_end(&entry->intents.row);
		job_comes_later(job, SYNC_RETRY_FIRST_MS);
		pairs_queue(&batch->sync->pairs, pairs_by_record(&batch->sync->pairs, record_id), JOB_ROW);
		return;
	}
	if (job->row_write.request->met_existing) {
		/* Somebody made it in between, and it shows ours by now. The intent stays: the next job tells by it what of the row is
		 * ours, as after a lost answer (rule 15). */
		if (entry->state == ENTRY_PAIR)
			entry->state = ENTRY_NONE;
		entry->record_id[0] = '\0';
		pairs_set_record(&batch->sync->pairs, job->pair, record_id, true);
		job_comes_again(job);
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
	(void)job_take_answer(batch, job);
}

static void take_done(struct batch *batch, struct job *job)
{
	job_note_taken(batch, job);
	switch (job->row_write.work) {
	case ROW_WORK_CREATE:
		take_created(batch, job);
		break;
	case ROW_WORK_UPDATE:
		batch->sync->counts.rows_updated++;
		job_log_row_written(batch, job);
		(void)job_take_answer(batch, job);
		break;
	case ROW_WORK_DELETE:
		job->row_write.gone = true;
		batch->sync->counts.rows_deleted++;
		job_log_row_written(batch, job);
		break;
	case ROW_WORK_NONE:
		break;
	}
}

static void take_refused(struct batch *batch, struct job *job)
{
	if (job->row_write.request->row_missing && job->row_write.work == ROW_WORK_DELETE) {
		job->row_write.gone = true;
		return;
	}
	intent_end(&job->entry.intents.row);
	job_forget_images(batch, job);
	if (job->row_write.request->row_missing) {
		job_comes_again(job); /* the job that follows finds out whether it is */
		return;
	}
	if (job->row_write.mode != ROW_WRITE_REFUSED)
		job_take_refusal(batch, job);
}

void job_take_result(struct batch *batch, struct job *job)
{
	switch (job->row_write.request->result) {
	case ERROR_NONE:
		take_done(batch, job);
		break;
	case ERROR_REFUSED:
		take_refused(batch, job);
		break;
	case ERROR_RETRY:
		/* In doubt: the note stays, the next jobs settle it. */
		job_log_doubt(batch, job, "the row", &job->row_write.request->error);
		job_comes_later(job, 2000);
		break;
	default:
		/* It never left. */
		job->pair->unsent_ms = job->entry.intents.row.at_ms;
		job_forget_images(batch, job);
		intent_end(&job->entry.intents.row);
		job_comes_again(job);
		break;
	}
}

/* What was planned was not tried, or is in doubt: it is not known whether all is well. */
bool job_is_unanswered(const struct job *job)
{
	return job->row_write.request && job->row_write.request->result != ERROR_NONE &&
	       job->row_write.request->result != ERROR_REFUSED;
}

/* Nothing new is known of what needed no row, or waits for the deadline of a write. */
bool job_was_decided(const struct job *job)
{
	return job->plan->existence.reason != NULL;
}

/* What was planned was done, or was refused for good. */
bool job_was_answered(const struct job *job)
{
	return job_was_decided(job) && job->plan->existence.action != EXIST_ASK_AGAIN &&
	       !job_is_unanswered(job);
}
