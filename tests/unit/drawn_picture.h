/* Pictures for tests, drawn by libvips and libheif as they are needed. For programs that are linked with both. */
#pragma once
#include "base/text.h"
#include "photos/photo_kind.h"
#include <libheif/heif.h>
#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>

#if defined(__SANITIZE_ADDRESS__)
/* The library that encodes HEIC keeps some memory. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libx265";
}
#endif

struct colour {
	double red, green, blue;
};
static const struct colour red = {230, 20, 20}, green = {20, 200, 20}, blue = {20, 20, 230},
			   yellow = {240, 240, 20};

static void drawn_must(bool held, const char *what)
{
	if (held)
		return;
	fprintf(stderr, "%s: %s\n", what, vips_error_buffer());
	abort();
}

static inline void draw_box(VipsImage *image, struct colour colour, int left, int top, int width, int height)
{
	double ink[] = {colour.red, colour.green, colour.blue};

	if (width > 0 && height > 0)
		drawn_must(vips_draw_rect(image, ink, 3, left, top, width, height, "fill", TRUE, NULL) == 0,
			   "draw");
}

static inline VipsImage *drawn_blank(int width, int height)
{
	VipsImage *black = NULL, *coloured = NULL;

	drawn_must(vips_black(&black, width, height, "bands", 3, NULL) == 0, "black");
	drawn_must(vips_copy(black, &coloured, "interpretation", VIPS_INTERPRETATION_sRGB, NULL) == 0,
		   "copy");
	VipsImage *image = vips_image_copy_memory(coloured);
	g_object_unref(coloured);
	g_object_unref(black);
	return image;
}

/* Quarters: red and green above, blue and yellow below. */
static inline VipsImage *drawn_quarters(int width, int height)
{
	VipsImage *image = drawn_blank(width, height);

	draw_box(image, red, 0, 0, width / 2, height / 2);
	draw_box(image, green, width / 2, 0, width - width / 2, height / 2);
	draw_box(image, blue, 0, height / 2, width / 2, height - height / 2);
	draw_box(image, yellow, width / 2, height / 2, width - width / 2, height - height / 2);
	return image;
}

/* The size of a pixel on paper, which libvips always tells. */
static inline void drop_png_scale(struct text *file)
{
	enum { CHUNK = 21 };
	char *name = memmem(file->bytes, file->length, "pHYs", 4);

	if (!name)
		return;
	memmove(name - 4, name - 4 + CHUNK, (size_t)(file->bytes + file->length - (name - 4 + CHUNK)));
	file->length -= CHUNK;
}

/* Takes the image. */
static inline void drawn_file(struct text *file, VipsImage *image, enum photo_kind kind)
{
	static const char *const endings[] = {
		"", ".jpg[Q=90,strip]", ".png[strip]", ".webp[Q=90,strip]", ".heic[Q=80,strip]", ".gif"};
	void *bytes = NULL;
	size_t length = 0;

	drawn_must(vips_image_write_to_buffer(image, endings[kind], &bytes, &length, NULL) == 0, "save");
	g_object_unref(image);
	text_add_bytes(file, bytes, length);
	g_free(bytes);
	if (kind == PHOTO_KIND_PNG)
		drop_png_scale(file);
}

static inline struct heif_error drawn_heif_bytes(struct heif_context *heif, const void *bytes, size_t length,
						 void *context)
{
	(void)heif;
	text_add_bytes(context, bytes, length);
	return (struct heif_error){heif_error_Ok, heif_suberror_Unspecified, ""};
}

