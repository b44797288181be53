#include "bridge/job/park.h"

#include "bridge/job/job_problem.h"
#include "bridge/limits.h"
#include "bridge/state/ledger_io.h"

#include <string.h>

/* ---- what is left of the look ---- */

static void drop_plan(struct look *look)
{
	json_object_close(&look->histories);
	json_object_close(&look->new_document);
	look->document_work = DOCUMENT_WORK_NONE;
	look->row_work = ROW_WORK_NONE;
	look->marks = look->unmarks = false;
	look->noted = false;
}

/* Its row, or one that waits to become its row, or to take the place of one that is gone. */
static bool has_own_row(const struct look *look)
{
	const struct ledger_entry *entry = &look->entry;

	return !look->needs_no_row && look->row.presence == SIDE_THERE &&
	       (entry->state != ENTRY_PAIR || look->existence.action == EXIST_PAIR_FREE ||
		strcmp(look->row.id, entry->record_id) == 0);
}

void look_give_up(struct look *look)
{
	drop_plan(look);
	look->retry = true;
	look->parked = true;
	look->words_only = has_own_row(look);
	look->words_filled = false;
	look->finished = !look->words_only;
	if (look->words_only)
		look_write_words_only(look);
}

void look_miss(struct look *look, const char *what, const struct error *why)
{
	look->missed = true;
	look->pair->misses++;
	if (look->pair->misses > LOOK_MISSES_UNTOLD) {
		look_problem(look, "CouchDB does not take %s: %s. It is tried again later.", what, why->text);
		look_give_up(look);
		return;
	}
	drop_plan(look);
	look->finished = true;
	/* What surely was not written is not noted any more; else the note is what the next look finds out by. */
	look->keep_ledger = !look->unwritten;
	look->open = look->unwritten;
	if (look->unwritten)
		ledger_entry_clear_sent(&look->entry);
	look->again = why->kind == ERROR_CONFLICT;
	look->again_in_ms = look->again ? 0 : SYNC_RETRY_FIRST_MS;
}

void look_put_off(struct look *look, const struct look *missed)
{
	drop_plan(look);
	look->finished = true;
	look->missed = true;
	look->keep_ledger = true;
	look->again = missed->again;
	look->again_in_ms = missed->again_in_ms;
}

/* ---- the ledger ---- */

static void tell_of_note(struct look *look, const struct store_result *result)
{
	text_clear(&look->problem);
	look_problem(look,
		     "Nothing is written: the note of it in the state database was not taken (%s). It is "
		     "tried again "
		     "later.",
		     result->text[0] ? result->text : error_kind_name(result->kind));
}

static bool is_told(const struct look *look, const struct store_result *result)
{
	return result->kind == ERROR_REFUSED || look->pair->misses > LOOK_MISSES_UNTOLD;
}

/* Another process wrote the entry: it works on the pair, or did (sync-rules 6.1). Or there was no answer. */
static void miss_note(struct look *look, const struct store_result *result)
{
	drop_plan(look);
	look->finished = true;
	look->keep_ledger = true;
	look->again = result->kind == ERROR_CONFLICT;
	look->again_in_ms = look->again ? 0 : SYNC_RETRY_FIRST_MS;
}

void look_refuse_note(struct group *group, struct look *look, const struct store_result *result)
{
	bool before = look->note_refused;

	look->missed = true;
	look->pair->misses++;
	if (!is_told(look, result)) {
		miss_note(look, result);
		return;
	}
	if (!before) {
		tell_of_note(look, result);
		ledger_entry_restore(&group->sync->ledger, &look->entry);
		look->note_refused = true;
		look_give_up(look);
	}
	/* The second time it is the words alone that were to be noted. They are our own: a row may have them without a note. */
	look->keep_ledger = before || result->kind != ERROR_REFUSED;
	look->unnoted = look->keep_ledger;
}

void look_refuse_entry(struct group *group, struct look *look, const struct store_result *result)
{
	look->missed = true;
	look->pair->misses++;
	if (!is_told(look, result)) {
		look->again = result->kind == ERROR_CONFLICT;
		look->again_in_ms = look->again ? 0 : SYNC_RETRY_FIRST_MS;
		look->keep_ledger = true;
		return;
	}
	tell_of_note(look, result);
	ledger_entry_restore(&group->sync->ledger, &look->entry);
	look->keep_ledger = look->note_refused || result->kind != ERROR_REFUSED;
	look->note_refused = look->entry_refused = true;
	look->retry = true;
	look->again = false;
	look->again_in_ms = 0;
}

/* What the ledger did not take at the end of the last look was not told in the row. */
void look_tell_unstored(struct look *look)
{
	if (look->pair->unstored && !look->finished && !look->problem.length && has_own_row(look))
		look_problem(look, "%s", look->pair->unstored);
}

void look_note_unstored(struct group *group, struct look *look)
{
	struct pair *pair = look->pair;
	const char *words = text_or_empty(&look->problem);

	look->again = false;
	look->again_in_ms = retry_pause_ms(pair->misses);
	pair->has_problem = true;
	if (!pairs_set_unstored(&group->sync->pairs, pair, words))
		return;
	look_log_problem(group, look, words);
	group->sync->open_changed = true;
}
