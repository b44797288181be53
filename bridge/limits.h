/* The engine's limits and times, by name. */
#pragma once

enum sync_limits {
	SYNC_UNSURE_MS = 60000, /* a row must be missing twice, this far apart, to be gone (sync-rules 2) */
	SYNC_STALE_MS = 60000,  /* this long after our write its old value is not believed (sync-rules 6) */
	SYNC_APP_LINK_QUIET_MS = 60000, /* the app's link is written after this much quiet (sync-rules 25) */
	SYNC_BLANK_QUIET_MS = 30000, /* a new row that lacks something says so after this (sync-rules 21) */
	SYNC_RETRY_FIRST_MS =
		30000, /* the pause before what was refused is tried again: doubling, jittered, */
	SYNC_RETRY_CAP_MS = 3600000, /* at most hourly */
	SYNC_RETIRED_DAYS = 90,      /* a retired entry is kept so long (sync-rules 11) */
	SYNC_JOBS_MOST = 64,         /* jobs of one pair in one cycle, whoever asked for them */
	SYNC_TURNS = 8, /* jobs of one pair in one cycle that it asked for itself; then it pauses */
	SYNC_FRESH_ROWS =
		200,          /* rows of a poll whose cells are kept, so that their jobs need not read them */
	SYNC_SHOWS_MS = 5000, /* for so long after a write a row may show its old values */
	SYNC_FRESH_MS = 5000, /* a write is decided on what was read at most so long ago (sync-rules 6) */
};
