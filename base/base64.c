#include "base/base64.h"
#include <sodium.h>
#include <stdlib.h>

char *base64_write(const char *bytes, size_t length)
{
	size_t size = sodium_base64_encoded_len(length, sodium_base64_VARIANT_ORIGINAL);
	char *words = own_alloc(size);

	sodium_bin2base64(words, size, (const unsigned char *)bytes, length, sodium_base64_VARIANT_ORIGINAL);
	return words;
}

/* libsodium 1.0.18 takes some bytes that are no ASCII for letters of base64. */
static bool is_ascii(const char *words, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)words[i] >= 0x80)
			return false;
	return true;
}

bool base64_read(const char *words, size_t length, char **bytes_out, size_t *length_out)
{
	size_t size = length / 4 * 3, written = 0;
	char *bytes = own_alloc(size + 1);
	const char *end = NULL;

	if (!is_ascii(words, length) ||
	    sodium_base642bin((unsigned char *)bytes, size, words, length, NULL, &written, &end,
			      sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    end != words + length) {
		free(bytes);
		return false;
	}
	bytes[written] = '\0';
	*bytes_out = bytes;
	*length_out = written;
	return true;
}
