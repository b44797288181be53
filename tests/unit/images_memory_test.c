/* Pictures in memory: what has room, what makes room, what is being sent. */
#define _GNU_SOURCE
#include "base/own.h"
#include "public-images/cache_memory.h"
#include "tests/unit/cases.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LENGTH 1000
#define ROOM   3 /* pictures */

static const char *const hexes[] = {
	"00000000000000000000000000000000", "11111111111111111111111111111111",
	"22222222222222222222222222222222", "33333333333333333333333333333333",
	"44444444444444444444444444444444",
};

/* A file of 'length' bytes, all of them 'byte'. */
static FILE *make_file(uint64_t length, int byte)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	for (uint64_t i = 0; i < length; i++)
		fputc(byte, file);
	fflush(file);
	return file;
}

static struct image_bytes *bring(struct image_memory *memory, unsigned number)
{
	FILE *file = make_file(LENGTH, 'a' + (int)number);
	struct image_bytes *bytes = image_memory_read(memory, hexes[number], fileno(file), LENGTH);

	fclose(file);
	return bytes;
}

static void give_back(struct image_bytes *bytes)
{
	if (bytes)
		image_bytes_give_back(bytes);
}

static bool is_here(struct image_memory *memory, unsigned number)
{
	struct image_bytes *bytes = image_memory_find(memory, hexes[number]);

	if (bytes)
		for (size_t i = 0; i < LENGTH; i++)
			assert_int_equal(((char *)image_bytes_begin(bytes))[i], 'a' + (int)number);
	give_back(bytes);
	return bytes;
}

static void test_room(void **state)
{
	struct image_memory *memory = image_memory_open((uint64_t)ROOM * LENGTH);
	(void)state;

	assert_false(is_here(memory, 0));
	for (unsigned number = 0; number < ROOM; number++)
		give_back(bring(memory, number));
	assert_true(is_here(memory, 0)); /* used now: the next one is the oldest */
	give_back(bring(memory, 3));
	assert_false(is_here(memory, 1));
	assert_true(is_here(memory, 0) && is_here(memory, 2) && is_here(memory, 3));
	assert_int_equal(image_memory_count(memory), ROOM * LENGTH);
	image_memory_close(&memory);
}

/* Those that are being sent stay, and count. */
static void test_borrowed(void **state)
{
	struct image_memory *memory = image_memory_open((uint64_t)ROOM * LENGTH);
	struct image_bytes *borrowed[ROOM];
	(void)state;

	for (unsigned number = 0; number < ROOM; number++)
		borrowed[number] = bring(memory, number);
	assert_null(bring(memory, 3));
	assert_int_equal(image_memory_count(memory), ROOM * LENGTH);
	give_back(borrowed[1]);
	give_back(bring(memory, 3));
	assert_false(is_here(memory, 1));
	assert_true(is_here(memory, 0) && is_here(memory, 2) && is_here(memory, 3));
	give_back(borrowed[0]);
	give_back(borrowed[2]);
	image_memory_close(&memory);
}

/* Two requests read the same picture at the same time. */
static void test_twice(void **state)
{
	struct image_memory *memory = image_memory_open((uint64_t)ROOM * LENGTH);
	(void)state;

	struct image_bytes *one = bring(memory, 0), *other = bring(memory, 0);
	assert_ptr_equal(one, other);
	assert_int_equal(image_memory_count(memory), LENGTH);
	give_back(one);
	give_back(bring(memory, 1));
	give_back(bring(memory, 2));
	give_back(bring(memory, 3));
	assert_true(is_here(memory, 0)); /* one of both still has it */
	give_back(other);
	image_memory_close(&memory);
}

static void test_unfit(void **state)
{
	struct image_memory *memory = image_memory_open(2 * IMAGE_IN_MEMORY_MOST);
	FILE *large = make_file(IMAGE_IN_MEMORY_MOST + 1, 'x'), *cut = make_file(LENGTH - 1, 'x');
	(void)state;

	assert_null(image_memory_read(memory, hexes[0], fileno(large), IMAGE_IN_MEMORY_MOST + 1));
	assert_null(image_memory_read(memory, hexes[0], fileno(cut), LENGTH));
	assert_int_equal(image_memory_count(memory), 0);
	give_back(image_memory_read(memory, hexes[0], fileno(large), IMAGE_IN_MEMORY_MOST));
	assert_int_equal(image_memory_count(memory), IMAGE_IN_MEMORY_MOST);
	fclose(large);
	fclose(cut);
	image_memory_close(&memory);
}

int main(void)
{
	struct cases cases = {0};

	cases_add(&cases, own_copy("what was used longest ago makes room"), test_room, NULL);
	cases_add(&cases, own_copy("what is being sent makes none"), test_borrowed, NULL);
	cases_add(&cases, own_copy("read by two at once it is there once"), test_twice, NULL);
	cases_add(&cases, own_copy("what is too large, and a file that was cut"), test_unfit, NULL);
	return cases_run("images_memory", &cases);
}
