/* What a sync can say of itself in figures. Goes through all pairs: not to be asked for with every cycle. */
#pragma once
#include "bridge/memory/memory.h"
#include "bridge/report/figures.h"

/* How many there are of what: documents, rows, problems, what waits; how old the oldest change is that was not handled; and the
 * first of those that have problems by their _ids. */
void figures_count_pairs(struct figures *figures, const struct sync *sync, int64_t now_steady_ms);
/* How far the work is, by the steady clock. */
void figures_take_progress(struct figures *figures, const struct sync *sync, int64_t now_steady_ms);
/* What the cycles since 'before' have written, and when the last one did. */
void figures_take_changes(struct figures *figures, const struct sync_counts *before,
			  const struct sync_counts *now, int64_t now_wall_ms);
