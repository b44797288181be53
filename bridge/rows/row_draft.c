#include "bridge/rows/row_draft.h"

#include "bridge/diff/typing.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_problem.h"
#include "bridge/job/refusals.h"
#include "bridge/mapping/mapping_from.h"
#include "bridge/mapping/mapping_to.h"

#include <stdio.h>
#include <string.h>

void look_fill_words(struct group *group, struct look *look)
{
	json_object_close(&look->row_body);
	memset(look->writes, 0, sizeof look->writes);
	look->refills = false;
	look->words_filled = true;
	look_fill_problem(group, look);
	if (!look->row_body)
		look->row_work = ROW_WORK_NONE;
}

/* ---- what to write ---- */

/* Adds one cell to the row's body; what the column cannot hold is a problem of this cell alone. */
static void fill(struct group *group, struct look *look, enum field field, const struct cell *cell)
{
	struct sync *sync = group->sync;
	const struct columns *columns = &sync->columns[look->pair->table];
	struct mapping_links links = sync_links(sync);
	struct json_object *value = NULL;
	struct error error = {0};

	/* Updated At says that the row has all of the document (rule 5): it waits for the links. */
	bool too_early = field == FIELD_UPDATED_AT && (look->waits & WAITS_FOR_ROW);

	if (look->dropped[field] || too_early)
		return;
	if (look_lacks_field(group, look, field)) {
		look->withheld = look->withheld || field != FIELD_ERROR;
		return;
	}
	if (!mapping_to_row(look->pair->table, columns, field, cell, &links, &value, &error)) {
		if (error.kind == ERROR_RETRY)
			look->waits |= WAITS_FOR_ROW;
		else
			look_problem(look, "%s.", error.text);
		return;
	}
	if (!look->row_body)
		look->row_body = json_new_object();
	json_put(look->row_body, columns->of[field].id, value);
	look->writes[field] = true;
	struct cell copy = cell_copy(cell);
	cell_move(&look->outgoing[field], &copy);
}

static bool is_out_of_step(const struct group *group, const struct look *look, enum field field)
{
	struct cell_equivalence equivalence = look_equivalence(group, look, field);

	return !cell_equal(&look->couch[field], &look->airtable[field], &equivalence) &&
	       !cell_hides_zero(&look->airtable[field], &look->couch[field], &equivalence);
}

/* Then what is empty on both sides is agreed on, too: what is typed there next is an edit. */
static bool is_made_of_row(const struct look *look)
{
	return look->document_written &&
	       (look->existence.action == EXIST_CREATE_DOCUMENT || look->existence.action == EXIST_UNDELETE);
}

/* The save has made of the document what the row shows already. */
static bool is_shown_already(const struct group *group, const struct look *look, enum field field)
{
	struct cell_equivalence equivalence = look_equivalence(group, look, field);

	equivalence.tolerance = 0;
	return look->document_written &&
	       (cell_equal(&look->couch[field], &look->airtable[field], &equivalence) ||
		cell_hides_zero(&look->airtable[field], &look->couch[field], &equivalence));
}

static bool shows_both_links(struct look *look, enum field field)
{
	const struct cell *both = look_both_links(look, field);

	return both && both->kind != CELL_EMPTY;
}

/* One field of a pair whose document edits, if any, are written: 'couch' is the document as it is now. */
static void fill_merged(struct group *group, struct look *look, enum field field)
{
	unsigned action = look->decisions[field].action;
	bool out = field_rule(field)->direction == DIRECTION_OUT;

	if (action & (ACTION_WAIT | ACTION_ASK_TIME))
		return;
	if (shows_both_links(look, field)) {
		/* Agreed on when the answer shows one: until then the other is not to be taken for the new one. */
		if (look->document_written || !(action & (ACTION_TO_COUCH | ACTION_PROBLEM)))
			fill(group, look, field, &look->couch[field]);
		return;
	}
	if (!(action & ACTION_TO_AIRTABLE)) {
		if ((action & ACTION_TO_COUCH) && !look->document_written)
			return;
		bool apart = is_out_of_step(group, look, field);
		bool left = (action & ACTION_TO_COUCH) && typing_spaced(group, look, field);
		bool agrees =
			action & (ACTION_TO_COUCH | ACTION_REMEMBER) || (is_made_of_row(look) && !apart);
		/* What the save made of an edit, or of what both showed, goes back to the row, once (sync-rules 18): it is the
		 * document's own change of what both have had. A column that only shows is set back. */
		if (agrees)
			ledger_entry_agree(&look->entry, field,
					   apart && !left ? &look->airtable[field] : &look->couch[field],
					   &look->airtable[field]);
		if (left)
			typing_leave(group, look);
		bool made = agrees || (out && look_couch_moved(group, look, field));
		if (!made || !apart || left)
			return;
	} else if (is_shown_already(group, look, field)) {
		ledger_entry_agree(&look->entry, field, &look->couch[field], &look->airtable[field]);
		return;
	}
	fill(group, look, field, &look->couch[field]);
}

