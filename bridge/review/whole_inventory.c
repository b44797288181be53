/* Bodies that were asked for are kept; of all others only which values they have, as hashes, which name candidates. */
#include "bridge/review/whole_inventory.h"

#include "bridge/memory/document_cache.h"
#include "couch/documents.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS_FIRST 1024

/* A document that has, or had, a value. */
struct inventory_value {
	uint64_t hash;
	struct inventory_value *next;
	char full_id[];
};

struct whole_inventory {
	struct couch_client *couch;      /* borrowed */
	struct document_cache documents; /* as they were read or will be written */
	struct json_object *trouble;     /* owned; {_id: words} */
	bool indexed;
	size_t count, bucket_count;
	struct inventory_value **buckets; /* owned */
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

struct whole_inventory *whole_inventory_open(struct couch_client *couch)
{
	struct whole_inventory *inventory = own_alloc(sizeof *inventory);

	inventory->couch = couch;
	document_cache_init(&inventory->documents);
	inventory->trouble = json_new_object();
	return inventory;
}

void whole_inventory_close(struct whole_inventory **inventory)
{
	struct whole_inventory *gone = take(*inventory);

	if (!gone)
		return;
	for (size_t i = 0; i < gone->bucket_count; i++)
		while (gone->buckets[i]) {
			struct inventory_value *value = gone->buckets[i];
			gone->buckets[i] = value->next;
			free(value);
		}
	free(gone->buckets);
	document_cache_done(&gone->documents);
	json_release(gone->trouble);
	free(gone);
}

/* ---- values ---- */

static uint64_t hash_of(enum document_type type, const char *key, const char *value)
{
	scoped_text words = own_format("%d %s %s", (int)type, key, value);

	return text_hash(words);
}

static void grow(struct whole_inventory *inventory)
{
	size_t count = inventory->bucket_count ? inventory->bucket_count * 2 : BUCKETS_FIRST;
	struct inventory_value **buckets = own_alloc(count * sizeof(struct inventory_value *));

	for (size_t i = 0; i < inventory->bucket_count; i++)
		while (inventory->buckets[i]) {
			struct inventory_value *value = inventory->buckets[i];
			inventory->buckets[i] = value->next;
			value->next = buckets[value->hash % count];
			buckets[value->hash % count] = value;
		}
	free(inventory->buckets);
	inventory->buckets = buckets;
	inventory->bucket_count = count;
}

/* A value that a document has no more may stay: whoever asks compares. */
static void add_value(struct whole_inventory *inventory, uint64_t hash, const char *full_id)
{
	if (inventory->count >= inventory->bucket_count)
		grow(inventory);
	struct inventory_value **bucket = &inventory->buckets[hash % inventory->bucket_count];
	size_t size = strlen(full_id) + 1;
	struct inventory_value *value = own_alloc(sizeof *value + size);
	value->hash = hash;
	value->next = *bucket;
	memcpy(value->full_id, full_id, size);
	*bucket = value;
	inventory->count++;
}

static bool has_value(const struct whole_inventory *inventory, uint64_t hash, const char *full_id)
{
	const struct inventory_value *value =
		inventory->bucket_count ? inventory->buckets[hash % inventory->bucket_count] : NULL;

	while (value && (value->hash != hash || strcmp(value->full_id, full_id) != 0))
		value = value->next;
	return value != NULL;
}

/* 'once': it may have been added before. */
static void add_values(struct whole_inventory *inventory, struct json_object *body, bool once)
{
	const char *full_id = json_text_or(body, "_id", "");
	enum document_type type = document_type_of(full_id, NULL);

	for (size_t i = 0; i < countof(searched); i++) {
		const char *value = json_text_or(document_data(body), searched[i].key, NULL);
		if (searched[i].type != type || !value || !*value)
			continue;
		uint64_t hash = hash_of(type, searched[i].key, value);
		if (!once || !has_value(inventory, hash, full_id))
			add_value(inventory, hash, full_id);
	}
}

static bool index_document(void *context, struct couch_document *document, struct error *error)
{
	(void)error;
	if (document->body)
		add_values(context, document->body, false);
	return true;
}

static bool build_index(struct whole_inventory *inventory, struct error *error)
{
	static const enum document_type types[] = {DOCUMENT_COLLECTION, DOCUMENT_ITEM, DOCUMENT_ITEM_IMAGE};

	for (size_t i = 0; i < countof(types); i++) {
		if (!couch_documents_walk_prefix(inventory->couch, document_prefix(types[i]), 0, false,
						 index_document, inventory, error))
			return error_wrap(error, "reading the inventory");
	}
	json_each (inventory->documents.stored, full_id, body) {
		(void)full_id;
		add_values(inventory, body, true);
	}
	inventory->indexed = true;
	return true;
}

/* ---- bodies ---- */

struct json_object *whole_inventory_body(const struct whole_inventory *inventory, const char *full_id)
{
	struct json_object *body;

