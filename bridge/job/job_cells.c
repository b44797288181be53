#include "bridge/job/job_cells.h"

#include "base/clock.h"
#include "bridge/job/job_problem.h"

#include <stdarg.h>
#include <string.h>

void job_report_difference(struct job *job, enum field field, const struct cell *sent,
			   const struct cell *shown)
{
	char sent_words[64], shown_words[64];

	cell_show(sent, sent_words, sizeof sent_words);
	cell_show(shown, shown_words, sizeof shown_words);
	job_problem(job, "%s: Airtable shows %s for %s.", field_rule(field)->name, shown_words, sent_words);
}

const struct cell *job_both_links(const struct job *job, enum field field)
{
	if (field != FIELD_COLLECTION && field != FIELD_CONTAINER)
		return NULL;
	return &job->diff->both_links[field == FIELD_CONTAINER];
}

const struct cell *job_shown(const struct job *job, enum field field)
{
	const struct cell *both = job_both_links(job, field);

	return both && both->kind != CELL_EMPTY ? both : &job->airtable[field];
}

bool job_has_column(const struct batch *batch, const struct job *job, enum field field)
{
	const struct column *column = &batch->sync->columns[job->pair->table].of[field];

	return column->id && !column->stopped;
}

struct cell_equivalence job_equivalence(const struct batch *batch, const struct job *job, enum field field)
{
	return columns_equivalence(&batch->sync->columns[job->pair->table], field);
}

const struct cell *job_agreed_couch(const struct job *job, enum field field)
{
	const struct ledger_field *agreed = &job->entry.fields[field];
	const struct cell_equivalence exact = {0};
	bool place = field == FIELD_COLLECTION || field == FIELD_CONTAINER;

	if (place && !agreed->shown_differently && !agreed->held &&
	    !cell_equal(&agreed->couch, &agreed->airtable, &exact))
		return &agreed->airtable;
	return &agreed->couch;
}

bool job_couch_moved(const struct batch *batch, const struct job *job, enum field field)
{
	struct cell_equivalence equivalence = job_equivalence(batch, job, field);

	equivalence.tolerance = 0;
	return !cell_equal(job_agreed_couch(job, field), &job->couch[field], &equivalence);
}

/* Whether seen_ms is of the document as it is now. 'handled' tells that, but it is 0 while something is open, such as the deletion of a row
 * that may not be deleted: a tombstone is then known by its revision. */
static bool is_seen_before(const struct job *job)
{
	const struct ledger_entry *entry = &job->entry;
	bool same_tombstone = job->document.presence == RECORD_TOMBSTONE && job->document.revision &&
			      strcmp(entry->document, job->document.revision) == 0;

	return entry->seen_ms && (entry->synced == job->pair->leaves_hash || same_tombstone);
}

int64_t job_first_seen_ms(const struct batch *batch, const struct job *job)
{
	int64_t now_ms = batch->sync->rows.ops->now_ms(batch->sync->rows.self);
	int64_t ago_ms = job->pair->seen_at_ms ? clock_steady_ms() - job->pair->seen_at_ms : 0;

	return is_seen_before(job) ? job->entry.seen_ms : now_ms - ago_ms;
}

const enum field job_link_fields[2] = {FIELD_COLLECTION, FIELD_CONTAINER};

struct pair *job_agreed_target(const struct batch *batch, const struct job *job, enum field field)
{
	const struct ledger_field *agreed = &job->entry.fields[field];

	if (!job_has_column(batch, job, field) || !agreed->known || agreed->airtable.kind != CELL_LINKS)
		return NULL;
	return pairs_find(&batch->sync->pairs, field_linked_table(field), agreed->airtable.ids[0]);
}

bool job_shows_two(const struct job *job, enum field field)
{
	return job->airtable[field].kind == CELL_LINKS && job->airtable[field].id_count == 2;
}
