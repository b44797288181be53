/* When pairs are to be looked at again: a heap, so that the next one is known without asking all of them. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum due_kind {
	DUE_AGAIN, /* something is open: a doubt, a retry */
	DUE_MARK,  /* the app's mark is to be written */
	DUE_KINDS,
};

struct pair;
/* A time of a pair, and where it stands in the heap. */
struct due {
	int64_t at_ms; /* steady clock; 0: never */
	size_t place;  /* from 1; 0: not in the heap */
};

struct dues {
	size_t count, capacity;
	struct due_entry {
		struct pair *pair;
		enum due_kind kind;
	} * heap; /* owned; the earliest first */
};
void dues_done(struct dues *dues);
/* Steady clock; 0 never. In the place of the time that the pair had. */
void dues_set(struct dues *dues, struct pair *pair, enum due_kind kind, int64_t at_ms);
/* The earliest, or NULL. */
struct pair *dues_first(const struct dues *dues, enum due_kind *kind_out, int64_t *at_ms_out);
