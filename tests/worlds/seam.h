/* What can be put between a sync and its sides: it sees every call, and at any of them something may happen meanwhile, or the
 * bridge may die. The same for worlds in memory and for real servers, so that both can be stopped at the same place. */
#pragma once
#include "bridge/sync.h"

enum seam_when { SEAM_BEFORE, SEAM_AFTER };

struct seam {
	/* What it stands in front of; set by seam_place(). */
	struct side couch, rows;
	struct store store;
	bool dead; /* nothing reaches the sides any more */

	/* Set by its owner; each may be NULL. At a call ("couch write", "rows read", "state write", ...): false ends the bridge. */
	bool (*reach)(void *context, const char *call, enum seam_when when);
	/* Documents that the feed showed; true: it will show more that must be waited for. */
	void (*shown)(void *context, const struct side_records *page);
	bool (*expects)(void *context);
	void *context;
};

/* Between the sync that will be opened by this and its sides. The seam must outlive it. */
void seam_place(struct seam *seam, struct sync_setup *setup);
