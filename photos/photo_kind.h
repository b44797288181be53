/* The kinds of files that are read as pictures, by their first bytes and by nothing else. Pure. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum photo_kind {
	PHOTO_KIND_NONE,
	PHOTO_KIND_JPEG,
	PHOTO_KIND_PNG,
	PHOTO_KIND_WEBP,
	PHOTO_KIND_HEIC,
	PHOTO_KIND_GIF
};

enum photo_kind photo_kind_of(const void *bytes, size_t length);
const char *photo_kind_type(enum photo_kind kind); /* "image/webp"; "" for none */

/* Whether the file goes on to where its own lengths say that it ends; of a GIF the first frame counts. Decoders show the upper half of
 * a photo that was cut, and grey below: that is refused. Reads lengths and markers only. */
bool photo_is_whole(enum photo_kind kind, const void *bytes, size_t length);
