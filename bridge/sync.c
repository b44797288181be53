/* Loading and listening. What is decided about a pair is in decide.c and carry.c. */
#include "bridge/sync.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sync *sync_open(const struct sync_setup *setup)
{
	struct sync *sync = own_alloc(sizeof *sync);

	sync->config = setup->config;
	sync->couch = setup->couch;
	sync->rows = setup->rows;
	sync->request_deadline_ms = setup->request_deadline_ms;
	sync->log = log_context(setup->log, "%s", "");
	ledger_init(&sync->ledger, setup->store, setup->config->id, setup->config->base_id, sync->columns);
	pairs_init(&sync->pairs);
	random_uuid(sync->epoch);
	return sync;
}

void sync_close(struct sync **sync)
{
	if (!*sync)
		return;
	struct sync *gone = take(*sync);
	for (size_t table = 0; table < TABLE_COUNT; table++)
		columns_done(&gone->columns[table]);
	pairs_done(&gone->pairs);
	ledger_done(&gone->ledger);
	json_object_put(gone->couch_cursor);
	json_object_put(gone->rows_cursor);
	json_object_put(gone->couch_next);
	json_object_put(gone->rows_next);
	json_object_put(gone->schema_stored);
	json_object_put(gone->schema_seen);
	free(gone);
}

/* ---- who is behind a link ---- */

static const char *record_of(void *context, enum table table, const char *document_id)
{
	const struct sync *sync = context;
	const struct pair *pair = pairs_find(&sync->pairs, table, document_id);

	return pair && pair->state == ENTRY_PAIR && pair->record_id[0] && !pair->row_missing ? pair->record_id
											     : NULL;
}

static const char *document_of(void *context, enum table table, const char *record_id)
{
	const struct sync *sync = context;
	const struct pair *pair = pairs_by_record(&sync->pairs, record_id);

	return pair && pair->state == ENTRY_PAIR && pair->table == table ? pair->id : NULL;
}

struct mapping_links sync_links(struct sync *sync)
{
	return (struct mapping_links){sync, record_of, document_of};
}

/* ---- columns ---- */

static const char *schema_document_id(const struct sync *sync, struct text *id)
{
	text_format(id, "schema-%s", sync->config->id);
	return text_or_empty(id);
}

static bool load_columns(struct sync *sync, bool *found_out, struct error *error)
{
	struct text id = {0};
	const char *ids[] = {schema_document_id(sync, &id)};
	scoped(json_object) document = NULL;
	struct store *store = &sync->ledger.store;

	bool ok = store->ops->read(store->self, ids, 1, &document, error);
	text_done(&id);
	*found_out = ok && document;
	if (!ok || !document)
		return ok || error_wrap(error, "reading the schema as it was bound");
	const char *base_id = json_text_or(document, "base", "");
	if (strcmp(base_id, sync->config->base_id) != 0)
		return error_set(error, ERROR_FATAL,
				 "this integration was synced with base %s and now names base %s; its pairs "
				 "belong to the "
				 "former: set it back, or delete the database's state document schema-%s and "
				 "all pair-%s-… "
				 "to begin anew",
				 base_id, sync->config->base_id, sync->config->id, sync->config->id);
	struct json_object *tables = json_child(document, "tables", json_type_array);
	json_object_close(&sync->schema_seen);
	for (size_t table = 0; table < TABLE_COUNT; table++) {
		columns_done(&sync->columns[table]);
		if (!columns_from_json(tables ? json_object_array_get_idx(tables, table) : NULL,
				       &sync->columns[table], error))
			return error_wrap(error, "state document schema-%s", sync->config->id);
	}
	sync->unlisted = json_bool_or(document, "unlisted", false);
	sync->unstored = false;
	json_object_put(sync->schema_stored);
	sync->schema_stored = take(document);
	return true;
}

