/* Two things are left alone while somebody types.
 *
 * White space at the ends of a cell, which the app takes out of the document: document and cell count as agreed, the time is noted in
 * the ledger, and the cell is set back when it was quiet since then.
 *
 * One edit after the other of the same cell, each the former with something put in or taken out at one place: the first is saved at
 * once, the next ones when the cell stays as it is for a while, so that the history has one entry of them.
 * Only this process knows which cell that is; after a crash they are saved. */
#include "bridge/diff/typing.h"

#include "base/clock.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_outcome.h"
#include "inventory/script.h"

#include <stdlib.h>
#include <string.h>

struct typing {
	enum field field;   /* the one that was saved */
	uint64_t seen;      /* hash of what its cell showed last */
	int64_t changed_ms; /* steady clock: when it first showed that */
	int64_t saved_ms;   /* steady clock */
	char text[];        /* as it was saved */
};

static bool is_text(enum field field)
{
	return field_rule(field)->kind == KIND_TEXT && field_rule(field)->direction == DIRECTION_BOTH;
}

static int64_t base_now_ms(const struct batch *batch)
{
	return batch->sync->rows.ops->now_ms(batch->sync->rows.self);
}

static void look_again_in(struct job *job, int64_t wait_ms)
{
	job_comes_later(job, wait_ms);
	job->typing = true;
}

/* ---- white space ---- */

bool typing_spaced(const struct batch *batch, const struct job *job, enum field field)
{
	struct cell_equivalence equivalence = job_equivalence(batch, job, field);
	const struct cell *shown = &job->airtable[field];

	if (!is_text(field) || shown->kind != CELL_TEXT ||
	    cell_equal(shown, &job->couch[field], &equivalence))
		return false;
	scoped_text trimmed = script_trim(shown->text);
	struct cell cell = cell_text(trimmed);
	bool spaced = cell_equal(&cell, &job->couch[field], &equivalence);
	cell_done(&cell);
	return spaced;
}

void typing_leave(struct batch *batch, struct job *job)
{
	job->entry.typed_ms = base_now_ms(batch);
	look_again_in(job, TYPING_QUIET_MS);
}

struct decision typing_decide(struct batch *batch, struct job *job, enum field field, struct decision decided)
{
	int64_t quiet_ms = base_now_ms(batch) - job->entry.typed_ms;

	if (!job->entry.typed_ms || decided.action != ACTION_NONE || !typing_spaced(batch, job, field))
		return decided;
	/* A clock that was set back makes nobody wait for ever. */
	if (quiet_ms < 0 || quiet_ms >= TYPING_QUIET_MS)
		return (struct decision){ACTION_TO_AIRTABLE,
					 "the document has no white space at the ends of it"};
	look_again_in(job, TYPING_QUIET_MS - quiet_ms);
	return decided;
}

/* ---- one edit after the other ---- */

/* The one text field that the row's edits change, in a document that is there; FIELD_COUNT: others too, or none, or a conflict. */
static enum field only_edit(const struct job *job)
{
	enum field found = FIELD_COUNT;

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		unsigned action = job->plan->decisions[field].action;
		if (!(action & ACTION_TO_COUCH))
			continue;
		if (found != FIELD_COUNT || action != ACTION_TO_COUCH || !is_text((enum field)field))
			return FIELD_COUNT;
		found = (enum field)field;
	}
	return found;
}

static const char *text_of(const struct cell *cell)
{
	return cell->kind == CELL_TEXT ? cell->text : "";
}

/* One of both is the other with something put in at one place. */
static bool goes_on(const char *a, const char *b)
{
	size_t left = strlen(a), right = strlen(b), begin = 0;

	while (begin < left && begin < right && a[begin] == b[begin])
		begin++;
	while (left > begin && right > begin && a[left - 1] == b[right - 1]) {
		left--;
		right--;
	}
	return left == begin || right == begin;
}

void typing_hold(struct batch *batch, struct job *job, struct plan *plan)
{
	enum field field = only_edit(job);
	struct typing *typing = job->pair->typing;
	int64_t now_ms = clock_steady_ms();

	if (!typing || typing->field != field || now_ms - typing->saved_ms >= TYPING_AGAIN_MS)
		return;
	if (!goes_on(typing->text, text_of(&job->airtable[field])))
		return;
	uint64_t seen = text_hash(text_of(&job->airtable[field]));
	if (seen != typing->seen) {
		typing->seen = seen;
		typing->changed_ms = now_ms;
	}
	int64_t wait_ms = TYPING_PAUSE_MS - (now_ms - typing->changed_ms);
	if (wait_ms <= 0)
		return;
	plan->decisions[field] = (struct decision){ACTION_WAIT, "somebody may be typing there"};
	job->entry.typed_ms = base_now_ms(batch);
	look_again_in(job, wait_ms);
}

void typing_note_saved(struct job *job)
{
	enum field field = job->document_write.written ? only_edit(job) : FIELD_COUNT;
	const char *text = field == FIELD_COUNT ? "" : text_of(&job->airtable[field]);
	size_t length = strlen(text);
	struct pair *pair = job->pair;

	if (field == FIELD_COUNT)
		return;
	free(take(pair->typing));
	if (length > TYPING_MOST)
		return;
	pair->typing = own_alloc(sizeof *pair->typing + length + 1);
	pair->typing->field = field;
	pair->typing->seen = text_hash(text);
	pair->typing->changed_ms = pair->typing->saved_ms = clock_steady_ms();
	memcpy(pair->typing->text, text, length + 1);
}

void typing_commit(struct job *job)
{
	if (!job->typing)
		job->entry.typed_ms = 0;
}
