#include "bridge/diff/scope_exit.h"

#include "bridge/diff/field_diff.h"
#include "bridge/index/parents.h"
#include "bridge/index/scope.h"
#include "bridge/job/job_cells.h"

static const char *linked(const struct cell *cell)
{
	return cell->kind == CELL_LINKS && cell->id_count && cell->ids[0][0] != CELL_UNKNOWN_LINK
		       ? cell->ids[0]
		       : NULL;
}

static const char *agreed_parent(const struct job *job, enum field field)
{
	const struct ledger_field *agreed = &job->entry.fields[field];

	return agreed->known ? linked(&agreed->couch) : NULL;
}

bool job_left_scope(const struct batch *batch, const struct job *job)
{
	const struct sync *sync = batch->sync;

	return job->entry.state == ENTRY_PAIR &&
	       scope_held(sync->config, &sync->pairs, job->pair, agreed_parent(job, FIELD_COLLECTION),
			  agreed_parent(job, FIELD_CONTAINER));
}

/* The row was edited to stand somewhere in the scope. */
static bool returns(const struct batch *batch, const struct job *job)
{
	const struct sync *sync = batch->sync;
	bool collection = job_field_moved(job, FIELD_COLLECTION, false);
	bool container = job_field_moved(job, FIELD_CONTAINER, false);

	return job->pair->table == TABLE_ITEMS && (collection || container) &&
	       scope_would_hold(
		       sync->config, &sync->pairs, TABLE_ITEMS,
		       collection ? linked(&job->airtable[FIELD_COLLECTION]) : pair_collection_id(job->pair),
		       container ? linked(&job->airtable[FIELD_CONTAINER]) : pair_container_id(job->pair));
}

void job_view_scope_exit(const struct batch *batch, const struct job *job, struct existence_views *views)
{
	const struct sync *sync = batch->sync;
	bool left = views->document == DOCUMENT_LEFT_SCOPE;

	if (job->entry.state != ENTRY_PAIR || job->row.presence != RECORD_THERE)
		return;
	views->place_open = left && scope_is_open(sync->config, &sync->pairs, job->pair,
						  agreed_parent(job, FIELD_CONTAINER));
	views->holds_rows = left && pair_holds_rows(job->pair);
	views->row_returns = !left && returns(batch, job);
}
