#include "bridge/memory/document_cache.h"

#include <stdlib.h>
#include <string.h>

void document_cache_init(struct document_cache *cache)
{
	*cache = (struct document_cache){
		.stored = json_new_object(),
		.saved = json_new_object(),
		.wanted = json_new_object(),
	};
}

void document_cache_done(struct document_cache *cache)
{
	json_release(cache->stored);
	json_release(cache->saved);
	json_release(cache->wanted);
	*cache = (struct document_cache){0};
}

void document_cache_clear(struct document_cache *cache)
{
	document_cache_done(cache);
	document_cache_init(cache);
}

static void renew(struct json_object **object)
{
	json_release(*object);
	*object = json_new_object();
}

/* ---- what is stored, and what is to be read ---- */

void document_cache_put(struct document_cache *cache, const char *full_id, struct json_object *body)
{
	json_put(cache->stored, full_id, json_share(body));
}

void document_cache_forget(struct document_cache *cache, const char *full_id)
{
	json_remove(cache->stored, full_id);
}

void document_cache_want(struct document_cache *cache, const char *full_id)
{
	struct json_object *body;

	if (!document_cache_find(cache, full_id, &body))
		json_put(cache->wanted, full_id, NULL);
}

bool document_cache_wants(const struct document_cache *cache)
{
	return json_key_count(cache->wanted) > 0;
}

bool document_cache_read(struct document_cache *cache, document_cache_reader *reader, void *context,
			 struct error *error)
{
	size_t most = json_key_count(cache->wanted), count = 0;
	const char **ids = own_alloc((most + 1) * sizeof *ids);
	struct json_object **bodies = own_alloc((most + 1) * sizeof(struct json_object *));

	json_each (cache->wanted, full_id, nothing) {
		(void)nothing;
		ids[count++] = full_id;
	}
	bool ok = count == 0 || reader(context, ids, count, bodies, error);
	for (size_t i = 0; ok && i < count; i++)
		json_put(cache->stored, ids[i], bodies[i]);
	free(ids);
	free(bodies);
	renew(&cache->wanted);
	return ok;
}

/* ---- saves ---- */

void document_cache_save(struct document_cache *cache, const char *full_id, struct json_object *body)
{
	json_put(cache->saved, full_id, json_share(body));
}

void document_cache_unsave(struct document_cache *cache, const char *full_id)
{
	json_remove(cache->saved, full_id);
}

void document_cache_unsave_all(struct document_cache *cache)
{
	renew(&cache->saved);
}

bool document_cache_is_saved(const struct document_cache *cache, const char *full_id)
{
	return json_find(cache->saved, full_id, NULL);
}

bool document_cache_find(const struct document_cache *cache, const char *full_id,
			 struct json_object **body_out)
{
	bool known =
		json_find(cache->saved, full_id, body_out) || json_find(cache->stored, full_id, body_out);

	if (json_bool_or(*body_out, "_deleted", false))
		*body_out = NULL;
	return known;
}

struct json_object *document_cache_get(struct document_cache *cache, const char *full_id)
{
	struct json_object *body = NULL;

	if (!document_cache_find(cache, full_id, &body))
		json_put(cache->wanted, full_id, NULL);
	return body;
}

/* ---- by a value ---- */

bool document_cache_has_value(struct json_object *body, const char *key, const char *value)
{
	const char *words = json_text_or(document_data(body), key, NULL);

	return words && strcmp(words, value) == 0;
}

static void visit_matching(struct json_object *bodies, struct json_object *over, enum document_type type,
			   const char *key, const char *value, document_cache_visit *visit, void *context)
{
	json_each (bodies, full_id, body) {
		if (body && document_type_of(full_id, NULL) == type &&
		    document_cache_has_value(body, key, value) && !json_find(over, full_id, NULL))
			visit(context, full_id, body);
	}
}

void document_cache_each_saved(const struct document_cache *cache, enum document_type type, const char *key,
			       const char *value, document_cache_visit *visit, void *context)
{
	visit_matching(cache->saved, NULL, type, key, value, visit, context);
}

void document_cache_each_stored(const struct document_cache *cache, enum document_type type, const char *key,
				const char *value, document_cache_visit *visit, void *context)
{
	visit_matching(cache->stored, cache->saved, type, key, value, visit, context);
}

static int compare_ids(const void *left, const void *right)
{
	struct json_object *const *a = left, *const *b = right;

	return strcmp(json_text_or(*a, "_id", ""), json_text_or(*b, "_id", ""));
}

void document_cache_sort(struct json_object *bodies)
{
	json_sort(bodies, compare_ids);
}
