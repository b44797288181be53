#include "bridge/documents/documents.h"

#include "bridge/diff/back_in_time.h"
#include "bridge/documents/draft.h"
#include "bridge/documents/orphaned_history.h"
#include "bridge/documents/retire.h"
#include "bridge/documents/unanswered.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_problem.h"
#include "bridge/job/park.h"
#include "bridge/job/read_document.h"
#include "bridge/memory/seen_document.h"

#include <stdlib.h>
#include <string.h>

struct document_writes {
	size_t count;
	struct side_write *writes;
	struct look **looks;
};

static void add_document_write(struct document_writes *batch, struct look *look, enum side_write_kind kind,
			       struct json_object *body, const char *revision)
{
	batch->looks[batch->count] = look;
	batch->writes[batch->count++] = (struct side_write){
		.kind = kind,
		.table = look->pair->table,
		.id = look->pair->id,
		.revision = revision,
		.body = body,
	};
}

static size_t history_count(const struct look *look)
{
	return look->histories ? json_length(look->histories) : 0;
}

static void collect_histories(struct group *group, struct document_writes *batch)
{
	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (!look_is_in_round(look))
			continue;
		look_reuse_orphans(look);
		for (size_t h = 0; h < history_count(look); h++)
			add_document_write(batch, look, SIDE_EXTRA, json_at(look->histories, h), NULL);
	}
}

static void collect_documents(struct group *group, struct document_writes *batch)
{
	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (!look_is_in_round(look) || look->document_work == DOCUMENT_WORK_NONE)
			continue;
		enum side_write_kind kind = look->document_work == DOCUMENT_WORK_DELETE ? SIDE_DELETE
					    : look->document.presence == SIDE_THERE     ? SIDE_UPDATE
											: SIDE_CREATE;
		/* A tombstone is gone on from without its revision: CouchDB refuses that one. */
		add_document_write(batch, look, kind, look->new_document,
				   kind == SIDE_CREATE ? NULL : look->document.revision);
	}
}

/* What a save has made of other fields than those that were edited goes to the row, too (sync-rules 18), but not what is held apart (3). */
static void show_derived(struct group *group, struct look *look, const struct cell *before)
{
	const struct cell_equivalence exact = {0};

	for (size_t field = 0; look->given && !look->given->deleted && field < FIELD_COUNT; field++) {
		struct decision *decision = &look->decisions[field];
		if (!look_has_column(group, look, (enum field)field) ||
		    field_rule((enum field)field)->direction != DIRECTION_BOTH ||
		    (decision->action & (ACTION_TO_COUCH | ACTION_WAIT | ACTION_PROBLEM)) ||
		    cell_equal(&before[field], &look->couch[field], &exact) ||
		    look_stays_apart(group, look, (enum field)field))
			continue;
		*decision = (struct decision){ACTION_TO_AIRTABLE, "follows from an edit of the row"};
	}
}

static bool is_mark_alone(const struct look *look)
{
	return !look->given && (look->marks || look->unmarks);
}

static void take_written_document(struct group *group, struct look *look, const struct side_write *write)
{
	struct side_record *document = &look->document;

	group->sync->counts.documents_written++;
	if (is_mark_alone(look))
		look->entry.notice_leaves = 0; /* that is no edit */
	look->document_written = true;
	look->entry.marked = (look->entry.marked || look->marks) && !look->unmarks;
	own_free_text(&look->entry.mark_refused);
	if (look->reused)
		look_take_reused(look);
	ledger_entry_clear_taken(&look->entry);
	document->presence = look->document_work == DOCUMENT_WORK_DELETE ? SIDE_TOMBSTONE : SIDE_THERE;
	document->table = look->pair->table;
	own_free_text(&document->revision);
	document->revision = own_copy(write->revision_out);
	json_object_close(&document->leaves);
	json_object_close(&document->body);
	if (look->document_work == DOCUMENT_WORK_WRITE)
		document->body = take(look->new_document);
	sync_note_document(group->sync, look->pair, document);
	struct cell before[FIELD_COUNT];
	memcpy(before, look->couch, sizeof before);
	memset(look->couch, 0, sizeof look->couch);
	look_read_document(group, look);
	show_derived(group, look, before);
	for (size_t field = 0; field < FIELD_COUNT; field++)
		cell_done(&before[field]);
}

