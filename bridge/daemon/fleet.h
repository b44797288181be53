/* All integrations that run, and the thread that looks for those that come and go.
 *
 * The search asks CouchDB, which may be slow, silent or away. So it has a thread and an http handle of its own, and the
 * thread that waits for signals never waits for a server. */
#pragma once
#include "bridge/daemon/fleet_view.h"
#include "bridge/settings.h"

struct fleet;

/* The settings are borrowed until the close. */
struct fleet *fleet_open(const struct bridge_settings *settings);
/* Begins to search, and to run what is found. ERROR_FATAL when there is no thread to be had. */
must_use bool fleet_start(struct fleet *fleet, struct error *error);
/* From now on these settings count, which are borrowed until the close: every integration ends and begins anew. Returns at once. From any
 * thread. */
void fleet_take(struct fleet *fleet, const struct bridge_settings *settings);
/* Asks the search and every integration to end; returns at once. From any thread. */
void fleet_stop(struct fleet *fleet);
/* After the stop: whether all of it has ended within wait_ms. */
must_use bool fleet_wait(struct fleet *fleet, int64_t wait_ms);
/* What runs now, and how it stands. Returns at once. From any thread; 'fleet' is a struct fleet. */
void fleet_look(void *fleet, struct fleet_view *view_out);
/* Stops, waits for what still runs, however long that takes, and frees everything. */
void fleet_close(struct fleet **fleet);
