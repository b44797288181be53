#include "bridge/documents/documents.h"

#include "base/clock.h"
#include "bridge/diff/back_in_time.h"
#include "bridge/documents/draft.h"
#include "bridge/documents/extra_results.h"
#include "bridge/documents/orphaned_history.h"
#include "bridge/documents/retire.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_log.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"
#include "bridge/job/park.h"
#include "bridge/job/read_document.h"
#include "bridge/memory/seen_document.h"

#include <stdlib.h>
#include <string.h>

struct document_writes {
	size_t count;
	struct endpoint_write *writes;
	struct job **jobs;
};

static void add_document_write(struct document_writes *writing, struct job *job,
			       enum endpoint_write_kind kind, struct json_object *body, const char *revision)
{
	writing->jobs[writing->count] = job;
	writing->writes[writing->count++] = (struct endpoint_write){
		.kind = kind,
		.table = job->pair->table,
		.id = job->pair->id,
		.revision = revision,
		.body = body,
	};
}

static size_t history_count(const struct job *job)
{
	return job->document_write.histories ? json_length(job->document_write.histories) : 0;
}

static void collect_histories(struct batch *batch, struct document_writes *writing)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (!job_is_in_round(job))
			continue;
		job_reuse_orphaned(job);
		for (size_t h = 0; h < history_count(job); h++)
			add_document_write(writing, job, WRITE_EXTRA,
					   json_at(job->document_write.histories, h), NULL);
	}
}

static void collect_documents(struct batch *batch, struct document_writes *writing)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (!job_is_in_round(job) || job->document_write.work == DOCUMENT_WORK_NONE)
			continue;
		enum endpoint_write_kind kind = job->document_write.work == DOCUMENT_WORK_DELETE
							? WRITE_DELETE
						: job->document.presence == RECORD_THERE ? WRITE_UPDATE
											 : WRITE_CREATE;
		/* A tombstone is gone on from without its revision: CouchDB refuses that one. */
		add_document_write(writing, job, kind, job->document_write.body,
				   kind == WRITE_CREATE ? NULL : job->document.revision);
	}
}

/* What a save has made of other fields than those that were edited goes to the row, too (sync-rules 18), but not what is held apart (3). */
static void show_derived(struct batch *batch, struct job *job)
{
	const struct cell_equivalence exact = {0};

	for (size_t field = 0;
	     job->document_write.given && !job->document_write.given->deleted && field < FIELD_COUNT;
	     field++) {
		unsigned action = job->plan->decisions[field].action;
		if (!job_has_column(batch, job, (enum field)field) ||
		    field_rule((enum field)field)->direction != DIRECTION_BOTH ||
		    (action & (ACTION_TO_COUCH | ACTION_WAIT | ACTION_PROBLEM)) ||
		    cell_equal(&job->diff->couch[field], &job->couch[field], &exact) ||
		    job_stays_apart(batch, job, (enum field)field))
			continue;
		job->document_write.derived[field] = true;
	}
}

static bool is_app_link_alone(const struct job *job)
{
	return !job->document_write.given &&
	       (job->document_write.sets_app_link || job->document_write.drops_app_link);
}

/* That is no edit. */
static void note_app_link_alone(struct batch *batch, struct job *job)
{
	job->entry.notice_leaves_hash = 0;
	batch->sync->counts.app_links_written++;
	progress_note_link(&batch->sync->progress, clock_steady_ms());
}

static void take_written_document(struct batch *batch, struct job *job, const struct endpoint_write *write)
{
	struct endpoint_record *document = &job->document;

	batch->sync->counts.documents_written++;
	if (is_app_link_alone(job))
		note_app_link_alone(batch, job);
	job->document_write.written = true;
	job->entry.has_app_link = (job->entry.has_app_link || job->document_write.sets_app_link) &&
				  !job->document_write.drops_app_link;
	own_free_text(&job->entry.app_link_refused);
	if (job->document_write.reused)
		job_take_reused(job);
	intent_end(&job->entry.intents.document);
	document->presence =
		job->document_write.work == DOCUMENT_WORK_DELETE ? RECORD_TOMBSTONE : RECORD_THERE;
	document->table = job->pair->table;
	own_free_text(&document->revision);
	document->revision = own_copy(write->revision_out);
	json_object_close(&document->leaves);
	json_object_close(&document->body);
	if (job->document_write.work == DOCUMENT_WORK_WRITE)
		document->body = take(job->document_write.body);
	sync_note_document(batch->sync, job->pair, document);
	struct cell saved[FIELD_COUNT] = {0};
	job_read_document(batch, job, saved);
	job_take_saved(job, saved);
	show_derived(batch, job);
	job_log_document_written(batch, job);
}

