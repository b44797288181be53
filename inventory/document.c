/* The app's documents: reading and writing them. The keys of their data: schema.c; what they must be: schema_check.c. */
#include "inventory/document.h"

#include "base/text.h"
#include "inventory/schema.h"
#include "inventory/script.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

bool document_needs(enum document_type type, const char *key)
{
	int place = schema_place(type, key);

	return place >= 0 && schema_of(type)[place].need != SCHEMA_OPTIONAL;
}

/* ---- ids ---- */

bool document_text_is_blank(const char *words)
{
	return text_is_utf8(words, strlen(words)) && script_is_blank(words);
}

static bool is_control(uint32_t character)
{
	return character < 0x20 || (character >= 0x7F && character < 0xA0);
}

bool document_id_is_valid(const char *id)
{
	size_t length = strlen(id);

	if (length == 0 || length > DOCUMENT_ID_LIMIT)
		return false;
	for (size_t at = 0, size; at < length; at += size) {
		size = text_utf8_character(id + at, length - at);
		if (size == 0)
			return false;
		uint32_t character = script_character(id + at, size);
		bool at_an_end = at == 0 || at + size == length;
		if (is_control(character) || character == '/' ||
		    (at_an_end && script_is_white_space(character)))
			return false;
	}
	return true;
}

/* Each word with its length before it, so that no two lists run together to the same bytes. */
void document_id_from(const char *const *words, size_t count, char uuid_out[37])
{
	static const char digits[] = "0123456789abcdef";
	crypto_generichash_state state;
	unsigned char bytes[16];

	crypto_generichash_init(&state, NULL, 0, sizeof bytes);
	for (size_t i = 0; i < count; i++) {
		uint64_t length = strlen(words[i]);
		unsigned char head[8];
		for (size_t byte = 0; byte < sizeof head; byte++)
			head[byte] = (unsigned char)(length >> (56 - 8 * byte));
		crypto_generichash_update(&state, head, sizeof head);
		crypto_generichash_update(&state, (const unsigned char *)words[i], length);
	}
	crypto_generichash_final(&state, bytes, sizeof bytes);
	bytes[6] = (unsigned char)(0x80 | (bytes[6] & 0x0F)); /* version 8: made by a rule of one's own */
	bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3F)); /* the variant of RFC 9562 */
	for (size_t i = 0; i < sizeof bytes; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*uuid_out++ = '-';
		*uuid_out++ = digits[bytes[i] >> 4];
		*uuid_out++ = digits[bytes[i] & 15];
	}
	*uuid_out = '\0';
}

/* ---- checking ---- */

/* "document item-1: Purchase Price (data.purchase_price_x1000) is a string, a number was expected" */
static bool refuse_key(const char *full_id, const struct schema_key *key, const char *found,
		       struct error *error)
{
	scoped_text name = key->words ? own_format("%s (data.%s)", key->words, key->key)
				      : own_format("data.%s", key->key);

	return error_set(error, ERROR_REFUSED, "document %s: %s is %s, %s was expected", full_id, name, found,
			 schema_shape_words(key->shape));
}

static bool check_key(const char *full_id, struct json_object *data, const struct schema_key *key,
		      struct error *error)
{
	struct json_object *value;

	if (!json_find(data, key->key, &value))
		return key->need == SCHEMA_OPTIONAL || refuse_key(full_id, key, "missing", error);
	if (!schema_has_shape(value, key->shape)) {
		bool list = key->shape == SCHEMA_TEXTS && json_is(value, json_type_array);
		return refuse_key(full_id, key,
				  list ? "an array with other things in it" : json_type_word(value), error);
	}
	if (key->need == SCHEMA_NOT_EMPTY && json_text_length(value) == 0)
		return refuse_key(full_id, key, "empty", error);
	return true;
}

static bool check_envelope(enum document_type type, struct json_object *body, const char *full_id,
			   struct error *error)
{
	const char *name = document_type_name(type), *found = json_text_or(body, "type", NULL);
	struct json_object *data = NULL;

	if (document_type_of(full_id, NULL) != type)
		return error_set(error, ERROR_REFUSED, "document %s: its _id does not begin with \"%s\"",
				 full_id, document_prefix(type));
	if (!found)
		return error_set(error, ERROR_REFUSED, "document %s: it has no type, \"%s\" was expected",
				 full_id, name);
	if (strcmp(found, name) != 0)
		return error_set(error, ERROR_REFUSED, "document %s: its type is \"%s\", \"%s\" was expected",
				 full_id, found, name);
	if (!json_find(body, "data", &data))
		return error_set(error, ERROR_REFUSED, "document %s: data is missing, an object was expected",
				 full_id);
	if (!json_is(data, json_type_object))
		return error_set(error, ERROR_REFUSED, "document %s: data is %s, an object was expected",
				 full_id, json_type_word(data));
	return true;
}

