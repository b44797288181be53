/* Reads: what a child that decodes has written to its pipe. Holds: what is taken for an answer is inside every limit, its words are plain,
 * and it is written again in the same bytes. */
#include "photos/frame.h"
#include "photos/photo_kind.h"
#include "tests/fuzz/fuzz.h"

static void must_be_allowed(const struct photo_rendition *rendition, int box, size_t most)
{
	must(rendition->width >= 1 && rendition->width <= box);
	must(rendition->height >= 1 && rendition->height <= box);
	must(rendition->length <= most);
	must(strcmp(photo_kind_type(photo_kind_of(rendition->bytes, rendition->length)),
		    rendition_type(rendition->format)) == 0);
}

static void must_be_plain(const char *words)
{
	must(strlen(words) < PHOTO_DETAIL_SIZE && text_is_utf8(words, strlen(words)));
	for (const char *at = words; *at; at++)
		must((unsigned char)*at >= ' ' && *at != 0x7F);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct photo photo = {0};
	struct text again = {0};
	char detail[PHOTO_DETAIL_SIZE] = "";

	if (!frame_read(bytes, length, &photo, detail)) {
		must(!photo.large.bytes && !photo.thumbnail.bytes);
		return 0;
	}
	must_be_plain(detail);
	if (photo.outcome == PHOTO_READY) {
		must_be_allowed(&photo.large, 1440, PHOTO_LARGE_MOST);
		must_be_allowed(&photo.thumbnail, 128, PHOTO_THUMBNAIL_MOST);
		frame_write(&again, &photo, "");
		if (bytes[6] == 0 && bytes[7] == 0)
			must(again.length == length && memcmp(again.bytes, bytes, length) == 0);
		text_done(&again);
	}
	photo_fail(&photo, photo.outcome, "a", detail);
	must(text_is_utf8(photo.words, strlen(photo.words)));
	photo_done(&photo);
	return 0;
}
