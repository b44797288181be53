#include "bridge/diff/schema_effects.h"

#include "bridge/job/job_cells.h"
#include "bridge/job/job_outcome.h"
#include "bridge/memory/bound_columns.h"

#include <string.h>

/* An empty cell is not among the row's values, also where it reads as some value. */
static bool is_shown(const struct batch *batch, const struct job *job, enum field field)
{
	const char *column = batch->sync->columns[job->pair->table].of[field].id;

	return json_find(job->row.body, column, NULL);
}

static bool shows_otherwise(const struct batch *batch, const struct job *job, enum field field,
			    const struct cell *cell)
{
	struct cell_equivalence equivalence = job_equivalence(batch, job, field);

	return !is_shown(batch, job, field) && !cell_equal(cell, &job->airtable[field], &equivalence);
}

/* It showed something when both sides agreed, and shows nothing now. */
static bool is_lost(const struct batch *batch, const struct job *job, enum field field)
{
	const struct ledger_field *agreed = &job->entry.fields[field];

	return agreed->known && shows_otherwise(batch, job, field, &agreed->airtable);
}

/* So it may have been where it is not known what both agreed on last. */
static bool may_be_lost(const struct batch *batch, const struct job *job, enum field field)
{
	const struct intent_field *saved = &job->entry.intents.document.fields[field];
	const struct intent_field *sent = &job->entry.intents.row.fields[field];

	return is_lost(batch, job, field) ||
	       (saved->written && shows_otherwise(batch, job, field, &saved->after)) ||
	       (sent->written && shows_otherwise(batch, job, field, &sent->after));
}

/* Nothing was agreed on yet, and the document has a value. A column of another type may have emptied the cell, or kept the app from filling
 * it, and the row shows the document's time all the same: as if somebody had emptied the cell since. */
static bool may_never_be_filled(const struct batch *batch, const struct job *job, enum field field)
{
	return job->entry.state != ENTRY_PAIR && !job->entry.fields[field].known &&
	       field_rule(field)->direction == DIRECTION_BOTH && job->couch[field].kind != CELL_EMPTY &&
	       shows_otherwise(batch, job, field, &job->couch[field]);
}

static bool doubts_schema(const struct batch *batch, const struct job *job)
{
	if (job_has_ended(job) || job->needs_no_row || job->row.presence != RECORD_THERE)
		return false;
	if (job->diff->unknown_choice)
		return true;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (job_has_column(batch, job, (enum field)field) &&
		    (job->airtable[field].kind == CELL_WRONG || may_be_lost(batch, job, (enum field)field) ||
		     may_never_be_filled(batch, job, (enum field)field)))
			return true;
	return false;
}

static bool has_choice(const struct column *column, const char *canonical)
{
	for (size_t i = 0; i < column->choice_count; i++)
		if (!column->choices[i].gone && strcmp(column->choices[i].canonical, canonical) == 0)
			return true;
	return false;
}

/* The choice that both agreed on was removed, and with it the cell's value. While all rows are compared after a change of the
 * columns, one of the same name may already stand in its place. */
static bool lost_with_choice(const struct batch *batch, const struct job *job, enum field field)
{
	const struct column *column = &batch->sync->columns[job->pair->table].of[field];
	const struct cell *agreed = &job->entry.fields[field].airtable;

	return field_rule(field)->kind == KIND_CHOICE && job_has_column(batch, job, field) &&
	       column->choice_count > 0 && is_lost(batch, job, field) && agreed->kind == CELL_CHOICE &&
	       (!has_choice(column, agreed->text) || batch->sync->unlisted);
}

static void forget_removed_choices(struct batch *batch, struct job *job)
{
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		if (!lost_with_choice(batch, job, (enum field)field))
			continue;
		ledger_entry_forget_field(&job->entry, (enum field)field);
		cell_done(&batch_diff_of(batch, job)->airtable[field]);
	}
}

bool batch_check_schema(struct batch *batch, struct error *error)
{
	bool doubted = false, changed = false;

	for (size_t i = 0; i < batch->count && !doubted; i++)
		doubted = doubts_schema(batch, &batch->jobs[i]);
	if (!doubted)
		return true;
	if (!sync_doubt_schema(batch->sync, &changed, error))
		return false;
	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (!doubts_schema(batch, job))
			continue;
		/* Nothing is decided from cells of columns that may be others than we believe. */
		if (changed)
			job_leave_untouched(job, JOB_AT_ONCE);
		else
			forget_removed_choices(batch, job);
	}
	return true;
}
