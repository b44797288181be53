/* Which failures of an integration's cycles are told: at once when it is a new one, the same one hourly with how often it came
 * meanwhile, and that it has recovered when the failure was told. Pure: the steady clock is given. */
#pragma once
#include "bridge/progress/repeats.h"

enum failures_limits {
	FAILURES_LASTING = 5, /* in a row: told even if the same one came and went within the hour */
};

/* {0}: none so far. */
struct failures {
	int in_row; /* since the last cycle that went well */
	bool told;  /* one of these was */
	struct repeats repeats;
};
void failures_done(struct failures *failures);
/* Whether this one is told. untold_out: how often the same one was not since it was told last. */
bool failures_add(struct failures *failures, const char *words, int64_t now_ms, unsigned *untold_out);
/* A cycle went well: after how many failures, if that is to be told, else 0. */
int failures_end(struct failures *failures);
