/* Twenty photographs of more than 12 megapixels become the app's pictures, one
 * after the other: JPEGs, a PNG, a WebP and a HEIC, drawn by a process of its
 * own, so that it counts in no figure.
 *
 * rss_mib: the most that the process which asks has resident, with a file of
 * any size; child_rss_mib: the most of any child that decodes; seconds_each:
 * the median. "held" is false when rss_mib reaches 64. */
#define _GNU_SOURCE /* memmem */
#include "base/clock.h"
#include "base/descriptors.h"
#include "photos/child.h"
#include "photos/decode.h"
#include "tests/unit/drawn_picture.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PHOTOS = 20, WIDTH = 4032, HEIGHT = 3024, NAME_SIZE = 64, RSS_MOST_MIB = 64, PIECE = 64 << 10 };

/* ---- drawing ---- */

/* Soft shapes with a fine grain, as a lens and its sensor make them. */
static VipsImage *draw_scene(void)
{
	VipsImage *soft = NULL, *grain = NULL, *sum = NULL, *grey = NULL, *pixels = NULL, *scene = NULL;

	drawn_must(vips_perlin(&soft, WIDTH, HEIGHT, "cell_size", 128, "seed", 1, NULL) == 0, "perlin");
	drawn_must(vips_gaussnoise(&grain, WIDTH, HEIGHT, "sigma", 0.05, "seed", 2, NULL) == 0, "grain");
	drawn_must(vips_add(soft, grain, &sum, NULL) == 0, "add");
	drawn_must(vips_linear1(sum, &grey, 80, 128, "uchar", TRUE, NULL) == 0, "linear");
	VipsImage *bands[] = {grey, grey, grey};
	drawn_must(vips_bandjoin(bands, &pixels, countof(bands), NULL) == 0, "join");
	drawn_must(vips_copy(pixels, &scene, "interpretation", VIPS_INTERPRETATION_sRGB, NULL) == 0, "copy");
	return vips_image_copy_memory(scene);
}

static enum photo_kind kind_of(int number)
{
	static const enum photo_kind others[] = {PHOTO_KIND_PNG, PHOTO_KIND_WEBP, PHOTO_KIND_HEIC};

	return number < (int)countof(others) ? others[number] : PHOTO_KIND_JPEG;
}

static void draw_one(VipsImage *scene, const char *folder, int number)
{
	VipsImage *one = NULL;
	struct text file = {0};
	char name[NAME_SIZE];

	/* Each in a light of its own. */
	drawn_must(vips_linear1(scene, &one, 0.8 + number * 0.02, number, "uchar", TRUE, NULL) == 0, "light");
	drawn_file(&file, one, kind_of(number));
	snprintf(name, sizeof(name), "%s/%d", folder, number);
	int descriptor = open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	drawn_must(descriptor >= 0 && descriptor_write(descriptor, file.bytes, file.length), "write");
	close(descriptor);
	text_done(&file);
}

/* In a process that is nobody's child any more; the pipe's end tells that it is
 * done. */
static bool draw_all(const char *folder)
{
	int ends[2];
	char done = 0;

	if (pipe(ends) != 0)
		return false;
	pid_t first = fork();
	if (first == 0) {
		if (fork() != 0)
			_exit(0);
		drawn_must(vips_init("photos") == 0, "vips");
		VipsImage *scene = draw_scene();
		for (int i = 0; i < PHOTOS; i++)
			draw_one(scene, folder, i);
		_exit(write(ends[1], "d", 1) == 1 ? 0 : 1);
	}
	close(ends[1]);
	bool drawn = first > 0 && read(ends[0], &done, 1) == 1;
	close(ends[0]);
	return drawn;
}

/* ---- decoding ---- */

static int copy_file(const char *name)
{
	char piece[PIECE];
	int from = open(name, O_RDONLY | O_CLOEXEC), to = photo_file_open();
	ssize_t length = 0;

	while ((length = read(from, piece, sizeof(piece))) > 0)
		if (!descriptor_write(to, piece, (size_t)length))
			break;
	close(from);
	return length == 0 && photo_file_seal(to) ? to : -1;
}

/* Milliseconds; -1: it gave no picture of the right size. */
static int64_t decode_one(const char *folder, int number)
{
	char name[NAME_SIZE];

	snprintf(name, sizeof(name), "%s/%d", folder, number);
	int file = copy_file(name);
	unlink(name);
	const struct photo_order order = {.name = "photo"};
	int64_t began_ms = clock_steady_ms();
	struct photo_decoding *decoding = photo_decode_start(file, &order);
	photo_decode_wait(decoding);
	int64_t took_ms = clock_steady_ms() - began_ms;
	const struct photo *photo = photo_decode_photo(decoding);
	bool right = photo->outcome == PHOTO_READY && photo->large.width == 1440 &&
		     photo->large.height == 1080 && photo->thumbnail.width == 128 &&
		     photo->thumbnail.height == 128;
	if (!right)
		fprintf(stderr, "photo %d: %s\n", number, photo->words);
	photo_decode_close(&decoding);
	close(file);
	return right ? took_ms : -1;
}

static int compare(const void *a, const void *b)
{
	int64_t first = *(const int64_t *)a, second = *(const int64_t *)b;

	return first < second ? -1 : first > second;
}

static long rss_mib(int whose)
{
	struct rusage usage;

	getrusage(whose, &usage);
	return usage.ru_maxrss / 1024;
}

int main(int count, char **words)
{
	char folder[] = "/tmp/davenport-photos-XXXXXX";
	const size_t middle = PHOTOS / 2;
	int64_t took_ms[PHOTOS];
	bool held = true;

	if (photo_child_is_asked(count, words))
		photo_child_run();
	if (!mkdtemp(folder) || !draw_all(folder))
		return 1;
	for (int i = 0; i < PHOTOS; i++) {
		took_ms[i] = decode_one(folder, i);
		held = held && took_ms[i] >= 0;
	}
	rmdir(folder);
	qsort(took_ms, PHOTOS, sizeof(took_ms[0]), compare);
	held = held && rss_mib(RUSAGE_SELF) < RSS_MOST_MIB;
	printf("{\"bench\":\"photos\",\"photos\":%d,\"megapixels\":%.1f,\"rss_mib\":%"
	       "ld,\"child_rss_mib\":%ld,"
	       "\"seconds_each\":%.2f,\"held\":%s}\n",
	       PHOTOS, WIDTH * HEIGHT / 1e6, rss_mib(RUSAGE_SELF), rss_mib(RUSAGE_CHILDREN),
	       (double)took_ms[middle] / 1000, held ? "true" : "false");
	return held ? 0 : 1;
}
