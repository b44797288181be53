/* What the thread of an integration does next, from one cycle to the next: whether it asks the base, checks or lists its rows, or only waits
 * for the database. Does nothing by itself; the steady clock is given. */
#pragma once
#include "bridge/daemon/poll_schedule.h"
#include "bridge/sync/cycle.h"

enum turns_limits {
	TURNS_WAIT_MS =
		5000, /* at most for the database's news: a feed that cannot be followed is noticed this soon */
	TURNS_WORK_MS = 5000, /* of a cycle, before it hears what is new: edits wait no longer than that */
	TURNS_FULL_MS = 86400000, /* the net under polls and checks: every row is compared daily */
};

struct turns {
	struct poll_schedule polls;
	int64_t heard;        /* sync->heard, as it was after the cycle before */
	bool full_known;      /* when all rows were last compared is known, from this process or one before */
	int64_t next_full_ms; /* */
};

void turns_begin(struct turns *turns, int64_t poll_ms, int64_t now_ms);
/* due_ms: when something is to be looked at again (cycle_next_due_ms()), or 0. */
struct cycle_wish turns_next(const struct turns *turns, int64_t due_ms, int64_t now_ms);
/* A cycle with this wish went well. */
void turns_note(struct turns *turns, const struct sync *sync, const struct cycle_wish *wish, int64_t now_ms,
		int64_t now_wall_ms);
