/* Makes documents with several live leaves one again, before anything is planned from them (sync-rules 8). */
#pragma once
#include "bridge/memory/memory.h"

/* All pairs whose documents are in conflict and that nobody works on, in a few requests for many of them: the leaves and what they
 * were made of are read, what is lost goes into the history, the leaf that is shown becomes what all of them are, and only when that is
 * acknowledged the others end. A crash in between leaves leaves that are merged again, to the same end.
 *
 * What cannot be merged (a body that cannot be written back exactly, a write that is refused) is a problem of its pair, whose job
 * tells it. False: the database could not be asked, or was lost. */
must_use bool sync_merge_conflicts(struct sync *sync, struct error *error);