	document_cache_find(&inventory->documents, full_id, &body);
	return body;
}

const char *whole_inventory_trouble(const struct whole_inventory *inventory, const char *full_id)
{
	return json_text_or(inventory->trouble, full_id, NULL);
}

void whole_inventory_put(struct whole_inventory *inventory, struct json_object *body)
{
	bool gone = json_bool_or(body, "_deleted", false);

	document_cache_put(&inventory->documents, json_text_or(body, "_id", ""), gone ? NULL : body);
	if (inventory->indexed && !gone)
		add_values(inventory, body, true);
}

/* NULL: there is none. */
static struct json_object *take_read(struct whole_inventory *inventory, struct couch_document *document)
{
	bool there = document->body && !document->deleted;

	json_remove(inventory->trouble, document->id);
	if (document->flaw)
		json_put_text(inventory->trouble, document->id, document->flaw);
	else if (there && document->conflicts && json_length(document->conflicts) > 0)
		json_put_text(inventory->trouble, document->id,
			      "it was edited in two places at once, and is not merged yet");
	if (there && inventory->indexed)
		add_values(inventory, document->body, true);
	return there ? take(document->body) : NULL;
}

/* As document_cache_reader. */
static bool read_bodies(void *context, const char *const *full_ids, size_t count,
			struct json_object **bodies_out, struct error *error)
{
	struct whole_inventory *inventory = context;
	struct couch_documents documents = {0};

	if (!couch_documents_read(inventory->couch, full_ids, count, &documents, error))
		return false;
	for (size_t i = 0; i < count; i++)
		bodies_out[i] = take_read(inventory, &documents.list[i]);
	couch_documents_done(&documents);
	return true;
}

/* Those that are not known, in one go. */
static bool read_unless_known(struct whole_inventory *inventory, const char *const *full_ids, size_t count,
			      struct error *error)
{
	for (size_t i = 0; i < count; i++)
		document_cache_want(&inventory->documents, full_ids[i]);
	return document_cache_read(&inventory->documents, read_bodies, inventory, error);
}

bool whole_inventory_read(struct whole_inventory *inventory, const char *const *full_ids, size_t count,
			  struct error *error)
{
	for (size_t i = 0; i < count; i++)
		document_cache_forget(&inventory->documents, full_ids[i]);
	return read_unless_known(inventory, full_ids, count, error);
}

/* ---- the view ---- */

static bool view_body(void *context, const char *full_id, struct json_object **body_out, struct error *error)
{
	struct whole_inventory *inventory = context;

	if (!read_unless_known(inventory, &full_id, 1, error))
		return false;
	*body_out = whole_inventory_body(inventory, full_id);
	return true;
}

static const char **candidates_of(const struct whole_inventory *inventory, uint64_t hash, size_t *count_out)
{
	const char **ids = NULL;
	size_t count = 0;

	for (const struct inventory_value *value =
		     inventory->bucket_count ? inventory->buckets[hash % inventory->bucket_count] : NULL;
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
	struct whole_inventory *inventory = context;
	size_t count = 0;

	if (!inventory->indexed && !build_index(inventory, error))
		return false;
	const char **ids = candidates_of(inventory, hash_of(type, key, value), &count);
	bool good = read_unless_known(inventory, ids, count, error);
	if (good) {
		*bodies_out = json_new_array();
		for (size_t i = 0; i < count; i++) {
			struct json_object *body = whole_inventory_body(inventory, ids[i]);
			if (document_cache_has_value(body, key, value))
				json_append(*bodies_out, json_share(body));
		}
		document_cache_sort(*bodies_out);
	}
	free(ids);
	return good;
}

struct inventory_view whole_inventory_view(struct whole_inventory *inventory)
{
	return (struct inventory_view){inventory, view_body, view_search};
}
