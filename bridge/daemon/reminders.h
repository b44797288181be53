/* When a problem is logged: at once when it is new, hourly while it lasts. Pure.
 *
 * Whoever looks for problems calls reminders_due() for each that it finds, and reminders_end_round() at the end of the round.
 * What a round did not find is over, and is logged at once when it comes back. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum reminders_limits {
	REMINDERS_AGAIN_MS = 3600000,
	REMINDERS_MOST = 200, /* further ones are logged each time they are found: better than never */
};

/* {0} is an empty one. */
struct reminders {
	size_t count;
	struct reminder {
		char *words; /* owned */
		int64_t reported_steady_ms;
		bool found; /* in this round */
	} * list;           /* owned */
};
void reminders_done(struct reminders *reminders);
/* Whether these words are to be logged now. */
bool reminders_due(struct reminders *reminders, const char *words, int64_t now_steady_ms);
/* Forgets what was not found since the round before ended. Returns how many that were. */
size_t reminders_end_round(struct reminders *reminders);
