#include "bridge/steps/load_rows.h"

#include "base/clock.h"
#include "bridge/images/images_way.h"
#include "bridge/job/job_outcome.h"
#include "bridge/limits.h"
#include "bridge/mapping/mapping_from.h"
#include "bridge/memory/seen_row.h"
#include "bridge/recovery/landed.h"
#include "bridge/state/retired_entry.h"

#include <stdlib.h>
#include <string.h>

/* ---- rows ---- */

/* A row that a process may not know of that began since: what was sent to it is in doubt, or it was brought back, cannot be a document
 * again, and tells why. */
static bool is_open_row(const struct batch *batch, const struct job *job)
{
	const struct pair *owner = pairs_by_record(&batch->sync->pairs, job->entry.record_id);
	bool doubtful =
		job->entry.intents.row.kind == INTENT_UPDATE || job->entry.intents.row.kind == INTENT_DELETE;

	return (doubtful || job->entry.problem) && !job->pair->record_id[0] && (!owner || owner == job->pair);
}

static const char *known_record(const struct batch *batch, const struct job *job)
{
	if (job->entry.record_id[0] && (job->entry.state == ENTRY_PAIR || is_open_row(batch, job)))
		return job->entry.record_id;
	return job->pair->record_id[0] ? job->pair->record_id : NULL;
}

static bool take_fresh_row(const struct batch *batch, struct job *job)
{
	struct endpoint_record *fresh = job->pair->fresh_row;
	const char *record_id = known_record(batch, job);

	if (!fresh || !record_id || strcmp(fresh->id, record_id) != 0 ||
	    clock_steady_ms() - fresh->read_at_ms > SYNC_FRESH_MS)
		return false;
	job->row = *fresh;
	free(take(job->pair->fresh_row));
	job->row_asked = true;
	return true;
}

bool batch_read_rows(struct batch *batch, struct error *error)
{
	struct endpoint_key *keys = own_alloc((batch->count + 1) * sizeof *keys);
	struct job **asking = own_alloc((batch->count + 1) * sizeof *asking);
	struct endpoint_records records = {0};
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (job->needs_no_row || !known_record(batch, job) || take_fresh_row(batch, job))
			continue;
		keys[count] = (struct endpoint_key){job->pair->table, known_record(batch, job)};
		asking[count++] = job;
	}
	bool ok = count == 0 ||
		  batch->sync->rows.ops->read(batch->sync->rows.self, keys, count, &records, error);
	for (size_t i = 0; ok && i < count; i++) {
		asking[i]->row = records.list[i];
		records.list[i] = (struct endpoint_record){0};
		asking[i]->row_asked = true;
	}
	endpoint_records_done(&records);
	free(asking);
	free(keys);
	return ok || error_wrap(error, "reading rows");
}

/* A document in scope that has no row: is there one with its ID? The cycle that has listed the whole base knows that there
 * is none; the row that appeared in between is met by the upsert (sync-rules 15). Not where the ledger was lost: a list may skip a
 * row (2), and the upsert would write over it; nor where pictures go with it, which replace those that a person gave the row since. A
 * row whose making is in doubt is asked for also when its document was deleted since:
 * its record id is not known, so nothing else would find it. */
static bool wants_find(const struct batch *batch, const struct job *job)
{
	bool no_row = job->row.presence != RECORD_THERE;
	bool doubtful = job->entry.intents.row.kind == INTENT_CREATE;
	bool listed = batch->sync->listed && !batch->sync->ledger_lost &&
		      job->pair->list_turn != batch->sync->list_turn && job->pair->copies == 0 &&
		      !images_are_sent_with_row(batch->sync, job->pair);

	if (job->needs_no_row || job->document.presence == RECORD_MISSING)
		return false;
	if (!no_row) /* one of several, perhaps not the one that we were making */
		return doubtful && job->entry.state != ENTRY_PAIR && job->pair->copies > 0;
	if (doubtful)
		return true;
	if (job->entry.state == ENTRY_PAIR)
		return job->entry.unsure_since_ms != 0 || (job->entry.intents.row.kind == INTENT_DELETE &&
							   job->document.presence == RECORD_THERE);
	return job->pair->in_scope && job->document.presence == RECORD_THERE && !listed;
}

static bool is_sent_row(const struct batch *batch, const struct job *job, const struct endpoint_record *row)
{
	struct sync *sync = batch->sync;
	struct cell cells[FIELD_COUNT] = {0};
	struct mapping_links links = sync_links(sync);
	bool unknown_choice = false;

	mapping_from_row(row->table, &sync->columns[row->table], row->body, &links, cells, &unknown_choice);
	bool sent = job_sent_row(batch, job, cells);
	for (size_t field = 0; field < FIELD_COUNT; field++)
		cell_done(&cells[field]);
	return sent;
}