/* A HEIC whose container says that it is to be turned by a quarter to the right, as phones write them. Takes the image. */
static inline void drawn_turned_heic(struct text *file, VipsImage *image)
{
	struct heif_context *heif = heif_context_alloc();
	struct heif_encoding_options *options = heif_encoding_options_alloc();
	struct heif_writer writer = {.writer_api_version = 1, .write = drawn_heif_bytes};
	struct heif_encoder *encoder = NULL;
	struct heif_image *pixels = NULL;
	struct heif_image_handle *handle = NULL;
	int width = vips_image_get_width(image), height = vips_image_get_height(image), stride = 0;

	heif_context_get_encoder_for_format(heif, heif_compression_HEVC, &encoder);
	heif_image_create(width, height, heif_colorspace_RGB, heif_chroma_interleaved_RGB, &pixels);
	heif_image_add_plane(pixels, heif_channel_interleaved, width, height, 24);
	uint8_t *plane = heif_image_get_plane(pixels, heif_channel_interleaved, &stride);
	const uint8_t *rows = vips_image_get_data(image);
	for (int y = 0; y < height; y++)
		memcpy(plane + (ptrdiff_t)y * stride, rows + (size_t)y * (size_t)width * 3,
		       (size_t)width * 3);
	options->image_orientation = heif_orientation_rotate_90_cw;
	drawn_must(heif_context_encode_image(heif, pixels, encoder, options, &handle).code == heif_error_Ok,
		   "heic");
	drawn_must(heif_context_write(heif, &writer, file).code == heif_error_Ok, "heic");
	heif_image_handle_release(handle);
	heif_image_release(pixels);
	heif_encoder_release(encoder);
	heif_encoding_options_free(options);
	heif_context_free(heif);
	g_object_unref(image);
}

/* ---- metadata, by hand ---- */

static inline void insert_bytes(struct text *file, size_t at, const void *bytes, size_t length)
{
	struct text made = {0};

	text_add_bytes(&made, file->bytes, at);
	text_add_bytes(&made, bytes, length);
	text_add_bytes(&made, file->bytes + at, file->length - at);
	text_done(file);
	*file = made;
}

/* EXIF in the order of bytes that Intel has: the orientation, and behind it where somebody lives. */
static inline size_t drawn_exif(unsigned char exif[64], int orientation)
{
	static const unsigned char head[] = {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0};
	static const char place[] = "52.5200N 13.4050E";

	memset(exif, 0, 64);
	memcpy(exif, head, sizeof(head));
	exif[sizeof(head)] = (unsigned char)orientation;
	memcpy(exif + 26, place, sizeof(place));
	return 26 + sizeof(place);
}

static inline void add_exif_to_jpeg(struct text *file, int orientation)
{
	unsigned char segment[80] = {0xFF, 0xE1, 0, 0, 'E', 'x', 'i', 'f', 0, 0};
	size_t length = 10 + drawn_exif(segment + 10, orientation);

	segment[3] = (unsigned char)(length - 2);
	insert_bytes(file, 2, segment, length);
}

static inline unsigned checksum(const unsigned char *bytes, size_t length)
{
	unsigned sum = ~0U;

	for (size_t i = 0; i < length; i++) {
		sum ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (sum & 1 ? 0xEDB88320U : 0);
	}
	return ~sum;
}

static inline void put_big_endian(unsigned char *bytes, unsigned number)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = (unsigned char)(number >> (24 - 8 * i));
}

/* Behind the header, which is 33 bytes long with the signature. */
static inline void add_chunk_to_png(struct text *file, const char *name, const void *contents, size_t length)
{
	unsigned char chunk[200];

	drawn_must(length <= sizeof(chunk) - 12, "chunk");
	put_big_endian(chunk, (unsigned)length);
	memcpy(chunk + 4, name, 4);
	memcpy(chunk + 8, contents, length);
	put_big_endian(chunk + 8 + length, checksum(chunk + 4, length + 4));
	insert_bytes(file, 33, chunk, length + 12);
}

/* Says that the picture has another size; its pixels stay. */
static inline void set_png_size(struct text *file, unsigned width, unsigned height)
{
	unsigned char *header = (unsigned char *)file->bytes + 8;

	put_big_endian(header + 8, width);
	put_big_endian(header + 12, height);
	put_big_endian(header + 21, checksum(header + 4, 17));
}

static inline bool holds(const char *bytes, size_t length, const char *words)
{
	return memmem(bytes, length, words, strlen(words)) != NULL;
}
