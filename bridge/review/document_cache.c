/* Bodies that were asked for are kept; of all others only which values they have, as hashes, which name candidates. */
#include "bridge/review/document_cache.h"

#include "couch/documents.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS_FIRST 1024

/* A document that has, or had, a value. */
struct stock_value {
	uint64_t hash;
	struct stock_value *next;
	char full_id[];
};

struct document_cache {
	struct couch_client *couch;  /* borrowed */
	struct json_object *bodies;  /* owned; {_id: body, or null: there is none} */
	struct json_object *trouble; /* owned; {_id: words} */
	bool indexed;
	size_t count, bucket_count;
	struct stock_value **buckets; /* owned */
};

/* What is searched for (see inventory/view.h). */
static const struct searched {
	enum document_type type;
	const char *key;
} searched[] = {
	{DOCUMENT_COLLECTION, "collection_reference_number"},
	{DOCUMENT_ITEM, "collection_id"},
	{DOCUMENT_ITEM, "container_id"},
	{DOCUMENT_ITEM, "individual_asset_reference"},
	{DOCUMENT_ITEM, "rfid_tag_epc_memory_bank_contents"},
	{DOCUMENT_ITEM, "actual_rfid_tag_epc_memory_bank_contents"},
	{DOCUMENT_ITEM_IMAGE, "item_id"},
	{DOCUMENT_ITEM_IMAGE, "image_id"},
};

struct document_cache *document_cache_open(struct couch_client *couch)
{
	struct document_cache *stock = own_alloc(sizeof *stock);

	stock->couch = couch;
	stock->bodies = json_new_object();
	stock->trouble = json_new_object();
	return stock;
}

void document_cache_close(struct document_cache **stock)
{
	struct document_cache *gone = take(*stock);

	if (!gone)
		return;
	for (size_t i = 0; i < gone->bucket_count; i++)
		while (gone->buckets[i]) {
			struct stock_value *value = gone->buckets[i];
			gone->buckets[i] = value->next;
			free(value);
		}
	free(gone->buckets);
	json_release(gone->bodies);
	json_release(gone->trouble);
	free(gone);
}

/* ---- values ---- */

static uint64_t hash_of(enum document_type type, const char *key, const char *value)
{
	scoped_text words = own_format("%d %s %s", (int)type, key, value);

	return text_hash(words);
}

static void grow(struct document_cache *stock)
{
	size_t count = stock->bucket_count ? stock->bucket_count * 2 : BUCKETS_FIRST;
	struct stock_value **buckets = own_alloc(count * sizeof(struct stock_value *));

	for (size_t i = 0; i < stock->bucket_count; i++)
		while (stock->buckets[i]) {
			struct stock_value *value = stock->buckets[i];
			stock->buckets[i] = value->next;
			value->next = buckets[value->hash % count];
			buckets[value->hash % count] = value;
		}
	free(stock->buckets);
	stock->buckets = buckets;
	stock->bucket_count = count;
}

/* A value that a document has no more may stay: whoever asks compares. */
static void add_value(struct document_cache *stock, uint64_t hash, const char *full_id)
{
	if (stock->count >= stock->bucket_count)
		grow(stock);
	struct stock_value **bucket = &stock->buckets[hash % stock->bucket_count];
	size_t size = strlen(full_id) + 1;
	struct stock_value *value = own_alloc(sizeof *value + size);
	value->hash = hash;
	value->next = *bucket;
	memcpy(value->full_id, full_id, size);
	*bucket = value;
	stock->count++;
}

static bool has_value(const struct document_cache *stock, uint64_t hash, const char *full_id)
{
	const struct stock_value *value =
		stock->bucket_count ? stock->buckets[hash % stock->bucket_count] : NULL;

	while (value && (value->hash != hash || strcmp(value->full_id, full_id) != 0))
		value = value->next;
	return value != NULL;
}

/* 'once': it may have been added before. */
static void add_values(struct document_cache *stock, struct json_object *body, bool once)
{
	const char *full_id = json_text_or(body, "_id", "");
	enum document_type type = document_type_of(full_id, NULL);

	for (size_t i = 0; i < countof(searched); i++) {
		const char *value = json_text_or(document_data(body), searched[i].key, NULL);
		if (searched[i].type != type || !value || !*value)
			continue;
		uint64_t hash = hash_of(type, searched[i].key, value);
		if (!once || !has_value(stock, hash, full_id))
			add_value(stock, hash, full_id);
	}
}

static bool index_document(void *context, struct couch_document *document, struct error *error)
{
	(void)error;
	if (document->body)
		add_values(context, document->body, false);
	return true;
}

