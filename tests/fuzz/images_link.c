/* Reads: changes to a good link: in turn a place, how many bytes to take out there, how many to put in, and these. Holds: what is still
 * good stands for the same picture, digest, expiry and key as before: no change of anything that counts passes. */
#include "public-images/link.h"
#include "tests/fuzz/fuzz.h"
#include <sodium.h>

#define NOW_S       1796000000
#define LINK_MOST   1024
#define CHANGE_MOST 16

static const struct image_digest digest = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};

static char *good_link(const struct image_keys *keys)
{
	const struct image_link link = {"inventory", "7f3c6f0e", "jpg", digest};
	char *made = NULL;

	must(image_link_make("", &link, keys, NOW_S, &made, NULL));
	return made;
}

/* Takes its bytes from the input; false: there are no more. */
static bool change(struct text *link, const uint8_t **bytes, size_t *left)
{
	if (*left < 3)
		return false;
	size_t place = (*bytes)[0] % (link->length + 1);
	size_t out = (*bytes)[1] % CHANGE_MOST, in = (*bytes)[2] % CHANGE_MOST;
	*bytes += 3;
	*left -= 3;
	out = out < link->length - place ? out : link->length - place;
	in = in < *left ? in : *left;
	scoped_text rest = own_copy_bytes(link->bytes + place + out, link->length - place - out);
	size_t rest_length = link->length - place - out;
	link->length = place;
	text_add_bytes(link, *bytes, in);
	text_add_bytes(link, rest, rest_length);
	*bytes += in;
	*left -= in;
	return link->length < LINK_MOST;
}

static void must_be_the_same(const struct image_target *target, const struct image_target *before)
{
	must(strcmp(target->database, before->database) == 0);
	must(strcmp(target->image, before->image) == 0);
	must(strcmp(target->extension, before->extension) == 0);
	must(memcmp(&target->digest, &digest, sizeof(digest)) == 0);
	must(target->expires_s == before->expires_s);
	must(strcmp(target->key_id, before->key_id) == 0);
	must(memcmp(target->signature, before->signature, sizeof(target->signature)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const struct image_keys keys = {.count = 2,
					.list = {{.id = "k2", .secret = {2}}, {.id = "k1", .secret = {1}}}};
	scoped_text good = good_link(&keys);
	struct image_target before, target;
	struct text link = {0};

	image_target_read(good, &before);
	must(image_link_check(&before, &keys, NOW_S));
	must(!image_link_check(&before, &keys, before.expires_s));
	text_add(&link, good);
	while (change(&link, &bytes, &length))
		;
	image_target_read(text_or_empty(&link), &target);
	text_done(&link);
	if (target.kind == IMAGE_TARGET_PICTURE && image_link_check(&target, &keys, NOW_S))
		must_be_the_same(&target, &before);
	return 0;
}
