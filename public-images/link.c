#include "public-images/link.h"
#include "base/text.h"
#include <sodium.h>
#include <string.h>

#define PURPOSE    "davenport image v1"
#define ATTACHMENT "image-1440"

static void add_part(crypto_generichash_state *state, const char *part)
{
	uint32_t length = (uint32_t)strlen(part);
	const uint8_t prefix[4] = {(uint8_t)(length >> 24), (uint8_t)(length >> 16), (uint8_t)(length >> 8),
				   (uint8_t)length};

	crypto_generichash_update(state, prefix, sizeof(prefix));
	crypto_generichash_update(state, (const uint8_t *)part, length);
}

static void sign(const struct image_target *target, const uint8_t secret[IMAGE_KEY_SECRET_SIZE],
		 uint8_t signature_out[IMAGE_SIGNATURE_SIZE])
{
	crypto_generichash_state state;
	const char *const parts[] = {
		target->database,    target->image,       target->extension, ATTACHMENT,
		target->digest_text, target->expiry_text, target->key_id,
	};

	crypto_generichash_init(&state, secret, IMAGE_KEY_SECRET_SIZE, IMAGE_SIGNATURE_SIZE);
	crypto_generichash_update(&state, (const uint8_t *)PURPOSE, sizeof(PURPOSE) - 1);
	for (size_t i = 0; i < countof(parts); i++)
		add_part(&state, parts[i]);
	crypto_generichash_final(&state, signature_out, IMAGE_SIGNATURE_SIZE);
	sodium_memzero(&state, sizeof(state));
}

int64_t image_link_expiry_s(int64_t now_s)
{
	return (now_s + IMAGE_LINK_LEAST_S + IMAGE_LINK_SAME_S - 1) / IMAGE_LINK_SAME_S * IMAGE_LINK_SAME_S;
}

static void fill(struct image_target *target, const struct image_link *link, const struct image_key *key,
		 int64_t now_s)
{
	memcpy(target->database, link->database, strlen(link->database) + 1);
	memcpy(target->image, link->image, strlen(link->image) + 1);
	memcpy(target->extension, link->extension, sizeof(target->extension));
	memcpy(target->key_id, key->id, strlen(key->id) + 1);
	image_digest_text(&link->digest, target->digest_text);
	scoped_text expiry = own_format("%lld", (long long)image_link_expiry_s(now_s));
	memcpy(target->expiry_text, expiry, strlen(expiry) + 1);
	sign(target, key->secret, target->signature);
}

static char *write_link(const char *public_url, const struct image_target *target)
{
	struct text text = {0};
	char signature[44];

	sodium_bin2base64(signature, sizeof(signature), target->signature, IMAGE_SIGNATURE_SIZE,
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	text_format(&text, "%s/", public_url);
	text_add_url(&text, target->database);
	text_add(&text, "/images/");
	text_add_url(&text, target->image);
	text_format(&text, ".%s?d=%s&e=%s&k=%s&s=%s", target->extension, target->digest_text,
		    target->expiry_text, target->key_id, signature);
	return text_take(&text);
}

bool image_link_make(const char *public_url, const struct image_link *link, const struct image_keys *keys,
		     int64_t now_s, char **link_out, struct error *error)
{
	const struct image_key *key = image_keys_active(keys);
	struct image_target target = {0};

	if (!key)
		return error_set(error, ERROR_REFUSED, "there is no key to sign links to pictures with");
	if (!image_database_is_good(link->database) || !image_id_is_good(link->image))
		return error_set(error, ERROR_REFUSED,
				 "picture %s of %s cannot have a link: its id or the database's name "
				 "cannot stand in one",
				 link->image, link->database);
	if (strcmp(link->extension, "jpg") != 0 && strcmp(link->extension, "png") != 0)
		return error_set(error, ERROR_REFUSED,
				 "picture %s of %s cannot have a link: it is neither JPEG nor PNG",
				 link->image, link->database);
	fill(&target, link, key, now_s);
	*link_out = write_link(public_url, &target);
	return true;
}

bool image_link_check(const struct image_target *target, const struct image_keys *keys, int64_t now_s)
{
	static const struct image_key nobodys = {0};
	const struct image_key *key = image_keys_find(keys, target->key_id);
	uint8_t signature[IMAGE_SIGNATURE_SIZE];

	sign(target, (key ? key : &nobodys)->secret, signature);
	bool same = sodium_memcmp(signature, target->signature, sizeof(signature)) == 0;
	return target->is_signed && key && same && now_s < target->expires_s;
}
