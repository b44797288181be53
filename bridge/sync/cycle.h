/* One cycle: take in what is new, work on every pair that is queued, move the checkpoint. */
#pragma once
#include "bridge/memory/memory.h"

struct cycle_wish {
	int64_t wait_ms; /* for news of the database, at most */
	bool ask_rows;   /* ask the base for changed rows */
	bool check_rows; /* ask which rows there are; a list does more */
	bool list_rows;  /* list every row: a full reconcile */
	enum edit_order
		held_wins; /* which side's values are taken where both are held apart (sync-rules 3); UNKNOWN: neither */
	bool remove_twins; /* what the app made twice, and nobody has edited, goes on both sides (app_twins.h) */
	int64_t work_ms; /* after so long nothing more is begun: what is left stays queued, and the next cycle hears what is new
			  * before it goes on; 0: until nothing is left */
	size_t batch_most; /* jobs of a batch; 0: what is good for Airtable's rate */
};

/* Looks until nothing is left that can be done now, or for 'work_ms'; then, if nothing is left, the checkpoint moves. What has to wait is
 * due later (sync_next_due_ms). On failure everything unhandled stays queued and the checkpoint stays. */
must_use bool cycle_run(struct sync *sync, const struct cycle_wish *wish, struct error *error);
/* How long it is until a cycle can begin anything, after one that failed since the rows may not show all yet; else 0. */
int64_t cycle_begins_in_ms(const struct sync *sync);
/* Steady time at which something is due, or 0. */
int64_t cycle_next_due_ms(struct sync *sync);
