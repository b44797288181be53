#include "bridge/sync/recover.h"

#include "bridge/documents/cascade.h"
#include "bridge/documents/late_history.h"
#include "bridge/documents/orphaned_history.h"
#include "bridge/documents/retire.h"
#include "bridge/job/job_outcome.h"
#include "bridge/recovery/branches.h"
#include "bridge/recovery/recover_document.h"
#include "bridge/recovery/recover_row.h"
#include "bridge/recovery/stale_reads.h"

static void recover_row(struct doubts *doubts, struct job *job)
{
	if (job->needs_no_row || job_has_ended(job))
		return;
	job_recover_row(doubts, job);
	/* What is there beside a row that we deleted is another one, and nothing that was written to the first is in its cells. */
	if (job->row.presence == RECORD_THERE && !job_has_ended(job) && !job->row_write.gone)
		job_doubt_replaced(doubts, job);
}

/* What was begun before is ended: histories without a save go, and what follows from a save is saved. */
static bool end_saves(struct batch *batch, struct error *error)
{
	for (size_t i = 0; i < batch->count; i++)
		job_recover_document(batch, &batch->jobs[i]);
	if (!batch_drop_orphaned(batch, error) || !batch_write_kept_histories(batch, error) ||
	    !batch_save_cascades(batch, error))
		return false;
	for (size_t i = 0; i < batch->count; i++)
		if (!batch->jobs[i].missed)
			intent_end(&batch->jobs[i].entry.intents.document);
	return true;
}

static void settle(struct job *job)
{
	if (job_row_is_settled(job))
		intent_end(&job->entry.intents.row);
	ledger_entry_assert(&job->entry);
}

bool batch_recover(struct batch *batch, struct error *error)
{
	struct doubts doubts = {.batch = batch};

	for (size_t i = 0; i < batch->count; i++)
		recover_row(&doubts, &batch->jobs[i]);
	bool ok = batch_find_branches(batch, error) && batch_retire_gone(batch, error) &&
		  end_saves(batch, error) && doubts_settle(&doubts, error);
	for (size_t i = 0; ok && i < batch->count; i++)
		settle(&batch->jobs[i]);
	doubts_done(&doubts);
	return ok;
}
