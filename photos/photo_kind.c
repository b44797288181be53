#include "photos/photo_kind.h"

#include "photos/metadata.h"

#include <stdint.h>
#include <string.h>

enum {
	RIFF_HEADER = 12,
	BOX_HEADER = 8,
	BOX_WIDE_HEADER = 16,
	GIF_HEADER = 13, /* with the logical screen */
	GIF_FRAME_HEADER = 10,
	GIF_COLOURS = 0x80, /* a table of colours follows */
};

/* ---- kinds ---- */

static bool begins(const unsigned char *bytes, size_t length, const char *with, size_t with_length)
{
	return length >= with_length && memcmp(bytes, with, with_length) == 0;
}

/* The brand of an ISO file: HEIC in its kinds, one picture or several. AVIF has the same container, and is none of ours. */
static bool is_heic(const unsigned char *bytes, size_t length)
{
	static const char brands[][5] = {"heic", "heix", "heim", "heis", "mif1"};

	if (length < RIFF_HEADER || memcmp(bytes + 4, "ftyp", 4) != 0)
		return false;
	for (size_t i = 0; i < sizeof(brands) / sizeof(brands[0]); i++)
		if (memcmp(bytes + BOX_HEADER, brands[i], 4) == 0)
			return true;
	return false;
}

enum photo_kind photo_kind_of(const void *bytes, size_t length)
{
	if (begins(bytes, length, "\xFF\xD8\xFF", 3))
		return PHOTO_KIND_JPEG;
	if (begins(bytes, length, "\x89PNG\r\n\x1A\n", 8))
		return PHOTO_KIND_PNG;
	if (begins(bytes, length, "RIFF", 4) && length >= RIFF_HEADER &&
	    memcmp((const char *)bytes + 8, "WEBP", 4) == 0)
		return PHOTO_KIND_WEBP;
	if (begins(bytes, length, "GIF87a", 6) || begins(bytes, length, "GIF89a", 6))
		return PHOTO_KIND_GIF;
	return is_heic(bytes, length) ? PHOTO_KIND_HEIC : PHOTO_KIND_NONE;
}

const char *photo_kind_type(enum photo_kind kind)
{
	static const char *const types[] = {
		[PHOTO_KIND_NONE] = "",           [PHOTO_KIND_JPEG] = "image/jpeg",
		[PHOTO_KIND_PNG] = "image/png",   [PHOTO_KIND_WEBP] = "image/webp",
		[PHOTO_KIND_HEIC] = "image/heic", [PHOTO_KIND_GIF] = "image/gif",
	};

	return types[kind];
}

/* ---- ends ---- */

static uint64_t big_endian(const unsigned char *bytes, size_t count)
{
	uint64_t number = 0;

	for (size_t i = 0; i < count; i++)
		number = number << 8 | bytes[i];
	return number;
}

static bool webp_is_whole(const unsigned char *bytes, size_t length)
{
	uint64_t size =
		bytes[4] | (uint64_t)bytes[5] << 8 | (uint64_t)bytes[6] << 16 | (uint64_t)bytes[7] << 24;

	return size + BOX_HEADER <= length;
}

/* Boxes, one behind the other; the length 0 means "up to the end", 1 that it stands behind the name. */
static bool heic_is_whole(const unsigned char *bytes, size_t length)
{
	while (length > 0) {
		if (length < BOX_HEADER)
			return false;
		uint64_t size = big_endian(bytes, 4);
		if (size == 0)
			return true;
		if (size == 1 && length >= BOX_WIDE_HEADER)
			size = big_endian(bytes + BOX_HEADER, 8);
		if (size < BOX_HEADER || size > length)
			return false;
		bytes += size;
		length -= (size_t)size;
	}
	return true;
}

struct span {
	const unsigned char *bytes;
	size_t length;
};

static bool skip(struct span *span, size_t count)
{
	if (span->length < count)
		return false;
	span->bytes += count;
	span->length -= count;
	return true;
}

static size_t colours_size(unsigned char flags)
{
	return flags & GIF_COLOURS ? (size_t)3 << ((flags & 7) + 1) : 0;
}

/* Pieces of at most 255 bytes; an empty one ends them. */
static bool skip_pieces(struct span *span)
{
	while (span->length > 0) {
		size_t piece = span->bytes[0];
		if (!skip(span, 1 + piece))
			return false;
		if (piece == 0)
			return true;
	}
	return false;
}

/* Up to the end of the first frame. */
static bool gif_is_whole(const unsigned char *bytes, size_t length)
{
	struct span left = {bytes, length};

	if (!skip(&left, GIF_HEADER) || !skip(&left, colours_size(bytes[GIF_HEADER - 3])))
		return false;
	while (left.length > 0 && left.bytes[0] == '!')
		if (!skip(&left, 2) || !skip_pieces(&left))
			return false;
	if (left.length < GIF_FRAME_HEADER || left.bytes[0] != ',')
		return false;
	/* The size of the first codes is one byte. */
	return skip(&left, GIF_FRAME_HEADER + colours_size(left.bytes[GIF_FRAME_HEADER - 1]) + 1) &&
	       skip_pieces(&left);
}

bool photo_is_whole(enum photo_kind kind, const void *bytes, size_t length)
{
	switch (kind) {
	case PHOTO_KIND_JPEG:
		return metadata_strip_jpeg(bytes, length, NULL);
	case PHOTO_KIND_PNG:
		return metadata_strip_png(bytes, length, NULL);
	case PHOTO_KIND_WEBP:
		return webp_is_whole(bytes, length);
	case PHOTO_KIND_HEIC:
		return heic_is_whole(bytes, length);
	case PHOTO_KIND_GIF:
		return gif_is_whole(bytes, length);
	case PHOTO_KIND_NONE:
		break;
	}
	return false;
}
