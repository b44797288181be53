#include "bridge/app/app_link.h"

#include "base/clock.h"
#include "bridge/limits.h"
#include "bridge/memory/app_twins_index.h"
#include "bridge/memory/integration_settings.h"

#include <string.h>

/* Its leaves were seen for so long, by this process or by one before it. */
static bool is_quiet(const struct job *job)
{
	return clock_steady_ms() - job->pair->seen_at_ms >= SYNC_APP_LINK_QUIET_MS ||
	       (job->entry.seen_ms && clock_now_ms() - job->entry.seen_ms >= SYNC_APP_LINK_QUIET_MS);
}

/* Until it is quiet; where it is, and could not be written, as long again. */
static int64_t wait_ms(const struct job *job)
{
	int64_t left_ms = job->pair->seen_at_ms + SYNC_APP_LINK_QUIET_MS - clock_steady_ms();

	return left_ms > 0 && left_ms < SYNC_APP_LINK_QUIET_MS ? left_ms : SYNC_APP_LINK_QUIET_MS;
}

/* Its document cannot be used, or a save of it goes on failing and is told. The next job comes when something changes, or after a pause
 * that grows, and takes the app link along. */
static bool waits_for_more(const struct job *job)
{
	return job->flaw.kind != ERROR_NONE || (job->missed && job->outcome.end == END_GIVEN_UP);
}

/* An app link that was due beside another reason to look gets a job of its own. One that could not be written waits. */
void app_link_schedule(struct sync *sync, const struct job *job)
{
	struct pairs *pairs = &sync->pairs;
	struct pair *pair = job->pair;
	bool was_due = job->reasons & JOB_APP_LINK && job->reasons != JOB_APP_LINK;
	bool at_once = app_links_go_at_once(sync) && job->reasons != JOB_APP_LINK;

	if (waits_for_more(job))
		return;
	if (at_once || (was_due && is_quiet(job)))
		pairs_queue(pairs, pair, JOB_APP_LINK);
	else if (!pair_due_ms(pair, DUE_APP_LINK))
		pairs_set_due(pairs, pair, DUE_APP_LINK, clock_steady_ms() + wait_ms(job));
}

void job_note_stale_app_link(struct batch *batch, struct job *job, const char *record_id)
{
	const char *app_link = job->document.presence == RECORD_THERE
				       ? document_app_link(job->document.body, batch->sync->config->id)
				       : NULL;

	job->entry.has_app_link =
		job->entry.state == ENTRY_RETIRED && app_link && strcmp(app_link, record_id) == 0;
}

/* Somebody's edit was made of a revision without it; or the app has marked another row since, which is no more. */
static bool lost_app_link(const struct job *job)
{
	return job->entry.state == ENTRY_PAIR && job->pair->in_scope &&
	       job->document.presence == RECORD_THERE && job->flaw.kind == ERROR_NONE;
}

/* The document carries the app link already: the app made the row, or an earlier ledger of ours knew of it. One of a second row that the app
 * made of it stays as long as that is there. */
void job_note_app_link(struct batch *batch, struct job *job)
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
