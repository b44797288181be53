/* Random histories, each from a seed.
 *
 *     chaos_test                  a fixed number of them, as a test
 *     chaos_test SEEDS [FIRST]    so many, with their speed; the first that fail are shrunk and told step by step
 *     chaos_test = SEED           this one, told step by step
 *
 * Every eighth (seeds that can be divided by 8) has a second process on the same integration: rule 16. Seeds from HISTORY_PICTURES on have
 * pictures, and with PICTURES=1 in the environment all of them: rule 9. */
#include "tests/worlds/history.h"
#include "tests/worlds/seeds.h"

#include <json-c/json_object.h>
#include <json-c/linkhash.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TEST_SEEDS 1000
#else
#define TEST_SEEDS 10000
#endif
#define TEST_GROUPS    20 /* cases that they are told in */
#define PICTURE_GROUPS 2  /* of the same size, with pictures */
#define BATCH          500
#define SHOWN          3 /* seeds that are told step by step */

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* As a file that may be kept, then step by step. */
static void tell(uint64_t seed)
{
	struct history history;
	char broken[400];

	history_draw(seed, &history);
	if (!history_run(&history, false, broken))
		history_shrink(&history);
	history_run(&history, false, broken);
	history_print(&history, broken);
	fflush(stdout);
	history_run(&history, true, broken);
	fflush(stdout);
}

static bool play(uint64_t seed, char broken_out[400])
{
	struct history history;

	history_draw(seed, &history);
	return history_run(&history, false, broken_out);
}

struct tally {
	size_t groups;
	size_t failed_count;
	uint64_t failed[SHOWN]; /* the first */
};

static void note_batch(void *context, const struct seed_batch *batch)
{
	struct tally *tally = context;

	for (size_t i = 0; i < batch->failed && i < SEEDS_TOLD; i++) {
		printf("# seed %llu: %s\n", (unsigned long long)batch->failures[i].seed,
		       batch->failures[i].words);
		if (tally->failed_count < SHOWN)
			tally->failed[tally->failed_count++] = batch->failures[i].seed;
	}
	fflush(stdout);
}

static void note_group(void *context, const struct seed_batch *batch)
{
	struct tally *tally = context;

	note_batch(context, batch);
	printf("%s %zu - every invariant holds in the histories of seeds %llu to %llu\n",
	       batch->failed ? "not ok" : "ok", ++tally->groups, (unsigned long long)batch->first,
	       (unsigned long long)(batch->first + batch->count - 1));
}

/* In this process, behind the others: one that dies of it takes nothing along. */
static void tell_failed(const struct tally *tally)
{
	for (size_t i = 0; i < tally->failed_count; i++)
		tell(tally->failed[i]);
}

static int as_test(void)
{
	const size_t group = TEST_SEEDS / TEST_GROUPS;
	struct tally tally = {0};

	printf("1..%d\n", TEST_GROUPS + PICTURE_GROUPS);
	size_t failed = seeds_run(1, TEST_SEEDS, group, play, note_group, &tally);
	failed += seeds_run(HISTORY_PICTURES, PICTURE_GROUPS * group, group, play, note_group, &tally);
	tell_failed(&tally);
	return failed ? 1 : 0;
}

static int as_told(uint64_t first, size_t count)
{
	struct tally tally = {0};
	double began = seconds();
	size_t failed = seeds_run(first, count, BATCH, play, note_batch, &tally);
	double took = seconds() - began;

	printf("# seeds %llu to %llu: %zu failed; %.1f s, %.0f a second\n", (unsigned long long)first,
	       (unsigned long long)(first + count - 1), failed, took, (double)count / took);
	tell_failed(&tally);
	return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
	/* Nobody from outside chooses keys here, so that the quicker of json-c's hashes will do. */
	json_global_set_string_hash(JSON_C_STR_HASH_PERLLIKE);
	if (argc < 2)
		return as_test();
	if (strcmp(argv[1], "=") == 0 && argc == 3) {
		tell(strtoull(argv[2], NULL, 10));
		return 0;
	}
	return as_told(argc > 2 ? strtoull(argv[2], NULL, 10) : 1, strtoull(argv[1], NULL, 10));
}
