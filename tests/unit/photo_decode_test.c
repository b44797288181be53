/* Files become the app's two pictures, in a child of this very program; and what does not, says why. */
#define _GNU_SOURCE
#include "photos/decode.h"

#include "photos/child.h"
#include "tests/unit/drawn_picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
/* after what it wants declared */
#include <cmocka.h>

enum { NEAR = 40 }; /* of 255: what a JPEG may make of a colour */

/* ---- decoding ---- */

static struct photo_decoding *decoding;

static const struct photo *decode_with(const struct text *file, const struct photo_order *order)
{
	int descriptor = photo_file_of_bytes(text_or_empty(file), file->length);

	assert_true(descriptor >= 0);
	photo_decode_close(&decoding);
	decoding = photo_decode_start(descriptor, order);
	photo_decode_wait(decoding);
	close(descriptor);
	assert_true(photo_decode_is_over(decoding));
	return photo_decode_photo(decoding);
}

static const struct photo *decode(const struct text *file)
{
	const struct photo_order order = {.name = "IMG_1.heic"};

	return decode_with(file, &order);
}

static int end_decoding(void **state)
{
	(void)state;
	photo_decode_close(&decoding);
	return 0;
}

static void assert_outcome(const struct photo *photo, enum photo_outcome outcome)
{
	if (photo->outcome != outcome)
		fail_msg("%s: %s", photo_outcome_name(photo->outcome), photo->words);
}

static VipsImage *read_back(const struct photo_rendition *rendition)
{
	VipsImage *image = vips_image_new_from_buffer(rendition->bytes, rendition->length, "", NULL);

	drawn_must(image != NULL, "read back");
	assert_int_equal(vips_image_get_width(image), rendition->width);
	assert_int_equal(vips_image_get_height(image), rendition->height);
	return image;
}

static bool is_near(const double *pixel, struct colour colour)
{
	return fabs(pixel[0] - colour.red) < NEAR && fabs(pixel[1] - colour.green) < NEAR &&
	       fabs(pixel[2] - colour.blue) < NEAR;
}

/* x and y in hundredths of the picture. */
static void assert_colour(const struct photo_rendition *rendition, int x, int y, struct colour colour)
{
	VipsImage *image = read_back(rendition);
	double *pixel = NULL;
	int count = 0;

	drawn_must(vips_getpoint(image, &pixel, &count, rendition->width * x / 100,
				 rendition->height * y / 100, NULL) == 0,
		   "pixel");
	assert_true(count >= 3);
	if (!is_near(pixel, colour))
		fail_msg("at %d, %d %% it is %g %g %g", x, y, pixel[0], pixel[1], pixel[2]);
	g_free(pixel);
	g_object_unref(image);
}

/* ---- sizes and formats ---- */

