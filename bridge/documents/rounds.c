#include "bridge/documents/rounds.h"

#include "bridge/documents/documents.h"
#include "bridge/documents/draft.h"
#include "bridge/documents/saving.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/notes.h"
#include "bridge/job/park.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- the note ---- */

/* A collection that was made from a row is in scope by itself (sync-rules 14). That is noted before its document is there, or a crash in
 * between would leave a document that nobody asked to sync. */
static void note_birth(struct batch *batch, struct job *job)
{
	if (job->pair->table != TABLE_COLLECTIONS || job->plan->existence.action != EXIST_CREATE_DOCUMENT)
		return;
	job->entry.created_from_row = true;
	job->pair->created_from_row = true;
	pairs_doubt_scope(&batch->sync->pairs, job->pair);
}

/* What the save takes from the row. An app link that is written by itself takes nothing. */
static void note_taken(struct job *job)
{
	struct intent *save = &job->entry.intents.document;

	for (size_t field = 0; intent_is_open(save) && field < FIELD_COUNT; field++)
		if (job->plan->decisions[field].action & ACTION_TO_COUCH)
			intent_write(save, (enum field)field, NULL, &job->airtable[field]);
}

/* Before documents are written, what they take from which row is noted. A row that shows something else afterwards was edited
 * meanwhile. */
static bool note_saves(struct batch *batch, struct error *error)
{
	struct job **jobs = own_alloc((batch->count + 1) * sizeof *jobs);
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (!job_is_in_round(job) || job_has_ended(job) || job->needs_no_row ||
		    job->row_write.mode == ROW_WRITE_GIVEN_UP ||
		    job->document_write.work == DOCUMENT_WORK_NONE)
			continue;
		note_taken(job);
		job->pair->save_lost = false;
		if (job->entry.state == ENTRY_NONE && job->row.presence == RECORD_THERE)
			snprintf(job->entry.record_id, sizeof job->entry.record_id, "%s", job->row.id);
		note_birth(batch, job);
		jobs[count++] = job;
	}
	bool ok = batch_write_notes(batch, jobs, count, error);
	free(jobs);
	return ok;
}

/* ---- one round ---- */

static bool write_round(struct batch *batch, struct error *error)
{
	if (!batch_save(batch, error))
		return false;
	for (size_t i = 0; i < batch->count; i++)
		if (batch->jobs[i].document_write.merges && job_is_in_round(&batch->jobs[i]))
			job_record_losers(batch, &batch->jobs[i]);
	if (!note_saves(batch, error) || !batch_write_documents(batch, error))
		return false;
	for (size_t i = 0; i < batch->count; i++)
		batch->jobs[i].document_write.rounds_done = !batch->jobs[i].document_write.awaits;
	return true;
}

/* One whose save this one depends on, and whose save was missed: nobody knows yet whether it was written. */
static const struct job *find_missed(const struct batch *batch, const struct job *job)
{
	for (size_t i = 0; i < batch->count; i++) {
		const struct job *other = &batch->jobs[i];
		if (other->missed && other->outcome.end != END_GIVEN_UP &&
		    json_find(job->document_write.awaits, other->pair->full_id, NULL))
			return other;
	}
	return NULL;
}

/* What waits for a missed save, and in turn what waits for that. */
static void put_off_what_waits(struct batch *batch)
{
	bool any;

	do {
		any = false;
		for (size_t i = 0; i < batch->count; i++) {
			struct job *job = &batch->jobs[i];
			const struct job *missed =
				job->document_write.awaits ? find_missed(batch, job) : NULL;
			if (!missed)
				continue;
			job_put_off(job, missed);
			json_object_close(&job->document_write.awaits);
			job->document_write.rounds_done = any = true;
		}
	} while (any);
}

static bool is_any_left(const struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		if (!batch->jobs[i].document_write.rounds_done)
			return true;
	return false;
}

bool batch_write_in_rounds(struct batch *batch, struct error *error)
{
	do {
		if (!write_round(batch, error))
			return false;
		put_off_what_waits(batch);
	} while (is_any_left(batch));
	return true;
}
