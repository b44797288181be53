/* Reads: a picture's size (8 bytes), then the values of Range, If-Range and If-None-Match, each on a line; a line "-" is a header that
 * is not there. Holds: what is to be sent lies within the picture and is what its status says. */
#include "public-images/conditions.h"
#include "tests/fuzz/fuzz.h"

#define ETAG "\"AAECAwQFBgcICQoLDA0ODw\""

static const char *take_line(char **at)
{
	char *line = *at;
	size_t length = strcspn(line, "\n");

	*at = line + length + (line[length] ? 1 : 0);
	line[length] = '\0';
	return strcmp(line, "-") == 0 ? NULL : line;
}

static void must_be_within(const struct image_part *part, uint64_t size)
{
	switch (part->status) {
	case 200:
		must(part->first == 0 && part->length == size);
		break;
	case 206:
		must(part->length > 0 && part->first < size && part->length <= size - part->first);
		break;
	default:
		must(part->status == 304 || part->status == 416);
		must(part->first == 0 && part->length == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct image_conditions conditions;
	uint64_t size;

	if (length < sizeof(size))
		return 0;
	memcpy(&size, bytes, sizeof(size));
	scoped_text words = own_copy_bytes((const char *)bytes + sizeof(size), length - sizeof(size));
	char *at = words;
	conditions.range = take_line(&at);
	conditions.if_range = take_line(&at);
	conditions.if_none_match = take_line(&at);
	struct image_part part = image_part_wanted(&conditions, ETAG, size);
	must_be_within(&part, size);
	must(part.status != 304 || conditions.if_none_match);
	must((part.status != 206 && part.status != 416) || conditions.range);
	return 0;
}
