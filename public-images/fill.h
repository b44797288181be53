/* Bringing one picture into the cache: written under another name, flushed to the disk, renamed. */
#pragma once
#include "public-images/cache.h"
#include <stddef.h>

struct image_fill;

/* Begins to keep a picture of that length. Room is made, and set aside on the disk where the file system can do that. NULL: it cannot
 * be kept (the disk is full, the picture is larger than the cache, the folder cannot be written). The caller sees to it that
 * there is one fill of a digest at a time. */
struct image_fill *image_fill_begin(struct image_cache *cache, const struct image_digest *digest,
				    uint64_t length);
/* False: it cannot be kept. What comes is still counted and looked at. */
bool image_fill_add(struct image_fill *fill, const void *bytes, size_t length);
/* Whether some of what came could not be written. */
bool image_fill_is_broken(const struct image_fill *fill);
enum image_filled {
	IMAGE_FILLED,      /* it is in the cache */
	IMAGE_FILL_UNKEPT, /* the disk is full or broken; the bytes were good */
	IMAGE_FILL_UNFIT,  /* another length than was said, or no picture of a kind that is served */
};
/* Ends the fill. Only bytes that were flushed to the disk count as kept. */
enum image_filled image_fill_end(struct image_fill **fill);
void image_fill_drop(struct image_fill **fill); /* ends it and keeps nothing */
