/* Opens and closes an integration's memory. start.c fills it, bound_columns.c has the columns, seen_document.c and seen_row.c
 * take in what a single record says. */
#include "bridge/memory/memory.h"

#include "base/clock.h"
#include "bridge/index/parents.h"
#include "bridge/limits.h"

#include <stdlib.h>

struct sync *sync_open(const struct sync_setup *setup)
{
	struct sync *sync = own_alloc(sizeof *sync);

	sync->config = setup->config;
	sync->couch = setup->couch;
	sync->rows = setup->rows;
	sync->pictures = setup->pictures;
	sync->signer = setup->signer;
	sync->importer = setup->importer;
	sync->request_deadline_ms = setup->request_deadline_ms;
	sync->upload_deadline_ms = setup->upload_deadline_ms;
	sync->log = log_context(setup->log, "%s", "");
	ledger_init(&sync->ledger, setup->store, setup->config->id, setup->config->base_id, sync->columns);
	sync->ledger.log = &sync->log;
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
	repeats_done(&gone->repeats);
	json_release(gone->couch_cursor);
	json_release(gone->rows_cursor);
	json_release(gone->couch_next);
	json_release(gone->rows_next);
	json_release(gone->checkpoint);
	json_release(gone->schema_stored);
	json_release(gone->schema_seen);
	json_release(gone->odd_links);
	json_release(gone->awaited_pictures);
	json_release(gone->awaited_items);
	json_release(gone->digests);
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

static const char *collection_of(void *context, const char *item_id)
{
	const struct sync *sync = context;
	const struct pair *pair = pairs_find(&sync->pairs, TABLE_ITEMS, item_id);

	return pair && pair->document == PAIR_DOCUMENT_THERE ? pair_collection_id(pair) : NULL;
}

struct mapping_links sync_links(struct sync *sync)
{
	return (struct mapping_links){sync, record_of, document_of, collection_of};
}

static struct pair *agreed_parent(struct sync *sync, const struct ledger_entry *entry, enum field field,
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
				 agreed_parent(sync, entry, FIELD_COLLECTION, TABLE_COLLECTIONS),
				 agreed_parent(sync, entry, FIELD_CONTAINER, TABLE_ITEMS));
}

void sync_lose_ledger(struct sync *sync)
{
	if (!sync->ledger_lost)
		sync->shown_from_ms = clock_steady_ms() + SYNC_SHOWS_MS;
	sync->ledger_lost = true;
}
