#include "bridge/sync/intake.h"

#include "base/clock.h"
#include "bridge/images/images_cell.h"
#include "bridge/index/scope.h"
#include "bridge/limits.h"
#include "bridge/mapping/mapping_from.h"
#include "bridge/memory/checkpoints.h"
#include "bridge/memory/expiry.h"
#include "bridge/memory/heard_pictures.h"
#include "bridge/memory/integration_settings.h"
#include "bridge/memory/progress_log.h"
#include "bridge/memory/seen_document.h"
#include "bridge/memory/seen_row.h"
#include "bridge/state/checkpoint.h"
#include "bridge/state/ledger_io.h"

#include <stdlib.h>

/* ---- rows against the ledger ---- */

/* Whether the row shows anything else than the ledger remembers. */
static bool row_differs(const struct columns *columns, const struct ledger_entry *entry,
			const struct cell *cells)
{
	/* With a problem, or where something waits, any change may be the end of it: an edit that was refused and taken back leaves a row
	 * as both agreed. */
	if (entry->state != ENTRY_PAIR || intent_is_open(&entry->intents.row) || entry->unsure_since_ms ||
	    entry->problem || entry->waits)
		return true;
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const struct column *column = &columns->of[field];
		const struct ledger_field *agreed = &entry->fields[field];
		struct cell_equivalence equivalence = columns_equivalence(columns, (enum field)field);
		if (!column->id || column->stopped)
			continue;
		if (field == FIELD_DELETE) {
			/* A box that was refused is in the ledger as it was left. */
			if ((cells[field].kind == CELL_TRUE) != (agreed->airtable.kind == CELL_TRUE))
				return true;
		} else if (field == FIELD_ERROR) {
			if (cells[field].kind != CELL_EMPTY)
				return true;
		} else if (!agreed->known || !cell_equal(&agreed->airtable, &cells[field], &equivalence)) {
			return true; /* without a B the document may have a value for the cell: a column made anew */
		}
	}
	return false;
}

/* A two-way cell that is not as both sides agreed. */
static bool shows_edit(const struct columns *columns, const struct ledger_entry *entry,
		       const struct cell *cells)
{
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const struct ledger_field *agreed = &entry->fields[field];
		struct cell_equivalence equivalence = columns_equivalence(columns, (enum field)field);
		if (agreed->known && columns_flow(columns, (enum field)field) &&
		    field_rule((enum field)field)->direction == DIRECTION_BOTH &&
		    !cell_equal(&agreed->airtable, &cells[field], &equivalence))
			return true;
	}
	return false;
}

static void queue_row(struct sync *sync, struct pair *pair, struct endpoint_record *row)
{
	pairs_queue(&sync->pairs, pair, JOB_ROW);
	sync->heard++;
	if (sync->fresh_rows >= SYNC_FRESH_ROWS || pair->under_way)
		return;
	pair_drop_fresh(pair);
	pair->fresh_row = own_alloc(sizeof *pair->fresh_row);
	*pair->fresh_row = *row;
	*row = (struct endpoint_record){0};
	sync->fresh_rows++;
}

/* This pair's row shows the ID of a document that has no row. The turn is noted for that document: so its ID is asked for before a row is
 * made for it, although all rows were listed. */
static void note_shown_id(const struct sync *sync, const struct pair *pair, const struct cell *id_cell)
{
	struct pair *shown = id_cell->kind == CELL_TEXT
				     ? pairs_find_shown(&sync->pairs, pair->table, id_cell->text)
				     : NULL;

	if (shown && shown != pair && !shown->record_id[0])
		shown->list_turn = sync->list_turn;
}

static void filter_row(struct sync *sync, struct pair *pair, const struct ledger_entry *entry,
		       struct endpoint_record *row)
{
	struct cell cells[FIELD_COUNT] = {0};
	struct mapping_links links = sync_links(sync);
	bool unknown_choice = false;

	mapping_from_row(row->table, &sync->columns[row->table], row->body, &links, cells, &unknown_choice);
	sync->schema_stale = sync->schema_stale || unknown_choice;
	pair->list_turn = sync->list_turn;
	note_shown_id(sync, pair, &cells[FIELD_ID]);
	/* The state database may have gone back behind what this process remembers. */
	if (entry->state != pair->state || row_differs(&sync->columns[row->table], entry, cells) ||
	    images_row_differs(sync, pair, entry, row->body)) {
		if (entry->state == ENTRY_PAIR && shows_edit(&sync->columns[row->table], entry, cells))
			/* Before anything of this cycle flows. */
			pairs_set_claims(&sync->pairs, pair, sync_shown_other(sync, pair, &cells[FIELD_ID]));
		queue_row(sync, pair, row);
	}
	for (size_t field = 0; field < FIELD_COUNT; field++)
		cell_done(&cells[field]);
}

