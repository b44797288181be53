#include "bridge/sync/decide.h"

#include "bridge/app/app_twins.h"
#include "bridge/app/deleted_by_app.h"
#include "bridge/diff/back_in_time.h"
#include "bridge/diff/scope_exit.h"
#include "bridge/diff/typing.h"
#include "bridge/diff/untouched.h"
#include "bridge/index/places.h"
#include "bridge/job/expired.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_problem.h"
#include "bridge/limits.h"
#include "bridge/mapping/mapping_to.h"
#include "bridge/memory/seen_row.h"
#include "bridge/rows/row_draft.h"
#include "bridge/sync/guarding.h"

#include <stdlib.h>
#include <string.h>

/* By its time an edit may seem so much earlier than it was: Airtable rounds it to the nearest second, and its clock is known by whole
 * seconds. */
#define EDIT_EARLIER_MS 1500

/* ---- existence ---- */

static enum document_state document_state(const struct group *group, const struct look *look)
{
	const struct pair *pair = look->pair;

	switch (look->document.presence) {
	case SIDE_TOMBSTONE:
		return look->went_back ? DOCUMENT_WENT_BACK : DOCUMENT_TOMBSTONE;
	case SIDE_MISSING:
		return look->entry.state == ENTRY_PAIR ? DOCUMENT_MISSING : DOCUMENT_NONE;
	case SIDE_THERE:
		break;
	}
	if (look->flaw.kind != ERROR_NONE)
		return DOCUMENT_UNREADABLE;
	if (pair->in_scope)
		return DOCUMENT_IN_SCOPE;
	return look_left_scope(group, look) && !look_place_went_back(group, look) ? DOCUMENT_LEFT_SCOPE
										  : DOCUMENT_OUT_OF_SCOPE;
}

/* Gone means not shown twice, a minute apart by the base's clock (sync-rules 2); a row that we deleted needs one look. */
static bool surely_gone(struct group *group, struct look *look)
{
	int64_t now_ms = group->sync->rows.ops->now_ms(group->sync->rows.self);
	struct ledger_entry *entry = &look->entry;

	if (!entry->unsure_since_ms) {
		entry->unsure_since_ms = now_ms;
		look->again_in_ms = SYNC_UNSURE_MS;
		return false;
	}
	if (now_ms - entry->unsure_since_ms >= SYNC_UNSURE_MS)
		return true;
	look->again_in_ms = SYNC_UNSURE_MS - (now_ms - entry->unsure_since_ms);
	return false;
}

static bool is_mixed_up(const struct pair *pair)
{
	return pair->claims || pair->claimants > 0;
}

/* The paired row of another document shows this one's ID: a row that was made now would be written over that row (sync-rules 15). Where
 * the other is held, this one is told and tried again later ('retry'); else it waits until the other's look has set the ID back. */
static bool is_shown_elsewhere(struct look *look)
{
	const struct pair *other = look->id_shown_by;

	if (!other || look->document.presence != SIDE_THERE || look->flaw.kind != ERROR_NONE ||
	    !look->pair->in_scope)
		return false;
	look->retry = other->claims || other->has_problem || !other->in_scope;
	if (!look->retry)
		look->again_in_ms = SYNC_RETRY_FIRST_MS;
	return true;
}

static enum row_state paired_row_state(struct group *group, struct look *look)
{
	bool there = look->row.presence == SIDE_THERE;
	bool was_missing = look->pair->row_missing;

	look->pair->row_missing = !there || strcmp(look->row.id, look->entry.record_id) != 0;
	if (!look->pair->row_missing) {
		look->entry.unsure_since_ms = 0;
		look->paired = look->paired || was_missing; /* what waits for it may go on */
		return is_mixed_up(look->pair)  ? ROW_MIXED_UP
		       : look->pair->copies > 0 ? ROW_PAIRED_OTHERS
						: ROW_PAIRED;
	}
	if (!surely_gone(group, look))
		return ROW_UNSURE;
	if (is_mixed_up(look->pair))
		return ROW_MIXED_UP; /* a row made again would be written over the one that shows its ID */
	if (there)
		return ROW_GONE_ONE_FREE;
	return is_shown_elsewhere(look) ? ROW_SHOWS_ANOTHER : ROW_GONE;
}