static bool store_columns(struct sync *sync, struct error *error)
{
	struct text id = {0};
	struct json_object *document = json_object_new_object(), *tables = json_object_new_array();
	struct store *store = &sync->ledger.store;
	struct store_result result = {0};

	json_put_text(document, "_id", schema_document_id(sync, &id));
	text_done(&id);
	json_put_text(document, "_rev", json_text_or(sync->schema_stored, "_rev", NULL));
	json_put(document, "v", json_object_new_int(LEDGER_VERSION));
	json_put_text(document, "base", sync->config->base_id);
	for (size_t table = 0; table < TABLE_COUNT; table++)
		json_object_array_add(tables, columns_to_json(&sync->columns[table]));
	json_put(document, "tables", tables);
	if (sync->unlisted)
		json_put(document, "unlisted", json_object_new_boolean(true));
	bool ok = store->ops->write(store->self, &document, 1, &result, error);
	if (ok && result.kind != ERROR_NONE)
		ok = error_set(error, result.kind, "%s", result.text);
	if (ok)
		json_put_text(document, "_rev", result.rev);
	sync->unstored = !ok;
	/* Where the answer was lost, or another process was first, the next pass begins with what is stored by now. */
	sync->started = sync->started && ok;
	json_object_put(sync->schema_stored);
	sync->schema_stored = document;
	return ok || error_wrap(error, "storing the schema as it was bound");
}

static void log_stopped_columns(struct sync *sync, const struct columns *columns)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (columns->of[field].stopped)
			log_warn(&sync->log, "column \"%s\" of table \"%s\" does not flow: %s",
				 columns->of[field].name ? columns->of[field].name
							 : field_rule((enum field)field)->name,
				 columns->table_name, columns->of[field].stopped_reason);
}

bool sync_bind(struct sync *sync, struct error *error)
{
	scoped(json_object) tables = NULL;
	bool any_changed = false;

	if (!sync->rows.ops->schema(sync->rows.self, &tables, error))
		return error_wrap(error, "reading the base's schema");
	if (sync->schema_seen && json_equal(tables, sync->schema_seen)) {
		sync->schema_stale = false;
		return true;
	}
	if (!columns_bind_all(sync->columns, tables, &any_changed, error))
		return error_wrap(error, "base %s", sync->config->base_id);
	sync->bound = true;
	for (size_t table = 0; table < TABLE_COUNT; table++) {
		sync->unlisted = sync->unlisted || sync->columns[table].renewed;
		sync->compared = sync->compared && !sync->columns[table].renewed;
		if (any_changed)
			log_stopped_columns(sync, &sync->columns[table]);
	}
	sync->unstored = sync->unstored || any_changed || !sync->schema_stored;
	if (sync->unstored && !store_columns(sync, error))
		return false;
	sync->schema_stale = false;
	json_object_put(sync->schema_seen);
	sync->schema_seen = take(tables);
	return true;
}

bool sync_doubt_schema(struct sync *sync, bool *changed_out, struct error *error)
{
	scoped(json_object) tables = NULL;

	if (!sync->rows.ops->schema(sync->rows.self, &tables, error))
		return error_wrap(error, "reading the base's schema");
	*changed_out =
		!sync->schema_seen || !(tables == sync->schema_seen || json_equal(tables, sync->schema_seen));
	sync->schema_stale = sync->schema_stale || *changed_out;
	return true;
}

/* ---- the ledger and the documents, in short ---- */

static void schedule(struct sync *sync, struct pair *pair, const struct ledger_entry *entry)
{
	if (entry->sent.kind != SENT_NOTHING || entry->unsure_since_ms || entry->problem ||
	    ledger_entry_has_taken(entry))
		pairs_look(&sync->pairs, pair, LOOK_AGAIN);
	if (entry->next_try_ms) {
		int64_t wait_ms = entry->next_try_ms - clock_now_ms();
		pair->due_ms = clock_steady_ms() + (wait_ms > 0 ? wait_ms : 1);
	}
	if (entry->state == ENTRY_GRAVE && entry->marked)
		pair->mark_due_ms = clock_steady_ms() + SYNC_MARK_QUIET_MS;
	if (entry->state == ENTRY_PAIR && !entry->marked) {
		int64_t quiet_ms = clock_now_ms() - entry->seen_ms;
		pair->mark_due_ms = clock_steady_ms() +
				    (quiet_ms < SYNC_MARK_QUIET_MS ? SYNC_MARK_QUIET_MS - quiet_ms : 1);
	}
}

