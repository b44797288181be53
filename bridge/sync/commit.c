#include "bridge/sync/commit.h"

#include "base/clock.h"
#include "bridge/app/app_link.h"
#include "bridge/diff/back_in_time.h"
#include "bridge/diff/typing.h"
#include "bridge/documents/retire.h"
#include "bridge/index/places.h"
#include "bridge/index/scope.h"
#include "bridge/index/waits.h"
#include "bridge/job/conflict_notice.h"
#include "bridge/job/grounds.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_problem.h"
#include "bridge/job/notes.h"
#include "bridge/job/park.h"
#include "bridge/job/refusals.h"
#include "bridge/limits.h"
#include "bridge/memory/app_twins_index.h"
#include "bridge/memory/retired_entries.h"
#include "bridge/rows/row_draft.h"
#include "bridge/rows/row_search.h"
#include "bridge/state/ledger_io.h"
#include "bridge/sync/guarding.h"
#include "inventory/leaf_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AWAITED_MOST                                                                                         \
	16 /* rows without a document that one row is noted to wait for; a link has one, or is not followed */

/* ---- results ---- */

static void take_created(struct group *group, struct look *look)
{
	struct ledger_entry *entry = &look->entry;
	const char *record_id = look->row_write->answer.id;

	const struct pair *owner = pairs_by_record(&group->sync->pairs, record_id);

	if (look->row_write->met_existing && owner && owner != look->pair && owner->state == ENTRY_PAIR) {
		/* A paired row that shows this ID: it keeps its pair, whose look sets the cell back (rule 13). */
		ledger_entry_clear_sent(entry);
		look->again_in_ms = SYNC_RETRY_FIRST_MS;
		pairs_look(&group->sync->pairs, pairs_by_record(&group->sync->pairs, record_id), LOOK_ROW);
		return;
	}
	if (look->row_write->met_existing) {
		/* Somebody made it in between: it is adopted by the next look, as any row that was found (rule 15). */
		ledger_entry_clear_sent(entry);
		if (entry->state == ENTRY_PAIR)
			entry->state = ENTRY_NONE;
		entry->record_id[0] = '\0';
		pairs_set_record(&group->sync->pairs, look->pair, record_id, true);
		look->again = true;
		return;
	}
	for (size_t field = 0; field < FIELD_COUNT; field++)
		ledger_entry_forget_field(entry, (enum field)field);
	ledger_entry_pair(entry, record_id);
	entry->unsure_since_ms = 0;
	look->pair->row_missing = false;
	look->paired = true;
	group->sync->counts.rows_created++;
	look_take_answer(group, look);
}

static void take_done(struct group *group, struct look *look)
{
	look_note_taken(group, look);
	switch (look->row_work) {
	case ROW_WORK_CREATE:
		take_created(group, look);
		break;
	case ROW_WORK_UPDATE:
		group->sync->counts.rows_updated++;
		look_take_answer(group, look);
		break;
	case ROW_WORK_DELETE:
		look->row_gone = true;
		group->sync->counts.rows_deleted++;
		break;
	case ROW_WORK_NONE:
		break;
	}
}

static void take_refused(struct group *group, struct look *look)
{
	if (look->row_write->row_missing && look->row_work == ROW_WORK_DELETE) {
		look->row_gone = true;
		return;
	}
	ledger_entry_clear_sent(&look->entry);
	if (look->row_write->row_missing) {
		look->again = true; /* the look that follows finds out whether it is */
		return;
	}
	if (!look->words_alone)
		look_take_refusal(group, look);
}

static void take_result(struct group *group, struct look *look)
{
	switch (look->row_write->result) {
	case ERROR_NONE:
		take_done(group, look);
		break;
	case ERROR_REFUSED:
		take_refused(group, look);
		break;
	case ERROR_RETRY:
		/* In doubt: the note stays, the next looks settle it. */
		log_info(&group->sync->log, "%s: a write is in doubt: %s", look->pair->full_id,
			 look->row_write->error.text);
		look->again_in_ms = 2000;
		break;
	default:
		/* It never left. */
		look->pair->unsent_ms = look->entry.sent.at_ms;
		ledger_entry_clear_sent(&look->entry);
		look->again = true;
		break;
	}
}

/* ---- the ledger ---- */

