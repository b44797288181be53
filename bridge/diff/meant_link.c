#include "bridge/diff/meant_link.h"

#include "bridge/job/job_cells.h"

#include <string.h>

/* The one agreed on and exactly one new one mean the new one. Where it is not sure what was agreed on, two links are a problem. */
static struct cell newer_link(const struct ledger_field *agreed, const struct cell *shown)
{
	if (!agreed->known || agreed->base_uncertain || agreed->airtable.kind != CELL_LINKS ||
	    agreed->airtable.id_count != 1)
		return (struct cell){0};
	bool first_is_old = strcmp(shown->ids[0], agreed->airtable.ids[0]) == 0;
	bool second_is_old = strcmp(shown->ids[1], agreed->airtable.ids[0]) == 0;

	return first_is_old == second_is_old ? (struct cell){0} : cell_link(shown->ids[first_is_old ? 1 : 0]);
}

/* Which of the two is meant was decided when the row could not be written (leave_scope.c): it still shows both, and is to show the one. */
static struct cell decided_link(const struct ledger_field *agreed, const struct cell *shown)
{
	const struct cell_equivalence exact = {0};

	return agreed->known && !agreed->shown_differently && agreed->couch.kind == CELL_LINKS &&
			       cell_equal(shown, &agreed->airtable, &exact)
		       ? cell_copy(&agreed->couch)
		       : (struct cell){0};
}

/* What was agreed on is about another row than this one, which takes its place. */
static bool is_of_other_row(const struct job *job)
{
	return job->entry.state == ENTRY_PAIR && job->row.id &&
	       strcmp(job->row.id, job->entry.record_id) != 0;
}

void job_find_meant_links(struct batch *batch, struct job *job)
{
	for (size_t f = 0; f < countof(job_link_fields); f++) {
		enum field field = job_link_fields[f];
		const struct ledger_field *agreed = &job->entry.fields[field];
		if (!job_has_column(batch, job, field) || !job_shows_two(job, field))
			continue;
		struct diff *diff = batch_diff_of(batch, job);
		struct cell meant = decided_link(agreed, &job->airtable[field]);
		if (meant.kind == CELL_EMPTY && !is_of_other_row(job))
			meant = newer_link(agreed, &job->airtable[field]);
		if (meant.kind == CELL_EMPTY)
			continue;
		cell_move(&diff->both_links[f], &diff->airtable[field]);
		diff->airtable[field] = meant;
	}
}
