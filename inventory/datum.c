/* A document in the app's memory. */
#include "inventory/datum.h"

#include "inventory/script.h"

#include <stdlib.h>
#include <string.h>

struct datum *datum_new(enum document_type type, const char *id)
{
	struct datum *datum = own_alloc(sizeof *datum);

	datum->type = type;
	datum->id = own_copy(id);
	return datum;
}

void datum_close(struct datum **datum)
{
	struct datum *gone = take(*datum);

	if (!gone)
		return;
	for (size_t i = 0; i < gone->count; i++) {
		free(gone->keys[i].key);
		json_release(gone->keys[i].value);
	}
	free(gone->keys);
	free(gone->id);
	free(gone->rev);
	json_release(gone->created_at);
	json_release(gone->updated_at);
	free(gone);
}

static struct json_object *value_at(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	json_find(object, key, &value);
	return value;
}

struct datum *datum_of_document(struct json_object *body)
{
	const char *full_id = json_text_or(body, "_id", ""), *id = NULL;
	enum document_type type = document_type_of(full_id, &id);
	struct datum *datum = datum_new(type, id);
	struct json_object *data = type == DOCUMENT_CONFIG ? body : document_data(body);

	datum->rev = own_copy(json_text_or(body, "_rev", NULL));
	datum->created_at = json_share(value_at(body, "created_at"));
	datum->updated_at = json_share(value_at(body, "updated_at"));
	if (!data)
		return datum;
	json_each (data, key, value) {
		datum_put(datum, key, json_share(value));
	}
	return datum;
}

struct datum *datum_copy(const struct datum *datum)
{
	struct datum *copy = datum_new(datum->type, datum->id);

	copy->rev = own_copy(datum->rev);
	datum_merge(copy, datum);
	copy->deleted = datum->deleted;
	return copy;
}

/* ---- keys ---- */

static struct datum_key *find(const struct datum *datum, const char *key)
{
	for (size_t i = 0; i < datum->count; i++)
		if (strcmp(datum->keys[i].key, key) == 0)
			return &datum->keys[i];
	return NULL;
}

static struct datum_key *want(struct datum *datum, const char *key)
{
	struct datum_key *found = find(datum, key);

	if (found)
		return found;
	datum->keys = own_resize(datum->keys, datum->count + 1, sizeof *datum->keys);
	datum->keys[datum->count] = (struct datum_key){.key = own_copy(key)};
	return &datum->keys[datum->count++];
}

static void set(struct datum *datum, const char *key, struct json_object *value, bool there)
{
	if (strncmp(key, "__", 2) == 0) {
		json_release(value);
		return;
	}
	struct datum_key *place = want(datum, key);
	json_release(place->value);
	place->value = value;
	place->there = there;
}

bool datum_has(const struct datum *datum, const char *key)
{
	const struct datum_key *found = find(datum, key);

	return found && found->there;
}

struct json_object *datum_get(const struct datum *datum, const char *key)
{
	const struct datum_key *found = find(datum, key);

	return found ? found->value : NULL;
}

const char *datum_text(const struct datum *datum, const char *key)
{
	struct json_object *value = datum_get(datum, key);

	return json_is(value, json_type_string) ? json_text_of(value) : NULL;
}

void datum_put(struct datum *datum, const char *key, struct json_object *value)
{
	set(datum, key, value, true);
}

void datum_put_text(struct datum *datum, const char *key, const char *words)
{
	set(datum, key, words ? json_new_text(words) : NULL, words != NULL);
}

void datum_unset(struct datum *datum, const char *key)
{
	set(datum, key, NULL, false);
}

void datum_merge(struct datum *datum, const struct datum *given)
{
	for (size_t i = 0; i < given->count; i++)
		set(datum, given->keys[i].key, json_share(given->keys[i].value), given->keys[i].there);
	if (given->created_at) {
		json_release(datum->created_at);
		datum->created_at = json_share(given->created_at);
	}
	if (given->updated_at) {
		json_release(datum->updated_at);
		datum->updated_at = json_share(given->updated_at);
	}
}

static int compare_indexes(const void *left, const void *right)
{
	const struct datum_key *const *a = left, *const *b = right;
	uint64_t first = 0, second = 0;

	(void)script_is_index((*a)->key, &first);
	(void)script_is_index((*b)->key, &second);
	return first < second ? -1 : first > second;
}

struct json_object *datum_data(const struct datum *datum)
{
	const struct datum_key **order = own_alloc((datum->count + 1) * sizeof *order);
	struct json_object *data = json_new_object();
	size_t count = 0;
	uint64_t index;

	for (size_t i = 0; i < datum->count; i++)
		if (datum->keys[i].there && script_is_index(datum->keys[i].key, &index))
			order[count++] = &datum->keys[i];
	qsort(order, count, sizeof *order, compare_indexes);
	for (size_t i = 0; i < datum->count; i++)
		if (datum->keys[i].there && !script_is_index(datum->keys[i].key, &index))
			order[count++] = &datum->keys[i];
	for (size_t i = 0; i < count; i++)
		json_put(data, order[i]->key, json_copy(order[i]->value));
	free(order);
	return data;
}

/* JavaScript's typeof; null is an object there. */
static enum json_type kind_of(struct json_object *value)
{
	switch (json_type_of(value)) {
	case json_type_int:
		return json_type_double;
	case json_type_null:
	case json_type_array:
		return json_type_object;
	default:
		return json_type_of(value);
	}
}

bool datum_same(const struct datum *a, const struct datum *b, const char *key)
{
	bool there = datum_has(a, key);
	struct json_object *left = datum_get(a, key), *right = datum_get(b, key);

	if (there != datum_has(b, key))
		return false;
	if (!there)
		return true;
	if (kind_of(left) != kind_of(right))
		return false;
	if (json_is_number(left) && json_is_number(right))
		return json_double_of(left) == json_double_of(right);
	if (left == right || json_is(left, json_type_string))
		return json_equal(left, right);
	scoped_text left_words = script_json(left);
	scoped_text right_words = script_json(right);
	return strcmp(left_words, right_words) == 0;
}

struct datum *datum_difference(struct json_object *before, struct json_object *after)
{
	scoped(datum) old = before ? datum_of_document(before) : datum_new(DOCUMENT_OTHER, NULL);
	scoped(datum) new = datum_of_document(after);
	struct datum *given = datum_new(new->type, new->id);

	given->rev = own_copy(old->rev);
	for (size_t i = 0; i < new->count; i++)
		if (!datum_same(old, new, new->keys[i].key))
			datum_put(given, new->keys[i].key, json_share(new->keys[i].value));
	for (size_t i = 0; i < old->count; i++)
		if (old->keys[i].there && !datum_has(new, old->keys[i].key))
			datum_unset(given, old->keys[i].key);
	return given;
}
