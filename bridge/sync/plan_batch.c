#include "bridge/sync/plan_batch.h"

#include "bridge/diff/back_in_time.h"
#include "bridge/diff/edit_times.h"
#include "bridge/diff/field_diff.h"
#include "bridge/diff/typing.h"
#include "bridge/diff/untouched.h"
#include "bridge/images/plan_images.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"
#include "bridge/mapping/mapping_to.h"
#include "bridge/rows/row_draft.h"
#include "bridge/steps/brake_batch.h"
#include "bridge/steps/existence.h"

#include <stdlib.h>
#include <string.h>

/* ---- fields ---- */

static bool links_unknown(const struct cell *cell)
{
	for (size_t i = 0; cell->kind == CELL_LINKS && i < cell->id_count; i++)
		if (cell->ids[i][0] == CELL_UNKNOWN_LINK)
			return true;
	return false;
}

static void report_problem(struct job *job, enum field field, const struct error *refusal)
{
	if (job->airtable[field].kind == CELL_WRONG)
		job_problem(job, "%s.", job->airtable[field].text);
	else if (refusal->kind == ERROR_NONE)
		job_problem(job, "%s: %s.", field_rule(field)->name, job->plan->decisions[field].reason);
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
	unsigned action = job->plan->decisions[field].action;

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

	if (job->diff->recollected)
		return !job->diff->recollected_edited;
	return shown->kind == CELL_TIME && !job->pair->ended &&
	       cell_equal(&job->couch[FIELD_UPDATED_AT], shown, &exact);
}

/* What both sides agreed on, with what plan itself has found out about that. */
static void view_base(const struct batch *batch, const struct job *job, enum field field,
		      struct field_views *views)
{
	const struct field_diff *diff = &job->diff->fields[field];

	views->has_base = diff->has_base;
	views->couch_moved = diff->couch_moved;
	views->airtable_moved = diff->airtable_moved;
	views->held = diff->held;
	views->base_uncertain = diff->base_uncertain;
	views->shown_differently = diff->shown_differently;
	switch (job->plan->bases[field]) {
	case BASE_STANDS:
		break;
	case BASE_CONTESTED:
		views->base_uncertain = true;
		break;
	case BASE_HELD_APART:
		views->held = true;
		views->couch_moved = false;
		break;
	case BASE_FORGOTTEN:
		views->has_base = views->couch_moved = views->airtable_moved = false;
		break;
	case BASE_OF_ROW:
		views->has_base = true;
		views->couch_moved = job_couch_moved(batch, job, field);
		views->airtable_moved = views->held = false;
		views->base_uncertain = views->shown_differently = false;
		break;
	}
}

/* Whether the other side can have what this one has. */
struct passage {
	bool mappable;               /* the document's value fits into the column */
	bool couch_waits, row_waits; /* a link to what has no counterpart yet */
	struct error refusal;        /* why not; kind ERROR_NONE: it can */
};

static struct passage find_passage(const struct batch *batch, const struct job *job, enum field field)
{
	struct sync *sync = batch->sync;
	struct mapping_links links = sync_links(sync);
	struct passage found = {.row_waits = links_unknown(&job->airtable[field])};
	scoped(json_object) value = NULL;

	found.mappable = mapping_to_row(job->pair->table, &sync->columns[job->pair->table], field,
					&job->couch[field], &links, &value, &found.refusal);
	if (found.mappable)
		found.refusal.kind = ERROR_NONE;
	found.couch_waits = !found.mappable && found.refusal.kind == ERROR_RETRY;
	return found;
}

