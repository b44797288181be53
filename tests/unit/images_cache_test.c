/* The cache on disk: filled, found again after a restart, cleared of what a crash leaves, bounded by size and age, and a disk that is
 * full. The crashes are real: a child process that ends in the middle. */
#define _GNU_SOURCE
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "public-images/fill.h"
#include "tests/unit/cases.h"
#include "tests/unit/images_folder.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HOUR_S 3600

static const struct image_cache_limits roomy = {.bytes = 1 << 20, .age_s = 100 * HOUR_S};
static char folder[] = "build/images-cache-XXXXXX";
static int64_t now_ms;

static int64_t fake_now(void *context)
{
	(void)context;
	return now_ms;
}

static void remove_all(void)
{
	images_folder_empty(folder, "");
}

static int set_up(void **state)
{
	const struct clock_source source = {.now_ms = fake_now};
	struct timespec now;
	(void)state;

	/* Near the file system's own time, which the files' stamps are of. */
	clock_gettime(CLOCK_REALTIME, &now);
	now_ms = (int64_t)now.tv_sec * 1000;
	clock_replace(&source);
	remove_all();
	return 0;
}

static struct image_digest digest_of(unsigned number)
{
	struct image_digest digest = {{(uint8_t)number, (uint8_t)(number >> 8)}};

	return digest;
}

static struct image_cache *open_cache(const struct image_cache_limits *limits)
{
	struct image_cache *cache = NULL;
	struct error error = {0};

	if (!image_cache_open(folder, limits, &cache, &error))
		fail_msg("%s", error.text);
	return cache;
}

/* A JPEG by its first bytes. */
static void add_bytes(struct image_fill *fill, size_t length)
{
	char bytes[1000];

	memset(bytes, 'x', sizeof(bytes));
	bytes[0] = '\xFF';
	bytes[1] = '\xD8';
	bytes[2] = '\xFF';
	for (size_t at = 0; at < length;) {
		size_t count = length - at < sizeof(bytes) ? length - at : sizeof(bytes);
		image_fill_add(fill, bytes, count);
		at += count;
	}
}

static void keep(struct image_cache *cache, unsigned number, size_t length)
{
	struct image_digest digest = digest_of(number);
	struct image_fill *fill = image_fill_begin(cache, &digest, length);

	assert_non_null(fill);
	add_bytes(fill, length);
	assert_int_equal(image_fill_end(&fill), IMAGE_FILLED);
	assert_null(fill);
}

static bool has(struct image_cache *cache, unsigned number, size_t length)
{
	struct image_digest digest = digest_of(number);
	struct image_file file;

	if (!image_cache_find(cache, &digest, &file))
		return false;
	char *bytes = own_resize(NULL, length + 1, 1);
	assert_int_equal(file.length, length);
	assert_int_equal(file.kind, IMAGE_KIND_JPEG);
	if (file.bytes)
		memcpy(bytes, image_bytes_begin(file.bytes), length);
	else
		assert_int_equal(read(file.descriptor, bytes, length + 1), length);
	assert_memory_equal(bytes, "\xFF\xD8\xFF", 3);
	free(bytes);
	image_file_done(&file);
	return true;
}

static int files_there(void)
{
	DIR *open_folder = opendir(folder);
	int count = 0;

	assert_non_null(open_folder);
	/* cppcheck-suppress readdirCalled; the stream is this function's own */
	for (const struct dirent *file; (file = readdir(open_folder));)
		count += file->d_name[0] != '.' && strcmp(file->d_name, IMAGE_CACHE_LOCK) != 0;
	closedir(open_folder);
	return count;
}