static const struct sizes {
	const char *name;
	enum photo_kind kind;
	int width, height;
	int large_width, large_height;
	enum rendition_format large;
	bool kept; /* byte by byte */
	int thumbnail_width, thumbnail_height;
	enum rendition_format thumbnail;
} all_sizes[] = {
	{"small PNG", PHOTO_KIND_PNG, 100, 50, 100, 50, RENDITION_PNG, true, 100, 50, RENDITION_PNG},
	{"PNG at the edge", PHOTO_KIND_PNG, 1024, 512, 1024, 512, RENDITION_PNG, true, 128, 64,
	 RENDITION_PNG},
	{"PNG beyond it", PHOTO_KIND_PNG, 1025, 10, 1025, 10, RENDITION_JPEG, false, 10, 10, RENDITION_JPEG},
	{"large PNG", PHOTO_KIND_PNG, 3000, 2000, 1440, 960, RENDITION_JPEG, false, 128, 128, RENDITION_JPEG},
	{"small JPEG", PHOTO_KIND_JPEG, 500, 300, 500, 300, RENDITION_JPEG, true, 128, 128, RENDITION_JPEG},
	{"tiny JPEG", PHOTO_KIND_JPEG, 100, 60, 100, 60, RENDITION_JPEG, true, 60, 60, RENDITION_JPEG},
	{"JPEG at the edge", PHOTO_KIND_JPEG, 700, 1024, 700, 1024, RENDITION_JPEG, true, 128, 128,
	 RENDITION_JPEG},
	{"JPEG beyond it", PHOTO_KIND_JPEG, 700, 1025, 700, 1025, RENDITION_JPEG, false, 128, 128,
	 RENDITION_JPEG},
	{"large JPEG", PHOTO_KIND_JPEG, 2000, 3000, 960, 1440, RENDITION_JPEG, false, 128, 128,
	 RENDITION_JPEG},
	{"narrow JPEG", PHOTO_KIND_JPEG, 4000, 200, 1440, 72, RENDITION_JPEG, false, 128, 128,
	 RENDITION_JPEG},
	{"narrow and high", PHOTO_KIND_JPEG, 50, 3000, 24, 1440, RENDITION_JPEG, false, 50, 50,
	 RENDITION_JPEG},
	{"small WebP", PHOTO_KIND_WEBP, 200, 100, 200, 100, RENDITION_JPEG, false, 100, 100, RENDITION_JPEG},
	{"large WebP", PHOTO_KIND_WEBP, 1600, 1600, 1440, 1440, RENDITION_JPEG, false, 128, 128,
	 RENDITION_JPEG},
	{"small HEIC", PHOTO_KIND_HEIC, 200, 120, 200, 120, RENDITION_JPEG, false, 120, 120, RENDITION_JPEG},
	{"small GIF", PHOTO_KIND_GIF, 64, 48, 64, 48, RENDITION_JPEG, false, 48, 48, RENDITION_JPEG},
};

static void assert_rendition(const struct photo_rendition *rendition, int width, int height,
			     enum rendition_format format)
{
	assert_int_equal(rendition->width, width);
	assert_int_equal(rendition->height, height);
	assert_int_equal(rendition->format, format);
	assert_string_equal(photo_kind_type(photo_kind_of(rendition->bytes, rendition->length)),
			    rendition_type(format));
}

static void test_sizes(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(all_sizes); i++) {
		const struct sizes *row = &all_sizes[i];
		struct text file = {0};
		print_message("%s\n", row->name);
		drawn_file(&file, drawn_quarters(row->width, row->height), row->kind);
		const struct photo *photo = decode(&file);
		assert_outcome(photo, PHOTO_READY);
		assert_string_equal(photo->words, "");
		assert_rendition(&photo->large, row->large_width, row->large_height, row->large);
		assert_rendition(&photo->thumbnail, row->thumbnail_width, row->thumbnail_height,
				 row->thumbnail);
		bool same = photo->large.length == file.length &&
			    memcmp(photo->large.bytes, file.bytes, file.length) == 0;
		assert_int_equal(same, row->kept);
		assert_colour(&photo->large, 25, 25, red);
		assert_colour(&photo->large, 75, 75, yellow);
		assert_colour(&photo->thumbnail, 75, 25, green);
		assert_colour(&photo->thumbnail, 25, 75, blue);
		text_done(&file);
	}
}

/* The first numbers of the table that libjpeg uses for quality 80. */
static void test_quality(void **state)
{
	static const char table[] = {'\xFF', '\xDB', 0, 0x43, 0, 6, 4, 5, 6, 5, 4, 6};
	struct text file = {0};

	(void)state;
	drawn_file(&file, drawn_quarters(1500, 1500), PHOTO_KIND_WEBP);
	const struct photo *photo = decode(&file);
	assert_outcome(photo, PHOTO_READY);
	assert_non_null(memmem(photo->large.bytes, photo->large.length, table, sizeof(table)));
	assert_non_null(memmem(photo->thumbnail.bytes, photo->thumbnail.length, table, sizeof(table)));
	text_done(&file);
}

