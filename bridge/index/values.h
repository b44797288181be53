/* Which documents have a value that no other may have: by hashes, for what a save looks up.
 *
 * A hash only names candidates: the caller reads them and compares. */
#pragma once
#include "bridge/index/pair.h"

struct pair;

struct values {
	size_t count, bucket_count; /* buckets: a power of two */
	struct pair **buckets;      /* owned; bucket_count of each kind */
};
void values_done(struct values *values);
/* Sets the pair's value of this kind; NULL or "": none. */
void values_set(struct values *values, struct pair *pair, enum value_kind kind, const char *words);
/* The first pair that may have this value, and the next behind one; NULL: no more. */
struct pair *values_first(const struct values *values, enum value_kind kind, const char *words);
struct pair *values_next(const struct pair *pair, enum value_kind kind);
