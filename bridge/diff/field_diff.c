#include "bridge/diff/field_diff.h"

#include "bridge/job/job_cells.h"

static bool airtable_moved(const struct batch *batch, const struct job *job, enum field field)
{
	struct cell_equivalence equivalence = job_equivalence(batch, job, field);

	return !cell_equal(&job->entry.fields[field].airtable, &job->airtable[field], &equivalence);
}

static struct field_diff diff_field(const struct batch *batch, const struct job *job, enum field field)
{
	const struct ledger_field *agreed = &job->entry.fields[field];
	struct cell_equivalence equivalence = job_equivalence(batch, job, field);
	struct field_diff found = {
		.has_base = true,
		.couch_moved = job_couch_moved(batch, job, field),
		.airtable_moved = airtable_moved(batch, job, field),
		.held = agreed->held,
		.base_uncertain = agreed->base_uncertain,
		.shown_differently = agreed->shown_differently,
	};

	found.is_older = job->diff->went_back && found.couch_moved && !found.airtable_moved &&
			 !cell_equal(&job->couch[field], &job->airtable[field], &equivalence);
	return found;
}

void job_diff_fields(struct batch *batch, struct job *job)
{
	struct diff *diff = batch_diff_of(batch, job);

	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (job->entry.fields[field].known && job_has_column(batch, job, (enum field)field))
			diff->fields[field] = diff_field(batch, job, (enum field)field);
}

bool job_field_moved(const struct job *job, enum field field, bool of_couch)
{
	const struct field_diff *diff = &job->diff->fields[field];

	return field_rule(field)->direction == DIRECTION_BOTH &&
	       (of_couch ? diff->couch_moved : diff->airtable_moved);
}

bool job_any_moved(const struct job *job, bool of_couch)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (job_field_moved(job, (enum field)field, of_couch))
			return true;
	return false;
}
