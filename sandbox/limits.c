#include "sandbox/limits.h"
#include "base/own.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_US  1000000
#define PENALTY_US (30 * (int64_t)SECOND_US)

void sandbox_limits_done(struct sandbox_limits *limits)
{
	free(limits->list);
	*limits = (struct sandbox_limits){0};
}

void sandbox_limits_set(struct sandbox_limits *limits, double rate)
{
	sandbox_limits_done(limits);
	if (rate <= 0)
		return;
	limits->window_us = (int64_t)(SECOND_US / rate);
	limits->penalty_us = (int64_t)((double)PENALTY_US / rate);
}

static struct sandbox_limit *place_for(struct sandbox_limits *limits)
{
	size_t oldest = 0;

	if (limits->count < SANDBOX_LIMITED_KEYS) {
		if (!limits->list)
			limits->list = own_alloc(SANDBOX_LIMITED_KEYS * sizeof(struct sandbox_limit));
		return &limits->list[limits->count++];
	}
	for (size_t i = 1; i < limits->count; i++) {
		if (limits->list[i].used_us < limits->list[oldest].used_us)
			oldest = i;
	}
	return &limits->list[oldest];
}

static struct sandbox_limit *limit_of(struct sandbox_limits *limits, const char *key, size_t most,
				      int64_t now_us)
{
	struct sandbox_limit *limit = NULL;

	for (size_t i = 0; i < limits->count && !limit; i++) {
		if (strncmp(limits->list[i].key, key, sizeof(limit->key) - 1) == 0 &&
		    limits->list[i].most == most)
			limit = &limits->list[i];
	}
	if (!limit) {
		limit = place_for(limits);
		*limit = (struct sandbox_limit){.most = most};
		snprintf(limit->key, sizeof(limit->key), "%s", key);
	}
	limit->used_us = now_us;
	return limit;
}

/* Whether one more is too many: as many as are allowed lie less than a window back. */
static bool is_full(const struct sandbox_limit *limit, int64_t window_us, int64_t now_us)
{
	return limit->count == limit->most && now_us - limit->accepted_us[limit->next] < window_us;
}

static void accept_one(struct sandbox_limit *limit, int64_t now_us)
{
	limit->accepted_us[limit->next] = now_us;
	limit->next = (limit->next + 1) % limit->most;
	if (limit->count < limit->most)
		limit->count++;
}

enum sandbox_limited sandbox_limits_take(struct sandbox_limits *limits, const char *base, const char *token,
					 int64_t now_us)
{
	if (limits->window_us == 0)
		return LIMIT_ACCEPTED;
	struct sandbox_limit *by_token = limit_of(limits, token, SANDBOX_TOKEN_RATE, now_us);
	struct sandbox_limit *by_base = base ? limit_of(limits, base, SANDBOX_BASE_RATE, now_us) : by_token;

	if (now_us < by_base->penalty_until_us || now_us < by_token->penalty_until_us)
		return LIMIT_REFUSED;
	bool base_full = is_full(by_base, limits->window_us, now_us);
	bool token_full = is_full(by_token, limits->window_us, now_us);
	if (base_full)
		by_base->penalty_until_us = now_us + limits->penalty_us;
	if (token_full)
		by_token->penalty_until_us = now_us + limits->penalty_us;
	if (base_full || token_full)
		return LIMIT_PENALTY_BEGINS;
	accept_one(by_token, now_us);
	if (by_base != by_token)
		accept_one(by_base, now_us);
	return LIMIT_ACCEPTED;
}

void sandbox_limits_punish(struct sandbox_limits *limits, const char *base, int64_t until_us, int64_t now_us)
{
	if (limits->window_us == 0) /* a rate that refuses nothing but what is punished */
		limits->window_us = 1;
	limit_of(limits, base, SANDBOX_BASE_RATE, now_us)->penalty_until_us = until_us;
}

int64_t sandbox_limits_left(const struct sandbox_limits *limits, int64_t now_us)
{
	int64_t left_us = 0;

	for (size_t i = 0; i < limits->count; i++) {
		if (limits->list[i].penalty_until_us - now_us > left_us)
			left_us = limits->list[i].penalty_until_us - now_us;
	}
	return left_us;
}
