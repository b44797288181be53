#include "bridge/memory/heard_pictures.h"

#include "bridge/memory/known_digests.h"
#include "inventory/document.h"

#include <stdlib.h>
#include <string.h>

/* ---- links ---- */

static uint64_t hash_of(const char *full_id, struct json_object *link)
{
	struct json_object *data = document_data(link), *order = NULL;
	struct text words = {0};

	json_find(data, "order", &order);
	text_format(&words, "%s %s %g", full_id, json_text_or(data, "image_id", ""), json_double_of(order));
	uint64_t hash = text_hash(text_or_empty(&words));
	text_done(&words);
	return hash;
}

/* Of one more; never 0. */
static uint64_t add_hash(uint64_t all, const char *full_id, struct json_object *link)
{
	uint64_t sum = all + hash_of(full_id, link);

	return sum ? sum : 1;
}

uint64_t picture_links_hash(struct json_object *links)
{
	uint64_t hash = 0;

	json_each (links, full_id, link)
		hash = add_hash(hash, full_id, link);
	return hash;
}

/* Whether the link's id says which item it belongs to, as those that the app makes do. */
static bool names_item(const char *full_id, const char *item_id)
{
	const char *id = NULL;
	size_t length = strlen(item_id);

	return document_type_of(full_id, &id) == DOCUMENT_ITEM_IMAGE && strncmp(id, item_id, length) == 0 &&
	       id[length] == '-';
}

#define LINKS_HEARD 1 /* in the place of a hash: something was heard of them, which no job has read yet */

/* ---- {_id: [item ids]} ---- */

static void note(struct json_object **map, const char *full_id, const char *item_id)
{
	if (!*map)
		*map = json_new_object();
	struct json_object *items = json_child(*map, full_id, json_type_array);
	for (size_t i = 0; items && i < json_length(items); i++)
		if (strcmp(json_text_of(json_at(items, i)), item_id) == 0)
			return;
	if (!items) {
		items = json_new_array();
		json_put(*map, full_id, items);
	}
	json_append(items, json_new_text(item_id));
}

/* What they are is read by a job that has a row for them: by this one, or by one that finds it, or makes it. */
static void queue_pair(struct sync *sync, struct pair *pair)
{
	pair->links = LINKS_HEARD;
	if (pair->state != ENTRY_PAIR || !pair->in_scope)
		return;
	pairs_queue(&sync->pairs, pair, JOB_PICTURES);
	sync->heard++;
}

static void queue_item(struct sync *sync, const char *item_id)
{
	struct pair *pair = item_id ? pairs_find(&sync->pairs, TABLE_ITEMS, item_id) : NULL;

	if (pair)
		queue_pair(sync, pair);
}

/* Its document may come behind its link. */
static void queue_named(struct sync *sync, const char *item_id)
{
	struct pair *pair = pairs_find(&sync->pairs, TABLE_ITEMS, item_id);

	if (pair)
		queue_pair(sync, pair);
	else
		note(&sync->awaited_items, item_id, item_id);
}

bool sync_has_links(const struct sync *sync, const struct pair *item)
{
	return item->links || (sync->awaited_items && json_find(sync->awaited_items, item->id, NULL));
}

static void queue_items(struct sync *sync, struct json_object *list)
{
	for (size_t i = 0; list && i < json_length(list); i++)
		queue_item(sync, json_text_of(json_at(list, i)));
}

bool sync_knows_links(const struct sync *sync)
{
	return sync->pictures_walked && sync->columns[TABLE_ITEMS].with_pictures;
}

void sync_want_odd_links(const struct sync *sync, const struct pair *item, struct document_cache *documents)
{
	json_each (sync->odd_links, full_id, items)
		for (size_t i = 0; i < json_length(items); i++)
			if (strcmp(json_text_of(json_at(items, i)), item->id) == 0)
				document_cache_want(documents, full_id);
}

void sync_await_picture(struct sync *sync, const char *full_id, const struct pair *item)
{
	note(&sync->awaited_pictures, full_id, item->id);
}

/* ---- the feed ---- */

/* Every item whose id the link's id may begin with; a row that is looked at in vain costs a call for a hundred. */
static void queue_by_id(struct sync *sync, const char *link_id)
{
	for (const char *at = strchr(link_id, '-'); at; at = strchr(at + 1, '-')) {
		scoped_text item_id = own_copy_bytes(link_id, (size_t)(at - link_id));
		queue_item(sync, item_id);
	}
}

