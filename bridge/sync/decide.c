#include "bridge/sync/decide.h"

#include "bridge/app/app_twins.h"
#include "bridge/app/deleted_by_app.h"
#include "bridge/diff/back_in_time.h"
#include "bridge/diff/scope_exit.h"
#include "bridge/diff/typing.h"
#include "bridge/diff/untouched.h"
#include "bridge/index/parents.h"
#include "bridge/job/expired.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_problem.h"
#include "bridge/limits.h"
#include "bridge/mapping/mapping_to.h"
#include "bridge/memory/seen_row.h"
#include "bridge/rows/row_draft.h"
#include "bridge/sync/brake_batch.h"

#include <stdlib.h>
#include <string.h>

/* By its time an edit may seem so much earlier than it was: Airtable rounds it to the nearest second, and its clock is known by whole
 * seconds. */
#define EDIT_EARLIER_MS 1500

/* ---- existence ---- */

static enum document_state document_state(const struct batch *batch, const struct job *job)
{
	const struct pair *pair = job->pair;

	switch (job->document.presence) {
	case RECORD_TOMBSTONE:
		return job->went_back ? DOCUMENT_WENT_BACK : DOCUMENT_TOMBSTONE;
	case RECORD_MISSING:
		return job->entry.state == ENTRY_PAIR ? DOCUMENT_MISSING : DOCUMENT_NONE;
	case RECORD_THERE:
		break;
	}
	if (job->flaw.kind != ERROR_NONE)
		return DOCUMENT_UNREADABLE;
	if (pair->in_scope)
		return DOCUMENT_IN_SCOPE;
	return job_left_scope(batch, job) && !job_parent_went_back(batch, job) ? DOCUMENT_LEFT_SCOPE
									       : DOCUMENT_OUT_OF_SCOPE;
}

/* Gone means not shown twice, a minute apart by the base's clock (sync-rules 2); a row that we deleted needs one job. */
static bool surely_gone(struct batch *batch, struct job *job)
{
	int64_t now_ms = batch->sync->rows.ops->now_ms(batch->sync->rows.self);
	struct ledger_entry *entry = &job->entry;

	if (!entry->unsure_since_ms) {
		entry->unsure_since_ms = now_ms;
		job->again_in_ms = SYNC_UNSURE_MS;
		return false;
	}
	if (now_ms - entry->unsure_since_ms >= SYNC_UNSURE_MS)
		return true;
	job->again_in_ms = SYNC_UNSURE_MS - (now_ms - entry->unsure_since_ms);
	return false;
}

static bool is_mixed_up(const struct pair *pair)
{
	return pair->claims || pair->claimants > 0;
}

/* The paired row of another document shows this one's ID: a row that was made now would be written over that row (sync-rules 15). Where
 * the other is held, this one is told and tried again later ('retry'); else it waits until the other's job has set the ID back. */
static bool is_shown_elsewhere(struct job *job)
{
	const struct pair *other = job->id_shown_by;

	if (!other || job->document.presence != RECORD_THERE || job->flaw.kind != ERROR_NONE ||
	    !job->pair->in_scope)
		return false;
	job->retry = other->claims || other->has_problem || !other->in_scope;
	if (!job->retry)
		job->again_in_ms = SYNC_RETRY_FIRST_MS;
	return true;
}

static enum row_state paired_row_state(struct batch *batch, struct job *job)
{
	bool there = job->row.presence == RECORD_THERE;
	bool was_missing = job->pair->row_missing;

