#include "bridge/diff/lost_links.h"

#include "bridge/job/job_cells.h"
#include "bridge/job/job_outcome.h"

#include <stdlib.h>
#include <string.h>

struct lost_link {
	struct job *job;
	enum field field;
	struct pair *target;
	const char *record_id; /* borrowed; the row that it pointed to */
	bool is_there;         /* that row */
};

struct lost_links {
	size_t count;
	struct lost_link *list; /* owned */
};

/* The cell pointed to some row when both sides agreed, and does not any more. */
static void collect_lost_link(struct batch *batch, struct job *job, enum field field, struct lost_links *lost)
{
	struct pair *target = job_agreed_target(batch, job, field);
	const char *row = ledger_entry_linked_row(&job->entry, field);

	if (!target || job->airtable[field].kind != CELL_EMPTY)
		return;
	if (!row[0])
		row = target->record_id;
	if (row[0])
		lost->list[lost->count++] =
			(struct lost_link){.job = job, .field = field, .target = target, .record_id = row};
}

static void collect_lost(struct batch *batch, struct lost_links *lost)
{
	lost->list = own_alloc((batch->count * countof(job_link_fields) + 1) * sizeof *lost->list);
	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		bool paired = job->entry.state == ENTRY_PAIR && job->row.presence == RECORD_THERE;
		if (job_has_ended(job) || job->needs_no_row || !paired || job->pair->table != TABLE_ITEMS)
			continue;
		for (size_t f = 0; f < countof(job_link_fields); f++)
			collect_lost_link(batch, job, job_link_fields[f], lost);
	}
}

/* The link before this one that asks for the same row, or itself. */
static size_t first_of_row(const struct lost_links *lost, size_t place)
{
	size_t first = 0;

	while (strcmp(lost->list[first].record_id, lost->list[place].record_id) != 0)
		first++;
	return first;
}

/* One question for all rows. */
static bool ask_rows(struct batch *batch, struct lost_links *lost, struct error *error)
{
	struct endpoint_key *keys = own_alloc((lost->count + 1) * sizeof *keys);
	struct endpoint_records records = {0};
	size_t count = 0;

	for (size_t i = 0; i < lost->count; i++)
		if (first_of_row(lost, i) == i)
			keys[count++] =
				(struct endpoint_key){lost->list[i].target->table, lost->list[i].record_id};
	bool ok = batch->sync->rows.ops->read(batch->sync->rows.self, keys, count, &records, error);
	for (size_t i = 0, asked = 0; ok && i < lost->count; i++) {
		size_t first = first_of_row(lost, i);
		lost->list[i].is_there = first == i ? records.list[asked++].presence == RECORD_THERE
						    : lost->list[first].is_there;
	}
	endpoint_records_done(&records);
	free(keys);
	return ok || error_wrap(error, "asking for rows that links pointed to");
}

static void take_effect(struct batch *batch, const struct lost_link *link)
{
	struct pair *target = link->target;
	bool is_its_row = strcmp(target->record_id, link->record_id) == 0;

	if (target->state == ENTRY_PAIR && is_its_row)
		target->row_missing = !link->is_there;
	if (link->is_there)
		return;
	ledger_entry_forget_field(&link->job->entry, link->field);
	if (is_its_row)
		pairs_queue(&batch->sync->pairs, target, JOB_ROW);
}

bool batch_check_links(struct batch *batch, struct error *error)
{
	struct lost_links lost = {0};

	collect_lost(batch, &lost);
	bool ok = lost.count == 0 || ask_rows(batch, &lost, error);
	for (size_t i = 0; ok && i < lost.count; i++)
		take_effect(batch, &lost.list[i]);
	free(lost.list);
	return ok;
}