static void hear_link(struct sync *sync, const char *full_id, const char *id, struct json_object *body)
{
	const char *item_id = json_text_or(document_data(body), "item_id", NULL);

	if (item_id && !names_item(full_id, item_id))
		note(&sync->odd_links, full_id, item_id);
	queue_by_id(sync, id);
	if (item_id)
		queue_named(sync, item_id);
	if (sync->odd_links)
		queue_items(sync, json_child(sync->odd_links, full_id, json_type_array));
}

static void hear_image(struct sync *sync, const char *full_id, struct json_object *body)
{
	sync_hear_digest(sync, full_id, body);
	queue_items(sync, json_child(document_data(body), "_item_ids", json_type_array));
	if (!sync->awaited_pictures)
		return;
	queue_items(sync, json_child(sync->awaited_pictures, full_id, json_type_array));
	json_remove(sync->awaited_pictures, full_id);
}

void sync_hear_pictures(struct sync *sync, struct json_object *list)
{
	if (!sync->columns[TABLE_ITEMS].with_pictures)
		return;
	for (size_t i = 0; list && i < json_length(list); i++) {
		struct json_object *one = json_at(list, i), *body = json_child(one, "body", json_type_object);
		const char *id = NULL, *full_id = json_text_or(one, "id", "");
		if (document_type_of(full_id, &id) == DOCUMENT_ITEM_IMAGE)
			hear_link(sync, full_id, id, body);
		else
			hear_image(sync, full_id, body);
	}
}

/* ---- what people attached ---- */

void sync_hear_imports(struct sync *sync)
{
	const struct picture_importer *importer = sync->importer;
	char *item_id;

	while (importer && (item_id = importer->next_over(importer->self))) {
		queue_item(sync, item_id);
		free(item_id);
	}
}

/* ---- the start ---- */

static bool read_links(struct sync *sync, size_t most, struct json_object *links, struct error *error)
{
	return sync->couch.ops->read_beginning(sync->couch.self, document_prefix(DOCUMENT_ITEM_IMAGE), most,
					       links, error) ||
	       error_wrap(error, "reading the links of pictures");
}

static void take_links(struct sync *sync, struct json_object *links)
{
	for (size_t i = 0; i < sync->pairs.count; i++)
		sync->pairs.list[i]->links = 0;
	json_each (links, full_id, link) {
		const char *item_id = json_text_or(document_data(link), "item_id", NULL);
		struct pair *pair = item_id ? pairs_find(&sync->pairs, TABLE_ITEMS, item_id) : NULL;
		if (item_id && !names_item(full_id, item_id))
			note(&sync->odd_links, full_id, item_id);
		if (item_id && !pair)
			note(&sync->awaited_items, item_id, item_id);
		if (!pair)
			continue;
		pair->links = add_hash(pair->links, full_id, link);
	}
	for (size_t i = 0; i < sync->pairs.count; i++)
		if (sync->pairs.list[i]->links != sync->pairs.list[i]->links_handled)
			queue_pair(sync, sync->pairs.list[i]);
}

/* Once in a process. */
static void tell_uploads(struct sync *sync)
{
	if (sync->signer || sync->pictures_told)
		return;
	sync->pictures_told = true;
	log_info(&sync->log, "PUBLIC_URL is empty: each picture is uploaded to Airtable by a call of its "
			     "own, unless it has "
			     "more than 5 MB. With PUBLIC_URL and IMAGE_KEYS Airtable fetches pictures "
			     "itself, which costs "
			     "fewer calls; without the column \"" COLUMN_IMAGES "\" none are sent");
}

static bool walk(struct sync *sync, struct error *error)
{
	scoped(json_object) links = json_new_object();

	json_object_close(&sync->odd_links);
	json_object_close(&sync->awaited_pictures);
	json_object_close(&sync->awaited_items);
	json_object_close(&sync->digests);
	if (!read_links(sync, SIZE_MAX, links, error))
		return false;
	take_links(sync, links);
	if (json_key_count(links) > 0)
		tell_uploads(sync);
	sync->pictures_walked = true;
	return true;
}

/* Rows that were read without these columns would seem to have empty ones. */
static void drop_fresh(struct sync *sync)
{
	for (size_t i = 0; i < sync->pairs.count; i++)
		pair_drop_fresh(sync->pairs.list[i]);
}

bool sync_begin_pictures(struct sync *sync, struct error *error)
{
	struct columns *columns = &sync->columns[TABLE_ITEMS];
	bool flow = sync->pictures && columns_have_pictures(columns);

	if (flow && !columns->with_pictures)
		drop_fresh(sync);
	if (flow && (!columns->with_pictures || !sync->pictures_walked) && !walk(sync, error))
		return false;
	columns->with_pictures = flow;
	return true;
}
