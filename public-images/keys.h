/* The keys that sign links to pictures.
 *
 * Several are alive at a time. The first one is active: it signs. The others only check links that were given out before.
 * Their text form, which people keep in a file, has a line for each: "<key id> <64 hex digits>". */
#pragma once
#include "base/error.h"
#include "base/own.h"
#include <stddef.h>
#include <stdint.h>

#define IMAGE_KEYS_MOST       8
#define IMAGE_KEY_ID_SIZE     17 /* with the NUL; letters, digits, '_' and '-' */
#define IMAGE_KEY_SECRET_SIZE 32

struct image_key {
	char id[IMAGE_KEY_ID_SIZE];
	uint8_t secret[IMAGE_KEY_SECRET_SIZE];
};
/* A plain value: it may be copied. {0} has no keys. image_keys_done() overwrites the secrets. */
struct image_keys {
	size_t count;
	struct image_key list[IMAGE_KEYS_MOST];
};

/* Empty lines and lines that begin with '#' are skipped. ERROR_FATAL names the line, never a secret: another shape, an id that
 * comes twice, a key of zeros only, more than IMAGE_KEYS_MOST. A text without keys gives none. */
must_use bool image_keys_read(const char *lines, struct image_keys *keys_out, struct error *error);
/* The text form; the caller frees. It holds the secrets. */
char *image_keys_write(const struct image_keys *keys);
void image_keys_done(struct image_keys *keys);

bool image_key_id_is_good(const char *id, size_t length);
const struct image_key *image_keys_active(const struct image_keys *keys); /* NULL: there is none */
const struct image_key *image_keys_find(const struct image_keys *keys, const char *id);

/* A new random key becomes the active one; the others stay alive. Its id is "k<n>", one above the highest. ERROR_REFUSED when there
 * are IMAGE_KEYS_MOST. Makes the first key of an empty ring, too. */
must_use bool image_keys_rotate(struct image_keys *keys, struct error *error);
/* Links that were signed with it end at once. ERROR_REFUSED: the active key, or one that is not there. */
must_use bool image_keys_retire(struct image_keys *keys, const char *id, struct error *error);
