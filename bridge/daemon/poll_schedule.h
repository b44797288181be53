/* When the base is asked: what changed in it (a poll: a call for each table), and which of its rows are still there (a check, which rides
 * along with a poll). Often while something happens, seldom while nothing does, since Airtable's smaller plans have few calls a
 * month. Pure; all times are of one steady clock.
 *
 *     active: every poll_ms, for 15 minutes after a change on either side
 *     idle:   twice that, four times, ... up to every 5 minutes */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum poll_schedule_limits {
	POLL_ACTIVE_MS = 900000, /* after a change on either side */
	POLL_IDLE_MS = 300000,   /* between two polls at most, unless the setting is slower */
	/* Between two checks while idle, for each call that one takes: at most 300 calls a day. */
	POLL_CHECK_IDLE_MS = 288000,
	POLL_CHECK_ACTIVE_POLLS = 2, /* the same while active, in polls */
};

struct poll_schedule {
	int64_t poll_ms;         /* while active */
	int64_t interval_ms;     /* now */
	int64_t active_until_ms; /* */
	int64_t polled_ms;       /* the last one */
	int64_t checked_ms;      /* the last one */
	int64_t check_calls;     /* that the last one took; at least 1 */
};

/* A start counts as a change; the first poll is due at once. */
void poll_schedule_begin(struct poll_schedule *schedule, int64_t poll_ms, int64_t now_ms);
/* Something has changed on either side. */
void poll_schedule_note_change(struct poll_schedule *schedule, int64_t now_ms);
/* When the next poll is due; a change may bring it forward. */
int64_t poll_schedule_next_ms(const struct poll_schedule *schedule);
/* Whether a poll that leaves now takes a check along. */
bool poll_schedule_wants_check(const struct poll_schedule *schedule, int64_t now_ms);
/* A poll went well. check_calls: how many calls its check took; 0: there was none. */
void poll_schedule_note_poll(struct poll_schedule *schedule, int64_t now_ms, int64_t check_calls);
