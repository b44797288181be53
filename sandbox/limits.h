/* Five requests in any second for a base, fifty for a token; then a penalty.
 *
 * A sliding window over the moments of the accepted requests, not buckets of a clock. A request that
 * comes during the penalty is refused and does not prolong it. Times are steady microseconds. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SANDBOX_BASE_RATE    5
#define SANDBOX_TOKEN_RATE   50
#define SANDBOX_LIMITED_KEYS 256 /* bases and tokens that are remembered; the longest unused is forgotten */

struct sandbox_limit {
	char key[96];
	size_t most;
	size_t count, next;
	int64_t accepted_us[SANDBOX_TOKEN_RATE]; /* ring */
	int64_t penalty_until_us, used_us;
};

struct sandbox_limits {
	int64_t window_us, penalty_us; /* window 0: no limits */
	size_t count;
	struct sandbox_limit *list; /* owned */
};

/* 'rate' 1: as Airtable's; 10: ten times as fast; 0: none. Forgets what was. */
void sandbox_limits_set(struct sandbox_limits *limits, double rate);
void sandbox_limits_done(struct sandbox_limits *limits);
enum sandbox_limited { LIMIT_ACCEPTED, LIMIT_REFUSED, LIMIT_PENALTY_BEGINS };
/* 'base' may be NULL: only the token counts. */
enum sandbox_limited sandbox_limits_take(struct sandbox_limits *limits, const char *base, const char *token,
					 int64_t now_us);
/* A penalty out of turn. */
void sandbox_limits_punish(struct sandbox_limits *limits, const char *base, int64_t until_us, int64_t now_us);
/* How long the longest penalty still lasts. */
int64_t sandbox_limits_left(const struct sandbox_limits *limits, int64_t now_us);
