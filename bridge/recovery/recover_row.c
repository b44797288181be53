#include "bridge/recovery/recover_row.h"

#include "bridge/diff/edit_times.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_outcome.h"
#include "bridge/limits.h"
#include "bridge/recovery/landed.h"

#include <stdio.h>
#include <string.h>

/* ---- may it still arrive? ---- */

static int64_t now_ms(const struct batch *batch)
{
	return batch->sync->rows.ops->now_ms(batch->sync->rows.self);
}

static int64_t age_ms(const struct batch *batch, const struct job *job)
{
	int64_t age = now_ms(batch) - job->entry.intents.row.at_ms;

	return age > 0 ? age : 0;
}

/* The note is older than the request: a write may leave as long as what it was decided on is fresh. */
static int64_t applied_within_ms(const struct batch *batch)
{
	return batch->sync->request_deadline_ms + SYNC_FRESH_MS;
}

/* Nothing is decided about this pair before the write that was sent can no longer be applied. */
static void wait_for_deadline(struct batch *batch, struct job *job)
{
	int64_t wait_ms = applied_within_ms(batch) - age_ms(batch, job);

	job_ends(job);
	job_comes_later(job, wait_ms > 1000 ? wait_ms : 1000);
}

static bool deadline_passed(const struct batch *batch, const struct job *job)
{
	return age_ms(batch, job) >= applied_within_ms(batch);
}

/* ---- an update ---- */

/* The cell was edited after our write, as it seems. Or the write never came, and what the document has was never seen by who
 * edited: it is kept as the loser of a conflict. */
static void agree_in_doubt(struct job *job, enum field field)
{
	const struct cell *after = &job->entry.intents.row.fields[field].after;

	ledger_entry_agree(&job->entry, field, after, after);
	job->entry.fields[field].base_uncertain = true;
}

static void agree_on_landed(struct batch *batch, struct job *job, enum field field)
{
	const struct intent_field *one = &job->entry.intents.row.fields[field];
	bool is_cut = job_field_is_cut(batch, job, field);

	if (field != FIELD_ERROR && field != FIELD_DELETE) {
		ledger_entry_agree(&job->entry, field, &one->after, &job->airtable[field]);
		job->entry.fields[field].shown_differently = is_cut;
	}
	intents_replace(&job->entry.intents, field, &one->before, now_ms(batch));
}

/* From when on an edit of the cell came after what was sent. By its rounded time an edit may seem earlier than it was; but so near
 * to a former write of ours it is that write which would be taken for an edit. */
static int64_t edited_from_ms(const struct job *job, enum field field)
{
	int64_t sent_ms = job->entry.intents.row.at_ms;

	for (size_t i = 0; i < job->entry.intents.replaced_count; i++)
		if (job->entry.intents.replaced[i].field == field &&
		    job->entry.intents.replaced[i].at_ms + 1000 > sent_ms - (int64_t)2 * ROUNDED_MS)
			return sent_ms;
	return sent_ms - ROUNDED_MS;
}

/* The cell shows its old value. Edited since: it was put back by a person. Else our write never came, or this is an old picture. */
static void take_put_back(struct batch *batch, struct job *job, enum field field, bool edited)
{
	(void)batch;
	if (edited)
		agree_in_doubt(job, field);
}

/* Of two links that the cell shows the base cannot tell which was put there when: somebody has edited it. */
static enum landed update_landed(const struct batch *batch, const struct job *job, enum field field)
{
	enum landed landed = job_field_landed(batch, job, field);

	return landed == NOT_LANDED && job_shows_two(job, field) ? OVERTAKEN : landed;
}

static bool has_any_landed(const struct batch *batch, const struct job *job)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (job_is_asked(batch, job, (enum field)field) &&
		    job_field_landed(batch, job, (enum field)field) == LANDED)
			return true;
	return false;
}

/* One field that shows its new value is a hint that the others had theirs, no proof: a person may have chosen the same. */
static void recover_cell(struct doubts *doubts, struct job *job, enum field field, bool any_landed)
{
	switch (update_landed(doubts->batch, job, field)) {
	case LANDED:
		agree_on_landed(doubts->batch, job, field);
		break;
	case NOT_LANDED:
		doubts_add(doubts, job, field, edited_from_ms(job, field), take_put_back);
		break;
	case OVERTAKEN:
		if (any_landed || !job->entry.fields[field].known)
			agree_in_doubt(job, field);
		break;
	}
}

/* While it may still be applied nothing is believed: a row that shows all of it may have been written by the app, which writes whole
 * records, and ours would come over what is edited then. */
static void recover_update(struct doubts *doubts, struct job *job)
{
	struct batch *batch = doubts->batch;

	if (!deadline_passed(batch, job)) {
		wait_for_deadline(batch, job);
		return;
	}
	bool any_landed = has_any_landed(batch, job);
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (job_is_asked(batch, job, (enum field)field))
			recover_cell(doubts, job, (enum field)field, any_landed);
}

/* ---- a deletion ---- */

/* A deletion was sent. The row is not there: it is done, whatever has become of the document since. */
static void recover_delete(struct batch *batch, struct job *job)
{
	struct ledger_entry *entry = &job->entry;
	bool there = job->row.presence == RECORD_THERE && strcmp(job->row.id, entry->record_id) == 0;

	if (!there) {
		job->row_write.gone = true;
	} else if (!deadline_passed(batch, job)) {
		wait_for_deadline(batch, job);
	} else {
		json_object_close(&entry->retired_cells);
	}
}

/* ---- a new row ---- */