	job->pair->row_missing = !there || strcmp(job->row.id, job->entry.record_id) != 0;
	if (!job->pair->row_missing) {
		job->entry.unsure_since_ms = 0;
		job->paired = job->paired || was_missing; /* what waits for it may go on */
		return is_mixed_up(job->pair)  ? ROW_MIXED_UP
		       : job->pair->copies > 0 ? ROW_PAIRED_OTHERS
					       : ROW_PAIRED;
	}
	if (!surely_gone(batch, job))
		return ROW_UNSURE;
	if (is_mixed_up(job->pair))
		return ROW_MIXED_UP; /* a row made again would be written over the one that shows its ID */
	if (there)
		return ROW_GONE_ONE_FREE;
	return is_shown_elsewhere(job) ? ROW_SHOWS_ANOTHER : ROW_GONE;
}

/* For a while after its deletion a row may still be shown: it did not come back (sync-rules 6.4). */
static bool was_just_deleted(struct batch *batch, struct job *job)
{
	int64_t age_ms = batch->sync->rows.ops->now_ms(batch->sync->rows.self) - job->entry.retired_ms;

	if (job->entry.state == ENTRY_FORGOTTEN || strcmp(job->row.id, job->entry.record_id) != 0 ||
	    age_ms < 0 || age_ms >= SYNC_STALE_MS)
		return false;
	job->again_in_ms = SYNC_STALE_MS - age_ms;
	return true;
}

/* Its last cells have the tick, which was obeyed. What is ticked later is meant. */
static bool shows_obeyed_tick(const struct batch *batch, const struct job *job)
{
	const struct column *column = &batch->sync->columns[job->pair->table].of[FIELD_DELETE];

	return column->id && job->airtable[FIELD_DELETE].kind == CELL_TRUE &&
	       json_bool_or(job->entry.retired_cells, column->id, false);
}

static enum row_state retired_row_state(struct batch *batch, struct job *job)
{
	if (job->row.presence != RECORD_THERE)
		return ROW_NONE;
	if (job->document.presence == RECORD_THERE && strcmp(job->row.id, job->entry.record_id) != 0)
		return ROW_FREE;
	if (was_just_deleted(batch, job))
		return ROW_UNSURE;
	if (shows_obeyed_tick(batch, job))
		return ROW_OF_RETIRED_TICKED;
	if (job->airtable[FIELD_DELETE].kind != CELL_TRUE && job_has_column(batch, job, FIELD_DELETE))
		job_forget_obeyed_tick(batch, job);
	return ROW_OF_RETIRED;
}

static enum row_state row_state(struct batch *batch, struct job *job)
{
	bool there = job->row.presence == RECORD_THERE;

	if (!there && job->entry.state != ENTRY_PAIR && is_shown_elsewhere(job))
		return ROW_SHOWS_ANOTHER;
	switch (job->entry.state) {
	case ENTRY_PAIR:
		return paired_row_state(batch, job);
	case ENTRY_RETIRED:
	case ENTRY_FORGOTTEN:
	case ENTRY_DISCARDED:
		return retired_row_state(batch, job);
	case ENTRY_NONE:
		break;
	}
	if (!there)
		return ROW_NONE;
	if (job->pair->copies > 0)
		return ROW_FREE_TWINS;
	return job->document.presence == RECORD_MISSING ? ROW_NEW : ROW_FREE;
}

static bool airtable_moved(const struct batch *batch, const struct job *job, enum field field)
{
	struct cell_equivalence equivalence = job_equivalence(batch, job, field);

	return !cell_equal(&job->entry.fields[field].airtable, &job->airtable[field], &equivalence);
}

/* A two-way field that one side edited since both agreed. */
static bool field_moved(const struct batch *batch, const struct job *job, enum field field, bool of_couch)
{
	return job_has_column(batch, job, field) && job->entry.fields[field].known &&
	       field_rule(field)->direction == DIRECTION_BOTH &&
	       (of_couch ? job_couch_moved(batch, job, field) : airtable_moved(batch, job, field));
}

static bool any_moved(const struct batch *batch, const struct job *job, bool of_couch)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (field_moved(batch, job, (enum field)field, of_couch))
			return true;
	return false;
}

/* Whose the row is, by its ID cell as it was read now (sync-rules 13). A paired row is known by its record id; another's ID
 * in it is set back, unless other cells have changed as well. */
