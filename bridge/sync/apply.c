#include "bridge/sync/apply.h"

#include "base/clock.h"
#include "bridge/app/app_link.h"
#include "bridge/app/app_twins.h"
#include "bridge/diff/typing.h"
#include "bridge/documents/cascade.h"
#include "bridge/documents/documents.h"
#include "bridge/documents/draft.h"
#include "bridge/documents/late_history.h"
#include "bridge/documents/orphaned_history.h"
#include "bridge/documents/retire.h"
#include "bridge/documents/rounds.h"
#include "bridge/job/conflict_notice.h"
#include "bridge/job/expired.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_problem.h"
#include "bridge/job/notes.h"
#include "bridge/job/park.h"
#include "bridge/job/refusals.h"
#include "bridge/memory/app_twins_index.h"
#include "bridge/rows/dispatch.h"
#include "bridge/rows/row_draft.h"
#include "bridge/sync/leave_scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- from existence to work ---- */

static void nothing(struct group *group, struct look *look)
{
	struct ledger_entry *entry = &look->entry;

	look->finished = true;
	if (entry->state == ENTRY_PAIR || look->row.presence == SIDE_THERE ||
	    (!look->row_asked && look->pair->record_id[0]))
		return;
	ledger_entry_clear_sent(entry); /* to a row that is nobody's and is gone: whatever comes of it */
	if (entry->state != ENTRY_NONE)
		return;
	/* A row that waited to become a document, and is no more. */
	pairs_set_copy_of(&group->sync->pairs, look->pair, NULL);
	own_free_text(&entry->shows);
	entry->record_id[0] = '\0';
	entry->next_try_ms = 0;
	pairs_set_record(&group->sync->pairs, look->pair, "", false);
}

/* The pair's row, or one that is nobody's: what is wrong may be written into it. */
static bool is_own_row(const struct look *look)
{
	const struct ledger_entry *entry = &look->entry;

	return entry->state == ENTRY_NONE ||
	       (entry->state == ENTRY_PAIR && look->row.id && strcmp(look->row.id, entry->record_id) == 0);
}

/* A person has to decide, and reads why where they look: in the row. When documents are missing that were not deleted, the rows are
 * not written at all. */
static void hold(struct group *group, struct look *look)
{
	(void)group;
	look_problem(look, "%s.", look->existence.reason);
	look->finished = true;
	if (look->document.presence == SIDE_MISSING && look->entry.state != ENTRY_NONE)
		return;
	look->finished = look->row.presence != SIDE_THERE || !is_own_row(look);
	if (!look->finished)
		look_write_words_only(look);
}

/* It has no row that could say so. */
static void hold_twin(struct group *group, struct look *look)
{
	(void)group;
	app_twins_tell(look);
	look->finished = true;
}

static bool is_untaken_edit(const struct group *group, const struct look *look, enum field field)
{
	const struct ledger_field *agreed = &look->entry.fields[field];
	struct cell_equivalence equivalence = look_equivalence(group, look, field);

	return look_has_column(group, look, field) && agreed->known &&
	       field_rule(field)->direction == DIRECTION_BOTH &&
	       !cell_equal(&agreed->airtable, &look->airtable[field], &equivalence);
}

/* What a person did in the row, and what does not reach the document as long as nobody can read that. */
static void tell_untaken(struct group *group, struct look *look)
{
	struct text names = {0};

	for (size_t field = 0; look->entry.state == ENTRY_PAIR && field < FIELD_COUNT; field++)
		if (is_untaken_edit(group, look, (enum field)field))
			text_format(&names, "%s%s", names.length ? ", " : "",
				    field_rule((enum field)field)->name);
	if (names.length)
		look_problem(look, "Edits of this row wait: %s.", text_or_empty(&names));
	if (look->airtable[FIELD_DELETE].kind == CELL_TRUE)
		look_problem(look, "Delete is not obeyed.");
	text_done(&names);
}

/* Nothing flows; the row says so, and what of it is not taken. */
static void park_unreadable(struct group *group, struct look *look)
{
	bool own = look->row.presence == SIDE_THERE && is_own_row(look);

	look_problem(look, "%s.", look->flaw.kind != ERROR_NONE ? look->flaw.text : look->existence.reason);
	look->finished = !own;
	if (!own)
		return;
	look_problem(look, "Nothing flows between it and this row until that is corrected.");
	tell_untaken(group, look);
	look_write_words_only(look);
}