/* Where both are merged, what the document has for the row goes there all the same: the row's edits alone are not taken. */
static bool is_merged(const struct look *look)
{
	enum existence_action action = look->existence.action;
	bool merges = action == EXIST_MERGE || action == EXIST_MERGE_OTHERS || action == EXIST_PAIR_FREE ||
		      action == EXIST_MERGE_OUT;

	return merges && !look->needs_no_row && look->row_work == ROW_WORK_UPDATE;
}

static void give_up_save(struct look *look)
{
	if (!is_merged(look)) {
		look_give_up(look);
		return;
	}
	json_object_close(&look->histories);
	json_object_close(&look->new_document);
	look->document_work = DOCUMENT_WORK_NONE;
	look->marks = look->unmarks = false;
	look->retry = true;
	look->parked = true;
}

/* A change that cannot be recorded is not made, nor is an edit overwritten that cannot be kept. What was recorded of it goes again. */
static void take_history_result(struct look *look, const struct side_write *write)
{
	if (write->result == ERROR_NONE || look->document_work_refused)
		return;
	look->document_work_refused = true;
	look->orphaned = true;
	look->unwritten = true;
	json_release(look->unrecorded);
	look->unrecorded = take(look->histories);
	if (write->result != ERROR_REFUSED) {
		look_miss(look, "the history entry of this change", &write->error);
		return;
	}
	look_problem(look, "The change is not made: CouchDB refused its history entry: %s.",
		     write->error.text);
	give_up_save(look);
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (look->decisions[field].action & ACTION_CONFLICT)
			look->decisions[field].action = ACTION_WAIT;
}

static void note_mark_refused(struct look *look, const struct side_write *write)
{
	own_free_text(&look->entry.mark_refused);
	look->entry.mark_refused = own_copy(write->error.text);
}

static void take_refusal(struct look *look, const struct side_write *write)
{
	const char *what = look->document_work == DOCUMENT_WORK_DELETE ? "to delete the document"
			   : look->given                               ? "the document"
								       : "the app's mark in the document";

	look_problem(look, "CouchDB refused %s: %s.", what, write->error.text);
	if (is_mark_alone(look))
		note_mark_refused(look, write);
	look->orphaned = true;
	give_up_save(look);
}

/* The document was not written. A conflict: the pair is planned anew, from what is there now. Refused for good: a problem
 * of this pair, whose agreement stays. In doubt: a new look tells. */
static void give_up_document(struct group *group, struct look *look, const struct side_write *write)
{
	if (write->result == ERROR_REFUSED) {
		take_refusal(look, write);
		return;
	}
	if (write->result == ERROR_RETRY)
		log_info(&group->sync->log, "%s: it is in doubt whether the document was written: %s",
			 look->pair->full_id, write->error.text);
	look->orphaned = write->result != ERROR_RETRY;
	look->doubtful = write->result == ERROR_RETRY;
	look->pair->save_lost = write->result == ERROR_CONFLICT;
	bool mark_alone = is_mark_alone(look);
	look_miss(look, mark_alone ? "the app's mark in the document" : "the document", &write->error);
	if (look->parked && mark_alone)
		note_mark_refused(look, write);
}

static void take_document_results(struct group *group, const struct document_writes *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct look *look = batch->looks[i];
		const struct side_write *write = &batch->writes[i];
		if (write->kind == SIDE_EXTRA) {
			take_history_result(look, write);
		} else if (write->result == ERROR_NONE) {
			take_written_document(group, look, write);
			if (look->document_work == DOCUMENT_WORK_DELETE && look->row_work == ROW_WORK_NONE)
				look_bury_deleted(group, look);
		} else {
			give_up_document(group, look, write);
		}
	}
}

static bool write_collected(struct group *group,
			    void (*collect)(struct group *group, struct document_writes *batch),
			    struct error *error)
{
	struct side *couch = &group->sync->couch;
	struct document_writes batch = {0};
	size_t most = 1;
	bool ok = true;

