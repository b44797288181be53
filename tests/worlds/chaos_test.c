/* Random histories, each from a seed.
 *
 *     chaos_test                  a fixed number of them, as a test
 *     chaos_test SEEDS [FIRST]    so many, with their speed; a failing seed is shrunk and told step by step
 *     chaos_test = SEED           this one, told step by step */
#include "tests/worlds/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TEST_SEEDS   2000
#define TEST_GROUPS  20 /* cases that they are told in */
#define SHOWN_FAULTS 3

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void tell(uint64_t seed)
{
	struct history history;
	char broken[400];

	history_draw(seed, &history);
	history_run(&history, false, broken);
	printf("# seed %llu: %s\n", (unsigned long long)seed, broken);
	history_shrink(&history);
	history_print(&history);
	fflush(stdout);
	history_run(&history, true, broken);
	printf("# seed %llu, shrunk to %zu events: %s\n", (unsigned long long)seed, history.count, broken);
	fflush(stdout);
}

/* How many of them fail; the first few are told. */
static size_t run_seeds(uint64_t first, size_t count, size_t most_told)
{
	size_t failed = 0;

	for (size_t i = 0; i < count; i++) {
		struct history history;
		char broken[400];
		history_draw(first + i, &history);
		if (history_run(&history, false, broken))
			continue;
		if (failed++ < most_told)
			tell(first + i);
		else if (most_told)
			printf("# seed %llu: %s\n", (unsigned long long)history.seed, broken);
	}
	return failed;
}

static int as_test(void)
{
	size_t all = 0;

	printf("1..%d\n", TEST_GROUPS);
	for (int group = 0; group < TEST_GROUPS; group++) {
		uint64_t first = 1 + (uint64_t)group * (TEST_SEEDS / TEST_GROUPS);
		uint64_t last = first + TEST_SEEDS / TEST_GROUPS - 1;
		size_t failed = run_seeds(first, TEST_SEEDS / TEST_GROUPS, 1);
		all += failed;
		printf("%s %d - every invariant holds in the histories of seeds %llu to %llu\n",
		       failed ? "not ok" : "ok", group + 1, (unsigned long long)first,
		       (unsigned long long)last);
	}
	return all ? 1 : 0;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return as_test();
	if (strcmp(argv[1], "=") == 0 && argc == 3) {
		tell(strtoull(argv[2], NULL, 10));
		return 0;
	}
	size_t count = strtoull(argv[1], NULL, 10);
	uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	double began = seconds();
	size_t failed = run_seeds(first, count, SHOWN_FAULTS);
	double took = seconds() - began;
	printf("# seeds %llu to %llu: %zu failed; %.1f s, %.0f a second\n", (unsigned long long)first,
	       (unsigned long long)first + count - 1, failed, took, (double)count / took);
	return failed ? 1 : 0;
}