/* For a while after its deletion a row may still be shown: it did not come back (sync-rules 6.4). */
static bool was_just_deleted(struct group *group, struct look *look)
{
	int64_t age_ms = group->sync->rows.ops->now_ms(group->sync->rows.self) - look->entry.grave_ms;

	if (look->entry.state == ENTRY_FORGOTTEN || strcmp(look->row.id, look->entry.record_id) != 0 ||
	    age_ms < 0 || age_ms >= SYNC_STALE_MS)
		return false;
	look->again_in_ms = SYNC_STALE_MS - age_ms;
	return true;
}

/* Its last cells have the tick, which was obeyed. What is ticked later is meant. */
static bool shows_obeyed_tick(const struct group *group, const struct look *look)
{
	const struct column *column = &group->sync->columns[look->pair->table].of[FIELD_DELETE];

	return column->id && look->airtable[FIELD_DELETE].kind == CELL_TRUE &&
	       json_bool_or(look->entry.grave_cells, column->id, false);
}

static enum row_state grave_row_state(struct group *group, struct look *look)
{
	if (look->row.presence != SIDE_THERE)
		return ROW_NONE;
	if (look->document.presence == SIDE_THERE && strcmp(look->row.id, look->entry.record_id) != 0)
		return ROW_FREE;
	if (was_just_deleted(group, look))
		return ROW_UNSURE;
	if (shows_obeyed_tick(group, look))
		return ROW_OF_GRAVE_TICKED;
	if (look->airtable[FIELD_DELETE].kind != CELL_TRUE && look_has_column(group, look, FIELD_DELETE))
		look_forget_obeyed_tick(group, look);
	return ROW_OF_GRAVE;
}

static enum row_state row_state(struct group *group, struct look *look)
{
	bool there = look->row.presence == SIDE_THERE;

	if (!there && look->entry.state != ENTRY_PAIR && is_shown_elsewhere(look))
		return ROW_SHOWS_ANOTHER;
	switch (look->entry.state) {
	case ENTRY_PAIR:
		return paired_row_state(group, look);
	case ENTRY_GRAVE:
	case ENTRY_FORGOTTEN:
	case ENTRY_DISCARDED:
		return grave_row_state(group, look);
	case ENTRY_NONE:
		break;
	}
	if (!there)
		return ROW_NONE;
	if (look->pair->copies > 0)
		return ROW_FREE_TWINS;
	return look->document.presence == SIDE_MISSING ? ROW_NEW : ROW_FREE;
}

static bool airtable_moved(const struct group *group, const struct look *look, enum field field)
{
	struct cell_equivalence equivalence = look_equivalence(group, look, field);

	return !cell_equal(&look->entry.fields[field].airtable, &look->airtable[field], &equivalence);
}

/* A two-way field that one side edited since both agreed. */
static bool field_moved(const struct group *group, const struct look *look, enum field field, bool of_couch)
{
	return look_has_column(group, look, field) && look->entry.fields[field].known &&
	       field_rule(field)->direction == DIRECTION_BOTH &&
	       (of_couch ? look_couch_moved(group, look, field) : airtable_moved(group, look, field));
}

static bool any_moved(const struct group *group, const struct look *look, bool of_couch)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (field_moved(group, look, (enum field)field, of_couch))
			return true;
	return false;
}

/* Whose the row is, by its ID cell as it was read now (sync-rules 13). A paired row is known by its record id; another's ID
 * in it is set back, unless other cells have changed as well. */
static void note_shown_id(struct group *group, struct look *look)
{
	struct sync *sync = group->sync;
	struct pair *pair = look->pair;

	if (look->entry.state == ENTRY_PAIR) {
		bool own =
			look->row.presence == SIDE_THERE && strcmp(look->row.id, look->entry.record_id) == 0;
		struct pair *other = own ? sync_shown_other(sync, pair, &look->airtable[FIELD_ID]) : NULL;
		pairs_set_claims(&sync->pairs, pair, other && any_moved(group, look, false) ? other : NULL);
	} else if (look->entry.state == ENTRY_NONE && look->row.presence == SIDE_THERE) {
		struct pair *owner = sync_pair_of_row(sync, &look->row);
		look->finished = owner != pair;
		if (look->finished) {
			own_free_text(&look->entry.problem);
			pairs_look(&sync->pairs, owner, LOOK_ROW);
		}
	}
	own_free_text(&look->entry.shows);
	const struct pair *shown = pair->claims ? pair->claims : pair->copy_of;
	look->entry.shows = shown && !look->finished ? own_copy(shown->id) : NULL;
}

