#include "bridge/start/start.h"

#include "base/clock.h"
#include "bridge/index/scope.h"
#include "bridge/index/waits.h"
#include "bridge/limits.h"
#include "bridge/memory/app_twins_index.h"
#include "bridge/memory/bound_columns.h"
#include "bridge/memory/checkpoints.h"
#include "bridge/memory/expiry.h"
#include "bridge/memory/integration_settings.h"
#include "bridge/memory/progress_log.h"
#include "bridge/memory/seen_document.h"
#include "bridge/start/start_problems.h"
#include "bridge/state/ledger_io.h"

/* ---- the ledger and the documents, in short ---- */

/* By this machine's clock: Airtable's is not heard yet. A look too early is one more look. */
static void schedule_look(struct sync *sync, struct pair *pair, const struct ledger_entry *entry)
{
	int64_t wait_ms = ledger_pictures_due_ms(&entry->pictures, clock_now_ms(), PICTURES_UNSEEN);

	if (entry->state == ENTRY_PAIR && wait_ms >= 0)
		pairs_set_due(&sync->pairs, pair, DUE_PICTURES,
			      clock_steady_ms() + (wait_ms > 0 ? wait_ms : 1));
}

static void schedule(struct sync *sync, struct pair *pair, const struct ledger_entry *entry)
{
	if (intents_are_open(&entry->intents) || entry->unsure_since_ms || entry->cascade ||
	    entry->orphaned_histories || entry->histories)
		pairs_queue(&sync->pairs, pair, JOB_AGAIN);
	if (entry->typed_ms)
		pairs_queue(&sync->pairs, pair, JOB_AGAIN);
	if (entry->next_try_ms) {
		int64_t wait_ms = entry->next_try_ms - clock_now_ms();
		pairs_set_due(&sync->pairs, pair, DUE_AGAIN, clock_steady_ms() + (wait_ms > 0 ? wait_ms : 1));
	}
	schedule_look(sync, pair, entry);
	if (entry->state == ENTRY_RETIRED && entry->has_app_link && !entry->app_link_refused)
		pairs_set_due(&sync->pairs, pair, DUE_APP_LINK, clock_steady_ms() + SYNC_APP_LINK_QUIET_MS);
	if (entry->state == ENTRY_PAIR && !entry->has_app_link && !entry->app_link_refused) {
		int64_t quiet_ms = clock_now_ms() - entry->seen_ms;
		quiet_ms = quiet_ms < 0 ? 0 : quiet_ms; /* this clock was set back, or is behind the base's */
		int64_t wait_ms = app_links_quiet_ms(sync) - quiet_ms;
		pairs_set_due(&sync->pairs, pair, DUE_APP_LINK,
			      clock_steady_ms() + (wait_ms > 0 ? wait_ms : 1));
	}
}

/* A row that is paired is nobody else's, in whatever order they are loaded. */
static void load_row(struct sync *sync, struct pair *pair, const struct ledger_entry *entry)
{
	const struct pair *owner =
		entry->record_id[0] ? pairs_by_record(&sync->pairs, entry->record_id) : NULL;
	bool paired = entry->state == ENTRY_PAIR;
	struct pair *shown = entry->shows ? pairs_want(&sync->pairs, entry->table, entry->shows) : NULL;

	if (!entry->record_id[0] || (entry->state != ENTRY_NONE && !paired) ||
	    (!paired && owner && owner->state == ENTRY_PAIR))
		return;
	pairs_set_record(&sync->pairs, pair, entry->record_id, !paired);
	if (paired)
		pairs_set_claims(&sync->pairs, pair, shown);
	else
		pairs_set_copy_of(&sync->pairs, pair, shown);
}

struct loading {
	struct sync *sync;
	struct start_problems problems;
};

static bool load_entry(void *context, struct ledger_entry *entry, struct error *error)
{
	struct loading *loading = context;
	struct sync *sync = loading->sync;
	struct pair *pair = pairs_want(&sync->pairs, entry->table, entry->id);

	(void)error;
	pair->state = entry->state;
	pair->synced = entry->synced;
	pair->retired_ms = entry_retired_ms(entry);
	pair->ended = entry->ended;
	pair->links_handled = entry->pictures.handled;
	pair->created_from_row = entry->created_from_row;
	pair->in_step = ledger_entry_is_settled(entry);
	pair->went_back = entry->state == ENTRY_PAIR && entry->apart;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		pair->went_back =
			pair->went_back || (entry->state == ENTRY_PAIR && entry->fields[field].held);
	pairs_set_waits(&sync->pairs, pair, entry->waits, NULL, 0);
	pair->only_reported = ledger_entry_only_reports(entry);
	if (entry->problem)
		start_problems_add(&loading->problems, pair, entry);
	load_row(sync, pair, entry);
	app_twins_load(sync, pair, entry);
	sync_note_agreed(sync, pair, entry);
	schedule(sync, pair, entry);
	return true;
}