/* A page of rows against the ledger: most are as they were left. */
static bool filter_rows(void *context, struct endpoint_records *page, struct error *error)
{
	struct sync *sync = context;
	struct ledger_key *keys = own_alloc((page->count + 1) * sizeof *keys);
	struct pair **pairs = own_alloc((page->count + 1) * sizeof *pairs);
	struct ledger_entry *entries = own_alloc((page->count + 1) * sizeof *entries);

	sync->rows_shown = sync->rows_shown || page->count > 0;
	sync_progress_read(sync, page->count);
	for (size_t i = 0; i < page->count; i++) {
		pairs[i] = sync_pair_of_row(sync, &page->list[i]);
		keys[i] = (struct ledger_key){pairs[i]->table, pairs[i]->id};
	}
	bool ok = ledger_read(&sync->ledger, keys, page->count, entries, error);
	for (size_t i = 0; ok && i < page->count; i++) {
		filter_row(sync, pairs[i], &entries[i], &page->list[i]);
		ledger_entry_done(&entries[i]);
	}
	free(keys);
	free(pairs);
	free(entries);
	return ok;
}

/* ---- documents against the pairs ---- */

static bool filter_documents(void *context, struct endpoint_records *page, struct error *error)
{
	struct sync *sync = context;

	(void)error;
	for (size_t i = 0; i < page->count; i++) {
		struct endpoint_record *document = &page->list[i];
		struct pair *pair = pairs_want(&sync->pairs, document->table, document->id);
		bool has_ended = document->ended && ended_hash(document->ended) != pair->ended;
		if (leaves_hash_of(document) == pair->synced && !has_ended)
			continue;
		sync_note_document(sync, pair, document);
		if (has_ended)
			conflicts_note_ended(&sync->pairs.conflicts, pair, document->ended);
		if (pair_due_ms(pair, DUE_APP_LINK))
			pairs_set_due(&sync->pairs, pair, DUE_APP_LINK,
				      clock_steady_ms() + app_links_quiet_ms(sync));
		pairs_queue(&sync->pairs, pair, JOB_DOCUMENT);
		pair->heard_in = sync->polls_made;
		sync->heard++;
	}
	return true;
}

/* ---- listening ---- */

/* A moment of the steady clock by the base's, which its answers tell: so this is asked behind the answer. A process that was just
 * started would take this machine's clock for it. */
static int64_t rows_moment(const struct sync *sync, int64_t steady_ms)
{
	return sync->rows.ops->now_ms(sync->rows.self) - (clock_steady_ms() - steady_ms);
}

static bool poll_rows(struct sync *sync, struct error *error)
{
	struct endpoint_news news = {0};
	int64_t began_ms = clock_steady_ms();

	sync->fresh_rows = 0;
	if (!sync->rows.ops->news(sync->rows.self, sync->rows_next ? sync->rows_next : sync->rows_cursor, 0,
				  filter_rows, sync, &news, error))
		return error_wrap(error, "asking the base for changed rows");
	sync->rows_asked_ms = rows_moment(sync, began_ms);
	json_release(sync->rows_next);
	sync->rows_next = take(news.cursor);
	return true;
}

/* A start that compared everything has gone on from where the feed was by then, and no checkpoint has that place. */
static bool is_ahead_of_checkpoint(const struct sync *sync)
{
	return sync->couch_next || (sync->polls_made != sync->first_poll &&
				    !json_equal(sync->couch_cursor, checkpoint_couch(sync->checkpoint)));
}

/* The checkpoint says that the database is the one that it was when that was written, and no more: of what was heard and handled since
 * it may have gone back. These documents are looked at, and the news since then are heard anew (sync-rules 3). To hear them the feed
 * is asked anew once more: then its place is the one that is kept. */
