#include "inventory/leaf_memory.h"

#include "inventory/leaf_paths.h"
#include "inventory/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKED_SIZE 8
#define NOT_THERE   "--------"

static size_t schema_count(enum document_type type)
{
	size_t count = 0;

	for (const struct schema_key *key = schema_of(type); key && key->key; key++)
		count++;
	return count;
}

static char *path_of(const char *key)
{
	return own_format(LEAF_IN_DATA "%s", key);
}

/* ---- packing ---- */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.";

static void pack_hash(int64_t hash, char out[PACKED_SIZE])
{
	for (size_t i = 0; i < PACKED_SIZE; i++)
		out[i] = letters[(uint64_t)hash >> (6 * i) & 63];
}

static int64_t unpack_hash(const char packed[PACKED_SIZE])
{
	uint64_t hash = 0;

	for (size_t i = 0; i < PACKED_SIZE; i++) {
		const char *letter = memchr(letters, packed[i], sizeof letters - 1);
		hash |= (uint64_t)(letter ? letter - letters : 0) << (6 * i);
	}
	return (int64_t)hash;
}

static void pack(struct json_object *memory, enum document_type type, struct json_object *digest)
{
	scoped(json_object) others = json_copy(digest);
	struct text packed = {0};

	for (const struct schema_key *key = schema_of(type); key && key->key; key++) {
		scoped_text path = path_of(key->key);
		struct json_object *hash = NULL;
		char words[PACKED_SIZE + 1] = NOT_THERE;
		if (json_find(digest, path, &hash))
			pack_hash(json_int_of(hash), words);
		text_add(&packed, words);
		json_remove(others, path);
	}
	json_put_text(memory, "type", document_type_name(type));
	json_put(memory, "keys", json_new_int((int64_t)schema_count(type)));
	json_put_text(memory, "packed", text_or_empty(&packed));
	text_done(&packed);
	if (json_key_count(others))
		json_put(memory, "others", json_share(others));
	else
		json_remove(memory, "others");
}

/* NULL: it follows another schema. */
static struct json_object *unpack(struct json_object *memory)
{
	enum document_type type = document_type_named(json_text_or(memory, "type", ""));
	const char *packed = json_text_or(memory, "packed", "");
	size_t count = schema_count(type);
	struct json_object *others = json_child(memory, "others", json_type_object);

	if (json_int_or(memory, "keys", -1) != (int64_t)count || strlen(packed) != count * PACKED_SIZE)
		return NULL;
	struct json_object *digest = others ? json_copy(others) : json_new_object();
	for (const struct schema_key *key = schema_of(type); key && key->key; key++, packed += PACKED_SIZE) {
		scoped_text path = path_of(key->key);
		if (strncmp(packed, NOT_THERE, PACKED_SIZE) != 0)
			json_put(digest, path, json_new_int(unpack_hash(packed)));
	}
	return digest;
}

/* ---- revisions ---- */

static bool same_hash(struct json_object *a, struct json_object *b, const char *path)
{
	struct json_object *left = NULL, *right = NULL;
	bool in_a = json_find(a, path, &left), in_b = json_find(b, path, &right);

	return in_a == in_b && json_int_of(left) == json_int_of(right);
}

static void put_former(struct json_object *was, struct json_object *former, const char *path)
{
	struct json_object *hash = NULL;

	json_find(former, path, &hash);
	json_put(was, path, json_share(hash));
}

/* What the former one had, of what is not so any more. */
static struct json_object *what_was(struct json_object *former, struct json_object *digest)
{
	struct json_object *was = json_new_object();

	json_each (former, path, hash) {
		(void)hash;
		if (!same_hash(former, digest, path))
			put_former(was, former, path);
	}
	json_each (digest, other, present) {
		(void)present;
		if (!json_find(former, other, NULL))
			put_former(was, former, other);
	}
	return was;
}

static struct json_object *last_of(struct json_object *revisions)
{
	size_t count = json_length(revisions);

	return count ? json_at(revisions, count - 1) : NULL;
}

static struct json_object *new_memory(void)
{
	struct json_object *memory = json_new_object();

	json_put(memory, "revisions", json_new_array());
	return memory;
}

static bool is_remembered(struct json_object *revisions, const char *revision)
{
	for (size_t i = 0; i < json_length(revisions); i++)
		if (strcmp(json_text_or(json_at(revisions, i), "rev", ""), revision) == 0)
			return true;
	return false;
}

struct json_object *leaf_memory_add(struct json_object *memory, enum document_type type, const char *revision,
				    struct json_object *body)
{
	struct json_object *revisions = json_child(memory, "revisions", json_type_array);

	if (is_remembered(revisions, revision))
		return memory;
	scoped(json_object) digest = leaf_digest(body);
	scoped(json_object) former = revisions ? unpack(memory) : NULL;
	struct json_object *kept = former ? json_copy(memory) : new_memory(), *one = json_new_object();
	json_release(memory);
	revisions = json_child(kept, "revisions", json_type_array);
	if (former)
		json_put(last_of(revisions), "was", what_was(former, digest));
	json_put_text(one, "rev", revision);
	json_append(revisions, one);
	if (json_length(revisions) > LEAF_MEMORY_REVISIONS)
		json_remove_at(revisions, 0, json_length(revisions) - LEAF_MEMORY_REVISIONS);
	pack(kept, type, digest);
	return kept;
}

static void go_back(struct json_object *digest, struct json_object *was)
{
	json_each (was, path, hash) {
		if (hash)
			json_put(digest, path, json_share(hash));
		else
			json_remove(digest, path);
	}
}

struct json_object *leaf_memory_digest(struct json_object *memory, const char *revision)
{
	struct json_object *revisions = json_child(memory, "revisions", json_type_array);
	struct json_object *digest = revisions ? unpack(memory) : NULL;

	for (size_t i = json_length(revisions); digest && i-- > 0;) {
		struct json_object *one = json_at(revisions, i);
		go_back(digest, json_child(one, "was", json_type_object));
		if (strcmp(json_text_or(one, "rev", ""), revision) == 0)
			return digest;
	}
	json_release(digest);
	return NULL;
}