static void note_shown_id(struct batch *batch, struct job *job)
{
	struct sync *sync = batch->sync;
	struct pair *pair = job->pair;

	if (job->entry.state == ENTRY_PAIR) {
		bool own =
			job->row.presence == RECORD_THERE && strcmp(job->row.id, job->entry.record_id) == 0;
		struct pair *other = own ? sync_shown_other(sync, pair, &job->airtable[FIELD_ID]) : NULL;
		pairs_set_claims(&sync->pairs, pair, other && any_moved(batch, job, false) ? other : NULL);
	} else if (job->entry.state == ENTRY_NONE && job->row.presence == RECORD_THERE) {
		struct pair *owner = sync_pair_of_row(sync, &job->row);
		job->finished = owner != pair;
		if (job->finished) {
			own_free_text(&job->entry.problem);
			pairs_queue(&sync->pairs, owner, JOB_ROW);
		}
	}
	own_free_text(&job->entry.shows);
	const struct pair *shown = pair->claims ? pair->claims : pair->copy_of;
	job->entry.shows = shown && !job->finished ? own_copy(shown->id) : NULL;
}

static void note_shown_ids(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		if (!batch->jobs[i].finished && !batch->jobs[i].needs_no_row)
			note_shown_id(batch, &batch->jobs[i]);
}

/* ---- asking when rows were edited ---- */

/* The questions of a batch, asked in one request. */
struct asking {
	size_t count;
	struct endpoint_time_question *questions; /* owned */
	struct job **askers;                      /* owned; whose question each is */
};

/* Whether it is to be known of this cell if it was edited after a moment, and after which. */
typedef bool asks_after(const struct batch *batch, const struct job *job, enum field field,
			int64_t *after_ms_out);

static void add_question(struct asking *asking, struct job *job, enum field field, int64_t after_ms)
{
	size_t count = asking->count + 1;

	asking->questions = own_resize(asking->questions, count, sizeof *asking->questions);
	asking->askers = own_resize(asking->askers, count, sizeof(struct job *));
	asking->askers[asking->count] = job;
	asking->questions[asking->count++] = (struct endpoint_time_question){
		.table = job->pair->table,
		.id = job->row.id,
		.field = field,
		.after_ms = after_ms,
	};
}

static void asking_done(struct asking *asking)
{
	free(asking->questions);
	free(asking->askers);
}

