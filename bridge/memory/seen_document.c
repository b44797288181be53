#include "bridge/memory/seen_document.h"

#include "base/clock.h"
#include "bridge/index/parents.h"
#include "bridge/index/waits.h"
#include "bridge/memory/app_twins_index.h"
#include "inventory/document.h"

#include <string.h>

/* FNV-1a over the winner and the losing leaves in order of their text. */
uint64_t leaves_hash_of(const struct endpoint_record *document)
{
	struct text words = {0};

	if (document->presence == RECORD_MISSING || !document->revision)
		return 0;
	text_add(&words, document->revision);
	for (size_t i = 0; document->leaves && i < json_length(document->leaves); i++) {
		const char *leaf = json_text_of(json_at(document->leaves, i));
		text_add(&words, " ");
		text_add(&words, leaf ? leaf : "");
	}
	uint64_t hash = text_hash(text_or_empty(&words));
	text_done(&words);
	return hash;
}

/* The app's link names a row when no ledger does: rows that the app made are adopted by it. */
static void note_app_link(struct sync *sync, struct pair *pair, struct json_object *body)
{
	const char *app_link = document_app_link(body, sync->config->id);

	if (app_link && pair->state == ENTRY_NONE && !pair->record_id[0] &&
	    strlen(app_link) < sizeof pair->record_id && !pairs_by_record(&sync->pairs, app_link))
		pairs_set_record(&sync->pairs, pair, app_link, true);
	app_twins_note_link(sync, pair, app_link);
	pair->row_by_app_link = app_link && pair->row_free && strcmp(pair->record_id, app_link) == 0;
}

/* The row may be another pair's by the time that pair has a document: then this one is its twin. */
static void watch_mark(struct sync *sync, struct pair *pair, const char *app_link)
{
	struct watches *watches = &sync->pairs.watches;

	watches_drop(watches, pair, WATCH_APP_LINKS);
	if (app_link && pair->state != ENTRY_PAIR && !pair->twin_of && strcmp(pair->record_id, app_link) != 0)
		watches_add(watches, pair, WATCH_APP_LINKS, app_link);
}

static void note_values(struct sync *sync, struct pair *pair, struct json_object *data)
{
	static const char *const keys[TABLE_COUNT][VALUE_KINDS] = {
		[TABLE_COLLECTIONS] = {[VALUE_REFERENCE] = "collection_reference_number"},
		[TABLE_ITEMS] = {[VALUE_REFERENCE] = "individual_asset_reference",
				 [VALUE_EPC] = "rfid_tag_epc_memory_bank_contents",
				 [VALUE_ACTUAL_EPC] = "actual_rfid_tag_epc_memory_bank_contents"},
	};

	for (size_t kind = 0; kind < VALUE_KINDS; kind++) {
		const char *key = keys[pair->table][kind];
		values_set(&sync->pairs.values, pair, (enum value_kind)kind,
			   data && key ? json_text_or(data, key, NULL) : NULL);
	}
}

/* It is there, and nobody can tell what it says: what was known of it before still counts. */
static bool is_unreadable(const struct endpoint_record *document)
{
	return document->presence == RECORD_THERE && !document->body;
}

static void note_body(struct sync *sync, struct pair *pair, const struct endpoint_record *document)
{
	struct json_object *data = document->presence == RECORD_THERE ? document_data(document->body) : NULL;
	bool placed = data && pair->table == TABLE_ITEMS;
	const char *collection_id = placed ? json_text_or(data, "collection_id", NULL) : NULL;
	const char *container_id = placed ? json_text_or(data, "container_id", NULL) : NULL;
	struct pair *places[] = {pair->parents[TABLE_COLLECTIONS].parent, pair->parents[TABLE_ITEMS].parent};

	if (document->presence == RECORD_THERE)
		note_app_link(sync, pair, document->body);
	watch_mark(sync, pair,
		   document->presence == RECORD_THERE ? document_app_link(document->body, sync->config->id)
						      : NULL);
	note_values(sync, pair, data);
	if (data)
		pair_set_name(pair, json_text_or(data, field_rule(FIELD_NAME)->data_key[pair->table], NULL));
	bool moved = pairs_set_parents(&sync->pairs, pair, collection_id,
				       container_id && container_id[0] ? container_id : NULL);
	for (size_t i = 0; moved && i < countof(places); i++)
		pairs_requeue_parent(&sync->pairs, places[i]);
	if (moved)
		pairs_doubt_scope(&sync->pairs, pair);
}

void sync_note_document(struct sync *sync, struct pair *pair, const struct endpoint_record *document)
{
	uint64_t leaves = leaves_hash_of(document);

	conflicts_note(&sync->pairs.conflicts, pair, json_length(document->leaves) > 0,
		       leaves != pair->leaves_hash);
	if (leaves != pair->leaves_hash) {
		pair->seen_at_ms = clock_steady_ms();
		pairs_requeue_refused(&sync->pairs, pair);
	}
	pair->leaves_hash = leaves;
	pair->document = document->presence == RECORD_THERE       ? PAIR_DOCUMENT_THERE
			 : document->presence == RECORD_TOMBSTONE ? PAIR_DOCUMENT_TOMBSTONE
								  : PAIR_DOCUMENT_NONE;
	if (!is_unreadable(document))
		note_body(sync, pair, document);
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
		    (pair->document != PAIR_DOCUMENT_NONE && pair->leaves_hash != pair->synced))
			pairs_queue(&sync->pairs, pair, JOB_DOCUMENT);
	}
}
