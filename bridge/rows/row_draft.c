#include "bridge/rows/row_draft.h"

#include "bridge/diff/typing.h"
#include "bridge/images/images_agreed.h"
#include "bridge/images/images_draft.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"
#include "bridge/job/refusal_messages.h"
#include "bridge/mapping/mapping_to.h"

#include <stdio.h>
#include <string.h>

bool job_fill_given_up(struct batch *batch, struct job *job)
{
	json_object_close(&job->row_write.body);
	if (job->images)
		job->images->writes_cell = job->images->clears_box = false;
	memset(job->row_write.writes, 0, sizeof job->row_write.writes);
	job->row_write.refills = false;
	job_fill_problem(batch, job);
	if (!job->row_write.body)
		job->row_write.work = ROW_WORK_NONE;
	return job->row_write.work != ROW_WORK_NONE;
}

/* ---- what to write ---- */

/* Adds one cell to the row's body; what the column cannot hold is a problem of this cell alone. */
static void fill(struct batch *batch, struct job *job, enum field field, const struct cell *cell)
{
	struct sync *sync = batch->sync;
	const struct columns *columns = &sync->columns[job->pair->table];
	struct mapping_links links = sync_links(sync);
	struct json_object *value = NULL;
	struct error error = {0};

	/* Updated At says that the row has all of the document (rule 5): it waits for the links. */
	bool too_early = field == FIELD_UPDATED_AT && (job->waits & WAITS_FOR_ROW);

	if (job->row_write.dropped[field] || too_early)
		return;
	if (job_lacks_field(batch, job, field)) {
		job->row_write.withheld = job->row_write.withheld || field != FIELD_ERROR;
		job->row_write.lacks_edits |= field_rule(field)->direction == DIRECTION_BOTH;
		return;
	}
	if (!mapping_to_row(job->pair->table, columns, field, cell, &links, &value, &error)) {
		if (error.kind == ERROR_RETRY)
			job->waits |= WAITS_FOR_ROW;
		else
			job_problem(job, "%s.", error.text);
		return;
	}
	if (!job->row_write.body)
		job->row_write.body = json_new_object();
	json_put(job->row_write.body, columns->of[field].id, value);
	job->row_write.writes[field] = true;
	struct cell copy = cell_copy(cell);
	cell_move(&job->row_write.outgoing[field], &copy);
}

static bool is_out_of_step(const struct batch *batch, const struct job *job, enum field field)
{
	struct cell_equivalence equivalence = job_equivalence(batch, job, field);

	return !cell_equal(&job->couch[field], &job->airtable[field], &equivalence) &&
	       !cell_hides_zero(&job->airtable[field], &job->couch[field], &equivalence);
}

/* Then what is empty on both sides is agreed on, too: what is typed there next is an edit. */
static bool is_made_of_row(const struct job *job)
{
	return job->document_write.written && (job->plan->existence.action == EXIST_CREATE_DOCUMENT ||
					       job->plan->existence.action == EXIST_UNDELETE);
}

/* The save has made of the document what the row shows already. */
static bool is_shown_already(const struct batch *batch, const struct job *job, enum field field)
{
	struct cell_equivalence equivalence = job_equivalence(batch, job, field);

	equivalence.tolerance = 0;
	return job->document_write.written &&
	       (cell_equal(&job->couch[field], &job->airtable[field], &equivalence) ||
		cell_hides_zero(&job->airtable[field], &job->couch[field], &equivalence));
}

static bool shows_both_links(const struct job *job, enum field field)
{
	const struct cell *both = job_both_links(job, field);

	return both && both->kind != CELL_EMPTY;
}

unsigned job_row_action(const struct job *job, enum field field)
{
	unsigned action = job->plan->decisions[field].action;

	if (job->document_write.losers_unrecorded && (action & ACTION_CONFLICT))
		return ACTION_WAIT;
	return job->document_write.derived[field] ? ACTION_TO_AIRTABLE : action;
}

