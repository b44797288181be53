/*     read ──> decide ──> save, in turn ──> histories ──> documents ──> what is saved in their wake
 *                ^                              │             │
 *                └────── changed meanwhile ─────┴─────────────┘
 *
 * Saves are worked out one after the other on what the earlier ones will have written, and written some at a time. One that
 * is refused is tried again when others went through: they may have made way. */
#include "bridge/review/revert.h"

#include "base/clock.h"
#include "bridge/review/revert_writes.h"
#include "couch/documents.h"
#include "inventory/restore.h"
#include "inventory/save.h"

#include <stdlib.h>
#include <string.h>

#define PART  100 /* documents that are written at once */
#define TRIES 6   /* of a document that others keep changing */

struct task {
	struct undone *undone;
	const char *full_id; /* borrowed */
	int rank, tries;
	bool open;
};
/* A save that waits to be written. */
struct waiting {
	struct task *task;
	struct save_result result; /* owned */
	bool written;
};
struct undoing {
	struct revert_writes writes; /* its inventory is owned here */
	const struct couch_revert_order *order;
	struct save_history history;
	size_t count;
	struct task *tasks; /* owned */
	size_t waiting_count;
	struct waiting waiting[PART];
	bool progress;
};

void couch_revert_result_done(struct couch_revert_result *result)
{
	for (size_t i = 0; i < result->count; i++) {
		revert_change_done(&result->list[i].change);
		free(result->list[i].why);
	}
	free(result->list);
	*result = (struct couch_revert_result){0};
}

static void end_task(struct task *task, enum undone_state state, const char *why)
{
	task->open = false;
	task->undone->state = state;
	own_free_text(&task->undone->why);
	task->undone->why = own_copy(why);
}

/* ---- deciding ---- */

static void decide(struct undoing *undoing, struct task *task)
{
	struct revert_change *change = &task->undone->change;
	const char *trouble = whole_inventory_trouble(undoing->writes.inventory, task->full_id);
	size_t place = (size_t)(task - undoing->tasks);

	revert_change_done(change);
	revert_decide(undoing->order->revert, place,
		      whole_inventory_body(undoing->writes.inventory, task->full_id), &undoing->order->agreed,
		      change);
	task->rank = revert_rank(change);
	if (trouble)
		end_task(task, UNDONE_REFUSED, trouble);
	else if (!change->given)
		end_task(task, change->asks ? UNDONE_ASKS : UNDONE_NOTHING, NULL);
}

static void decide_anew(struct undoing *undoing, struct task *task)
{
	if (++task->tries == TRIES)
		end_task(task, UNDONE_REFUSED, "it keeps being changed by others meanwhile");
	else
		decide(undoing, task);
}

/* ---- writing ---- */

/* So that no history is of what did not happen. Its revision is in 'written'. */
static bool remove_history(struct undoing *undoing, const struct waiting *waiting, const char *revision,
			   struct error *error)
{
	const char *id = json_text_or(waiting->result.history, "_id", "");

	return couch_document_delete(undoing->writes.couch, id, revision, error) ||
	       error_wrap(error, "%s", id);
}

static bool read_again(struct undoing *undoing, struct task *task, struct error *error)
{
	if (!whole_inventory_read(undoing->writes.inventory, &task->full_id, 1, error))
		return false;
	undoing->progress = true; /* it is worth another round */
	decide_anew(undoing, task);
	return true;
}

static void note_written(struct undoing *undoing, struct waiting *waiting, const char *revision)
{
	struct task *task = waiting->task;

	if (!undoing->writes.dry_run)
		json_put_text(waiting->result.body, "_rev", revision);
	waiting->written = true;
	task->undone->written = true;
	undoing->progress = true;
	end_task(task, task->undone->change.asks ? UNDONE_ASKS : UNDONE_WRITTEN, NULL);
}

