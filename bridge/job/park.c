#include "bridge/job/park.h"

#include "bridge/job/job_log.h"
#include "bridge/job/job_problem.h"
#include "bridge/limits.h"
#include "bridge/state/ledger_io.h"

#include <string.h>

/* ---- what is left of the job ---- */

static void drop_plan(struct job *job)
{
	json_object_close(&job->histories);
	json_object_close(&job->new_document);
	job->document_work = DOCUMENT_WORK_NONE;
	job->row_work = ROW_WORK_NONE;
	job->sets_app_link = job->drops_app_link = false;
	job->noted = false;
}

/* Its row, or one that waits to become its row, or to take the place of one that is gone. */
static bool has_own_row(const struct job *job)
{
	const struct ledger_entry *entry = &job->entry;

	return !job->needs_no_row && job->row.presence == RECORD_THERE &&
	       (entry->state != ENTRY_PAIR || job->plan->existence.action == EXIST_PAIR_FREE ||
		strcmp(job->row.id, entry->record_id) == 0);
}

void job_give_up(struct job *job)
{
	drop_plan(job);
	job->retry = true;
	job->parked = true;
	job->row_mode = ROW_WRITE_GIVEN_UP;
	job->finished = !has_own_row(job);
	if (!job->finished)
		job_write_error_cell(job);
}

void job_miss(struct job *job, const char *what, const struct error *why)
{
	job->missed = true;
	job->pair->misses++;
	if (job->pair->misses > JOB_MISSES_UNREPORTED) {
		job_problem(job, "CouchDB does not take %s: %s. It is tried again later.", what, why->text);
		job_give_up(job);
		return;
	}
	drop_plan(job);
	job->finished = true;
	/* What surely was not written is not noted any more; else the note is what the next job finds out by. */
	job->keep_ledger = !job->unwritten;
	job->open = job->unwritten;
	if (job->unwritten)
		intent_end(&job->entry.intents.row);
	job->again = why->kind == ERROR_CONFLICT;
	job->again_in_ms = job->again ? 0 : SYNC_RETRY_FIRST_MS;
}

void job_put_off(struct job *job, const struct job *missed)
{
	drop_plan(job);
	job->finished = true;
	job->missed = true;
	job->keep_ledger = true;
	job->again = missed->again;
	job->again_in_ms = missed->again_in_ms;
}

/* ---- the ledger ---- */

static void report_note(struct job *job, const struct store_result *result)
{
	text_clear(&job->problem);
	job_problem(job,
		    "Nothing is written: the note of it in the state database was not taken (%s). It is "
		    "tried again "
		    "later.",
		    result->text[0] ? result->text : error_kind_name(result->kind));
}

static bool is_reported(const struct job *job, const struct store_result *result)
{
	return result->kind == ERROR_REFUSED || job->pair->misses > JOB_MISSES_UNREPORTED;
}

/* Another process wrote the entry: it works on the pair, or did (sync-rules 6.1). Or there was no answer. */
static void miss_note(struct job *job, const struct store_result *result)
{
	drop_plan(job);
	job->finished = true;
	job->keep_ledger = true;
	job->again = result->kind == ERROR_CONFLICT;
	job->again_in_ms = job->again ? 0 : SYNC_RETRY_FIRST_MS;
}

void job_refuse_note(struct batch *batch, struct job *job, const struct store_result *result)
{
	bool before = job->note_refused;

	job->missed = true;
	job->pair->misses++;
	if (!is_reported(job, result)) {
		miss_note(job, result);
		return;
	}
	if (!before) {
		report_note(job, result);
		ledger_entry_restore(&batch->sync->ledger, &job->entry);
		job->note_refused = true;
		job_give_up(job);
	}
	/* The second time it is the words alone that were to be noted. They are our own: a row may have them without a note. */
	job->keep_ledger = before || result->kind != ERROR_REFUSED;
	job->unnoted = job->keep_ledger;
}

void job_refuse_entry(struct batch *batch, struct job *job, const struct store_result *result)
{
	job->missed = true;
	job->pair->misses++;
	if (!is_reported(job, result)) {
		job->again = result->kind == ERROR_CONFLICT;
		job->again_in_ms = job->again ? 0 : SYNC_RETRY_FIRST_MS;
		job->keep_ledger = true;
		return;
	}
	report_note(job, result);
	ledger_entry_restore(&batch->sync->ledger, &job->entry);
	job->keep_ledger = job->note_refused || result->kind != ERROR_REFUSED;
	job->note_refused = job->entry_refused = true;
	job->retry = true;
	job->again = false;
	job->again_in_ms = 0;
}

/* What the ledger did not take at the end of the last job was not told in the row. */
void job_report_unstored(struct job *job)
{
	if (job->pair->unstored && !job->finished && !job->problem.length && has_own_row(job))
		job_problem(job, "%s", job->pair->unstored);
}

void job_note_unstored(struct batch *batch, struct job *job)
{
	struct pair *pair = job->pair;
	const char *words = text_or_empty(&job->problem);

	job->again = false;
	job->again_in_ms = retry_pause_ms(pair->misses);
	pair->has_problem = true;
	if (!pairs_set_unstored(&batch->sync->pairs, pair, words))
		return;
	job_log_problem(batch, job, words);
	batch->sync->open_changed = true;
}