static bool load_document_page(void *context, struct endpoint_records *page, struct error *error)
{
	struct sync *sync = context;

	(void)error;
	for (size_t i = 0; i < page->count; i++)
		sync_note_document(sync, pairs_want(&sync->pairs, page->list[i].table, page->list[i].id),
				   &page->list[i]);
	sync_progress_read(sync, page->count);
	return true;
}

/* Of each document what sync_note_document() takes. */
static bool list_documents(struct sync *sync, enum table table, struct error *error)
{
	const struct json_pick_key in_integrations[] = {{.name = sync->config->id}};
	const struct json_pick integrations = {in_integrations, countof(in_integrations), false};
	const struct json_pick_key in_data[] = {
		{.name = "name"},
		{.name = "collection_id"},
		{.name = "container_id"},
		{.name = "collection_reference_number"},
		{.name = "individual_asset_reference"},
		{.name = "rfid_tag_epc_memory_bank_contents"},
		{.name = "actual_rfid_tag_epc_memory_bank_contents"},
		{.name = "integrations", .below = &integrations},
	};
	const struct json_pick data = {in_data, countof(in_data), false};
	const struct json_pick_key in_document[] = {{.name = "data", .below = &data}};
	const struct json_pick document = {in_document, countof(in_document), false};

	return sync->couch.ops->list(sync->couch.self, table, &document, load_document_page, sync, error);
}

/* ---- a state that was lost ---- */

void sync_forget_state(struct sync *sync)
{
	sync_report_state_lost(sync);
	sync->unplanted = sync->open_changed = true;
	sync->ledger_lost = false; /* a new loss */
	sync_lose_ledger(sync);
	json_remove(sync->schema_stored, "_rev");
	sync->unstored = true;
	/* The data may have gone back at the same time: then the feed does not show what changed in the settings meanwhile. */
	sync->settings_doubtful = true;
	sync->schema_unsure = false;
	sync->schema_retry = (struct retry){0};
	for (size_t i = 0; i < sync->pairs.count; i++)
		pairs_queue(&sync->pairs, sync->pairs.list[i], JOB_AGAIN);
}

/* What was changed before a place that is asked for only now is no news. */
static bool take_place(struct sync *sync, struct error *error)
{
	bool same = true;

	if (sync->couch_cursor)
		return true;
	if (!sync->couch.ops->position(sync->couch.self, &sync->couch_cursor, error) ||
	    !sync_check_settings(sync, &same, error))
		return false;
	return same ||
	       error_set(error, ERROR_RETRY, "the integration's document has just changed: it begins anew");
}

static bool load(struct loading *loading, struct error *error)
{
	struct sync *sync = loading->sync;

	if (!ledger_walk(&sync->ledger, load_entry, loading, error) || !take_place(sync, error))
		return false;
	for (size_t table = 0; table < TABLE_COUNT; table++)
		if (!list_documents(sync, (enum table)table, error))
			return error_wrap(error, "reading the documents");
	scope_update(sync->config, &sync->pairs);
	return sync_take_problems(sync, &loading->problems, error);
}

bool sync_start(struct sync *sync, struct error *error)
{
	struct loading loading = {.sync = sync};
	bool bound = false;

	if (sync->started)
		return true;
	sync_note_app_sync(sync, sync->config->app_synced_ms);
	pairs_done(&sync->pairs);
	pairs_init(&sync->pairs);
	sync->pairs.app_links_first = app_links_go_at_once(sync);
	sync->present_turn = 0;
	sync->pictures_walked = false;
	if (!sync_load_columns(sync, &bound, error) || (!bound && !sync_bind(sync, error)))
		return false;
	if (!sync->flaws_reported)
		sync_report_flaws(sync);
	bool loaded = sync_load_checkpoint(sync, error) && sync_plant_checkpoint(sync, error) &&
		      load(&loading, error);
	start_problems_done(&loading.problems);
	if (!loaded)
		return false;
	sync->contact_made = sync->rows_cursor != NULL;
	sync->first_contact = !sync->contact_made;
	sync->compared = false;
	sync_queue_documents(sync);
	for (size_t i = 0; i < sync->pairs.count; i++)
		pairs_requeue_if_free(&sync->pairs, sync->pairs.list[i]);
	sync->app_leftovers_due = true;
	sync->started = true;
	sync->first_poll = sync->polls_made + 1;
	sync->position_lost = false;
	log_info(&sync->log, "knows %zu %s, %zu to check", sync->pairs.count,
		 sync->pairs.count == 1 ? "document or row" : "documents and rows", sync->pairs.queue.count);
	return true;
}
