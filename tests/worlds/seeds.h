/* Many seeds on all cores: batches of them in processes of their own, told in the order of the seeds. A process that dies
 * is a failure of the seed that it was at, and another goes on behind it. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEEDS_TOLD 20 /* failures of one batch that come with their words */

struct seed_failure {
	uint64_t seed;
	char words[400];
};
struct seed_batch {
	uint64_t first;
	size_t count, failed;
	const struct seed_failure *failures; /* the first SEEDS_TOLD of them */
};

/* True: all is well with this seed. Runs in a child. */
typedef bool seed_play(uint64_t seed, char broken_out[400]);
/* Called batch by batch, in order. */
typedef void seed_batch_done(void *context, const struct seed_batch *batch);

/* How many failed. */
size_t seeds_run(uint64_t first, size_t count, size_t batch_size, seed_play *play, seed_batch_done *done,
		 void *context);