/* The problem's sentence in its cell: written when it differs, cleared when there is none (sync-rules 21). */
void look_fill_problem(struct group *group, struct look *look)
{
	struct cell_equivalence equivalence = look_equivalence(group, look, FIELD_ERROR);
	struct cell words = cell_text(text_or_empty(&look->problem));

	if (look->writes[FIELD_ERROR])
		look_unfill(group, look, FIELD_ERROR);
	if (look_has_column(group, look, FIELD_ERROR) &&
	    !cell_equal(&words, &look->airtable[FIELD_ERROR], &equivalence))
		fill(group, look, FIELD_ERROR, &words);
	cell_done(&words);
}

/* Nor is it sent any more: what such a cell shows by now no write of ours has replaced. */
void look_unfill(struct group *group, struct look *look, enum field field)
{
	look->writes[field] = false;
	look->entry.sent.fields[field].sent = false;
	json_remove(look->row_body, group->sync->columns[look->pair->table].of[field].id);
}

static void fill_delete_box(struct group *group, struct look *look)
{
	const struct cell unticked = {0};

	if (look->existence.clear_delete && look_has_column(group, look, FIELD_DELETE) &&
	    look->airtable[FIELD_DELETE].kind != CELL_EMPTY)
		fill(group, look, FIELD_DELETE, &unticked);
}

/* A row that a person made may leave its type empty, which reads as "Item": it is named when the row is taken in, as the app
 * does. */
static bool lacks_its_type(const struct group *group, const struct look *look)
{
	const struct columns *columns = &group->sync->columns[look->pair->table];
	enum existence_action action = look->existence.action;
	bool taken_in = action == EXIST_CREATE_DOCUMENT || action == EXIST_ADOPT;

	return taken_in && look_has_column(group, look, FIELD_TYPE) &&
	       look->document.presence == SIDE_THERE && look->couch[FIELD_TYPE].kind == CELL_CHOICE &&
	       !json_find(look->row.body, columns->of[FIELD_TYPE].id, NULL);
}

/* Where the row is not to have all of the document it does not get the document's Updated At either (sync-rules 5). */
static void keep_time(struct group *group, struct look *look)
{
	if (look->withheld && look->writes[FIELD_UPDATED_AT])
		look_unfill(group, look, FIELD_UPDATED_AT);
}

bool look_fill_update(struct group *group, struct look *look)
{
	bool unnamed = lacks_its_type(group, look);

	typing_note_saved(look);

	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (look_has_column(group, look, (enum field)field) && field != FIELD_ERROR &&
		    field != FIELD_DELETE)
			fill_merged(group, look, (enum field)field);
	if (unnamed && !look->writes[FIELD_TYPE])
		fill(group, look, FIELD_TYPE, &look->couch[FIELD_TYPE]);
	keep_time(group, look);
	fill_delete_box(group, look);
	look_fill_problem(group, look);
	return look->row_body && json_key_count(look->row_body) > 0;
}

/* A link of the document to what is not there waits for good, unless somebody acts. */
void look_tell_dead_link(struct group *group, struct look *look, enum field field)
{
	const struct cell *link = &look->couch[field];
	const struct pair *target =
		link->kind == CELL_LINKS
			? pairs_find(&group->sync->pairs, field_linked_table(field), link->ids[0])
			: NULL;

	if (link->kind == CELL_LINKS && (!target || target->document != PAIR_DOCUMENT_THERE))
		look_problem(
			look,
			"%s: the document names %s, which is deleted or not here yet: choose another one.",
			field_rule(field)->name, link->ids[0]);
}

bool look_fill_create(struct group *group, struct look *look)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (look_has_column(group, look, (enum field)field) && look->couch[field].kind != CELL_EMPTY)
			fill(group, look, (enum field)field, &look->couch[field]);
	keep_time(group, look);
	look_tell_dead_link(group, look, FIELD_COLLECTION);
	look_tell_dead_link(group, look, FIELD_CONTAINER);
	look_fill_problem(group, look);
	return look->writes[FIELD_ID];
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

void look_refill(struct group *group, struct look *look, struct json_object *tables)
{
	const struct columns *columns = &group->sync->columns[look->pair->table];

	json_each (look->entry.grave_cells, column, value) {
		if (columns_field_by_id(columns, column) != FIELD_COUNT ||
		    !is_refillable(column_type(tables, columns->table_id, column)))
			continue;
		json_put(look->row_body, column, json_copy(value));
		look->refills = true;
	}
}