/* It is tried again by itself, with growing pauses. */
static void schedule_retry(struct look *look)
{
	struct ledger_entry *entry = &look->entry;
	int64_t wait_ms = retry_pause_ms((unsigned)entry->failures);

	entry->failures++;
	entry->next_try_ms = clock_now_ms() + wait_ms;
	look_wait(look, wait_ms);
	if (look->right_refused)
		look->pair->refused_until_ms = clock_steady_ms() + wait_ms;
}

static void note_problem(struct group *group, struct look *look)
{
	struct ledger_entry *entry = &look->entry;
	const char *words = look->problem.length ? text_or_empty(&look->problem) : NULL;

	bool was_well = !entry->problem || ledger_entry_only_tells(entry);
	bool is_other = words && (!entry->problem || strcmp(entry->problem, words) != 0);
	own_free_text(&entry->problem);
	entry->problem = own_copy(words);
	bool is_well = !words || ledger_entry_only_tells(entry); /* the merge was logged when it was made */
	if (is_other && !is_well)
		look_log_problem(group, look, words);
	if (is_well && !was_well)
		log_info(&group->sync->log, "%s: well again", look->pair->full_id);
	json_release(entry->causes);
	entry->causes = take(look->causes);
	json_release(entry->grounds);
	entry->grounds = look_grounds(look);
	if (words && look->retry) {
		schedule_retry(look);
	} else if (words || look->document_written ||
		   (look->existence.action != EXIST_CREATE_DOCUMENT &&
		    look->existence.action != EXIST_UNDELETE)) {
		entry->failures = 0;
		entry->next_try_ms = 0;
	}
}

/* What was planned was not tried, or is in doubt: it is not known whether all is well. */
static bool is_unanswered(const struct look *look)
{
	return look->row_write && look->row_write->result != ERROR_NONE &&
	       look->row_write->result != ERROR_REFUSED;
}

/* Nothing new is known of what needed no row, or waits for the deadline of a write. */
static bool was_decided(const struct look *look)
{
	return look->existence.reason != NULL;
}

/* What was planned was done, or was refused for good. */
static bool was_answered(const struct look *look)
{
	return was_decided(look) && look->existence.action != EXIST_ASK_AGAIN && !is_unanswered(look);
}

static void remember_body(struct look *look, const char *revision, struct json_object *body)
{
	struct ledger_entry *entry = &look->entry;

	entry->revisions =
		leaf_memory_add(entry->revisions, table_document_type(look->pair->table), revision, body);
}

/* A device may go on from a leaf that was merged long ago. */
static void remember_bodies(struct group *group, struct look *look)
{
	scoped(json_object) merged = conflict_take_merged(&group->sync->pairs.conflicts, look->pair);

	for (size_t i = 0; i < json_length(merged); i++)
		remember_body(look, json_text_or(json_at(merged, i), "_rev", ""), json_at(merged, i));
	if (look->document.body && look->document.revision && !look->document.flaw)
		remember_body(look, look->document.revision, look->document.body);
}

/* Something is still to be done: the entry names nothing as handled. */
static bool is_open(const struct look *look)
{
	return look->again || look->open;
}

/* Called before the entry takes the document's revision, which look_first_seen_ms() compares. While something is open no time is noted but
 * a tombstone's: of others nothing would say which revision it is of. */
static void note_first_seen(const struct group *group, struct look *look)
{
	struct ledger_entry *entry = &look->entry;

	if (entry->handled != look->pair->leaves &&
	    (look->document.presence == SIDE_TOMBSTONE || !is_open(look)))
		entry->seen_ms = look_first_seen_ms(group, look);
}

static void note_handled(struct group *group, struct look *look)
{
	struct ledger_entry *entry = &look->entry;

	if (look->went_back && !look->settles_back)
		return;
	look->pair->heard_in = group->sync->hearings;
	note_first_seen(group, look);
	if (look->document.revision && look->document.presence != SIDE_MISSING)
		snprintf(entry->document, sizeof entry->document, "%s", look->document.revision);
	entry->ended = look->pair->ended;
	remember_bodies(group, look);
	if (is_open(look)) {
		entry->handled = 0; /* it is open: also the next start looks at it */
		return;
	}
	look_note_notice(look);
	entry->handled = look->pair->leaves;
}

/* The row is not the pair's own, and says why. It came back and cannot become a document yet, or is not believed yet; or the document of
 * its ID is outside of the scope. The pair remembers its record id, so that it is looked at again. */
