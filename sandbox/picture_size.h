/* What kind of picture some bytes are, and its size: from the header alone, nothing is decoded. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sandbox_picture_size {
	const char *type; /* "image/jpeg", "image/png", "image/gif", "image/webp" */
	uint32_t width, height;
};

/* False: none of these kinds, its header is not whole, or a side is 0. */
bool sandbox_picture_size(const char *bytes, size_t length, struct sandbox_picture_size *size_out);