void look_drop_refill(struct group *group, struct look *look)
{
	const struct columns *columns = &group->sync->columns[look->pair->table];
	struct json_object *body = json_new_object();

	json_each (look->row_body, column, value)
		if (columns_field_by_id(columns, column) != FIELD_COUNT)
			json_put(body, column, json_share(value));
	json_release(look->row_body);
	look->row_body = body;
	look->refills = false;
}

void look_note_sent(struct group *group, struct look *look)
{
	struct ledger_sent *sent = &look->entry.sent;
	static const enum sent_kind kinds[] = {
		[ROW_WORK_CREATE] = SENT_CREATE,
		[ROW_WORK_UPDATE] = SENT_UPDATE,
		[ROW_WORK_DELETE] = SENT_DELETE,
	};

	ledger_entry_clear_sent(&look->entry);
	sent->kind = kinds[look->row_work];
	sent->at_ms = group->sync->rows.ops->now_ms(group->sync->rows.self);
	snprintf(sent->epoch, sizeof sent->epoch, "%s", group->sync->epoch);
	snprintf(sent->document, sizeof sent->document, "%s",
		 look->document.revision ? look->document.revision : "");
	look->pair->unsent_ms = sent->at_ms;
	if (look->row_work == ROW_WORK_DELETE) {
		/* When the tombstone was first seen: edits of the row after that bring the document back. */
		look->entry.seen_ms = look_first_seen_ms(group, look);
		look->entry.handled = look->pair->leaves;
	}
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		if (!look->writes[field])
			continue;
		sent->fields[field].sent = true;
		if (look->row_work == ROW_WORK_UPDATE)
			sent->fields[field].pre = cell_copy(look_shown(look, (enum field)field));
		sent->fields[field].post = cell_copy(&look->outgoing[field]);
	}
}

/* ---- what the answer says ---- */

void look_forget_obeyed_tick(const struct group *group, struct look *look)
{
	const struct column *column = &group->sync->columns[look->pair->table].of[FIELD_DELETE];

	if (column->id && look->entry.grave_cells)
		json_remove(look->entry.grave_cells, column->id);
}

static void agree_on_answer(struct group *group, struct look *look, enum field field,
			    const struct cell *answer)
{
	struct cell_equivalence equivalence = look_equivalence(group, look, field);
	bool equivalent = cell_shows_sent(answer, &look->outgoing[field], &equivalence);

	if (field == FIELD_DELETE)
		look_forget_obeyed_tick(group, look);
	if (field == FIELD_ERROR || field == FIELD_DELETE)
		return;
	ledger_entry_agree(&look->entry, field, &look->outgoing[field], answer);
	look->entry.fields[field].shown_differently = !equivalent;
	if (equivalent)
		return;
	look_tell_difference(look, field, &look->outgoing[field], answer);
	look->again = true; /* the row does not say so yet */
}

/* A cell that this write did not touch: the same as we read it, or somebody edits the row right now. */
static void compare_untouched(struct group *group, struct look *look, enum field field,
			      const struct cell *answer)
{
	struct cell_equivalence equivalence = look_equivalence(group, look, field);

	if (look->row_work == ROW_WORK_CREATE && answer->kind == CELL_EMPTY &&
	    look->couch[field].kind == CELL_EMPTY)
		ledger_entry_agree(&look->entry, field, &look->couch[field], answer);
	else if (!cell_equal(&look->airtable[field], answer, &equivalence))
		look->again = true;
}

/* A new row replaced nothing: until it is shown at all, it is not there. */
static void remember_replaced(struct look *look)
{
	struct ledger_sent *sent = &look->entry.sent;
	int64_t at_ms = look->row_write->date_ms ? look->row_write->date_ms : sent->at_ms;

	for (size_t field = 0; sent->kind == SENT_UPDATE && field < FIELD_COUNT; field++)
		if (sent->fields[field].sent)
			ledger_entry_replace(&look->entry, (enum field)field, &sent->fields[field].pre,
					     at_ms);
	ledger_entry_clear_sent(&look->entry);
}

void look_take_answer(struct group *group, struct look *look)
{
	struct sync *sync = group->sync;
	struct cell cells[FIELD_COUNT] = {0};
	struct mapping_links links = sync_links(sync);
	bool unknown_choice = false;

	mapping_from_row(look->pair->table, &sync->columns[look->pair->table], look->row_write->answer.body,
			 &links, cells, &unknown_choice);
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		if (!look_has_column(group, look, (enum field)field))
			continue;
		if (look->writes[field])
			agree_on_answer(group, look, (enum field)field, &cells[field]);
		else if (field != FIELD_ERROR && field != FIELD_DELETE)
			compare_untouched(group, look, (enum field)field, &cells[field]);
		cell_done(&cells[field]);
	}
	for (size_t field = 0; field < FIELD_COUNT; field++)
		cell_done(&cells[field]);
	remember_replaced(look);
}
