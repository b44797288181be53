/* One cycle: take in what is new, work on every pair that is queued, move the checkpoint. */
#pragma once
#include "bridge/memory/memory.h"

struct cycle_wish {
	int64_t wait_ms; /* for changes of the database, at most */
	bool ask_rows;   /* ask the base for changed rows */
	bool check_rows; /* ask which rows there are; not needed with list_rows */
	bool list_rows;  /* list every row: a full reconcile */
	enum edit_order
		held_wins; /* which side wins where both are held apart (sync-rules 3); UNKNOWN: they stay so */
	bool remove_twins; /* twins that nobody has edited are deleted on both sides (app_twins.h) */
	/* after so long no further batch is begun: what is left stays queued, and the next cycle hears what is new first; 0:
	 * until the queue is empty */
	int64_t work_ms;
	size_t batch_most; /* jobs of a batch; 0: what is good for Airtable's rate */
};

/* Works until nothing is left that can be done now, or for 'work_ms'. If nothing is left the checkpoint moves. What has to wait
 * is due later (cycle_next_due_ms). After a failure the checkpoint stays, and whatever was not handled stays queued. */
must_use bool cycle_run(struct sync *sync, const struct cycle_wish *wish, struct error *error);
/* After a cycle that failed because rows may still show old values: how long until the next one can begin. Else 0. */
int64_t cycle_begins_in_ms(const struct sync *sync);
/* Steady time at which something is due, or 0. */
int64_t cycle_next_due_ms(struct sync *sync);
