/* Which sentences about which things were logged lately: the same one once an hour at most, then with how often it came
 * meanwhile. Pure: the steady clock is given. */
#pragma once
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum repeats_limits {
	REPEATS_AGAIN_MS = 3600000,
	REPEATS_MOST = 2000, /* what is pushed out by newer ones is told again: better than never */
};

/* {0} is an empty one. */
struct repeats {
	size_t count, oldest;
	struct repeat {
		uint64_t hash;
		int64_t logged_ms;
		unsigned untold; /* since then */
	} * list;                /* owned */
};
void repeats_done(struct repeats *repeats);
/* Whether it is to be logged now. untold_out: how often it was not, since it was logged last. */
bool repeats_due(struct repeats *repeats, const char *thing, const char *sentence, int64_t now_ms,
		 unsigned *untold_out);
/* " (12 times more since this was last logged)"; 0: nothing. */
void repeats_add_count(struct text *line, unsigned untold);
