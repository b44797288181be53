/* The documents of a group: their histories first, then the documents themselves, and what came of it. */
#include "bridge/work.h"

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
	batch->looks[batch->count] = kind == SIDE_EXTRA ? NULL : look;
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
		for (size_t h = 0; h < history_count(look); h++)
			add_document_write(batch, look, SIDE_EXTRA, json_at(look->histories, h), NULL);
	}
}

static void collect_documents(struct group *group, struct document_writes *batch)
{
	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (look->document_work == DOCUMENT_WORK_NONE)
			continue;
		enum side_write_kind kind = look->document_work == DOCUMENT_WORK_DELETE ? SIDE_DELETE
					    : look->document.presence == SIDE_THERE     ? SIDE_UPDATE
											: SIDE_CREATE;
		/* A tombstone is gone on from without its revision: CouchDB refuses that one. */
		add_document_write(batch, look, kind, look->new_document,
				   kind == SIDE_CREATE ? NULL : look->document.revision);
	}
}

/* What a save has made of other fields than those that were edited goes to the row, too (sync-rules 18). */
static void show_derived(struct group *group, struct look *look, const struct cell *before)
{
	const struct cell_equivalence exact = {0};

	for (size_t field = 0; look->given && !look->given->deleted && field < FIELD_COUNT; field++) {
		struct decision *decision = &look->decisions[field];
		if (!look_has_column(group, look, (enum field)field) ||
		    field_rule((enum field)field)->direction != DIRECTION_BOTH ||
		    (decision->action & (ACTION_TO_COUCH | ACTION_WAIT | ACTION_PROBLEM)) ||
		    cell_equal(&before[field], &look->couch[field], &exact))
			continue;
		*decision = (struct decision){ACTION_TO_AIRTABLE, "follows from an edit of the row"};
	}
}

static void take_written_document(struct group *group, struct look *look, const struct side_write *write)
{
	struct side_record *document = &look->document;

	group->sync->counts.documents_written++;
	look->document_written = true;
	look->entry.marked = (look->entry.marked || look->marks) && !look->unmarks;
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

/* The document was not written. A conflict: the pair is planned anew, from what is there now. Refused for good: a problem
 * of this pair, whose agreement stays. In doubt: a new look tells. */
static void give_up_document(struct look *look, const struct side_write *write)
{
	look->finished = true;
	look->row_work = ROW_WORK_NONE;
	look->orphaned = write->result != ERROR_RETRY;
	if (write->result == ERROR_REFUSED) {
		look_problem(look, "CouchDB refused the document: %s.", write->error.text);
		look->retry = true;
		return;
	}
	look->keep_ledger = true;
	look->again = write->result == ERROR_CONFLICT;
	look->pair->save_lost = write->result == ERROR_CONFLICT;
	look->again_in_ms = look->again ? 0 : SYNC_RETRY_FIRST_MS;
}

static bool take_document_results(struct group *group, const struct document_writes *batch,
				  struct error *error)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct look *look = batch->looks[i];
		const struct side_write *write = &batch->writes[i];
		if (!look && write->result != ERROR_NONE)
			return error_set(error, write->result, "writing a history document: %s",
					 write->error.text);
		if (!look)
			continue;
		if (write->result == ERROR_NONE) {
			take_written_document(group, look, write);
			if (look->document_work == DOCUMENT_WORK_DELETE && look->row_work == ROW_WORK_NONE)
				look_bury_deleted(group, look);
			continue;
		}
		if (write->result == ERROR_RETRY)
			log_info(&group->sync->log, "%s: it is in doubt whether the document was written: %s",
				 look->pair->full_id, write->error.text);
		give_up_document(look, write);
	}
	return true;
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
		ok = couch->ops->write_finish(couch->self, &ticket, error) &&
		     take_document_results(group, &batch, error);
	}
	side_writes_done(batch.writes, batch.count);
	free(batch.writes);
	free(batch.looks);
	return ok || error_wrap(error, "writing documents");
}

/* A bulk write is not atomic: what is about to be lost is in the history before the document is written over. Of documents that
 * surely were not written it goes again. */
bool group_write_documents(struct group *group, struct error *error)
{
	return write_collected(group, collect_histories, error) &&
	       write_collected(group, collect_documents, error) && group_drop_orphans(group, error);
}
