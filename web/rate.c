/* The buckets stand in small sets; an address belongs to one set, by a hash that nobody outside can foresee. */
#include "web/rate.h"
#include "base/clock.h"
#include "base/own.h"
#include <math.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SETS 1024 /* a power of two */
#define WAYS 8

struct bucket {
	struct web_address caller;
	double tokens;
	int64_t at_ms;
	bool used;
};

struct web_rate {
	pthread_mutex_t lock;
	double per_second, burst;
	uint8_t hash_key[crypto_shorthash_KEYBYTES];
	struct bucket sets[SETS][WAYS];
};

struct web_rate *web_rate_open(double per_second, double burst)
{
	struct web_rate *rate = own_alloc(sizeof(*rate));

	pthread_mutex_init(&rate->lock, NULL);
	rate->per_second = per_second;
	rate->burst = burst < 1 ? 1 : burst;
	random_bytes(rate->hash_key, sizeof(rate->hash_key));
	return rate;
}

void web_rate_close(struct web_rate **rate)
{
	if (!*rate)
		return;
	pthread_mutex_destroy(&(*rate)->lock);
	free(*rate);
	*rate = NULL;
}

static struct bucket *set_of(struct web_rate *rate, const struct web_address *caller)
{
	uint8_t hash[crypto_shorthash_BYTES];

	crypto_shorthash(hash, caller->bytes, sizeof(caller->bytes), rate->hash_key);
	return rate->sets[(hash[0] | (unsigned)hash[1] << 8) % SETS];
}

/* Its bucket, or a full one in the place of a free one or of the one that was quiet for longest. */
static struct bucket *bucket_of(struct web_rate *rate, const struct web_address *caller, int64_t now_ms)
{
	struct bucket *set = set_of(rate, caller), *oldest = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].used && memcmp(&set[i].caller, caller, sizeof(*caller)) == 0)
			return &set[i];
		if (oldest->used && (!set[i].used || set[i].at_ms < oldest->at_ms))
			oldest = &set[i];
	}
	*oldest = (struct bucket){.caller = *caller, .tokens = rate->burst, .at_ms = now_ms, .used = true};
	return oldest;
}

static void refill(const struct web_rate *rate, struct bucket *bucket, int64_t now_ms)
{
	double more = (double)(now_ms - bucket->at_ms) / 1000 * rate->per_second;

	bucket->tokens = fmin(rate->burst, bucket->tokens + fmax(0, more));
	bucket->at_ms = now_ms;
}

bool web_rate_take(struct web_rate *rate, const struct web_address *caller, int64_t now_steady_ms,
		   int *wait_s_out)
{
	pthread_mutex_lock(&rate->lock);
	struct bucket *bucket = bucket_of(rate, caller, now_steady_ms);
	refill(rate, bucket, now_steady_ms);
	bool has_one = bucket->tokens >= 1;
	if (has_one)
		bucket->tokens -= 1;
	else
		*wait_s_out = (int)fmin(3600, ceil((1 - bucket->tokens) / fmax(rate->per_second, 0.001)));
	pthread_mutex_unlock(&rate->lock);
	return has_one;
}
