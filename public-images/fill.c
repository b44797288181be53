#define _GNU_SOURCE /* fallocate */
#include "public-images/fill.h"
#include "base/clock.h"
#include "base/descriptors.h"
#include "base/own.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct image_fill {
	struct image_cache *cache;
	struct image_cache_index *index;
	char hex[IMAGE_HEX_SIZE], part[IMAGE_FILE_NAME_SIZE];
	int descriptor;
	uint64_t expected, length;
	uint8_t begins[IMAGE_KIND_BYTES];
	bool broken;
};

/* Where a file system cannot set room aside, writing will tell. */
static bool reserve(int descriptor, uint64_t length)
{
	if (length == 0 || fallocate(descriptor, 0, 0, (off_t)length) == 0)
		return true;
	return errno == EOPNOTSUPP || errno == ENOSYS;
}

static void end_part(struct image_fill *fill, bool kept)
{
	close(fill->descriptor);
	if (!kept)
		unlinkat(image_cache_index_folder(fill->index), fill->part, 0);
	image_cache_index_give_back(fill->index, fill->expected);
}

static bool begin_part(struct image_fill *fill)
{
	snprintf(fill->part, sizeof(fill->part), "%s-%08x" IMAGE_CACHE_PART, fill->hex,
		 random_below(UINT32_MAX));
	fill->descriptor = openat(image_cache_index_folder(fill->index), fill->part,
				  O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fill->descriptor < 0) {
		image_cache_note_unkept(fill->cache, strerror(errno));
		image_cache_index_give_back(fill->index, fill->expected);
		return false;
	}
	if (!reserve(fill->descriptor, fill->expected)) {
		image_cache_note_unkept(fill->cache, strerror(errno));
		end_part(fill, false);
		return false;
	}
	return true;
}

struct image_fill *image_fill_begin(struct image_cache *cache, const struct image_digest *digest,
				    uint64_t length)
{
	struct image_fill fill = {.cache = cache, .index = image_cache_index_of(cache), .expected = length};

	sodium_bin2hex(fill.hex, sizeof(fill.hex), digest->bytes, sizeof(digest->bytes));
	if (!image_cache_index_reserve(fill.index, length)) {
		image_cache_note_unkept(cache, "a picture is larger than the room that its limit leaves");
		return NULL;
	}
	if (!begin_part(&fill))
		return NULL;
	struct image_fill *begun = own_alloc(sizeof(*begun));
	*begun = fill;
	return begun;
}

bool image_fill_add(struct image_fill *fill, const void *bytes, size_t length)
{
	for (size_t i = 0; fill->length + i < sizeof(fill->begins) && i < length; i++)
		fill->begins[fill->length + i] = ((const uint8_t *)bytes)[i];
	fill->length += length;
	/* What is longer than it should be is not kept, and need not be written. */
	if (!fill->broken && fill->length <= fill->expected &&
	    !descriptor_write(fill->descriptor, bytes, length)) {
		image_cache_note_unkept(fill->cache, strerror(errno));
		fill->broken = true;
	}
	return !fill->broken;
}

bool image_fill_is_broken(const struct image_fill *fill)
{
	return fill->broken;
}

/* The file has its name only when its bytes are on the disk, and is known only when its name is. */
static bool keep(struct image_fill *fill, enum image_kind kind)
{
	int folder = image_cache_index_folder(fill->index);
	struct image_cache_entry entry = {.length = fill->length, .kind = kind};

	memcpy(entry.hex, fill->hex, sizeof(entry.hex));
	entry.used_s = entry.stamped_s = clock_now_ms() / 1000;
	image_cache_entry_name(&entry);
	if (fsync(fill->descriptor) != 0 || renameat(folder, fill->part, folder, entry.name) != 0 ||
	    fsync(folder) != 0) {
		image_cache_note_unkept(fill->cache, strerror(errno));
		unlinkat(folder, entry.name, 0);
		return false;
	}
	end_part(fill, true);
	image_cache_index_put(fill->index, &entry);
	return true;
}

static enum image_kind kind_of(const struct image_fill *fill)
{
	size_t length = fill->length < sizeof(fill->begins) ? (size_t)fill->length : sizeof(fill->begins);

	return image_kind_of_bytes(fill->begins, length);
}

enum image_filled image_fill_end(struct image_fill **fill)
{
	struct image_fill *ending = *fill;
	enum image_kind kind = kind_of(ending);
	enum image_filled filled = IMAGE_FILL_UNKEPT;

	if (ending->length != ending->expected || kind == IMAGE_KIND_NONE)
		filled = IMAGE_FILL_UNFIT;
	else if (!ending->broken && keep(ending, kind))
		filled = IMAGE_FILLED;
	if (filled == IMAGE_FILLED)
		free(take(*fill));
	image_fill_drop(fill);
	return filled;
}

void image_fill_drop(struct image_fill **fill)
{
	if (!*fill)
		return;
	end_part(*fill, false);
	free(*fill);
	*fill = NULL;
}
