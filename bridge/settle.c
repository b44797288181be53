/* Settle: what became of what was sent before (sync-rules 6).
 *
 * No Airtable write can be sent twice without harm, but it can always be decided again: the note in the ledger says
 * what each cell showed before and what it was to show. A write without an answer is in doubt until the row shows its result or the
 * request's deadline has passed; one that was answered is remembered a while longer, since a read just after a
 * write may still show the old value. */
#include "bridge/work.h"

#include <stdlib.h>
#include <string.h>

struct settling {
	struct group *group;
	struct side_time_question *questions;
	struct look **askers;
	size_t count, capacity;
};

static void ask(struct settling *settling, struct look *look, enum field field, int64_t after_ms)
{
	if (settling->count == settling->capacity) {
		settling->capacity = settling->capacity ? 2 * settling->capacity : 16;
		settling->questions =
			own_resize(settling->questions, settling->capacity, sizeof *settling->questions);
		settling->askers = own_resize(settling->askers, settling->capacity, sizeof *settling->askers);
	}
	settling->askers[settling->count] = look;
	settling->questions[settling->count++] = (struct side_time_question){
		.table = look->pair->table,
		.id = look->row.id,
		.field = field,
		.after_ms = after_ms,
	};
}

static int64_t age_ms(const struct group *group, const struct look *look)
{
	int64_t age = group->sync->rows.ops->now_ms(group->sync->rows.self) - look->entry.sent.at_ms;

	return age > 0 ? age : 0;
}

/* The note is older than the request: a write may leave as long as what it was decided on is fresh. */
static int64_t applied_within_ms(const struct group *group)
{
	return group->sync->request_deadline_ms + SYNC_FRESH_MS;
}

/* Nothing is decided about this pair before the write that was sent can no longer be applied. */
static void wait_for_deadline(struct group *group, struct look *look)
{
	int64_t wait_ms = applied_within_ms(group) - age_ms(group, look);

	look->finished = true;
	look->again_in_ms = wait_ms > 1000 ? wait_ms : 1000;
}

static bool deadline_passed(const struct group *group, const struct look *look)
{
	return age_ms(group, look) >= applied_within_ms(group);
}

enum landed { LANDED, NOT_LANDED, LANDED_UNKNOWN };

static enum landed field_landed(const struct group *group, const struct look *look, enum field field)
{
	const struct ledger_sent_field *sent = &look->entry.sent.fields[field];
	struct cell_equivalence equivalence = look_equivalence(group, look, field);

	if (cell_equal(&look->airtable[field], &sent->post, &equivalence))
		return LANDED;
	return cell_equal(&look->airtable[field], &sent->pre, &equivalence) ? NOT_LANDED : LANDED_UNKNOWN;
}

/* A column that was stopped meanwhile shows nothing, and the base cannot be asked about it. */
static bool is_asked(const struct group *group, const struct look *look, enum field field)
{
	return look->entry.sent.fields[field].sent && look_has_column(group, look, field);
}

/* The cell was edited after our write, as it seems. Or the write never came, and what the document has was never seen by who
 * edited: it is kept as the loser of a conflict. */
static void agree_in_doubt(struct look *look, enum field field)
{
	const struct cell *post = &look->entry.sent.fields[field].post;

	ledger_entry_agree(&look->entry, field, post, post);
	look->entry.fields[field].shown_differently = true;
}

/* An unanswered update. While it may still be applied, only a row that shows all of it is believed. Then one field that
 * shows its new value is a hint that the others had theirs, no proof: a person may have chosen the same. */
static void settle_update(struct settling *settling, struct look *look)
{
	struct group *group = settling->group;
	struct ledger_sent *sent = &look->entry.sent;
	bool any_landed = false, all_landed = true;

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		if (!is_asked(group, look, (enum field)field))
			continue;
		bool landed = field_landed(group, look, (enum field)field) == LANDED;
		any_landed = any_landed || landed;
		all_landed = all_landed && landed;
	}
	if (!all_landed && !deadline_passed(group, look)) {
		wait_for_deadline(group, look);
		return;
	}
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		struct ledger_sent_field *one = &sent->fields[field];
		if (!is_asked(group, look, (enum field)field))
			continue;
		enum landed landed = field_landed(group, look, (enum field)field);
		if (landed == LANDED)
			ledger_entry_agree(&look->entry, (enum field)field, &one->post,
					   &look->airtable[field]);
		else if (landed == NOT_LANDED)
			ask(settling, look, (enum field)field, sent->at_ms);
		else if (any_landed)
			agree_in_doubt(look, (enum field)field);
	}
}

