/* The password of the admin pages, of which only a hash is kept (Argon2id).
 *
 * Computing one takes PASSWORD_MEMORY_BYTES: whoever lets strangers cause it sees to it that there is one at a time. */
#pragma once
#include "base/error.h"
#include "base/own.h"

#define PASSWORD_MEMORY_BYTES ((size_t)19 << 20)
#define PASSWORD_PASSES       2
#define PASSWORD_LEAST        8   /* characters' bytes */
#define PASSWORD_MOST         512 /* bytes; a longer one is wrong */
#define PASSWORD_HASH_SIZE    128

/* ERROR_REFUSED: it is too short or too long. */
must_use bool password_hash(const char *password, char hash_out[PASSWORD_HASH_SIZE], struct error *error);
/* Whether this hash can be checked against: it is one that password_hash() makes, of any strength up to 1 GiB. */
bool password_hash_is_good(const char *hash);
bool password_fits(const char *password, const char *hash);