/* A row that is adopted may still have a B for some fields: what our own unanswered create is known to have left there. */
static struct field_views view_field(const struct batch *batch, const struct job *job, enum field field,
				     const struct passage *passage)
{
	const struct sync *sync = batch->sync;
	enum existence_action existence = job->plan->existence.action;
	struct field_views views = {
		.direction = field_rule(field)->direction,
		.couch = &job->couch[field],
		.airtable = &job->airtable[field],
		.equivalence = job_equivalence(batch, job, field),
		.row_unedited = job->plan->unedited[field],
		.same_updated_at = is_unedited(job),
		.couch_unmappable = !passage->mappable && !passage->couch_waits,
		.blank = !json_find(job->row.body, sync->columns[job->pair->table].of[field].id, NULL),
		.waits = passage->row_waits || (passage->couch_waits && existence != EXIST_MERGE_OUT),
	};

	view_base(batch, job, field, &views);
	views.first_contact = existence == EXIST_ADOPT && !views.has_base;
	views.settles_held = views.has_base && views.held && sync->held_wins != ORDER_UNKNOWN;
	views.order = views.settles_held ? sync->held_wins : job->plan->orders[field];
	return views;
}

static void decide_field(struct batch *batch, struct job *job, enum field field)
{
	struct passage passage = find_passage(batch, job, field);
	struct field_views views = view_field(batch, job, field, &passage);

	batch_plan_of(batch, job)->decisions[field] = typing_decide(batch, job, field, plan_field(&views));
	if (job->plan->decisions[field].action & ACTION_WAIT)
		job->waits |= passage.row_waits ? WAITS_FOR_DOCUMENT : WAITS_FOR_ROW;
	report_field(batch, job, field, &passage.refusal);
}

static bool takes_row_and_document(const struct job *job)
{
	switch (job->plan->existence.action) {
	case EXIST_MERGE:
	case EXIST_MERGE_OTHERS:
	case EXIST_PAIR_FREE:
	case EXIST_ADOPT:
		return true;
	default:
		return false;
	}
}

static bool decides_fields(const struct job *job)
{
	return takes_row_and_document(job) || job->plan->existence.action == EXIST_MERGE_OUT;
}

/* What took the row's place may show what the row did a while ago. Known until it is agreed on, also after a crash. */
static void contest_what_differs(struct job *job, struct plan *plan)
{
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		if (!job_field_moved(job, (enum field)field, false))
			continue;
		job->entry.fields[field].base_uncertain = true;
		plan->bases[field] = BASE_CONTESTED;
	}
}

static void decide_fields(struct batch *batch, struct job *job)
{
	struct plan *plan = batch_plan_of(batch, job);

	text_clear(&job->problem);
	job->waits = 0;
	job->typing = false;
	if (job->plan->existence.action == EXIST_PAIR_FREE)
		contest_what_differs(job, plan);
	if (job->plan->existence.action != EXIST_MERGE_OUT)
		job_hold_apart(job, plan);
	job_release_times(batch, job, plan);
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (job_has_column(batch, job, (enum field)field) && field != FIELD_ERROR &&
		    field != FIELD_DELETE)
			decide_field(batch, job, (enum field)field);
}

/* ---- the collection that follows from the container ---- */

/* An item is in the collection of its container when its row names none: so it is taken, and the row is told. */
static void take_default_collection(struct batch *batch, struct job *job, const struct cell *container)
{
	struct mapping_links links = sync_links(batch->sync);

	if (job->pair->table != TABLE_ITEMS)
		return;
	const char *id = mapping_default_collection(&job->airtable[FIELD_COLLECTION], container, &links);
	struct cell collection = id ? cell_link(id) : (struct cell){0};
	cell_move(&batch_plan_of(batch, job)->default_collection, &collection);
}

/* The container that the item is in after the edits; none is sure while the row's has no document. */
static const struct cell *container_after(const struct job *job)
{
	static const struct cell none = {0};
	unsigned action = job->plan->decisions[FIELD_CONTAINER].action;

	if (action & ACTION_WAIT)
		return &none;
	return action & ACTION_TO_COUCH ? &job->airtable[FIELD_CONTAINER] : &job->couch[FIELD_CONTAINER];
}

static bool takes_any_edit(const struct plan *plan)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (plan->decisions[field].action & ACTION_TO_COUCH)
			return true;
	return false;
}