static void forget(struct group *group, struct look *look)
{
	look_bury(group, look, "forgotten");
	look->entry.state = ENTRY_FORGOTTEN;
	look->finished = true;
}

/* It is a problem of the pair, and is told in its row: until then it stays as it is. */
static void tell_undeletable(struct look *look)
{
	look->finished = !is_own_row(look);
	if (!look->finished)
		look_write_words_only(look);
}

/* The row that has the ID of what is buried may be another than the one that was. */
static void delete_row(struct group *group, struct look *look)
{
	if (look_lacks_right(group, look, RIGHT_DELETE)) {
		tell_undeletable(look);
		return;
	}
	snprintf(look->entry.record_id, sizeof look->entry.record_id, "%s", look->row.id);
	look->row_work = ROW_WORK_DELETE;
}

/* Nothing else is done before the base says that it is cleared: of a pair the tick would be meant. */
static void untick(struct group *group, struct look *look)
{
	(void)group;
	look->existence.clear_delete = true;
	snprintf(look->entry.record_id, sizeof look->entry.record_id, "%s", look->row.id);
	look_write_words_only(look);
	look->again = true;
}

static void delete_document(struct group *group, struct look *look)
{
	(void)group;
	look_compose_delete(look);
	look->row_work = look->row.presence == SIDE_THERE ? ROW_WORK_DELETE : ROW_WORK_NONE;
}

static void tell(struct look *look)
{
	if (look->existence.told)
		look_problem(look, "%s.", look->existence.reason);
}

/* A box that is refused is as it was left; when it is unticked, the refusal is past. */
static void note_box(struct look *look)
{
	const struct cell unticked = {0};

	if (look->existence.refuse_delete)
		ledger_entry_agree(&look->entry, FIELD_DELETE, &unticked, &look->airtable[FIELD_DELETE]);
	else
		ledger_entry_forget_field(&look->entry, FIELD_DELETE);
}

static bool has_row_edits(const struct look *look)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (look->decisions[field].action & ACTION_TO_COUCH)
			return true;
	return false;
}

static void merge(struct group *group, struct look *look)
{
	typing_hold(group, look);
	bool edits = has_row_edits(look);
	tell(look);
	look->retry = look->existence.refuse_delete;
	note_box(look);
	if (edits && !look_compose_edit(group, look))
		log_debug(&group->sync->log, "%s: the row's edits are refused", look->pair->full_id);
	look->merges = true;
	look->row_work = ROW_WORK_UPDATE;
}

/* A row of a document that was brought back gets what its former row had in columns of people's own. */
static void refill(struct group *group, struct look *look)
{
	struct side *rows = &group->sync->rows;
	scoped(json_object) tables = json_share(group->sync->schema_seen);
	struct error error;

	if (look->entry.state != ENTRY_GRAVE || !look->entry.grave_cells)
		return;
	if (tables || rows->ops->schema(rows->self, &tables, &error))
		look_refill(group, look, tables);
	else
		log_info(&group->sync->log, "%s: its former row's other cells are not put back: %s",
			 look->pair->full_id, error.text);
}

static void create_row(struct group *group, struct look *look)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		cell_done(&look->airtable[field]);
	tell(look);
	if (look_lacks_right(group, look, RIGHT_CREATE)) {
		look->finished = true;
		return;
	}
	look->row_work = look_fill_create(group, look) ? ROW_WORK_CREATE : ROW_WORK_NONE;
	look->finished = look->row_work == ROW_WORK_NONE;
	if (!look->finished)
		refill(group, look);
}

static void undelete(struct group *group, struct look *look)
{
	(void)group;
	/* As a new row is taken in, against the tombstone's revision. */
	look->row_work = ROW_WORK_UPDATE;
}

