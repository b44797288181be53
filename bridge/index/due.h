/* When pairs are due for another job: a heap, so that the next one is found without asking all of them. */
#pragma once
#include "bridge/index/pair.h"

struct pair;

struct dues {
	size_t count, capacity;
	struct due_entry {
		struct pair *pair;
		enum due_kind kind;
	} * heap; /* owned; the earliest first */
};
void dues_done(struct dues *dues);
/* Sets the pair's time (steady clock; 0: never), in place of the one that it had. */
void dues_set(struct dues *dues, struct pair *pair, enum due_kind kind, int64_t at_ms);
/* The earliest, or NULL. */
struct pair *dues_first(const struct dues *dues, enum due_kind *kind_out, int64_t *at_ms_out);
