/* One cycle of an integration under its lease. */
#pragma once
#include "bridge/daemon/integration_parts.h"
#include "bridge/daemon/integration_report.h"
#include "bridge/sync/cycle.h"

/* Sees that the lease is held: nothing is done without it. At the first time it says what the integration lists and is not there, and
 * takes up the figures. */
must_use bool integration_claim(struct integration *integration, struct error *error);
/* With the lease. */
must_use bool integration_run_cycle(struct integration *integration, const struct cycle_wish *wish,
				    struct error *error);
/* Another process has it, as the failure of a claim says. */
bool integration_is_held_by_other(const struct integration *integration, const struct error *error);
/* Time passes, and the lease is renewed. */
void integration_rest(struct integration *integration, int64_t wait_ms);
/* The pause, or until a cycle can begin at all. */
int64_t integration_pause_ms(const struct integration *integration, int64_t pause_ms);
void integration_fill_report(const struct integration *integration, struct integration_report *report);