static bool build_index(struct document_cache *stock, struct error *error)
{
	static const enum document_type types[] = {DOCUMENT_COLLECTION, DOCUMENT_ITEM, DOCUMENT_ITEM_IMAGE};

	for (size_t i = 0; i < countof(types); i++) {
		if (!couch_documents_walk_prefix(stock->couch, document_prefix(types[i]), 0, false,
						 index_document, stock, error))
			return error_wrap(error, "reading the inventory");
	}
	json_each (stock->bodies, full_id, body) {
		(void)full_id;
		add_values(stock, body, true);
	}
	stock->indexed = true;
	return true;
}

/* ---- bodies ---- */

struct json_object *document_cache_body(const struct document_cache *stock, const char *full_id)
{
	return json_child(stock->bodies, full_id, json_type_object);
}

const char *document_cache_trouble(const struct document_cache *stock, const char *full_id)
{
	return json_text_or(stock->trouble, full_id, NULL);
}

void document_cache_put(struct document_cache *stock, struct json_object *body)
{
	const char *full_id = json_text_or(body, "_id", "");

	if (json_bool_or(body, "_deleted", false)) {
		json_put(stock->bodies, full_id, NULL);
		return;
	}
	json_share(body); /* it may be what is there already */
	json_put(stock->bodies, full_id, body);
	if (stock->indexed)
		add_values(stock, body, true);
}

static void take_read(struct document_cache *stock, const struct couch_document *document)
{
	bool there = document->body && !document->deleted;

	json_remove(stock->trouble, document->id);
	if (document->flaw)
		json_put_text(stock->trouble, document->id, document->flaw);
	else if (there && document->conflicts && json_length(document->conflicts) > 0)
		json_put_text(stock->trouble, document->id,
			      "it was edited in two places at once, and is not merged yet");
	if (there)
		document_cache_put(stock, document->body);
	else
		json_put(stock->bodies, document->id, NULL);
}

bool document_cache_read(struct document_cache *stock, const char *const *full_ids, size_t count,
			 struct error *error)
{
	struct couch_documents documents = {0};

	if (!couch_documents_read(stock->couch, full_ids, count, &documents, error))
		return false;
	for (size_t i = 0; i < documents.count; i++)
		take_read(stock, &documents.list[i]);
	couch_documents_done(&documents);
	return true;
}

static bool read_unless_known(struct document_cache *stock, const char *const *full_ids, size_t count,
			      struct error *error)
{
	const char **wanted = own_alloc((count + 1) * sizeof *wanted);
	size_t wanted_count = 0;

	for (size_t i = 0; i < count; i++)
		if (!json_find(stock->bodies, full_ids[i], NULL))
			wanted[wanted_count++] = full_ids[i];
	bool good = wanted_count == 0 || document_cache_read(stock, wanted, wanted_count, error);
	free(wanted);
	return good;
}

/* ---- the view ---- */

static bool view_body(void *context, const char *full_id, struct json_object **body_out, struct error *error)
{
	struct document_cache *stock = context;

	if (!read_unless_known(stock, &full_id, 1, error))
		return false;
	*body_out = document_cache_body(stock, full_id);
	return true;
}

static int compare_ids(const void *left, const void *right)
{
	struct json_object *const *a = left, *const *b = right;

	return strcmp(json_text_or(*a, "_id", ""), json_text_or(*b, "_id", ""));
}

static const char **candidates_of(const struct document_cache *stock, uint64_t hash, size_t *count_out)
{
	const char **ids = NULL;
	size_t count = 0;

	for (const struct stock_value *value =
		     stock->bucket_count ? stock->buckets[hash % stock->bucket_count] : NULL;
	     value; value = value->next) {
		if (value->hash != hash)
			continue;
		ids = own_resize(ids, count + 1, sizeof *ids);
		ids[count++] = value->full_id;
	}
	*count_out = count;
	return ids;
}

static bool view_search(void *context, enum document_type type, const char *key, const char *value,
			struct json_object **bodies_out, struct error *error)
{
	struct document_cache *stock = context;
	size_t count = 0;

	if (!stock->indexed && !build_index(stock, error))
		return false;
	const char **ids = candidates_of(stock, hash_of(type, key, value), &count);
	bool good = read_unless_known(stock, ids, count, error);
	if (good) {
		*bodies_out = json_new_array();
		for (size_t i = 0; i < count; i++) {
			struct json_object *body = document_cache_body(stock, ids[i]);
			if (strcmp(json_text_or(document_data(body), key, ""), value) == 0)
				json_append(*bodies_out, json_share(body));
		}
		json_sort(*bodies_out, compare_ids);
	}
	free(ids);
	return good;
}

struct inventory_view document_cache_view(struct document_cache *stock)
{
	return (struct inventory_view){stock, view_body, view_search};
}