static void note_shown_ids(struct group *group)
{
	for (size_t i = 0; i < group->count; i++)
		if (!group->looks[i].finished && !group->looks[i].needs_no_row)
			note_shown_id(group, &group->looks[i]);
}

/* ---- asking when rows were edited ---- */

/* The questions of a group, asked in one request. */
struct asking {
	size_t count;
	struct side_time_question *questions; /* owned */
	struct look **askers;                 /* owned; whose question each is */
};

/* Whether it is to be known of this cell if it was edited after a moment, and after which. */
typedef bool asks_after(const struct group *group, const struct look *look, enum field field,
			int64_t *after_ms_out);

static void add_question(struct asking *asking, struct look *look, enum field field, int64_t after_ms)
{
	size_t count = asking->count + 1;

	asking->questions = own_resize(asking->questions, count, sizeof *asking->questions);
	asking->askers = own_resize(asking->askers, count, sizeof(struct look *));
	asking->askers[asking->count] = look;
	asking->questions[asking->count++] = (struct side_time_question){
		.table = look->pair->table,
		.id = look->row.id,
		.field = field,
		.after_ms = after_ms,
	};
}

static void asking_done(struct asking *asking)
{
	free(asking->questions);
	free(asking->askers);
}

static bool ask(struct group *group, asks_after *asks, struct asking *asking_out, struct error *error)
{
	const struct side *rows = &group->sync->rows;
	struct asking asking = {0};

	for (size_t i = 0; i < group->count; i++)
		for (size_t field = 0; field < FIELD_COUNT; field++) {
			struct look *look = &group->looks[i];
			int64_t after_ms;
			if (asks(group, look, (enum field)field, &after_ms))
				add_question(&asking, look, (enum field)field, after_ms);
		}
	if (asking.count > 0 && !rows->ops->edited_after(rows->self, asking.questions, asking.count, error)) {
		asking_done(&asking);
		return error_wrap(error, "asking when rows were edited");
	}
	*asking_out = asking;
	return true;
}

/* The Date header counts whole seconds, so something was seen up to one later than its clock said; and the time of an edit is rounded to
 * the nearest one. */
#define SEEN_LATER_MS 1000
#define ROUNDED_UP_MS 500

/* Whose document was deleted, and which cells of the row were edited: before that was seen, or after (sync-rules 10)? */
static bool asks_of_tombstone(const struct group *group, const struct look *look, enum field field,
			      int64_t *after_ms_out)
{
	if (look->finished || look->needs_no_row || look->document.presence != SIDE_TOMBSTONE ||
	    look->entry.state != ENTRY_PAIR || look->row.presence != SIDE_THERE ||
	    !field_moved(group, look, field, false))
		return false;
	*after_ms_out = look_first_seen_ms(group, look) + SEEN_LATER_MS + ROUNDED_UP_MS;
	return true;
}

static bool ask_of_tombstones(struct group *group, struct error *error)
{
	struct asking asking = {0};

	if (!ask(group, asks_of_tombstone, &asking, error))
		return false;
	for (size_t i = 0; i < asking.count; i++)
		asking.askers[i]->row_edit_newer =
			asking.askers[i]->row_edit_newer || asking.questions[i].is_after;
	asking_done(&asking);
	return true;
}

/* ---- existence, decided ---- */

/* What becomes of a document that went back in time without a word about its fields. */
static bool settles_back(enum existence_action action)
{
	return action == EXIST_RESTORE_ROW || action == EXIST_FORGET || action == EXIST_DELETE_DOCUMENT ||
	       action == EXIST_BURY;
}

