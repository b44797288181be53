#include "sandbox/times.h"

#include "base/own.h"

#include <string.h>

static const char *const names[] = {
	[SANDBOX_TIMES_ROUNDED] = "rounded",
	[SANDBOX_TIMES_CUT] = "cut",
	[SANDBOX_TIMES_EXACT] = "exact",
};

const char *sandbox_times_name(enum sandbox_times times)
{
	return names[times];
}

bool sandbox_times_of_name(const char *name, enum sandbox_times *times_out)
{
	for (size_t i = 0; i < countof(names); i++) {
		if (strcmp(names[i], name) != 0)
			continue;
		*times_out = (enum sandbox_times)i;
		return true;
	}
	return false;
}

int64_t sandbox_times_created(enum sandbox_times times, int64_t now_ms)
{
	return (now_ms + (times == SANDBOX_TIMES_ROUNDED ? 500 : 0)) / 1000 * 1000;
}

int64_t sandbox_times_modified(enum sandbox_times times, int64_t now_ms)
{
	return times == SANDBOX_TIMES_EXACT ? now_ms : sandbox_times_created(times, now_ms);
}
