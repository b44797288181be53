#include "bridge/job/conflict_notice.h"

#include "base/clock.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"

#include <stdlib.h>

#define NOTICE_MS (INT64_C(7) * 24 * 3600 * 1000)

void job_take_notice(struct batch *batch, struct job *job)
{
	if (job_keeps_entry(job))
		return;
	char *reported = conflict_take_report(&batch->sync->pairs.conflicts, job->pair);
	if (!reported)
		return;
	free(job->entry.notice);
	job->entry.notice = reported;
	job->entry.notice_ms = clock_now_ms();
	job->entry.notice_leaves_hash = 0;
}

static bool is_past(const struct job *job)
{
	const struct ledger_entry *entry = &job->entry;
	int64_t age_ms = clock_now_ms() - entry->notice_ms;

	return (entry->notice_leaves_hash && entry->notice_leaves_hash != job->pair->leaves_hash) ||
	       age_ms < 0 || age_ms >= NOTICE_MS;
}

void job_report_notice(struct batch *batch, struct job *job)
{
	struct ledger_entry *entry = &job->entry;

	(void)batch;
	if (entry->notice && is_past(job))
		own_free_text(&entry->notice);
	if (!entry->notice || job->needs_no_row || job_has_ended(job))
		return;
	job_problem(job, "%s", entry->notice);
	job_comes_later(job, NOTICE_MS - (clock_now_ms() - entry->notice_ms));
}

void job_note_notice(struct job *job)
{
	if (job->entry.notice && !job->entry.notice_leaves_hash)
		job->entry.notice_leaves_hash = job->pair->leaves_hash;
}