static void decide_existence(struct group *group, struct look *look)
{
	struct pair *pair = look->pair;
	bool document_there = look->document.presence == SIDE_THERE && look->flaw.kind == ERROR_NONE;
	bool row_there = look->row.presence == SIDE_THERE;
	struct existence_views views = {
		.document = document_state(group, look),
		.row = row_state(group, look),
		.entry = look->entry.state,
		.on_row_deleted = group->sync->config->on_row_deleted,
		.document_moved = document_there && any_moved(group, look, true),
		.row_moved = row_there && look->entry.state == ENTRY_PAIR && any_moved(group, look, false),
		.row_edit_newer = look->row_edit_newer,
		.app_deleted = look->app_deleted,
		.is_twin = pair->twin_of != NULL,
		.other_is_held = look->id_shown_by && look->retry,
		.twin_goes = look->twin_goes,
		.grave_expired = look_grave_is_over(group, look),
		.delete_ticked = row_there && look->airtable[FIELD_DELETE].kind == CELL_TRUE,
	};

	views.has_contents = (views.delete_ticked || views.on_row_deleted == ROW_DELETED_DELETE) &&
			     pair_has_contents(pair);
	if (views.document == DOCUMENT_LEFT_SCOPE || views.document == DOCUMENT_OUT_OF_SCOPE)
		look_view_outside(group, look, &views);
	look->existence = plan_existence(&views);
	look->settles_back = look->went_back && settles_back(look->existence.action);
	look->again = look->again || views.place_open;
	log_debug(&group->sync->log, "%s: %s: %s", pair->full_id, existence_name(look->existence.action),
		  look->existence.reason);
}

/* ---- fields ---- */

static bool links_unknown(const struct cell *cell)
{
	for (size_t i = 0; cell->kind == CELL_LINKS && i < cell->id_count; i++)
		if (cell->ids[i][0] == CELL_UNKNOWN_LINK)
			return true;
	return false;
}

/* Through the other end of a link a cell may get a second one, in any order: the one agreed on and exactly one new one mean the
 * new one (sync-rules 20). Where it is not sure what was agreed on, two links are a problem. */
static void take_newer_link(struct look *look, enum field field)
{
	const struct ledger_field *agreed = &look->entry.fields[field];
	struct cell *shown = &look->airtable[field], *both = look_both_links(look, field);

	if (!both || shown->kind != CELL_LINKS || shown->id_count != 2 || !agreed->known ||
	    agreed->contested || agreed->airtable.kind != CELL_LINKS || agreed->airtable.id_count != 1)
		return;
	bool first_is_old = strcmp(shown->ids[0], agreed->airtable.ids[0]) == 0;
	bool second_is_old = strcmp(shown->ids[1], agreed->airtable.ids[0]) == 0;
	if (first_is_old == second_is_old)
		return;
	struct cell newer = cell_link(shown->ids[first_is_old ? 1 : 0]);
	cell_move(both, shown);
	*shown = newer;
}

/* Which of the two is meant was decided when the row could not be written (outside.c): it still shows both, and is to show the one. */
static bool take_decided_link(struct look *look, enum field field)
{
	const struct ledger_field *agreed = &look->entry.fields[field];
	const struct cell_equivalence exact = {0};
	struct cell *shown = &look->airtable[field], *both = look_both_links(look, field);

	if (!both || shown->kind != CELL_LINKS || shown->id_count != 2 || !agreed->known ||
	    agreed->shown_differently || agreed->couch.kind != CELL_LINKS ||
	    !cell_equal(shown, &agreed->airtable, &exact))
		return false;
	struct cell decided = cell_copy(&agreed->couch);
	cell_move(both, shown);
	*shown = decided;
	return true;
}

static void tell_problem(struct look *look, enum field field, const struct error *refusal)
{
	if (look->airtable[field].kind == CELL_WRONG)
		look_problem(look, "%s.", look->airtable[field].text);
	else if (refusal->kind == ERROR_NONE)
		look_problem(look, "%s: %s.", field_rule(field)->name, look->decisions[field].reason);
	else
		look_problem(look, "%s.", refusal->text);
}

/* Something else stands there since it was written. What counts as the same may be more by now than it was then. */
static bool shows_otherwise(const struct group *group, const struct look *look, enum field field)
{
	const struct ledger_field *agreed = &look->entry.fields[field];
	struct cell_equivalence equivalence = look_equivalence(group, look, field);

	return agreed->known && agreed->shown_differently &&
	       !cell_shows_sent(&look->airtable[field], &look->couch[field], &equivalence);
}

