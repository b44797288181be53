#include "photos/frame.h"

#include "photos/photo_kind.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { FRAME_VERSION = 1, HEAD_SIZE = 8, RENDITION_HEAD = 9, LARGE_BOX = 1440, THUMBNAIL_BOX = 128 };
static const char magic[4] = {'D', 'V', 'P', 'H'};

struct span {
	const unsigned char *at;
	size_t left;
};

/* ---- writing ---- */

static void add_number(struct text *frame, size_t number, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		char byte = (char)(number >> (8 * i));
		text_add_bytes(frame, &byte, 1);
	}
}

static void add_rendition(struct text *frame, const struct photo_rendition *rendition)
{
	add_number(frame, rendition->format, 1);
	add_number(frame, (size_t)rendition->width, 2);
	add_number(frame, (size_t)rendition->height, 2);
	add_number(frame, rendition->length, 4);
	text_add_bytes(frame, rendition->bytes, rendition->length);
}

void frame_write(struct text *frame, const struct photo *photo, const char *detail)
{
	size_t length = text_utf8_prefix(detail, strlen(detail), PHOTO_DETAIL_SIZE - 1);

	text_add_bytes(frame, magic, sizeof(magic));
	add_number(frame, FRAME_VERSION, 1);
	add_number(frame, photo->outcome, 1);
	add_number(frame, length, 2);
	text_add_bytes(frame, detail, length);
	if (photo->outcome != PHOTO_READY)
		return;
	add_rendition(frame, &photo->large);
	add_rendition(frame, &photo->thumbnail);
}

/* ---- reading ---- */

static const unsigned char *take_bytes(struct span *span, size_t count)
{
	const unsigned char *at = span->at;

	if (span->left < count)
		return NULL;
	span->at += count;
	span->left -= count;
	return at;
}

static size_t number_at(const unsigned char *bytes, size_t size)
{
	size_t number = 0;

	for (size_t i = size; i > 0; i--)
		number = number << 8 | bytes[i - 1];
	return number;
}

/* What a child may answer; the rest is for its parent to say. */
static bool is_a_childs(size_t outcome)
{
	return outcome <= PHOTO_RESULT_TOO_LARGE || outcome == PHOTO_TOO_MUCH_MEMORY ||
	       outcome == PHOTO_NO_DECODER;
}

static bool is_of_format(const unsigned char *bytes, size_t length, size_t format)
{
	enum photo_kind kind = photo_kind_of(bytes, length);

	return (format == RENDITION_JPEG && kind == PHOTO_KIND_JPEG) ||
	       (format == RENDITION_PNG && kind == PHOTO_KIND_PNG);
}

static bool read_rendition(struct span *span, size_t box, size_t most, struct photo_rendition *rendition)
{
	const unsigned char *head = take_bytes(span, RENDITION_HEAD);

	if (!head)
		return false;
	size_t width = number_at(head + 1, 2), height = number_at(head + 3, 2);
	size_t length = number_at(head + 5, 4);
	if (width < 1 || width > box || height < 1 || height > box || length > most)
		return false;
	const unsigned char *bytes = take_bytes(span, length);
	if (!bytes || !is_of_format(bytes, length, head[0]))
		return false;
	*rendition = (struct photo_rendition){.bytes = own_copy_bytes((const char *)bytes, length),
					      .length = length,
					      .format = (enum rendition_format)head[0],
					      .width = (int)width,
					      .height = (int)height};
	return true;
}

static void read_detail(const unsigned char *bytes, size_t length, char detail_out[PHOTO_DETAIL_SIZE])
{
	scoped_text words = own_copy_bytes((const char *)bytes, length);
	struct text visible = {0};

	text_add_visible(&visible, words, "");
	size_t shown =
		visible.bytes ? text_utf8_prefix(visible.bytes, visible.length, PHOTO_DETAIL_SIZE - 1) : 0;
	snprintf(detail_out, PHOTO_DETAIL_SIZE, "%.*s", (int)shown, text_or_empty(&visible));
	text_done(&visible);
}

static bool read_renditions(struct span *span, struct photo *photo)
{
	return read_rendition(span, LARGE_BOX, PHOTO_LARGE_MOST, &photo->large) &&
	       read_rendition(span, THUMBNAIL_BOX, PHOTO_THUMBNAIL_MOST, &photo->thumbnail);
}

bool frame_read(const void *bytes, size_t length, struct photo *photo_out, char detail_out[PHOTO_DETAIL_SIZE])
{
	struct span span = {bytes, length};
	struct photo photo = {0};
	const unsigned char *head = take_bytes(&span, HEAD_SIZE);

	if (!head || memcmp(head, magic, sizeof(magic)) != 0 || head[4] != FRAME_VERSION ||
	    !is_a_childs(head[5]))
		return false;
	size_t detail_length = number_at(head + 6, 2);
	const unsigned char *detail =
		detail_length < PHOTO_DETAIL_SIZE ? take_bytes(&span, detail_length) : NULL;
	photo.outcome = (enum photo_outcome)head[5];
	if (!detail || (photo.outcome == PHOTO_READY && !read_renditions(&span, &photo)) || span.left > 0) {
		photo_done(&photo);
		return false;
	}
	read_detail(detail, detail_length, detail_out);
	*photo_out = photo;
	return true;
}
