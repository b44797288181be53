#include "public-images/target.h"
#include "base/text.h"
#include "public-images/keys.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SEGMENTS_MOST 3

struct piece {
	const char *bytes;
	size_t length;
};

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* What RFC 3986 lets stand in a segment as it is. */
static bool may_stand(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._~!$&'()*+,;=:@", c));
}

/* False: it is no segment, or does not fit. */
static bool decode(struct piece segment, char *out, size_t size)
{
	size_t length = 0;

	for (size_t i = 0; i < segment.length; i++) {
		char c = segment.bytes[i];
		if (c == '%') {
			if (segment.length - i < 3)
				return false;
			int high = hex_value(segment.bytes[i + 1]), low = hex_value(segment.bytes[i + 2]);
			if (high < 0 || low < 0)
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		} else if (!may_stand(c)) {
			return false;
		}
		if (c == '\0' || length + 1 >= size)
			return false;
		out[length++] = c;
	}
	out[length] = '\0';
	return true;
}

bool image_database_is_good(const char *name)
{
	return name[0] >= 'a' && name[0] <= 'z' && strlen(name) < IMAGE_DATABASE_SIZE &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_$()+-/") == strlen(name);
}

bool image_id_is_good(const char *id)
{
	size_t length = strlen(id);

	if (length == 0 || length >= IMAGE_ID_SIZE || strcmp(id, ".") == 0 || strcmp(id, "..") == 0)
		return false;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)id[i] < ' ' || id[i] == 0x7f || id[i] == '/' || id[i] == '\\')
			return false;
	return text_is_utf8(id, length);
}

/* "<image id>.<jpg|png>" */
static bool read_file_name(struct piece segment, struct image_target *target)
{
	char name[IMAGE_ID_SIZE + sizeof(".jpg") - 1];

	if (!decode(segment, name, sizeof(name)))
		return false;
	size_t length = strlen(name);
	if (length < sizeof(".jpg") || name[length - 4] != '.')
		return false;
	memcpy(target->extension, name + length - 3, sizeof(target->extension));
	if (strcmp(target->extension, "jpg") != 0 && strcmp(target->extension, "png") != 0)
		return false;
	name[length - 4] = '\0';
	if (!image_id_is_good(name))
		return false;
	memcpy(target->image, name, strlen(name) + 1);
	return true;
}

/* The value of the parameter that has to come next; false: another one does, or it does not fit. */
static bool take_parameter(const char **query, char name, char *out, size_t size)
{
	const char *at = *query;

	if (at[0] != name || at[1] != '=')
		return false;
	size_t length = strcspn(at + 2, "&");
	if (length == 0 || length >= size)
		return false;
	memcpy(out, at + 2, length);
	out[length] = '\0';
	at += 2 + length;
	*query = at + (*at == '&' ? 1 : 0);
	/* The ampersand behind the last one belongs to nothing. */
	return !(*at == '&' && at[1] == '\0');
}

/* libsodium 1.0.18 takes some bytes that are no ASCII for letters of base64. */
static bool is_ascii(const char *words)
{
	for (; *words; words++)
		if ((unsigned char)*words >= 0x80)
			return false;
	return true;
}

static bool read_base64(const char *words, uint8_t *bytes, size_t size)
{
	size_t length = 0;
	const char *end = NULL;

	return is_ascii(words) &&
	       sodium_base642bin(bytes, size, words, strlen(words), NULL, &length, &end,
				 sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
	       length == size && *end == '\0';
}

static bool read_expiry(struct image_target *target)
{
	const char *words = target->expiry_text;

	if (words[0] == '0' || strspn(words, "0123456789") != strlen(words))
		return false;
	target->expires_s = strtoll(words, NULL, 10);
	return true;
}

static bool read_query(const char *query, struct image_target *target)
{
	char signature[44];

	return take_parameter(&query, 'd', target->digest_text, sizeof(target->digest_text)) &&
	       take_parameter(&query, 'e', target->expiry_text, sizeof(target->expiry_text)) &&
	       take_parameter(&query, 'k', target->key_id, sizeof(target->key_id)) &&
	       take_parameter(&query, 's', signature, sizeof(signature)) && *query == '\0' &&
	       read_base64(target->digest_text, target->digest.bytes, IMAGE_DIGEST_SIZE) &&
	       read_expiry(target) && image_key_id_is_good(target->key_id, strlen(target->key_id)) &&
	       read_base64(signature, target->signature, IMAGE_SIGNATURE_SIZE);
}

static size_t split(const char *path, size_t length, struct piece pieces[SEGMENTS_MOST])
{
	const char *end = path + length;
	size_t count = 0;

	for (const char *at = path; at < end && *at == '/'; count++) {
		const char *next = memchr(at + 1, '/', (size_t)(end - at - 1));
		if (count == SEGMENTS_MOST)
			return 0;
		next = next ? next : end;
		pieces[count] = (struct piece){at + 1, (size_t)(next - at - 1)};
		at = next;
	}
	return count;
}

static bool is(struct piece piece, const char *words)
{
	return piece.length == strlen(words) && memcmp(piece.bytes, words, piece.length) == 0;
}

static enum image_target_kind read_picture(const struct piece *pieces, const char *query,
					   struct image_target *target)
{
	if (!is(pieces[1], "images") || !read_file_name(pieces[2], target))
		return IMAGE_TARGET_NOTHING;
	if (!query)
		return IMAGE_TARGET_PICTURE;
	target->is_signed = read_query(query, target);
	return target->is_signed ? IMAGE_TARGET_PICTURE : IMAGE_TARGET_NOTHING;
}

static enum image_target_kind read_kind(const char *uri, struct image_target *target)
{
	struct piece pieces[SEGMENTS_MOST];
	size_t path_length = strcspn(uri, "?");
	const char *query = uri[path_length] == '?' ? uri + path_length + 1 : NULL;
	size_t count = split(uri, path_length, pieces);

	if (count == 1 && !query && is(pieces[0], "robots.txt"))
		return IMAGE_TARGET_ROBOTS;
	if (count == 0 || !decode(pieces[0], target->database, sizeof(target->database)) ||
	    !image_database_is_good(target->database))
		return IMAGE_TARGET_NOTHING;
	if (count == 1)
		return query ? IMAGE_TARGET_NOTHING : IMAGE_TARGET_DATABASE;
	return count == 3 ? read_picture(pieces, query, target) : IMAGE_TARGET_NOTHING;
}

void image_target_read(const char *uri, struct image_target *target_out)
{
	struct image_target target = {0};
	enum image_target_kind kind = read_kind(uri, &target);

	if (kind == IMAGE_TARGET_NOTHING)
		target = (struct image_target){0};
	target.kind = kind;
	*target_out = target;
}

bool image_digest_from_couch(const char *words, struct image_digest *digest_out)
{
	struct image_digest digest;
	size_t length = 0;
	const char *end = NULL;

	if (strncmp(words, "md5-", 4) != 0 || !is_ascii(words) ||
	    sodium_base642bin(digest.bytes, sizeof(digest.bytes), words + 4, strlen(words + 4), NULL, &length,
			      &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    length != sizeof(digest.bytes) || *end)
		return false;
	*digest_out = digest;
	return true;
}

void image_digest_text(const struct image_digest *digest, char text_out[IMAGE_DIGEST_TEXT_SIZE])
{
	sodium_bin2base64(text_out, IMAGE_DIGEST_TEXT_SIZE, digest->bytes, sizeof(digest->bytes),
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}
