/* How exact the times are at which a row was made and its cells were modified. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum sandbox_times {
	SANDBOX_TIMES_ROUNDED, /* to the nearest second, as the real service was recorded to do it */
	SANDBOX_TIMES_CUT,     /* to the second that has begun */
	SANDBOX_TIMES_EXACT,   /* milliseconds; a createdTime is cut to seconds */
};

/* "rounded", "cut", "exact"; false, and nothing set: there is no such name. */
const char *sandbox_times_name(enum sandbox_times times);
bool sandbox_times_of_name(const char *name, enum sandbox_times *times_out);

/* The moment as such a time shows it. */
int64_t sandbox_times_created(enum sandbox_times times, int64_t now_ms);
int64_t sandbox_times_modified(enum sandbox_times times, int64_t now_ms);