static bool ask(struct batch *batch, asks_after *asks, struct asking *asking_out, struct error *error)
{
	const struct endpoint *rows = &batch->sync->rows;
	struct asking asking = {0};

	for (size_t i = 0; i < batch->count; i++)
		for (size_t field = 0; field < FIELD_COUNT; field++) {
			struct job *job = &batch->jobs[i];
			int64_t after_ms;
			if (asks(batch, job, (enum field)field, &after_ms))
				add_question(&asking, job, (enum field)field, after_ms);
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
static bool asks_of_tombstone(const struct batch *batch, const struct job *job, enum field field,
			      int64_t *after_ms_out)
{
	if (job->finished || job->needs_no_row || job->document.presence != RECORD_TOMBSTONE ||
	    job->entry.state != ENTRY_PAIR || job->row.presence != RECORD_THERE ||
	    !field_moved(batch, job, field, false))
		return false;
	*after_ms_out = job_first_seen_ms(batch, job) + SEEN_LATER_MS + ROUNDED_UP_MS;
	return true;
}

static bool ask_of_tombstones(struct batch *batch, struct error *error)
{
	struct asking asking = {0};

	if (!ask(batch, asks_of_tombstone, &asking, error))
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
	       action == EXIST_RETIRE;
}

static void decide_existence(struct batch *batch, struct job *job)
{
	struct pair *pair = job->pair;
	bool document_there = job->document.presence == RECORD_THERE && job->flaw.kind == ERROR_NONE;
	bool row_there = job->row.presence == RECORD_THERE;
	struct existence_views views = {
		.document = document_state(batch, job),
		.row = row_state(batch, job),
		.entry = job->entry.state,
		.on_row_deleted = batch->sync->config->on_row_deleted,
		.document_moved = document_there && any_moved(batch, job, true),
		.row_moved = row_there && job->entry.state == ENTRY_PAIR && any_moved(batch, job, false),
		.row_edit_newer = job->row_edit_newer,
		.app_deleted = job->app_deleted,
		.is_twin = pair->twin_of != NULL,
		.other_is_held = job->id_shown_by && job->retry,
		.twin_goes = job->twin_goes,
		.retirement_over = job_retired_is_over(batch, job),
		.delete_ticked = row_there && job->airtable[FIELD_DELETE].kind == CELL_TRUE,
	};

	views.has_contents = (views.delete_ticked || views.on_row_deleted == ROW_DELETED_DELETE) &&
			     pair_has_contents(pair);
	if (views.document == DOCUMENT_LEFT_SCOPE || views.document == DOCUMENT_OUT_OF_SCOPE)
		job_view_scope_exit(batch, job, &views);
	job->existence = plan_existence(&views);
	job->settles_back = job->went_back && settles_back(job->existence.action);
	job->again = job->again || views.place_open;
	log_debug(&batch->sync->log, "%s: %s: %s", pair->full_id, existence_name(job->existence.action),
		  job->existence.reason);
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
static void take_newer_link(struct job *job, enum field field)
{
	const struct ledger_field *agreed = &job->entry.fields[field];
	struct cell *shown = &job->airtable[field], *both = job_both_links(job, field);

	if (!both || shown->kind != CELL_LINKS || shown->id_count != 2 || !agreed->known ||
	    agreed->base_uncertain || agreed->airtable.kind != CELL_LINKS || agreed->airtable.id_count != 1)
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
static bool take_decided_link(struct job *job, enum field field)
{
	const struct ledger_field *agreed = &job->entry.fields[field];
	const struct cell_equivalence exact = {0};
	struct cell *shown = &job->airtable[field], *both = job_both_links(job, field);

	if (!both || shown->kind != CELL_LINKS || shown->id_count != 2 || !agreed->known ||
	    agreed->shown_differently || agreed->couch.kind != CELL_LINKS ||
	    !cell_equal(shown, &agreed->airtable, &exact))
		return false;
	struct cell decided = cell_copy(&agreed->couch);
	cell_move(both, shown);
	*shown = decided;
	return true;
}

static void report_problem(struct job *job, enum field field, const struct error *refusal)
{
	if (job->airtable[field].kind == CELL_WRONG)
		job_problem(job, "%s.", job->airtable[field].text);
	else if (refusal->kind == ERROR_NONE)
		job_problem(job, "%s: %s.", field_rule(field)->name, job->decisions[field].reason);
	else
		job_problem(job, "%s.", refusal->text);
}

/* Something else stands there since it was written. What counts as the same may be more by now than it was then. */
static bool shows_otherwise(const struct batch *batch, const struct job *job, enum field field)
{
	const struct ledger_field *agreed = &job->entry.fields[field];
	struct cell_equivalence equivalence = job_equivalence(batch, job, field);

	return agreed->known && agreed->shown_differently &&
	       !cell_shows_sent(&job->airtable[field], &job->couch[field], &equivalence);
}

static void report_field(struct batch *batch, struct job *job, enum field field, const struct error *refusal)
{
	unsigned action = job->decisions[field].action;

	if (action & ACTION_PROBLEM)
		report_problem(job, field, refusal);
	if ((action & ACTION_WAIT) && refusal->kind == ERROR_RETRY)
		job_report_dead_link(batch, job, field);
	if (action == ACTION_NONE && shows_otherwise(batch, job, field))
		job_report_difference(job, field, &job->couch[field], &job->airtable[field]);
	if (action == ACTION_NONE && job->entry.fields[field].held &&
	    field_rule(field)->direction == DIRECTION_BOTH)
		job_report_apart(job, field);
}

/* The document was not edited since the row was written, or since this process handled it. Of a merge the time is that of one of its
 * leaves, and says nothing. */
static bool is_unedited(const struct job *job)
{
	const struct cell *shown = &job->airtable[FIELD_UPDATED_AT];
	const struct cell_equivalence exact = {0};

	if (job->recollected)
		return !job->recollected_edited;
	return shown->kind == CELL_TIME && !job->pair->ended &&
	       cell_equal(&job->couch[FIELD_UPDATED_AT], shown, &exact);
}

/* A row that is adopted may still have a B for some fields: what our own unanswered create is known to have left there. */
static void decide_field(struct batch *batch, struct job *job, enum field field)
{
	struct sync *sync = batch->sync;
	const struct field_rule *rule = field_rule(field);
	const struct ledger_field *agreed = &job->entry.fields[field];
	bool first_contact = job->existence.action == EXIST_ADOPT;
	struct cell_equivalence equivalence = job_equivalence(batch, job, field);
	struct mapping_links links = sync_links(sync);
	struct error refusal = {.kind = ERROR_NONE};
	scoped(json_object) value = NULL;

	bool decided = take_decided_link(job, field);
	if (!decided)
		take_newer_link(job, field);
	bool mappable = mapping_to_row(job->pair->table, &sync->columns[job->pair->table], field,
				       &job->couch[field], &links, &value, &refusal);
	bool settles_held = agreed->known && agreed->held && sync->held_wins != ORDER_UNKNOWN;
	bool row_waits = links_unknown(&job->airtable[field]);
	bool couch_waits = !mappable && refusal.kind == ERROR_RETRY;
	struct field_views views = {
		.direction = rule->direction,
		.couch = &job->couch[field],
		.airtable = &job->airtable[field],
		.agreed_couch = agreed->known ? job_agreed_couch(job, field) : NULL,
		.agreed_airtable = decided         ? &job->airtable[field]
				   : agreed->known ? &agreed->airtable
						   : NULL,
		.equivalence = equivalence,
		.first_contact = first_contact && !agreed->known,
		.row_unedited = job->unedited[field],
		.same_updated_at = is_unedited(job),
		.shown_differently = agreed->shown_differently,
		.base_uncertain = agreed->base_uncertain,
		.held = agreed->held,
		.settles_held = settles_held,
		.couch_unmappable = !mappable && !couch_waits,
		.blank = !json_find(job->row.body, sync->columns[job->pair->table].of[field].id, NULL),
		.waits = row_waits || (couch_waits && job->existence.action != EXIST_MERGE_OUT),
		.order = settles_held ? sync->held_wins : job->orders[field],
	};

	job->decisions[field] = plan_field(&views);
	if (job->decisions[field].action & ACTION_WAIT)
		job->waits |= row_waits ? WAITS_FOR_DOCUMENT : WAITS_FOR_ROW;
	typing_decide(batch, job, field);
	report_field(batch, job, field, &refusal);
}

static bool decides_fields(const struct job *job)
{
	switch (job->existence.action) {
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
static void contest_what_differs(struct batch *batch, struct job *job)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (field_moved(batch, job, (enum field)field, false))
			job->entry.fields[field].base_uncertain = true;
}

static void decide_fields(struct batch *batch, struct job *job)
{
	text_clear(&job->problem);
	job->waits = 0;
	job->typing = false;
	if (job->existence.action == EXIST_PAIR_FREE)
		contest_what_differs(batch, job);
	if (job->existence.action != EXIST_MERGE_OUT)
		job_hold_apart(batch, job);
	job_release_times(batch, job);
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (job_has_column(batch, job, (enum field)field) && field != FIELD_ERROR &&
		    field != FIELD_DELETE)
			decide_field(batch, job, (enum field)field);
}

/* ---- conflicts: which edit is newer? ---- */

/* A document was not edited later than it was first seen here (a device's clock may run ahead), by a clock of which whole seconds
 * are known. */
static int64_t document_edited_ms(const struct batch *batch, const struct job *job)
{
	int64_t seen_ms = job_first_seen_ms(batch, job) + SEEN_LATER_MS;
	int64_t updated_ms = document_updated_at(job->document.body);

	return updated_ms < seen_ms ? updated_ms : seen_ms;
}

static bool asks_of_conflict(const struct batch *batch, const struct job *job, enum field field,
			     int64_t *after_ms_out)
{
	if (job->finished || !(job->decisions[field].action & ACTION_ASK_TIME))
		return false;
	*after_ms_out = document_edited_ms(batch, job);
	return true;
}

/* What is decided by the answers is decided once more. */
static bool ask_of_conflicts(struct batch *batch, struct error *error)
{
	struct asking asking = {0};

	if (!ask(batch, asks_of_conflict, &asking, error))
		return false;
	for (size_t i = 0; i < asking.count; i++)
		asking.askers[i]->orders[asking.questions[i].field] =
			asking.questions[i].is_after ? ORDER_AIRTABLE_NEWER : ORDER_COUCH_NEWER;
	for (size_t i = 0; i < asking.count; i++)
		if (i == 0 || asking.askers[i] != asking.askers[i - 1])
			decide_fields(batch, asking.askers[i]);
	asking_done(&asking);
	return true;
}

/* A pair that this process remembers, of which only the document was edited: that is no conflict. */
static bool asks_of_recollected(const struct batch *batch, const struct job *job, enum field field,
				int64_t *after_ms_out)
{
	const unsigned flows = ACTION_TO_COUCH | ACTION_TO_AIRTABLE | ACTION_ASK_TIME;

	if (job->finished || !job->recollected || !job->recollected_edited ||
	    job->existence.action != EXIST_ADOPT || field_rule(field)->direction != DIRECTION_BOTH ||
	    !(job->decisions[field].action & flows) || !batch->sync->rows_known_ms)
		return false;
	*after_ms_out = batch->sync->rows_known_ms - EDIT_EARLIER_MS;
	return true;
}

static bool ask_of_recollected(struct batch *batch, struct error *error)
{
	struct asking asking = {0};

	if (!ask(batch, asks_of_recollected, &asking, error))
		return false;
	for (size_t i = 0; i < asking.count; i++)
		asking.askers[i]->unedited[asking.questions[i].field] = !asking.questions[i].is_after;
	for (size_t i = 0; i < asking.count; i++)
		if (i == 0 || asking.askers[i] != asking.askers[i - 1])
			decide_fields(batch, asking.askers[i]);
	asking_done(&asking);
	return true;
}

static bool ask_of_untouched(struct batch *batch, struct error *error)
{
	bool *changed = own_alloc(batch->count + 1);
	bool ok = batch_find_untouched(batch, changed, error);

	for (size_t i = 0; ok && i < batch->count; i++)
		if (changed[i])
			decide_fields(batch, &batch->jobs[i]);
	free(changed);
	return ok;
}

bool batch_decide(struct batch *batch, struct error *error)
{
	note_shown_ids(batch);
	if (!ask_of_tombstones(batch, error) || !batch_find_deleted_by_app(batch, error) ||
	    !batch_compare_twins(batch, error))
		return false;
	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (job->finished || job->needs_no_row || job->only_error_cell)
			continue;
		decide_existence(batch, job);
		if (decides_fields(job))
			decide_fields(batch, job);
	}
	if (!ask_of_recollected(batch, error) || !ask_of_untouched(batch, error) ||
	    !ask_of_conflicts(batch, error))
		return false;
	batch_brake(batch);
	return true;
}