static bool stays_beside(const struct look *look)
{
	enum existence_action action = look->existence.action;
	bool came_back = action == EXIST_UNDELETE || action == EXIST_ASK_AGAIN || action == EXIST_UNTICK;
	bool outside = action == EXIST_LEAVE || action == EXIST_LET_GO;

	return look->row.presence == SIDE_THERE && (came_back || outside);
}

/* Where a row was to be made there was one already: that is what the next look reads, whatever a list says. */
static bool met_row(const struct look *look)
{
	return look->row_write && look->row_write->result == ERROR_NONE && look->row_write->met_existing &&
	       look->again;
}

/* Rows that a cell points to and that have no document. */
static size_t awaited_records(const struct cell *cell, const char **records, size_t most)
{
	size_t count = 0;

	for (size_t i = 0; cell->kind == CELL_LINKS && i < cell->id_count && count < most; i++)
		if (cell->ids[i][0] == CELL_UNKNOWN_LINK)
			records[count++] = cell->ids[i] + 1;
	return count;
}

/* A look that did not read the row knows no more than the last one did. */
static void tell_waits(struct pairs *pairs, struct look *look)
{
	const char *records[AWAITED_MOST];
	size_t count = awaited_records(look_shown(look, FIELD_COLLECTION), records, countof(records));

	count +=
		awaited_records(look_shown(look, FIELD_CONTAINER), records + count, countof(records) - count);
	if (count > 0 || look->entry.waits != look->pair->waits)
		pairs_set_waits(pairs, look->pair, look->entry.waits, records, count);
}

static void tell_pair(struct group *group, struct look *look)
{
	struct pairs *pairs = &group->sync->pairs;
	struct pair *pair = look->pair;
	const struct ledger_entry *entry = &look->entry;
	bool paired = entry->state == ENTRY_PAIR;

	/* Also where the ledger knew it already, since its answer to a former pass got lost. */
	look->paired = look->paired || (paired && pair->state != ENTRY_PAIR);
	if (!paired)
		pairs_wake_twins(pairs, pair);
	if (pair->state == ENTRY_PAIR && !paired) {
		pairs_wake_container(pairs, pair);
		pairs_wake_contents(pairs, pair);
	}
	pair->state = entry->state;
	pair->handled = entry->handled;
	pair->buried_ms = entry_buried_ms(entry);
	if (pair->born_as_row != entry->born_as_row)
		pairs_doubt_scope(pairs, pair);
	pair->born_as_row = entry->born_as_row;
	/* A mark that was refused waits for another look. */
	bool to_be_marked = paired && !entry->marked && !entry->mark_refused;
	bool to_be_unmarked = entry->state == ENTRY_GRAVE && entry->marked && !entry->mark_refused;
	/* This look has not tried to take the mark out, so it had nothing to note that the ledger could refuse: what was told of the
	 * ledger before is not over by that. */
	bool goes_on = to_be_unmarked && pair->misses > LOOK_MISSES_UNTOLD &&
		       look->document.presence == SIDE_THERE && look->flaw.kind == ERROR_NONE;
	if (!goes_on && pairs_set_unstored(pairs, pair, NULL))
		look->again = group->sync->open_changed = true; /* the row is not to say so any more */
	pair->has_problem = entry->problem != NULL || pair->unstored;
	pair->only_told = ledger_entry_only_tells(entry);
	pair->in_step = ledger_entry_is_settled(entry) && !look->again && !look->again_in_ms;
	pair->went_back = paired && look_is_apart(look);
	if (paired)
		pairs_set_record(pairs, pair, entry->record_id, false);
	else if (entry->state != ENTRY_NONE && !met_row(look))
		pairs_set_record(pairs, pair, stays_beside(look) ? look->row.id : "", true);
	tell_waits(pairs, look);
	pairs_set_causes(pairs, pair, entry->causes);
	sync_note_agreed(group->sync, pair, entry);
	/* It became a pair, or moved, while it is outside of the scope: that is to be told. */
	look->again = look->again ||
		      (paired && !pair->in_scope && !entry->problem && pair->document == PAIR_DOCUMENT_THERE);
	if (!look->missed && !to_be_marked && !to_be_unmarked && (was_answered(look) || look->needs_no_row))
		pair->misses = 0;
	if (to_be_marked || to_be_unmarked)
		marks_schedule(group->sync, look);
	if (paired && entry->marked)
		pairs_set_due(pairs, pair, DUE_MARK, 0);
}

