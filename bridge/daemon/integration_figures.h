/* What happens to an integration goes into its figures (report/figures_keeper.h). Costs no call to Airtable. */
#pragma once
#include "bridge/daemon/integration_parts.h"
#include "bridge/report/control.h"
#include "bridge/sync/cycle.h"

enum integration_figures_limits {
	FIGURES_COUNT_MS = 10000, /* between two counts of all pairs */
};

/* The lease is held for the first time. Asks CouchDB for its version. */
void integration_figures_begin(struct integration *integration);
/* A cycle went well. poll_ms: how often the base is asked now; 0: only when somebody says so. */
void integration_figures_done(struct integration *integration, const struct cycle_wish *wish,
			      int64_t poll_ms);
void integration_figures_failed(struct integration *integration, const struct error *error);
void integration_figures_paused(struct integration *integration, const struct control *control);
/* Another process has the lease: for this process alone. */
void integration_figures_elsewhere(struct integration *integration, const struct error *error);
/* What was wished (control.h) is worked off, or will not be. error: NULL, or why. Counts from 'before'. */
void integration_figures_answer(struct integration *integration, const char *wish_id,
				const struct sync_counts *before, const struct error *error);
/* The lease is given back next. */
void integration_figures_end(struct integration *integration);
