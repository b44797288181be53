/* Chained hash tables whose links are in the pairs. */
#include "bridge/index/values.h"

#include "base/own.h"
#include "base/text.h"

#include <stdlib.h>

#define FIRST_BUCKETS 64

static uint64_t hash_of(const char *words)
{
	uint64_t hash = words && *words ? text_hash(words) : 0;

	return words && *words && hash == 0 ? 1 : hash;
}

static struct pair **bucket_of(const struct values *values, enum value_kind kind, uint64_t hash)
{
	return &values->buckets[(size_t)kind * values->bucket_count + (hash & (values->bucket_count - 1))];
}

static void link_in(struct values *values, struct pair *pair, enum value_kind kind)
{
	struct pair **bucket = bucket_of(values, kind, pair->values[kind].hash);

	pair->values[kind].next = *bucket;
	*bucket = pair;
}

static void link_out(struct values *values, struct pair *pair, enum value_kind kind)
{
	struct pair **place = bucket_of(values, kind, pair->values[kind].hash);

	while (*place != pair)
		place = &(*place)->values[kind].next;
	*place = pair->values[kind].next;
	pair->values[kind].next = NULL;
}

static void grow(struct values *values)
{
	struct values former = *values;

	values->bucket_count = former.bucket_count ? 2 * former.bucket_count : FIRST_BUCKETS;
	values->buckets = own_alloc(VALUE_KINDS * values->bucket_count * sizeof(struct pair *));
	for (size_t i = 0; i < VALUE_KINDS * former.bucket_count; i++) {
		enum value_kind kind = (enum value_kind)(i / former.bucket_count);
		for (struct pair *pair = former.buckets[i], *next; pair; pair = next) {
			next = pair->values[kind].next;
			link_in(values, pair, kind);
		}
	}
	free(former.buckets);
}

void values_done(struct values *values)
{
	free(values->buckets);
	*values = (struct values){0};
}

void values_set(struct values *values, struct pair *pair, enum value_kind kind, const char *words)
{
	uint64_t hash = hash_of(words);

	if (pair->values[kind].hash == hash)
		return;
	if (pair->values[kind].hash) {
		link_out(values, pair, kind);
		values->count--;
	}
	pair->values[kind].hash = hash;
	if (!hash)
		return;
	if (values->count >= values->bucket_count)
		grow(values);
	link_in(values, pair, kind);
	values->count++;
}

static struct pair *matching(struct pair *pair, enum value_kind kind, uint64_t hash)
{
	while (pair && pair->values[kind].hash != hash)
		pair = pair->values[kind].next;
	return pair;
}

struct pair *values_first(const struct values *values, enum value_kind kind, const char *words)
{
	uint64_t hash = hash_of(words);

	return hash && values->bucket_count ? matching(*bucket_of(values, kind, hash), kind, hash) : NULL;
}

struct pair *values_next(const struct pair *pair, enum value_kind kind)
{
	return matching(pair->values[kind].next, kind, pair->values[kind].hash);
}
