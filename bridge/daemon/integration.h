/* One integration, the app's word for one pairing of a database and a base: its connections, its thread, its cycles. */
#pragma once
#include "airtable/limiter.h"
#include "bridge/daemon/integration_report.h"
#include "bridge/settings.h"
#include "bridge/sync/cycle.h"

struct integration;
struct notices;
struct outage;

/* 'config' is taken; settings and limiter are borrowed until the close. The limiter is that of the token; 'command' is what this
 * process runs; the lease names it to other processes. */
struct integration *integration_open(const struct bridge_settings *settings,
				     struct integration_config *config,
				     struct airtable_limiter *token_limiter, const char *command);
/* Stops the thread first, if there is one; waits at most INTEGRATION_STOP_MS for requests that are under way. */
#define INTEGRATION_STOP_MS 8000
void integration_close(struct integration **integration);
const struct integration_config *integration_config(const struct integration *integration);

/* Keeps both sides in step from now on, in a thread of its own, as soon as no other process does. Both are borrowed: 'outage', or NULL, takes note when
 * CouchDB is away; 'notices' knows of what somebody was notified, also by the thread before this one. */
void integration_start(struct integration *integration, struct outage *outage, struct notices *notices);
/* From any thread: asks it to end; integration_close() waits for that. */
void integration_stop(struct integration *integration);
/* As they were published last. From any thread. */
struct figures;
void integration_copy_figures(struct integration *integration, struct figures *figures_out);
/* The thread has ended by itself: the integration's document changed, open it anew. */
bool integration_is_over(struct integration *integration);

/* Runs one cycle in the caller's thread, and tries again when a server fails for a moment. If another process keeps the
 * integration in step that is an error as soon as it shows that it lives; one that gives no sign of life is waited for. */
must_use bool integration_cycle(struct integration *integration, const struct cycle_wish *wish,
				struct integration_report *report_out, struct error *error);