/* Of several rows with its ID the one that we were making is the document's, else the oldest, or that with the lower record id
 * (sync-rules 13). */
static bool is_better(const struct batch *batch, const struct job *job, const struct endpoint_record *row)
{
	if (job->row.presence != RECORD_THERE)
		return true;
	if (job->entry.intents.row.kind == INTENT_CREATE) {
		bool sent = is_sent_row(batch, job, row);
		if (sent != is_sent_row(batch, job, &job->row))
			return sent;
	}
	if (row->created_ms != job->row.created_ms)
		return row->created_ms < job->row.created_ms;
	return strcmp(row->id, job->row.id) < 0;
}

/* What was taken for a copy is the original: nothing is left of what was remembered of it. */
static void end_copy(struct job *copy)
{
	intent_end(&copy->entry.intents.row);
	ledger_entry_let_go(&copy->entry);
	own_free_text(&copy->entry.shows);
	own_free_text(&copy->entry.problem);
	job_ends(copy);
}

/* A row with the ID of this job's document. Those that are not taken are copies. */
static void offer_row(struct batch *batch, struct job *job, struct endpoint_record *row)
{
	struct pairs *pairs = &batch->sync->pairs;
	struct pair *owner = pairs_by_record(pairs, row->id);
	struct job *copy = owner && owner->copy_of == job->pair ? batch_job_of(batch, owner) : NULL;

	if (owner && owner != job->pair && owner->under_way && !copy) {
		job_leave_untouched(job, JOB_AT_ONCE);
		return;
	}
	if (is_better(batch, job, row)) {
		if (copy)
			end_copy(copy);
		struct endpoint_record former = job->row;
		job->row = *row;
		*row = former;
		/* Nobody else is to write to it meanwhile, also where the ledger still names the row before it. */
		pairs_set_record(pairs, job->pair, job->row.id, true);
	}
	if (row->presence == RECORD_THERE)
		pairs_queue(pairs, sync_pair_of_row(batch->sync, row), JOB_ROW);
}

/* The paired row of 'other' shows this job's ID. The job of 'other', which is asked for here, sets that back. */
static void note_shown_by(struct batch *batch, struct job *job, struct pair *other)
{
	batch_diff_of(batch, job)->id_shown_by = other;
	pairs_queue(&batch->sync->pairs, other, JOB_ROW);
}

static void take_found(struct batch *batch, enum table table, struct endpoint_records *records)
{
	const char *column = batch->sync->columns[table].of[FIELD_ID].id;

	for (size_t r = 0; r < records->count; r++) {
		struct endpoint_record *row = &records->list[r];
		struct pair *owner = pairs_by_record(&batch->sync->pairs, row->id);
		bool paired = owner && owner->state == ENTRY_PAIR;
		if (row->presence != RECORD_THERE)
			continue;
		for (size_t i = 0; i < batch->count; i++) {
			struct job *job = &batch->jobs[i];
			if (job->pair->table != table ||
			    strcmp(job->pair->id, json_text_or(row->body, column, "")) != 0)
				continue;
			if (!paired)
				offer_row(batch, job, row);
			else if (owner != job->pair)
				note_shown_by(batch, job, owner);
			break;
		}
	}
}

bool batch_find_rows(struct batch *batch, enum table table, struct error *error)
{
	const char **ids = own_alloc((batch->count + 1) * sizeof *ids);
	struct endpoint_records records = {0};
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++)
		if (batch->jobs[i].pair->table == table && wants_find(batch, &batch->jobs[i]))
			ids[count++] = batch->jobs[i].pair->id;
	bool ok = count == 0 ||
		  batch->sync->rows.ops->find(batch->sync->rows.self, table, ids, count, &records, error);
	if (ok)
		take_found(batch, table, &records);
	endpoint_records_done(&records);
	free(ids);
	return ok || error_wrap(error, "looking for rows by their ID");
}

/* What is remembered is about that row: another one with the same ID was never in step. */
void batch_forget_other_rows(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (job->row.presence == RECORD_THERE && strcmp(job->row.id, job->diff->recollected_row) != 0)
			batch_diff_of(batch, job)->recollected = false;
	}
}

void batch_read_row_cells(struct batch *batch)
{
	struct sync *sync = batch->sync;
	struct mapping_links links = sync_links(sync);

	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		struct diff *diff = batch_diff_of(batch, job);
		pair_drop_fresh(job->pair);
		if (job->needs_no_row || job->row.presence != RECORD_THERE)
			continue;
		mapping_from_row(job->pair->table, &sync->columns[job->pair->table], job->row.body, &links,
				 diff->airtable, &diff->unknown_choice);
	}
}