static bool doubt_unkept(struct sync *sync)
{
	for (size_t i = 0; i < sync->pairs.count; i++) {
		struct pair *pair = sync->pairs.list[i];
		if (pair->heard_in <= sync->polls_kept || pair->heard_in == sync->polls_made)
			continue;
		pair_drop_fresh(pair);
		pairs_queue(&sync->pairs, pair, JOB_AGAIN);
	}
	if (!is_ahead_of_checkpoint(sync))
		return false;
	struct json_object *place = checkpoint_couch(sync->checkpoint);
	json_object_close(&sync->couch_next);
	json_release(sync->couch_cursor);
	sync->couch_cursor = place ? json_copy(place) : NULL;
	return true;
}

static bool check_rejoined(struct sync *sync, struct endpoint_news *news, struct error *error)
{
	if (!sync_check_position(sync, error))
		return false;
	if (doubt_unkept(sync)) {
		json_object_close(&news->cursor);
		news->more = true;
	}
	return true;
}

/* A place that the database does not know, or a database that is gone or another one: what is queued is dropped, and the
 * next start compares everything. */
static bool poll_documents(struct sync *sync, int64_t wait_ms, struct endpoint_news *news,
			   struct error *error)
{
	struct json_object *cursor = sync->couch_next ? sync->couch_next : sync->couch_cursor;

	sync->polls_made++;
	if (sync->couch.ops->news(sync->couch.self, cursor, wait_ms, filter_documents, sync, news, error))
		return !news->rejoined || check_rejoined(sync, news, error);
	if (error->kind == ERROR_LOST) {
		log_warn(&sync->log,
			 "the place in the changes of database %s is lost, everything is compared: %s",
			 sync->config->database, error->text);
		sync_lose_position(sync);
	}
	return error_wrap(error, "following the database");
}

/* The app writes the integration's document at each of its own syncs. Only what it says of ours counts. */
static bool confirm_settings(struct sync *sync, struct error *error)
{
	bool same = true;

	if (sync->settings_doubtful && !sync_check_settings(sync, &same, error))
		return false;
	sync->settings_doubtful = false;
	return true;
}

bool sync_poll(struct sync *sync, int64_t wait_ms, bool ask_rows, struct error *error)
{
	struct endpoint_news news = {0};

	do {
		endpoint_news_done(&news);
		if (!poll_documents(sync, wait_ms, &news, error)) {
			endpoint_news_done(&news);
			return false;
		}
		if (news.cursor) {
			json_release(sync->couch_next);
			sync->couch_next = take(news.cursor);
		}
		sync_hear_pictures(sync, news.pictures);
		sync_hear_imports(sync);
		sync->settings_doubtful = sync->settings_doubtful || news.settings_changed;
		sync->app_leftovers_due = sync->app_leftovers_due || news.app_leftovers;
		sync->app_leftovers_heard = sync->app_leftovers_heard || news.app_leftovers;
		wait_ms = 0;
	} while (news.more);
	endpoint_news_done(&news);
	if (!confirm_settings(sync, error))
		return false;
	scope_update(sync->config, &sync->pairs);
	return !ask_rows || poll_rows(sync, error);
}

/* Rows of pairs that the list did not show, and those that wait to become documents: their jobs will ask for them (sync-rules 2). */
static void queue_unlisted(struct sync *sync)
{
	for (size_t i = 0; i < sync->pairs.count; i++) {
		struct pair *pair = sync->pairs.list[i];
		bool has_row = pair->state == ENTRY_PAIR || pair->record_id[0];
		if (has_row && pair->list_turn != sync->list_turn)
			pairs_queue(&sync->pairs, pair, JOB_ROW);
	}
}

bool sync_list_rows(struct sync *sync, struct error *error)
{
	scoped(json_object) position = NULL;
	int64_t began_ms = clock_steady_ms();

	sync->list_turn++;
	sync->fresh_rows = 0;
	for (size_t table = 0; table < TABLE_COUNT; table++)
		if (!sync->rows.ops->list(sync->rows.self, (enum table)table, NULL, filter_rows, sync, error))
			return error_wrap(error, "listing table \"%s\"", sync->columns[table].table_name);
	if (!sync->rows.ops->position(sync->rows.self, &position, error))
		return false;
	sync->rows_asked_ms = rows_moment(sync, began_ms);
	queue_unlisted(sync);
	sync_queue_expired(sync);
	json_release(sync->rows_next);
	sync->rows_next = take(position);
	sync->contact_made = true;
	sync->rows_shown = true;
	sync->listed_ms = clock_now_ms();
	sync->listed = true;
	sync->compared = true;
	return true;
}