/* A row that is paired is nobody else's, in whatever order they are loaded. */
static void load_row(struct sync *sync, struct pair *pair, const struct ledger_entry *entry)
{
	const struct pair *owner =
		entry->record_id[0] ? pairs_by_record(&sync->pairs, entry->record_id) : NULL;
	bool paired = entry->state == ENTRY_PAIR;
	struct pair *shown = entry->shows ? pairs_want(&sync->pairs, entry->table, entry->shows) : NULL;

	if (!entry->record_id[0] || entry->state == ENTRY_GRAVE || entry->state == ENTRY_FORGOTTEN ||
	    (!paired && owner && owner->state == ENTRY_PAIR))
		return;
	pairs_set_record(&sync->pairs, pair, entry->record_id, !paired);
	if (paired)
		pairs_set_claims(&sync->pairs, pair, shown);
	else
		pairs_set_copy_of(&sync->pairs, pair, shown);
}

static struct pair *agreed_place(struct sync *sync, const struct ledger_entry *entry, enum field field,
				 enum table table)
{
	const struct ledger_field *agreed = &entry->fields[field];

	if (entry->state != ENTRY_PAIR || !agreed->known || agreed->couch.kind != CELL_LINKS ||
	    agreed->couch.id_count == 0 || agreed->couch.ids[0][0] == CELL_UNKNOWN_LINK)
		return NULL;
	return pairs_want(&sync->pairs, table, agreed->couch.ids[0]);
}

void sync_note_agreed(struct sync *sync, struct pair *pair, const struct ledger_entry *entry)
{
	if (pair->table == TABLE_ITEMS)
		pairs_set_agreed(&sync->pairs, pair,
				 agreed_place(sync, entry, FIELD_COLLECTION, TABLE_COLLECTIONS),
				 agreed_place(sync, entry, FIELD_CONTAINER, TABLE_ITEMS));
}

static bool load_entry(void *context, struct ledger_entry *entry, struct error *error)
{
	struct sync *sync = context;
	struct pair *pair = pairs_want(&sync->pairs, entry->table, entry->id);

	(void)error;
	pair->state = entry->state;
	pair->handled = entry->handled;
	pair->born_as_row = entry->born_as_row;
	pair->has_problem = entry->problem != NULL;
	pairs_set_waits(&sync->pairs, pair, entry->waits);
	pairs_set_causes(&sync->pairs, pair, entry->causes);
	load_row(sync, pair, entry);
	sync_note_agreed(sync, pair, entry);
	schedule(sync, pair, entry);
	return true;
}

/* FNV-1a over the winner and the losing leaves in order of their text. */
uint64_t sync_leaves(const struct side_record *document)
{
	struct text words = {0};

	if (document->presence == SIDE_MISSING || !document->revision)
		return 0;
	text_add(&words, document->revision);
	for (size_t i = 0; document->leaves && i < json_object_array_length(document->leaves); i++) {
		text_add(&words, " ");
		text_add(&words, json_object_get_string(json_object_array_get_idx(document->leaves, i)));
	}
	uint64_t hash = text_hash(text_or_empty(&words));
	text_done(&words);
	return hash;
}

/* The app's mark names a row when no ledger does: rows that the app made are adopted by it. */
static void note_mark(struct sync *sync, struct pair *pair, struct json_object *body)
{
	const char *mark = document_mark(body, sync->config->id);

	if (mark && pair->state == ENTRY_NONE && !pair->record_id[0] &&
	    strlen(mark) < sizeof pair->record_id && !pairs_by_record(&sync->pairs, mark))
		pairs_set_record(&sync->pairs, pair, mark, true);
	pair->row_by_mark = mark && pair->row_free && strcmp(pair->record_id, mark) == 0;
}

static struct pair *place(const struct sync *sync, enum table table, const char *id)
{
	return id ? pairs_find(&sync->pairs, table, id) : NULL;
}

static void note_values(struct sync *sync, struct pair *pair, struct json_object *data)
{
	static const char *const keys[TABLE_COUNT][VALUE_KINDS] = {
		[TABLE_COLLECTIONS] = {[VALUE_REFERENCE] = "collection_reference_number"},
		[TABLE_ITEMS] = {[VALUE_REFERENCE] = "individual_asset_reference",
				 [VALUE_EPC] = "rfid_tag_epc_memory_bank_contents",
				 [VALUE_ACTUAL_EPC] = "actual_rfid_tag_epc_memory_bank_contents",
				 [VALUE_CONTAINER] = "container_id"},
	};

	for (size_t kind = 0; kind < VALUE_KINDS; kind++) {
		const char *key = keys[pair->table][kind];
		values_set(&sync->pairs.values, pair, (enum value_kind)kind,
			   data && key ? json_text_or(data, key, NULL) : NULL);
	}
}