	for (size_t i = 0; i < group->count; i++)
		most += 1 + history_count(&group->looks[i]);
	batch.writes = own_alloc(most * sizeof *batch.writes);
	batch.looks = own_alloc(most * sizeof *batch.looks);
	collect(group, &batch);
	if (batch.count) {
		struct side_ticket *ticket = couch->ops->write_start(couch->self, batch.writes, batch.count);
		ok = couch->ops->write_finish(couch->self, &ticket, error);
	}
	if (ok) {
		group_find_unanswered(group, batch.writes, batch.count);
		take_document_results(group, &batch);
	}
	side_writes_done(batch.writes, batch.count);
	free(batch.writes);
	free(batch.looks);
	return ok || error_wrap(error, "writing documents");
}

/* Not before it is told: what passes by itself is found out by the next look. */
static size_t collect_doubtful(struct group *group, struct look **looks, struct side_key *keys)
{
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (!look->doubtful || !look->parked)
			continue;
		keys[count] = (struct side_key){look->pair->table, look->pair->id};
		looks[count++] = look;
	}
	return count;
}

static bool is_as_planned_on(const struct look *look, const struct side_record *now)
{
	const char *before = look->document.revision ? look->document.revision : "";

	return strcmp(before, now->revision ? now->revision : "") == 0;
}

/* Writes that go on to have no answer are tried again later, perhaps in an hour: what was not written is not to have a history
 * until then. */
static bool settle_doubtful(struct group *group, struct error *error)
{
	struct look **looks = own_alloc((group->count + 1) * sizeof *looks);
	struct side_key *keys = own_alloc((group->count + 1) * sizeof *keys);
	struct side_records records = {0};
	size_t count = collect_doubtful(group, looks, keys);

	bool ok = count == 0 ||
		  group->sync->couch.ops->read(group->sync->couch.self, keys, count, &records, error);
	for (size_t i = 0; ok && i < count; i++) {
		looks[i]->orphaned = is_as_planned_on(looks[i], &records.list[i]);
		looks[i]->unwritten = looks[i]->orphaned;
		looks[i]->doubtful = false;
	}
	side_records_done(&records);
	free(keys);
	free(looks);
	return ok;
}

/* What was noted of a save that is known not to have happened, and of which nothing is left. */
static void clear_refused(struct group *group)
{
	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		bool refused = look->parked && !look->missed && !look->document_written;
		if (refused || look->unwritten)
			ledger_entry_clear_taken(&look->entry);
		look->document_work_refused = false;
	}
}

/* A bulk write is not atomic: what is about to be lost is in the history before the document is written over. Of documents that
 * surely were not written it goes again. */
bool group_write_documents(struct group *group, struct error *error)
{
	if (!write_collected(group, collect_histories, error) ||
	    !write_collected(group, collect_documents, error) || !settle_doubtful(group, error) ||
	    !group_drop_orphans(group, error))
		return false;
	clear_refused(group);
	return true;
}

/* ---- rows that are to be deleted ---- */

/* The document was deleted, and its row is about to be: nothing else has what was edited in the row since. */
static bool takes_edits_along(const struct look *look)
{
	return look->row_work == ROW_WORK_DELETE && look->noted && !look->finished &&
	       look->existence.action == EXIST_DELETE_ROW && look->entry.state == ENTRY_PAIR;
}

static void collect_last_edits(struct group *group, struct document_writes *batch)
{
	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		for (size_t h = 0; takes_edits_along(look) && h < history_count(look); h++)
			add_document_write(batch, look, SIDE_EXTRA, json_at(look->histories, h), NULL);
	}
}

bool group_write_last_edits(struct group *group, struct error *error)
{
	for (size_t i = 0; i < group->count; i++)
		if (takes_edits_along(&group->looks[i]))
			look_record_last_edits(group, &group->looks[i]);
	if (!write_collected(group, collect_last_edits, error) || !group_drop_orphans(group, error))
		return false;
	for (size_t i = 0; i < group->count; i++)
		group->looks[i].document_work_refused = false;
	return true;
}
