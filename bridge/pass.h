/* One round: hear, look at every pair that is queued, remember. */
#pragma once
#include "bridge/sync.h"

struct pass_wish {
	int64_t wait_ms; /* for news of the database, at most */
	bool ask_rows;   /* ask the base for changed rows */
	bool check_rows; /* ask which rows there are; a list does more */
	bool list_rows;  /* list every row: a full reconcile */
};

/* Looks until nothing is left that can be done now; then the checkpoint moves. What has to wait is due later (sync_next_due_ms). On
 * failure everything unhandled stays queued and the checkpoint stays. */
must_use bool pass_run(struct sync *sync, const struct pass_wish *wish, struct error *error);
/* Steady time at which something is due, or 0. */
int64_t pass_next_due_ms(struct sync *sync);