/* The answers to the documents of those whose histories are written. One without an answer stays as it is. */
static bool take_answers(struct undoing *undoing, const size_t *places, size_t count,
			 const struct couch_written *histories, const struct couch_written *written,
			 struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		struct waiting *waiting = &undoing->waiting[places[i]];
		if (written[i].kind == ERROR_NONE) {
			note_written(undoing, waiting, written[i].rev);
			continue;
		}
		if (written[i].kind == ERROR_RETRY)
			continue;
		if (!remove_history(undoing, waiting, histories[places[i]].rev, error) ||
		    !read_again(undoing, waiting->task, error))
			return false;
		if (written[i].kind != ERROR_CONFLICT)
			end_task(waiting->task, UNDONE_REFUSED, written[i].text);
	}
	return true;
}

static bool write_histories(struct undoing *undoing, struct couch_written *written, struct error *error)
{
	struct json_object *bodies[PART];

	for (size_t i = 0; i < undoing->waiting_count; i++)
		bodies[i] = undoing->waiting[i].result.history;
	return revert_write_bodies(&undoing->writes, bodies, undoing->waiting_count, written, error);
}

static bool write_documents(struct undoing *undoing, struct error *error)
{
	struct couch_written histories[PART], written[PART];
	struct json_object *bodies[PART];
	size_t places[PART], count = 0;

	if (!write_histories(undoing, histories, error))
		return false;
	for (size_t i = 0; i < undoing->waiting_count; i++) {
		if (histories[i].kind == ERROR_NONE) {
			bodies[count] = undoing->waiting[i].result.body;
			places[count++] = i;
		} else if (histories[i].kind == ERROR_CONFLICT) {
			/* The number is another entry's: at another time it has another one. */
			if (!read_again(undoing, undoing->waiting[i].task, error))
				return false;
		} else {
			end_task(undoing->waiting[i].task, UNDONE_REFUSED, histories[i].text);
		}
	}
	bool answered = revert_write_bodies(&undoing->writes, bodies, count, written, error);
	struct error second; /* the first is told */
	return take_answers(undoing, places, count, histories, written, answered ? error : &second) &&
	       answered;
}

static bool save_cascades(struct undoing *undoing, struct error *error)
{
	scoped(json_object) cascade = json_new_object();
	bool good = true;

	for (size_t i = 0; good && i < undoing->waiting_count; i++)
		if (undoing->waiting[i].written)
			good = revert_gather_cascade(&undoing->writes, &undoing->waiting[i].result, cascade,
						     error);
	return good && revert_write_cascade(&undoing->writes, cascade, error);
}

/* Writes all that waits. What was written before an interruption has its wake all the same: when it is done again, there is
 * nothing left to save of that. */
static bool flush(struct undoing *undoing, struct error *error)
{
	bool written = undoing->waiting_count == 0 || write_documents(undoing, error);
	struct error second; /* the first is told */
	bool woken = save_cascades(undoing, written ? error : &second);

	for (size_t i = 0; i < undoing->waiting_count; i++)
		save_result_done(&undoing->waiting[i].result);
	undoing->waiting_count = 0;
	return written && woken;
}

/* ---- saving ---- */

static bool save_task(struct undoing *undoing, struct task *task, struct error *error)
{
	const struct inventory_view view = whole_inventory_view(undoing->writes.inventory);
	const struct save_request request = {.given = task->undone->change.given,
					     .history = &undoing->history};
	const struct inventory_source source = revert_source_now();
	struct waiting *waiting = &undoing->waiting[undoing->waiting_count];
	struct error cause = {0};

	*waiting = (struct waiting){.task = task};
	if (save_document(&request, &view, &source, &waiting->result, &cause) && waiting->result.body) {
		whole_inventory_put(undoing->writes.inventory, waiting->result.body);
		undoing->waiting_count++;
		return true;
	}
	save_result_done(&waiting->result);
	if (cause.kind == ERROR_NONE) {
		end_task(task, task->undone->change.asks ? UNDONE_ASKS : UNDONE_NOTHING, NULL);
	} else if (cause.kind == ERROR_REFUSED) {
		/* Perhaps only as long as others are in the way. */
		own_free_text(&task->undone->why);
		task->undone->why = own_copy(cause.text);
		task->undone->state = UNDONE_REFUSED;
	} else {
		*error = cause;
		return false;
	}
	return true;
}