static void tell_of_field(struct group *group, struct look *look, enum field field,
			  const struct error *refusal)
{
	unsigned action = look->decisions[field].action;

	if (action & ACTION_PROBLEM)
		tell_problem(look, field, refusal);
	if ((action & ACTION_WAIT) && refusal->kind == ERROR_RETRY)
		look_tell_dead_link(group, look, field);
	if (action == ACTION_NONE && shows_otherwise(group, look, field))
		look_tell_difference(look, field, &look->couch[field], &look->airtable[field]);
	if (action == ACTION_NONE && look->entry.fields[field].held &&
	    field_rule(field)->direction == DIRECTION_BOTH)
		look_tell_apart(look, field);
}

/* The document was not edited since the row was written, or since this process handled it. Of a merge the time is that of one of its
 * leaves, and says nothing. */
static bool is_unedited(const struct look *look)
{
	const struct cell *shown = &look->airtable[FIELD_UPDATED_AT];
	const struct cell_equivalence exact = {0};

	if (look->recollected)
		return !look->recollected_edited;
	return shown->kind == CELL_TIME && !look->pair->ended &&
	       cell_equal(&look->couch[FIELD_UPDATED_AT], shown, &exact);
}

/* A row that is adopted may still have a B for some fields: what our own unanswered create is known to have left there. */
static void decide_field(struct group *group, struct look *look, enum field field)
{
	struct sync *sync = group->sync;
	const struct field_rule *rule = field_rule(field);
	const struct ledger_field *agreed = &look->entry.fields[field];
	bool first_contact = look->existence.action == EXIST_ADOPT;
	struct cell_equivalence equivalence = look_equivalence(group, look, field);
	struct mapping_links links = sync_links(sync);
	struct error refusal = {.kind = ERROR_NONE};
	scoped(json_object) value = NULL;

	bool decided = take_decided_link(look, field);
	if (!decided)
		take_newer_link(look, field);
	bool mappable = mapping_to_row(look->pair->table, &sync->columns[look->pair->table], field,
				       &look->couch[field], &links, &value, &refusal);
	bool settles_held = agreed->known && agreed->held && sync->held_wins != ORDER_UNKNOWN;
	bool row_waits = links_unknown(&look->airtable[field]);
	bool couch_waits = !mappable && refusal.kind == ERROR_RETRY;
	struct field_views views = {
		.direction = rule->direction,
		.couch = &look->couch[field],
		.airtable = &look->airtable[field],
		.agreed_couch = agreed->known ? look_agreed_couch(look, field) : NULL,
		.agreed_airtable = decided         ? &look->airtable[field]
				   : agreed->known ? &agreed->airtable
						   : NULL,
		.equivalence = equivalence,
		.first_contact = first_contact && !agreed->known,
		.row_unedited = look->unedited[field],
		.same_updated_at = is_unedited(look),
		.shown_differently = agreed->shown_differently,
		.contested = agreed->contested,
		.held = agreed->held,
		.settles_held = settles_held,
		.couch_unmappable = !mappable && !couch_waits,
		.blank = !json_find(look->row.body, sync->columns[look->pair->table].of[field].id, NULL),
		.waits = row_waits || (couch_waits && look->existence.action != EXIST_MERGE_OUT),
		.order = settles_held ? sync->held_wins : look->orders[field],
	};

	look->decisions[field] = plan_field(&views);
	if (look->decisions[field].action & ACTION_WAIT)
		look->waits |= row_waits ? WAITS_FOR_DOCUMENT : WAITS_FOR_ROW;
	typing_decide(group, look, field);
	tell_of_field(group, look, field, &refusal);
}

static bool decides_fields(const struct look *look)
{
	switch (look->existence.action) {
	case EXIST_MERGE:
	case EXIST_MERGE_OTHERS:
	case EXIST_PAIR_FREE:
	case EXIST_ADOPT:
	case EXIST_MERGE_OUT:
		return true;
	default:
		return false;
	}
}

/* What took the row's place may show what the row did a while ago. Known until it is agreed on, also after a crash. */
static void contest_what_differs(struct group *group, struct look *look)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (field_moved(group, look, (enum field)field, false))
			look->entry.fields[field].contested = true;
}