/* What stands outside of the square in the middle is red, on both sides; of the square itself only its middle is not green. */
static void check_crop(int width, int height)
{
	int side = width < height ? width : height;
	int left = (width - side) / 2, top = (height - side) / 2;
	VipsImage *image = drawn_blank(width, height);
	struct text file = {0};

	draw_box(image, red, 0, 0, width, height);
	draw_box(image, green, left, top, side, side);
	draw_box(image, blue, left + side / 4, top + side / 4, side / 2, side / 2);
	drawn_file(&file, image, PHOTO_KIND_PNG);
	const struct photo *photo = decode(&file);
	assert_outcome(photo, PHOTO_READY);
	for (int along = 10; along < 100; along += 40) {
		assert_colour(&photo->thumbnail, 2, along, green);
		assert_colour(&photo->thumbnail, 97, along, green);
		assert_colour(&photo->thumbnail, along, 2, green);
		assert_colour(&photo->thumbnail, along, 97, green);
	}
	assert_colour(&photo->thumbnail, 28, 28, blue);
	assert_colour(&photo->thumbnail, 71, 71, blue);
	text_done(&file);
}

static void test_crop(void **state)
{
	(void)state;
	check_crop(1501, 300);
	check_crop(301, 1500);
	check_crop(2001, 1000);
	check_crop(6000, 150);
}

static void test_first_frame(void **state)
{
	VipsImage *frames[] = {drawn_blank(60, 40), drawn_blank(60, 40)}, *both = NULL;
	struct text file = {0};

	(void)state;
	draw_box(frames[0], red, 0, 0, 60, 40);
	draw_box(frames[1], blue, 0, 0, 60, 40);
	drawn_must(vips_arrayjoin(frames, &both, 2, "across", 1, NULL) == 0, "join");
	VipsImage *joined = vips_image_copy_memory(both);
	vips_image_set_int(joined, "page-height", 40);
	drawn_file(&file, joined, PHOTO_KIND_GIF);
	const struct photo *photo = decode(&file);
	assert_outcome(photo, PHOTO_READY);
	assert_rendition(&photo->large, 60, 40, RENDITION_JPEG);
	assert_colour(&photo->large, 50, 50, red);
	assert_colour(&photo->large, 50, 95, red);
	text_done(&file);
	g_object_unref(both);
	g_object_unref(frames[0]);
	g_object_unref(frames[1]);
}

static void test_transparent(void **state)
{
	static const struct colour white = {255, 255, 255};
	VipsImage *image = drawn_blank(1100, 100), *clear = NULL;
	struct text file = {0};

	(void)state;
	drawn_must(vips_bandjoin_const1(image, &clear, 0, NULL) == 0, "alpha");
	drawn_file(&file, clear, PHOTO_KIND_PNG);
	const struct photo *photo = decode(&file);
	assert_outcome(photo, PHOTO_READY);
	assert_rendition(&photo->large, 1100, 100, RENDITION_JPEG);
	assert_colour(&photo->large, 50, 50, white);
	text_done(&file);
	g_object_unref(image);
}

/* The same colours, in the numbers of a screen that can show more: sRGB again, whose profile need not be told. */
static void test_colour_profile(void **state)
{
	VipsImage *image = drawn_quarters(1200, 800), *wide = NULL;
	struct text file = {0};
	void *bytes = NULL;
	size_t length = 0;

	(void)state;
	drawn_must(vips_icc_transform(image, &wide, "p3", "input_profile", "srgb", NULL) == 0, "profile");
	drawn_must(vips_jpegsave_buffer(wide, &bytes, &length, "Q", 95, "profile", "p3", NULL) == 0, "save");
	text_add_bytes(&file, bytes, length);
	assert_true(holds(file.bytes, file.length, "ICC_PROFILE"));
	const struct photo *photo = decode(&file);
	assert_outcome(photo, PHOTO_READY);
	assert_false(holds(photo->large.bytes, photo->large.length, "ICC_PROFILE"));
	assert_colour(&photo->large, 25, 25, red);
	assert_colour(&photo->large, 75, 25, green);
	assert_colour(&photo->thumbnail, 25, 75, blue);
	text_done(&file);
	g_free(bytes);
	g_object_unref(wide);
	g_object_unref(image);
}

