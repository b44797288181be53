/* Loading, judging and writing the checkpoint. */
#include "bridge/memory/checkpoints.h"

#include "base/clock.h"
#include "bridge/memory/bound_columns.h"
#include "bridge/state/checkpoint.h"

#include <stdio.h>
#include <string.h>

/* ---- saying so ---- */

static void moment_words(struct json_object *checkpoint, char words_out[CLOCK_ISO_SIZE])
{
	int64_t at_ms = checkpoint ? json_int_or(checkpoint, "at", 0) : 0;

	if (at_ms <= 0 || at_ms >= CHECKPOINT_COUNT_MOST || !clock_iso(at_ms, words_out))
		memcpy(words_out, "?", 2);
}

static void report(struct sync *sync, enum checkpoint_finding finding, struct json_object *source,
		   struct json_object *remembered)
{
	char here[CLOCK_ISO_SIZE], last[CLOCK_ISO_SIZE];

	moment_words(source, here);
	moment_words(remembered, last);
	if (finding == CHECKPOINT_BACK)
		log_error(&sync->log,
			  "needs attention: database %s went back to an earlier state: the last checkpoint "
			  "in it "
			  "is number %lld of %s, and number %lld of %s was written. Its files were probably "
			  "put "
			  "back from a backup. All documents are compared anew. What a row shows is not "
			  "replaced "
			  "by something older, and nothing is deleted: such rows say so",
			  sync->config->database, (long long)checkpoint_count(source), here,
			  (long long)checkpoint_count(remembered), last);
	if (finding == CHECKPOINT_ANEW)
		log_error(&sync->log,
			  "needs attention: database %s is not the one that was synced until %s: it was "
			  "deleted "
			  "and made anew, or replaced. All documents are compared anew. Rows whose documents "
			  "are "
			  "missing are kept as they are, and nothing is deleted",
			  sync->config->database, last);
}

void sync_report_state_lost(struct sync *sync)
{
	if (!sync->state_bare)
		log_warn(&sync->log,
			 "what was remembered of this integration in database %s-davenport is lost: all "
			 "documents and rows are compared anew",
			 sync->config->database);
	sync->state_bare = true;
}

/* The source is written first, so the first of all may stand there alone. */
static bool is_state_lost(struct json_object *source, struct json_object *state)
{
	return !state && checkpoint_is_usable(source) && checkpoint_count(source) > 1;
}

/* ---- pairs that are open ---- */

/* Of these the ledger did not take what was found out: with the next start they are looked at. */
static struct json_object *open_pairs(const struct sync *sync)
{
	struct json_object *list = json_new_array();

	for (size_t i = 0; i < sync->pairs.count; i++)
		if (sync->pairs.list[i]->unstored)
			json_append(list, json_new_text(sync->pairs.list[i]->full_id));
	return list;
}

static void look_at_open(struct sync *sync, struct json_object *list)
{
	for (size_t i = 0; i < json_length(list); i++) {
		const char *id, *full_id = json_text_of(json_at(list, i));
		enum table table;
		if (full_id && table_of_document_type(document_type_of(full_id, &id), &table))
			pairs_queue(&sync->pairs, pairs_want(&sync->pairs, table, id), JOB_AGAIN);
	}
}

/* ---- reading ---- */

static void take_places(struct sync *sync, struct json_object *remembered, bool place_known)
{
	struct json_object *couch = place_known ? checkpoint_couch(remembered) : NULL;
	struct json_object *rows = checkpoint_rows(remembered);

	json_object_close(&sync->couch_cursor);
	json_object_close(&sync->couch_next);
	json_object_close(&sync->rows_cursor);
	json_object_close(&sync->rows_next);
	sync->couch_cursor = couch ? json_copy(couch) : NULL;
	sync->rows_cursor = rows ? json_copy(rows) : NULL;
	sync->listed_ms = checkpoint_listed_ms(remembered);
}

static void count_on_from(struct sync *sync, struct json_object *checkpoint)
{
	if (checkpoint_count(checkpoint) > sync->checkpoints)
		sync->checkpoints = checkpoint_count(checkpoint);
}