/* An answered write, a short while ago: a cell that shows its old value again is not believed unless the base says that it was edited
 * since (rule 6.4). */
static void settle_answered(struct settling *settling, struct look *look)
{
	struct ledger_sent *sent = &look->entry.sent;

	if (age_ms(settling->group, look) >= SYNC_STALE_MS) {
		ledger_entry_clear_sent(&look->entry);
		return;
	}
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		struct cell_equivalence equivalence =
			look_equivalence(settling->group, look, (enum field)field);
		/* The Date header counts whole seconds: our own write may be up to one later. */
		if (is_asked(settling->group, look, (enum field)field) && look->entry.fields[field].known &&
		    field_landed(settling->group, look, (enum field)field) == NOT_LANDED &&
		    !cell_equal(&look->entry.fields[field].airtable, &look->airtable[field], &equivalence))
			ask(settling, look, (enum field)field, sent->at_ms + 1000);
	}
}

/* An unanswered create, and now a row with its ID. It is adopted (rule 15), but where it shows what we sent, that is what
 * both sides agreed on: what the document has become since is an edit, and the cell is none. */
static void settle_create(struct settling *settling, struct look *look)
{
	struct group *group = settling->group;

	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (look->entry.sent.fields[field].sent &&
		    field_landed(group, look, (enum field)field) == LANDED)
			ledger_entry_agree(&look->entry, (enum field)field,
					   &look->entry.sent.fields[field].post, &look->airtable[field]);
}

static void settle_look(struct settling *settling, struct look *look)
{
	struct group *group = settling->group;
	const struct ledger_sent *sent = &look->entry.sent;
	bool there = look->row.presence == SIDE_THERE;

	if (look->needs_no_row || sent->kind == SENT_NOTHING)
		return;
	if (sent->done) {
		if (there)
			settle_answered(settling, look);
		return;
	}
	switch (sent->kind) {
	case SENT_UPDATE:
		if (there)
			settle_update(settling, look);
		break;
	case SENT_CREATE:
		if (there)
			settle_create(settling, look);
		else if (!deadline_passed(group, look))
			wait_for_deadline(group, look); /* it may still come */
		break;
	case SENT_DELETE:
		look->row_surely_gone = !there;
		if (there && !deadline_passed(group, look))
			wait_for_deadline(group, look);
		break;
	case SENT_NOTHING:
		break;
	}
}

/* The cell shows its old value. Edited since: it was put back by a person, an edit. Not edited: our write never came, or this
 * is an old picture of the row. */
static void take_answer(struct look *look, const struct side_time_question *question)
{
	enum field field = question->field;
	struct ledger_sent *sent = &look->entry.sent;

	if (sent->done) {
		if (question->is_after)
			return;
		struct cell agreed = cell_copy(&look->entry.fields[field].airtable);
		cell_move(&look->airtable[field], &agreed);
		look->again_in_ms = SYNC_STALE_MS;
		return;
	}
	if (question->is_after)
		agree_in_doubt(look, field);
}

/* A document was written from the row, and the ledger did not hear of it. Where it shows what was taken, that was agreed on: what
 * the row shows by now is an edit, also when it is what stood there before. */
static void settle_taken(struct group *group, struct look *look)
{
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const struct ledger_taken *one = &look->entry.taken[field];
		struct cell_equivalence equivalence = look_equivalence(group, look, (enum field)field);
		if (one->taken && look_has_column(group, look, (enum field)field) &&
		    look->document.presence == SIDE_THERE &&
		    cell_equal(&look->couch[field], &one->cell, &equivalence))
			ledger_entry_agree(&look->entry, (enum field)field, &look->couch[field], &one->cell);
	}
	ledger_entry_clear_taken(&look->entry);
}

bool group_settle(struct group *group, struct error *error)
{
	struct settling settling = {.group = group};

	for (size_t i = 0; i < group->count; i++) {
		settle_look(&settling, &group->looks[i]);
		settle_taken(group, &group->looks[i]);
	}
	bool ok = settling.count == 0 ||
		  group->sync->rows.ops->edited_after(group->sync->rows.self, settling.questions,
						      settling.count, error);
	for (size_t i = 0; ok && i < settling.count; i++)
		take_answer(settling.askers[i], &settling.questions[i]);
	for (size_t i = 0; ok && i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (!look->finished && !look->needs_no_row && look->entry.sent.kind != SENT_NOTHING &&
		    !look->entry.sent.done)
			ledger_entry_clear_sent(&look->entry);
	}
	free(settling.questions);
	free(settling.askers);
	return ok || error_wrap(error, "settling what was sent before");
}
