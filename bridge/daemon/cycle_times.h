/* What the next cycle of an integration is to do: ask the base for changes, check or list its rows, or only wait for the
 * database. Pure; the steady clock is given. */
#pragma once
#include "bridge/daemon/poll_schedule.h"
#include "bridge/sync/cycle.h"

enum turns_limits {
	TURNS_WAIT_MS =
		/* a cycle waits at most so long for the database's changes: a feed that cannot be followed is noticed this soon */
	5000,
	/* a cycle works at most so long before the next one hears what is new: edits wait no longer than that */
	TURNS_WORK_MS = 5000,
	TURNS_FULL_MS = 86400000, /* the net under polls and checks: every row is compared daily */
};

struct turns {
	struct poll_schedule polls;
	int64_t heard;        /* sync->heard, as it was after the cycle before */
	bool full_known;      /* when all rows were last compared is known, from this process or one before */
	int64_t next_full_ms; /* */
};

void turns_begin(struct turns *turns, int64_t poll_ms, int64_t now_ms);
/* due_ms: when the next pair is due (cycle_next_due_ms()), or 0. */
struct cycle_wish turns_next(const struct turns *turns, int64_t due_ms, int64_t now_ms);
/* A cycle with this wish went well. */
void turns_note(struct turns *turns, const struct sync *sync, const struct cycle_wish *wish, int64_t now_ms,
		int64_t now_wall_ms);