/* Whenever the remembered place does not count, the database gets another name: when a crash leaves the next checkpoint in
 * the source alone, the one that stays in the state is still known to be of before. */
static void name_database(struct sync *sync, enum checkpoint_finding finding, struct json_object *source)
{
	const char *known = source ? json_text_or(source, "database", "") : "";

	if (finding != CHECKPOINT_KNOWN || strlen(known) != sizeof sync->database - 1)
		random_uuid(sync->database);
	else
		memcpy(sync->database, known, sizeof sync->database);
}

static void report_unusable(struct sync *sync, struct json_object *checkpoint, const char *database)
{
	if (checkpoint && !checkpoint_is_usable(checkpoint))
		log_warn(&sync->log,
			 "the checkpoint in database %s%s cannot be read (its v is not %d, or its count is "
			 "none): it "
			 "counts as absent, and everything is compared anew",
			 sync->config->database, database, LEDGER_VERSION);
}

bool sync_load_checkpoint(struct sync *sync, struct error *error)
{
	struct store *store = &sync->ledger.store;
	scoped(json_object) source = NULL;
	scoped(json_object) state = NULL;

	if (!store->ops->checkpoint_read(store->self, &source, error) ||
	    !store->ops->checkpoint_read_state(store->self, &state, error))
		return error_wrap(error, "reading the checkpoint");
	report_unusable(sync, source, "");
	report_unusable(sync, state, "-davenport");
	/* Both databases may have been put back while this process remembers more than they do. */
	enum checkpoint_finding finding = checkpoint_judge(source, state);
	enum checkpoint_finding memory =
		sync->checkpoint ? checkpoint_judge(source, sync->checkpoint) : CHECKPOINT_KNOWN;
	struct json_object *remembered = finding >= memory ? state : sync->checkpoint;
	enum checkpoint_finding worst = finding >= memory ? finding : memory;
	report(sync, worst, source, remembered);
	if (is_state_lost(source, state))
		sync_report_state_lost(sync);
	sync->went_back = worst == CHECKPOINT_BACK;
	if (checkpoint_is_ledger_lost(source, state))
		sync_lose_ledger(sync);
	sync->checkpoint_unsure = false; /* it is read now */
	count_on_from(sync, source);
	count_on_from(sync, state);
	name_database(sync, worst, source);
	take_places(sync, state, worst == CHECKPOINT_KNOWN && !sync->position_lost);
	json_release(sync->checkpoint);
	sync->checkpoint = worst == CHECKPOINT_KNOWN ? json_share(state) : NULL;
	sync->unplanted = worst == CHECKPOINT_NONE || worst == CHECKPOINT_ANEW;
	look_at_open(sync, json_child(state, "open", json_type_array));
	return true;
}

void sync_lose_position(struct sync *sync)
{
	sync->started = false;
	sync->position_lost = true;
	json_object_close(&sync->couch_cursor);
	json_object_close(&sync->couch_next);
}

/* The next start says what happened, if it was anything. */
static bool lose_place(struct sync *sync, struct error *error)
{
	sync_lose_position(sync);
	error_set(error, ERROR_RETRY, "database %s is not as it was left: it is compared anew",
		  sync->config->database);
	if (error)
		snprintf(error->code, sizeof error->code, "%s", SOURCE_REPLACED);
	return false;
}

bool sync_check_position(struct sync *sync, struct error *error)
{
	struct store *store = &sync->ledger.store;
	scoped(json_object) source = NULL;

	/* Which one this database would have if it were still the same cannot be told. */
	if (sync->checkpoint_unsure || (!sync->checkpoint && sync->unplanted))
		return lose_place(sync, error);
	if (!sync->checkpoint)
		return true;
	if (!store->ops->checkpoint_read(store->self, &source, error))
		return error_wrap(error, "reading the checkpoint");
	return checkpoint_judge(source, sync->checkpoint) == CHECKPOINT_KNOWN || lose_place(sync, error);
}

/* ---- writing ---- */

/* What is written follows what was written before, or the next start would take another database for the one that is
 * remembered. */
