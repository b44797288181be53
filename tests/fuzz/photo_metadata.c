/* Reads: a file that somebody attached. Holds: the same file is whole and can be stripped; what is left is whole, is of the same kind, is
 * no longer than before, loses nothing when it is stripped again, and has no name of a segment or chunk that tells of people or places. */
#include "photos/metadata.h"
#include "photos/photo_kind.h"
#include "tests/fuzz/fuzz.h"

static size_t big_endian(const unsigned char *bytes, size_t count)
{
	size_t number = 0;

	for (size_t i = 0; i < count; i++)
		number = number << 8 | bytes[i];
	return number;
}

/* From chunk to chunk. */
static void must_tell_nothing_png(const unsigned char *bytes)
{
	static const char *const telling[] = {"tEXt", "zTXt", "iTXt", "eXIf", "tIME"};
	const unsigned char *chunk = bytes + 8;

	for (;; chunk += 12 + big_endian(chunk, 4)) {
		for (size_t i = 0; i < countof(telling); i++)
			must(memcmp(chunk + 4, telling[i], 4) != 0);
		if (memcmp(chunk + 4, "IEND", 4) == 0)
			return;
	}
}

/* Up to the first scan: no EXIF, no comment. */
static void must_tell_nothing_jpeg(const unsigned char *bytes)
{
	for (const unsigned char *segment = bytes + 2; segment[1] != 0xDA && segment[1] != 0xD9;) {
		must(segment[0] == 0xFF && segment[1] != 0xFE && segment[1] != 0xE1 && segment[1] != 0xED);
		segment += 2 + big_endian(segment + 2, 2);
	}
}

static void strip_both_ways(enum photo_kind kind, const uint8_t *bytes, size_t length)
{
	bool (*strip)(const void *, size_t, struct text *) =
		kind == PHOTO_KIND_PNG ? metadata_strip_png : metadata_strip_jpeg;
	struct text once = {0}, twice = {0};

	if (strip(bytes, length, &once)) {
		must(once.length <= length);
		must(photo_kind_of(once.bytes, once.length) == kind || once.length < 3);
		must(strip(once.bytes, once.length, &twice));
		must(twice.length == once.length && memcmp(twice.bytes, once.bytes, once.length) == 0);
		if (kind == PHOTO_KIND_PNG)
			must_tell_nothing_png((const unsigned char *)once.bytes);
		else
			must_tell_nothing_jpeg((const unsigned char *)once.bytes);
	}
	text_done(&once);
	text_done(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	enum photo_kind kind = photo_kind_of(bytes, length);
	bool whole = photo_is_whole(kind, bytes, length);

	if (kind == PHOTO_KIND_PNG || kind == PHOTO_KIND_JPEG) {
		must(whole == (kind == PHOTO_KIND_PNG ? metadata_strip_png(bytes, length, NULL)
						      : metadata_strip_jpeg(bytes, length, NULL)));
		strip_both_ways(kind, bytes, length);
	}
	return 0;
}