void sync_note_document(struct sync *sync, struct pair *pair, const struct side_record *document)
{
	const char *collection_id = NULL, *container_id = NULL;
	int before = pair->document;
	uint64_t leaves = sync_leaves(document);

	if (leaves != pair->leaves) {
		pair->seen_at_ms = clock_steady_ms();
		pairs_wake_refused(&sync->pairs, pair);
	}
	pair->leaves = leaves;
	pair->document = document->presence == SIDE_THERE       ? PAIR_DOCUMENT_THERE
			 : document->presence == SIDE_TOMBSTONE ? PAIR_DOCUMENT_TOMBSTONE
								: PAIR_DOCUMENT_NONE;
	if (document->presence == SIDE_THERE) {
		struct json_object *data = document_data(document->body);
		if (pair->table == TABLE_ITEMS && data) {
			collection_id = json_text_or(data, "collection_id", NULL);
			container_id = json_text_or(data, "container_id", NULL);
		}
		note_mark(sync, pair, document->body);
	}
	note_values(sync, pair, document->presence == SIDE_THERE ? document_data(document->body) : NULL);
	struct pair *places[] = {place(sync, TABLE_COLLECTIONS, pair->collection_id),
				 place(sync, TABLE_ITEMS, pair->container_id)};
	bool moved =
		pair_set_parents(pair, collection_id, container_id && container_id[0] ? container_id : NULL);
	for (size_t i = 0; moved && i < countof(places); i++)
		if (places[i] && places[i]->has_problem)
			pairs_look(&sync->pairs, places[i],
				   LOOK_AGAIN); /* it may have been kept for its contents */
	sync->scope_stale = sync->scope_stale || moved || before != (int)pair->document;
}

static bool load_document_page(void *context, struct side_records *page, struct error *error)
{
	struct sync *sync = context;

	(void)error;
	for (size_t i = 0; i < page->count; i++)
		sync_note_document(sync, pairs_want(&sync->pairs, page->list[i].table, page->list[i].id),
				   &page->list[i]);
	return true;
}

void sync_queue_documents(struct sync *sync)
{
	for (size_t i = 0; i < sync->pairs.count; i++) {
		struct pair *pair = sync->pairs.list[i];
		bool paired_without_document =
			pair->state == ENTRY_PAIR && pair->document == PAIR_DOCUMENT_NONE;
		bool has_left =
			pair->state == ENTRY_PAIR && pair->document == PAIR_DOCUMENT_THERE && !pair->in_scope;
		if (paired_without_document || has_left ||
		    (pair->document != PAIR_DOCUMENT_NONE && pair->leaves != pair->handled))
			pairs_look(&sync->pairs, pair, LOOK_DOCUMENT);
	}
}

/* ---- the positions ---- */

static bool load_checkpoint(struct sync *sync, struct error *error)
{
	scoped(json_object) checkpoint = NULL;
	struct store *store = &sync->ledger.store;
	struct json_object *couch = NULL, *rows = NULL;

	if (!store->ops->checkpoint_read(store->self, &checkpoint, error))
		return error_wrap(error, "reading the checkpoint");
	if (!checkpoint)
		return true;
	json_object_close(&sync->rows_cursor);
	if (!sync->place_lost && json_object_object_get_ex(checkpoint, "couch", &couch) && couch) {
		json_object_close(&sync->couch_cursor);
		sync->couch_cursor = json_copy(couch);
	}
	if (json_object_object_get_ex(checkpoint, "rows", &rows) && rows)
		sync->rows_cursor = json_copy(rows);
	return true;
}

bool sync_wants_list(const struct sync *sync)
{
	return sync->unlisted && !sync->compared;
}

/* What was listed for the columns' sake was looked at, too. */
static bool note_compared(struct sync *sync, struct error *error)
{
	if (!sync->unlisted || !sync->compared)
		return true;
	sync->unlisted = false;
	return store_columns(sync, error);
}

