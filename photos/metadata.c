#include "photos/metadata.h"

#include "base/own.h"

#include <stdint.h>
#include <string.h>

enum {
	MARKER = 0xFF,
	START_OF_IMAGE = 0xD8,
	END_OF_IMAGE = 0xD9,
	START_OF_SCAN = 0xDA,
	RESTART_FIRST = 0xD0,
	RESTART_LAST = 0xD7,
	TEMPORARY = 0x01,
	APP0 = 0xE0,
	APP2 = 0xE2,
	APP14 = 0xEE,
	APP15 = 0xEF,
	COMMENT = 0xFE,
	JFIF_SIZE =
		14, /* of the segment's contents up to the thumbnail, whose width and height are the last two */
	PNG_SIGNATURE = 8,
	PNG_AROUND = 12, /* length, name and checksum of a chunk */
};

static void add(struct text *out, const void *bytes, size_t length)
{
	if (out)
		text_add_bytes(out, bytes, length);
}

static size_t big_endian_2(const unsigned char *bytes)
{
	return (size_t)bytes[0] << 8 | bytes[1];
}

/* ---- JPEG ---- */

static bool begins_with(const unsigned char *contents, size_t length, const char *name, size_t name_length)
{
	return length >= name_length && memcmp(contents, name, name_length) == 0;
}

static bool stays(unsigned char marker, const unsigned char *contents, size_t length)
{
	if (marker == APP2)
		return begins_with(contents, length, "ICC_PROFILE", sizeof("ICC_PROFILE"));
	if (marker == APP14)
		return begins_with(contents, length, "Adobe", strlen("Adobe"));
	return marker != COMMENT && (marker < APP0 || marker > APP15);
}

/* With a thumbnail of 0 × 0 pixels. */
static void add_jfif(struct text *out, const unsigned char *contents)
{
	static const unsigned char head[] = {MARKER, APP0, 0, JFIF_SIZE + 2}, none[] = {0, 0};

	add(out, head, sizeof(head));
	add(out, contents, JFIF_SIZE - sizeof(none));
	add(out, none, sizeof(none));
}

/* 'segment' begins with its marker. */
static void add_segment(struct text *out, const unsigned char *segment, size_t length)
{
	const unsigned char *contents = segment + 4;
	size_t contents_length = length - 4;

	if (segment[1] == APP0 && contents_length >= JFIF_SIZE &&
	    begins_with(contents, contents_length, "JFIF", sizeof("JFIF")))
		add_jfif(out, contents);
	else if (stays(segment[1], contents, contents_length))
		add(out, segment, length);
}

/* How many bytes of a scan stand before the next marker; in it FF 00 is a byte FF, and restarts are parts of it. */
static size_t scan_length(const unsigned char *bytes, size_t length)
{
	for (size_t at = 0; at + 1 < length; at++) {
		if (bytes[at] != MARKER)
			continue;
		unsigned char next = bytes[at + 1];
		if (next != 0 && next != MARKER && (next < RESTART_FIRST || next > RESTART_LAST))
			return at;
	}
	return length;
}

bool metadata_strip_jpeg(const void *bytes, size_t length, struct text *out)
{
	const unsigned char *at = bytes, *end = at + length;

	if (length < 2 || at[0] != MARKER || at[1] != START_OF_IMAGE)
		return false;
	add(out, at, 2);
	at += 2;
	while (end - at >= 2 && at[0] == MARKER) {
		size_t left = (size_t)(end - at);
		if (at[1] == MARKER) { /* any number of them may stand before a marker */
			at++;
			continue;
		}
		if (at[1] == END_OF_IMAGE) {
			add(out, at, 2);
			return true;
		}
		if (at[1] == TEMPORARY || (at[1] >= RESTART_FIRST && at[1] <= RESTART_LAST)) {
			at += 2;
			continue;
		}
		size_t segment = left >= 4 ? 2 + big_endian_2(at + 2) : 0;
		/* FF 00 is no marker: behind a segment that goes it would be taken for a part of the scan before. */
		if (at[1] == 0 || segment < 4 || segment > left)
			return false;
		size_t scan = at[1] == START_OF_SCAN ? scan_length(at + segment, left - segment) : 0;
		add_segment(out, at, segment);
		add(out, at + segment, scan);
		at += segment + scan;
	}
	return false;
}

/* ---- PNG ---- */

static bool chunk_stays(const unsigned char *name)
{
	static const char kept[][5] = {"IHDR", "PLTE", "tRNS", "gAMA", "cHRM", "sRGB",
				       "iCCP", "sBIT", "cICP", "IDAT", "IEND"};

	for (size_t i = 0; i < countof(kept); i++)
		if (memcmp(name, kept[i], 4) == 0)
			return true;
	return false;
}

bool metadata_strip_png(const void *bytes, size_t length, struct text *out)
{
	static const unsigned char signature[PNG_SIGNATURE] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
	const unsigned char *at = bytes, *end = at + length;

	if (length < PNG_SIGNATURE || memcmp(at, signature, PNG_SIGNATURE) != 0)
		return false;
	add(out, at, PNG_SIGNATURE);
	at += PNG_SIGNATURE;
	while (end - at >= PNG_AROUND) {
		uint64_t size = (uint64_t)big_endian_2(at) << 16 | big_endian_2(at + 2);
		if (size + PNG_AROUND > (uint64_t)(end - at))
			return false;
		size_t chunk = (size_t)size + PNG_AROUND;
		if (chunk_stays(at + 4))
			add(out, at, chunk);
		if (memcmp(at + 4, "IEND", 4) == 0)
			return true;
		at += chunk;
	}
	return false;
}