/* ---- orientation and metadata ---- */

static const struct turn {
	int orientation;
	bool sideways;
	const struct colour *left_top, *right_top;
} turns[] = {
	{1, false, &red, &green},   {2, false, &green, &red},   {3, false, &yellow, &blue},
	{4, false, &blue, &yellow}, {5, true, &red, &blue},     {6, true, &blue, &red},
	{7, true, &yellow, &green}, {8, true, &green, &yellow},
};

static void check_turn(const struct turn *turn, int width, int height)
{
	struct text file = {0};
	bool small = width <= 1024;

	drawn_file(&file, drawn_quarters(width, height), PHOTO_KIND_JPEG);
	add_exif_to_jpeg(&file, turn->orientation);
	assert_true(holds(file.bytes, file.length, "52.5200N"));
	const struct photo *photo = decode(&file);
	assert_outcome(photo, PHOTO_READY);
	if (small)
		assert_rendition(&photo->large, turn->sideways ? height : width,
				 turn->sideways ? width : height, RENDITION_JPEG);
	assert_colour(&photo->large, 25, 25, *turn->left_top);
	assert_colour(&photo->large, 75, 25, *turn->right_top);
	assert_colour(&photo->thumbnail, 25, 25, *turn->left_top);
	assert_colour(&photo->thumbnail, 75, 25, *turn->right_top);
	assert_false(holds(photo->large.bytes, photo->large.length, "Exif"));
	assert_false(holds(photo->large.bytes, photo->large.length, "52.5200N"));
	assert_false(holds(photo->thumbnail.bytes, photo->thumbnail.length, "Exif"));
	text_done(&file);
}

static void test_orientation(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(turns); i++) {
		check_turn(&turns[i], 300, 200);
		if (turns[i].orientation == 6)
			check_turn(&turns[i], 1600, 1000);
	}
}

static void test_turned_heic(void **state)
{
	struct text file = {0};

	(void)state;
	drawn_turned_heic(&file, drawn_quarters(128, 64));
	const struct photo *photo = decode(&file);
	assert_outcome(photo, PHOTO_READY);
	assert_rendition(&photo->large, 64, 128, RENDITION_JPEG);
	assert_colour(&photo->large, 25, 25, blue);
	assert_colour(&photo->large, 75, 25, red);
	text_done(&file);
}

static void test_png_metadata(void **state)
{
	unsigned char exif[64];
	struct text plain = {0}, file = {0};

	(void)state;
	drawn_file(&plain, drawn_quarters(90, 60), PHOTO_KIND_PNG);
	text_add_bytes(&file, plain.bytes, plain.length);
	add_chunk_to_png(&file, "tEXt", "Comment\0at home", 15);
	add_chunk_to_png(&file, "tIME", "\x07\xEA\x0B\x1E\x0C\x00\x00", 7);
	size_t exif_length = drawn_exif(exif, 1);
	add_chunk_to_png(&file, "eXIf", exif, exif_length);
	text_add(&file, "PK\x03\x04 behind its end");
	const struct photo *photo = decode(&file);
	assert_outcome(photo, PHOTO_READY);
	assert_int_equal(photo->large.length, plain.length);
	assert_memory_equal(photo->large.bytes, plain.bytes, plain.length);
	text_done(&file);
	text_done(&plain);
}

static void test_turned_png(void **state)
{
	unsigned char exif[64];
	struct text file = {0};

	(void)state;
	drawn_file(&file, drawn_quarters(90, 60), PHOTO_KIND_PNG);
	size_t exif_length = drawn_exif(exif, 6);
	add_chunk_to_png(&file, "eXIf", exif, exif_length);
	const struct photo *photo = decode(&file);
	assert_outcome(photo, PHOTO_READY);
	assert_rendition(&photo->large, 60, 90, RENDITION_PNG);
	assert_rendition(&photo->thumbnail, 60, 90, RENDITION_PNG);
	assert_colour(&photo->large, 25, 25, blue);
	assert_false(holds(photo->large.bytes, photo->large.length, "eXIf"));
	text_done(&file);
}

