/* Makes documents with several live leaves one again, before anything is planned from them (sync-rules 8). */
#pragma once
#include "bridge/memory/memory.h"

/* Merges all pairs whose documents are in conflict and that no job works on, in a few requests for many of them. It reads the
 * leaves and what they were made of, puts what gives way into the history, writes the result as the leaf that is shown, and ends
 * the others only when that was acknowledged. After a crash in between the leaves are merged again, with the same result.
 *
 * What cannot be merged (a body that cannot be written back exactly, a write that is refused) is a problem of its pair, which its
 * next job reports. False: the database could not be asked, or was lost. */
must_use bool sync_merge_conflicts(struct sync *sync, struct error *error);
