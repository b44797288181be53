#include "bridge/diff/shown_ids.h"

#include "bridge/diff/field_diff.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_outcome.h"
#include "bridge/memory/seen_row.h"

#include <string.h>

/* Whose the row is, by its ID cell as it was read now (sync-rules 13). A paired row is known by its record id; another's ID
 * in it is set back, unless other cells have changed as well. */
static void note_shown_id(struct batch *batch, struct job *job)
{
	struct sync *sync = batch->sync;
	struct pair *pair = job->pair;

	if (job->entry.state == ENTRY_PAIR) {
		bool own =
			job->row.presence == RECORD_THERE && strcmp(job->row.id, job->entry.record_id) == 0;
		struct pair *other = own ? sync_shown_other(sync, pair, &job->airtable[FIELD_ID]) : NULL;
		pairs_set_claims(&sync->pairs, pair, other && job_any_moved(job, false) ? other : NULL);
	} else if (job->entry.state == ENTRY_NONE && job->row.presence == RECORD_THERE) {
		struct pair *owner = sync_pair_of_row(sync, &job->row);
		if (owner != pair) {
			job_ends(job);
			if (job->document.presence == RECORD_THERE)
				job_comes_again(job); /* without that row */
			own_free_text(&job->entry.problem);
			pairs_queue(&sync->pairs, owner, JOB_ROW);
		}
	}
	own_free_text(&job->entry.shows);
	const struct pair *shown = pair->claims ? pair->claims : pair->copy_of;
	job->entry.shows = shown && !job_has_ended(job) ? own_copy(shown->id) : NULL;
}

void batch_note_shown_ids(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		if (!job_has_ended(&batch->jobs[i]) && !batch->jobs[i].needs_no_row)
			note_shown_id(batch, &batch->jobs[i]);
}
