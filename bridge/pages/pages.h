/* What the pages are made from. They read settings, snapshots and servers, never the memory of a sync. */
#pragma once
#include "bridge/daemon/fleet_view.h"
#include "bridge/settings.h"

struct http;
struct picture_server;

struct pages {
	const struct bridge_settings *_Atomic settings; /* borrowed; SIGHUP may make others of them */
	int64_t began_wall_ms, began_steady_ms;         /* this process */
	void (*look)(void *context,
		     struct fleet_view *view_out); /* what runs; from any thread, at once. To an empty view */
	void *look_context;
	struct picture_server *pictures; /* borrowed; NULL: pictures are not served */
	struct http *http;               /* owned by the port; for the one thread of routes that are slow */
};
