#include "public-images/keys.h"
#include "base/clock.h"
#include "base/text.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define HEX_LENGTH ((size_t)IMAGE_KEY_SECRET_SIZE * 2)
#define BLANKS     " \t\r"

bool image_key_id_is_good(const char *id, size_t length)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

	return length > 0 && length < IMAGE_KEY_ID_SIZE && strspn(id, letters) >= length;
}

static bool read_secret(const char *hex, size_t length, uint8_t secret_out[IMAGE_KEY_SECRET_SIZE])
{
	size_t read = 0;

	return length == HEX_LENGTH &&
	       sodium_hex2bin(secret_out, IMAGE_KEY_SECRET_SIZE, hex, length, NULL, &read, NULL) == 0 &&
	       read == IMAGE_KEY_SECRET_SIZE && !sodium_is_zero(secret_out, IMAGE_KEY_SECRET_SIZE);
}

/* One line, without its end. */
static bool read_line(const char *line, size_t length, int number, struct image_keys *keys,
		      struct error *error)
{
	scoped_text words = own_copy_bytes(line, length);
	const char *id = words + strspn(words, BLANKS);
	size_t id_length = strcspn(id, BLANKS);
	const char *hex = id + id_length + strspn(id + id_length, BLANKS);
	size_t hex_length = strcspn(hex, BLANKS);
	struct image_key key = {0};

	if (!*id || *id == '#')
		return true;
	if (strlen(words) != length || !image_key_id_is_good(id, id_length) ||
	    hex[hex_length + strspn(hex + hex_length, BLANKS)] || !read_secret(hex, hex_length, key.secret))
		return error_set(error, ERROR_FATAL,
				 "line %d is no key: write \"<key id> <64 hex digits>\", the id of at most "
				 "%d letters, "
				 "digits, '_' and '-'",
				 number, IMAGE_KEY_ID_SIZE - 1);
	memcpy(key.id, id, id_length);
	if (image_keys_find(keys, key.id))
		return error_set(error, ERROR_FATAL, "line %d: there are two keys with the id %s", number,
				 key.id);
	if (keys->count == IMAGE_KEYS_MOST)
		return error_set(error, ERROR_FATAL, "line %d: there are more than %d keys", number,
				 IMAGE_KEYS_MOST);
	keys->list[keys->count++] = key;
	sodium_memzero(&key, sizeof(key));
	return true;
}

bool image_keys_read(const char *lines, struct image_keys *keys_out, struct error *error)
{
	struct image_keys keys = {0};

	for (int number = 1; *lines; number++) {
		size_t length = strcspn(lines, "\n");
		if (!read_line(lines, length, number, &keys, error)) {
			image_keys_done(&keys);
			return false;
		}
		lines += length + (lines[length] ? 1 : 0);
	}
	*keys_out = keys;
	image_keys_done(&keys);
	return true;
}

char *image_keys_write(const struct image_keys *keys)
{
	struct text text = {0};

	for (size_t i = 0; i < keys->count; i++) {
		char hex[HEX_LENGTH + 1];
		sodium_bin2hex(hex, sizeof(hex), keys->list[i].secret, IMAGE_KEY_SECRET_SIZE);
		text_format(&text, "%s %s\n", keys->list[i].id, hex);
		sodium_memzero(hex, sizeof(hex));
	}
	return text_take(&text);
}

void image_keys_done(struct image_keys *keys)
{
	sodium_memzero(keys, sizeof(*keys));
}

const struct image_key *image_keys_active(const struct image_keys *keys)
{
	return keys->count > 0 ? &keys->list[0] : NULL;
}

const struct image_key *image_keys_find(const struct image_keys *keys, const char *id)
{
	for (size_t i = 0; i < keys->count; i++)
		if (strcmp(keys->list[i].id, id) == 0)
			return &keys->list[i];
	return NULL;
}

/* The n of "k<n>"; 0: the id has another form. */
static unsigned long number_of(const char *id)
{
	return id[0] == 'k' && id[1] && strspn(id + 1, "0123456789") == strlen(id + 1) && strlen(id) <= 10
		       ? strtoul(id + 1, NULL, 10)
		       : 0;
}

static unsigned long highest_number(const struct image_keys *keys)
{
	unsigned long highest = 0;

	for (size_t i = 0; i < keys->count; i++) {
		unsigned long number = number_of(keys->list[i].id);
		highest = number > highest ? number : highest;
	}
	return highest;
}

bool image_keys_rotate(struct image_keys *keys, struct error *error)
{
	if (keys->count == IMAGE_KEYS_MOST)
		return error_set(error, ERROR_REFUSED,
				 "there are %d keys already: retire one that is no longer needed",
				 IMAGE_KEYS_MOST);
	scoped_text id = own_format("k%lu", highest_number(keys) + 1);
	memmove(&keys->list[1], &keys->list[0], keys->count * sizeof(keys->list[0]));
	keys->count++;
	keys->list[0] = (struct image_key){0};
	memcpy(keys->list[0].id, id, strlen(id));
	random_bytes(keys->list[0].secret, IMAGE_KEY_SECRET_SIZE);
	return true;
}

bool image_keys_retire(struct image_keys *keys, const char *id, struct error *error)
{
	const struct image_key *key = image_keys_find(keys, id);

	if (!key)
		return error_set(error, ERROR_REFUSED, "there is no key with the id %s", id);
	if (key == image_keys_active(keys))
		return error_set(error, ERROR_REFUSED,
				 "the key %s signs new links: rotate first, then retire it", id);
	size_t place = (size_t)(key - keys->list);
	memmove(&keys->list[place], &keys->list[place + 1],
		(keys->count - place - 1) * sizeof(keys->list[0]));
	keys->count--;
	sodium_memzero(&keys->list[keys->count], sizeof(keys->list[0]));
	return true;
}
