#include "bridge/job/park.h"

#include "bridge/job/job_log.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"
#include "bridge/limits.h"
#include "bridge/state/ledger_io.h"

#include <string.h>

/* ---- what is left of the job ---- */

static void drop_plan(struct job *job)
{
	json_object_close(&job->document_write.histories);
	json_object_close(&job->document_write.body);
	job->document_write.work = DOCUMENT_WORK_NONE;
	job->row_write.work = ROW_WORK_NONE;
	job->document_write.sets_app_link = job->document_write.drops_app_link = false;
	job->row_write.noted = false;
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
	job_counts_as_given_up(job);
	job->row_write.mode = ROW_WRITE_GIVEN_UP;
	if (!has_own_row(job))
		job_ends(job);
	if (!job_has_ended(job))
		job_write_error_cell(job);
}

/* After a conflict the next job reads what is there. */
static int64_t find_out_in_ms(enum error_kind why)
{
	return why == ERROR_CONFLICT ? JOB_AT_ONCE : SYNC_RETRY_FIRST_MS;
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
	/* The note is what the next job finds out by. What surely was not written is not noted any more. */
	if (!job->document_write.unwritten) {
		job_leave_untouched(job, find_out_in_ms(why->kind));
		return;
	}
	intent_end(&job->entry.intents.row);
	job_stays_open(job, find_out_in_ms(why->kind));
}

void job_put_off(struct job *job, const struct job *missed)
{
	drop_plan(job);
	job->missed = true;
	job_leave_untouched(job, job_comes_at_once(missed) ? JOB_AT_ONCE : missed->outcome.in_ms);
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
	job_leave_untouched(job, find_out_in_ms(result->kind));
}

/* After the first refusal the words alone are left to be stored; where there was no answer so often, not even these. */
static void store_less(struct job *job, const struct store_result *result)
{
	bool words = job->stored == STORED_ALL && result->kind == ERROR_REFUSED;

	job->stored = words ? STORED_PROBLEM : STORED_NOTHING;
}

void job_refuse_note(struct batch *batch, struct job *job, const struct store_result *result)
{
	job->missed = true;
	job->pair->misses++;
	if (!is_reported(job, result)) {
		miss_note(job, result);
		return;
	}
	/* The second time it is the words alone that were to be noted. They are our own: a row may have them without a note. */
	if (job->stored == STORED_ALL) {
		report_note(job, result);
		ledger_entry_restore(&batch->sync->ledger, &job->entry);
		job_give_up(job);
	}
	store_less(job, result);
}

bool job_refuse_entry(struct batch *batch, struct job *job, const struct store_result *result)
{
	job->missed = true;
	job->pair->misses++;
	if (!is_reported(job, result)) {
		job_leave_untouched(job, find_out_in_ms(result->kind));
		return false;
	}
	report_note(job, result);
	ledger_entry_restore(&batch->sync->ledger, &job->entry);
	job_counts_only_as_given_up(job);
	store_less(job, result);
	return job->stored == STORED_PROBLEM;
}

/* What the ledger did not take at the end of the last job was not told in the row. */
void job_report_unstored(struct job *job)
{
	if (job->pair->unstored && !job_has_ended(job) && !job->problem.length && has_own_row(job))
		job_problem(job, "%s", job->pair->unstored);
}

void job_note_unstored(struct batch *batch, struct job *job)
{
	struct pair *pair = job->pair;
	const char *words = text_or_empty(&job->problem);

	job_counts_only_as_given_up(job);
	job_comes_later(job, retry_pause_ms(pair->misses));
	pair->has_problem = true;
	if (!pairs_set_unstored(&batch->sync->pairs, pair, words))
		return;
	job_log_problem(batch, job, words);
	batch->sync->open_changed = true;
}
