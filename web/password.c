#include "web/password.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX   "$argon2id$v=19$m="
#define KIB_MOST (1UL << 20)

_Static_assert(PASSWORD_HASH_SIZE >= crypto_pwhash_STRBYTES, "a hash has its place");

bool password_hash(const char *password, char hash_out[PASSWORD_HASH_SIZE], struct error *error)
{
	size_t length = strlen(password);

	if (length < PASSWORD_LEAST || length > PASSWORD_MOST)
		return error_set(error, ERROR_REFUSED, "a password has %d to %d bytes, and this one has %zu",
				 PASSWORD_LEAST, PASSWORD_MOST, length);
	if (sodium_init() < 0)
		return error_set(error, ERROR_FATAL, "libsodium cannot be used on this machine");
	if (crypto_pwhash_str_alg(hash_out, password, length, PASSWORD_PASSES, PASSWORD_MEMORY_BYTES,
				  crypto_pwhash_ALG_ARGON2ID13) != 0)
		own_out_of_memory();
	return true;
}

/* What is above is refused here: checking it would take as much memory as it says. */
bool password_hash_is_good(const char *hash)
{
	char *end = NULL;

	if (strncmp(hash, PREFIX, strlen(PREFIX)) != 0 || strlen(hash) >= PASSWORD_HASH_SIZE)
		return false;
	unsigned long kib = strtoul(hash + strlen(PREFIX), &end, 10);
	/* libsodium reads all of it, and says of one that it cannot read that it is none. */
	return *end == ',' && kib <= KIB_MOST &&
	       crypto_pwhash_str_needs_rehash(hash, PASSWORD_PASSES, PASSWORD_MEMORY_BYTES) >= 0;
}

bool password_fits(const char *password, const char *hash)
{
	size_t length = strlen(password);
	char whole[crypto_pwhash_STRBYTES] = {0};

	if (length > PASSWORD_MOST || strlen(hash) >= sizeof(whole))
		return false;
	memcpy(whole, hash, strlen(hash)); /* libsodium reads all of its bytes */
	return crypto_pwhash_str_verify(whole, password, length) == 0;
}
