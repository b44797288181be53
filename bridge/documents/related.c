/* A view of the other documents: those that were read, under those that were saved, found by the pairs' values. */
#include "bridge/documents/related.h"

#include <string.h>

void related_init(struct related *related, struct sync *sync)
{
	*related = (struct related){
		.sync = sync,
		.seen = json_new_object(),
		.leans = json_new_object(),
	};
	document_cache_init(&related->documents);
}

void related_done(struct related *related)
{
	document_cache_done(&related->documents);
	json_release(related->seen);
	json_release(related->leans);
	*related = (struct related){0};
}

void related_begin(struct related *related)
{
	document_cache_unsave_all(&related->documents);
	json_release(related->seen);
	json_release(related->leans);
	related->seen = json_new_object();
	related->leans = json_new_object();
	related->counted = false;
}

struct json_object *related_take_seen(struct related *related, bool *counted_out)
{
	struct json_object *seen = take(related->seen);

	related->seen = json_new_object();
	*counted_out = related->counted;
	related->counted = false;
	return seen;
}

struct json_object *related_take_leans(struct related *related)
{
	struct json_object *leans = take(related->leans);

	related->leans = json_new_object();
	if (json_key_count(leans) > 0)
		return leans;
	json_release(leans);
	return NULL;
}

void related_want(struct related *related, enum document_type type, const char *id)
{
	scoped_text full_id = document_full_id(type, id);

	document_cache_want(&related->documents, full_id);
}

bool related_read(struct related *related, struct error *error)
{
	const struct endpoint *couch = &related->sync->couch;

	return document_cache_read(&related->documents, couch->ops->read_extras, couch->self, error) ||
	       error_wrap(error, "reading what saves depend on");
}

/* ---- the view ---- */

/* Whether a save before has changed or deleted it. Then what is answered depends on that save, which is noted. */
static bool leans_on(struct related *related, const char *full_id)
{
	bool saved = document_cache_is_saved(&related->documents, full_id);

	if (saved)
		json_put(related->leans, full_id, NULL);
	return saved;
}

static void note_seen(struct related *related, const char *full_id)
{
	struct json_object *body = NULL, *revision = NULL;

	if (!leans_on(related, full_id) && json_find(related->documents.stored, full_id, &body))
		revision = body ? json_new_text(json_text_or(body, "_rev", NULL)) : json_new_text("");
	json_put(related->seen, full_id, revision);
}

static bool get(void *context, const char *full_id, struct json_object **body_out, struct error *error)
{
	struct related *related = context;

	(void)error;
	note_seen(related, full_id);
	*body_out = document_cache_get(&related->documents, full_id);
	return true;
}

/* What is only counted needs no body, and is seen by what it leaves when it goes. */
static struct json_object *stub(const char *full_id, const char *key, const char *value)
{
	struct json_object *body = json_new_object(), *data = json_new_object();

	json_put_text(data, key, value);
	json_put_text(body, "_id", full_id);
	json_put(body, "data", data);
	return body;
}

static void add(struct related *related, struct json_object *list, const char *full_id,
		struct json_object *body)
{
	note_seen(related, full_id);
	json_append(list, json_share(body));
}

/* One that the pairs name, unless a save has made something else of it. */
static void add_candidate(struct related *related, const struct pair *pair, const char *key,
			  const char *value, struct json_object *list)
{
	if (pair->document != PAIR_DOCUMENT_THERE || leans_on(related, pair->full_id))
		return;
	struct json_object *body = document_cache_get(&related->documents, pair->full_id);
	if (document_cache_has_value(body, key, value))
		add(related, list, pair->full_id, body);
}

static void add_by_value(struct related *related, enum table table, enum value_kind kind, const char *key,
			 const char *value, struct json_object *list)
{
	const struct pair *pair = values_first(&related->sync->pairs.values, kind, value);

	for (; pair; pair = values_next(pair, kind))
		if (pair->table == table)
			add_candidate(related, pair, key, value, list);
}

static void add_contents(struct related *related, const char *key, const char *value,
			 struct json_object *list)
{
	bool in_container = strcmp(key, "container_id") == 0;
	const struct pair *place =
		pairs_find(&related->sync->pairs, in_container ? TABLE_ITEMS : TABLE_COLLECTIONS, value);

	for (const struct pair *pair = place ? place->contents : NULL; pair;
	     pair = pair_next_content(pair, place))
		if (pair->document == PAIR_DOCUMENT_THERE && !leans_on(related, pair->full_id))
			json_append(list, stub(pair->full_id, key, value));
}

struct listing {
	struct related *related;
	struct json_object *list;
};

static void add_saved(void *context, const char *full_id, struct json_object *body)
{
	const struct listing *listing = context;

	add(listing->related, listing->list, full_id, body);
}

static bool find(void *context, enum document_type type, const char *key, const char *value,
		 struct json_object **bodies_out, struct error *error)
{
	static const struct {
		const char *key;
		enum value_kind kind;
	} kinds[] = {
		{"individual_asset_reference", VALUE_REFERENCE},
		{"collection_reference_number", VALUE_REFERENCE},
		{"rfid_tag_epc_memory_bank_contents", VALUE_EPC},
		{"actual_rfid_tag_epc_memory_bank_contents", VALUE_ACTUAL_EPC},
	};
	struct related *related = context;
	struct json_object *list = json_new_array();
	struct listing listing = {related, list};
	enum table table;

	(void)error;
	if (table_of_document_type(type, &table)) {
		bool by_value = false;
		for (size_t i = 0; i < countof(kinds); i++)
			if (strcmp(key, kinds[i].key) == 0) {
				add_by_value(related, table, kinds[i].kind, key, value, list);
				by_value = true;
			}
		if (!by_value)
			add_contents(related, key, value, list);
		related->counted = related->counted || (!by_value && json_length(list) > 0);
		document_cache_each_saved(&related->documents, type, key, value, add_saved, &listing);
	}
	document_cache_sort(list);
	*bodies_out = list;
	return true;
}

struct inventory_view related_view(struct related *related)
{
	return (struct inventory_view){related, get, find};
}