/* A picture that is an archive as well: what stands behind its end stays away. */
static void test_two_in_one(void **state)
{
	struct text file = {0};

	(void)state;
	drawn_file(&file, drawn_quarters(90, 60), PHOTO_KIND_JPEG);
	size_t length = file.length;
	text_add(&file, "PK\x03\x04 an archive <script>alert(1)</script>");
	const struct photo *photo = decode(&file);
	assert_outcome(photo, PHOTO_READY);
	assert_int_equal(photo->large.length, length);
	assert_memory_equal(photo->large.bytes, file.bytes, length);
	text_done(&file);
}

/* ---- what is refused ---- */

static const struct refused {
	const char *name, *bytes;
	size_t length;
	enum photo_outcome outcome;
} refused[] = {
#define BYTES(words) words, sizeof(words) - 1
	{"empty", BYTES(""), PHOTO_NOT_A_PICTURE},
	{"SVG", BYTES("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>"),
	 PHOTO_NOT_A_PICTURE},
	{"PDF", BYTES("%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"), PHOTO_NOT_A_PICTURE},
	{"TIFF", BYTES("II*\0\b\0\0\0\0\0\0\0\0\0"), PHOTO_NOT_A_PICTURE},
	{"text", BYTES("hello"), PHOTO_NOT_A_PICTURE},
	{"AVIF",
	 BYTES("\0\0\0\x14"
	       "ftypavif\0\0\0\0avif"),
	 PHOTO_NOT_A_PICTURE},
	{"a JPEG's first bytes", BYTES("\xFF\xD8\xFF"), PHOTO_CUT_SHORT},
	{"a JPEG without a picture", BYTES("\xFF\xD8\xFF\xD9"), PHOTO_BROKEN},
	{"a PNG without a picture", BYTES("\x89PNG\r\n\x1A\n\0\0\0\0IEND\xAE\x42\x60\x82"), PHOTO_BROKEN},
	{"a GIF that is a script", BYTES("GIF89a=1;alert(1)//"), PHOTO_CUT_SHORT},
	{"a WebP without a picture", BYTES("RIFF\x04\0\0\0WEBP"), PHOTO_BROKEN},
	{"a HEIC without a picture",
	 BYTES("\0\0\0\x14"
	       "ftypheic\0\0\0\0heic"),
	 PHOTO_BROKEN},
#undef BYTES
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(refused); i++) {
		struct text file = {0};
		print_message("%s\n", refused[i].name);
		text_add_bytes(&file, refused[i].bytes, refused[i].length);
		const struct photo *photo = decode(&file);
		assert_outcome(photo, refused[i].outcome);
		assert_non_null(strstr(photo->words, "“IMG_1.heic” could not be read as a picture: "));
		assert_null(photo->large.bytes);
		text_done(&file);
	}
}

/* photo_rules_test.c cuts at every byte. */
static void check_cut(enum photo_kind kind)
{
	struct text file = {0};

	drawn_file(&file, drawn_quarters(160, 120), kind);
	file.length -= 2;
	const struct photo *photo = decode(&file);
	assert_outcome(photo, PHOTO_CUT_SHORT);
	assert_string_equal(photo->words,
			    "“IMG_1.heic” could not be read as a picture: the file ends too early.");
	text_done(&file);
}

static void test_cut(void **state)
{
	(void)state;
	check_cut(PHOTO_KIND_JPEG);
	check_cut(PHOTO_KIND_PNG);
	check_cut(PHOTO_KIND_WEBP);
	check_cut(PHOTO_KIND_HEIC);
	check_cut(PHOTO_KIND_GIF);
}

