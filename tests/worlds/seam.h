/* What can be put between a sync and its sides: it sees every call, and at any of them something may happen meanwhile, or the
 * bridge may die. The same for worlds in memory and for real servers, so that both can be stopped at the same place. */
#pragma once
#include "bridge/memory/memory.h"

enum seam_call {
	SEAM_COUCH_NEWS,
	SEAM_COUCH_LIST,
	SEAM_COUCH_POSITION,
	SEAM_COUCH_READ,
	SEAM_COUCH_EXTRA,
	SEAM_COUCH_WRITE,
	SEAM_ROWS_NEWS,
	SEAM_ROWS_LIST,
	SEAM_ROWS_READ,
	SEAM_ROWS_PRESENT,
	SEAM_ROWS_FIND,
	SEAM_ROWS_EDITED,
	SEAM_ROWS_SCHEMA,
	SEAM_ROWS_WRITE,
	SEAM_STATE_READ,
	SEAM_STATE_WRITE,
	SEAM_STATE_WALK,
	SEAM_CHECKPOINT_READ,
	SEAM_CHECKPOINT_WRITE,
	SEAM_CALLS,
};
enum seam_when {
	SEAM_BEFORE,  /* nothing of it was done */
	SEAM_STARTED, /* a write is under way: begun, not yet waited for */
	SEAM_WAITS,   /* and is waited for */
	SEAM_AFTER,   /* all of it was done, and the bridge does not know */
};
struct seam_point {
	enum seam_call call;
	unsigned number; /* which call of this kind in this pass, from 1 */
	enum seam_when when;
	size_t count; /* what is written in it: documents or rows */
};

struct seam {
	/* What it stands in front of; set by seam_place(). */
	struct endpoint couch, rows;
	struct store store;
	unsigned numbers[SEAM_CALLS];
	bool dead; /* nothing reaches the sides any more */

	/* Set by its owner; each may be NULL. False, before or after a call, ends the bridge. */
	bool (*reach)(void *context, const struct seam_point *point);
	/* Documents that the feed showed; true: it will show more that must be waited for. */
	void (*shown)(void *context, const struct endpoint_records *page);
	bool (*expects)(void *context);
	void *context;
};

/* Between the sync that will be opened by this and its sides. The seam must outlive it. */
void seam_place(struct seam *seam, struct sync_setup *setup);
void seam_begin_pass(struct seam *seam);
const char *seam_call_name(enum seam_call call);
