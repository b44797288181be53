/* Reads: any bytes as the line of a request to the picture server. Holds: what is taken for a database or a picture has names that can
 * be; written as a link of ours it is read as the same again; nothing in it climbs out of its place. */
#include "public-images/link.h"
#include "tests/fuzz/fuzz.h"
#include <sodium.h>

static void must_be_names(const struct image_target *target)
{
	must(image_database_is_good(target->database));
	must(strstr(target->database, "..") == NULL);
	if (target->kind == IMAGE_TARGET_DATABASE)
		return;
	must(image_id_is_good(target->image));
	must(!strchr(target->image, '/') && !strchr(target->image, '\\'));
	must(strcmp(target->extension, "jpg") == 0 || strcmp(target->extension, "png") == 0);
}

static void must_be_read_again(const struct image_target *target)
{
	const struct image_link link = {target->database, target->image, target->extension, target->digest};
	struct image_keys keys = {.count = 1, .list = {{.id = "k1", .secret = {1}}}};
	struct image_target again;
	char *made = NULL;

	must(image_link_make("", &link, &keys, 1000000000, &made, NULL));
	image_target_read(made, &again);
	free(made);
	must(again.kind == IMAGE_TARGET_PICTURE && again.is_signed);
	must(strcmp(again.database, target->database) == 0 && strcmp(again.image, target->image) == 0 &&
	     strcmp(again.extension, target->extension) == 0);
	must(memcmp(&again.digest, &target->digest, sizeof(again.digest)) == 0);
	must(image_link_check(&again, &keys, 1000000000));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	scoped_text uri = own_copy_bytes((const char *)bytes, length);
	struct image_target target;

	image_target_read(uri, &target);
	if (target.kind == IMAGE_TARGET_DATABASE || target.kind == IMAGE_TARGET_PICTURE)
		must_be_names(&target);
	if (target.kind == IMAGE_TARGET_PICTURE)
		must_be_read_again(&target);
	must(!target.is_signed || target.kind == IMAGE_TARGET_PICTURE);
	return 0;
}