static void (*const existence_work[])(struct group *group, struct look *look) = {
	[EXIST_NOTHING] = nothing,
	[EXIST_ASK_AGAIN] = nothing,
	[EXIST_HOLD] = hold,
	[EXIST_DELETE_TWIN] = delete_document,
	[EXIST_HOLD_TWIN] = hold_twin,
	[EXIST_PARK] = park_unreadable,
	[EXIST_BURY] = look_bury_deleted,
	[EXIST_DELETE_ROW] = delete_row,
	[EXIST_DISCARD_ROW] = delete_row,
	[EXIST_UNTICK] = untick,
	[EXIST_UNDELETE] = undelete,
	[EXIST_MERGE] = merge,
	[EXIST_MERGE_OTHERS] = merge,
	[EXIST_PAIR_FREE] = merge,
	[EXIST_CREATE_ROW] = create_row,
	[EXIST_RESTORE_ROW] = create_row,
	[EXIST_DELETE_DOCUMENT] = delete_document,
	[EXIST_FORGET] = forget,
	[EXIST_ADOPT] = merge,
	[EXIST_CREATE_DOCUMENT] = undelete,
	[EXIST_LEAVE] = look_leave,
	[EXIST_MERGE_OUT] = look_merge_out,
	[EXIST_REMOVE_ROW] = delete_row,
	[EXIST_LET_GO] = look_let_go,
	[EXIST_EXPIRE] = look_expire,
};

static void write_mark(struct group *group, struct look *look)
{
	look->new_document = json_copy(look->document.body);
	document_set_mark(table_document_type(look->pair->table), look->new_document, group->sync->config->id,
			  look->entry.record_id, clock_now_ms());
	look->marks = true;
	look->document_work = DOCUMENT_WORK_WRITE;
}

/* Nothing that a row shows has changed: the ledger learns the leaves, the document perhaps its mark. */
static void acknowledge(struct group *group, struct look *look)
{
	if (look->entry.state != ENTRY_PAIR || look->entry.marked || !(look->reasons & LOOK_MARK) ||
	    look->pair->leaves != look->entry.handled) {
		look->finished = true;
		return;
	}
	write_mark(group, look);
}

/* The mark was refused, and nothing else is to be written into the document: it is tried by itself. Not beside edits of the row that
 * are refused: with a document that is written they would count as saved. */
static void try_mark_again(struct group *group, struct look *look)
{
	if (!look->entry.mark_refused || look->entry.state != ENTRY_PAIR || look->entry.marked ||
	    look->given || has_row_edits(look) || look->document_work != DOCUMENT_WORK_NONE ||
	    look->document.presence != SIDE_THERE || look->flaw.kind != ERROR_NONE)
		return;
	write_mark(group, look);
}

/* Somebody's edit was made of a revision without it; or the app has marked another row since, which is no more. */
static bool lost_mark(const struct look *look)
{
	return look->entry.state == ENTRY_PAIR && look->pair->in_scope &&
	       look->document.presence == SIDE_THERE && look->flaw.kind == ERROR_NONE;
}

/* The document carries the mark already: the app made the row, or an earlier ledger of ours knew of it. One of a second row that the app
 * made of it stays as long as that is there. */
static void note_mark(struct group *group, struct look *look)
{
	const char *mark = look->document.presence == SIDE_THERE && look->flaw.kind == ERROR_NONE
				   ? document_mark(look->document.body, group->sync->config->id)
				   : NULL;

	if (mark && look->entry.state == ENTRY_PAIR &&
	    (strcmp(mark, look->entry.record_id) == 0 || app_twins_keep_mark(group->sync, look->pair, mark)))
		look->entry.marked = true;
	else if (lost_mark(look))
		look->entry.marked = false;
	if (look->entry.state == ENTRY_GRAVE && look->entry.marked)
		look_note_stale_mark(group, look, look->entry.record_id);
}

static void start_look(struct group *group, struct look *look)
{
	enum existence_action action = look->existence.action;

	note_mark(group, look);
	if (look->needs_no_row) {
		acknowledge(group, look);
		return;
	}
	existence_work[action](group, look);
	if ((action == EXIST_CREATE_DOCUMENT || action == EXIST_UNDELETE) && !look_compose_new(group, look))
		log_debug(&group->sync->log, "%s: the row is no document yet", look->pair->full_id);
	if (action == EXIST_MERGE || action == EXIST_MERGE_OTHERS)
		try_mark_again(group, look);
}