bool sync_checkpoint(struct sync *sync, struct error *error)
{
	struct store *store = &sync->ledger.store;

	if (!note_compared(sync, error))
		return false;
	if (!sync->couch_next && !sync->rows_next)
		return true;
	struct json_object *couch = sync->couch_next ? sync->couch_next : sync->couch_cursor;
	struct json_object *rows = sync->rows_next ? sync->rows_next : sync->rows_cursor;
	scoped(json_object) checkpoint = json_object_new_object();
	json_put(checkpoint, "v", json_object_new_int(LEDGER_VERSION));
	json_put_text(checkpoint, "session", sync->epoch);
	json_put(checkpoint, "couch", couch ? json_copy(couch) : NULL);
	json_put(checkpoint, "rows", rows ? json_copy(rows) : NULL);
	if (!store->ops->checkpoint_write(store->self, checkpoint, error))
		return error_wrap(error, "writing the checkpoint");
	if (sync->couch_next) {
		json_object_put(sync->couch_cursor);
		sync->couch_cursor = take(sync->couch_next);
	}
	if (sync->rows_next) {
		json_object_put(sync->rows_cursor);
		sync->rows_cursor = take(sync->rows_next);
	}
	return true;
}

/* ---- the start ---- */

void sync_lose_place(struct sync *sync)
{
	sync->started = false;
	sync->place_lost = true;
	json_object_close(&sync->couch_cursor);
	json_object_close(&sync->couch_next);
}

bool sync_start(struct sync *sync, struct error *error)
{
	bool bound = false, same = true;

	if (sync->started)
		return true;
	pairs_done(&sync->pairs);
	pairs_init(&sync->pairs);
	if (!load_columns(sync, &bound, error) || (!bound && !sync_bind(sync, error)))
		return false;
	if (!load_checkpoint(sync, error) || !ledger_walk(&sync->ledger, load_entry, sync, error))
		return false;
	/* What was changed before a place that is asked for only now is no news. */
	if (!sync->couch_cursor &&
	    (!sync->couch.ops->position(sync->couch.self, &sync->couch_cursor, error) ||
	     !sync_check_settings(sync, &same, error)))
		return false;
	if (!same)
		return error_set(error, ERROR_RETRY,
				 "the integration's document has just changed: it begins anew");
	for (size_t table = 0; table < TABLE_COUNT; table++)
		if (!sync->couch.ops->list(sync->couch.self, (enum table)table, load_document_page, sync,
					   error))
			return error_wrap(error, "reading the documents");
	sync->contact_made = sync->rows_cursor != NULL;
	sync->compared = false;
	scope_update(sync->config, &sync->pairs);
	sync->scope_stale = false;
	sync_queue_documents(sync);
	pairs_wake_waiting(&sync->pairs);
	sync->left_behind_due = true;
	sync->started = true;
	sync->place_lost = false;
	log_info(&sync->log, "knows %zu documents and rows, %zu to look at", sync->pairs.count,
		 sync->pairs.queue_count);
	return true;
}

/* ---- rows that were shown ---- */

static const char *id_cell(const struct sync *sync, const struct side_record *row)
{
	const char *column = sync->columns[row->table].of[FIELD_ID].id;
	const char *id = column ? json_text_or(row->body, column, "") : "";

	return document_id_is_valid(id) ? id : "";
}

struct pair *sync_shown_other(const struct sync *sync, const struct pair *pair, const struct cell *id_cell)
{
	const char *id = id_cell->kind == CELL_TEXT ? id_cell->text : "";
	struct pair *other = document_id_is_valid(id) ? pairs_find(&sync->pairs, pair->table, id) : NULL;

	if (!other || other == pair)
		return NULL;
	return other->document == PAIR_DOCUMENT_THERE || other->state == ENTRY_PAIR ? other : NULL;
}

static bool is_anothers(const struct pair *pair, const struct side_record *row)
{
	return pair->state == ENTRY_PAIR && strcmp(pair->record_id, row->id) != 0;
}

/* The pair of a row that has no ID of its own (sync-rules 12). The first id may be that of a document which was made from this row
 * and has another now: then the row came back from the trash beside it. */
