#include "bridge/daemon/failures.h"

void failures_done(struct failures *failures)
{
	repeats_done(&failures->repeats);
	*failures = (struct failures){0};
}

bool failures_add(struct failures *failures, const char *words, int64_t now_ms, unsigned *untold_out)
{
	bool due = repeats_due(&failures->repeats, "", words, now_ms, untold_out);
	bool lasts = ++failures->in_row == FAILURES_LASTING && !failures->told;

	failures->told = failures->told || due || lasts;
	return due || lasts;
}

int failures_end(struct failures *failures)
{
	int recovered = failures->told ? failures->in_row : 0;

	failures->in_row = 0;
	failures->told = false;
	return recovered;
}
