/* A sign of life of an integration that has nothing to tell: once an hour, when it has logged nothing else. Pure: the clocks are
 * given. */
#pragma once
#include "bridge/daemon/integration_report.h"

enum heartbeat_limits {
	HEARTBEAT_EVERY_MS = 3600000,
};

struct heartbeat {
	uint64_t lines;           /* that were logged until then */
	int64_t logged_steady_ms; /* when the last of them was seen */
	int64_t in_step_since_ms; /* wall clock: both sides are as they shall be since; 0: they are not */
};
void heartbeat_begin(struct heartbeat *heartbeat, uint64_t lines, int64_t steady_ms);
/* After a cycle. in_step: nothing is left to do. */
void heartbeat_note(struct heartbeat *heartbeat, bool in_step, bool wrote, int64_t wall_ms);
/* lines: so many were logged so far (log_lines()). True once an hour of silence is over; a line that is logged for it counts. */
bool heartbeat_is_due(struct heartbeat *heartbeat, uint64_t lines, int64_t steady_ms);
/* "in step since 2026-11-30T05:00:00Z: 3000 pairs, 2 problems, 1 waiting, 1234 Airtable calls since the start". The caller frees. */
char *heartbeat_message(const struct heartbeat *heartbeat, const struct integration_report *report);
