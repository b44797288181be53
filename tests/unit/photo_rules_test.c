/* What a picture is, where it ends, what is taken out of it, and what a child's answer may be: bytes alone, nothing is decoded. */
#define _GNU_SOURCE
#include "photos/frame.h"
#include "photos/metadata.h"
#include "photos/photo_kind.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* after what it wants declared */
#include <cmocka.h>

#define BYTES(words) words, sizeof(words) - 1

/* ---- kinds ---- */

static const struct {
	const char *bytes;
	size_t length;
	enum photo_kind kind;
} kinds[] = {
	{BYTES("\xFF\xD8\xFF\xE0"), PHOTO_KIND_JPEG},
	{BYTES("\xFF\xD8"), PHOTO_KIND_NONE},
	{BYTES("\x89PNG\r\n\x1A\n"), PHOTO_KIND_PNG},
	{BYTES("\x89PNG\n\x1A\n...."), PHOTO_KIND_NONE},
	{BYTES("RIFF....WEBPVP8 "), PHOTO_KIND_WEBP},
	{BYTES("RIFF....WAVEfmt "), PHOTO_KIND_NONE},
	{BYTES("RIFF....WEB"), PHOTO_KIND_NONE},
	{BYTES("GIF87a"), PHOTO_KIND_GIF},
	{BYTES("GIF89a"), PHOTO_KIND_GIF},
	{BYTES("GIF88a"), PHOTO_KIND_NONE},
	{BYTES("....ftypheic"), PHOTO_KIND_HEIC},
	{BYTES("....ftypmif1"), PHOTO_KIND_HEIC},
	{BYTES("....ftypavif"), PHOTO_KIND_NONE},
	{BYTES("....ftypisom"), PHOTO_KIND_NONE},
	{BYTES("....ftyphei"), PHOTO_KIND_NONE},
	{BYTES("<?xml version=\"1.0\"?><svg/>"), PHOTO_KIND_NONE},
	{BYTES("BM......"), PHOTO_KIND_NONE},
	{BYTES(""), PHOTO_KIND_NONE},
};

static void test_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(kinds); i++)
		if (photo_kind_of(kinds[i].bytes, kinds[i].length) != kinds[i].kind)
			fail_msg("\"%s\" is taken for something else", kinds[i].bytes);
}

/* ---- ends ---- */

#define JFIF  "\xFF\xE0\0\x10JFIF\0\x01\x02\0\0\x01\0\x01\0\0"
#define TABLE "\xFF\xDB\0\x05\x01\x02\x03"
#define SCAN                                                                                                 \
	"\xFF\xDA\0\x04\x01\x02"                                                                             \
	"ab\xFF\0c\xFF\xD0"                                                                                  \
	"d"
#define PNG_HEAD "\x89PNG\r\n\x1A\n\0\0\0\x04IHDRabcdCRC1"
#define PNG_DATA "\0\0\0\x03IDATxyzCRC2"
#define PNG_END  "\0\0\0\0IENDCRC3"

static const struct {
	const char *name, *bytes;
	size_t length;
	enum photo_kind kind;
} whole[] = {
	{"JPEG", BYTES("\xFF\xD8" JFIF TABLE SCAN "\xFF\xDB\0\x02" SCAN "\xFF\xFF\xD9"), PHOTO_KIND_JPEG},
	{"PNG", BYTES(PNG_HEAD PNG_DATA PNG_END), PHOTO_KIND_PNG},
	{"WebP", BYTES("RIFF\x08\0\0\0WEBPabcd"), PHOTO_KIND_WEBP},
	{"HEIC",
	 BYTES("\0\0\0\x10"
	       "ftypheic....\0\0\0\x0Cmdatabcd\0\0\0\x01meta\0\0\0\0\0\0\0\x12!!"),
	 PHOTO_KIND_HEIC},
	{"GIF",
	 BYTES("GIF89a\x01\0\x01\0\x80\0\0...!!!!\xF9\x04....\0,\0\0\0\0\x01\0\x01\0\x81............"
	       "\x02\x02LD\0"),
	 PHOTO_KIND_GIF},
};

/* Where each box ends, a HEIC may end: what lies in a box that is not there any more, the decoder misses. */
static bool is_end_of_box(enum photo_kind kind, size_t length)
{
	return kind == PHOTO_KIND_HEIC && (length == 0 || length == 16 || length == 28);
}

