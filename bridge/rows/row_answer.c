#include "bridge/rows/row_answer.h"

#include "bridge/images/images_agreed.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_outcome.h"
#include "bridge/mapping/mapping_from.h"

void job_forget_obeyed_tick(const struct batch *batch, struct job *job)
{
	const struct column *column = &batch->sync->columns[job->pair->table].of[FIELD_DELETE];

	if (column->id && job->entry.retired_cells)
		json_remove(job->entry.retired_cells, column->id);
}

/* True: the row does not say so yet. */
static bool agree_on_answer(struct batch *batch, struct job *job, enum field field, const struct cell *answer)
{
	struct cell_equivalence equivalence = job_equivalence(batch, job, field);
	bool equivalent = cell_shows_sent(answer, &job->row_write.outgoing[field], &equivalence);

	if (field == FIELD_DELETE)
		job_forget_obeyed_tick(batch, job);
	if (field == FIELD_ERROR || field == FIELD_DELETE)
		return false;
	ledger_entry_agree(&job->entry, field, &job->row_write.outgoing[field], answer);
	job->entry.fields[field].shown_differently = !equivalent;
	if (!equivalent)
		job_report_difference(job, field, &job->row_write.outgoing[field], answer);
	return !equivalent;
}

/* A cell that this write did not touch: the same as we read it, or (true) somebody edits the row right now. */
static bool compare_untouched(struct batch *batch, struct job *job, enum field field,
			      const struct cell *answer)
{
	struct cell_equivalence equivalence = job_equivalence(batch, job, field);

	if (job->row_write.work == ROW_WORK_CREATE && answer->kind == CELL_EMPTY &&
	    job->couch[field].kind == CELL_EMPTY) {
		ledger_entry_agree(&job->entry, field, &job->couch[field], answer);
		return false;
	}
	return !cell_equal(&job->airtable[field], answer, &equivalence);
}

/* A new row replaced nothing: until it is shown at all, it is not there. */
static void remember_replaced(struct job *job)
{
	struct intents *intents = &job->entry.intents;
	const struct intent *intent = &intents->row;
	int64_t at_ms = job->row_write.request->date_ms ? job->row_write.request->date_ms : intent->at_ms;

	for (size_t field = 0; intent->kind == INTENT_UPDATE && field < FIELD_COUNT; field++)
		if (intent->fields[field].written)
			intents_replace(intents, (enum field)field, &intent->fields[field].before, at_ms);
	intent_end(&intents->row);
}

bool job_take_answer(struct batch *batch, struct job *job)
{
	struct sync *sync = batch->sync;
	struct cell cells[FIELD_COUNT] = {0};
	struct mapping_links links = sync_links(sync);
	bool unknown_choice = false, again = false;

	mapping_from_row(job->pair->table, &sync->columns[job->pair->table],
			 job->row_write.request->answer.body, &links, cells, &unknown_choice);
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		if (!job_has_column(batch, job, (enum field)field))
			continue;
		if (job->row_write.writes[field])
			again = agree_on_answer(batch, job, (enum field)field, &cells[field]) || again;
		else if (field != FIELD_ERROR && field != FIELD_DELETE)
			again = compare_untouched(batch, job, (enum field)field, &cells[field]) || again;
		cell_done(&cells[field]);
	}
	for (size_t field = 0; field < FIELD_COUNT; field++)
		cell_done(&cells[field]);
	job_take_images(batch, job);
	remember_replaced(job);
	if (again)
		job_comes_again(job);
	return again;
}