/* Where both are merged, what the document has for the row goes there all the same: the row's edits alone are not taken. */
static bool is_merged(const struct job *job)
{
	enum existence_action action = job->plan->existence.action;
	bool merges = action == EXIST_MERGE || action == EXIST_MERGE_OTHERS || action == EXIST_PAIR_FREE ||
		      action == EXIST_MERGE_OUT;

	return merges && !job->needs_no_row && job->row_write.work == ROW_WORK_UPDATE;
}

static void give_up_save(struct job *job)
{
	if (!is_merged(job)) {
		job_give_up(job);
		return;
	}
	json_object_close(&job->document_write.histories);
	json_object_close(&job->document_write.body);
	job->document_write.work = DOCUMENT_WORK_NONE;
	job->document_write.sets_app_link = job->document_write.drops_app_link = false;
	job_counts_as_given_up(job);
}

/* A change that cannot be recorded is not made, nor is an edit overwritten that cannot be kept. What was recorded of it goes again. */
static void take_history_result(struct job *job, const struct endpoint_write *write)
{
	if (write->result == ERROR_NONE || job->document_write.history_refused)
		return;
	job->document_write.history_refused = true;
	job->document_write.orphaned = true;
	job->document_write.unwritten = true;
	json_release(job->document_write.unrecorded);
	job->document_write.unrecorded = take(job->document_write.histories);
	if (write->result != ERROR_REFUSED) {
		job_miss(job, "the history entry of this change", &write->error);
		return;
	}
	job_problem(job, "The change is not made: CouchDB refused its history entry: %s.", write->error.text);
	give_up_save(job);
	job->document_write.losers_unrecorded = true;
}

static void note_app_link_refused(struct job *job, const struct endpoint_write *write)
{
	own_free_text(&job->entry.app_link_refused);
	job->entry.app_link_refused = own_copy(write->error.text);
}

static void take_refusal(struct job *job, const struct endpoint_write *write)
{
	const char *what = job->document_write.work == DOCUMENT_WORK_DELETE ? "to delete the document"
			   : job->document_write.given                      ? "the document"
									    : "the app link in the document";

	job_problem(job, "CouchDB refused %s: %s.", what, write->error.text);
	if (is_app_link_alone(job))
		note_app_link_refused(job, write);
	job->document_write.orphaned = true;
	give_up_save(job);
}

/* The document was not written. A conflict: the pair is planned anew, from what is there now. Refused for good: a problem
 * of this pair, whose agreement stays. In doubt: a new job tells. */
static void give_up_document(struct batch *batch, struct job *job, const struct endpoint_write *write)
{
	if (write->result == ERROR_REFUSED) {
		take_refusal(job, write);
		return;
	}
	if (write->result == ERROR_RETRY)
		job_log_doubt(batch, job, "the document", &write->error);
	job->document_write.orphaned = write->result != ERROR_RETRY;
	job->document_write.doubtful = write->result == ERROR_RETRY;
	job->pair->save_lost = write->result == ERROR_CONFLICT;
	bool app_link_alone = is_app_link_alone(job);
	job_miss(job, app_link_alone ? "the app link in the document" : "the document", &write->error);
	if (job->outcome.end == END_GIVEN_UP && app_link_alone)
		note_app_link_refused(job, write);
}

static void take_document_results(struct batch *batch, const struct document_writes *writing)
{
	for (size_t i = 0; i < writing->count; i++) {
		struct job *job = writing->jobs[i];
		const struct endpoint_write *write = &writing->writes[i];
		if (write->kind == WRITE_EXTRA) {
			take_history_result(job, write);
		} else if (write->result == ERROR_NONE) {
			take_written_document(batch, job, write);
			if (job->document_write.work == DOCUMENT_WORK_DELETE &&
			    job->row_write.work == ROW_WORK_NONE)
				job_retire_deleted(batch, job);
		} else {
			give_up_document(batch, job, write);
		}
	}
}

static bool write_collected(struct batch *batch,
			    void (*collect)(struct batch *batch, struct document_writes *writing),
			    struct error *error)
{
	struct endpoint *couch = &batch->sync->couch;
	struct document_writes writing = {0};
	size_t most = 1;
	bool ok = true;

