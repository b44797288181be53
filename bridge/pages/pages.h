/* What the pages are made from. They read settings, snapshots and servers, never the memory of a sync. */
#pragma once
#include "bridge/settings.h"

struct pages {
	const struct bridge_settings *settings; /* borrowed */
	int64_t began_wall_ms, began_steady_ms; /* this process */
};