/* What a new row showed: all that was sent, since a request is applied as a whole, and nothing else. What it shows otherwise by now was
 * edited. Nothing is known of a cell that waits to be filled, as a link does. */
static void agree_on_birth(struct job *job, enum field field)
{
	const struct intent_field *sent = &job->entry.intents.row.fields[field];
	const struct cell empty = {0};

	if (job->entry.fields[field].known)
		return;
	if (sent->written)
		ledger_entry_agree(&job->entry, field, &sent->after, &sent->after);
	else if (job->couch[field].kind == CELL_EMPTY || job->airtable[field].kind != CELL_EMPTY)
		ledger_entry_agree(&job->entry, field, &empty, &empty);
}

/* Both are a pair at once, also in the ledger: as long as they are not, the next crash would forget that the row's cells are our own and
 * no edits, and a document that was deleted meanwhile would leave its row behind. */
static void pair_with_own(struct batch *batch, struct job *job)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (job_has_column(batch, job, (enum field)field) && field != FIELD_ERROR &&
		    field != FIELD_DELETE)
			agree_on_birth(job, (enum field)field);
	ledger_entry_revive(&job->entry);
	job->entry.state = ENTRY_PAIR;
	job->entry.has_app_link = false;
	job->entry.unsure_since_ms = 0;
	snprintf(job->entry.record_id, sizeof job->entry.record_id, "%s", job->row.id);
	job->pair->row_missing = false;
	job->paired = true;
}

/* An unanswered create, and now a row with its ID. One that is not our own is adopted (rule 15), but where it shows what we sent, that is what
 * both sides agreed on: what the document has become since is an edit, and the cell is none. And where it shows anything of
 * what we sent it showed all of it, since a request is applied as a whole: a cell that shows something else by now was edited,
 * or the row is somebody else's. */
static void recover_create(struct batch *batch, struct job *job)
{
	const struct intent_field *sent = job->entry.intents.row.fields;
	bool is_pairs = job->entry.state == ENTRY_PAIR && strcmp(job->row.id, job->entry.record_id) == 0;
	bool is_own = !is_pairs && job_sent_row(batch, job, job->airtable);
	bool any_landed = false;

	/* Made again: what was agreed on was about a row that is gone. */
	for (size_t field = 0; is_own && job->entry.state == ENTRY_PAIR && field < FIELD_COUNT; field++)
		ledger_entry_forget_field(&job->entry, (enum field)field);
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		if (!job_is_asked(batch, job, (enum field)field) ||
		    job_field_landed(batch, job, (enum field)field) != LANDED)
			continue;
		bool reports =
			field != FIELD_ID && field != FIELD_TYPE && sent[field].after.kind != CELL_EMPTY;
		any_landed = any_landed || reports;
		ledger_entry_agree(&job->entry, (enum field)field, &sent[field].after, &job->airtable[field]);
		job->entry.fields[field].shown_differently = job_field_is_cut(batch, job, (enum field)field);
	}
	if (is_own) {
		pair_with_own(batch, job);
		return;
	}
	for (size_t field = 0; any_landed && field < FIELD_COUNT; field++)
		if (job_is_asked(batch, job, (enum field)field) && !job->entry.fields[field].known)
			agree_in_doubt(job, (enum field)field);
}

/* The app made it, and has marked the document: of a row without an answer we could not have written the app link. Ours may still come, and
 * will be written over this one, since it has its ID. */
static bool is_apps_row(const struct batch *batch, const struct job *job)
{
	const char *app_link = job->document.presence == RECORD_THERE
				       ? document_app_link(job->document.body, batch->sync->config->id)
				       : NULL;

	return app_link && job->entry.state != ENTRY_PAIR && strcmp(app_link, job->row.id) == 0;
}

/* ---- which of them ---- */

/* This process noted it, and knows that nothing left: the ledger had no answer to the note, or to what came of it. */
static bool never_left(const struct batch *batch, const struct job *job)
{
	const struct intent *sent = &job->entry.intents.row;

	return sent->kind != INTENT_NONE && job->pair->unsent_ms == sent->at_ms &&
	       strcmp(sent->epoch, batch->sync->epoch) == 0;
}

static void forget_note(struct job *job)
{
	if (job->entry.intents.row.kind == INTENT_DELETE)
		json_object_close(&job->entry.retired_cells);
	ledger_pictures_never_left(&job->entry.pictures, job->entry.intents.row.at_ms);
	intent_end(&job->entry.intents.row);
}

void job_recover_row(struct doubts *doubts, struct job *job)
{
	struct batch *batch = doubts->batch;
	const struct intent *sent = &job->entry.intents.row;
	bool there = job->row.presence == RECORD_THERE;

	if (never_left(batch, job))
		forget_note(job);
	switch (sent->kind) {
	case INTENT_UPDATE:
		if (there)
			recover_update(doubts, job);
		break;
	case INTENT_CREATE:
		if (there && !(is_apps_row(batch, job) && !deadline_passed(batch, job)))
			recover_create(batch, job);
		else if (!deadline_passed(batch, job))
			wait_for_deadline(batch, job); /* it may still come */
		break;
	case INTENT_DELETE:
		recover_delete(batch, job);
		break;
	case INTENT_NONE:
		break;
	}
}

/* What was sent to a row that is not shown may still be applied to it, should it come back: it stays noted. */
bool job_row_is_settled(const struct job *job)
{
	bool unseen = job->entry.intents.row.kind == INTENT_UPDATE && job->row.presence != RECORD_THERE;

	return !job_has_ended(job) && !job->needs_no_row && !unseen;
}