static void make_file(const char *name, const char *bytes)
{
	scoped_text path = own_format("%s/%s", folder, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(bytes, file);
	fclose(file);
}

static void test_kept(void **state)
{
	struct image_cache *cache = open_cache(&roomy);
	(void)state;

	assert_false(has(cache, 1, 5000));
	keep(cache, 1, 5000);
	assert_true(has(cache, 1, 5000));
	assert_false(has(cache, 2, 5000));
	image_cache_close(&cache);
	cache = open_cache(&roomy);
	assert_true(has(cache, 1, 5000));
	assert_int_equal(image_cache_count(cache).bytes, 5000);
	image_cache_close(&cache);
}

static void test_kept_twice(void **state)
{
	struct image_cache *cache = open_cache(&roomy);
	(void)state;

	keep(cache, 1, 5000);
	keep(cache, 1, 5000);
	assert_true(has(cache, 1, 5000));
	assert_int_equal(image_cache_count(cache).bytes, 5000);
	assert_int_equal(image_cache_count(cache).pictures, 1);
	assert_int_equal(files_there(), 1);
	image_cache_close(&cache);
}

static const struct unfit_row {
	const char *sentence;
	size_t said;
	const char *begins;
	size_t came;
} unfit_rows[] = {
	{"too short", 5000, "\xFF\xD8\xFF", 4999}, {"too long", 5000, "\xFF\xD8\xFF", 5001},
	{"no picture", 5000, "<html>", 5000},      {"nothing", 5000, "", 0},
	{"two bytes", 2, "\xFF\xD8", 2},
};

static void test_unfit(void **state)
{
	const struct unfit_row *row = *state;
	struct image_cache *cache = open_cache(&roomy);
	struct image_digest digest = digest_of(1);
	struct image_fill *fill = image_fill_begin(cache, &digest, row->said);
	char bytes[8000] = "";

	assert_non_null(fill);
	memcpy(bytes, row->begins, strlen(row->begins));
	for (size_t i = 0; i < row->came; i++)
		image_fill_add(fill, bytes + i, 1);
	assert_int_equal(image_fill_end(&fill), IMAGE_FILL_UNFIT);
	assert_int_equal(files_there(), 0);
	assert_false(has(cache, 1, row->said));
	image_cache_close(&cache);
}

static void test_dropped(void **state)
{
	struct image_cache *cache = open_cache(&roomy);
	struct image_digest digest = digest_of(1);
	struct image_fill *fill = image_fill_begin(cache, &digest, 5000);
	(void)state;

	add_bytes(fill, 3000);
	assert_false(has(cache, 1, 5000)); /* half a picture is not there */
	image_fill_drop(&fill);
	assert_int_equal(files_there(), 0);
	image_cache_close(&cache);
}

/* At each of these moments the process ends. Nothing but whole pictures is there then. */
enum crash_at { AFTER_BEGIN, AFTER_SOME, BEFORE_END, AFTER_END };

static void crash(enum crash_at at)
{
	struct image_cache *cache = open_cache(&roomy);
	struct image_digest digest = digest_of(1);

	keep(cache, 7, 4000);
	struct image_fill *fill = image_fill_begin(cache, &digest, 5000);
	if (at == AFTER_BEGIN)
		_exit(0);
	add_bytes(fill, 3000);
	if (at == AFTER_SOME)
		_exit(0);
	add_bytes(fill, 2000);
	if (at == BEFORE_END)
		_exit(0);
	image_fill_end(&fill);
	_exit(0);
}

static void test_crash(void **state)
{
	(void)state;
	for (enum crash_at at = AFTER_BEGIN; at <= AFTER_END; at++) {
		remove_all();
		pid_t child = fork();
		if (child == 0)
			crash(at);
		assert_int_equal(waitpid(child, NULL, 0), child);
		struct image_cache *cache = open_cache(&roomy);
		assert_true(has(cache, 7, 4000));
		assert_int_equal(has(cache, 1, 5000), at == AFTER_END);
		assert_int_equal(files_there(), at == AFTER_END ? 2 : 1);
		image_cache_close(&cache);
	}
}

static void test_strangers(void **state)
{
	struct image_cache *cache = NULL;
	(void)state;

	make_file("0102030405060708090a0b0c0d0e0f10-5.jpg", "cut"); /* a file system that lost its end */
	make_file("0102030405060708090a0b0c0d0e0f10-12345678.part", "x");
	make_file("0102030405060708090a0b0c0d0e0f11-3.gif", "gif");
	make_file("0102030405060708090a0b0c0d0e0f11-03.jpg", "abc");
	make_file("notes.txt", "of a person");
	cache = open_cache(&roomy);
	assert_int_equal(image_cache_count(cache).pictures, 0);
	assert_int_equal(files_there(), 3); /* what is not of the cache's making stays */
	image_cache_close(&cache);
}

static void test_size(void **state)
{
	const struct image_cache_limits small = {.bytes = 10000, .age_s = 100 * HOUR_S};
	struct image_cache *cache = open_cache(&small);
	(void)state;

	for (unsigned number = 1; number <= 5; number++)
		keep(cache, number, 2000);
	assert_true(has(cache, 1, 2000)); /* used now: the second is the oldest */
	keep(cache, 6, 2000);
	assert_false(has(cache, 2, 2000));
	assert_true(has(cache, 1, 2000));
	assert_int_equal(image_cache_count(cache).bytes, 10000);
	assert_int_equal(files_there(), 5);
	keep(cache, 7, 10000);
	assert_int_equal(image_cache_count(cache).pictures, 1);
	assert_int_equal(image_cache_count(cache).evicted, 6);
	struct image_digest digest = digest_of(8);
	assert_null(image_fill_begin(cache, &digest, 10001));
	assert_int_equal(image_cache_count(cache).unkept, 1);
	assert_true(has(cache, 7, 10000));
	image_cache_close(&cache);
}

/* What fills under way set aside counts as well. */
static void test_size_of_fills(void **state)
{
	const struct image_cache_limits small = {.bytes = 10000, .age_s = 100 * HOUR_S};
	struct image_cache *cache = open_cache(&small);
	struct image_digest first = digest_of(1), second = digest_of(2);
	(void)state;

	keep(cache, 9, 4000);
	struct image_fill *fill = image_fill_begin(cache, &first, 8000);
	assert_non_null(fill);
	assert_false(has(cache, 9, 4000));
	assert_null(image_fill_begin(cache, &second, 4000));
	image_fill_drop(&fill);
	keep(cache, 2, 10000);
	image_cache_close(&cache);
}

static void test_smaller_after_restart(void **state)
{
	const struct image_cache_limits small = {.bytes = 4000, .age_s = 100 * HOUR_S};
	struct image_cache *cache = open_cache(&roomy);
	(void)state;

	for (unsigned number = 1; number <= 5; number++)
		keep(cache, number, 2000);
	image_cache_close(&cache);
	cache = open_cache(&small);
	assert_int_equal(image_cache_count(cache).bytes, 4000);
	assert_int_equal(files_there(), 2);
	image_cache_close(&cache);
}

static void test_age(void **state)
{
	const struct image_cache_limits brief = {.bytes = 1 << 20, .age_s = 10 * HOUR_S};
	struct image_cache *cache = open_cache(&brief);
	(void)state;

	keep(cache, 1, 2000);
	keep(cache, 2, 2000);
	now_ms += 6 * HOUR_S * 1000;
	assert_true(has(cache, 2, 2000));
	now_ms += 5 * HOUR_S * 1000;
	image_cache_tidy(cache);
	assert_false(has(cache, 1, 2000));
	assert_true(has(cache, 2, 2000));
	image_cache_close(&cache);
	now_ms += 20 * HOUR_S * 1000;
	cache = open_cache(&brief);
	assert_int_equal(image_cache_count(cache).pictures, 0);
	assert_int_equal(files_there(), 0);
	image_cache_close(&cache);
}

/* The order of use outlives a restart, as far as the files' times tell it. */
static void test_order_after_restart(void **state)
{
	const struct image_cache_limits small = {.bytes = 4000, .age_s = 1000 * HOUR_S};
	struct image_cache *cache = open_cache(&small);
	struct timespec times[2] = {{0}};
	(void)state;

	keep(cache, 1, 2000);
	keep(cache, 2, 2000);
	scoped_text path = own_format("%s/01000000000000000000000000000000-2000.jpg", folder);
	times[0].tv_sec = times[1].tv_sec = now_ms / 1000 + 60;
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	image_cache_close(&cache);
	cache = open_cache(&small);
	keep(cache, 3, 2000);
	assert_true(has(cache, 1, 2000));
	assert_false(has(cache, 2, 2000));
	image_cache_close(&cache);
}

static void test_open_file_outlives(void **state)
{
	const struct image_cache_limits small = {.bytes = 4000, .age_s = 100 * HOUR_S};
	struct image_cache *cache = open_cache(&small);
	struct image_digest digest = digest_of(1);
	struct image_file file;
	char byte;
	(void)state;

	keep(cache, 1, 4000);
	assert_true(image_cache_find(cache, &digest, &file));
	keep(cache, 2, 4000);
	assert_false(has(cache, 1, 4000));
	assert_int_equal(pread(file.descriptor, &byte, 1, 3999), 1);
	image_file_done(&file);
	image_cache_close(&cache);
}

static void test_emptied(void **state)
{
	struct image_cache *cache = open_cache(&roomy);
	(void)state;

	keep(cache, 1, 4000);
	images_folder_empty(folder, ".jpg");
	assert_false(has(cache, 1, 4000));
	assert_int_equal(image_cache_count(cache).bytes, 0);
	keep(cache, 1, 4000);
	assert_true(has(cache, 1, 4000));
	image_cache_close(&cache);
}

/* What is asked for again within a minute is in memory then, for as long as it is in the cache. */
static void test_again(void **state)
{
	const struct image_cache_limits small = {.bytes = 4000, .age_s = 100 * HOUR_S};
	struct image_cache *cache = open_cache(&small);
	(void)state;

	keep(cache, 1, 3000);
	for (int second = 0; second <= 120; second += 60) {
		assert_true(has(cache, 1, 3000));
		assert_int_equal(image_cache_count(cache).bytes_in_memory, 0);
		now_ms += 60000;
	}
	assert_true(has(cache, 1, 3000));
	now_ms += 59000;
	assert_true(has(cache, 1, 3000));
	assert_int_equal(image_cache_count(cache).bytes_in_memory, 3000);
	assert_true(has(cache, 1, 3000));
	keep(cache, 2, 3000);
	assert_false(has(cache, 1, 3000));
	image_cache_close(&cache);
}

static void test_one_at_a_time(void **state)
{
	struct image_cache *cache = open_cache(&roomy), *other = NULL;
	struct error error = {0};
	(void)state;

	assert_false(image_cache_open(folder, &roomy, &other, &error));
	assert_non_null(strstr(error.text, "another process"));
	image_cache_close(&cache);
	assert_true(image_cache_open(folder, &roomy, &other, &error));
	image_cache_close(&other);
}

static void test_no_folder(void **state)
{
	struct image_cache *cache = NULL;
	struct error error = {0};
	(void)state;

	assert_false(image_cache_open("build/not/there", &roomy, &cache, &error));
	assert_int_equal(error.kind, ERROR_FATAL);
	assert_false(image_cache_open("/dev/null", &roomy, &cache, &error));
}

/* The system lets no file grow beyond a few bytes: as a full disk, to the cache. */
static void test_full_disk(void **state)
{
	struct image_cache *cache = open_cache(&roomy);
	struct image_digest digest = digest_of(1);
	struct rlimit before, few;
	(void)state;

	keep(cache, 7, 500);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	few = before;
	few.rlim_cur = 1000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &few), 0);
	struct image_fill *fill = image_fill_begin(cache, &digest, 5000); /* room cannot be set aside */
	int left = files_there();
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_null(fill);
	assert_int_equal(left, 1);
	assert_int_equal(image_cache_count(cache).unkept, 1);
	assert_true(has(cache, 7, 500));

	fill = image_fill_begin(cache, &digest, 5000);
	assert_non_null(fill);
	add_bytes(fill, 500);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &few), 0);
	add_bytes(fill, 4500); /* it gets full in the middle */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(image_fill_is_broken(fill));
	assert_int_equal(image_fill_end(&fill), IMAGE_FILL_UNKEPT);
	assert_int_equal(files_there(), 1);
	assert_false(has(cache, 1, 5000));
	keep(cache, 1, 5000);
	assert_true(has(cache, 1, 5000));
	image_cache_close(&cache);
}

