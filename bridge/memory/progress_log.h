/* Says how far an integration's work is (progress.h). */
#pragma once
#include "bridge/memory/memory.h"

/* Records were read: a start, or a list of all rows. */
void sync_progress_read(struct sync *sync, size_t count);
/* The queue is worked off from here. */
void sync_progress_begin(struct sync *sync);
/* Some of it is done: told when it is time. */
void sync_progress_report(struct sync *sync);
/* Nothing is left, or it goes on another time. */
void sync_progress_end(struct sync *sync);
