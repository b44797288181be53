/* Outside of the scope (sync-rules 14). Which way a pair got there follows from what is remembered of it: a place inside, that both sides
 * agreed on, has been left by an edit of a document, and its row goes. If an edit of the row took it out, or the integration syncs
 * something else now, the agreed place is outside, too: then the row stays and a person is told.
 *
 *     document moved out ──> the row's edits into the document ──> contents first ──> row deleted ──> mark dropped
 *
 * Until the row is gone, nothing of what was agreed on about its place changes, so each step can be decided again. */
#include "bridge/marks.h"

#include <stdio.h>
#include <string.h>

static const char *linked(const struct cell *cell)
{
	return cell->kind == CELL_LINKS && cell->id_count && cell->ids[0][0] != CELL_UNKNOWN_LINK
		       ? cell->ids[0]
		       : NULL;
}

static const char *agreed_place(const struct look *look, enum field field)
{
	const struct ledger_field *agreed = &look->entry.fields[field];

	return agreed->known ? linked(&agreed->couch) : NULL;
}

bool look_left_scope(const struct group *group, const struct look *look)
{
	const struct sync *sync = group->sync;

	return look->entry.state == ENTRY_PAIR &&
	       scope_held(sync->config, &sync->pairs, look->pair, agreed_place(look, FIELD_COLLECTION),
			  agreed_place(look, FIELD_CONTAINER));
}

static bool row_moved(const struct group *group, const struct look *look, enum field field)
{
	struct cell_equivalence equivalence = look_equivalence(group, look, field);

	return look_has_column(group, look, field) && look->entry.fields[field].known &&
	       field_rule(field)->direction == DIRECTION_BOTH &&
	       !cell_equal(&look->entry.fields[field].airtable, &look->airtable[field], &equivalence);
}

/* The row was edited to stand somewhere in the scope. */
static bool returns(const struct group *group, const struct look *look)
{
	const struct sync *sync = group->sync;
	bool collection = row_moved(group, look, FIELD_COLLECTION);
	bool container = row_moved(group, look, FIELD_CONTAINER);

	return look->pair->table == TABLE_ITEMS && (collection || container) &&
	       scope_would_hold(sync->config, &sync->pairs, TABLE_ITEMS,
				collection ? linked(&look->airtable[FIELD_COLLECTION])
					   : pair_collection_id(look->pair),
				container ? linked(&look->airtable[FIELD_CONTAINER])
					  : pair_container_id(look->pair));
}

void look_view_outside(const struct group *group, const struct look *look, struct existence_views *views)
{
	const struct sync *sync = group->sync;
	bool left = views->document == DOCUMENT_LEFT_SCOPE;

	if (look->entry.state != ENTRY_PAIR || look->row.presence != SIDE_THERE)
		return;
	views->place_open = left && scope_is_open(sync->config, &sync->pairs, look->pair,
						  agreed_place(look, FIELD_CONTAINER));
	views->holds_rows = left && pair_holds_rows(look->pair);
	views->row_returns = !left && returns(group, look);
}

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
		if (row_moved(group, look, (enum field)field) && take_merged(look, (enum field)field))
			look->again = true;
	if (!look->again && !look->problem.length)
		look_problem(look, "%s, but they wait for something else.", look->existence.reason);
	look->retry =
		!look->again; /* Airtable itself may take back what is refused, when it empties a link */
	look_write_words_only(look);
}

void look_note_stale_mark(struct group *group, struct look *look, const char *record_id)
{
	const char *mark = look->document.presence == SIDE_THERE
				   ? document_mark(look->document.body, group->sync->config->id)
				   : NULL;

	look->entry.marked = look->entry.state == ENTRY_GRAVE && mark && strcmp(mark, record_id) == 0;
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

static bool is_unchanged(struct sync *sync, struct json_object *body)
{
	struct integration_config now = {0};
	struct error ignored;
	bool is_airtable = false;

	if (!body || !integration_config_read(body, sync->config->database, &now, &is_airtable, &ignored) ||
	    !is_airtable)
		return false;
	bool same = integration_config_same(&now, sync->config);
	marks_note_app_sync(sync, now.app_synced_ms);
	integration_config_done(&now);
	return same;
}

bool sync_check_settings(struct sync *sync, bool *same_out, struct error *error)
{
	scoped_text id = document_full_id(DOCUMENT_INTEGRATION, sync->config->id);
	const char *ids[] = {id};
	scoped(json_object) body = NULL;

	if (!sync->couch.ops->read_extras(sync->couch.self, ids, 1, &body, error))
		return error_wrap(error, "reading %s", id);
	*same_out = is_unchanged(sync, body);
	sync->settings_changed = sync->settings_changed || !*same_out;
	return true;
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