/* What others stand in goes once it is known that they are gone. */
static bool must_flush(const struct undoing *undoing, const struct task *task)
{
	const struct revert_change *change = &task->undone->change;

	return undoing->waiting_count == PART || (change->action == REVERT_DELETE && change->holds);
}

/* The newest documents first, for they may stand in the way of older ones. */
static bool save_rank(struct undoing *undoing, int rank, struct error *error)
{
	for (size_t i = undoing->count; i-- > 0;) {
		struct task *task = &undoing->tasks[i];
		if (!task->open || task->rank != rank)
			continue;
		if (must_flush(undoing, task) && !flush(undoing, error))
			return false;
		if (task->open && task->rank == rank && !save_task(undoing, task, error))
			return false;
	}
	return true;
}

static bool is_any_open(const struct undoing *undoing)
{
	for (size_t i = 0; i < undoing->count; i++)
		if (undoing->tasks[i].open)
			return true;
	return false;
}

static bool run_rounds(struct undoing *undoing, struct error *error)
{
	do {
		undoing->progress = false;
		for (int rank = 0; rank < REVERT_RANKS; rank++)
			if (!save_rank(undoing, rank, error))
				return false;
		if (!flush(undoing, error))
			return false;
	} while (undoing->progress && is_any_open(undoing));
	return true;
}

/* ---- all of it ---- */

static bool read_all(struct undoing *undoing, struct error *error)
{
	const char **full_ids = own_alloc((undoing->count + 1) * sizeof *full_ids);

	for (size_t i = 0; i < undoing->count; i++)
		full_ids[i] = undoing->tasks[i].full_id;
	bool good = whole_inventory_read(undoing->writes.inventory, full_ids, undoing->count, error);
	free(full_ids);
	return good;
}

static bool undo(struct undoing *undoing, struct error *error)
{
	if (undoing->count > COUCH_REVERT_DOCUMENTS_MOST)
		return error_set(error, ERROR_REFUSED,
				 "%zu documents are more than can be undone at once (%d)", undoing->count,
				 COUCH_REVERT_DOCUMENTS_MOST);
	if (!read_all(undoing, error))
		return false;
	for (size_t i = 0; i < undoing->count; i++)
		decide(undoing, &undoing->tasks[i]);
	return run_rounds(undoing, error);
}

bool couch_revert(struct couch_client *couch, const struct couch_revert_order *order,
		  struct couch_revert_result *result_out, struct error *error)
{
	struct undoing *undoing = own_alloc(sizeof *undoing);
	size_t count = revert_count(order->revert);

	*result_out = (struct couch_revert_result){.batch = clock_now_ms(),
						   .count = count,
						   .list = own_alloc((count + 1) * sizeof(struct undone))};
	*undoing = (struct undoing){
		.writes = {couch, whole_inventory_open(couch), order->dry_run},
		.order = order,
		.history = {RESTORE_CREATED_BY, result_out->batch, NULL},
		.count = count,
		.tasks = own_alloc((count + 1) * sizeof(struct task)),
	};
	for (size_t i = 0; i < count; i++)
		undoing->tasks[i] = (struct task){.undone = &result_out->list[i],
						  .full_id = revert_full_id(order->revert, i),
						  .open = true};
	bool good = undo(undoing, error);
	for (size_t i = 0; i < undoing->waiting_count; i++)
		save_result_done(&undoing->waiting[i].result);
	whole_inventory_close(&undoing->writes.inventory);
	free(undoing->tasks);
	free(undoing);
	return good;
}
