#include "bridge/steps/expired.h"

#include "bridge/job/job_outcome.h"
#include "bridge/memory/expiry.h"
#include "bridge/state/retired_entry.h"

bool job_retired_is_over(const struct batch *batch, const struct job *job)
{
	const struct ledger_entry *entry = &job->entry;
	bool wants_app_link_gone = entry->has_app_link && !entry->app_link_refused;

	return retired_is_over(batch->sync, entry_retired_ms(entry)) && !intents_are_open(&entry->intents) &&
	       !entry->cascade && !entry->orphaned_histories && !entry->histories && !wants_app_link_gone;
}

void job_expire(struct batch *batch, struct job *job)
{
	(void)batch;
	ledger_entry_expire(&job->entry);
	job_ends(job);
}