static struct pair *pair_by_hash(struct sync *sync, const struct side_record *row)
{
	const char *words[] = {sync->config->base_id, sync->columns[row->table].table_id, row->id, "again"};
	char id[37];

	document_id_from(words, countof(words) - 1, id);
	struct pair *pair = pairs_want(&sync->pairs, row->table, id);
	if (is_anothers(pair, row)) {
		document_id_from(words, countof(words), id);
		pair = pairs_want(&sync->pairs, row->table, id);
	}
	if (!pair->record_id[0] || (pair->state != ENTRY_PAIR && strcmp(pair->record_id, row->id) != 0))
		pairs_set_record(&sync->pairs, pair, row->id, true);
	return pair;
}

static struct pair *pair_of_copy(struct sync *sync, const struct side_record *row, struct pair *original)
{
	struct pair *pair = pair_by_hash(sync, row);

	if (pair != original)
		pairs_set_copy_of(&sync->pairs, pair, original);
	return pair;
}

/* A copy stays one as long as it has that ID, whatever becomes of the original; without an original the ID is its own. */
static bool is_known_copy(const struct pair *pair, const char *id)
{
	const struct pair *original = pair->copy_of;

	return original && strcmp(original->id, id) == 0 &&
	       (original->document != PAIR_DOCUMENT_NONE || original->state != ENTRY_NONE ||
		original->record_id[0]);
}

struct pair *sync_pair_of_row(struct sync *sync, const struct side_record *row)
{
	struct pair *pair = pairs_by_record(&sync->pairs, row->id);
	const char *id = id_cell(sync, row);

	if (pair && (pair->state == ENTRY_PAIR || (!id[0] && pair->row_by_mark) ||
		     strcmp(pair->id, id) == 0 || is_known_copy(pair, id)))
		return pair;
	if (pair)
		pairs_set_copy_of(&sync->pairs, pair, NULL);
	if (!id[0])
		return pair_by_hash(sync, row);
	struct pair *named = pairs_want(&sync->pairs, row->table, id);
	if (named->record_id[0] && strcmp(named->record_id, row->id) != 0) {
		/* A copy, or what was cut and pasted in its place: the other's own look tells. */
		pairs_look(&sync->pairs, named, LOOK_ROW);
		return pair_of_copy(sync, row, named);
	}
	pairs_set_record(&sync->pairs, named, row->id, true);
	return named;
}

