#include "bridge/sync/load.h"

#include "bridge/app/app_twins.h"
#include "bridge/diff/back_in_time.h"
#include "bridge/diff/schema_effects.h"
#include "bridge/diff/unseen_parents.h"
#include "bridge/images/load_images.h"
#include "bridge/index/parents.h"
#include "bridge/index/scope.h"
#include "bridge/job/conflict_notice.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/read_document.h"
#include "bridge/memory/seen_document.h"
#include "bridge/state/ledger_io.h"
#include "bridge/steps/load_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_entries(struct batch *batch, struct error *error)
{
	struct ledger_key *keys = own_alloc((batch->count + 1) * sizeof *keys);
	struct ledger_entry *entries = own_alloc((batch->count + 1) * sizeof *entries);

	for (size_t i = 0; i < batch->count; i++)
		keys[i] = (struct ledger_key){batch->jobs[i].pair->table, batch->jobs[i].pair->id};
	bool ok = ledger_read(&batch->sync->ledger, keys, batch->count, entries, error);
	for (size_t i = 0; ok && i < batch->count; i++)
		batch->jobs[i].entry = entries[i];
	free(keys);
	free(entries);
	return ok;
}

/* The state was lost while this process ran. */
static void recollect(const struct job *job, struct diff *diff)
{
	const struct pair *pair = job->pair;

	diff->recollected = job->entry.state == ENTRY_NONE && pair->state == ENTRY_PAIR && pair->in_step &&
			    pair->synced && pair->record_id[0];
	diff->recollected_edited = pair->leaves_hash != pair->synced;
	snprintf(diff->recollected_row, sizeof diff->recollected_row, "%s", pair->record_id);
}

/* The ledger knows of a row that this process does not: its answer to a former cycle got lost. Whoever was taken for that row's owner since
 * has none (sync-rules 29: one row, one job). */
static void note_records(struct batch *batch)
{
	struct pairs *pairs = &batch->sync->pairs;

	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (job->entry.state != ENTRY_PAIR || strcmp(job->pair->record_id, job->entry.record_id) == 0)
			continue;
		const struct pair *owner = pairs_by_record(pairs, job->entry.record_id);
		if (owner && owner->under_way && !batch_job_of(batch, owner))
			job_leave_untouched(job, JOB_AT_ONCE);
		else
			pairs_set_record(pairs, job->pair, job->entry.record_id, false);
	}
}

/* ---- documents ---- */

/* Not as the feed has shown them: its lines wait in a buffer, and what is read there may be older than what was handled since. */
static bool read_documents(struct batch *batch, struct error *error)
{
	struct endpoint_key *keys = own_alloc((batch->count + 1) * sizeof *keys);
	struct endpoint_records records = {0};

	for (size_t i = 0; i < batch->count; i++)
		keys[i] = (struct endpoint_key){batch->jobs[i].pair->table, batch->jobs[i].pair->id};
	bool ok = batch->sync->couch.ops->read(batch->sync->couch.self, keys, batch->count, &records, error);
	for (size_t i = 0; ok && i < batch->count; i++) {
		batch->jobs[i].document = records.list[i];
		records.list[i] = (struct endpoint_record){0};
	}
	endpoint_records_done(&records);
	free(keys);
	return ok || error_wrap(error, "reading documents");
}

static void note_documents(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		sync_note_document(batch->sync, batch->jobs[i].pair, &batch->jobs[i].document);
	scope_update(batch->sync->config, &batch->sync->pairs);
}

static void read_all_documents(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct diff *diff = batch_diff_of(batch, &batch->jobs[i]);
		job_read_document(batch, &batch->jobs[i], diff->couch);
		recollect(&batch->jobs[i], diff);
	}
	/* It is merged before anything is planned from it. */
	for (size_t i = 0; i < batch->count; i++)
		if (conflict_waits(batch->jobs[i].pair))
			job_leave_untouched(&batch->jobs[i], JOB_AT_ONCE);
}

static bool field_moved(const struct batch *batch, const struct job *job, enum field field)
{
	if (!job_has_column(batch, job, field) || field == FIELD_DELETE || field == FIELD_ERROR)
		return false;
	return job->entry.fields[field].known ? job_couch_moved(batch, job, field)
					      : job->couch[field].kind != CELL_EMPTY;
}

/* An item that does not say where it stands may be in scope: what is wrong with it is to be told. */
static bool hides_its_place(const struct job *job)
{
	return job->flaw.kind != ERROR_NONE && job->pair->table == TABLE_ITEMS &&
	       !pair_collection_id(job->pair);
}

/* Its app link is due, and nobody has written the document since it was handled. What else is open has its own time. */
static bool wants_its_app_link_alone(const struct job *job)
{
	return job->reasons == JOB_APP_LINK && job->pair->leaves_hash == job->entry.synced;
}

/* The last job could not do what it had found to do. That may have been an edit of a cell, which only the row shows. */
static bool was_left_open(const struct job *job)
{
	return job->entry.synced == 0;
}

/* Nothing that a row shows has changed, and nothing is open. */
static bool needs_no_row(const struct batch *batch, const struct job *job)
{
	const struct pair *pair = job->pair;

	if (pair->document == PAIR_DOCUMENT_THERE && !pair->in_scope && job->entry.state == ENTRY_NONE &&
	    job->reasons == JOB_DOCUMENT && !pair->fresh_row && !job->entry.problem && !pair->twin_of &&
	    !hides_its_place(job))
		return true;
	if (pair->document != PAIR_DOCUMENT_THERE && job->entry.state == ENTRY_NONE && !pair->record_id[0] &&
	    job->reasons == JOB_DOCUMENT)
		return true;
	if ((job->reasons & (JOB_ROW | JOB_AGAIN | JOB_PICTURES)) || job->entry.state != ENTRY_PAIR ||
	    intents_are_open(&job->entry.intents) || job->entry.unsure_since_ms || job->entry.typed_ms ||
	    was_left_open(job) || !pair->in_scope || job->flaw.kind != ERROR_NONE ||
	    job->document.presence != RECORD_THERE)
		return false;
	if (wants_its_app_link_alone(job))
		return true;
	if (job->entry.problem || conflict_reports(pair))
		return false;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (field_moved(batch, job, (enum field)field))
			return false;
	return true;
}

static void note_who_needs_no_row(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (!needs_no_row(batch, job))
			continue;
		job->needs_no_row = true;
		job->settles_back = job->diff->went_back; /* what it shows is what was agreed on */
	}
}

bool batch_load(struct batch *batch, struct error *error)
{
	if (!read_entries(batch, error) || !read_documents(batch, error))
		return false;
	note_records(batch);
	note_documents(batch);
	if (!batch_read_parents(batch, error))
		return false;
	read_all_documents(batch);
	if (!batch_find_went_back(batch, error))
		return false;
	note_who_needs_no_row(batch);
	if (!batch_read_rows(batch, error))
		return false;
	for (size_t table = 0; table < TABLE_COUNT; table++)
		if (!batch_find_rows(batch, (enum table)table, error))
			return false;
	batch_forget_other_rows(batch);
	batch_read_row_cells(batch);
	for (size_t i = 0; i < batch->count; i++)
		job_take_notice(batch, &batch->jobs[i]);
	return batch_find_twins(batch, error) && batch_check_schema(batch, error) &&
	       batch_load_images(batch, error);
}