/* A small file that says that it is huge. */
static void test_too_many_pixels(void **state)
{
	struct text file = {0};

	(void)state;
	drawn_file(&file, drawn_quarters(64, 64), PHOTO_KIND_PNG);
	set_png_size(&file, 50000, 50000);
	const struct photo *photo = decode(&file);
	assert_outcome(photo, PHOTO_TOO_MANY_PIXELS);
	assert_string_equal(photo->words, "“IMG_1.heic” could not be read as a picture: it has more than 100 "
					  "megapixels (50000 × 50000).");
	set_png_size(&file, 10001, 10000);
	assert_outcome(decode(&file), PHOTO_TOO_MANY_PIXELS);
	set_png_size(&file, 10000, 10000); /* allowed; but it is not there */
	assert_outcome(decode(&file), PHOTO_BROKEN);
	text_done(&file);
}

static void test_too_large_a_file(void **state)
{
	struct text file = {.ceiling = PHOTO_FILE_MOST + 1};
	char *zeros = own_alloc(PHOTO_FILE_MOST + 1);

	(void)state;
	text_add_bytes(&file, zeros, PHOTO_FILE_MOST + 1);
	assert_outcome(decode(&file), PHOTO_FILE_TOO_LARGE);
	free(zeros);
	text_done(&file);
}

/* ---- a child that does not do what it should ---- */

static const struct misbehaviour {
	const char *script;
	int most_ms;
	enum photo_outcome outcome;
	const char *words;
} misbehaviours[] = {
	{"echo hello", 0, PHOTO_GARBLED, "the decoder's answer makes no sense."},
	{"exit 0", 0, PHOTO_GARBLED, "makes no sense"},
	{"exec cat /dev/zero", 0, PHOTO_GARBLED, "makes no sense"},
	{"exit 3", 0, PHOTO_CRASHED, "the decoder crashed on it (exit 3)."},
	{"printf 'DVPH\\1\\1\\0\\0'", 0, PHOTO_NOT_A_PICTURE, "it is no JPEG"},
	{"printf 'DVPH\\1\\1\\0\\0'; exit 1", 0, PHOTO_CRASHED, "exit 1"},
	{"printf 'DVPH\\1\\1\\0\\0'; kill -SEGV $$", 0, PHOTO_CRASHED, "(signal 11)"},
	{"kill -ABRT $$", 0, PHOTO_CRASHED, "(signal 6)"},
	{"kill -XCPU $$", 0, PHOTO_TOO_SLOW, "takes longer than is allowed"},
	{"kill -KILL $$", 0, PHOTO_KILLED, "was killed"},
	{"exec sleep 1000", 100, PHOTO_TOO_SLOW, "takes longer"},
	{"exec >&-; exec sleep 1000", 100, PHOTO_TOO_SLOW, "takes longer"},
};

static char script[] = "/tmp/davenport-decoder-XXXXXX";

static void write_script(const char *words)
{
	snprintf(script, sizeof(script), "/tmp/davenport-decoder-XXXXXX");
	int descriptor = mkstemp(script);

	assert_true(descriptor >= 0);
	assert_true(dprintf(descriptor, "#!/bin/sh\n%s\n", words) > 0);
	assert_int_equal(fchmod(descriptor, 0700), 0);
	close(descriptor);
}

static void test_misbehaviour(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(misbehaviours); i++) {
		const struct misbehaviour *row = &misbehaviours[i];
		struct photo_order order = {.name = "a.jpg", .program = script, .most_ms = row->most_ms};
		struct text file = {0};
		print_message("%s\n", row->script);
		text_add(&file, "bytes");
		write_script(row->script);
		const struct photo *photo = decode_with(&file, &order);
		unlink(script);
		assert_outcome(photo, row->outcome);
		if (!strstr(photo->words, row->words))
			fail_msg("%s", photo->words);
		text_done(&file);
	}
}