static void test_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(whole); i++) {
		print_message("%s\n", whole[i].name);
		assert_true(photo_is_whole(whole[i].kind, whole[i].bytes, whole[i].length));
		for (size_t length = 12; length < whole[i].length; length++) {
			/* Memory of just this length, for whoever watches it. */
			scoped_text part = own_copy_bytes(whole[i].bytes, length);
			char *exact = own_resize(NULL, length, 1);
			memcpy(exact, part, length);
			bool is_whole = photo_is_whole(whole[i].kind, exact, length);
			free(exact);
			if (is_whole != is_end_of_box(whole[i].kind, length))
				fail_msg("cut at %zu", length);
		}
	}
	assert_false(photo_is_whole(PHOTO_KIND_NONE, "", 0));
}

/* ---- metadata ---- */

static const struct {
	const char *name;
	bool (*strip)(const void *bytes, size_t length, struct text *out);
	const char *before;
	size_t before_length;
	const char *after;
	size_t after_length;
} stripped[] = {
	{"nothing to take", metadata_strip_jpeg, BYTES("\xFF\xD8" JFIF TABLE SCAN "\xFF\xD9"),
	 BYTES("\xFF\xD8" JFIF TABLE SCAN "\xFF\xD9")},
	{"EXIF, XMP, IPTC, comment", metadata_strip_jpeg,
	 BYTES("\xFF\xD8"
	       "\xFF\xE1\0\x0A"
	       "Exif\0\0**"
	       "\xFF\xE1\0\x05xmp"
	       "\xFF\xED\0\x04pp" TABLE "\xFF\xFE\0\x06home" SCAN "\xFF\xD9"),
	 BYTES("\xFF\xD8" TABLE SCAN "\xFF\xD9")},
	{"between two scans", metadata_strip_jpeg,
	 BYTES("\xFF\xD8" TABLE SCAN "\xFF\xE1\0\x03!" SCAN "\xFF\xFE\0\x03!"
	       "\xFF\xD9"),
	 BYTES("\xFF\xD8" TABLE SCAN SCAN "\xFF\xD9")},
	{"the thumbnail in JFIF, and JFXX", metadata_strip_jpeg,
	 BYTES("\xFF\xD8"
	       "\xFF\xE0\0\x13JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01rgb"
	       "\xFF\xE0\0\x09JFXX\0\x10t" TABLE SCAN "\xFF\xD9"),
	 BYTES("\xFF\xD8" JFIF TABLE SCAN "\xFF\xD9")},
	{"profile and Adobe stay", metadata_strip_jpeg,
	 BYTES("\xFF\xD8"
	       "\xFF\xE2\0\x10ICC_PROFILE\0\x01\x01"
	       "\xFF\xE2\0\x06MPF\0"
	       "\xFF\xEE\0\x07"
	       "Adobe" SCAN "\xFF\xD9"),
	 BYTES("\xFF\xD8"
	       "\xFF\xE2\0\x10ICC_PROFILE\0\x01\x01"
	       "\xFF\xEE\0\x07"
	       "Adobe" SCAN "\xFF\xD9")},
	{"behind a JPEG's end", metadata_strip_jpeg, BYTES("\xFF\xD8" SCAN "\xFF\xD9PK\x03\x04"),
	 BYTES("\xFF\xD8" SCAN "\xFF\xD9")},
	{"text, time, EXIF", metadata_strip_png,
	 BYTES(PNG_HEAD "\0\0\0\x02tEXthiCRC."
			"\0\0\0\0zTXtCRC."
			"\0\0\0\0iTXtCRC." PNG_DATA "\0\0\0\0tIMECRC."
			"\0\0\0\0eXIfCRC." PNG_DATA PNG_END),
	 BYTES(PNG_HEAD PNG_DATA PNG_DATA PNG_END)},
	{"colours stay", metadata_strip_png,
	 BYTES(PNG_HEAD "\0\0\0\x01iCCPpCRC."
			"\0\0\0\0tRNSCRC." PNG_DATA PNG_END),
	 BYTES(PNG_HEAD "\0\0\0\x01iCCPpCRC."
			"\0\0\0\0tRNSCRC." PNG_DATA PNG_END)},
	{"an animation", metadata_strip_png,
	 BYTES(PNG_HEAD "\0\0\0\0acTLCRC."
			"\0\0\0\0fcTLCRC." PNG_DATA "\0\0\0\x02"
			"fdAT..CRC." PNG_END),
	 BYTES(PNG_HEAD PNG_DATA PNG_END)},
	{"behind a PNG's end", metadata_strip_png, BYTES(PNG_HEAD PNG_DATA PNG_END "%PDF-1.4"),
	 BYTES(PNG_HEAD PNG_DATA PNG_END)},
};