int main(void)
{
	struct cases cases = {0};

	log_set_level(LOG_NOTHING);
	if (sodium_init() < 0 || (mkdir("build", 0777) != 0 && access("build", W_OK) != 0) ||
	    !mkdtemp(folder))
		return 1;
	cases_add(&cases, own_copy("what is kept is there after a restart"), test_kept, NULL);
	cases_add(&cases, own_copy("kept twice it is there once"), test_kept_twice, NULL);
	cases_add_table(&cases, unfit_rows, test_unfit);
	cases_add(&cases, own_copy("a fill that is dropped leaves nothing"), test_dropped, NULL);
	cases_add(&cases, own_copy("a crash in a fill"), test_crash, NULL);
	cases_add(&cases, own_copy("files that are none of a cache's"), test_strangers, NULL);
	cases_add(&cases, own_copy("what was not used for longest goes first"), test_size, NULL);
	cases_add(&cases, own_copy("fills under way count"), test_size_of_fills, NULL);
	cases_add(&cases, own_copy("a smaller limit after a restart"), test_smaller_after_restart, NULL);
	cases_add(&cases, own_copy("what was not used for long goes"), test_age, NULL);
	cases_add(&cases, own_copy("the order of use after a restart"), test_order_after_restart, NULL);
	cases_add(&cases, own_copy("an open file outlives its place"), test_open_file_outlives, NULL);
	cases_add(&cases, own_copy("somebody empties the folder"), test_emptied, NULL);
	cases_add(&cases, own_copy("what is asked for again"), test_again, NULL);
	cases_add(&cases, own_copy("a folder has one user"), test_one_at_a_time, NULL);
	cases_add(&cases, own_copy("a folder that cannot be"), test_no_folder, NULL);
	cases_add(&cases, own_copy("a full disk"), test_full_disk, NULL);
	for (size_t i = 0; i < cases.count; i++)
		cases.list[i].setup_func = set_up;
	int failed = cases_run("images_cache", &cases);
	remove_all();
	scoped_text lock = own_format("%s/%s", folder, IMAGE_CACHE_LOCK);
	unlink(lock);
	rmdir(folder);
	return failed;
}