static void test_no_program(void **state)
{
	const struct photo_order order = {.name = "a.jpg", .program = "/nowhere/davenport"};
	const struct text file = {.bytes = (char[]){"x"}, .length = 1};

	(void)state;
	const struct photo *photo = decode_with(&file, &order);
	assert_outcome(photo, PHOTO_NO_DECODER);
	assert_non_null(strstr(photo->words, "No such file"));
	assert_true(photo_may_try_again(photo->outcome));
}

static void note_end(void *context)
{
	atomic_fetch_add((atomic_int *)context, 1);
}

/* It is over, said so once, and the child is gone. */
static void test_stop(void **state)
{
	atomic_int ends = 0;
	const struct photo_order order = {.program = script, .over = note_end, .context = &ends};
	int file = photo_file_of_bytes("x", 1);

	(void)state;
	write_script("exec sleep 1000");
	photo_decode_close(&decoding);
	decoding = photo_decode_start(file, &order);
	photo_decode_stop(decoding);
	photo_decode_wait(decoding);
	assert_outcome(photo_decode_photo(decoding), PHOTO_STOPPED);
	assert_int_equal(atomic_load(&ends), 1);
	assert_non_null(strstr(photo_decode_photo(decoding)->words, "“A file without a name”"));
	photo_decode_close(&decoding);
	assert_int_equal(atomic_load(&ends), 1);
	unlink(script);
	close(file);
}

/* What the child sees of us: its file, its pipe and nothing else, however much is open here. */
static void test_inherits_nothing(void **state)
{
	struct photo_order order = {.program = script};
	struct text file = {0};
	int open_here[20];

	(void)state;
	for (size_t i = 0; i < countof(open_here); i++) /* without O_CLOEXEC */
		open_here[i] = dup(STDERR_FILENO);
	setenv("DAVENPORT_TEST_SECRET", "secret", 1);
	write_script("[ -z \"$DAVENPORT_TEST_SECRET\" ] && [ \"$(cat)\" = bytes ] && set -- /proc/$$/fd/* && "
		     "[ $# -le 6 ] && printf 'DVPH\\1\\1\\0\\0'");
	text_add(&file, "bytes");
	assert_outcome(decode_with(&file, &order), PHOTO_NOT_A_PICTURE);
	unlink(script);
	for (size_t i = 0; i < countof(open_here); i++)
		close(open_here[i]);
	text_done(&file);
}

int main(int count, char **words)
{
	if (photo_child_is_asked(count, words))
		photo_child_run();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_sizes, end_decoding),
		cmocka_unit_test_teardown(test_quality, end_decoding),
		cmocka_unit_test_teardown(test_crop, end_decoding),
		cmocka_unit_test_teardown(test_first_frame, end_decoding),
		cmocka_unit_test_teardown(test_transparent, end_decoding),
		cmocka_unit_test_teardown(test_colour_profile, end_decoding),
		cmocka_unit_test_teardown(test_orientation, end_decoding),
		cmocka_unit_test_teardown(test_turned_heic, end_decoding),
		cmocka_unit_test_teardown(test_png_metadata, end_decoding),
		cmocka_unit_test_teardown(test_turned_png, end_decoding),
		cmocka_unit_test_teardown(test_two_in_one, end_decoding),
		cmocka_unit_test_teardown(test_refused, end_decoding),
		cmocka_unit_test_teardown(test_cut, end_decoding),
		cmocka_unit_test_teardown(test_too_many_pixels, end_decoding),
		cmocka_unit_test_teardown(test_too_large_a_file, end_decoding),
		cmocka_unit_test_teardown(test_misbehaviour, end_decoding),
		cmocka_unit_test_teardown(test_no_program, end_decoding),
		cmocka_unit_test_teardown(test_stop, end_decoding),
		cmocka_unit_test_teardown(test_inherits_nothing, end_decoding),
	};

	drawn_must(vips_init(words[0]) == 0, "vips");
	vips_concurrency_set(1);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	vips_shutdown();
	return failed;
}
