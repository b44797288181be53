#include "inventory/leaf_paths.h"

#include <string.h>

#define HASH_MASK 0xFFFFFFFFFFFFU

bool leaf_path_is_in(const char *path, const char *place)
{
	return strncmp(path, place, strlen(place)) == 0;
}

bool leaf_path_is_edited(const char *path)
{
	return !leaf_path_is_in(path, LEAF_IN_MARKS) && strcmp(path, LEAF_TIME) != 0;
}

/* ---- flat ---- */

static void put_flat(struct json_object *flat, const char *place, const char *key, struct json_object *value)
{
	scoped_text path = own_format("%s%s", place, key);

	json_put(flat, path, json_share(value));
}

static bool is_top_key(const char *key, struct json_object *value)
{
	bool data = strcmp(key, "data") == 0 && json_is(value, json_type_object);

	return key[0] != '_' && !data && strcmp(key, "created_at") != 0 && strcmp(key, "updated_at") != 0;
}

struct json_object *leaf_flat(struct json_object *body)
{
	struct json_object *flat = json_new_object(), *marks = NULL;

	json_each (body, top, top_value) {
		if (is_top_key(top, top_value))
			put_flat(flat, LEAF_IN_TOP, top, top_value);
	}
	json_each (document_data(body), key, value) {
		if (strcmp(key, "integrations") == 0 && json_is(value, json_type_object))
			marks = value;
		else
			put_flat(flat, LEAF_IN_DATA, key, value);
	}
	json_each (marks, integration_id, mark) {
		put_flat(flat, LEAF_IN_MARKS, integration_id, mark);
	}
	return flat;
}

struct json_object *leaf_hash(struct json_object *value)
{
	scoped_text words = json_write(value);

	return json_new_int((int64_t)(text_hash(words) & HASH_MASK));
}

/* An attachment is known by its content. */
struct json_object *leaf_attachment_hash(struct json_object *stub)
{
	struct json_object *digest = NULL;

	json_find(stub, "digest", &digest);
	return leaf_hash(digest);
}

struct json_object *leaf_digest(struct json_object *body)
{
	struct json_object *digest = json_new_object();
	scoped(json_object) flat = leaf_flat(body);

	json_each (flat, path, value) {
		json_put(digest, path, leaf_hash(value));
	}
	json_put(digest, LEAF_TIME, json_new_int(document_updated_at(body)));
	json_each (json_child(body, "_attachments", json_type_object), name, stub) {
		scoped_text file = own_format("%s%s", LEAF_IN_FILES, name);
		json_put(digest, file, leaf_attachment_hash(stub));
	}
	return digest;
}

/* Whether what stands at the path is not what the ancestor had there; also when that is not known. */
bool leaf_path_moved(struct json_object *ancestor, const char *path, struct json_object *hash)
{
	struct json_object *former = NULL;

	if (!ancestor)
		return true;
	if (!json_find(ancestor, path, &former))
		return hash != NULL;
	return !former || !hash || json_int_of(former) != json_int_of(hash);
}

bool leaf_has_moved(struct json_object *body, struct json_object *digest)
{
	scoped(json_object) present = leaf_digest(body);

	if (!digest)
		return true;
	json_each (present, path, hash) {
		if (leaf_path_is_edited(path) && leaf_path_moved(digest, path, hash))
			return true;
	}
	json_each (digest, former_path, former) {
		(void)former;
		if (leaf_path_is_edited(former_path) && !json_find(present, former_path, NULL))
			return true;
	}
	return false;
}

/* ---- and back ---- */

static void put_back(struct json_object *into, const char *place, struct json_object *flat)
{
	json_each (flat, path, value) {
		if (leaf_path_is_in(path, place))
			json_put(into, path + strlen(place), json_share(value));
	}
}

static void remove_missing(struct json_object *from, const char *place, struct json_object *flat)
{
	json_each (from, key, value) {
		(void)value;
		scoped_text path = own_format("%s%s", place, key);
		if (!json_find(flat, path, NULL))
			json_remove(from, key);
	}
}

static void rebuild_marks(struct json_object *data, struct json_object *flat)
{
	struct json_object *marks = json_child(data, "integrations", json_type_object);
	scoped(json_object) found = json_new_object();

	put_back(found, LEAF_IN_MARKS, flat);
	if (!marks && json_key_count(found) == 0)
		return;
	json_put(data, "integrations", json_copy(found));
}

static void rebuild_top(struct json_object *body, struct json_object *flat)
{
	json_each (body, key, value) {
		scoped_text path = own_format("%s%s", LEAF_IN_TOP, key);
		if (is_top_key(key, value) && !json_find(flat, path, NULL))
			json_remove(body, key);
	}
	put_back(body, LEAF_IN_TOP, flat);
}

void leaf_put_flat(enum document_type type, struct json_object *body, struct json_object *flat)
{
	rebuild_top(body, flat);
	struct json_object *data = document_data(body);
	if (!data)
		return;
	struct json_object *marks = json_share(json_child(data, "integrations", json_type_object));
	remove_missing(data, LEAF_IN_DATA, flat);
	if (marks)
		json_put(data, "integrations", marks);
	put_back(data, LEAF_IN_DATA, flat);
	rebuild_marks(data, flat);
	document_order_data(type, body);
}
