#include "bridge/sync/diff_batch.h"

#include "bridge/app/app_twins.h"
#include "bridge/app/deleted_by_app.h"
#include "bridge/diff/edit_times.h"
#include "bridge/diff/field_diff.h"
#include "bridge/diff/lost_links.h"
#include "bridge/diff/meant_link.h"
#include "bridge/diff/shown_ids.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_outcome.h"

/* Whose document was deleted, and which cells of the row were edited: before that was seen, or after (sync-rules 10)? */
static bool asks_of_tombstone(const struct batch *batch, const struct job *job, enum field field,
			      int64_t *after_ms_out)
{
	if (job_has_ended(job) || job->needs_no_row || job->document.presence != RECORD_TOMBSTONE ||
	    job->entry.state != ENTRY_PAIR || job->row.presence != RECORD_THERE ||
	    !job_field_moved(job, field, false))
		return false;
	*after_ms_out = job_first_seen_ms(batch, job) + SEEN_LATER_MS + ROUNDED_MS;
	return true;
}

static bool ask_of_tombstones(struct batch *batch, struct error *error)
{
	struct edit_questions asking = {0};

	if (!edit_questions_ask(batch, asks_of_tombstone, &asking, error))
		return false;
	for (size_t i = 0; i < asking.count; i++)
		if (asking.questions[i].is_after)
			batch_diff_of(batch, asking.askers[i])->row_edit_newer = true;
	edit_questions_done(&asking);
	return true;
}

bool batch_diff(struct batch *batch, struct error *error)
{
	if (!batch_check_links(batch, error))
		return false;
	for (size_t i = 0; i < batch->count; i++)
		if (!job_has_ended(&batch->jobs[i]) && !batch->jobs[i].needs_no_row)
			job_diff_fields(batch, &batch->jobs[i]);
	batch_note_shown_ids(batch);
	if (!ask_of_tombstones(batch, error) || !batch_find_deleted_by_app(batch, error) ||
	    !batch_compare_twins(batch, error))
		return false;
	for (size_t i = 0; i < batch->count; i++)
		job_find_meant_links(batch, &batch->jobs[i]);
	batch->diffed = true;
	return true;
}