/* One field of a pair whose document edits, if any, are written: 'couch' is the document as it is now. */
static void fill_merged(struct batch *batch, struct job *job, enum field field)
{
	unsigned action = job_row_action(job, field);
	bool out = field_rule(field)->direction == DIRECTION_OUT;

	if (action & (ACTION_WAIT | ACTION_ASK_TIME))
		return;
	if (shows_both_links(job, field)) {
		/* Agreed on when the answer shows one: until then the other is not to be taken for the new one. */
		if (job->document_write.written || !(action & (ACTION_TO_COUCH | ACTION_PROBLEM)))
			fill(batch, job, field, &job->couch[field]);
		return;
	}
	if (!(action & ACTION_TO_AIRTABLE)) {
		if ((action & ACTION_TO_COUCH) && !job->document_write.written)
			return;
		bool apart = is_out_of_step(batch, job, field);
		bool left = (action & ACTION_TO_COUCH) && typing_spaced(batch, job, field);
		bool agrees =
			action & (ACTION_TO_COUCH | ACTION_MOVE_BASE) || (is_made_of_row(job) && !apart);
		/* What the save made of an edit, or of what both showed, goes back to the row, once (sync-rules 18): it is the
		 * document's own change of what both have had. A column that only shows is set back. */
		if (agrees)
			ledger_entry_agree(&job->entry, field,
					   apart && !left ? &job->airtable[field] : &job->couch[field],
					   &job->airtable[field]);
		if (left)
			typing_leave(batch, job);
		bool made = agrees || (out && job_couch_moved(batch, job, field));
		if (!made || !apart || left)
			return;
	} else if (is_shown_already(batch, job, field)) {
		ledger_entry_agree(&job->entry, field, &job->couch[field], &job->airtable[field]);
		return;
	}
	fill(batch, job, field, &job->couch[field]);
}

/* The problem's sentence in its cell: written when it differs, cleared when there is none (sync-rules 21). */
void job_fill_problem(struct batch *batch, struct job *job)
{
	struct cell_equivalence equivalence = job_equivalence(batch, job, FIELD_ERROR);
	struct cell words = cell_text(text_or_empty(&job->problem));

	if (job->row_write.writes[FIELD_ERROR])
		job_unfill(batch, job, FIELD_ERROR);
	if (job_has_column(batch, job, FIELD_ERROR) &&
	    !cell_equal(&words, &job->airtable[FIELD_ERROR], &equivalence))
		fill(batch, job, FIELD_ERROR, &words);
	cell_done(&words);
}

/* Nor is it sent any more: what such a cell shows by now no write of ours has replaced. */
void job_unfill(struct batch *batch, struct job *job, enum field field)
{
	job->row_write.writes[field] = false;
	intent_leave_out(&job->entry.intents.row, field);
	json_remove(job->row_write.body, batch->sync->columns[job->pair->table].of[field].id);
}

static void fill_delete_box(struct batch *batch, struct job *job)
{
	const struct cell unticked = {0};

	if (job->plan->existence.clear_delete && job_has_column(batch, job, FIELD_DELETE) &&
	    job->airtable[FIELD_DELETE].kind != CELL_EMPTY)
		fill(batch, job, FIELD_DELETE, &unticked);
}

/* A row that a person made may leave its type empty, which reads as "Item": it is named when the row is taken in, as the app
 * does. */
static bool lacks_its_type(const struct batch *batch, const struct job *job)
{
	const struct columns *columns = &batch->sync->columns[job->pair->table];
	enum existence_action action = job->plan->existence.action;
	bool taken_in = action == EXIST_CREATE_DOCUMENT || action == EXIST_ADOPT;

	return taken_in && job_has_column(batch, job, FIELD_TYPE) && job->document.presence == RECORD_THERE &&
	       job->couch[FIELD_TYPE].kind == CELL_CHOICE &&
	       !json_find(job->row.body, columns->of[FIELD_TYPE].id, NULL);
}

/* Where the row is not to have all of the document it does not get the document's Updated At either (sync-rules 5). */
static void keep_time(struct batch *batch, struct job *job)
{
	if (!job->row_write.lacks_edits)
		return;
	job_leave_out_time(batch, job);
	if (job->row_write.writes[FIELD_UPDATED_AT])
		job_unfill(batch, job, FIELD_UPDATED_AT);
}

static void fill_cells(struct batch *batch, struct job *job)
{
	bool unnamed = lacks_its_type(batch, job);

	typing_note_saved(job);

	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (job_has_column(batch, job, (enum field)field) && field != FIELD_ERROR &&
		    field != FIELD_DELETE)
			fill_merged(batch, job, (enum field)field);
	if (unnamed && !job->row_write.writes[FIELD_TYPE])
		fill(batch, job, FIELD_TYPE, &job->couch[FIELD_TYPE]);
	keep_time(batch, job);
}

bool job_fill_update(struct batch *batch, struct job *job)
{
	if (job->row_write.mode == ROW_WRITE_CELLS)
		fill_cells(batch, job);
	fill_delete_box(batch, job);
	job_fill_images(batch, job);
	job_fill_problem(batch, job);
	return job->row_write.body && json_key_count(job->row_write.body) > 0;
}

