#include "bridge/app/app_twins.h"

#include "bridge/job/job_cells.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"
#include "bridge/mapping/mapping_from.h"
#include "bridge/memory/app_twins_index.h"
#include "bridge/memory/seen_row.h"

#include <stdlib.h>
#include <string.h>

/* The app link of the job's document, where it names a row that nobody knows. */
static const char *unknown_app_link(const struct batch *batch, const struct job *job)
{
	const char *app_link = job->document.presence == RECORD_THERE && job->flaw.kind == ERROR_NONE
				       ? document_app_link(job->document.body, batch->sync->config->id)
				       : NULL;

	return app_link && !job_has_ended(job) && job->entry.state == ENTRY_PAIR &&
			       strcmp(app_link, job->entry.record_id) != 0 &&
			       !pairs_by_record(&batch->sync->pairs, app_link)
		       ? app_link
		       : NULL;
}

/* A row with the ID of the pair is a copy of its row: its own job tells. */
static void take_row(struct batch *batch, const struct job *job, const struct endpoint_record *row)
{
	if (row->presence != RECORD_THERE)
		return;
	pairs_queue(&batch->sync->pairs, sync_pair_of_row(batch->sync, row), JOB_ROW);
	app_twins_note_link(batch->sync, job->pair, row->id);
}

bool batch_find_twins(struct batch *batch, struct error *error)
{
	const struct endpoint *rows = &batch->sync->rows;
	struct endpoint_key *keys = own_alloc((batch->count + 1) * sizeof *keys);
	const struct job **jobs = own_alloc((batch->count + 1) * sizeof(struct job *));
	struct endpoint_records records = {0};
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++) {
		const char *app_link = unknown_app_link(batch, &batch->jobs[i]);
		if (!app_link)
			continue;
		keys[count] = (struct endpoint_key){batch->jobs[i].pair->table, app_link};
		jobs[count++] = &batch->jobs[i];
	}
	bool ok = count == 0 || rows->ops->read(rows->self, keys, count, &records, error);
	for (size_t i = 0; ok && i < count; i++)
		take_row(batch, jobs[i], &records.list[i]);
	endpoint_records_done(&records);
	free(jobs);
	free(keys);
	return ok || error_wrap(error, "reading rows that the app's links name");
}

/* ---- what a person wants gone ---- */

static struct pair *original(const struct job *job)
{
	return job->pair->twin_of ? job->pair->twin_of : job->pair->app_made ? job->pair->copy_of : NULL;
}

/* The document that a link of the twin stands for: what it points to may be a twin itself. */
static const char *linked(const struct sync *sync, enum table table, const struct cell *cell)
{
	const char *id = cell->kind == CELL_LINKS && cell->id_count == 1 ? cell->ids[0] : "";
	const struct pair *pair = id[0] == CELL_UNKNOWN_LINK ? pairs_by_record(&sync->pairs, id + 1)
							     : pairs_find(&sync->pairs, table, id);

	if (pair && pair->twin_of)
		return pair->twin_of->id;
	return pair && pair->copy_of ? pair->copy_of->id : pair ? pair->id : "";
}

static bool is_same(const struct batch *batch, const struct job *job, enum field field,
		    const struct cell *twins, const struct cell *originals)
{
	struct cell_equivalence equivalence = job_equivalence(batch, job, field);
	bool links = twins->kind == CELL_LINKS && originals->kind == CELL_LINKS;
	enum table table = links ? field_linked_table(field) : TABLE_ITEMS;

	return twins->kind == CELL_EMPTY || cell_equal(twins, originals, &equivalence) ||
	       (links &&
		strcmp(linked(batch->sync, table, twins), linked(batch->sync, table, originals)) == 0);
}

/* Each two-way value of the twin is one of the original. */
static bool has_nothing_more(const struct batch *batch, const struct job *job,
			     const struct endpoint_record *document)
{
	const struct cell *twins = job->pair->twin_of ? job->couch : job->airtable;
	struct cell cells[FIELD_COUNT] = {0};
	bool same = document->presence == RECORD_THERE && document->body && !document->flaw;

	if (same)
		mapping_from_document(document->table, document->id, document->body, cells);
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		if (same && job_has_column(batch, job, (enum field)field) &&
		    field_rule((enum field)field)->direction == DIRECTION_BOTH)
			same = is_same(batch, job, (enum field)field, &twins[field], &cells[field]);
		cell_done(&cells[field]);
	}
	return same;
}

/* As the app saved it when it made it. */
static bool was_never_edited(const struct job *job)
{
	struct json_object *body = job->document.body;

	return job->pair->twin_of && document_updated_at(body) > 0 &&
	       document_updated_at(body) == document_created_at(body);
}

/* The app has made rows point to the second row. Airtable would empty these links with it. After a start it is not known yet for which
 * row they wait. */
static bool is_linked_to(const struct sync *sync, const struct job *job)
{
	const struct watches *watches = &sync->pairs.watches;

	return !job->pair->twin_of && (watches_of(watches, WATCH_RECORDS, job->pair->record_id) ||
				       watches_of(watches, WATCH_RECORDS, ""));
}

static bool is_compared(const struct sync *sync, const struct job *job)
{
	return original(job) && !is_linked_to(sync, job) && !job_has_ended(job) && !job->needs_no_row &&
	       job->flaw.kind == ERROR_NONE &&
	       (job->pair->twin_of ? job->document.presence : job->row.presence) == RECORD_THERE;
}

bool batch_compare_twins(struct batch *batch, struct error *error)
{
	const struct endpoint *couch = &batch->sync->couch;
	struct endpoint_key *keys = own_alloc((batch->count + 1) * sizeof *keys);
	struct job **jobs = own_alloc((batch->count + 1) * sizeof *jobs);
	struct endpoint_records records = {0};
	size_t count = 0;

	for (size_t i = 0; batch->sync->removes_twins && i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (!is_compared(batch->sync, job))
			continue;
		keys[count] = (struct endpoint_key){job->pair->table, original(job)->id};
		jobs[count++] = job;
	}
	bool ok = count == 0 || couch->ops->read(couch->self, keys, count, &records, error);
	for (size_t i = 0; ok && i < count; i++)
		batch_diff_of(batch, jobs[i])->twin_goes =
			records.list[i].presence == RECORD_THERE &&
			(was_never_edited(jobs[i]) || has_nothing_more(batch, jobs[i], &records.list[i]));
	endpoint_records_done(&records);
	free(jobs);
	free(keys);
	return ok || error_wrap(error, "reading the documents of which the app made others");
}

void app_twins_report(struct job *job)
{
	const struct pair *original = job->pair->twin_of;
	const char *kind = job->pair->table == TABLE_ITEMS ? "item" : "collection";

	job_problem(
		job,
		"The app's own sync made this %s of the row of %s %s: it is there twice, and gets no second "
		"row. If nobody has edited it, " APP_TWINS_REMOVE
		". Otherwise delete one of both in the app.",
		kind, kind, original->id);
}