/* Whether the row can become a document yet is found out when that is drafted. */
static void decide_new_fields(struct batch *batch, struct job *job)
{
	struct plan *plan = batch_plan_of(batch, job);

	take_default_collection(batch, job, &job->airtable[FIELD_CONTAINER]);
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const struct cell *shown = &job->airtable[field];
		bool by_default = field == FIELD_COLLECTION && plan->default_collection.kind != CELL_EMPTY;
		plan->decisions[field] = plan_new_field(field_rule((enum field)field)->direction, shown,
							job_has_column(batch, job, (enum field)field) &&
								(by_default || shown->kind != CELL_EMPTY));
	}
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
	if (job_has_ended(job) || !(job->plan->decisions[field].action & ACTION_ASK_TIME))
		return false;
	*after_ms_out = document_edited_ms(batch, job);
	return true;
}

/* What is decided by the answers is decided once more. */
static bool ask_of_conflicts(struct batch *batch, struct error *error)
{
	struct edit_questions asking = {0};

	if (!edit_questions_ask(batch, asks_of_conflict, &asking, error))
		return false;
	for (size_t i = 0; i < asking.count; i++)
		batch_plan_of(batch, asking.askers[i])->orders[asking.questions[i].field] =
			asking.questions[i].is_after ? ORDER_AIRTABLE_NEWER : ORDER_COUCH_NEWER;
	for (size_t i = 0; i < asking.count; i++)
		if (i == 0 || asking.askers[i] != asking.askers[i - 1])
			decide_fields(batch, asking.askers[i]);
	edit_questions_done(&asking);
	return true;
}

/* A pair that this process remembers, of which only the document was edited: that is no conflict. */
static bool asks_of_recollected(const struct batch *batch, const struct job *job, enum field field,
				int64_t *after_ms_out)
{
	const unsigned flows = ACTION_TO_COUCH | ACTION_TO_AIRTABLE | ACTION_ASK_TIME;

	if (job_has_ended(job) || !job->diff->recollected || !job->diff->recollected_edited ||
	    job->plan->existence.action != EXIST_ADOPT || field_rule(field)->direction != DIRECTION_BOTH ||
	    !(job->plan->decisions[field].action & flows) || !batch->sync->rows_known_ms)
		return false;
	*after_ms_out = batch->sync->rows_known_ms - EDIT_EARLIER_MS;
	return true;
}

static bool ask_of_recollected(struct batch *batch, struct error *error)
{
	struct edit_questions asking = {0};

	if (!edit_questions_ask(batch, asks_of_recollected, &asking, error))
		return false;
	for (size_t i = 0; i < asking.count; i++)
		batch_plan_of(batch, asking.askers[i])->unedited[asking.questions[i].field] =
			!asking.questions[i].is_after;
	for (size_t i = 0; i < asking.count; i++)
		if (i == 0 || asking.askers[i] != asking.askers[i - 1])
			decide_fields(batch, asking.askers[i]);
	edit_questions_done(&asking);
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

/* ---- the passes ---- */

static bool is_planned(const struct job *job)
{
	return !job_has_ended(job) && !job->needs_no_row && job->row_write.mode != ROW_WRITE_GIVEN_UP;
}

/* The last pass: what would go on for ever, and what somebody is still typing, is held back. Then it is known which edits there are, and
 * what follows from them. */
static void finish_plan(struct batch *batch, struct job *job)
{
	struct plan *plan = batch_plan_of(batch, job);

	job_brake(job, plan);
	if (takes_row_and_document(job))
		typing_hold(batch, job, plan);
	if (plan->existence.action == EXIST_CREATE_DOCUMENT || plan->existence.action == EXIST_UNDELETE)
		decide_new_fields(batch, job);
	else if (takes_any_edit(plan))
		take_default_collection(batch, job, container_after(job));
	job_plan_images(batch, job);
}

bool batch_plan(struct batch *batch, struct error *error)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (!is_planned(job))
			continue;
		batch_plan_of(batch, job)->existence = job_decide_existence(batch, job);
		if (decides_fields(job))
			decide_fields(batch, job);
	}
	if (!ask_of_recollected(batch, error) || !ask_of_untouched(batch, error) ||
	    !ask_of_conflicts(batch, error))
		return false;
	for (size_t i = 0; i < batch->count; i++)
		if (is_planned(&batch->jobs[i]))
			finish_plan(batch, &batch->jobs[i]);
	batch->planned = true;
	return true;
}