	for (size_t i = 0; i < batch->count; i++)
		most += 1 + history_count(&batch->jobs[i]);
	writing.writes = own_alloc(most * sizeof *writing.writes);
	writing.jobs = own_alloc(most * sizeof *writing.jobs);
	collect(batch, &writing);
	if (writing.count) {
		struct endpoint_ticket *ticket =
			couch->ops->write_start(couch->self, writing.writes, writing.count);
		ok = couch->ops->write_finish(couch->self, &ticket, error);
	}
	if (ok) {
		batch_find_unanswered(batch, writing.writes, writing.count);
		take_document_results(batch, &writing);
	}
	endpoint_writes_done(writing.writes, writing.count);
	free(writing.writes);
	free(writing.jobs);
	return ok || error_wrap(error, "writing documents");
}

/* Only of saves that have become a problem: of the others the next job finds out. */
static size_t collect_doubtful(struct batch *batch, struct job **jobs, struct endpoint_key *keys)
{
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (!job->document_write.doubtful || job->outcome.end != END_GIVEN_UP)
			continue;
		keys[count] = (struct endpoint_key){job->pair->table, job->pair->id};
		jobs[count++] = job;
	}
	return count;
}

static bool is_as_planned_on(const struct job *job, const struct endpoint_record *now)
{
	const char *before = job->document.revision ? job->document.revision : "";

	return strcmp(before, now->revision ? now->revision : "") == 0;
}

/* Writes that go on to have no answer are tried again later, perhaps in an hour: what was not written is not to have a history
 * until then. */
static bool settle_doubtful(struct batch *batch, struct error *error)
{
	struct job **jobs = own_alloc((batch->count + 1) * sizeof *jobs);
	struct endpoint_key *keys = own_alloc((batch->count + 1) * sizeof *keys);
	struct endpoint_records records = {0};
	size_t count = collect_doubtful(batch, jobs, keys);

	bool ok = count == 0 ||
		  batch->sync->couch.ops->read(batch->sync->couch.self, keys, count, &records, error);
	for (size_t i = 0; ok && i < count; i++) {
		jobs[i]->document_write.orphaned = is_as_planned_on(jobs[i], &records.list[i]);
		jobs[i]->document_write.unwritten = jobs[i]->document_write.orphaned;
		jobs[i]->document_write.doubtful = false;
	}
	endpoint_records_done(&records);
	free(keys);
	free(jobs);
	return ok;
}

/* What was noted of a save that is known not to have happened, and of which nothing is left. */
static void clear_refused(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		bool refused =
			job->outcome.end == END_GIVEN_UP && !job->missed && !job->document_write.written;
		if (refused || job->document_write.unwritten)
			intent_end(&job->entry.intents.document);
		job->document_write.history_refused = false;
	}
}

/* A bulk write is not atomic: what is about to be lost is in the history before the document is written over. Of documents that
 * surely were not written it goes again. */
bool batch_write_documents(struct batch *batch, struct error *error)
{
	if (!write_collected(batch, collect_histories, error) ||
	    !write_collected(batch, collect_documents, error) || !settle_doubtful(batch, error) ||
	    !batch_drop_orphaned(batch, error))
		return false;
	clear_refused(batch);
	return true;
}

/* ---- rows that are to be deleted ---- */

/* The document was deleted, and its row is about to be: nothing else has what was edited in the row since. */
static bool takes_edits_along(const struct job *job)
{
	return job->row_write.work == ROW_WORK_DELETE && job->row_write.noted && !job_has_ended(job) &&
	       job->plan->existence.action == EXIST_DELETE_ROW && job->entry.state == ENTRY_PAIR;
}

static void collect_last_edits(struct batch *batch, struct document_writes *writing)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		for (size_t h = 0; takes_edits_along(job) && h < history_count(job); h++)
			add_document_write(writing, job, WRITE_EXTRA,
					   json_at(job->document_write.histories, h), NULL);
	}
}

bool batch_write_last_edits(struct batch *batch, struct error *error)
{
	for (size_t i = 0; i < batch->count; i++)
		if (takes_edits_along(&batch->jobs[i]))
			job_record_last_edits(batch, &batch->jobs[i]);
	if (!write_collected(batch, collect_last_edits, error) || !batch_drop_orphaned(batch, error))
		return false;
	for (size_t i = 0; i < batch->count; i++)
		batch->jobs[i].document_write.history_refused = false;
	return true;
}
