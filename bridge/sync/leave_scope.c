#include "bridge/sync/leave_scope.h"

#include "bridge/app/app_link.h"
#include "bridge/diff/scope_exit.h"
#include "bridge/documents/draft.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_problem.h"
#include "bridge/limits.h"
#include "bridge/memory/integration_settings.h"

/* ---- what stays ---- */

static void drop_mark(struct group *group, struct look *look)
{
	bool is_time = (look->reasons & LOOK_MARK) || look->entry.mark_refused;

	if (look->entry.state != ENTRY_GRAVE || !look->entry.marked || !is_time)
		return;
	look->new_document = json_copy(look->document.body);
	document_drop_mark(look->new_document, group->sync->config->id);
	look->unmarks = true;
	look->document_work = DOCUMENT_WORK_WRITE;
}

/* Nothing flows. Said where a row stands for it; a document that never had one is nobody's problem. */
void look_leave(struct group *group, struct look *look)
{
	drop_mark(group, look);
	look->finished = look->row.presence != SIDE_THERE && look->document_work == DOCUMENT_WORK_NONE;
	if (look->row.presence != SIDE_THERE)
		return;
	look_problem(look, "%s.", look->existence.reason);
	look_write_words_only(look);
}

/* ---- what goes ---- */

void look_merge_out(struct group *group, struct look *look)
{
	bool edits = false;

	for (size_t field = 0; field < FIELD_COUNT; field++)
		edits = edits || (look->decisions[field].action & ACTION_TO_COUCH);
	if (edits && !look_compose_edit(group, look))
		log_debug(&group->sync->log, "%s: the row's edits are refused", look->pair->full_id);
	look->merges = true;
	look->row_work = ROW_WORK_UPDATE;
}

/* An edit of the row that lost to the document is in the history. If the document comes back into the scope before the row is gone, its value
 * is one that the row has yet to show; what was agreed on about its place stays (look_agreed_couch() knows). */
static void agree_on_loser(struct look *look, enum field field, const struct cell *shown)
{
	bool place = field == FIELD_COLLECTION || field == FIELD_CONTAINER;
	struct cell couch = cell_copy(place ? &look->entry.fields[field].couch : shown);

	ledger_entry_agree(&look->entry, field, &couch, shown);
	cell_done(&couch);
}

static bool take_merged(struct look *look, enum field field)
{
	unsigned action = look->decisions[field].action;
	const struct cell *shown = look_shown(look, field); /* it is not written: it goes on showing this */

	if (action & ACTION_REMEMBER) {
		ledger_entry_agree(&look->entry, field, &look->couch[field], shown);
		return true;
	}
	if ((action & ACTION_TO_COUCH) && look->document_written) {
		/* What a save made of it goes to the row if that comes back into the scope. */
		ledger_entry_agree(&look->entry, field, &look->airtable[field], shown);
		return true;
	}
	if (!(action & ACTION_TO_AIRTABLE))
		return false;
	agree_on_loser(look, field, shown);
	return true;
}

void look_take_merged_out(struct group *group, struct look *look)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (look_row_moved(group, look, (enum field)field) && take_merged(look, (enum field)field))
			look->again = true;
	if (!look->again && !look->problem.length)
		look_problem(look, "%s, but they wait for something else.", look->existence.reason);
	look->retry =
		!look->again; /* Airtable itself may take back what is refused, when it empties a link */
	look_write_words_only(look);
}

void look_let_go(struct group *group, struct look *look)
{
	ledger_entry_bury(&look->entry, "left the scope", look->document.revision,
			  group->sync->rows.ops->now_ms(group->sync->rows.self),
			  json_share(look->entry.grave_cells));
	look_note_stale_mark(group, look, look->entry.record_id);
	look->finished = true;
	/* Its own row is gone, so this one is another with its ID: the next look tells it so. */
	look->again = look->row.presence == SIDE_THERE;
}

/* ---- whether the scope is still what it was ---- */

static bool is_removed(const struct look *look)
{
	return look->existence.action == EXIST_REMOVE_ROW && look->row_work == ROW_WORK_DELETE &&
	       !look->finished;
}

bool group_confirm_scope(struct group *group, struct error *error)
{
	struct sync *sync = group->sync;
	bool any = false, same = false;

	for (size_t i = 0; i < group->count; i++)
		any = any || is_removed(&group->looks[i]);
	if (!any)
		return true;
	if (!sync_check_settings(sync, &same, error) || same)
		return same || error_wrap(error, "before rows are deleted");
	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (!is_removed(look))
			continue;
		look->row_work = ROW_WORK_NONE;
		look->finished = true;
		look->keep_ledger = true;
		look->again_in_ms = SYNC_RETRY_FIRST_MS;
	}
	return true;
}