bool document_check(enum document_type type, struct json_object *body, struct error *error)
{
	const char *full_id = json_text_or(body, "_id", NULL);

	assert(schema_of(type)->key || type == DOCUMENT_SHARING);
	if (!json_is(body, json_type_object))
		return error_set(error, ERROR_REFUSED, "a document is %s, an object was expected",
				 json_type_word(body));
	if (!full_id)
		return error_set(error, ERROR_REFUSED, "a document has no _id");
	if (!check_envelope(type, body, full_id, error))
		return false;
	struct json_object *data = document_data(body);
	for (const struct schema_key *key = schema_of(type); key->key; key++)
		if (!check_key(full_id, data, key, error))
			return false;
	return true;
}

/* ---- reading ---- */

struct json_object *document_data(struct json_object *body)
{
	return json_child(body, "data", json_type_object);
}

int64_t document_created_at(struct json_object *body)
{
	return json_int_or(body, "created_at", 0);
}

int64_t document_updated_at(struct json_object *body)
{
	return json_int_or(body, "updated_at", 0);
}

const char *document_app_link(struct json_object *body, const char *integration_id)
{
	struct json_object *all = json_child(document_data(body), "integrations", json_type_object);
	const char *record_id = json_text_or(json_child(all, integration_id, json_type_object), "id", "");

	return *record_id ? record_id : NULL;
}

int64_t document_app_link_time(struct json_object *body, const char *integration_id)
{
	struct json_object *all = json_child(document_data(body), "integrations", json_type_object);

	return json_int_or(json_child(all, integration_id, json_type_object), "modified_at", 0);
}

/* ---- writing ---- */

struct json_object *document_new(enum document_type type, const char *id)
{
	struct json_object *body = json_new_object();
	scoped_text full_id = document_full_id(type, id);

	json_put_text(body, "_id", full_id);
	json_put_text(body, "type", document_type_name(type));
	json_put(body, "data", json_new_object());
	return body;
}

struct placed_key {
	int group; /* indexes, the schema, the others */
	uint64_t place;
	char *key;                 /* owned */
	struct json_object *value; /* owned */
};

static struct placed_key place_key(enum document_type type, const char *key, struct json_object *value,
				   size_t at)
{
	struct placed_key placed = {
		.group = 2, .place = at, .key = own_copy(key), .value = json_share(value)};
	int place = schema_place(type, key);

	if (script_is_index(key, &placed.place)) {
		placed.group = 0;
	} else if (place >= 0) {
		placed.group = 1;
		placed.place = (uint64_t)place;
	}
	return placed;
}

static int compare_places(const void *left, const void *right)
{
	const struct placed_key *a = left, *b = right;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	return a->place < b->place ? -1 : a->place > b->place;
}

/* The object itself stays, so that pointers to it do. */
void document_order_data(enum document_type type, struct json_object *body)
{
	struct json_object *data = document_data(body);
	size_t count = data ? (size_t)json_key_count(data) : 0, at = 0;
	struct placed_key *keys = own_alloc(count * sizeof *keys);
	bool in_order = true;

	if (count > 0) {
		json_each (data, key, value) {
			keys[at] = place_key(type, key, value, at);
			in_order = in_order && (at == 0 || compare_places(&keys[at - 1], &keys[at]) < 0);
			at++;
		}
	}
	if (!in_order)
		qsort(keys, count, sizeof *keys, compare_places);
	for (size_t i = 0; i < count && !in_order; i++) {
		json_remove(data, keys[i].key); /* and so to the end */
		json_put(data, keys[i].key, json_share(keys[i].value));
	}
	for (size_t i = 0; i < count; i++) {
		free(keys[i].key);
		json_release(keys[i].value);
	}
	free(keys);
}

void document_touch(struct json_object *body, int64_t now_ms)
{
	struct json_object *created = NULL;

	json_find(body, "created_at", &created);
	if (!created) {
		json_remove(body, "updated_at"); /* it stands behind created_at */
		json_put(body, "created_at", json_new_int(now_ms));
	}
	json_put(body, "updated_at", json_new_int(now_ms));
}

/* The object under this key, made when there is none. */
static struct json_object *want_object(struct json_object *parent, const char *key)
{
	struct json_object *child = json_child(parent, key, json_type_object);

	if (!child) {
		child = json_new_object();
		json_put(parent, key, child);
	}
	return child;
}

void document_set_app_link(enum document_type type, struct json_object *body, const char *integration_id,
			   const char *record_id, int64_t modified_ms)
{
	struct json_object *all = want_object(want_object(body, "data"), "integrations");
	struct json_object *mark = want_object(all, integration_id);

	json_put_text(mark, "id", record_id);
	if (modified_ms)
		json_put(mark, "modified_at", json_new_int(modified_ms));
	else
		json_remove(mark, "modified_at");
	document_order_data(type, body);
}

void document_drop_app_link(struct json_object *body, const char *integration_id)
{
	struct json_object *all = json_child(document_data(body), "integrations", json_type_object);

	if (all)
		json_remove(all, integration_id);
}