static void test_stripped(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(stripped); i++) {
		struct text out = {0};
		print_message("%s\n", stripped[i].name);
		assert_true(stripped[i].strip(stripped[i].before, stripped[i].before_length, &out));
		assert_int_equal(out.length, stripped[i].after_length);
		assert_memory_equal(out.bytes, stripped[i].after, stripped[i].after_length);
		text_done(&out);
	}
}

/* What stands behind a segment that goes must not become a part of the scan before it. */
static void test_no_marker_behind_a_segment(void **state)
{
	struct text out = {0};

	(void)state;
	assert_false(metadata_strip_jpeg(BYTES("\xFF\xD8" TABLE SCAN "\xFF\xE1\0\x03!"
					       "\xFF\0\0\x02" SCAN "\xFF\xD9"),
					 &out));
	text_done(&out);
}

/* ---- the child's answer ---- */

#define JPEG_BYTES "\xFF\xD8\xFF\xE0"
#define PNG_BYTES  "\x89PNG\r\n\x1A\n"
#define READY      "DVPH\x01\0\0\0"
#define LARGE      "\0\xA0\x05\x38\x04\x04\0\0\0" JPEG_BYTES /* 1440 × 1080 */
#define THUMBNAIL  "\x01\x80\0\x40\0\x08\0\0\0" PNG_BYTES    /* 128 × 64 */

static void test_frame(void **state)
{
	struct photo photo = {0};
	char detail[PHOTO_DETAIL_SIZE] = "?";

	(void)state;
	assert_true(frame_read(BYTES(READY LARGE THUMBNAIL), &photo, detail));
	assert_string_equal(detail, "");
	assert_int_equal(photo.large.width, 1440);
	assert_int_equal(photo.large.height, 1080);
	assert_int_equal(photo.large.format, RENDITION_JPEG);
	assert_memory_equal(photo.large.bytes, JPEG_BYTES, 4);
	assert_int_equal(photo.thumbnail.height, 64);
	assert_int_equal(photo.thumbnail.format, RENDITION_PNG);
	struct text frame = {0};
	frame_write(&frame, &photo, "");
	assert_int_equal(frame.length, sizeof(READY LARGE THUMBNAIL) - 1);
	assert_memory_equal(frame.bytes, READY LARGE THUMBNAIL, frame.length);
	text_done(&frame);
	photo_done(&photo);
}

static const struct {
	const char *why, *bytes;
	size_t length;
} garbled[] = {
	{"nothing", BYTES("")},
	{"another beginning", BYTES("DVPX\x01\x01\0\0")},
	{"another version", BYTES("DVPH\x02\x01\0\0")},
	{"an outcome that only the parent has", BYTES("DVPH\x01\x09\0\0")},
	{"the last outcome", BYTES("DVPH\x01\x0D\0\0")},
	{"no outcome", BYTES("DVPH\x01\xFF\0\0")},
	{"a detail that is not there", BYTES("DVPH\x01\x03\x02\0x")},
	{"a detail that is too long", BYTES("DVPH\x01\x03\xA0\0"
					    "0123456789012345678901234567890123456789012345678901234567890123"
					    "456789012345678901234567890123456789"
					    "0123456789012345678901234567890123456789012345678901234567890")},
	{"more behind it", BYTES("DVPH\x01\x01\0\0!")},
	{"ready without pictures", BYTES(READY)},
	{"without a thumbnail", BYTES(READY LARGE)},
	{"more behind the thumbnail", BYTES(READY LARGE THUMBNAIL "!")},
	{"a picture that is too wide", BYTES(READY "\0\xA1\x05\x38\x04\x04\0\0\0" JPEG_BYTES THUMBNAIL)},
	{"a picture that is too high", BYTES(READY "\0\xA0\x05\xA1\x05\x04\0\0\0" JPEG_BYTES THUMBNAIL)},
	{"a picture without width", BYTES(READY "\0\0\0\x38\x04\x04\0\0\0" JPEG_BYTES THUMBNAIL)},
	{"a picture without height", BYTES(READY "\0\xA0\x05\0\0\x04\0\0\0" JPEG_BYTES THUMBNAIL)},
	{"more bytes than there are", BYTES(READY "\0\xA0\x05\x38\x04\xFF\0\0\0" JPEG_BYTES THUMBNAIL)},
	{"a JPEG that is a PNG", BYTES(READY "\x01\xA0\x05\x38\x04\x04\0\0\0" JPEG_BYTES THUMBNAIL)},
	{"a PNG that is a JPEG", BYTES(READY LARGE "\0\x80\0\x40\0\x08\0\0\0" PNG_BYTES)},
	{"no format", BYTES(READY "\x02\xA0\x05\x38\x04\x04\0\0\0" JPEG_BYTES THUMBNAIL)},
	{"no picture at all", BYTES(READY "\0\xA0\x05\x38\x04\x04\0\0\0<svg" THUMBNAIL)},
	{"a thumbnail that is too wide", BYTES(READY LARGE "\x01\x81\0\x40\0\x08\0\0\0" PNG_BYTES)},
	{"a thumbnail that is too high", BYTES(READY LARGE "\x01\x80\0\x81\0\x08\0\0\0" PNG_BYTES)},
};