/* A link of the document to what is not there waits for good, unless somebody acts. */
void job_report_dead_link(struct batch *batch, struct job *job, enum field field)
{
	const struct cell *link = &job->couch[field];
	const struct pair *target =
		link->kind == CELL_LINKS
			? pairs_find(&batch->sync->pairs, field_linked_table(field), link->ids[0])
			: NULL;

	if (link->kind == CELL_LINKS && (!target || target->document != PAIR_DOCUMENT_THERE))
		job_problem(
			job,
			"%s: the document names %s, which is deleted or not here yet: choose another one.",
			field_rule(field)->name, link->ids[0]);
}

bool job_fill_create(struct batch *batch, struct job *job)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (job_has_column(batch, job, (enum field)field) && job->couch[field].kind != CELL_EMPTY)
			fill(batch, job, (enum field)field, &job->couch[field]);
	keep_time(batch, job);
	job_fill_images(batch, job);
	job_report_dead_link(batch, job, FIELD_COLLECTION);
	job_report_dead_link(batch, job, FIELD_CONTAINER);
	job_fill_problem(batch, job);
	return job->row_write.writes[FIELD_ID];
}

/* Types of columns whose cells can be written as they were read; pictures cannot, and the others are Airtable's own word. */
static bool is_refillable(const char *type)
{
	static const char *const types[] = {
		"singleLineText",
		"multilineText",
		"richText",
		"email",
		"url",
		"phoneNumber",
		"number",
		"percent",
		"currency",
		"rating",
		"duration",
		"checkbox",
		"date",
		"dateTime",
		"singleSelect",
		"barcode",
		"multipleSelects",
		"multipleRecordLinks",
	};

	for (size_t i = 0; i < countof(types); i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

static const char *column_type(struct json_object *tables, const char *table_id, const char *column_id)
{
	for (size_t t = 0; t < json_length(tables); t++) {
		struct json_object *one = json_at(tables, t);
		struct json_object *fields = json_child(one, "fields", json_type_array);
		if (strcmp(json_text_or(one, "id", ""), table_id) != 0)
			continue;
		for (size_t i = 0; fields && i < json_length(fields); i++) {
			struct json_object *field = json_at(fields, i);
			if (strcmp(json_text_or(field, "id", ""), column_id) == 0)
				return json_text_or(field, "type", "");
		}
	}
	return "";
}

void job_refill(struct batch *batch, struct job *job, struct json_object *tables)
{
	const struct columns *columns = &batch->sync->columns[job->pair->table];

	json_each (job->entry.retired_cells, column, value) {
		if (columns_field_by_id(columns, column) != FIELD_COUNT ||
		    !is_refillable(column_type(tables, columns->table_id, column)))
			continue;
		json_put(job->row_write.body, column, json_copy(value));
		job->row_write.refills = true;
	}
}

void job_drop_refill(struct batch *batch, struct job *job)
{
	const struct columns *columns = &batch->sync->columns[job->pair->table];
	struct json_object *body = json_new_object();

	json_each (job->row_write.body, column, value)
		if (columns_field_by_id(columns, column) != FIELD_COUNT)
			json_put(body, column, json_share(value));
	json_release(job->row_write.body);
	job->row_write.body = body;
	job->row_write.refills = false;
}

void job_note_row(struct batch *batch, struct job *job)
{
	struct intent *intent = &job->entry.intents.row;
	static const enum intent_kind kinds[] = {
		[ROW_WORK_CREATE] = INTENT_CREATE,
		[ROW_WORK_UPDATE] = INTENT_UPDATE,
		[ROW_WORK_DELETE] = INTENT_DELETE,
	};
	bool shown = job->row_write.work == ROW_WORK_UPDATE;

	intent_begin(intent, kinds[job->row_write.work],
		     batch->sync->rows.ops->now_ms(batch->sync->rows.self), job->document.revision);
	snprintf(intent->epoch, sizeof intent->epoch, "%s", batch->sync->epoch);
	job->pair->unsent_ms = intent->at_ms;
	if (job->row_write.work == ROW_WORK_DELETE) {
		/* When the tombstone was first seen: edits of the row after that bring the document back. */
		job->entry.seen_ms = job_first_seen_ms(batch, job);
		job->entry.synced = job->pair->leaves_hash;
	}
	for (size_t field = 0; intent->kind != INTENT_DELETE && field < FIELD_COUNT; field++)
		if (job->row_write.writes[field])
			intent_write(intent, (enum field)field,
				     shown ? job_shown(job, (enum field)field) : NULL,
				     &job->row_write.outgoing[field]);
	job_note_images(batch, job);
}
