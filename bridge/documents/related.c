/* A view of the other documents: those that were read, under those that were saved, found by the pairs' values. */
#include "bridge/documents/related.h"

#include <string.h>

void related_init(struct related *related, struct sync *sync)
{
	*related = (struct related){
		.sync = sync,
		.read = json_new_object(),
		.saved = json_new_object(),
		.wanted = json_new_object(),
		.seen = json_new_object(),
		.leans = json_new_object(),
	};
}

void related_done(struct related *related)
{
	json_release(related->read);
	json_release(related->saved);
	json_release(related->wanted);
	json_release(related->seen);
	json_release(related->leans);
	*related = (struct related){0};
}

void related_give(struct related *related, const char *full_id, struct json_object *body)
{
	json_put(related->read, full_id, json_share(body));
}

static void renew(struct json_object **object)
{
	json_release(*object);
	*object = json_new_object();
}

void related_begin(struct related *related)
{
	renew(&related->saved);
	renew(&related->seen);
	renew(&related->leans);
	related->counted = false;
}

void related_save(struct related *related, const char *full_id, struct json_object *body)
{
	json_put(related->saved, full_id, json_share(body));
}

void related_forget(struct related *related, const char *full_id)
{
	json_remove(related->saved, full_id);
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

/* ---- reading ahead ---- */

static bool is_known(const struct related *related, const char *full_id, struct json_object **body_out)
{
	return json_find(related->saved, full_id, body_out) || json_find(related->read, full_id, body_out);
}

static void want(struct related *related, const char *full_id)
{
	struct json_object *body;

	if (!is_known(related, full_id, &body))
		json_put(related->wanted, full_id, NULL);
}

void related_want(struct related *related, enum document_type type, const char *id)
{
	scoped_text full_id = document_full_id(type, id);

	want(related, full_id);
}

bool related_wants(const struct related *related)
{
	return json_key_count(related->wanted) > 0;
}

bool related_read(struct related *related, struct error *error)
{
	struct endpoint *couch = &related->sync->couch;
	size_t most = (size_t)json_key_count(related->wanted), count = 0;
	const char **ids = own_alloc((most + 1) * sizeof *ids);
	struct json_object **bodies = own_alloc((most + 1) * sizeof(struct json_object *));

	json_each (related->wanted, full_id, nothing) {
		(void)nothing;
		ids[count++] = full_id;
	}
	bool ok = couch->ops->read_extras(couch->self, ids, count, bodies, error);
	for (size_t i = 0; ok && i < count; i++)
		json_put(related->read, ids[i], bodies[i]);
	free(ids);
	free(bodies);
	renew(&related->wanted);
	return ok || error_wrap(error, "reading what saves depend on");
}

/* ---- the view ---- */

/* Whether a save before has changed or deleted it. Then what is answered depends on that save, which is noted. */
static bool leans_on(struct related *related, const char *full_id)
{
	struct json_object *body = NULL;
	bool saved = json_find(related->saved, full_id, &body);

	if (saved)
		json_put(related->leans, full_id, NULL);
	return saved;
}

static void note_seen(struct related *related, const char *full_id)
{
	struct json_object *body = NULL, *revision = NULL;

	if (!leans_on(related, full_id) && json_find(related->read, full_id, &body))
		revision = body ? json_new_text(json_text_or(body, "_rev", NULL)) : json_new_text("");
	json_put(related->seen, full_id, revision);
}

static bool get(void *context, const char *full_id, struct json_object **body_out, struct error *error)
{
	struct related *related = context;

	(void)error;
	*body_out = NULL;
	note_seen(related, full_id);
	if (!is_known(related, full_id, body_out))
		json_put(related->wanted, full_id, NULL);
	return true;
}

static bool has_value(struct json_object *body, const char *key, const char *value)
{
	const char *words = json_text_or(document_data(body), key, NULL);

	return words && strcmp(words, value) == 0;
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
	json_append(list, body);
}

/* One that the pairs name, unless a save has made something else of it. */
static void add_candidate(struct related *related, const struct pair *pair, const char *key,
			  const char *value, struct json_object *list)
{
	struct json_object *body = NULL;

	if (pair->document != PAIR_DOCUMENT_THERE || leans_on(related, pair->full_id))
		return;
	if (!json_find(related->read, pair->full_id, &body))
		json_put(related->wanted, pair->full_id, NULL);
	else if (has_value(body, key, value))
		add(related, list, pair->full_id, json_share(body));
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

static void add_saved(struct related *related, enum document_type type, const char *key, const char *value,
		      struct json_object *list)
{
	json_each (related->saved, full_id, body) {
		const char *id;
		if (body && document_type_of(full_id, &id) == type && has_value(body, key, value))
			add(related, list, full_id, json_share(body));
	}
}

static int compare_ids(const void *left, const void *right)
{
	struct json_object *const *a = left, *const *b = right;

	return strcmp(json_text_or(*a, "_id", ""), json_text_or(*b, "_id", ""));
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
		add_saved(related, type, key, value, list);
	}
	json_sort(list, compare_ids);
	*bodies_out = list;
	return true;
}

struct inventory_view related_view(struct related *related)
{
	return (struct inventory_view){related, get, find};
}
