/* What can be put between a sync and its sides: it sees every call, and at any of them something may happen meanwhile, or the
 * bridge may die. The same for worlds in memory and for real servers, so that both can be stopped at the same place. */
#pragma once
#include "bridge/memory/memory.h"

enum injection_call {
	INJECTION_COUCH_NEWS,
	INJECTION_COUCH_LIST,
	INJECTION_COUCH_POSITION,
	INJECTION_COUCH_READ,
	INJECTION_COUCH_EXTRA,
	INJECTION_COUCH_WRITE,
	INJECTION_ROWS_NEWS,
	INJECTION_ROWS_LIST,
	INJECTION_ROWS_READ,
	INJECTION_ROWS_PRESENT,
	INJECTION_ROWS_FIND,
	INJECTION_ROWS_EDITED,
	INJECTION_ROWS_SCHEMA,
	INJECTION_ROWS_WRITE,
	INJECTION_ROWS_UPLOAD,
	INJECTION_STATE_READ,
	INJECTION_STATE_WRITE,
	INJECTION_STATE_WALK,
	INJECTION_CHECKPOINT_READ,
	INJECTION_CHECKPOINT_WRITE,
	INJECTION_CALLS,
};
enum injection_when {
	INJECTION_BEFORE,  /* nothing of it was done */
	INJECTION_STARTED, /* a write is under way: begun, not yet waited for */
	INJECTION_WAITS,   /* and is waited for */
	INJECTION_AFTER,   /* all of it was done, and the bridge does not know */
};
struct injection_point {
	enum injection_call call;
	unsigned number; /* which call of this kind in this pass, from 1 */
	enum injection_when when;
	size_t count; /* what is written in it: documents or rows */
};

struct injection {
	/* What it stands in front of; set by injection_place(). */
	struct endpoint couch, rows;
	struct store store;
	unsigned numbers[INJECTION_CALLS];
	bool dead; /* nothing reaches the sides any more */

	/* Set by its owner; each may be NULL. False, before or after a call, ends the bridge. */
	bool (*reach)(void *context, const struct injection_point *point);
	/* Documents that the feed showed; true: it will show more that must be waited for. */
	void (*shown)(void *context, const struct endpoint_records *page);
	bool (*expects)(void *context);
	void *context;
};

/* Between the sync that will be opened by this and its sides. The injection must outlive it. */
void injection_place(struct injection *injection, struct sync_setup *setup);
void injection_begin_pass(struct injection *injection);
const char *injection_call_name(enum injection_call call);
