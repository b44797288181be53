/* What one or several cycles have done, in words. */
#pragma once
#include "base/text.h"
#include "bridge/memory/memory.h"

/* Anything but app links, which are told apart (progress.h). */
bool cycle_wrote(const struct sync_counts *before, const struct sync_counts *now);
/* "wrote 1 document; made 2 rows, changed 0, deleted 0": what 'now' has more than 'before'. */
void cycle_message_add(struct text *text, const struct sync_counts *before, const struct sync_counts *now);
