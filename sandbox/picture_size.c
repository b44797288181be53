#include "sandbox/picture_size.h"
#include "base/own.h"
#include <string.h>

static uint32_t big_endian(const unsigned char *at, size_t count)
{
	uint32_t number = 0;

	for (size_t i = 0; i < count; i++)
		number = number << 8 | at[i];
	return number;
}

static uint32_t little_endian(const unsigned char *at, size_t count)
{
	uint32_t number = 0;

	while (count-- > 0)
		number = number << 8 | at[count];
	return number;
}

static bool is_at(const unsigned char *bytes, size_t place, const char *words)
{
	return memcmp(bytes + place, words, strlen(words)) == 0;
}

static bool read_png(const unsigned char *bytes, size_t length, struct sandbox_picture_size *size)
{
	if (length < 24 || !is_at(bytes, 0, "\x89PNG\r\n\x1a\n") || !is_at(bytes, 12, "IHDR"))
		return false;
	*size = (struct sandbox_picture_size){"image/png", big_endian(bytes + 16, 4),
					      big_endian(bytes + 20, 4)};
	return true;
}

static bool read_gif(const unsigned char *bytes, size_t length, struct sandbox_picture_size *size)
{
	if (length < 10 || (!is_at(bytes, 0, "GIF87a") && !is_at(bytes, 0, "GIF89a")))
		return false;
	*size = (struct sandbox_picture_size){"image/gif", little_endian(bytes + 6, 2),
					      little_endian(bytes + 8, 2)};
	return true;
}

/* SOF0 to SOF15 without the tables that have their numbers between them. */
static bool is_frame(unsigned char marker)
{
	return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/* From segment to segment, up to the one that has the frame's size. */
static bool read_jpeg(const unsigned char *bytes, size_t length, struct sandbox_picture_size *size)
{
	size_t at = 2;

	if (length < 4 || bytes[0] != 0xFF || bytes[1] != 0xD8)
		return false;
	while (at + 9 <= length && bytes[at] == 0xFF) {
		unsigned char marker = bytes[at + 1];
		if (is_frame(marker)) {
			*size = (struct sandbox_picture_size){"image/jpeg", big_endian(bytes + at + 7, 2),
							      big_endian(bytes + at + 5, 2)};
			return true;
		}
		at += marker == 0xFF ? 1 : 2 + big_endian(bytes + at + 2, 2);
	}
	return false;
}

/* The lossy form has a frame's size, the lossless one its own, the extended one that of the canvas. */
static bool read_webp(const unsigned char *bytes, size_t length, struct sandbox_picture_size *size)
{
	if (length < 30 || !is_at(bytes, 0, "RIFF") || !is_at(bytes, 8, "WEBP"))
		return false;
	size->type = "image/webp";
	if (is_at(bytes, 12, "VP8 ")) {
		size->width = little_endian(bytes + 26, 2) & 0x3FFF;
		size->height = little_endian(bytes + 28, 2) & 0x3FFF;
	} else if (is_at(bytes, 12, "VP8L")) {
		uint32_t bits = little_endian(bytes + 21, 4);
		size->width = (bits & 0x3FFF) + 1;
		size->height = (bits >> 14 & 0x3FFF) + 1;
	} else if (is_at(bytes, 12, "VP8X")) {
		size->width = little_endian(bytes + 24, 3) + 1;
		size->height = little_endian(bytes + 27, 3) + 1;
	} else {
		return false;
	}
	return true;
}

bool sandbox_picture_size(const char *bytes, size_t length, struct sandbox_picture_size *size_out)
{
	static bool (*const readers[])(const unsigned char *bytes, size_t length,
				       struct sandbox_picture_size *size) = {read_jpeg, read_png, read_webp,
									     read_gif};

	for (size_t i = 0; i < countof(readers); i++) {
		struct sandbox_picture_size size = {0};
		if (readers[i]((const unsigned char *)bytes, length, &size) && size.width > 0 &&
		    size.height > 0) {
			*size_out = size;
			return true;
		}
	}
	return false;
}