/* Whether the row shows anything else than the ledger remembers. */
static bool row_differs(const struct columns *columns, const struct ledger_entry *entry,
			const struct cell *cells)
{
	if (entry->state != ENTRY_PAIR || entry->sent.kind != SENT_NOTHING || entry->unsure_since_ms)
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
			struct cell problem = cell_text(entry->problem);
			bool same = cell_equal(&problem, &cells[field], &equivalence);
			cell_done(&problem);
			if (!same)
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

static void queue_row(struct sync *sync, struct pair *pair, struct side_record *row)
{
	pairs_look(&sync->pairs, pair, LOOK_ROW);
	if (sync->fresh_rows >= SYNC_FRESH_ROWS || pair->under_way)
		return;
	pair_drop_fresh(pair);
	pair->fresh_row = own_alloc(sizeof *pair->fresh_row);
	*pair->fresh_row = *row;
	*row = (struct side_record){0};
	sync->fresh_rows++;
}

static void sift_row(struct sync *sync, struct pair *pair, const struct ledger_entry *entry,
		     struct side_record *row)
{
	struct cell cells[FIELD_COUNT] = {0};
	struct mapping_links links = sync_links(sync);
	bool unknown_choice = false;

	mapping_from_row(row->table, &sync->columns[row->table], row->body, &links, cells, &unknown_choice);
	sync->schema_stale = sync->schema_stale || unknown_choice;
	pair->list_turn = sync->list_turn;
	if (entry->state == ENTRY_PAIR && shows_edit(&sync->columns[row->table], entry, cells))
		/* Before anything of this pass flows. */
		pairs_set_claims(&sync->pairs, pair, sync_shown_other(sync, pair, &cells[FIELD_ID]));
	if (row_differs(&sync->columns[row->table], entry, cells))
		queue_row(sync, pair, row);
	for (size_t field = 0; field < FIELD_COUNT; field++)
		cell_done(&cells[field]);
}

/* A page of rows against the ledger: most are as they were left. */
static bool sift_rows(void *context, struct side_records *page, struct error *error)
{
	struct sync *sync = context;
	struct ledger_key *keys = own_alloc((page->count + 1) * sizeof *keys);
	struct pair **pairs = own_alloc((page->count + 1) * sizeof *pairs);
	struct ledger_entry *entries = own_alloc((page->count + 1) * sizeof *entries);

	for (size_t i = 0; i < page->count; i++) {
		pairs[i] = sync_pair_of_row(sync, &page->list[i]);
		keys[i] = (struct ledger_key){pairs[i]->table, pairs[i]->id};
	}
	bool ok = ledger_read(&sync->ledger, keys, page->count, entries, error);
	for (size_t i = 0; ok && i < page->count; i++) {
		sift_row(sync, pairs[i], &entries[i], &page->list[i]);
		ledger_entry_done(&entries[i]);
	}
	free(keys);
	free(pairs);
	free(entries);
	return ok;
}

static bool sift_documents(void *context, struct side_records *page, struct error *error)
{
	struct sync *sync = context;

	(void)error;
	for (size_t i = 0; i < page->count; i++) {
		struct side_record *document = &page->list[i];
		struct pair *pair = pairs_want(&sync->pairs, document->table, document->id);
		if (sync_leaves(document) == pair->handled)
			continue;
		sync_note_document(sync, pair, document);
		if (pair->mark_due_ms)
			pair->mark_due_ms = clock_steady_ms() + SYNC_MARK_QUIET_MS;
		pairs_look(&sync->pairs, pair, LOOK_DOCUMENT);
	}
	return true;
}

/* ---- listening ---- */

static bool hear_rows(struct sync *sync, struct error *error)
{
	struct side_news news = {0};

	sync->fresh_rows = 0;
	if (!sync->rows.ops->news(sync->rows.self, sync->rows_next ? sync->rows_next : sync->rows_cursor, 0,
				  sift_rows, sync, &news, error))
		return error_wrap(error, "asking the base for changed rows");
	json_object_put(sync->rows_next);
	sync->rows_next = take(news.cursor);
	return true;
}

bool sync_hear(struct sync *sync, int64_t wait_ms, bool ask_rows, struct error *error)
{
	struct side_news news = {0};

	do {
		side_news_done(&news);
		if (!sync->couch.ops->news(sync->couch.self,
					   sync->couch_next ? sync->couch_next : sync->couch_cursor, wait_ms,
					   sift_documents, sync, &news, error))
			return error_wrap(error, "following the database");
		if (news.cursor) {
			json_object_put(sync->couch_next);
			sync->couch_next = take(news.cursor);
		}
		sync->settings_changed = sync->settings_changed || news.settings_changed;
		sync->left_behind_due = sync->left_behind_due || news.left_behind;
		wait_ms = 0;
	} while (news.more);
	side_news_done(&news);
	if (sync->scope_stale) {
		scope_update(sync->config, &sync->pairs);
		sync->scope_stale = false;
	}
	return !ask_rows || hear_rows(sync, error);
}

/* Rows of pairs that the list did not show: their looks will ask for them (sync-rules 2). */
static void queue_unlisted(struct sync *sync)
{
	for (size_t i = 0; i < sync->pairs.count; i++) {
		struct pair *pair = sync->pairs.list[i];
		if ((pair->state == ENTRY_PAIR || pair->copy_of) && pair->list_turn != sync->list_turn)
			pairs_look(&sync->pairs, pair, LOOK_ROW);
	}
}

bool sync_list_rows(struct sync *sync, struct error *error)
{
	scoped(json_object) position = NULL;

	sync->list_turn++;
	sync->fresh_rows = 0;
	for (size_t table = 0; table < TABLE_COUNT; table++)
		if (!sync->rows.ops->list(sync->rows.self, (enum table)table, sift_rows, sync, error))
			return error_wrap(error, "listing table \"%s\"", sync->columns[table].table_name);
	if (!sync->rows.ops->position(sync->rows.self, &position, error))
		return false;
	queue_unlisted(sync);
	json_object_put(sync->rows_next);
	sync->rows_next = take(position);
	sync->contact_made = true;
	sync->listed = true;
	sync->compared = true;
	return true;
}