static bool lose_replaced(struct sync *sync, struct error *error)
{
	if (strcmp(error->code, SOURCE_REPLACED) == 0)
		return lose_place(sync, error);
	return error_wrap(error, "writing the checkpoint");
}

static bool write_checkpoint(struct sync *sync, struct json_object *couch, struct json_object *rows,
			     struct error *error)
{
	struct store *store = &sync->ledger.store;
	struct json_object *checkpoint = json_new_object();

	json_put(checkpoint, "v", json_new_int(LEDGER_VERSION));
	json_put_text(checkpoint, "session", sync->epoch);
	json_put_text(checkpoint, "database", sync->database);
	json_put(checkpoint, "count", json_new_int(++sync->checkpoints));
	json_put(checkpoint, "at", json_new_int(clock_now_ms()));
	if (sync->listed_ms)
		json_put(checkpoint, "listed", json_new_int(sync->listed_ms));
	json_put(checkpoint, "couch", couch ? json_copy(couch) : NULL);
	json_put(checkpoint, "rows", rows ? json_copy(rows) : NULL);
	if (sync->pairs.unstored)
		json_put(checkpoint, "open", open_pairs(sync));
	const struct checkpoint_over over = {sync->checkpoint, sync->state_bare ? NULL : sync->checkpoint};
	if (!store->ops->checkpoint_write(store->self, checkpoint, &over, error)) {
		json_release(checkpoint);
		sync->checkpoint_unsure = true;
		return lose_replaced(sync, error);
	}
	sync->checkpoint_unsure = false;
	json_release(sync->checkpoint);
	sync->checkpoint = checkpoint;
	sync->state_bare = false;
	return true;
}

/* Without one a restart hears more anew, and that is all: nobody waits for it. */
static bool note_unwritten(struct sync *sync, const struct error *failure, struct error *error)
{
	if (sync_is_whole_failure(failure)) {
		*error = *failure;
		return false;
	}
	retry_failed(&sync->checkpoint_retry, &sync->log, "the checkpoint", failure,
		     "Everything else goes on; a restart would look at what was changed since the last one.");
	return true;
}

/* Before anything is remembered of the database, so that one that is made anew from now on is known as such. */
bool sync_plant_checkpoint(struct sync *sync, struct error *error)
{
	struct error failure = {0};

	if (!sync->unplanted)
		return true;
	if (!write_checkpoint(sync, NULL, sync->rows_cursor, &failure))
		return note_unwritten(sync, &failure, error);
	sync->unplanted = false;
	return true;
}

static void move_cursor(struct json_object **cursor, struct json_object **next)
{
	if (!*next)
		return;
	json_release(*cursor);
	*cursor = take(*next);
}

/* Asking for rows moves their place. As long as nobody edits one, the former will do as well after a crash. */
static bool has_news(const struct sync *sync)
{
	return sync->couch_next || sync->rows_shown || sync->open_changed;
}

static bool write_places(struct sync *sync, struct error *error)
{
	struct json_object *couch = sync->couch_next ? sync->couch_next : sync->couch_cursor;
	struct json_object *rows = sync->rows_next ? sync->rows_next : sync->rows_cursor;

	return write_checkpoint(sync, couch, rows, error);
}

bool sync_checkpoint(struct sync *sync, struct error *error)
{
	struct error failure = {0};

	if (!sync_note_compared(sync, error) || !sync_keep_columns(sync, error))
		return false;
	if (has_news(sync)) {
		if (!retry_is_due(&sync->checkpoint_retry))
			return true;
		if (!write_places(sync, &failure))
			return note_unwritten(sync, &failure, error);
		retry_worked(&sync->checkpoint_retry, &sync->log, "the checkpoint");
		sync->unplanted = false;
		sync->polls_kept = sync->polls_made;
	}
	move_cursor(&sync->couch_cursor, &sync->couch_next);
	move_cursor(&sync->rows_cursor, &sync->rows_next);
	sync->rows_known_ms = sync->rows_asked_ms;
	sync->rows_shown = false;
	sync->open_changed = false;
	return true;
}