/* Those looks whose entries are taken are told to their pairs; the others are parked. */
static bool write_entries_of(struct group *group, struct look **looks, size_t count, struct error *error)
{
	struct ledger_entry **entries = own_alloc((count + 1) * sizeof *entries);
	struct store_result *results = own_alloc((count + 1) * sizeof *results);

	for (size_t i = 0; i < count; i++) {
		look_note_linked_rows(group, looks[i]);
		entries[i] = &looks[i]->entry;
	}
	bool ok = ledger_write(&group->sync->ledger, entries, count, results, error);
	for (size_t i = 0; ok && i < count; i++)
		if (results[i].kind == ERROR_NONE)
			tell_pair(group, looks[i]);
		else
			look_refuse_entry(group, looks[i], &results[i]);
	free(entries);
	free(results);
	return ok;
}

/* An entry that was refused is written once more as it was, with the reason. */
static size_t take_refused_entries(struct group *group, struct look **looks, size_t count)
{
	size_t refused = 0;

	for (size_t i = 0; i < count; i++) {
		if (!looks[i]->entry_refused || looks[i]->keep_ledger)
			continue;
		looks[i]->entry_refused = false;
		note_problem(group, looks[i]);
		looks[refused++] = looks[i];
	}
	return refused;
}

static bool write_entries(struct group *group, struct error *error)
{
	struct look **looks = own_alloc((group->count + 1) * sizeof *looks);
	size_t count = 0;
	bool ok = true;

	for (size_t i = 0; i < group->count; i++)
		if (!group->looks[i].keep_ledger)
			looks[count++] = &group->looks[i];
	while (ok && count) {
		ok = write_entries_of(group, looks, count, error);
		count = take_refused_entries(group, looks, count);
	}
	for (size_t i = 0; ok && i < group->count; i++)
		if (group->looks[i].keep_ledger && group->looks[i].note_refused)
			look_note_unstored(group, &group->looks[i]);
	free(looks);
	return ok;
}

/* Each write says its own fate, also when the whole has failed. */
static bool finish_writes(struct group *group, struct error *error)
{
	struct side *rows = &group->sync->rows;

	if (!group->ticket)
		return true;
	bool ok = rows->ops->write_finish(rows->self, &group->ticket, error) &&
		  group_write_without_refused(group, error);
	for (size_t i = 0; i < group->count; i++)
		if (group->looks[i].row_write)
			take_result(group, &group->looks[i]);
	return ok || error_wrap(error, "writing rows");
}

/* Those that wait for what has paired; those of this group that wait for what paired while they were under way. What the ledger did not
 * take has not: each look would pair it anew. */
static void wake_waiting(struct group *group)
{
	struct pairs *pairs = &group->sync->pairs;

	for (size_t i = 0; i < group->count; i++)
		if (group->looks[i].paired && group->looks[i].pair->state == ENTRY_PAIR) {
			pairs->pairings++;
			pairs_wake_waiting(pairs, group->looks[i].pair);
		}
	if (pairs->pairings == group->pairings_before)
		return;
	for (size_t i = 0; i < group->count; i++)
		if (group->looks[i].entry.waits)
			pairs_wake_if_free(pairs, group->looks[i].pair);
}

bool group_remember(struct group *group, struct error *error)
{
	struct error failure = {0};
	struct error unrecorded = {0};
	bool finished = finish_writes(group, &failure);
	if (!group_bury_gone(group, &unrecorded)) {
		failure = finished ? unrecorded : failure;
		finished = false;
	}

	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		look_note_brake(look);
		look->finished = true;
		if (look->keep_ledger)
			continue;
		if (look->parked || (was_answered(look) && !look->missed))
			note_problem(group, look);
		app_twins_remember(look->pair, &look->entry);
		if (was_decided(look))
			look->entry.waits = look->waits;
		if (was_decided(look) && !is_unanswered(look))
			typing_remember(look);
		note_handled(group, look);
	}
	scope_update(group->sync->config, &group->sync->pairs);
	if (!write_entries(group, error))
		return false;
	group->remembered = true;
	wake_waiting(group);
	/* What was refused for a document that this very group has written: the feed's word of that is no news any more. */
	for (size_t i = 0; i < group->count; i++)
		if (group->looks[i].document_written)
			pairs_wake_refused(&group->sync->pairs, group->looks[i].pair);
	if (!finished)
		*error = failure;
	return finished;
}