/* ---- rows ---- */

static void pair_up(struct group *group, struct look *look)
{
	if (look->entry.state == ENTRY_PAIR && strcmp(look->entry.record_id, look->row.id) == 0)
		return;
	ledger_entry_pair(&look->entry, look->row.id);
	look->paired = true;
	look->pair->row_missing = false;
	look->entry.marked = look->marks && look->document_written;
	note_mark(group, look);
	/* What the box asks for is asked of a pair. */
	look->again = look->again || look->airtable[FIELD_DELETE].kind == CELL_TRUE;
}

/* No pair, or not yet: only its error cell is ours. */
static void wait_without_pair(struct look *look)
{
	if (look->entry.state == ENTRY_DISCARDED)
		ledger_entry_let_go(&look->entry); /* it is there again, as a new one */
	if (look->existence.action != EXIST_LEAVE || look->entry.state == ENTRY_NONE)
		snprintf(look->entry.record_id, sizeof look->entry.record_id, "%s", look->row.id);
	look_write_words_only(look);
}

/* What was to be written stays to be written. */
static bool withhold(struct group *group, struct look *look)
{
	if (!look_lacks_right(group, look, RIGHT_UPDATE))
		return false;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (look->writes[field])
			look_unfill(group, look, (enum field)field);
	return true;
}

static void prepare_row(struct group *group, struct look *look)
{
	enum existence_action action = look->existence.action;
	bool new_document = action == EXIST_CREATE_DOCUMENT || action == EXIST_UNDELETE;

	if (look->finished || look->needs_no_row || look->row_work != ROW_WORK_UPDATE)
		return;
	if (look->words_only) {
		if (look->entry.state != ENTRY_PAIR)
			wait_without_pair(look);
		return;
	}
	if (action == EXIST_MERGE_OUT) {
		look_take_merged_out(group, look);
	} else if ((new_document && look->document_work == DOCUMENT_WORK_NONE) || action == EXIST_HOLD ||
		   action == EXIST_PARK || action == EXIST_LEAVE || action == EXIST_DISCARD_ROW) {
		wait_without_pair(look);
	} else if (action != EXIST_UNTICK) {
		look->entry.born_as_row = look->entry.born_as_row || new_document;
		pair_up(group, look);
	}
	if (!look_fill_update(group, look) || withhold(group, look))
		look->row_work = ROW_WORK_NONE;
}

/* What is to be sent to rows and is not noted yet. */
static size_t collect_unnoted(struct group *group, struct look **looks)
{
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (look->words_only && !look->words_filled && !look->finished)
			look_fill_words(group, look);
		if (look->row_work == ROW_WORK_NONE || look->finished || look->noted || look->unnoted)
			continue;
		look->noted = true;
		look_note_sent(group, look);
		looks[count++] = look;
	}
	return count;
}

/* Of what the ledger does not take only the words are left, which are noted in another round. */
static bool note_sent(struct group *group, struct error *error)
{
	struct look **looks = own_alloc((group->count + 1) * sizeof *looks);
	bool ok = true;

	for (size_t count = 1; ok && count;) {
		count = collect_unnoted(group, looks);
		ok = count == 0 || group_write_notes(group, looks, count, error);
	}
	free(looks);
	return ok;
}

bool group_carry(struct group *group, struct error *error)
{
	for (size_t i = 0; i < group->count; i++)
		if (!group->looks[i].finished && !group->looks[i].words_only)
			start_look(group, &group->looks[i]);
	if (!group_write_in_rounds(group, error) || !group_save_wakes(group, error))
		return false;
	for (size_t i = 0; i < group->count; i++) {
		look_tell_left_open(&group->looks[i]);
		look_tell_kept_histories(&group->looks[i]);
		look_tell_unstored(&group->looks[i]);
		look_tell_notice(group, &group->looks[i]);
		prepare_row(group, &group->looks[i]);
	}
	/* A row whose last edits the history does not take stays, and says so: a second note is of these words. */
	if (!group_read_last_cells(group, error) || !group_confirm_scope(group, error) ||
	    !note_sent(group, error) || !group_write_last_edits(group, error) || !note_sent(group, error))
		return false;
	group_start_rows(group);
	return true;
}
