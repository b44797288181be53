#include "bridge/recovery/stale_reads.h"

#include "bridge/job/job_cells.h"
#include "bridge/job/job_outcome.h"
#include "bridge/limits.h"

/* When a write of ours last replaced a value of this field that the cell shows now; 0: none did. */
static int64_t replaced_ms(const struct batch *batch, const struct job *job, enum field field)
{
	struct cell_equivalence equivalence = job_equivalence(batch, job, field);
	int64_t last_ms = 0;
	bool shown = false;

	for (size_t i = 0; i < job->entry.intents.replaced_count; i++) {
		const struct replaced *one = &job->entry.intents.replaced[i];
		if (one->field != field)
			continue;
		last_ms = one->at_ms;
		shown = shown || cell_equal(&job->airtable[field], &one->cell, &equivalence);
	}
	return shown ? last_ms : 0;
}

/* What both agreed on that the cell shows; our own clearing of a command's box is no agreement, but as good. */
static const struct cell *expected(const struct job *job, enum field field)
{
	static const struct cell unticked = {0};

	if (field_rule(field)->direction == DIRECTION_COMMAND)
		return &unticked;
	return job->entry.fields[field].known ? &job->entry.fields[field].airtable : NULL;
}

/* Not edited since: an old picture of the row. */
static void take_edited_since(struct batch *batch, struct job *job, enum field field, bool edited)
{
	if (edited)
		return;
	struct cell agreed = cell_copy(expected(job, field));
	cell_move(&batch_diff_of(batch, job)->airtable[field], &agreed);
	job_comes_later(job, SYNC_STALE_MS);
}

void job_doubt_replaced(struct doubts *doubts, struct job *job)
{
	struct batch *batch = doubts->batch;
	int64_t now_ms = batch->sync->rows.ops->now_ms(batch->sync->rows.self);

	intents_drop_replaced(&job->entry.intents, now_ms - SYNC_STALE_MS);
	for (size_t field = 0; job->entry.intents.replaced_count && field < FIELD_COUNT; field++) {
		struct cell_equivalence equivalence = job_equivalence(batch, job, (enum field)field);
		const struct cell *cell = expected(job, (enum field)field);
		int64_t written_ms = replaced_ms(batch, job, (enum field)field);
		/* The Date header counts whole seconds: our own write may be up to one later. */
		if (written_ms && cell && job_has_column(batch, job, (enum field)field) &&
		    !cell_equal(cell, &job->airtable[field], &equivalence))
			doubts_add(doubts, job, (enum field)field, written_ms + 1000, take_edited_since);
	}
}