static void test_garbled(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(garbled); i++) {
		struct photo photo = {.outcome = PHOTO_STOPPED};
		char detail[PHOTO_DETAIL_SIZE] = "?";
		if (frame_read(garbled[i].bytes, garbled[i].length, &photo, detail))
			fail_msg("%s: taken for an answer", garbled[i].why);
		assert_int_equal(photo.outcome, PHOTO_STOPPED);
		assert_null(photo.large.bytes);
	}
}

/* A thumbnail of a megabyte is allowed, one byte more is not. */
static void test_most_bytes(void **state)
{
	char *bytes = own_alloc(PHOTO_THUMBNAIL_MOST + 1), detail[PHOTO_DETAIL_SIZE];

	(void)state;
	memcpy(bytes, JPEG_BYTES, sizeof(JPEG_BYTES) - 1);
	for (size_t more = 0; more < 2; more++) {
		struct photo photo = {
			.large = {bytes, 4, RENDITION_JPEG, 1, 1},
			.thumbnail = {bytes, PHOTO_THUMBNAIL_MOST + more, RENDITION_JPEG, 1, 1}};
		struct photo read = {0};
		struct text frame = {0};
		frame_write(&frame, &photo, "");
		assert_int_equal(frame_read(frame.bytes, frame.length, &read, detail), more == 0);
		photo_done(&read);
		text_done(&frame);
	}
	free(bytes);
}

/* ---- sentences ---- */

/* A stranger chose the name and the bytes, and so perhaps the words of the decoder. */
static void test_words(void **state)
{
	struct photo photo = {0};
	char detail[PHOTO_DETAIL_SIZE], name[200];

	(void)state;
	assert_true(frame_read(BYTES("DVPH\x01\x03\x05\0a\x1B[1m"), &photo, detail));
	photo_fail(&photo, photo.outcome, "my\nhouse.jpg", detail);
	assert_null(strchr(photo.words, '\x1B'));
	assert_null(strchr(photo.words, '\n'));
	assert_non_null(strstr(photo.words, "its data is damaged (a"));
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	photo_fail(&photo, PHOTO_CUT_SHORT, name, "");
	assert_non_null(strstr(photo.words, "xx…” could not be read as a picture: the file ends too early."));
	assert_true(strlen(photo.words) < 200);
	for (int outcome = PHOTO_READY; outcome < PHOTO_OUTCOMES; outcome++) {
		photo_fail(&photo, (enum photo_outcome)outcome, NULL, "");
		assert_true(*photo_outcome_name((enum photo_outcome)outcome) != '\0');
		assert_true(text_is_utf8(photo.words, strlen(photo.words)));
	}
	assert_false(photo_may_try_again(PHOTO_CRASHED));
	assert_true(photo_may_try_again(PHOTO_KILLED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),      cmocka_unit_test(test_ends),
		cmocka_unit_test(test_stripped),   cmocka_unit_test(test_no_marker_behind_a_segment),
		cmocka_unit_test(test_frame),      cmocka_unit_test(test_garbled),
		cmocka_unit_test(test_most_bytes), cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("photo rules", tests, NULL, NULL);
}