static void decide_fields(struct group *group, struct look *look)
{
	text_clear(&look->problem);
	look->waits = 0;
	look->typing = false;
	if (look->existence.action == EXIST_PAIR_FREE)
		contest_what_differs(group, look);
	if (look->existence.action != EXIST_MERGE_OUT)
		look_hold_apart(group, look);
	look_release_times(group, look);
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (look_has_column(group, look, (enum field)field) && field != FIELD_ERROR &&
		    field != FIELD_DELETE)
			decide_field(group, look, (enum field)field);
}

/* ---- conflicts: which edit is newer? ---- */

/* A document was not edited later than it was first seen here (a device's clock may run ahead), by a clock of which whole seconds
 * are known. */
static int64_t document_edited_ms(const struct group *group, const struct look *look)
{
	int64_t seen_ms = look_first_seen_ms(group, look) + SEEN_LATER_MS;
	int64_t updated_ms = document_updated_at(look->document.body);

	return updated_ms < seen_ms ? updated_ms : seen_ms;
}

static bool asks_of_conflict(const struct group *group, const struct look *look, enum field field,
			     int64_t *after_ms_out)
{
	if (look->finished || !(look->decisions[field].action & ACTION_ASK_TIME))
		return false;
	*after_ms_out = document_edited_ms(group, look);
	return true;
}

/* What is decided by the answers is decided once more. */
static bool ask_of_conflicts(struct group *group, struct error *error)
{
	struct asking asking = {0};

	if (!ask(group, asks_of_conflict, &asking, error))
		return false;
	for (size_t i = 0; i < asking.count; i++)
		asking.askers[i]->orders[asking.questions[i].field] =
			asking.questions[i].is_after ? ORDER_AIRTABLE_NEWER : ORDER_COUCH_NEWER;
	for (size_t i = 0; i < asking.count; i++)
		if (i == 0 || asking.askers[i] != asking.askers[i - 1])
			decide_fields(group, asking.askers[i]);
	asking_done(&asking);
	return true;
}

/* A pair that this process remembers, of which only the document was edited: that is no conflict. */
static bool asks_of_recollected(const struct group *group, const struct look *look, enum field field,
				int64_t *after_ms_out)
{
	const unsigned flows = ACTION_TO_COUCH | ACTION_TO_AIRTABLE | ACTION_ASK_TIME;

	if (look->finished || !look->recollected || !look->recollected_edited ||
	    look->existence.action != EXIST_ADOPT || field_rule(field)->direction != DIRECTION_BOTH ||
	    !(look->decisions[field].action & flows) || !group->sync->rows_known_ms)
		return false;
	*after_ms_out = group->sync->rows_known_ms - EDIT_EARLIER_MS;
	return true;
}

static bool ask_of_recollected(struct group *group, struct error *error)
{
	struct asking asking = {0};

	if (!ask(group, asks_of_recollected, &asking, error))
		return false;
	for (size_t i = 0; i < asking.count; i++)
		asking.askers[i]->unedited[asking.questions[i].field] = !asking.questions[i].is_after;
	for (size_t i = 0; i < asking.count; i++)
		if (i == 0 || asking.askers[i] != asking.askers[i - 1])
			decide_fields(group, asking.askers[i]);
	asking_done(&asking);
	return true;
}

static bool ask_of_untouched(struct group *group, struct error *error)
{
	bool *changed = own_alloc(group->count + 1);
	bool ok = group_find_untouched(group, changed, error);

	for (size_t i = 0; ok && i < group->count; i++)
		if (changed[i])
			decide_fields(group, &group->looks[i]);
	free(changed);
	return ok;
}

bool group_decide(struct group *group, struct error *error)
{
	note_shown_ids(group);
	if (!ask_of_tombstones(group, error) || !group_find_deleted_by_app(group, error) ||
	    !group_compare_twins(group, error))
		return false;
	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (look->finished || look->needs_no_row || look->words_only)
			continue;
		decide_existence(group, look);
		if (decides_fields(look))
			decide_fields(group, look);
	}
	if (!ask_of_recollected(group, error) || !ask_of_untouched(group, error) ||
	    !ask_of_conflicts(group, error))
		return false;
	group_brake(group);
	return true;
}
